/* `fengsui import indicators`: CSV, JSON lines or a STIX 2.1 bundle (events/indicator.h); one found again by its region, kind and
 * value. What is there already and says the same posts nothing; what says otherwise is revised, or renewed when it is in force. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "ctl/import.h"
#include "ctl/known.h"
#include "events/indicator.h"
#include "events/load.h"

enum { KEY_MAX = INDICATOR_VALUE_MAX + 16, TITLE_MAX = 120 };

#define DAY_US UINT64_C(86400000000)

struct run {
    struct import *import;
    struct known_table *known;
    const char *path;
    unsigned line;
    int      rc;
    struct fault *f;
};

static void name_of(const struct indicator *x, char out[KEY_MAX])
{
    snprintf(out, KEY_MAX, "%s %s", indicator_kinds[x->kind], x->value);
}

/* ---- what is there ---- */

static void on_indicator(void *ctx, struct matter *m)
{
    struct run *r = ctx;
    struct fault f;
    struct indicator x;
    struct indicator_room room;
    char name[KEY_MAX], region[MATTER_REGION_MAX];
    if (kind_is_last(m->kind, m->state) || indicator_take(event_text_of(m->fields, "type"), event_text_of(m->fields, "value"), &room, &x, &f) != 0) {
        matter_free(m);
        return;
    }
    name_of(&x, name);
    memcpy(region, m->region, sizeof region);
    if (known_put(r->known, region, name, m) == NULL)
        r->rc = fault_set(r->f, -ENOMEM, "no memory");
}

/* ---- a line ---- */

/* At most so many bytes, and no half a character. */
static json_t *clipped(const char *text)
{
    size_t n = strlen(text);
    if (n > TITLE_MAX)
        for (n = TITLE_MAX; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
            continue;
    return json_stringn(text, n);
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static json_t *moment(uint64_t at_us)
{
    char when[CLOCK_TEXT_MAX];
    clock_text(at_us, when);
    return json_string(when);
}

/* All that the line says; NULL: it is no UTF-8. */
static json_t *said(const struct run *r, const struct indicator *x)
{
    json_t *args = json_pack("{s:s, s:s, s:o, s:o, s:i, s:s}", "type", indicator_kinds[x->kind], "value", x->value,
                             "title", clipped(*x->name != '\0' ? x->name : x->value), "source", clipped(*x->source != '\0' ? x->source : base_of(r->path)),
                             "severity", x->severity, "tlp", indicator_tlps[x->tlp]);
    const json_t *regions = import_regions(r->import);
    if (args != NULL && x->confidence > 0)
        json_object_set_new(args, "confidence", json_integer(x->confidence));
    if (args != NULL && x->expires_us != 0)
        json_object_set_new(args, "expires", moment(x->expires_us));
    if (args != NULL && regions != NULL)
        json_object_set(args, "regions", (json_t *)(uintptr_t)regions);
    return args;
}

static bool same(const char *name, const json_t *a, const json_t *b)
{
    uint64_t x, y;
    if (strcmp(name, "expires") != 0 || !json_is_string(a) || !json_is_string(b))
        return json_equal(a, b);
    return clock_parse(json_string_value(a), &x) == 0 && clock_parse(json_string_value(b), &y) == 0 && x == y;
}

/* What the command may change and the line says otherwise. */
static json_t *difference(const char *command, const json_t *args, const json_t *fields)
{
    const char *name;
    json_t *value, *differ = json_object();
    json_object_foreach((json_t *)(uintptr_t)args, name, value)
        if (argument_row(kind_named("indicator"), command, name) != NULL && !same(name, value, json_object_get(fields, name)))
            json_object_set(differ, name, value);
    return differ;
}

static int post(struct run *r, enum import_change change, const char *command, const struct known *k, json_t *args, const char *then)
{
    const char *region = import_region(r->import);
    const struct import_order o = { r->line, change, region, "indicator", command, k != NULL ? k->id : "", k != NULL ? k->version : 0, args };
    return import_post_then(r->import, &o, then, r->f);
}

static int begin(struct run *r, const char *name, json_t *args)
{
    struct known *k = known_put(r->known, import_region(r->import), name, NULL);
    if (k == NULL || !known_say(k, args)) {
        json_decref(args);
        return fault_set(r->f, -ENOMEM, "no memory");
    }
    k->line = r->line;
    if (json_object_get(args, "expires") == NULL && import_days(r->import) > 0)
        json_object_set_new(args, "expires", moment(import_now(r->import) + import_days(r->import) * DAY_US));
    return post(r, IMPORT_NEW, "propose", NULL, args, import_activates(r->import) ? "activate" : NULL);
}

/* A second line about the same: when it says the same it is passed over. */
static int again(struct run *r, const struct known *k, const json_t *args)
{
    json_t *fields = known_fields(k), *differ = difference("propose", args, fields);
    if (json_object_size(differ) > 0)
        import_bad(r->import, r->line, 0, "line %u says otherwise of the same value", k->line);
    else
        import_unchanged(r->import);
    json_decref(differ);
    json_decref(fields);
    return 0;
}

static int change(struct run *r, struct known *k, const json_t *args)
{
    bool active = strcmp(k->state, "active") == 0, activate = !active && import_activates(r->import);
    const char *command = active ? "renew" : "revise";
    json_t *fields = known_fields(k), *differ = difference(command, args, fields);
    json_decref(fields);
    k->line = r->line;
    if (!known_say(k, args)) {
        json_decref(differ);
        return fault_set(r->f, -ENOMEM, "no memory");
    }
    if (json_object_size(differ) > 0)
        return post(r, IMPORT_CHANGED, command, k, differ, activate ? "activate" : NULL);
    json_decref(differ);
    if (activate)
        return post(r, IMPORT_CHANGED, "activate", k, json_object(), NULL);
    import_unchanged(r->import);
    return 0;
}

static int revoke(struct run *r, struct known *k)
{
    if (k == NULL || k->line > 0) {
        import_unchanged(r->import);
        return 0;
    }
    k->line = r->line;
    return post(r, IMPORT_RETIRED, "revoke", k, json_pack("{s:s}", "note", "an imported file says so; 导入文件注明"), NULL);
}

static int take(struct run *r, const struct indicator *x)
{
    char name[KEY_MAX];
    name_of(x, name);
    struct known *k = known_find(r->known, import_region(r->import), name);
    if (x->revoked)
        return revoke(r, k);
    json_t *args = said(r, x);
    if (args == NULL) {
        import_bad(r->import, r->line, 0, "expected text in UTF-8");
        return 0;
    }
    if (k == NULL)
        return begin(r, name, args);
    int rc = k->line > 0 ? again(r, k, args) : change(r, k, args);
    json_decref(args);
    return rc;
}

/* ---- the file ---- */

static void on_good(void *ctx, const struct indicator *x)
{
    struct run *r = ctx;
    if (r->rc == 0)
        r->rc = take(r, x);
}

static void on_bad(void *ctx, const struct fault *why)
{
    struct run *r = ctx;
    import_bad_said(r->import, why);
}

/* Said once, instead of a refusal for each of a million lines. */
static int may(const struct import *i, const char *command, struct fault *f)
{
    const struct kind *k = kind_named("indicator");
    for (const struct arrow *a = k->arrows; a->command != NULL; a++)
        if (strcmp(a->command, command) == 0 && (a->by & import_role(i)))
            return 0;
    return fault_set(f, -EACCES, "--role: the role %s may not %s indicators; see fengsui command indicator --help", role_name(import_role(i)), command);
}

static int indicators_run(struct import *i, const char *path, struct fault *f)
{
    struct run r = { .import = i, .known = known_new(), .path = path, .f = f };
    const struct indicator_reader reader = { on_good, on_bad, &r, import_now(i), &r.line };
    int rc = r.known == NULL ? fault_set(f, -ENOMEM, "no memory") : 0;
    if (rc == 0 && *import_region(i) == '\0')
        rc = fault_set(f, -EINVAL, "--region: expected the region whose indicators they are");
    if (rc == 0)
        rc = may(i, "propose", f);
    if (rc == 0 && import_activates(i))
        rc = may(i, "activate", f);
    if (rc == 0)
        rc = import_current(i, "indicator", on_indicator, &r, f);
    if (rc == 0 && (rc = r.rc) == 0)
        rc = indicator_file(path, &reader, f);
    known_free(r.known);
    return rc != 0 ? rc : r.rc;
}

const struct importable import_indicators = {
    "indicators", "CSV (type,value,name,severity,source,expires[,tlp[,confidence]]), JSON lines or STIX 2.1, of one --region", indicators_run
};
