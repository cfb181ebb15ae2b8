/* A policy from its YAML. The whole document is loaded first, as a policy is small and every node keeps its place for the sentence
 * that names what is wrong with it. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "behave/policy.h"

struct reader {
    const char      *path;
    yaml_document_t  doc;
    struct policy   *policy;
    struct fault    *fault;
};

/* One member of a mapping: its name, and who reads it. */
struct member {
    const char *name;
    int       (*read)(struct reader *r, const yaml_node_t *node, void *into);
};

__attribute__((format(printf, 3, 4)))
static int wrong(struct reader *r, const yaml_node_t *at, const char *fmt, ...)
{
    char why[240];
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    return fault_set(r->fault, -EINVAL, "%s:%zu:%zu: %s", r->path, at->start_mark.line + 1, at->start_mark.column + 1, why);
}

static const char *scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
}

static bool absent(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0;
}

static int members(struct reader *r, const yaml_node_t *node, const struct member *rows, size_t count, void *into)
{
    if (node->type != YAML_MAPPING_NODE)
        return wrong(r, node, "expected `%s: ...` and the like here", rows[0].name);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&r->doc, pair->key), *value = yaml_document_get_node(&r->doc, pair->value);
        size_t i = 0;
        while (i < count && strcmp(rows[i].name, scalar(key)) != 0)
            i++;
        if (i == count)
            return wrong(r, key, "unknown word \"%.40s\"; `%s` was expected, or another one of fengsui-policy(5)", scalar(key), rows[0].name);
        int rc = rows[i].read(r, value, into);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int each(struct reader *r, const yaml_node_t *node, int (*read)(struct reader *, const yaml_node_t *, void *), void *into)
{
    if (absent(node))
        return 0;
    if (node->type != YAML_SEQUENCE_NODE)
        return wrong(r, node, "expected a list");
    for (const yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
        int rc = read(r, yaml_document_get_node(&r->doc, *item), into);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- texts with a form ---- */

/* "2 s", "500 ms", "5 min", "1 h", "1 d". */
static int duration(struct reader *r, const yaml_node_t *node, uint64_t *us)
{
    static const struct { const char *unit; double us; } units[] = {
        { "ms", 1e3 }, { "s", 1e6 }, { "min", 60e6 }, { "h", 3600e6 }, { "d", 86400e6 }
    };
    char *rest;
    double n = strtod(scalar(node), &rest);
    while (*rest == ' ')
        rest++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (rest != scalar(node) && strcmp(rest, units[i].unit) == 0 && n > 0 && n * units[i].us < 1e15) {
            *us = (uint64_t)(n * units[i].us);
            return 0;
        }
    }
    return wrong(r, node, "expected a time such as `500 ms`, `2 s` or `5 min`, not \"%.40s\"", scalar(node));
}

static int count(struct reader *r, const yaml_node_t *node, uint32_t *out)
{
    char *rest;
    unsigned long n = strtoul(scalar(node), &rest, 10);
    if (!isdigit((unsigned char)*scalar(node)) || *rest != '\0' || n > UINT32_MAX)
        return wrong(r, node, "expected a whole number, not \"%.40s\"", scalar(node));
    *out = (uint32_t)n;
    return 0;
}

static const char *blanks(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

static bool number(const char **at, uint64_t *out)
{
    char *rest;
    *at = blanks(*at);
    if (!isdigit((unsigned char)**at))
        return false;
    errno = 0;
    *out = strtoull(*at, &rest, 10);
    *at = blanks(rest);
    return errno == 0;
}

/* "0..50", "7". */
static bool value_range(const char *at, double *low, double *high)
{
    char *rest, text[96];
    const char *dots = strstr(at, "..");
    snprintf(text, sizeof text, "%.*s", dots != NULL ? (int)(dots - at) : 90, at);
    *low = *high = strtod(text, &rest);
    if (rest == text || *blanks(rest) != '\0')
        return false;
    if (dots != NULL) {
        *high = strtod(dots + 2, &rest);
        if (rest == dots + 2 || *blanks(rest) != '\0')
            return false;
    }
    return isfinite(*low) && isfinite(*high) && *low <= *high;
}

/* "100", "0-99", "100 = 0..50", "0-99 = 1". */
static int read_range(struct reader *r, const yaml_node_t *node, void *into)
{
    struct policy_range range = { .valued = false };
    const char *at = scalar(node);
    bool good = number(&at, &range.first);
    range.last = range.first;
    if (good && *at == '-') {
        at++;
        good = number(&at, &range.last) && range.last >= range.first;
    }
    if (good && *at == '=') {
        range.valued = true;
        good = value_range(at + 1, &range.low, &range.high);
        at = "";
    }
    if (!good || *at != '\0')
        return wrong(r, node, "expected numbers such as `100`, `0-99` or `100 = 0..50`, not \"%.60s\"", scalar(node));
    struct policy_target *t = into;
    if (t->count > 0 && t->ranges[t->count - 1].last >= range.first)
        return wrong(r, node, "%" PRIu64 " comes after a larger one, or twice: numbers must ascend", range.first);
    if (range.valued && range.last - range.first >= POLICY_RANGES_MAX)
        return wrong(r, node, "more than %d numbers with values", POLICY_RANGES_MAX);
    return policy_range_add(t, &range) ? 0 : wrong(r, node, "no memory for another range");
}

/* "06-17, 22". */
static int read_hours(struct reader *r, const yaml_node_t *node, void *into)
{
    struct policy_entry *e = into;
    const char *at = scalar(node);
    bool good = true;
    e->hours = 0;
    while (good) {
        uint64_t first, last;
        good = number(&at, &first);
        last = first;
        if (good && *at == '-') {
            at++;
            good = number(&at, &last);
        }
        good = good && last < 24 && first <= last;
        for (uint64_t h = first; good && h <= last; h++)
            e->hours |= 1u << h;
        if (!good || *at != ',')
            break;
        at++;
    }
    if (!good || *at != '\0')
        return wrong(r, node, "expected hours from 00 to 23 such as `06-17, 22`, not \"%.40s\"", scalar(node));
    return 0;
}

/* ---- members ---- */

static int read_from(struct reader *r, const yaml_node_t *node, void *into)
{
    if (party_set_parse(scalar(node), &((struct policy_entry *)into)->from) == 0)
        return 0;
    return wrong(r, node, "expected an address, a prefix, a MAC address or `any`, not \"%.60s\"", scalar(node));
}

static int read_to(struct reader *r, const yaml_node_t *node, void *into)
{
    if (party_set_parse(scalar(node), &((struct policy_entry *)into)->to) == 0)
        return 0;
    return wrong(r, node, "expected an address, a prefix, a MAC address or `any`, not \"%.60s\"", scalar(node));
}

static int copy(struct reader *r, const yaml_node_t *node, char **out)
{
    if (node->type != YAML_SCALAR_NODE)
        return wrong(r, node, "expected a word here");
    free(*out);
    *out = strdup(scalar(node));
    return *out != NULL ? 0 : wrong(r, node, "no memory");
}

static int read_protocol(struct reader *r, const yaml_node_t *node, void *into)
{
    return copy(r, node, &((struct policy_entry *)into)->protocol);
}

static int read_function(struct reader *r, const yaml_node_t *node, void *into)
{
    return copy(r, node, &((struct policy_entry *)into)->function);
}

static int read_access(struct reader *r, const yaml_node_t *node, void *into)
{
    for (const struct field_name *n = access_names; n->name != NULL; n++) {
        if (strcmp(n->name, scalar(node)) == 0) {
            ((struct policy_entry *)into)->access = (enum access)n->value;
            return 0;
        }
    }
    return wrong(r, node, "expected an access such as read, write, control or program, not \"%.40s\"", scalar(node));
}

static int read_every(struct reader *r, const yaml_node_t *node, void *into)
{
    return duration(r, node, &((struct policy_entry *)into)->every_us);
}

static int read_longest(struct reader *r, const yaml_node_t *node, void *into)
{
    return duration(r, node, &((struct policy_entry *)into)->longest_us);
}

static int read_per_minute(struct reader *r, const yaml_node_t *node, void *into)
{
    return count(r, node, &((struct policy_entry *)into)->per_minute);
}

static int read_refusals(struct reader *r, const yaml_node_t *node, void *into)
{
    return count(r, node, &((struct policy_entry *)into)->refusals);
}

static int read_on(struct reader *r, const yaml_node_t *node, void *into)
{
    return copy(r, node, &((struct policy_target *)into)->on);
}

static int read_at(struct reader *r, const yaml_node_t *node, void *into)
{
    return each(r, node, read_range, into);
}

static int read_value(struct reader *r, const yaml_node_t *node, void *into)
{
    struct policy_target *t = into;
    t->valued = true;
    return value_range(scalar(node), &t->low, &t->high) ? 0 : wrong(r, node, "expected values such as `1` or `0..50`, not \"%.40s\"", scalar(node));
}

static int read_target(struct reader *r, const yaml_node_t *node, void *into)
{
    static const struct member rows[] = { { "on", read_on }, { "at", read_at }, { "value", read_value } };
    struct policy_target fresh = { .on = NULL };
    struct policy_entry *e = into;
    int rc = members(r, node, rows, sizeof rows / sizeof rows[0], &fresh);
    struct policy_target *t = rc == 0 ? policy_target_of(e, fresh.on != NULL ? fresh.on : "") : NULL;
    if (rc == 0 && t == NULL)
        rc = wrong(r, node, "no memory for another target");
    if (rc == 0 && (t->count > 0 || t->valued))
        rc = wrong(r, node, "the target \"%.80s\" is already in this entry: put both lists together", t->on);
    if (rc == 0) {
        free(fresh.on);
        fresh.on = t->on;
        *t = fresh;
        return 0;
    }
    free(fresh.on);
    free(fresh.ranges);
    return rc;
}

static int read_targets(struct reader *r, const yaml_node_t *node, void *into)
{
    return each(r, node, read_target, into);
}

static int read_entry(struct reader *r, const yaml_node_t *node, void *into)
{
    static const struct member rows[] = {
        { "from", read_from }, { "to", read_to }, { "protocol", read_protocol }, { "access", read_access }, { "function", read_function },
        { "hours", read_hours }, { "every", read_every }, { "longest", read_longest }, { "per_minute", read_per_minute },
        { "refusals", read_refusals }, { "targets", read_targets }
    };
    (void)into;
    struct policy_entry *e = policy_add(r->policy);
    if (e == NULL)
        return wrong(r, node, "no memory, or more than %d entries", POLICY_ENTRIES_MAX);
    e->access = ACCESS_OTHER;
    int rc = members(r, node, rows, sizeof rows / sizeof rows[0], e);
    if (rc == 0 && (e->protocol == NULL || *e->protocol == '\0'))
        rc = wrong(r, node, "this entry needs a protocol");
    if (rc == 0 && e->function == NULL && (e->function = strdup("")) == NULL)
        rc = wrong(r, node, "no memory");
    return rc;
}

static int read_address(struct reader *r, const yaml_node_t *node, void *into)
{
    if (party_parse(scalar(node), &((struct policy_device *)into)->party) == 0)
        return 0;
    return wrong(r, node, "expected an IP or MAC address, not \"%.60s\"", scalar(node));
}

static int read_mac(struct reader *r, const yaml_node_t *node, void *into)
{
    struct policy_device *d = into;
    d->has_mac = mac_parse(scalar(node), d->mac) == 0;
    return d->has_mac ? 0 : wrong(r, node, "expected a MAC address such as 00:80:f4:01:02:03, not \"%.60s\"", scalar(node));
}

static int read_device(struct reader *r, const yaml_node_t *node, void *into)
{
    static const struct member rows[] = { { "address", read_address }, { "mac", read_mac } };
    struct policy_device fresh = { .has_mac = false };
    (void)into;
    int rc = members(r, node, rows, sizeof rows / sizeof rows[0], &fresh);
    if (rc == 0 && fresh.party.addr.version == 0)
        return wrong(r, node, "this device needs an address");
    struct policy_device *d = rc == 0 ? policy_device_add(r->policy, &fresh.party) : NULL;
    if (rc == 0 && d == NULL)
        return wrong(r, node, "no memory for another device");
    if (d != NULL)
        *d = fresh;
    return rc;
}

/* ---- the document ---- */

static int read_version(struct reader *r, const yaml_node_t *node, void *into)
{
    (void)into;
    return strcmp(scalar(node), "1") == 0 ? 0 : wrong(r, node, "expected version 1, not \"%.20s\"", scalar(node));
}

static int read_offset(struct reader *r, const yaml_node_t *node, void *into)
{
    struct policy *p = into;
    char sign, end;
    unsigned hour, minute;
    if (sscanf(scalar(node), "%c%2u:%2u%c", &sign, &hour, &minute, &end) != 3 || (sign != '+' && sign != '-') || hour > 14 || minute > 59)
        return wrong(r, node, "expected an offset such as \"+08:00\", not \"%.20s\"", scalar(node));
    p->utc_offset_s = (int32_t)(hour * 3600 + minute * 60) * (sign == '-' ? -1 : 1);
    return 0;
}

static int read_devices(struct reader *r, const yaml_node_t *node, void *into)
{
    return each(r, node, read_device, into);
}

static int read_allow(struct reader *r, const yaml_node_t *node, void *into)
{
    return each(r, node, read_entry, into);
}

static int read_document(struct reader *r)
{
    static const struct member rows[] = {
        { "allow", read_allow }, { "devices", read_devices }, { "utc_offset", read_offset }, { "version", read_version }
    };
    const yaml_node_t *root = yaml_document_get_root_node(&r->doc);
    if (root == NULL)
        return fault_set(r->fault, -EINVAL, "%s: empty; a policy begins with `version: 1`", r->path);
    return members(r, root, rows, sizeof rows / sizeof rows[0], r->policy);
}

static int read_file(struct reader *r, FILE *in)
{
    yaml_parser_t yaml;
    if (!yaml_parser_initialize(&yaml))
        return fault_set(r->fault, -ENOMEM, "no memory to read %s", r->path);
    yaml_parser_set_input_file(&yaml, in);
    int rc = 0;
    if (!yaml_parser_load(&yaml, &r->doc)) {
        rc = fault_set(r->fault, -EINVAL, "%s:%zu:%zu: not YAML: %s", r->path, yaml.problem_mark.line + 1, yaml.problem_mark.column + 1,
                       yaml.problem != NULL ? yaml.problem : "it cannot be read");
    } else {
        rc = read_document(r);
        yaml_document_delete(&r->doc);
    }
    yaml_parser_delete(&yaml);
    return rc;
}

struct policy *policy_load(const char *path, struct fault *f)
{
    struct reader r = { .path = path, .fault = f };
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    int rc = (r.policy = policy_new(f)) != NULL ? read_file(&r, in) : f->code;
    fclose(in);
    if (rc == 0 && policy_seal(r.policy, f) == 0)
        return r.policy;
    policy_free(r.policy);
    return NULL;
}
