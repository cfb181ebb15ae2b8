/* oddity - conversations that are not what their beginning said: Suricata's applayer_* events.
 *
 * Each is asked once, when its question first arises, so that an ordinary flow pays for one more probe and no more. A probe that
 * is not sure, or that wants more bytes than there are, says nothing against anybody. */
#include <string.h>

#include "dissect/internal.h"

const char *const dissect_event_names[DISSECT_EVENT_COUNT + 1] = {
    [DISSECT_MISMATCH]        = "applayer_mismatch_protocol_both_directions",
    [DISSECT_WRONG_DIRECTION] = "applayer_wrong_direction_first_data",
    [DISSECT_ONE_DIRECTION]   = "applayer_detect_protocol_only_one_direction",
    [DISSECT_SKIPPED]         = "applayer_proto_detection_skipped",
    [DISSECT_NO_TLS]          = "applayer_no_tls_after_starttls",
    [DISSECT_UNEXPECTED]      = "applayer_unexpected_protocol",
};

static void note(const struct offer *o, enum dissect_event e)
{
    o->d->events |= 1u << e;
}

unsigned dissect_events(struct dissect_driver *d)
{
    unsigned events = d->events;
    d->events = 0;
    return events;
}

/* Is somebody else sure that these bytes are his? */
static bool anybody_else(const struct offer *o, const struct conversation *conv, struct cursor bytes)
{
    for (size_t i = 0; i < dissector_count; i++) {
        const struct dissector *d = dissectors[i];
        if (i != o->f->dissect->chosen && (d->over & OVER_TCP) && d->probe != NULL && d->probe(conv, bytes) == PROBE_YES)
            return true;
    }
    return false;
}

void oddity_answer(const struct offer *o, struct cursor bytes)
{
    struct dissect_state *st = o->f->dissect;
    struct dissect_side *side = &st->side[o->dir];
    if (side->met || bytes.left == 0 || !feed_follows(o))
        return;
    const struct dissector *d = dissectors[st->chosen];
    side->met = true;
    struct conversation conv = conversation_of(o);
    conv.state = NULL;      /* as whenever probes are asked */
    if (o->over != OVER_TCP || d->probe == NULL || conv.midstream || st->expected != NULL || st->former != NOBODY || st->side[!o->dir].missing > 0)
        return;
    bool no = d->probe(&conv, bytes) == PROBE_NO;
    if (no && anybody_else(o, &conv, bytes))
        note(o, DISSECT_MISMATCH);
    else
        side->doubted = no;
}

/* Some probes know how conversations begin and not how they are answered: what the dissector then reads was its own. */
void oddity_read(const struct offer *o)
{
    struct dissect_side *side = &o->f->dissect->side[o->dir];
    if (side->doubted && !feed_follows(o))
        note(o, DISSECT_ONE_DIRECTION);
    side->doubted = false;
}

static bool promise_broken(const struct offer *o, const char *is)
{
    const struct dissect_state *st = o->f->dissect;
    return st->promised != NULL && (is == NULL || strcmp(st->promised, is) != 0);
}

static void note_broken(const struct offer *o)
{
    struct dissect_state *st = o->f->dissect;
    note(o, strcmp(st->promised, "tls") == 0 ? DISSECT_NO_TLS : DISSECT_UNEXPECTED);
    st->promised = NULL;
}

void oddity_chosen(const struct offer *o)
{
    struct dissect_state *st = o->f->dissect;
    const struct dissector *d = dissectors[st->chosen];
    st->side[o->dir].met = true;
    if (promise_broken(o, d->schema->name))
        note_broken(o);
    st->promised = NULL;
    if (o->over == OVER_TCP && d->client_first && st->first_dir == FROM_SERVER && st->former == NOBODY && !o->f->midstream &&
        st->side[FROM_CLIENT].missing == 0)
        note(o, DISSECT_WRONG_DIRECTION);
}

void oddity_unknown(const struct offer *o, bool limit)
{
    if (promise_broken(o, NULL))
        note_broken(o);
    else if (limit && o->over == OVER_TCP && !o->f->midstream)
        note(o, DISSECT_SKIPPED);
}
