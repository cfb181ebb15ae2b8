/* name - domain names and their compression (RFC 1035 section 4.1.4).
 *
 * A pointer may lead anywhere before or behind, so following is bounded twice: by the jumps and, once one was
 * made, by the labels; without a jump each label is a step forward in the message. A name that is too long or runs in a circle is kept as far as it went, said as an anomaly, and the
 * message is read on: that is what a tunnel or a scanner would like us not to do.
 */
#include <string.h>

#include "dissectors/dns/message.h"

enum { LABEL_KIND = 0xc0, LABEL_POINTER = 0xc0, JUMPS_MAX = 32 };

static void name_append(struct dns_message *m, struct dns_name *out, const uint8_t *label, uint8_t n)
{
    size_t dot = out->len > 0;
    if (out->labels < UINT8_MAX)
        out->labels++;
    if (n > out->label_max)
        out->label_max = n;
    size_t room = DNS_NAME_MAX - (size_t)out->len;
    if (dot + n > room)
        record_anomaly(m->r, DNS_NAME_TOO_LONG);
    if (dot >= room)
        return;
    if (dot)
        out->text[out->len++] = '.';
    size_t fits = n < room - dot ? n : room - dot;
    memcpy(out->text + out->len, label, fits);
    out->len = (uint8_t)(out->len + fits);
}

bool dns_name(struct dns_message *m, struct cursor *c, struct dns_name *out)
{
    struct cursor at = *c;
    unsigned jumps = 0;
    out->len = out->labels = out->label_max = 0;
    for (;;) {
        uint8_t n = cursor_u8(&at);
        if ((n & LABEL_KIND) == LABEL_POINTER) {
            size_t offset = (size_t)(n & ~LABEL_KIND & 0xff) << 8 | cursor_u8(&at);
            if (jumps == 0)
                *c = at;
            if (at.status != CURSOR_OK)
                return false;
            if (++jumps > JUMPS_MAX) {
                record_anomaly(m->r, DNS_INFINITE_LOOP);
                return true;
            }
            at = m->whole;
            cursor_skip(&at, offset);
            continue;
        }
        if ((n & LABEL_KIND) != 0)
            return false;
        const uint8_t *label = cursor_bytes(&at, n);
        if (jumps == 0)
            *c = at;
        if (at.status != CURSOR_OK)
            return false;
        if (n == 0)
            return true;
        if (out->labels == UINT8_MAX && jumps > 0) {
            record_anomaly(m->r, DNS_TOO_MANY_LABELS);
            return true;
        }
        name_append(m, out, label, n);
    }
}

const uint8_t *dns_keep(struct dns_message *m, const void *bytes, size_t n)
{
    uint8_t *p = arena_take(&m->scratch, n);
    if (p == NULL) {
        m->r->cut = true;
        return NULL;
    }
    memcpy(p, bytes, n);
    return p;
}

void dns_add_text(struct dns_message *m, unsigned row, const void *bytes, size_t n)
{
    const uint8_t *kept = dns_keep(m, bytes, n);
    if (kept != NULL)
        record_bytes(m->r, (uint16_t)row, kept, n);
}
