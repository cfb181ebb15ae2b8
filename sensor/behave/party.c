#include "behave/party.h"

#include <errno.h>
#include <stdio.h>

enum { MAC_TEXT = 17 };

bool party_set_holds(const struct party_set *s, const struct party *p)
{
    if (s->prefix.addr.version == 0)
        return true;
    if (s->prefix.addr.version == PARTY_MAC)
        return addr_equal(&s->prefix.addr, &p->addr);
    return prefix_holds(&s->prefix, &p->addr);
}

struct party_set party_set_one(const struct party *p)
{
    return (struct party_set){ { .addr = p->addr, .bits = p->addr.version == 4 ? 32 : 128 } };
}

size_t party_text(const struct party *p, char out[PARTY_TEXT_MAX])
{
    const uint8_t *m = p->addr.bytes + 10;
    if (p->addr.version == PARTY_MAC)
        return (size_t)snprintf(out, PARTY_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
    return addr_text(&p->addr, out);
}

size_t party_set_text(const struct party_set *s, char out[PARTY_TEXT_MAX])
{
    struct party one = { s->prefix.addr };
    if (s->prefix.addr.version == 0)
        return (size_t)snprintf(out, PARTY_TEXT_MAX, "any");
    size_t n = party_text(&one, out);
    if (!party_set_exact(s))
        n += (size_t)snprintf(out + n, PARTY_TEXT_MAX - n, "/%u", s->prefix.bits);
    return n;
}

int mac_parse(const char *text, uint8_t mac[6])
{
    unsigned b[6];
    int end = 0;
    if (strlen(text) != MAC_TEXT || sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &end) != 6
        || end != MAC_TEXT)
        return -EINVAL;
    for (int i = 0; i < 6; i++)
        mac[i] = (uint8_t)b[i];
    return 0;
}

int party_parse(const char *text, struct party *out)
{
    uint8_t mac[6];
    if (mac_parse(text, mac) < 0)
        return addr_parse(text, &out->addr);
    *out = party_of_mac(mac);
    return 0;
}

int party_set_parse(const char *text, struct party_set *out)
{
    uint8_t mac[6];
    *out = (struct party_set){ { .bits = 0 } };
    if (strcmp(text, "any") == 0)
        return 0;
    if (mac_parse(text, mac) < 0)
        return prefix_parse(text, &out->prefix);
    struct party p = party_of_mac(mac);
    *out = party_set_one(&p);
    return 0;
}
