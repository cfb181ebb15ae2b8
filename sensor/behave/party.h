/* party - one end of a conversation, by IP address or, below IP, by MAC address; and a set of them: one, a prefix, or any.
 * Text  "10.20.0.5", "fd00::1", "00:80:f4:01:02:03"; sets also "10.20.0.0/24", "any".
 */
#ifndef BEHAVE_PARTY_H
#define BEHAVE_PARTY_H

#include "common/addr.h"

enum { PARTY_TEXT_MAX = 64, PARTY_MAC = 48 };

struct party {              /* an address; version PARTY_MAC: the last six bytes are a MAC address */
    struct addr addr;
};

struct party_set {
    struct prefix prefix;   /* version 0: any party */
};

static inline struct party party_of_mac(const uint8_t mac[6])
{
    struct party p = { .addr = { .version = PARTY_MAC } };
    memcpy(p.addr.bytes + 10, mac, 6);
    return p;
}

static inline bool party_set_exact(const struct party_set *s)
{
    uint8_t version = s->prefix.addr.version;
    return version == PARTY_MAC || (version == 4 && s->prefix.bits == 32) || (version == 6 && s->prefix.bits == 128);
}

bool party_set_holds(const struct party_set *s, const struct party *p);
struct party_set party_set_one(const struct party *p);

size_t party_text(const struct party *p, char out[PARTY_TEXT_MAX]);
size_t party_set_text(const struct party_set *s, char out[PARTY_TEXT_MAX]);
int party_parse(const char *text, struct party *out);           /* 0 or -EINVAL */
int party_set_parse(const char *text, struct party_set *out);

int mac_parse(const char *text, uint8_t mac[6]);

#endif
