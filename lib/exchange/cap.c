/* CAP 1.2: a version of a warning as one alert message with a block for each language. Elements stand in the order of the
 * standard's schema (section 3.4), which is a sequence. */
#include "exchange/exchange.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "exchange/put.h"

/* By gravity from 1, red. Urgency and severity are the standard's words (section 3.2.2). */
static const struct weight { const char *urgency, *severity; } weights[] = {
    [0] = { "Unknown", "Unknown" }, [1] = { "Immediate", "Extreme" }, [2] = { "Expected", "Severe" }, [3] = { "Expected", "Moderate" },
    [4] = { "Future", "Minor" },
};

static const char *status_of(const struct thing *t)
{
    return strcmp(t->status, "exercise") == 0 ? "Exercise" : strcmp(t->status, "test") == 0 ? "Test"
         : thing_is_out(t) ? "Actual" : "Draft";
}

static bool is_over(const struct thing *t)
{
    return strcmp(t->state, "lifted") == 0;
}

/* ---- earlier messages: each by sender, identifier and time sent ---- */

/* Section 3.2.1: no spaces, commas, < or & in an identifier; ours have none. */
static void identifier(const struct thing *t, uint64_t version, struct text *out)
{
    text_fmt(out, "%s.%llu", t->id, (unsigned long long)version);
}

struct references {
    const struct exchange_house *house;
    const struct thing *thing;
    struct text *out;
    size_t       count;
};

static void reference(void *ctx, uint64_t version, uint64_t at_us)
{
    struct references *r = ctx;
    char time[MOMENT_MAX];
    text_str(r->out, r->count++ > 0 ? " " : "<references>");
    put_xml(r->out, r->house->domain);
    text_char(r->out, ',');
    identifier(r->thing, version, r->out);
    text_fmt(r->out, ",%s", moment_offset(at_us, time));
}

/* An Update or a Cancel names what it updates; where nothing earlier is known the message is a first one. */
static const char *message_type(const struct thing *t, size_t earlier)
{
    return earlier == 0 ? "Alert" : is_over(t) ? "Cancel" : "Update";
}

/* ---- blocks ---- */

static void pair(struct text *out, const char *element, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    text_fmt(out, "<%s>\n", element);
    put_element(out, "valueName", name);
    put_element(out, "value", value);
    text_fmt(out, "</%s>\n", element);
}

static void area(const char *region, struct text *out)
{
    text_lit(out, "<area>\n");
    put_element(out, "areaDesc", *region != '\0' ? region : "-");
    pair(out, "geocode", "GB/T 2260", region);
    text_lit(out, "</area>\n");
}

static void areas(const struct thing *t, struct text *out)
{
    const json_t *regions = thing_list(t, "regions");
    for (size_t i = 0; i < json_array_size(regions); i++)
        if (json_is_string(json_array_get(regions, i)))
            area(json_string_value(json_array_get(regions, i)), out);
    if (json_array_size(regions) == 0)
        area(t->region, out);
}

static void headline(const struct thing *t, bool zh, struct text *out)
{
    struct in_words g = thing_gravity(t);
    const char *title = zh ? t->title_zh : t->title_en;
    text_lit(out, "<headline>");
    if (zh)
        text_fmt(out, "网络安全%s预警：", g.zh);
    else
        text_fmt(out, "Cybersecurity warning (%s): ", g.en);
    put_xml(out, *title != '\0' ? title : t->id);
    text_lit(out, "</headline>\n");
}

static void expires(const struct thing *t, struct text *out)
{
    char time[MOMENT_MAX];
    uint64_t until;
    if (clock_parse(thing_text(t, "valid_until"), &until) == 0)
        put_element(out, "expires", moment_offset(until, time));
}

static void info(const struct exchange_house *h, const struct thing *t, bool zh, struct text *out)
{
    char time[MOMENT_MAX];
    const struct weight *w = &weights[t->gravity];
    text_lit(out, "<info>\n");
    put_element(out, "language", zh ? "zh-CN" : "en");
    put_element(out, "category", "Infra");
    put_element(out, "category", "Security");
    put_element(out, "event", zh ? "网络安全预警" : "Cybersecurity warning");
    put_element(out, "responseType", is_over(t) ? "AllClear" : "Prepare");
    put_element(out, "urgency", is_over(t) ? "Past" : w->urgency);
    put_element(out, "severity", w->severity);
    put_element(out, "certainty", json_array_size(thing_list(t, "incidents")) > 0 ? "Observed" : "Likely");
    pair(out, "eventCode", "GB/T 20986-2023", t->category);
    put_element(out, "effective", moment_offset(t->changed_us, time));
    expires(t, out);
    put_element(out, "senderName", zh ? h->name_zh : h->name_en);
    headline(t, zh, out);
    put_element(out, "description", zh ? t->title_zh : t->title_en);
    put_element(out, "instruction", thing_message(t));
    put_element(out, "contact", h->contact);
    pair(out, "parameter", "colour", zh ? thing_gravity(t).zh : thing_gravity(t).en);
    pair(out, "parameter", "sector", t->sector);
    pair(out, "parameter", "state", t->state);
    areas(t, out);
    text_lit(out, "</info>\n");
}

static void incidents(const struct thing *t, struct text *out)
{
    const json_t *list = thing_list(t, "incidents");
    if (json_array_size(list) == 0)
        return;
    text_lit(out, "<incidents>");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        text_str(out, i ? " " : "");
        put_xml(out, id != NULL ? id : "");
    }
    text_lit(out, "</incidents>\n");
}

void cap_write(const struct exchange_house *h, const struct thing *t, struct text *out)
{
    char time[MOMENT_MAX], named[8192], code[32];
    struct text earlier = text_over(named, sizeof named), c = text_over(code, sizeof code);
    struct references r = { h, t, &earlier, 0 };
    thing_earlier(t, reference, &r);
    if (r.count > 0)
        text_lit(&earlier, "</references>\n");
    text_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n<identifier>");
    identifier(t, t->version, out);
    text_lit(out, "</identifier>\n");
    put_element(out, "sender", h->domain);
    put_element(out, "sent", moment_offset(t->changed_us, time));
    put_element(out, "status", status_of(t));
    put_element(out, "msgType", message_type(t, r.count));
    put_element(out, "scope", h->tlp == TLP_CLEAR ? "Public" : "Restricted");
    text_fmt(&c, "TLP:%s", tlp_names[h->tlp]);
    put_element(out, "restriction", h->tlp == TLP_CLEAR ? "" : text_end(&c));
    if (earlier.cut)
        out->cut = true;
    text_bytes(out, earlier.at, earlier.len);
    incidents(t, out);
    info(h, t, true, out);
    info(h, t, false, out);
    text_lit(out, "</alert>\n");
}
