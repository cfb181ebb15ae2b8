/* framekw - the keyword `frame`: the bytes of a message, or of a part of it, as a buffer.
 *
 * `frame:tls.pdu;`, or in a rule about TLS `frame:pdu;`. The frames are rows of a schema named "frame", each named after its
 * protocol; a rule about one is a rule about those records. */
#include <stdio.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/ruleset.h"

enum { FRAME_NAME_MAX = 96 };

static const struct field_word *frame_word(const struct parser *p, const char *protocol, struct slice name)
{
    char word[FRAME_NAME_MAX];
    int n = snprintf(word, sizeof(word), "frame.%s%s%.*s", protocol, *protocol ? "." : "", (int)name.len, name.at);
    return n < FRAME_NAME_MAX ? fields_word(p->rules, word) : NULL;
}

/* The protocol of a row: what stands before its first dot. */
static bool of_protocol(const struct field_word *w, const struct schema *s)
{
    struct slice rest = slice_of(w->field->name), protocol;
    return slice_cut(&rest, '.', &protocol) && slice_is(protocol, s->name);
}

static const struct field_word *find_frame(const struct parser *p, struct slice name)
{
    const struct rules *r = p->rules;
    const struct field_word *whole = frame_word(p, "", name);
    for (size_t i = 0; i < r->schema_count; i++) {
        bool possible = (p->rule->schemas >> i & 1) != 0;
        const struct field_word *w = whole && possible && of_protocol(whole, r->schemas[i]) ? whole : NULL;
        if (w == NULL && possible && p->rule->app)
            w = frame_word(p, r->schemas[i]->name, name);
        if (w)
            return w;
    }
    return NULL;
}

static bool parse_frame(struct parser *p, struct slice value)
{
    const struct field_word *w = find_frame(p, value);
    if (w == NULL)
        return parse_wrong(p, value.at, "no frame `%.*s` of the rule's protocol: frames are those of dns, http, mqtt, rfb, sip, smb, ssh, "
                           "telnet and tls", (int)value.len, value.at);
    p->rule->schemas = w->schemas;      /* what speaks there is in the frame's name */
    p->rules->needs.frames = true;
    return fields_select(p, w->sticky);
}

const struct keyword frame_keywords[] = {
    { "frame", VALUE_NEEDED, parse_frame, "The bytes of a message or a part of it, as tls.pdu, smb2.hdr, mqtt.header: a sticky buffer." },
    { .name = NULL }
};
