/* A policy as YAML, for people: what is the same everywhere stays unsaid. */
#include <inttypes.h>
#include <string.h>

#include "behave/policy.h"
#include "common/clock.h"

enum { LINE_RANGES = 8 };

/* One character of well-formed UTF-8; gives its length. */
static size_t character(const char *text, uint32_t *code)
{
    const uint8_t *b = (const uint8_t *)text;
    size_t len = b[0] < 0x80 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    *code = len == 1 ? b[0] : b[0] & (0x7fu >> len);
    for (size_t i = 1; i < len && b[i] != 0; i++)
        *code = *code << 6 | (b[i] & 0x3f);
    return len;
}

/* What YAML takes for the end of a line, or not at all, is written by its number. */
static bool plain(uint32_t code)
{
    return code >= ' ' && code != '"' && code != '\\' && (code < 0x7f || code > 0xa0) && code != 0x2028 && code != 0x2029 && code != 0xfeff
           && (code & 0xfffe) != 0xfffe;
}

static void quoted(FILE *out, const char *text)
{
    uint32_t code;
    fputc('"', out);
    for (size_t left = strlen(text), len; left > 0; text += len, left -= len) {
        len = character(text, &code);
        len = len < left ? len : left;
        if (plain(code))
            fwrite(text, 1, len, out);
        else
            fprintf(out, code > 0xffff ? "\\U%08x" : code > 0xff ? "\\u%04x" : "\\x%02x", code);
    }
    fputc('"', out);
}

/* Digits enough to read the same number again. */
static void value(FILE *out, double x)
{
    char text[40];
    double again;
    snprintf(text, sizeof text, "%.9g", x);
    if (sscanf(text, "%lf", &again) != 1 || again < x || again > x)
        snprintf(text, sizeof text, "%.17g", x);
    fputs(text, out);
}

static void values(FILE *out, double low, double high)
{
    value(out, low);
    if (high > low) {
        fputs("..", out);
        value(out, high);
    }
}

static void range(FILE *out, const struct policy_range *r)
{
    fputc('"', out);
    fprintf(out, "%" PRIu64, r->first);
    if (r->last > r->first)
        fprintf(out, "-%" PRIu64, r->last);
    if (r->valued) {
        fputs(" = ", out);
        values(out, r->low, r->high);
    }
    fputc('"', out);
}

static void target(FILE *out, const struct policy_target *t)
{
    fputs("      - { on: ", out);
    quoted(out, t->on);
    if (t->count > 0) {
        fputs(", at: [", out);
        for (size_t i = 0; i < t->count; i++) {
            fputs(i == 0 ? " " : i % LINE_RANGES == 0 ? ",\n          " : ", ", out);
            range(out, &t->ranges[i]);
        }
        fputs(" ]", out);
    } else if (t->valued) {
        fputs(", value: \"", out);
        values(out, t->low, t->high);
        fputc('"', out);
    }
    fputs(" }\n", out);
}

/* "06-17, 22": runs of hours. */
static void hours(FILE *out, uint32_t bits)
{
    const char *comma = "";
    for (unsigned h = 0; h < 24; h++) {
        unsigned last = h;
        if (!(bits >> h & 1))
            continue;
        while (last < 23 && bits >> (last + 1) & 1)
            last++;
        fprintf(out, last > h ? "%s%02u-%02u" : "%s%02u", comma, h, last);
        comma = ", ";
        h = last;
    }
}

static const char *duration(uint64_t us, char text[32])
{
    if (us % 1000000 == 0)
        snprintf(text, 32, "%" PRIu64 " s", us / 1000000);
    else
        snprintf(text, 32, "%" PRIu64 " ms", (us + 999) / 1000);
    return text;
}

static void entry(FILE *out, const struct policy_entry *e)
{
    char from[PARTY_TEXT_MAX], to[PARTY_TEXT_MAX], every[32], longest[32];
    party_set_text(&e->from, from);
    party_set_text(&e->to, to);
    fprintf(out, "  - from: \"%s\"\n    to: \"%s\"\n    protocol: ", from, to);
    quoted(out, e->protocol);
    fprintf(out, "\n    access: %s\n", access_name(e->access));
    if (*e->function != '\0') {
        fputs("    function: ", out);
        quoted(out, e->function);
        fputc('\n', out);
    }
    if (e->hours != POLICY_HOURS_ALL) {
        fputs("    hours: \"", out);
        hours(out, e->hours);
        fputs("\"\n", out);
    }
    if (e->every_us != 0)
        fprintf(out, "    every: %s\n", duration(e->every_us, every));
    if (e->longest_us != 0)
        fprintf(out, "    longest: %s\n", duration(e->longest_us, longest));
    if (e->per_minute != 0)
        fprintf(out, "    per_minute: %u\n", e->per_minute);
    if (e->refusals != 0)
        fprintf(out, "    refusals: %u\n", e->refusals);
    if (e->target_count > 0)
        fputs("    targets:\n", out);
    for (size_t i = 0; i < e->target_count; i++)
        target(out, &e->targets[i]);
}

void policy_write(const struct policy *p, const char *sensor, FILE *out)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], text[PARTY_TEXT_MAX];
    unsigned offset = (unsigned)(p->utc_offset_s < 0 ? -p->utc_offset_s : p->utc_offset_s) / 60;
    clock_text(p->from_us, from);
    clock_text(p->to_us, to);
    if (p->from_us != 0)
        fprintf(out, "# Who may do what to which device 工控通信策略: learned by sensor %s\n# from %s to %s.\n", sensor, from, to);
    else
        fputs("# Who may do what to which device 工控通信策略: nothing was seen.\n", out);
    fprintf(out, "# Review each entry: strike what should not be, widen what is too narrow. fengsui-policy(5) explains every word.\n"
                 "version: 1\nutc_offset: \"%c%02u:%02u\"\ndevices:\n",
            p->utc_offset_s < 0 ? '-' : '+', offset / 60, offset % 60);
    for (size_t i = 0; i < p->device_count; i++) {
        const struct policy_device *d = &p->devices[i];
        party_text(&d->party, text);
        fprintf(out, "  - { address: \"%s\"", text);
        if (d->has_mac && d->party.addr.version != PARTY_MAC)
            fprintf(out, ", mac: \"%02x:%02x:%02x:%02x:%02x:%02x\"", d->mac[0], d->mac[1], d->mac[2], d->mac[3], d->mac[4], d->mac[5]);
        fputs(" }\n", out);
    }
    fputs("allow:\n", out);
    for (size_t i = 0; i < p->count; i++)
        entry(out, &p->entries[i]);
}
