/* The driver alone, with a registry of its own: four little protocols that do what real ones do.
 *
 *     alpha   'A' length bytes...     sure of itself; has state, a block of its own, survives gaps; behind the bytes "next"
 *                                     somebody else goes on (DISSECT_NEXT); behind "starttls" it should be "tls", behind
 *                                     "upgrade" beta
 *     beta    'B' length bytes...     only "maybe"; port 502, nDPI's "Beta"; on TCP and UDP
 *     gamma   'G' bytes until 'E'     no probe; port 7777; 'E' ends the direction (DISSECT_DONE)
 *     liar    claims what begins with "AX" and cannot read it
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dissect.h"

enum { ETHERTYPE_DELTA = 0x88b8 };

struct alpha_state { void *block; uint32_t pdus; };

static unsigned alpha_calls;        /* of pdu(); set to 0 by the test that counts them */
static bool alpha_midstream;        /* what its probe was told last */

static enum dissect take_lv(struct conversation *conv, struct cursor *in, char letter)
{
    struct cursor c = *in;
    uint8_t kind = cursor_u8(&c), length = cursor_u8(&c);
    if (kind != letter && in->left > 0)
        return DISSECT_LOST;
    struct cursor body = cursor_sub(&c, length);
    if (c.status != CURSOR_OK) {
        conv->need = in->left >= 2 ? 2u + length : 2;
        return DISSECT_MORE;
    }
    struct record *r = conversation_record(conv, NULL);
    r->transaction = length;
    record_bytes(r, 0, body.at, body.left);
    conversation_emit(conv, r);
    *in = c;
    return DISSECT_PDU;
}

static enum dissect alpha_pdu(struct conversation *conv, struct cursor *in)
{
    struct alpha_state *s = conv->state;
    alpha_calls++;
    enum dissect verdict = take_lv(conv, in, 'A');
    if (s->block == NULL)
        s->block = store_take(conv->store, conv->account, 500);
    s->pdus += verdict == DISSECT_PDU;
    const struct value *said = &conv->out->scratch->values[0];
    if (verdict != DISSECT_PDU)
        return verdict;
    bool starttls = said->len == 8 && memcmp(said->bytes, "starttls", 8) == 0;
    bool upgrade = said->len == 7 && memcmp(said->bytes, "upgrade", 7) == 0;
    bool next = said->len == 4 && memcmp(said->bytes, "next", 4) == 0;
    conv->next = starttls ? "tls" : upgrade ? "beta" : NULL;
    return next || starttls || upgrade ? DISSECT_NEXT : verdict;
}

static bool alpha_gap(struct conversation *conv, size_t missing)
{
    struct record *r = conversation_record(conv, NULL);
    r->transaction = 1000 + missing;
    record_bytes(r, 0, "gap", 3);
    conversation_emit(conv, r);
    return missing != 13;
}

static void alpha_end(struct conversation *conv)
{
    struct alpha_state *s = conv->state;
    assert_true(conv->closing);
    store_give(conv->store, conv->account, s->block, 500);
    struct record *r = conversation_record(conv, NULL);
    r->transaction = s->pdus;
    record_bytes(r, 0, "end", 3);
    conversation_emit(conv, r);
}

static enum probe probe_letter(struct cursor c, int letter, enum probe sure)
{
    return c.left < 2 ? PROBE_MORE : cursor_peek(&c, 0) == letter ? sure : PROBE_NO;
}

static enum probe alpha_probe(const struct conversation *conv, struct cursor c)
{
    assert_null(conv->state);
    alpha_midstream = conv->midstream;
    return probe_letter(c, 'A', PROBE_YES);
}

static enum probe beta_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    return probe_letter(c, 'B', PROBE_MAYBE);
}

static enum dissect beta_pdu(struct conversation *conv, struct cursor *in)
{
    return take_lv(conv, in, 'B');
}

static enum dissect gamma_pdu(struct conversation *conv, struct cursor *in)
{
    uint8_t b = cursor_u8(in);
    struct record *r = conversation_record(conv, NULL);
    record_bytes(r, 0, &b, 1);
    conversation_emit(conv, r);
    return b == 'E' ? DISSECT_DONE : b == 'G' ? DISSECT_PDU : DISSECT_LOST;
}

static enum probe liar_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    return c.left >= 2 && cursor_peek(&c, 0) == 'A' && cursor_peek(&c, 1) == 'X' ? PROBE_YES : PROBE_NO;
}

static enum dissect liar_pdu(struct conversation *conv, struct cursor *in)
{
    (void)conv;
    (void)in;
    return DISSECT_LOST;
}

static enum dissect delta_pdu(struct conversation *conv, struct cursor *in)
{
    ++*(uint32_t *)conv->state;
    cursor_skip(in, in->left);
    struct record *r = conversation_record(conv, NULL);
    r->transaction = *(uint32_t *)conv->state;
    record_bytes(r, 0, conv->ether != NULL ? conv->ether : (const uint8_t *)"frame", 5);
    conversation_emit(conv, r);
    return DISSECT_PDU;
}

static const struct schema schemas[] = { { .name = "liar" }, { .name = "alpha" }, { .name = "beta" }, { .name = "gamma" }, { .name = "delta" } };
enum { LIAR, ALPHA, BETA, GAMMA, DELTA };
static const struct dissector all[] = {
    [LIAR] = { .schema = &schemas[LIAR], .over = OVER_TCP, .probe = liar_probe, .pdu = liar_pdu },
    [ALPHA] = { .schema = &schemas[ALPHA], .over = OVER_TCP | OVER_UDP, .state_size = sizeof(struct alpha_state), .pdu_max = 200,
                .probe = alpha_probe, .pdu = alpha_pdu, .gap = alpha_gap, .end = alpha_end },
    [BETA] = { .schema = &schemas[BETA], .client_first = true, .over = OVER_TCP | OVER_UDP, .ports = { 502 }, .ndpi = "Alphabet Beta", .probe = beta_probe, .pdu = beta_pdu },
    [GAMMA] = { .schema = &schemas[GAMMA], .over = OVER_TCP, .ports = { 7777 }, .pdu = gamma_pdu },
    [DELTA] = { .schema = &schemas[DELTA], .over = OVER_ETHERNET, .ethertypes = { ETHERTYPE_DELTA }, .state_size = 4, .pdu = delta_pdu },
};
const struct dissector *const dissectors[] = { &all[LIAR], &all[ALPHA], &all[BETA], &all[GAMMA], &all[DELTA] };
const size_t dissector_count = sizeof dissectors / sizeof *dissectors;

const struct dissector *dissector_find(const char *name)
{
    for (size_t i = 0; i < dissector_count; i++)
        if (strcmp(schemas[i].name, name) == 0)
            return dissectors[i];
    return NULL;
}

struct scene {
    struct store          *store;
    struct sink            sink;
    struct dissect_driver *d;
    struct flow            flow;
    struct record          scratch;
    char                   said[1 << 16];
    size_t                 len;
    uint64_t               at[2];
};

static void on_record(void *ctx, struct conversation *conv, const struct record *r)
{
    struct scene *s = ctx;
    assert_int_equal(conv->dir, r->dir);
    s->len += (size_t)snprintf(s->said + s->len, sizeof s->said - s->len, "%c%llu:%.*s ", r->dir == FROM_CLIENT ? '>' : '<',
                               (unsigned long long)r->transaction, (int)r->values[0].len, (const char *)r->values[0].bytes);
}

static struct scene *scene_new(uint8_t proto, uint16_t server_port)
{
    struct scene *s = calloc(1, sizeof *s);
    s->store = store_new(1 << 22);
    s->sink = (struct sink){ .record = on_record, .ctx = s, .scratch = &s->scratch };
    s->d = dissect_new(s->store, &s->sink);
    assert_non_null(s->d);
    s->flow.proto = proto;
    s->flow.server_port = server_port;
    s->flow.account.most = 1 << 20;
    return s;
}

static void scene_free(struct scene *s)
{
    dissect_end(s->d, &s->flow);
    dissect_end(s->d, &s->flow);
    dissect_release(s->d, &s->flow);
    dissect_release(s->d, &s->flow);
    assert_int_equal(s->flow.account.used, 0);
    dissect_free(s->d);
    assert_int_equal(store_counts(s->store)->used, 0);
    store_free(s->store);
    free(s);
}

static void offer(struct scene *s, enum direction dir, const void *bytes, size_t n, uint64_t gap, bool fin, const char *ndpi)
{
    struct classification hint = { .protocol = ndpi };
    uint8_t *copy = malloc(n ? n : 1);       /* its own, so that a byte too far is seen */
    memcpy(copy, bytes, n);
    s->at[dir] += gap;
    struct chunk c = { .bytes = copy, .len = (uint32_t)n, .offset = s->at[dir], .gap = gap, .dir = dir, .fin = fin };
    s->at[dir] += n;
    dissect_chunk(s->d, &s->flow, &c, &hint, 7);
    free(copy);
}

static void says(struct scene *s, enum direction dir, const char *text)
{
    offer(s, dir, text, strlen(text), 0, false, NULL);
}

static void datagram(struct scene *s, enum direction dir, const char *text)
{
    struct packet p = { .payload = (const uint8_t *)text, .payload_len = (uint32_t)strlen(text) };
    dissect_datagram(s->d, &s->flow, dir, &p, NULL);
}

static void pdus_in_one_chunk_are_read_where_they_lie(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "A\003oneA\003two");
    assert_string_equal(s->said, ">3:one >3:two ");
    assert_string_equal(dissect_name(&s->flow), "alpha");
    says(s, FROM_SERVER, "A\002ok");
    assert_string_equal(s->said, ">3:one >3:two <2:ok ");
    const struct dissect_counts *c = dissect_counts(s->d, ALPHA);
    assert_int_equal(c->pdus, 3);
    assert_int_equal(c->bytes, 14);
    assert_int_equal(c->flows, 1);
    scene_free(s);
}

static void any_cut_of_a_stream_gives_the_same_records(void **unused)
{
    (void)unused;
    static const char stream[] = "A\005helloA\000A\024twenty bytes of bodyA\001.";
    for (size_t step = 1; step < 40; step++) {
        struct scene *s = scene_new(IPPROTO_TCP, 80);
        for (size_t at = 0; at < sizeof stream - 1; at += step) {
            size_t n = sizeof stream - 1 - at < step ? sizeof stream - 1 - at : step;
            offer(s, FROM_CLIENT, stream + at, n, 0, false, NULL);
        }
        const char *want = ">5:hello >0: >20:twenty bytes of body >1:. ";
        if (strcmp(s->said, want) != 0)
            fail_msg("%zu at a time: \"%s\"", step, s->said);
        scene_free(s);
    }
}

static void another_protocol_may_begin_behind_a_pdu(void **unused)
{
    (void)unused;
    static const char stream[] = "A\002okA\004nextB\003two";
    for (size_t step = 1; step < sizeof stream; step++) {
        struct scene *s = scene_new(IPPROTO_TCP, 502);
        says(s, FROM_CLIENT, "A\003one");
        for (size_t at = 0; at < sizeof stream - 1; at += step)
            offer(s, FROM_SERVER, stream + at, sizeof stream - 1 - at < step ? sizeof stream - 1 - at : step, 0, false, NULL);
        says(s, FROM_CLIENT, "B\001.");
        assert_string_equal(s->said, ">3:one <2:ok <4:next <3:end <3:two >1:. ");
        assert_string_equal(dissect_name(&s->flow), "beta");
        scene_free(s);
    }
}

static void what_nobody_knows_keeps_the_name_of_who_passed_it_on(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "A\003one");
    says(s, FROM_SERVER, "A\004next");
    assert_true(dissect_wants(&s->flow, FROM_CLIENT));
    assert_string_equal(dissect_name(&s->flow), "alpha");
    says(s, FROM_CLIENT, "A\003it is not asked again");
    assert_string_equal(s->said, ">3:one <4:next <2:end ");
    assert_string_equal(dissect_name(&s->flow), "alpha");
    assert_false(dissect_wants(&s->flow, FROM_CLIENT));
    scene_free(s);
}

static const struct { const char *name, *lines; unsigned events; } oddities[] = {      /* lines begin with who speaks */
    { "both speak the same", ">B\003one\n<B\002ok\n", 0 },
    { "the server speaks what somebody else is sure of", ">B\003one\n<A\002ok\n", 1 << DISSECT_MISMATCH },
    { "the client does, after the server", "<A\002ok\n>A\002ok\n", 0 },
    { "the server speaks what nobody knows", ">B\003one\n<Z\002ok\n", 1 << DISSECT_ONE_DIRECTION },
    { "later on nobody asks", ">B\003one\n<B\002ok\n<Z\002ok\n", 0 },
    { "the server speaks first where clients do", "<B\003one\n>B\002ok\n", 1 << DISSECT_WRONG_DIRECTION },
    { "the server speaks first", "<A\003one\n>A\002ok\n", 0 },
    { "TLS was agreed and something else comes", ">A\003one\n>A\010starttls\n>B\002ok\n", 1 << DISSECT_NO_TLS },
    { "TLS was agreed and nobody knows what comes", ">A\003one\n>A\010starttls\n>Z\002ok\n", 1 << DISSECT_NO_TLS },
    { "another change, to what was agreed", ">A\003one\n>A\007upgrade\n>B\002ok\n", 0 },
    { "another change, to something else", ">A\003one\n>A\007upgrade\n>Z\002ok\n", 1 << DISSECT_UNEXPECTED },
    { "a change to whatever comes", ">A\003one\n>A\004next\n>Z\002ok\n", 0 },
};

static unsigned events_of_lines(struct scene *s, const char *lines)
{
    unsigned events = 0;
    while (*lines != '\0') {
        size_t n = strcspn(lines, "\n");
        offer(s, *lines == '>' ? FROM_CLIENT : FROM_SERVER, lines + 1, n - 1, 0, false, NULL);
        events |= dissect_events(s->d);
        assert_int_equal(dissect_events(s->d), 0);
        lines += n + 1;
    }
    return events;
}

static void a_conversation_that_is_not_what_it_began_as_is_an_event(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof oddities / sizeof *oddities; i++) {
        struct scene *s = scene_new(IPPROTO_TCP, 502);
        unsigned events = events_of_lines(s, oddities[i].lines);
        if (events != oddities[i].events)
            fail_msg("%s: %#x, not %#x", oddities[i].name, events, oddities[i].events);
        scene_free(s);
    }
}

static void seen_from_its_middle_a_conversation_is_held_to_nothing(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 502);
    s->flow.midstream = true;
    assert_int_equal(events_of_lines(s, "<B\003one\n>A\002ok\n"), 0);
    scene_free(s);
}

static void no_decision_within_the_limits_is_an_event(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    unsigned events = 0;
    for (unsigned i = 0; i < DISSECT_PROBE_CHUNKS_MAX; i++) {
        assert_int_equal(events, 0);
        says(s, FROM_CLIENT, "B\003one");       /* perhaps beta, and nothing to be sure by */
        events |= dissect_events(s->d);
    }
    assert_int_equal(events, 1 << DISSECT_SKIPPED);
    scene_free(s);
}

static void every_event_has_a_name(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < DISSECT_EVENT_COUNT; i++)
        assert_memory_equal(dissect_event_names[i], "applayer_", 9);
    assert_null(dissect_event_names[DISSECT_EVENT_COUNT]);
}

static void an_unsure_probe_needs_a_hint_or_both_directions(void **unused)
{
    (void)unused;
    static const struct { const char *name; uint16_t port; const char *ndpi; bool answered; const char *want; } cases[] = {
        { "no hint", 80, NULL, false, "" },
        { "another name", 80, "Bet", false, "" },
        { "the port", 502, NULL, false, ">3:one " },
        { "nDPI's name", 80, "Beta", false, ">3:one " },
        { "nDPI's master", 80, "Beta.Cloud", false, ">3:one " },
        { "nDPI's inner name", 80, "TLS.Beta", false, ">3:one " },
        { "both directions", 80, NULL, true, ">3:one <2:ok " },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene *s = scene_new(IPPROTO_TCP, cases[i].port);
        offer(s, FROM_CLIENT, "B\003one", 5, 0, false, cases[i].ndpi);
        if (cases[i].answered)
            says(s, FROM_SERVER, "B\002ok");
        if (strcmp(s->said, cases[i].want) != 0)
            fail_msg("%s: \"%s\"", cases[i].name, s->said);
        scene_free(s);
    }
}

static void what_came_before_the_decision_is_not_lost(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "B\003one");
    says(s, FROM_CLIENT, "B\003two");
    offer(s, FROM_CLIENT, "B\005threeB\003fou", 12, 0, false, "Beta");
    says(s, FROM_CLIENT, "");
    offer(s, FROM_CLIENT, "rB", 1, 0, false, NULL);
    assert_string_equal(s->said, ">3:one >3:two >5:three >3:fou ");
    scene_free(s);
}

static void a_port_alone_never_overrules_a_probe(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 502);
    says(s, FROM_CLIENT, "A\003one");
    assert_string_equal(dissect_name(&s->flow), "alpha");
    scene_free(s);
    s = scene_new(IPPROTO_TCP, 502);
    says(s, FROM_CLIENT, "nobody knows this");
    assert_null(dissect_name(&s->flow));
    assert_false(dissect_wants(&s->flow, FROM_CLIENT));
    assert_int_equal(dissect_totals(s->d)->undecided, 1);
    assert_int_equal(s->flow.account.used, 0);
    scene_free(s);
}

static void without_a_probe_the_port_decides(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 7777);
    says(s, FROM_CLIENT, "GG");
    assert_string_equal(dissect_name(&s->flow), "gamma");
    assert_string_equal(s->said, ">0:G >0:G ");
    scene_free(s);
}

static void a_direction_that_is_done_is_read_no_further_and_is_no_loss(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 7777);
    says(s, FROM_CLIENT, "GExxxxxxx");
    says(s, FROM_CLIENT, "yyyy");
    says(s, FROM_SERVER, "GG");
    assert_string_equal(s->said, ">0:G >0:E <0:G <0:G ");
    assert_false(dissect_wants(&s->flow, FROM_CLIENT));
    assert_true(dissect_wants(&s->flow, FROM_SERVER));
    assert_int_equal(dissect_counts(s->d, GAMMA)->lost, 0);
    scene_free(s);
}

static void one_that_fails_at_once_makes_way_for_the_next(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    char pdu[2 + 'X'] = "AX";
    memset(pdu + 2, 'y', 'X');
    offer(s, FROM_CLIENT, pdu, sizeof pdu, 0, false, NULL);
    assert_string_equal(dissect_name(&s->flow), "alpha");
    assert_int_equal(dissect_counts(s->d, LIAR)->probe_fail, 1);
    assert_int_equal(dissect_counts(s->d, ALPHA)->pdus, 1);
    scene_free(s);
}

static void one_that_loses_step_later_ends_the_conversation_and_keeps_its_name(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "A\003oneB\003two");
    assert_string_equal(s->said, ">3:one >1:end ");
    says(s, FROM_SERVER, "A\002ok");
    assert_string_equal(s->said, ">3:one >1:end ");
    assert_string_equal(dissect_name(&s->flow), "alpha");
    assert_false(dissect_wants(&s->flow, FROM_SERVER));
    assert_int_equal(dissect_counts(s->d, ALPHA)->lost, 1);
    scene_free(s);
}

static void a_gap_counts_what_was_pending_too(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "A\003oneA\005he");
    offer(s, FROM_CLIENT, "A\002ok", 4, 3, false, NULL);
    assert_string_equal(s->said, ">3:one >1007:gap >2:ok ");
    says(s, FROM_CLIENT, "A\005he");
    offer(s, FROM_CLIENT, "", 0, 9, false, NULL);
    says(s, FROM_CLIENT, "A\002no");
    says(s, FROM_SERVER, "A\003yes");
    assert_string_equal(s->said, ">3:one >1007:gap >2:ok >1013:gap <3:yes ");
    assert_int_equal(dissect_counts(s->d, ALPHA)->gap_bytes, 20);
    scene_free(s);
}

static void a_gap_before_the_decision_only_means_midstream(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "A");
    offer(s, FROM_CLIENT, "A\002ok", 4, 100, false, NULL);
    assert_string_equal(s->said, ">2:ok ");
    assert_true(alpha_midstream);
    scene_free(s);
}

static void nobody_is_asked_before_the_answer_can_be_there(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    alpha_calls = 0;
    says(s, FROM_CLIENT, "A\012");
    for (int i = 0; i < 9; i++)
        says(s, FROM_CLIENT, "x");
    assert_int_equal(alpha_calls, 1);
    says(s, FROM_CLIENT, "xA\003oneA\003");
    assert_int_equal(alpha_calls, 4);       /* the broken one, one where it lies, the next beginning */
    assert_string_equal(s->said, ">10:xxxxxxxxxx >3:one ");
    scene_free(s);
}

static void a_gap_loses_the_direction_of_one_that_has_no_way_back(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 502);
    says(s, FROM_CLIENT, "B\003one");
    offer(s, FROM_CLIENT, "B\003two", 5, 1, false, NULL);
    says(s, FROM_SERVER, "B\002ok");
    assert_string_equal(s->said, ">3:one <2:ok ");
    scene_free(s);
}

static void longer_than_it_is_worth_waiting_for_is_lost(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    offer(s, FROM_CLIENT, "A\001xA\306", 5, 0, false, NULL);
    assert_int_equal(dissect_counts(s->d, ALPHA)->more_limit, 0);
    scene_free(s);
    s = scene_new(IPPROTO_TCP, 80);
    offer(s, FROM_CLIENT, "A\001xA\307", 5, 0, false, NULL);
    assert_int_equal(dissect_counts(s->d, ALPHA)->more_limit, 1);
    assert_int_equal(dissect_counts(s->d, ALPHA)->lost, 1);
    assert_false(dissect_wants(&s->flow, FROM_SERVER));
    scene_free(s);
}

static void when_memory_is_refused_the_conversation_is_given_up_and_counted(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    s->flow.account.most = 0;
    says(s, FROM_CLIENT, "A\003one");
    assert_int_equal(dissect_totals(s->d)->no_memory, 1);
    assert_true(s->flow.undissected);
    scene_free(s);
    s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_CLIENT, "A\003one");
    s->flow.account.most = s->flow.account.used;
    says(s, FROM_CLIENT, "A\003on");
    assert_int_equal(dissect_counts(s->d, ALPHA)->no_memory, 1);
    scene_free(s);
}

static void more_pdus_than_a_chunk_may_have_are_a_gap(void **unused)
{
    (void)unused;
    enum { PDUS = DISSECT_PDUS_MAX + 10 };
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    uint8_t *pdus = calloc(PDUS, 2);
    for (size_t i = 0; i < PDUS; i++)
        pdus[2 * i] = 'A';
    offer(s, FROM_CLIENT, pdus, 2 * PDUS, 0, false, NULL);
    free(pdus);
    assert_int_equal(dissect_counts(s->d, ALPHA)->pdus, DISSECT_PDUS_MAX);
    assert_int_equal(dissect_counts(s->d, ALPHA)->pdu_limit, 1);
    assert_int_equal(dissect_counts(s->d, ALPHA)->gap_bytes, 20);
    scene_free(s);
}

static void the_end_comes_once_when_both_directions_have_ended(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    offer(s, FROM_CLIENT, "A\003one", 5, 0, true, NULL);
    offer(s, FROM_SERVER, "A\002ok", 4, 0, false, NULL);
    assert_string_equal(s->said, ">3:one <2:ok ");
    offer(s, FROM_SERVER, "", 0, 0, true, NULL);
    assert_string_equal(s->said, ">3:one <2:ok <2:end ");
    dissect_end(s->d, &s->flow);
    assert_string_equal(s->said, ">3:one <2:ok <2:end ");
    assert_string_equal(dissect_name(&s->flow), "alpha");
    dissect_release(s->d, &s->flow);
    assert_null(dissect_name(&s->flow));
    scene_free(s);
}

static void a_side_that_speaks_first_is_heard_first(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    says(s, FROM_SERVER, "B\005hello");
    says(s, FROM_CLIENT, "B\003one");
    assert_string_equal(s->said, "<5:hello >3:one ");
    scene_free(s);
}

static void unknown_bytes_wait_only_so_long(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    char block[1000];
    memset(block, 'B', sizeof block);
    for (int i = 0; i < 6; i++)
        offer(s, FROM_CLIENT, block, sizeof block, 0, false, NULL);
    assert_true(s->flow.undissected);
    assert_int_equal(dissect_totals(s->d)->undecided, 1);
    scene_free(s);
    s = scene_new(IPPROTO_TCP, 80);
    for (int i = 0; i < DISSECT_PROBE_CHUNKS_MAX; i++) {
        assert_false(s->flow.undissected);
        says(s, FROM_CLIENT, "B");
    }
    assert_true(s->flow.undissected);
    scene_free(s);
}

static void each_datagram_stands_alone(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_UDP, 80);
    datagram(s, FROM_CLIENT, "A\003oneA\003two");
    datagram(s, FROM_CLIENT, "A\005cut");
    datagram(s, FROM_SERVER, "A\002ok");
    assert_string_equal(s->said, ">3:one >3:two <2:ok ");
    assert_int_equal(dissect_counts(s->d, ALPHA)->truncated, 1);
    scene_free(s);
}

static void the_first_datagram_is_kept_until_the_answer_decides(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_UDP, 80);
    datagram(s, FROM_CLIENT, "B\003one");
    datagram(s, FROM_SERVER, "B\002ok");
    datagram(s, FROM_CLIENT, "B\003two");
    assert_string_equal(s->said, ">3:one <2:ok >3:two ");
    scene_free(s);
}

static void a_few_bad_datagrams_do_not_end_a_conversation_and_many_do(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_UDP, 80);
    datagram(s, FROM_CLIENT, "A\003one");
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++)
            datagram(s, FROM_SERVER, "forged");
        datagram(s, FROM_CLIENT, "A\001x");
    }
    assert_string_equal(s->said, ">3:one >1:x >1:x >1:x ");
    for (int i = 0; i < 4; i++)
        datagram(s, FROM_SERVER, "forged");
    datagram(s, FROM_CLIENT, "A\001x");
    assert_int_equal(dissect_counts(s->d, ALPHA)->lost, 1);
    assert_string_equal(s->said, ">3:one >1:x >1:x >1:x <4:end ");
    scene_free(s);
}

static void a_frame_goes_to_the_dissector_of_its_ethertype(void **unused)
{
    (void)unused;
    struct scene *s = scene_new(IPPROTO_TCP, 80);
    struct packet p = { .ethertype = ETHERTYPE_DELTA, .link_payload = (const uint8_t *)"hello", .link_payload_len = 5 };
    dissect_frame(s->d, &p);
    dissect_frame(s->d, &p);
    p.ether = (const uint8_t *)"address to address";
    dissect_frame(s->d, &p);
    p.ethertype = 0x0806;
    dissect_frame(s->d, &p);
    p.ethertype = 0;
    dissect_frame(s->d, &p);
    assert_string_equal(s->said, ">1:frame >2:frame >3:addre ");
    assert_int_equal(dissect_counts(s->d, DELTA)->pdus, 3);
    scene_free(s);
}

/* Whatever comes in, in whatever pieces: memory goes back, end() comes once, nothing is read too far. */
static void any_bytes_in_any_pieces_leave_nothing_behind(void **unused)
{
    (void)unused;
    static const char letters[] = "AABG\001\002\003\000E.";
    unsigned seed = 3;
    for (int round = 0; round < 3000; round++) {
        struct scene *s = scene_new(IPPROTO_TCP, rand_r(&seed) % 2 ? 502 : 7777);
        s->flow.account.most = rand_r(&seed) % 5 == 0 ? 1024 : 1 << 20;
        for (int i = 0; i < 20; i++) {
            char piece[40];
            size_t n = (size_t)rand_r(&seed) % sizeof piece;
            for (size_t b = 0; b < n; b++)
                piece[b] = letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
            enum direction dir = rand_r(&seed) % 2 ? FROM_CLIENT : FROM_SERVER;
            offer(s, dir, piece, n, rand_r(&seed) % 10 == 0 ? 5 : 0, rand_r(&seed) % 40 == 0, NULL);
        }
        scene_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdus_in_one_chunk_are_read_where_they_lie),
        cmocka_unit_test(any_cut_of_a_stream_gives_the_same_records),
        cmocka_unit_test(another_protocol_may_begin_behind_a_pdu),
        cmocka_unit_test(what_nobody_knows_keeps_the_name_of_who_passed_it_on),
        cmocka_unit_test(a_conversation_that_is_not_what_it_began_as_is_an_event),
        cmocka_unit_test(seen_from_its_middle_a_conversation_is_held_to_nothing),
        cmocka_unit_test(no_decision_within_the_limits_is_an_event),
        cmocka_unit_test(every_event_has_a_name),
        cmocka_unit_test(an_unsure_probe_needs_a_hint_or_both_directions),
        cmocka_unit_test(what_came_before_the_decision_is_not_lost),
        cmocka_unit_test(a_port_alone_never_overrules_a_probe),
        cmocka_unit_test(without_a_probe_the_port_decides),
        cmocka_unit_test(a_direction_that_is_done_is_read_no_further_and_is_no_loss),
        cmocka_unit_test(one_that_fails_at_once_makes_way_for_the_next),
        cmocka_unit_test(one_that_loses_step_later_ends_the_conversation_and_keeps_its_name),
        cmocka_unit_test(a_gap_counts_what_was_pending_too),
        cmocka_unit_test(a_gap_before_the_decision_only_means_midstream),
        cmocka_unit_test(nobody_is_asked_before_the_answer_can_be_there),
        cmocka_unit_test(a_gap_loses_the_direction_of_one_that_has_no_way_back),
        cmocka_unit_test(longer_than_it_is_worth_waiting_for_is_lost),
        cmocka_unit_test(when_memory_is_refused_the_conversation_is_given_up_and_counted),
        cmocka_unit_test(more_pdus_than_a_chunk_may_have_are_a_gap),
        cmocka_unit_test(the_end_comes_once_when_both_directions_have_ended),
        cmocka_unit_test(a_side_that_speaks_first_is_heard_first),
        cmocka_unit_test(unknown_bytes_wait_only_so_long),
        cmocka_unit_test(each_datagram_stands_alone),
        cmocka_unit_test(the_first_datagram_is_kept_until_the_answer_decides),
        cmocka_unit_test(a_few_bad_datagrams_do_not_end_a_conversation_and_many_do),
        cmocka_unit_test(a_frame_goes_to_the_dissector_of_its_ethertype),
        cmocka_unit_test(any_bytes_in_any_pieces_leave_nothing_behind),
    };
    return cmocka_run_group_tests_name("dissect", tests, NULL, NULL);
}
