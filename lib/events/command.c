#include "events/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "events/kind.h"
#include "events/load.h"

bool command_id_fits(const char *id)
{
    size_t n = 0;
    for (; id[n] != '\0'; n++)
        if (!isalnum((unsigned char)id[n]) && strchr("._@-+", id[n]) == NULL)
            return false;
    return n > 0 && n < COMMAND_ID_MAX;
}

const char *command_note(const struct command *c)
{
    return event_text_of(c->args, "note");
}

static void text_member(struct text *out, const char *name, const char *value)
{
    text_fmt(out, "\"%s\":\"", name);
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

static void head(struct text *out, const char *id, const char *suffix, uint64_t at_us, const char *type, const char *region)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(at_us, when);
    text_lit(out, "{\"id\":\"");
    text_json(out, id, strlen(id));
    text_str(out, suffix);
    text_fmt(out, "\",\"timestamp\":\"%s\",\"event_type\":\"%s\",", when, type);
    text_member(out, "region", region);
}

static void scope_json(const struct scope *s, struct text *out)
{
    text_lit(out, ",\"scope\":{");
    text_member(out, "region", s->region);
    text_char(out, ',');
    text_member(out, "sector", s->sector);
    text_char(out, ',');
    text_member(out, "unit", s->unit);
    text_char(out, '}');
}

static void body(const struct command *c, bool args, struct text *out)
{
    text_char(out, '{');
    text_member(out, "kind", c->kind);
    text_char(out, ',');
    text_member(out, "name", c->name);
    text_char(out, ',');
    text_member(out, "subject", c->subject);
    text_fmt(out, ",\"version\":%llu,", (unsigned long long)c->version);
    text_member(out, "who", c->who);
    text_char(out, ',');
    text_member(out, "role", role_name(c->role));
    scope_json(&c->scope, out);
    if (args && c->args != NULL) {
        text_lit(out, ",\"args\":");
        event_value_json(c->args, out);
    }
    text_char(out, '}');
}

void command_json(const struct command *c, struct text *out)
{
    head(out, c->id, "", c->at_us, "command", c->region);
    text_lit(out, ",\"command\":");
    body(c, true, out);
    text_char(out, '}');
}

static int fill(const json_t *document, struct command *c, struct fault *f)
{
    const json_t *o = json_object_get(document, "command"), *scope = json_object_get(o, "scope");
    const json_t *args = json_object_get(o, "args");
    *c = (struct command){
        .id = event_text_of(document, "id"), .region = event_text_of(document, "region"), .kind = event_text_of(o, "kind"),
        .name = event_text_of(o, "name"), .subject = event_text_of(o, "subject"),
        .version = event_number_of(o, "version", UINT64_MAX), .who = event_text_of(o, "who"),
        .role = role_parse(event_text_of(o, "role")), .args = args,
        .scope = { event_text_of(scope, "region"), event_text_of(scope, "sector"), event_text_of(scope, "unit") },
    };
    if (!command_id_fits(c->id))
        return fault_set(f, -EINVAL, "a command's id has 1 to 95 letters, digits or ._@-+, not \"%.40s\"", c->id);
    if (clock_parse(event_text_of(document, "timestamp"), &c->at_us) != 0 || c->at_us == 0 || c->at_us > INT64_MAX / 2)
        return fault_set(f, -EINVAL, "command %s: its timestamp is none", c->id);
    if (*c->kind == '\0' || *c->name == '\0')
        return fault_set(f, -EINVAL, "command %s: it names no %s", c->id, *c->kind == '\0' ? "kind" : "command");
    if (*c->who == '\0' || strlen(c->who) >= WHO_MAX)
        return fault_set(f, -EINVAL, "command %s: who gave it has 1 to 63 bytes", c->id);
    if (args != NULL && !json_is_object(args))
        return fault_set(f, -EINVAL, "command %s: its args are no object", c->id);
    return 0;
}

int command_parse(const char *json, size_t len, struct command_view *out, struct fault *f)
{
    *out = (struct command_view){ 0 };
    if (len > COMMAND_BYTES_MAX)
        return fault_set(f, -EINVAL, "a command has at most %d bytes, not %zu", COMMAND_BYTES_MAX, len);
    if ((out->document = event_load(json, len, f)) == NULL)
        return f->code;
    int rc = fill(out->document, &out->command, f);
    if (rc != 0)
        command_view_free(out);
    return rc;
}

void command_view_free(struct command_view *v)
{
    json_decref(v->document);
    *v = (struct command_view){ 0 };
}

/* ---- deeds and scopes ---- */

struct deed deed_of(const struct command *c)
{
    return (struct deed){ c->id, c->name, c->who, c->role, c->at_us, command_note(c) };
}

void deed_json(const struct deed *d, struct text *out)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(d->at_us, when);
    text_char(out, '{');
    text_member(out, "command_id", d->command_id);
    text_char(out, ',');
    text_member(out, "command", d->command);
    text_char(out, ',');
    text_member(out, "who", d->who);
    text_fmt(out, ",\"role\":\"%s\",\"at\":\"%s\",", role_name(d->role), when);
    text_member(out, "reason", d->note);
    text_char(out, '}');
}

/* A code's pairs of zeros at its end stand for all that is below it (GB/T 2260). Names that are no codes cover themselves. */
bool scope_covers_region(const struct scope *s, const char *region)
{
    size_t n = strlen(s->region);
    if (n == 0)
        return false;
    if (strspn(s->region, "0123456789") != n)
        return strcmp(s->region, region) == 0;
    while (n > 2 && n % 2 == 0 && s->region[n - 1] == '0' && s->region[n - 2] == '0')
        n -= 2;
    return strncmp(s->region, region, n) == 0;
}

/* ---- refusals and answers ---- */

static const char *const code_names[] = {
    [REFUSED_NOT] = "applied", [REFUSED_FORGED] = "forged", [REFUSED_COMMAND] = "unknown_command",
    [REFUSED_SUBJECT] = "unknown_subject", [REFUSED_ROLE] = "forbidden_role", [REFUSED_SCOPE] = "out_of_scope",
    [REFUSED_STATE] = "wrong_state", [REFUSED_VERSION] = "stale_version", [REFUSED_SECOND] = "second_person",
    [REFUSED_OWNER] = "not_owner", [REFUSED_ARGUMENT] = "bad_argument", [REFUSED_TIME] = "bad_time",
    [REFUSED_FULL] = "too_many", [REFUSED_RULE] = "against_rule",
};

const char *refusal_name(enum refusal_code code)
{
    return code_names[code];
}

/* What vsnprintf() cuts may end within a character: it is cut back to whole ones. */
__attribute__((format(printf, 2, 0)))
static void say(char out[REASON_MAX], const char *fmt, va_list args)
{
    char whole[2 * REASON_MAX];
    vsnprintf(whole, sizeof whole, fmt, args);
    struct text t = text_over(out, REASON_MAX);
    text_clip(&t, whole, REASON_MAX - 1);
    text_end(&t);
}

int refuse(struct refusal *r, enum refusal_code code, const char *zh, const char *en, ...)
{
    va_list args;
    r->code = code;
    va_start(args, en);
    say(r->zh, zh, args);
    va_end(args);
    va_start(args, en);
    say(r->en, en, args);
    va_end(args);
    return -EPERM;
}

static void reason_json(const struct refusal *why, struct text *out)
{
    text_fmt(out, "\"code\":\"%s\",\"reason\":{", refusal_name(why->code));
    text_member(out, "zh", why->zh);
    text_char(out, ',');
    text_member(out, "en", why->en);
    text_char(out, '}');
}

void refusal_json(const struct command *c, const char *region, const struct refusal *why, struct text *out)
{
    head(out, c->id, "+refused", c->at_us, "refusal", region);
    text_lit(out, ",\"refusal\":{");
    text_member(out, "command_id", c->id);
    text_char(out, ',');
    reason_json(why, out);
    text_lit(out, ",\"command\":");
    body(c, false, out);
    text_lit(out, "}}");
}

void answer_applied(const struct command *c, const char *id, const char *state, uint64_t version, struct text *out)
{
    text_lit(out, "{\"applied\":{");
    text_member(out, "kind", c->kind);
    text_char(out, ',');
    text_member(out, "id", id);
    text_fmt(out, ",\"state\":\"%s\",\"version\":%llu}}", state, (unsigned long long)version);
}

void answer_refused(const struct command *c, const struct refusal *why, struct text *out)
{
    (void)c;
    text_lit(out, "{\"refused\":{");
    reason_json(why, out);
    text_lit(out, "}}");
}

int answer_parse(const char *text, size_t len, struct answer *out, struct fault *f)
{
    const char *begin = memchr(text, '{', len);
    *out = (struct answer){ 0 };
    if (begin == NULL)
        return fault_set(f, -EINVAL, "an answer without an object");
    if ((out->document = event_load(begin, len - (size_t)(begin - text), f)) == NULL)
        return f->code;
    const json_t *applied = json_object_get(out->document, "applied"), *refused = json_object_get(out->document, "refused");
    const json_t *reason = json_object_get(refused, "reason");
    out->applied = applied != NULL;
    out->kind = event_text_of(applied, "kind");
    out->id = event_text_of(applied, "id");
    out->state = event_text_of(applied, "state");
    out->version = event_number_of(applied, "version", UINT64_MAX);
    out->code = event_text_of(refused, "code");
    out->zh = event_text_of(reason, "zh");
    out->en = event_text_of(reason, "en");
    return 0;
}

void answer_free(struct answer *a)
{
    json_decref(a->document);
    *a = (struct answer){ 0 };
}
