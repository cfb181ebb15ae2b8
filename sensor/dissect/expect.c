/* expect - a small ring, and a bit per port, so that a flow nobody announced costs one look. */
#include "dissect/expect.h"

#include <stdlib.h>
#include <string.h>

enum { PORTS = 65536 };

struct announced {
    struct addr        listener, opener;
    uint64_t           until_us;        /* 0: free */
    struct expectation e;
};

struct expectations {
    size_t           next;              /* of the ring */
    uint64_t         ports[PORTS / 64];
    struct announced at[EXPECTATIONS_MAX];
};

struct expectations *expectations_new(void)
{
    return calloc(1, sizeof(struct expectations));
}

void expectations_free(struct expectations *x)
{
    free(x);
}

static bool port_has(const struct expectations *x, uint16_t port)
{
    return x->ports[port / 64] >> port % 64 & 1;
}

static struct announced *find(struct expectations *x, const struct addr *listener, uint16_t port, const struct addr *opener)
{
    for (size_t i = 0; port_has(x, port) && i < EXPECTATIONS_MAX; i++) {
        struct announced *a = &x->at[i];
        if (a->until_us != 0 && a->e.port == port && addr_equal(&a->listener, listener) && addr_equal(&a->opener, opener))
            return a;
    }
    return NULL;
}

static void forget(struct expectations *x, struct announced *gone)
{
    uint16_t port = gone->e.port;
    bool others = false;
    gone->until_us = 0;
    for (size_t i = 0; i < EXPECTATIONS_MAX; i++)
        others |= x->at[i].until_us != 0 && x->at[i].e.port == port;
    if (!others)
        x->ports[port / 64] &= ~(UINT64_C(1) << port % 64);
}

bool expectations_add(struct expectations *x, const struct flow *by, uint64_t now_us, const struct expectation *e)
{
    bool server = e->listener == FROM_SERVER;
    const struct addr *listener = server ? &by->server : &by->client, *opener = server ? &by->client : &by->server;
    struct announced *a = find(x, listener, e->port, opener);
    bool room = true;
    if (a == NULL) {
        a = &x->at[x->next];
        x->next = (x->next + 1) % EXPECTATIONS_MAX;
        room = a->until_us <= now_us;
        if (a->until_us != 0)
            forget(x, a);
    }
    *a = (struct announced){ .listener = *listener, .opener = *opener, .until_us = now_us + EXPECTATION_LIFE_US, .e = *e };
    x->ports[e->port / 64] |= UINT64_C(1) << e->port % 64;
    return room;
}

bool expectations_take(struct expectations *x, const struct flow *f, uint64_t now_us, struct expectation *out)
{
    struct announced *a = NULL;
    if (f->proto != IPPROTO_TCP)
        return false;
    a = find(x, &f->server, f->server_port, &f->client);
    if (a == NULL)
        a = find(x, &f->client, f->client_port, &f->server);
    if (a == NULL)
        return false;
    bool living = a->until_us > now_us;
    *out = a->e;
    forget(x, a);
    return living;
}
