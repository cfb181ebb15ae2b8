#include "events/indicator.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/csv.h"
#include "common/hash.h"
#include "events/load.h"

enum { COLUMNS_LEAST = 6, COLUMNS = 9, WIDEST_V4 = 16, WIDEST_V6 = 32, SEVERITY_USUAL = 2, CONFIDENCE_USUAL = 50 };

const char *const indicator_kinds[INDICATOR_KINDS] = {
    "address", "domain", "url", "ja3", "ja4", "sha256", "sha1", "md5", "email", "certificate",
};
const char *const indicator_tlps[INDICATOR_TLPS] = { "clear", "green", "amber", "amber+strict", "red" };

static const struct { const char *name; enum indicator_kind kind; } other_names[] = {
    { "ip", INDICATOR_ADDRESS }, { "prefix", INDICATOR_ADDRESS }, { "hostname", INDICATOR_DOMAIN },
    { "certificate_sha1", INDICATOR_CERTIFICATE }, { "mail", INDICATOR_EMAIL },
};

int indicator_kind_parse(const char *name)
{
    for (int i = 0; i < INDICATOR_KINDS; i++)
        if (strcmp(indicator_kinds[i], name) == 0)
            return i;
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++)
        if (strcmp(other_names[i].name, name) == 0)
            return (int)other_names[i].kind;
    return -1;
}

/* ---- values that would match everywhere, or nowhere ---- */

#define V4(a, b, c, d, n) { { .bytes = { [12] = (a), (b), (c), (d) }, .version = 4 }, (n) }
#define V6(n, ...) { { .bytes = { __VA_ARGS__ }, .version = 6 }, (n) }
static const char resolver[] = "a public resolver", private_network[] = "a private network";
static const struct { struct prefix prefix; const char *what; } special[] = {
    { V4(0, 0, 0, 0, 8), "this network" },
    { V4(10, 0, 0, 0, 8), private_network },
    { V4(100, 64, 0, 0, 10), "shared by carriers' NAT" },
    { V4(127, 0, 0, 0, 8), "the host itself" },
    { V4(169, 254, 0, 0, 16), "link-local" },
    { V4(172, 16, 0, 0, 12), private_network },
    { V4(192, 168, 0, 0, 16), private_network },
    { V4(224, 0, 0, 0, 3), "multicast or reserved" },
    { V4(1, 1, 1, 1, 32), resolver }, { V4(1, 0, 0, 1, 32), resolver }, { V4(8, 8, 8, 8, 32), resolver },
    { V4(8, 8, 4, 4, 32), resolver }, { V4(9, 9, 9, 9, 32), resolver }, { V4(114, 114, 114, 114, 32), resolver },
    { V4(114, 114, 115, 115, 32), resolver }, { V4(119, 29, 29, 29, 32), resolver }, { V4(180, 76, 76, 76, 32), resolver },
    { V4(208, 67, 222, 222, 32), resolver }, { V4(223, 5, 5, 5, 32), resolver }, { V4(223, 6, 6, 6, 32), resolver },
    { V6(127, 0), "the host itself" },
    { V6(96, [10] = 0xff, 0xff), "an IPv4 address in disguise" },
    { V6(7, 0xfc), private_network },
    { V6(10, 0xfe, 0x80), "link-local" },
    { V6(8, 0xff), "multicast" },
    { V6(128, 0x20, 0x01, 0x48, 0x60, 0x48, 0x60, [14] = 0x88, 0x88), resolver },
    { V6(128, 0x20, 0x01, 0x48, 0x60, 0x48, 0x60, [14] = 0x88, 0x44), resolver },
    { V6(128, 0x26, 0x06, 0x47, [4] = 0x47, [14] = 0x11, 0x11), resolver },
    { V6(128, 0x24, [2] = 0x32, [15] = 0x01), resolver },
};

/* Names under which anyone can register: whoever is bad below them has a longer name. */
static const char *const suffixes[] = {
    "com.cn", "net.cn", "org.cn", "gov.cn", "edu.cn", "ac.cn", "hn.cn", "com.hk", "com.tw", "co.jp", "co.kr", "co.uk", "org.uk",
    "com.au", "com.br", "com.sg", "co.in", "in-addr.arpa", "ip6.arpa",
};

static const char *const of_nothing[] = {
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

static int check_address(const char *value, struct prefix *p, struct fault *f)
{
    char text[ADDR_TEXT_MAX];
    if (prefix_parse(value, p) < 0)
        return fault_set(f, -EINVAL, "expected an address or prefix, not \"%.80s\"", value);
    if (p->bits < (p->addr.version == 4 ? WIDEST_V4 : WIDEST_V6))
        return fault_set(f, -EINVAL, "\"%.80s\" is too wide: expected a prefix of at least %d bits", value,
                         p->addr.version == 4 ? WIDEST_V4 : WIDEST_V6);
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        const struct prefix *known = &special[i].prefix;
        if (!prefix_holds(known, &p->addr) && !prefix_holds(p, &known->addr))
            continue;
        addr_text(&known->addr, text);
        return fault_set(f, -EINVAL, "\"%.80s\" is or holds %s/%u (%s): it would match what everybody does", value, text, known->bits,
                         special[i].what);
    }
    return 0;
}

static bool label_fits(const char *label, size_t len)
{
    if (len == 0 || len > 63)
        return false;
    for (size_t i = 0; i < len; i++)    /* names that are no host's, and names beyond ASCII, do occur in DNS */
        if ((unsigned char)label[i] <= ' ' || strchr("/@:\\'\"", label[i]) != NULL)
            return false;
    return true;
}

static int check_domain(const char *value, struct fault *f)
{
    const char *last = strrchr(value, '.');
    for (const char *at = value; at != NULL; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
        if (!label_fits(at, strcspn(at, ".")) || strlen(value) > 253)
            return fault_set(f, -EINVAL, "expected a domain name, not \"%.80s\"", value);
    if (last == NULL)
        return fault_set(f, -EINVAL, "\"%.80s\" is a single label: it would match all names below it", value);
    if (last[1 + strspn(last + 1, "0123456789")] == '\0')
        return fault_set(f, -EINVAL, "expected a domain name, not \"%.80s\": for an address say address", value);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (strcmp(value, suffixes[i]) == 0)
            return fault_set(f, -EINVAL, "\"%.80s\" is a suffix under which anyone registers", value);
    return 0;
}

static int check_url(const char *value, struct fault *f)
{
    const char *path = strchr(value, '/');
    if (path == NULL || path == value || path[-1] == ':')      /* the last: a scheme behind a scheme */
        return fault_set(f, -EINVAL, "expected a URL with host and path, not \"%.80s\": for a host say domain or address", value);
    return 0;
}

static int check_email(const char *value, struct fault *f)
{
    const char *at = strchr(value, '@');
    struct fault why;
    if (at == NULL || at == value || strpbrk(value, " <>,;") != NULL || check_domain(at + 1, &why) < 0)
        return fault_set(f, -EINVAL, "expected a mail address, not \"%.80s\"", value);
    return 0;
}

static int check_digest(const char *value, size_t digits, const char *kind, struct fault *f)
{
    if (strlen(value) != digits || value[strspn(value, "0123456789abcdef")] != '\0')
        return fault_set(f, -EINVAL, "expected %zu hex digits as %s, not \"%.80s\"", digits, kind, value);
    for (size_t i = 0; i < sizeof of_nothing / sizeof of_nothing[0]; i++)
        if (strcmp(value, of_nothing[i]) == 0)
            return fault_set(f, -EINVAL, "\"%.80s\" is the digest of an empty file", value);
    return 0;
}

/* t13d1516h2_8daaf6152771_e5627efa2ab1 */
static int check_ja4(const char *value, struct fault *f)
{
    bool fits = strlen(value) == 36 && value[10] == '_' && value[23] == '_';
    for (size_t i = 0; fits && i < 36; i++)
        fits = i == 10 || i == 23 || isalnum((unsigned char)value[i]);
    return fits ? 0 : fault_set(f, -EINVAL, "expected a JA4 such as t13d1516h2_8daaf6152771_e5627efa2ab1, not \"%.80s\"", value);
}

static int check(struct indicator *i, struct fault *f)
{
    switch (i->kind) {
    case INDICATOR_ADDRESS:     return check_address(i->value, &i->prefix, f);
    case INDICATOR_DOMAIN:      return check_domain(i->value, f);
    case INDICATOR_URL:         return check_url(i->value, f);
    case INDICATOR_JA4:         return check_ja4(i->value, f);
    case INDICATOR_SHA256:      return check_digest(i->value, 64, "sha256", f);
    case INDICATOR_SHA1:        return check_digest(i->value, 40, "sha1", f);
    case INDICATOR_CERTIFICATE: return check_digest(i->value, 40, "certificate (SHA-1)", f);
    case INDICATOR_EMAIL:       return check_email(i->value, f);
    default:                    return check_digest(i->value, 32, indicator_kinds[i->kind], f);
    }
}

/* ---- the form that is looked for ---- */

static void remove_all(char *text, const char *what)
{
    size_t n = strlen(what);
    for (char *at = text; (at = strstr(at, what)) != NULL;)
        memmove(at, at + n, strlen(at + n) + 1);
}

/* As people pass bad names on, so that nobody follows them by accident: evil[.]example, hxxp://. */
static void undo_disarming(char *value)
{
    for (char *at = value; (at = strstr(at, "[.]")) != NULL; at++) {
        *at = '.';
        memmove(at + 1, at + 3, strlen(at + 3) + 1);
    }
}

/* Whether it was encrypted is not part of who it was. */
static void remove_scheme(char *url)
{
    char *at = url + strcspn(url, "/:");
    if (strncmp(at, "://", 3) == 0)
        memmove(url, at + 3, strlen(at + 3) + 1);
}

static void normalise(enum indicator_kind kind, char *value)
{
    size_t len = strlen(value);
    while (len > 0 && isspace((unsigned char)value[len - 1]))
        value[--len] = '\0';
    for (size_t i = 0; i < len; i++)
        value[i] = (char)tolower((unsigned char)value[i]);
    undo_disarming(value);
    if (kind == INDICATOR_URL)
        remove_scheme(value);
    if (kind == INDICATOR_DOMAIN && strncmp(value, "*.", 2) == 0)
        memmove(value, value + 2, strlen(value + 2) + 1);
    len = strlen(value);
    if (kind == INDICATOR_DOMAIN && len > 0 && value[len - 1] == '.')
        value[len - 1] = '\0';
    if (kind == INDICATOR_CERTIFICATE)
        remove_all(value, ":");
}

/* Blanks at the end are cut away later: the line ends of a file among them. */
static bool is_line(const char *value)
{
    size_t n = strlen(value);
    while (n > 0 && isspace((unsigned char)value[n - 1]))
        n--;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)value[i] < ' ' || value[i] == 0x7f)
            return false;
    return true;
}

int indicator_take(const char *kind, const char *value, struct indicator_room *room, struct indicator *out, struct fault *f)
{
    int found = indicator_kind_parse(kind);
    *out = (struct indicator){ .id = room->id, .value = room->value, .name = room->name, .source = room->source,
                               .severity = SEVERITY_USUAL, .confidence = CONFIDENCE_USUAL, .tlp = INDICATOR_AMBER };
    room->id[0] = room->name[0] = room->source[0] = '\0';
    if (found < 0)
        return fault_set(f, -EINVAL, "expected address, domain, url, ja3, ja4, sha256, sha1, md5, email or certificate, not \"%.40s\"", kind);
    value += strspn(value, " \t");
    if (*value == '\0' || strlen(value) >= INDICATOR_VALUE_MAX)
        return fault_set(f, -EINVAL, "expected a value of 1 to %d bytes", INDICATOR_VALUE_MAX - 1);
    if (!is_line(value))
        return fault_set(f, -EINVAL, "expected a value without line ends and control characters");
    out->kind = (enum indicator_kind)found;
    strcpy(room->value, value);
    normalise(out->kind, room->value);
    return check(out, f);
}

/* ---- what surrounds the value ---- */

static int set_text(char *to, size_t size, const char *from, const char *what, struct fault *f)
{
    if (strlen(from) >= size)
        return fault_set(f, -EINVAL, "expected a %s of at most %zu bytes", what, size - 1);
    strcpy(to, from);
    return 0;
}

/* Who gives no id means: this kind and value. */
static int set_id(struct indicator_room *room, const struct indicator *i, const char *given, struct fault *f)
{
    uint8_t digest[HASH_MAX];
    struct text t = text_over(room->id, sizeof room->id);
    if (*given != '\0')
        return set_text(room->id, sizeof room->id, given, "id", f);
    text_fmt(&t, "%s:", indicator_kinds[i->kind]);
    if (strlen(i->value) < sizeof room->id - 20)
        text_str(&t, i->value);
    else
        text_hex(&t, digest, hash_digest(HASH_SHA256, i->value, strlen(i->value), digest));
    text_end(&t);
    return 0;
}

/* A day stands for its last second. */
static int set_expiry(struct indicator *i, const char *given, struct fault *f)
{
    char whole_day[64];
    if (*given == '\0')
        return 0;
    snprintf(whole_day, sizeof whole_day, "%.40sT23:59:59", given);
    if (clock_parse(given, &i->expires_us) < 0 && clock_parse(whole_day, &i->expires_us) < 0)
        return fault_set(f, -EINVAL, "expected a date such as 2027-01-31, not \"%.40s\"", given);
    return 0;
}

static int set_severity(struct indicator *i, const char *given, struct fault *f)
{
    if (strlen(given) != 1 || given[0] < '1' || given[0] > '4')
        return fault_set(f, -EINVAL, "expected a severity 1 (high) to 4, not \"%.40s\"", given);
    i->severity = (uint8_t)(given[0] - '0');
    return 0;
}

static int set_confidence(struct indicator *i, const char *given, struct fault *f)
{
    char *end;
    unsigned long n = strtoul(given, &end, 10);
    if (*given == '\0')
        return 0;
    if (!isdigit((unsigned char)*given) || *end != '\0' || n > 100)
        return fault_set(f, -EINVAL, "expected a confidence of 0 to 100, not \"%.40s\"", given);
    i->confidence = (uint8_t)n;
    return 0;
}

static int set_tlp(struct indicator *i, const char *given, struct fault *f)
{
    const char *level = strncmp(given, "TLP:", 4) == 0 || strncmp(given, "tlp:", 4) == 0 ? given + 4 : given;
    if (*given == '\0')
        return 0;
    for (int n = 0; n < INDICATOR_TLPS; n++)
        if (strcasecmp(indicator_tlps[n], level) == 0) {
            i->tlp = (enum indicator_tlp)n;
            return 0;
        }
    return fault_set(f, -EINVAL, "expected a TLP clear, green, amber, amber+strict or red, not \"%.40s\"", given);
}

int indicator_row(char *line, struct indicator_room *room, struct indicator *out, struct fault *f)
{
    char *field[COLUMNS] = { NULL };
    size_t n = csv_cut(line, field, COLUMNS);
    if (n < COLUMNS_LEAST || n > COLUMNS)
        return fault_set(f, -EINVAL, "expected 6 columns (type,value,name,severity,source,expires) and at most tlp, confidence, id behind "
                         "them, found %s", n > COLUMNS ? "more" : "fewer");
    int rc = indicator_take(field[0], field[1], room, out, f);
    if (rc == 0)
        rc = set_text(room->name, sizeof room->name, field[2], "name", f);
    if (rc == 0)
        rc = set_severity(out, field[3], f);
    if (rc == 0)
        rc = set_text(room->source, sizeof room->source, field[4], "source", f);
    if (rc == 0)
        rc = set_expiry(out, field[5], f);
    if (rc == 0 && n > 6)
        rc = set_tlp(out, field[6], f);
    if (rc == 0 && n > 7)
        rc = set_confidence(out, field[7], f);
    return rc == 0 ? set_id(room, out, n > 8 ? field[8] : "", f) : rc;
}

/* ---- JSON ---- */

static int fill(const json_t *o, struct indicator_room *room, struct indicator *out, struct fault *f)
{
    char severity[16];
    int rc = indicator_take(event_text_of(o, "kind"), event_text_of(o, "value"), room, out, f);
    if (rc < 0)
        return rc;
    snprintf(severity, sizeof severity, "%u", (unsigned)event_number_of(o, "severity", 99));
    out->version = (uint32_t)event_number_of(o, "version", UINT32_MAX);
    out->revoked = json_is_true(json_object_get(o, "revoked"));
    if (json_object_get(o, "confidence") != NULL)
        out->confidence = (uint8_t)event_number_of(o, "confidence", 100);
    if (json_object_get(o, "severity") != NULL)
        rc = set_severity(out, severity, f);
    if (rc == 0)
        rc = set_text(room->name, sizeof room->name, event_text_of(o, "name"), "name", f);
    if (rc == 0)
        rc = set_text(room->source, sizeof room->source, event_text_of(o, "source"), "source", f);
    if (rc == 0)
        rc = set_tlp(out, event_text_of(o, "tlp"), f);
    return rc == 0 ? set_expiry(out, event_text_of(o, "expires"), f) : rc;
}

int indicator_parse(const char *json, size_t len, struct indicator_room *room, struct indicator *out, struct fault *f)
{
    json_t *o = event_load(json, len, f);
    if (o == NULL)
        return f->code;
    int rc = fill(o, room, out, f);
    const char *id = event_text_of(o, "id");
    if (rc == 0 && *id == '\0')
        rc = fault_set(f, -EINVAL, "an indicator needs an id");
    if (rc == 0)
        rc = set_id(room, out, id, f);
    json_decref(o);
    return rc;
}

static void member(const char *name, const char *value, struct text *out)
{
    text_char(out, '"');
    text_str(out, name);
    text_lit(out, "\":\"");
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

void indicator_brief(const struct indicator *i, struct text *out)
{
    text_char(out, '{');
    member("id", i->id, out);
    text_char(out, ',');
    member("value", i->value, out);
    text_fmt(out, ",\"kind\":\"%s\",", indicator_kinds[i->kind]);
    member("source", i->source, out);
    text_fmt(out, ",\"tlp\":\"%s\",\"confidence\":%u}", indicator_tlps[i->tlp], i->confidence);
}

void indicator_json(const struct indicator *i, struct text *out)
{
    char when[CLOCK_TEXT_MAX];
    text_char(out, '{');
    member("id", i->id, out);
    text_fmt(out, ",\"version\":%u,\"kind\":\"%s\",", i->version, indicator_kinds[i->kind]);
    member("value", i->value, out);
    text_char(out, ',');
    member("name", i->name, out);
    text_fmt(out, ",\"severity\":%u,\"tlp\":\"%s\",", i->severity, indicator_tlps[i->tlp]);
    member("source", i->source, out);
    text_fmt(out, ",\"confidence\":%u", i->confidence);
    if (i->expires_us != 0) {
        clock_text(i->expires_us, when);
        text_fmt(out, ",\"expires\":\"%s\"", when);
    }
    if (i->revoked)
        text_lit(out, ",\"revoked\":true");
    text_char(out, '}');
}
