#include "notifier/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/event.h"
#include "events/kind.h"

static const char *const kind_names[] = { "webhook", "mail", "syslog", "file", NULL };
static const char *const change_names[] = { "stand", "first", "every", NULL };
static const char *const status_names[] = { "actual", "exercise", "test", NULL };

static int place_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* ---- one word's value ---- */

static int choose(const char *const *names, const char *word, const char *value, int *out, struct fault *f)
{
    char list[160];
    struct text t = text_over(list, sizeof list);
    *out = place_of(names, value);
    if (*out >= 0)
        return 0;
    for (size_t i = 0; names[i] != NULL; i++)
        text_fmt(&t, "%s%s", i ? ", " : "", names[i]);
    return fault_set(f, -EINVAL, "%s: expected one of %s, not \"%s\"", word, text_end(&t), value);
}

static int choose_bits(const char *const *names, const char *word, char *value, unsigned *out, struct fault *f)
{
    char *save = NULL;
    int rc = 0, place;
    *out = 0;
    for (char *one = strtok_r(value, ",", &save); one != NULL && rc == 0; one = strtok_r(NULL, ",", &save)) {
        rc = choose(names, word, one, &place, f);
        *out |= rc == 0 ? 1u << place : 0;
    }
    return rc == 0 && *out == 0 ? fault_set(f, -EINVAL, "%s: expected a list, but it is empty", word) : rc;
}

static int copy(char *into, size_t room, const char *word, const char *value, struct fault *f)
{
    if (snprintf(into, room, "%s", value) < (int)room)
        return 0;
    return fault_set(f, -EINVAL, "%s: longer than %zu bytes", word, room - 1);
}

/* 430100 is the prefecture and its counties: all that begin with 4301. */
static int read_region(struct target *t, const char *value, struct fault *f)
{
    int rc = copy(t->region, sizeof t->region, "region", value, f);
    for (size_t n = strlen(t->region); n > 2 && strcmp(t->region + n - 2, "00") == 0; n -= 2)
        t->region[n - 2] = '\0';
    return rc;
}

/* "20/10min": a count and a time, whose unit is s, min, h or d. */
static int read_limit(struct target *t, const char *value, struct fault *f)
{
    static const struct unit { const char *name; uint64_t us; } units[] = {
        { "s", 1000000 }, { "min", 60000000 }, { "h", UINT64_C(3600000000) }, { "d", UINT64_C(86400000000) },
    };
    char *end;
    unsigned long count = strtoul(value, &end, 10), time = *end == '/' ? strtoul(end + 1, &end, 10) : 0;
    if (strcmp(value, "none") == 0) {
        t->limit = 0;
        return 0;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].name) == 0 && count >= 1 && count <= TARGET_LIMIT_MAX && time >= 1 && time <= 86400) {
            t->limit = (unsigned)count;
            t->limit_us = time * units[i].us;
            return 0;
        }
    return fault_set(f, -EINVAL, "limit: expected none, or a count (at most %d) and a time as in 20/10min, not \"%s\"", TARGET_LIMIT_MAX, value);
}

static int read_sign(struct target *t, const char *value, struct fault *f)
{
    static const char *const names[] = { "hmac-sha256", "hmac-sm3", NULL };
    int place = 0, rc = choose(names, "sign", value, &place, f);
    t->sign = place == 0 ? HASH_SHA256 : HASH_SM3;
    return rc;
}

static int read_word(struct target *t, const char *word, char *value, struct fault *f)
{
    int place = 0, rc = 0;
    if (strcmp(word, "form") == 0) {
        rc = choose(exchange_form_names, word, value, &place, f);
        t->form = (enum exchange_form)place;
    } else if (strcmp(word, "things") == 0) {
        rc = choose_bits(thing_kind_names, word, value, &t->things, f);
    } else if (strcmp(word, "status") == 0) {
        rc = choose_bits(status_names, word, value, &t->statuses, f);
    } else if (strcmp(word, "level") == 0) {
        t->gravity = gravity_parse(value);
        rc = t->gravity ? 0 : fault_set(f, -EINVAL, "level: expected 1 to 4, a level or a colour, not \"%s\"", value);
    } else if (strcmp(word, "changes") == 0) {
        rc = choose(change_names, word, value, &place, f);
        t->changes = (enum target_changes)place;
    } else if (strcmp(word, "region") == 0) {
        rc = read_region(t, value, f);
    } else if (strcmp(word, "sector") == 0) {
        rc = copy(t->sectors, sizeof t->sectors, word, value, f);
    } else if (strcmp(word, "unit") == 0) {
        rc = copy(t->unit, sizeof t->unit, word, value, f);
    } else if (strcmp(word, "limit") == 0) {
        rc = read_limit(t, value, f);
    } else if (strcmp(word, "sign") == 0) {
        rc = read_sign(t, value, f);
    } else if (strcmp(word, "to") == 0) {
        rc = copy(t->to, sizeof t->to, word, value, f);
    } else if (strcmp(word, "from") == 0) {
        rc = copy(t->from, sizeof t->from, word, value, f);
    } else if (strcmp(word, "ca") == 0) {
        rc = copy(t->ca, sizeof t->ca, word, value, f);
    } else if (strcmp(word, "tls") == 0 && strcmp(value, "no") == 0) {
        t->plain = true;
    } else {
        rc = fault_set(f, -EINVAL, "\"%s=%s\" is not known here; see fengsui-notifier(8)", word, value);
    }
    return rc;
}

/* ---- the whole line ---- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static int check_address(const struct target *t, struct fault *f)
{
    const char *a = t->address;
    switch (t->kind) {
    case TARGET_WEBHOOK:
        if (begins(a, "https://") || (begins(a, "http://") && t->plain))
            return 0;
        return fault_set(f, -EINVAL, begins(a, "http://") ? "\"%s\" would go in the clear: https://, or tls=no where the wire is safe"
                                                          : "expected https://..., not \"%s\"", a);
    case TARGET_MAIL:
        if (!begins(a, "smtp://") && !begins(a, "smtps://"))
            return fault_set(f, -EINVAL, "expected smtp://host:587 (STARTTLS) or smtps://host:465, not \"%s\"", a);
        if (strchr(t->to, '@') == NULL || strchr(t->from, '@') == NULL)
            return fault_set(f, -EINVAL, "mail needs to=ADDRESS[,ADDRESS] and from=ADDRESS");
        return 0;
    case TARGET_SYSLOG:
        if (begins(a, "tls:") || begins(a, "tcp:") || begins(a, "udp:") || begins(a, "unix:/"))
            return 0;
        return fault_set(f, -EINVAL, "expected tls:host:6514, tcp:host:port, udp:host:514 or unix:/dev/log, not \"%s\"", a);
    case TARGET_FILE:
        return a[0] == '/' ? 0 : fault_set(f, -EINVAL, "expected a folder from / on, not \"%s\"", a);
    }
    return 0;
}

static int check_form(const struct target *t, struct fault *f)
{
    if (t->form == EXCHANGE_CAP && t->things != 1u << THING_WARNING)
        return fault_set(f, -EINVAL, "form=cap is for warnings alone: say things=warning");
    if (t->form == EXCHANGE_CAP && t->limit != 0)
        return fault_set(f, -EINVAL, "form=cap holds one warning in a message, so nothing can be summed up: say limit=none");
    return 0;
}

static void set_defaults(struct target *t)
{
    t->form = t->kind == TARGET_MAIL || t->kind == TARGET_SYSLOG ? EXCHANGE_TEXT : EXCHANGE_JSON;
    t->things = (1u << THING_KINDS) - 1;
    t->statuses = 1u << EVENT_ACTUAL;
    t->gravity = LEAST_GRAVE;
    t->sign = HASH_SHA256;
    if (t->kind == TARGET_MAIL) {
        t->limit = 20;
        t->limit_us = UINT64_C(600000000);
    }
}

static bool is_name(const char *name)
{
    return *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

static int read_words(char *words, struct target *t, struct fault *f)
{
    char *save = NULL, *kind = strtok_r(words, " \t", &save), *address = strtok_r(NULL, " \t", &save);
    int place = 0, rc = choose(kind_names, "kind", kind != NULL ? kind : "", &place, f);
    if (rc == 0 && address == NULL)
        rc = fault_set(f, -EINVAL, "expected an address after \"%s\"", kind);
    if (rc == 0)
        rc = copy(t->address, sizeof t->address, "address", address, f);
    t->kind = (enum target_kind)(place < 0 ? 0 : place);
    set_defaults(t);
    for (char *word = rc == 0 ? strtok_r(NULL, " \t", &save) : NULL; word != NULL && rc == 0; word = strtok_r(NULL, " \t", &save)) {
        char *equals = strchr(word, '=');
        if (equals == NULL)
            return fault_set(f, -EINVAL, "expected word=value, not \"%s\"", word);
        *equals = '\0';
        rc = read_word(t, word, equals + 1, f);
    }
    return rc;
}

int target_parse(const char *entry, struct target *out, struct fault *f)
{
    struct fault why = { 0 };
    const char *equals = strchr(entry, '=');
    *out = (struct target){ 0 };
    if (equals == NULL || (size_t)(equals - entry) >= sizeof out->name)
        return fault_set(f, -EINVAL, "notifier.targets: expected a name of at most %d letters and a line about it", TARGET_NAME_MAX - 1);
    memcpy(out->name, entry, (size_t)(equals - entry));
    if (!is_name(out->name))
        return fault_set(f, -EINVAL, "notifier.targets: \"%s\": a name has letters, digits, - and _", out->name);
    char *words = strdup(equals + 1);
    if (words == NULL)
        return fault_set(f, -ENOMEM, "no memory for a target");
    int rc = read_words(words, out, &why);
    if (rc == 0)
        rc = check_address(out, &why);
    if (rc == 0)
        rc = check_form(out, &why);
    free(words);
    return rc == 0 ? 0 : fault_set(f, rc, "notifier.targets: %s: %s", out->name, why.why);
}

static const char *secret_of(const struct setting_list *secrets, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < secrets->count; i++)
        if (strncmp(secrets->items[i], name, n) == 0 && secrets->items[i][n] == '=')
            return secrets->items[i] + n + 1;
    return NULL;
}

int targets_read(const struct setting_list *targets, const struct setting_list *secrets, struct target out[TARGETS_MAX], struct fault *f)
{
    if (targets->count > TARGETS_MAX)
        return fault_set(f, -EINVAL, "notifier.targets: more than %d", TARGETS_MAX);
    for (size_t i = 0; i < targets->count; i++) {
        int rc = target_parse(targets->items[i], &out[i], f);
        if (rc != 0)
            return rc;
        out[i].secret = secret_of(secrets, out[i].name);
    }
    return (int)targets->count;
}

/* ---- what it is told ---- */

static bool is_listed(const char *list, const char *value)
{
    size_t n = strlen(value);
    for (const char *at = list; *at != '\0'; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
        if (strcspn(at, ",") == n && strncmp(at, value, n) == 0)
            return true;
    }
    return *list == '\0';
}

bool target_wants(const struct target *t, const struct thing *thing)
{
    int status = event_status_parse(thing->status);
    return thing_is_out(thing) && (t->things & 1u << thing->kind) != 0 && status >= 0 && (t->statuses & 1u << status) != 0 &&
           (t->gravity == LEAST_GRAVE || (thing->gravity != 0 && thing->gravity <= t->gravity)) && begins(thing->region, t->region) &&
           is_listed(t->sectors, thing->sector) && (*t->unit == '\0' || strcmp(t->unit, thing->unit) == 0);
}

void target_stand(const struct thing *thing, char out[STAND_MAX])
{
    struct text t = text_over(out, STAND_MAX);
    text_clip(&t, thing->state, 24);
    text_fmt(&t, "/%u", thing->gravity);
    static const char *const deadlines[] = { "valid_until", "sign_by", "feedback_by" };
    for (size_t i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++) {
        text_char(&t, '/');
        text_clip(&t, thing_text(thing, deadlines[i]), 32);
    }
    text_fmt(&t, "/%zu", json_object_size(json_object_get(thing->body, "fired")));     /* deadlines that passed */
    text_end(&t);
}
