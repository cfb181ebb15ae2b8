#include "emit/intel.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/csv.h"
#include "common/hash.h"
#include "common/log.h"

enum { COLUMNS = 6, VALUE_MAX = 1024 };

static const char *const kind_names[INTEL_KINDS] = { "address", "domain", "url", "ja3" };
static const char *const kind_titles[INTEL_KINDS] = {
    "FENGSUI INTEL known bad address", "FENGSUI INTEL known bad domain", "FENGSUI INTEL known bad URL",
    "FENGSUI INTEL known bad TLS client",
};

struct indicator {
    struct alert_rule rule;
    struct alert_pair metadata[3];
    enum intel_kind   kind;
    char             *value;        /* lower case, no trailing dot */
    char             *msg;
    struct indicator *hash_next, *next;
    char              text[];       /* the line, cut into fields */
};

struct intel {
    struct indicator  *all;
    struct addr_table *addresses;
    struct indicator **buckets;
    size_t             bucket_count, count;
    struct hash_key    key;
};

static size_t bucket_of(const struct intel *t, enum intel_kind kind, const char *value, size_t len)
{
    return (hash_keyed(&t->key, value, len) + (unsigned)kind) % t->bucket_count;
}

/* "https://host/path" is looked for as "host/path": whether it was encrypted is not part of who it was. */
static char *without_scheme(char *url)
{
    char *at = url + strcspn(url, "/:");
    return strncmp(at, "://", 3) == 0 ? at + 3 : url;
}

/* Lower case, so that look-ups need no case rules; URLs keep theirs after the host, and both sides are folded alike. */
static void fold(char *value)
{
    size_t len = strlen(value);
    for (size_t i = 0; i < len; i++)
        value[i] = (char)tolower((unsigned char)value[i]);
    if (len > 0 && value[len - 1] == '.')
        value[len - 1] = '\0';
}

static int kind_parse(const char *name)
{
    for (int i = 0; i < INTEL_KINDS; i++)
        if (strcmp(kind_names[i], name) == 0)
            return i;
    return -1;
}

static int indicator_check(char *field[COLUMNS], size_t n, const char *where, uint64_t now_us, struct fault *f)
{
    uint64_t expires = UINT64_MAX;
    if (n != COLUMNS)
        return fault_set(f, -EINVAL, "%s: expected 6 columns (type,value,name,severity,source,expires), found %s",
                         where, n > COLUMNS ? "more" : "fewer");
    if (kind_parse(field[0]) < 0)
        return fault_set(f, -EINVAL, "%s: expected address, domain, url or ja3, not \"%s\"", where, field[0]);
    if (*field[1] == '\0' || strlen(field[1]) >= VALUE_MAX)
        return fault_set(f, -EINVAL, "%s: expected a value of 1 to %d bytes", where, VALUE_MAX - 1);
    if (strlen(field[3]) != 1 || field[3][0] < '1' || field[3][0] > '4')
        return fault_set(f, -EINVAL, "%s: expected a severity 1 (high) to 4, not \"%s\"", where, field[3]);
    char whole_day[64];
    snprintf(whole_day, sizeof whole_day, "%sT23:59:59", field[5]);
    if (*field[5] != '\0' && clock_parse(field[5], &expires) < 0 && clock_parse(whole_day, &expires) < 0)
        return fault_set(f, -EINVAL, "%s: expected a date such as 2027-01-31, not \"%s\"", where, field[5]);
    if (expires < now_us)
        return fault_set(f, -ESTALE, "%s: the indicator \"%s\" expired on %s", where, field[1], field[5]);
    return 0;
}

static int indicator_add(struct intel *t, const char *where, const char *line, uint64_t now_us, struct fault *f)
{
    char *field[COLUMNS];
    struct prefix prefix;
    struct indicator *i = calloc(1, sizeof *i + strlen(line) + 1);
    if (i == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", where);
    strcpy(i->text, line);
    int rc = indicator_check(field, csv_cut(i->text, field, COLUMNS), where, now_us, f);
    if (rc == 0) {
        i->kind = (enum intel_kind)kind_parse(field[0]);
        i->value = i->kind == INTEL_URL ? without_scheme(field[1]) : field[1];
        fold(i->value);
        if (asprintf(&i->msg, "%s %s (%s)", kind_titles[i->kind], i->value, field[2]) < 0)
            rc = fault_set(f, -ENOMEM, "%s: no memory", where);
        else if (i->kind == INTEL_ADDRESS && prefix_parse(i->value, &prefix) < 0)
            rc = fault_set(f, -EINVAL, "%s: expected an address or prefix, not \"%s\"", where, i->value);
        else if (i->kind == INTEL_ADDRESS && addr_table_add(t->addresses, &prefix, i) < 0)
            rc = fault_set(f, -ENOMEM, "%s: no memory", where);
    }
    if (rc < 0) {
        free(i->msg);
        free(i);
        return rc;
    }
    i->metadata[0] = (struct alert_pair){ "indicator", i->value };
    i->metadata[1] = (struct alert_pair){ "source", field[4] };
    i->metadata[2] = (struct alert_pair){ "gbt20986", "01004" };
    i->rule = (struct alert_rule){
        .sid = 1 + (uint32_t)i->kind, .gid = ALERT_GID_INTEL, .rev = 1, .severity = (uint8_t)(field[3][0] - '0'),
        .action = "alert", .msg = i->msg, .classtype = "known-bad", .category = "Traffic with a known bad party",
        .metadata = i->metadata, .metadata_count = 3,
    };
    i->next = t->all;
    t->all = i;
    t->count++;
    return 0;
}

static int intel_index(struct intel *t)
{
    t->bucket_count = t->count * 2 + 1;
    if ((t->buckets = calloc(t->bucket_count, sizeof *t->buckets)) == NULL)
        return -ENOMEM;
    for (struct indicator *i = t->all; i != NULL; i = i->next) {
        size_t b = bucket_of(t, i->kind, i->value, strlen(i->value));
        i->hash_next = t->buckets[b];
        t->buckets[b] = i;
    }
    addr_table_seal(t->addresses);
    return 0;
}

static void intel_read(struct intel *t, struct csv *csv, uint64_t now_us)
{
    char where[300];
    struct fault wrong;
    for (int rc; (rc = csv_next(csv, &wrong)) != 0; ) {
        snprintf(where, sizeof where, "%s:%u", csv->path, csv->line);
        if (rc > 0)
            rc = indicator_add(t, where, csv->text, now_us, &wrong);
        if (rc < 0)
            log_warning("%s; the line is left out", wrong.why);
    }
}

struct intel *intel_load(const char *path, uint64_t now_us, struct fault *f)
{
    struct csv csv;
    if (csv_open(&csv, path, "type", f) < 0)
        return NULL;
    struct intel *t = calloc(1, sizeof *t);
    if (t != NULL && (t->addresses = addr_table_new()) != NULL) {
        t->key = hash_key_random();
        intel_read(t, &csv, now_us);
    }
    csv_close(&csv);
    if (t == NULL || t->addresses == NULL || intel_index(t) < 0) {
        fault_set(f, -ENOMEM, "%s: no memory", path);
        intel_free(t);
        return NULL;
    }
    return t;
}

void intel_free(struct intel *t)
{
    if (t == NULL)
        return;
    while (t->all != NULL) {
        struct indicator *i = t->all;
        t->all = i->next;
        free(i->msg);
        free(i);
    }
    addr_table_free(t->addresses);
    free(t->buckets);
    free(t);
}

size_t intel_count(const struct intel *t)
{
    return t != NULL ? t->count : 0;
}

const struct alert_rule *intel_address(const struct intel *t, const struct addr *a)
{
    const struct indicator *i = t != NULL ? addr_table_find(t->addresses, a) : NULL;
    return i != NULL ? &i->rule : NULL;
}

static const struct indicator *indicator_find(const struct intel *t, enum intel_kind kind, const char *value, size_t len)
{
    for (const struct indicator *i = t->buckets[bucket_of(t, kind, value, len)]; i != NULL; i = i->hash_next)
        if (i->kind == kind && strlen(i->value) == len && memcmp(i->value, value, len) == 0)
            return i;
    return NULL;
}

const struct alert_rule *intel_value(const struct intel *t, enum intel_kind kind, const uint8_t *bytes, size_t len)
{
    char value[VALUE_MAX];
    if (t == NULL || len == 0 || len >= sizeof value)
        return NULL;
    for (size_t i = 0; i < len; i++)
        value[i] = (char)tolower(bytes[i]);
    if (kind == INTEL_DOMAIN && value[len - 1] == '.')
        len--;
    value[len] = '\0';
    const char *at = kind == INTEL_URL ? without_scheme(value) : value;
    len -= (size_t)(at - value);
    while (len > 0) {
        const struct indicator *i = indicator_find(t, kind, at, len);
        if (i != NULL)
            return &i->rule;
        const char *dot = kind == INTEL_DOMAIN ? memchr(at, '.', len) : NULL;
        if (dot == NULL)
            return NULL;
        len -= (size_t)(dot + 1 - at);      /* a.b.example: try b.example next */
        at = dot + 1;
    }
    return NULL;
}

/* A message says where it goes in two fields, host and path; an indicator says it in one. */
static const struct alert_rule *url_find(const struct intel *t, const struct value *host, const struct value *path)
{
    uint8_t url[VALUE_MAX];
    if (host == NULL || path->len == 0 || path->bytes[0] != '/')
        return intel_value(t, INTEL_URL, path->bytes, path->len);
    if (host->len + path->len > sizeof url)
        return NULL;
    memcpy(url, host->bytes, host->len);
    memcpy(url + host->len, path->bytes, path->len);
    return intel_value(t, INTEL_URL, url, host->len + path->len);
}

/* The first host name of a record: in HTTP the request line comes before it, elsewhere it may not. */
static const struct value *host_of(const struct record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->schema->fields[r->values[i].row].flags & FIELD_DOMAIN)
            return &r->values[i];
    return NULL;
}

const struct alert_rule *intel_record(const struct intel *t, const struct record *r)
{
    const struct alert_rule *rule = NULL;
    if (t == NULL || t->count == 0)
        return NULL;
    for (size_t i = 0; i < r->count && rule == NULL; i++) {
        const struct value *v = &r->values[i];
        unsigned flags = r->schema->fields[v->row].flags;
        if (flags & FIELD_DOMAIN)
            rule = intel_value(t, INTEL_DOMAIN, v->bytes, v->len);
        else if (flags & FIELD_URL)
            rule = url_find(t, host_of(r), v);
        else if (flags & FIELD_JA3)
            rule = intel_value(t, INTEL_JA3, v->bytes, v->len);
    }
    return rule;
}
