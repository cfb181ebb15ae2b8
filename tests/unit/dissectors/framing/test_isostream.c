/* The ISO transport's stream held by a protocol of its own: messages that begin with the octet 5a. */
#include "dissectors/framing/isostream.h"

#include "tests/support/dissect.h"

enum row { OCTETS = COTP_ROWS, ROWS };

static const struct field fields[] = {
    COTP_FIELDS,
    [OCTETS] = { .name = "octets", .about = "Of the message." },
};

static const struct anomaly anomalies[] = { { "invalid_tpdu", "A TPDU that contradicts itself." } };

static const struct schema schema = { .name = "upper", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = 1 };

static struct record *record_new(struct conversation *conv)
{
    return conversation_record(conv, &schema);
}

static bool begins(struct cursor data, bool whole, bool eot)
{
    (void)whole;
    (void)eot;
    return cursor_peek(&data, 0) == 0x5a;
}

static bool message(struct conversation *conv, struct cursor m, unsigned pieces, bool lost)
{
    struct record *r = conversation_record(conv, &schema);
    record_uint(r, COTP_PIECES, pieces);
    record_uint(r, OCTETS, m.left);
    conversation_emit(conv, r);
    return !lost && cursor_peek(&m, 0) == 0x5a;
}

static const struct iso_upper upper = { .record = record_new, .header_min = 1, .begins = begins, .message = message };

static enum dissect pdu(struct conversation *conv, struct cursor *in)
{
    return iso_pdu(&upper, conv->state, conv, in);
}

static bool gap(struct conversation *conv, size_t missing)
{
    (void)missing;
    iso_gap(conv->state, conv);
    return true;
}

static void end(struct conversation *conv)
{
    iso_end(&upper, conv->state, conv);
}

static const struct dissector dissector = {
    .schema = &schema, .over = OVER_TCP, .ports = { 102 }, .state_size = sizeof(struct iso_stream), .pdu = pdu, .gap = gap, .end = end
};

#define CONNECT ">>> 0300 000b 06e0 0000 0001 00\n"
#define WHOLE   ">>> 0300 000a 02f080 5a 0102\n"
#define FIRST   ">>> 0300 0009 02f000 5a01\n"
#define LAST    ">>> 0300 0009 02f080 0203\n"
#define FOREIGN ">>> 0300 0009 02f080 1111\n"

static const struct dialogue_case cases[] = {
    { "a message", CONNECT WHOLE, "tpdu tpdus octets", "> 0 tpdu=connection_request\n> 0 tpdus=1 octets=3\n" },
    { "in two pieces", FIRST LAST, "tpdus octets", "> 0 tpdus=2 octets=4\n" },
    { "pieces without an end", FIRST, "tpdu tpdus octets", "> 0 tpdu=data tpdus=1 !incomplete\n" },
    { "a TPDU that contradicts itself", ">>> 0300 0007 20f080\n", "tpdu", "> 0 !invalid_tpdu\n" },
    { "no TPKT", WHOLE ">>> 0400 0007 02f080\n", "octets", "> 0 octets=3\nlost >\n" },
    { "too many foreign messages", FOREIGN FOREIGN FOREIGN FOREIGN FOREIGN FOREIGN, "octets",
      "> 0 octets=2\n> 0 octets=2\n> 0 octets=2\n> 0 octets=2\n> 0 octets=2\nlost >\n" },
    { "the way back after a gap", WHOLE ">>> gap 9\n>>> 0102 0300 0007 02f080" "03\n" WHOLE, "octets", "> 0 octets=3\n> 0 octets=3\n" },
};

static void messages_are_told_whole_and_connections_by_the_stream(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector, &cases[i]);
}

static void cuts_prefixes_and_bit_changes_are_survived(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector, CONNECT WHOLE FIRST LAST WHOLE);
    dissect_survives_every_prefix(&dissector, CONNECT WHOLE FIRST LAST WHOLE);
    dissect_survives_every_bit_change(&dissector, CONNECT WHOLE FIRST LAST WHOLE);
}

static void the_probe_waits_for_data(void **unused)
{
    (void)unused;
    static const struct { const char *bytes; enum probe want; } each[] = {
        { CONNECT, PROBE_MORE }, { CONNECT WHOLE, PROBE_YES }, { WHOLE, PROBE_YES }, { FOREIGN, PROBE_NO }, { ">>> 0301", PROBE_NO },
    };
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct dialogue *d = dialogue_read(each[i].bytes);
        assert_int_equal(iso_probe(&upper, cursor_over(d->bytes, d->len)), each[i].want);
        dialogue_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_told_whole_and_connections_by_the_stream),
        cmocka_unit_test(cuts_prefixes_and_bit_changes_are_survived),
        cmocka_unit_test(the_probe_waits_for_data),
    };
    return cmocka_run_group_tests_name("isostream", tests, NULL, NULL);
}
