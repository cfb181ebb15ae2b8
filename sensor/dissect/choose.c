/* choose - whose conversation is this? Probes look at bytes; ports and names only break ties. */
#include <string.h>

#include "dissect/internal.h"

static bool port_hints(const struct dissector *d, uint16_t port)
{
    for (size_t i = 0; i < sizeof d->ports / sizeof d->ports[0] && d->ports[i] != 0; i++)
        if (d->ports[i] == port)
            return true;
    return false;
}

/* Is the n bytes of `word` one of the blank-separated `names`? */
static bool names_have(const char *names, const char *word, size_t n)
{
    while (*names != '\0') {
        size_t len = strcspn(names, " ");
        if (len == n && memcmp(names, word, n) == 0)
            return true;
        names += len;
        names += strspn(names, " ");
    }
    return false;
}

/* nDPI says "TLS.Google": either part may be the protocol. */
static bool name_hints(const struct dissector *d, const struct classification *hint)
{
    if (d->ndpi == NULL || hint == NULL || hint->protocol == NULL)
        return false;
    const char *dot = strchr(hint->protocol, '.');
    if (dot == NULL)
        return names_have(d->ndpi, hint->protocol, strlen(hint->protocol));
    return names_have(d->ndpi, hint->protocol, (size_t)(dot - hint->protocol)) || names_have(d->ndpi, dot + 1, strlen(dot + 1));
}

static bool hinted(const struct offer *o, const struct dissector *d)
{
    return port_hints(d, o->f->server_port) || name_hints(d, o->hint);
}

static enum probe ask(const struct offer *o, const struct dissector *d, struct cursor bytes)
{
    struct conversation conv = conversation_of(o);
    conv.next = o->f->dissect != NULL ? o->f->dissect->promised : NULL;
    if (d->probe != NULL)
        return d->probe(&conv, bytes);
    if (hinted(o, d))
        return PROBE_YES;
    return d->ndpi != NULL ? PROBE_MORE : PROBE_NO;     /* a name may still come, another port will not */
}

/* Is that enough? Notes what the answer rules out, or makes possible. */
static bool convinces(const struct offer *o, size_t i, enum probe answer, bool hint)
{
    struct dissect_state *st = o->f->dissect;
    switch (answer) {
    case PROBE_YES:
        return true;
    case PROBE_MAYBE:
        set_add(&st->side[o->dir].maybe, i);
        return hint || set_has(&st->side[!o->dir].maybe, i);
    case PROBE_NO:
        set_add(&st->ruled_out, i);
        break;
    case PROBE_MORE:
        break;
    }
    return false;
}

/* Industrial protocols are those that say what a message does to a device. Their connections stay for months, and the command that
 * matters comes at any time. */
static bool industrial(const struct schema *s)
{
    for (uint16_t i = 0; i < s->count; i++)
        if (s->fields[i].means == MEANS_ACCESS)
            return true;
    return false;
}

static bool take_up(const struct offer *o, size_t i)
{
    struct dissect_state *st = o->f->dissect;
    const struct dissector *d = dissectors[i];
    st->state = store_take(o->d->store, &o->f->account, d->state_size);
    if (st->state == NULL && d->state_size > 0) {
        o->d->counts[i].no_memory++;
        set_add(&st->ruled_out, i);
        return false;
    }
    st->chosen = (uint16_t)i;
    st->pdus = 0;
    o->f->lasting = industrial(d->schema);
    o->d->counts[i].flows++;
    return true;
}

static bool choose_among(const struct offer *o, struct cursor bytes, bool hint)
{
    struct dissect_state *st = o->f->dissect;
    for (size_t i = 0; i < dissector_count; i++) {
        const struct dissector *d = dissectors[i];
        if ((d->over & (unsigned)o->over) == 0 || set_has(&st->ruled_out, i) || hinted(o, d) != hint)
            continue;
        if (convinces(o, i, ask(o, d, bytes), hint) && take_up(o, i))
            return true;
    }
    return false;
}

bool choose_dissector(const struct offer *o, struct cursor bytes)
{
    return choose_among(o, bytes, true) || choose_among(o, bytes, false);
}

bool choose_nobody_left(const struct offer *o)
{
    const struct dissect_state *st = o->f->dissect;
    for (size_t i = 0; i < dissector_count; i++)
        if ((dissectors[i]->over & (unsigned)o->over) && !set_has(&st->ruled_out, i))
            return false;
    return true;
}
