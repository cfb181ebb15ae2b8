/* What each event is about: conversations as text, and what their last segment is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "flow/reassembly.h"
#include "flow/table.h"
#include "tests/unit/flow/wire.h"

/* sender:flags:sequence:acknowledgement[:bytes[:window]], blanks between segments */
#define OPEN     "c:S:1000:0 s:SA:5000:1001 "
#define SHAKEN   OPEN "c:A:1001:5001 "
#define TALKED   SHAKEN "c:A:1001:5001:100 s:A:5001:1101:50 c:A:1101:5051 "
#define CLIENT_ENDS TALKED "c:FA:1101:5051 "                            /* close wait */
#define SERVER_ENDS TALKED "s:FA:5051:1101 "                            /* fin 1 */
#define SPLIT    "c:S:1000:0 s:S:5000:0 "

static const struct odd_case { const char *name, *segments, *events; } cases[] = {
    { "an ordinary handshake", SHAKEN, "" },
    { "data and its acknowledgement", TALKED, "" },
    { "an ordinary end by the client", CLIENT_ENDS "s:A:5051:1102 s:FA:5051:1102 c:A:1102:5052", "" },
    { "an ordinary end by the server", SERVER_ENDS "c:A:1101:5052 c:FA:1101:5052 s:A:5052:1102", "" },
    { "both at once", SERVER_ENDS "c:FA:1101:5051 s:A:5052:1102 c:A:1102:5052", "" },
    { "a SYN sent again", "c:S:1000:0 c:S:1000:0", "" },
    { "an answer to another SYN", "c:S:1000:0 s:SA:5000:1002", "3whs_synack_with_wrong_ack" },
    { "an answer from the wrong side", "c:S:1000:0 c:SA:1000:1", "3whs_synack_in_wrong_direction" },
    { "an acknowledgement of nothing seen, elsewhere", "c:S:1000:0 c:A:1300:5001", "3whs_async_wrong_seq" },
    { "an acknowledgement of nothing seen", "c:S:1000:0 c:A:1001:5001", "" },
    { "data in the SYN that was not taken", "c:S:1000:0:20 s:SA:5000:1001", "3whs_synack_tfo_data_ignored" },
    { "data in the SYN that was taken", "c:S:1000:0:20 s:SA:5000:1021", "" },
    { "eleven SYNs", "c:S:1:0 c:S:2:0 c:S:3:0 c:S:4:0 c:S:5:0 c:S:6:0 c:S:7:0 c:S:8:0 c:S:9:0 c:S:10:0 c:S:11:0 c:S:12:0", "3whs_syn_flood" },
    { "another answer", OPEN "s:SA:6000:1001", "3whs_synack_resend_with_diff_seq" },
    { "the same answer", OPEN "s:SA:5000:1001", "" },
    { "six other answers", OPEN "s:SA:1:1001 s:SA:2:1001 s:SA:3:1001 s:SA:4:1001 s:SA:5:1001 s:SA:6:1001",
      "3whs_synack_resend_with_diff_seq 3whs_synack_flood" },
    { "the answer acknowledging something else", OPEN "s:SA:5000:1003", "3whs_synack_resend_with_different_ack" },
    { "an answer to the answer", OPEN "c:SA:1000:5001", "3whs_synack_toserver_on_syn_recv" },
    { "another SYN after the answer", OPEN "c:S:1003:0", "3whs_syn_resend_diff_seq_on_syn_recv" },
    { "a SYN from the server after its answer", OPEN "s:S:5000:0", "3whs_syn_toclient_on_syn_recv" },
    { "the right number and a wrong acknowledgement", OPEN "c:A:1001:4000", "3whs_right_seq_wrong_ack_evasion" },
    { "nothing right", OPEN "c:A:900:4000", "3whs_wrong_seq_wrong_ack" },
    { "the server speaks while the last step is missing", OPEN "s:A:5001:1001:10", "" },
    { "a split handshake", SPLIT "c:SA:1000:5001 s:A:5001:1001", "" },
    { "a split one with a wrong acknowledgement", SPLIT "c:SA:1000:5002", "4whs_synack_with_wrong_ack" },
    { "a split one with another SYN", SPLIT "c:SA:1001:5001", "4whs_synack_with_wrong_syn" },
    { "a split one that goes on elsewhere", SPLIT "c:SA:1000:5001 s:A:5003:1001", "4whs_wrong_seq" },
    { "a split one that acknowledges too much", SPLIT "c:SA:1000:5001 s:A:5001:90001", "4whs_invalid_ack" },
    { "an acknowledgement of what nobody sent", TALKED "c:A:1101:95051", "est_invalid_ack pkt_invalid_ack" },
    { "an acknowledgement from long ago", TALKED "c:A:1101:4294930000", "est_invalid_ack pkt_invalid_ack" },
    { "what was settled", TALKED "c:A:1001:5051:50", "est_pkt_before_last_ack pkt_spurious_retransmission" },
    { "what was settled just now", TALKED "c:A:1001:5051:100", "pkt_spurious_retransmission reassembly_segment_before_base_seq" },
    { "a keep-alive", TALKED "c:A:1100:5051:1", "" },
    { "the handshake's answer again", TALKED "s:SA:5000:1101", "est_synack_resend" },
    { "that, acknowledging something else", TALKED "s:SA:5000:1001", "est_synack_resend_with_different_ack" },
    { "that, with another number", TALKED "s:SA:5007:1101", "est_synack_resend_with_diff_seq" },
    { "an answer from the client", TALKED "c:SA:1000:5051", "est_synack_toserver" },
    { "the SYN again", TALKED "c:S:1000:0", "est_syn_resend" },
    { "another SYN", TALKED "c:S:1007:0", "est_syn_resend_diff_seq" },
    { "a SYN from the server", TALKED "s:S:5000:0", "est_syn_toclient" },
    { "an end that acknowledges what nobody sent", TALKED "c:FA:1101:95051", "fin_invalid_ack pkt_invalid_ack" },
    { "an end in the middle", TALKED "c:FA:1050:5051:60", "fin_out_of_window" },
    { "an end far ahead", TALKED "c:FA:99101:5051", "fin_out_of_window" },
    { "an end that opens", TALKED "c:SFA:1101:5051", "fin_syn" },
    { "the client's end again", CLIENT_ENDS "c:FA:1101:5051", "" },
    { "data long settled after the client's end", CLIENT_ENDS "s:A:5051:1102 s:A:5001:1102:20",
      "closewait_pkt_before_last_ack pkt_spurious_retransmission" },
    { "a wrong acknowledgement after the client's end", CLIENT_ENDS "s:A:5051:91102", "closewait_invalid_ack pkt_invalid_ack" },
    { "far ahead after the client's end", CLIENT_ENDS "s:A:95051:1102:5", "closewait_ack_out_of_window" },
    { "the server's end far ahead", CLIENT_ENDS "s:FA:95051:1102", "closewait_fin_out_of_window" },
    { "a SYN after the end began", CLIENT_ENDS "c:S:1000:0", "shutdown_syn_resend" },
    { "far ahead after the server's end", SERVER_ENDS "c:A:91101:5051:5", "fin1_ack_wrong_seq" },
    { "the client's end far ahead", SERVER_ENDS "c:FA:91101:5051", "fin1_fin_wrong_seq" },
    { "a wrong acknowledgement after the server's end", SERVER_ENDS "c:A:1101:95051", "fin1_invalid_ack pkt_invalid_ack" },
    { "sent again after the server's end", SERVER_ENDS "c:A:1001:5051:100",
      "pkt_spurious_retransmission reassembly_segment_before_base_seq pkt_retransmission" },
    { "far ahead after its acknowledgement", SERVER_ENDS "c:A:1101:5052 c:A:91101:5052:5", "fin2_ack_wrong_seq" },
    { "the client's end far ahead of that", SERVER_ENDS "c:A:1101:5052 c:FA:91101:5052", "fin2_fin_wrong_seq" },
    { "a wrong acknowledgement after that", SERVER_ENDS "c:A:1101:5052 c:A:1101:95052", "fin2_invalid_ack pkt_invalid_ack" },
    { "a wrong number while closing", SERVER_ENDS "c:FA:1101:5051 s:A:5060:1102", "closing_ack_wrong_seq" },
    { "a wrong acknowledgement while closing", SERVER_ENDS "c:FA:1101:5051 s:A:5052:91102", "closing_invalid_ack pkt_invalid_ack" },
    { "a wrong last number", CLIENT_ENDS "s:FA:5051:1102 c:A:1110:5052", "lastack_ack_wrong_seq" },
    { "a wrong last acknowledgement", CLIENT_ENDS "s:FA:5051:1102 c:A:1102:95052", "lastack_invalid_ack pkt_invalid_ack" },
    { "a wrong number afterwards", SERVER_ENDS "c:FA:1101:5052 s:A:5060:1102", "timewait_ack_wrong_seq" },
    { "a wrong acknowledgement afterwards", SERVER_ENDS "c:FA:1101:5052 s:A:5052:91102", "timewait_invalid_ack pkt_invalid_ack" },
    { "an acknowledgement without its flag", "c:S:1000:77", "pkt_broken_ack" },
    { "that in a conversation", SHAKEN "c:P:1001:77:5", "pkt_broken_ack" },
    { "a smaller window with numbers of the future", TALKED "c:A:1200:5100:0:100", "pkt_bad_window_update" },
    { "a smaller window", TALKED "c:A:1101:5051:0:100", "" },
    { "a reset that acknowledges what nobody sent", TALKED "c:RA:1101:95051", "rst_invalid_ack pkt_invalid_ack" },
    { "an ordinary reset", TALKED "c:RA:1101:5051", "" },
    { "who reset goes on", TALKED "c:RA:1101:5051 c:A:1101:5051:10", "suspected_rst_inject" },
    { "that is said once", TALKED "c:RA:1101:5051 c:A:1101:5051:10 c:A:1111:5051:10", "" },
    { "the other side goes on", TALKED "c:RA:1101:5051 s:A:5051:1101:10", "" },
    { "an end of nothing", "c:FA:1000:5000", "fin_but_no_session" },
    { "a reset of nothing", "c:R:1000:0", "rst_but_no_session" },
    { "anything in the middle of nothing", "c:A:1000:5000:5 s:A:9000:90000:5", "" },
};

static uint8_t flags_of(const char *letters)
{
    static const struct { char letter; uint8_t flag; } known[] = { { 'S', TCP_SYN }, { 'A', TCP_ACK }, { 'F', TCP_FIN }, { 'R', TCP_RST } };
    uint8_t flags = 0;
    for (; *letters; letters++)
        for (size_t i = 0; i < 4; i++)
            flags |= known[i].letter == *letters ? known[i].flag : 0;
    return flags;
}

static void ignore_chunk(void *ctx, struct flow *f, const struct chunk *c)
{
    (void)ctx, (void)f, (void)c;
}

struct scene { struct flow_table *table; struct reassembler *r; };

static void on_close(void *ctx, struct flow *f, enum flow_end why)
{
    struct scene *s = ctx;
    (void)why;
    reassembly_end(s->r, f, ignore_chunk, NULL);
}

static uint64_t send_one(struct scene *s, struct wire *w, const char *text)
{
    static const uint8_t bytes[4096];
    char side, letters[8];
    unsigned seq, ack, len = 0, window = 30000;
    enum direction dir;
    if (sscanf(text, "%c:%7[A-Z]:%u:%u:%u:%u", &side, letters, &seq, &ack, &len, &window) < 4)
        fail_msg("not a segment: %s", text);
    struct packet p = wire_tcp(w, side == 'c', flags_of(letters), seq, ack, bytes, len);
    p.tcp_window = (uint16_t)window;
    struct flow *f = flow_table_take(s->table, &p, &dir);
    (void)reassembly_take(s->r, f, &p, dir, ignore_chunk, NULL);
    return f->odd;
}

static uint64_t odd_of_last(const char *segments)
{
    struct flow_limits flow = { .flow_max = 16, .flow_bytes_max = 1 << 24, .flow_bytes_each = 1 << 20, .new_idle_us = 30 * SECOND,
                                .established_idle_us = 30 * SECOND, .closed_idle_us = 10 * SECOND, .udp_idle_us = SECOND,
                                .icmp_idle_us = SECOND };
    struct reassembly_limits stream = { .each_max = 1 << 18, .all_max = 1 << 20 };
    struct wire w = wire_conversation(0x0a000001, 4000);
    struct scene s = { .r = NULL };
    struct fault f;
    uint64_t last = 0;
    s.table = flow_table_new(&flow, (struct hash_key){ 1, 2 }, on_close, &s, &f);
    assert_non_null(s.table);
    s.r = reassembler_new(&stream, flow_table_store(s.table));
    char *copy = strdup(segments), *rest = NULL;
    for (char *one = strtok_r(copy, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest))
        last = send_one(&s, &w, one);
    free(copy);
    flow_table_free(s.table);
    reassembler_free(s.r);
    return last;
}

static const char *names_of(uint64_t events, char out[512])
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < STREAM_EVENT_COUNT; i++)
        if (events >> i & 1)
            n += (size_t)snprintf(out + n, 512 - n, "%s%s", n ? " " : "", stream_event_names[i]);
    return out;
}

static uint64_t events_of(const char *names)
{
    uint64_t events = 0;
    for (unsigned i = 0; i < STREAM_EVENT_COUNT; i++) {
        const char *at = strstr(names, stream_event_names[i]);
        size_t n = strlen(stream_event_names[i]);
        for (; at != NULL; at = strstr(at + 1, stream_event_names[i]))
            if ((at == names || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
                events |= UINT64_C(1) << i;
    }
    return events;
}

static void a_segment_is_called_what_it_is(void **unused)
{
    (void)unused;
    char got[512];
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t odd = odd_of_last(cases[i].segments);
        if (odd != events_of(cases[i].events))
            wrong++, print_error("%s: \"%s\", not \"%s\"\n", cases[i].name, names_of(odd, got), cases[i].events);
    }
    assert_int_equal(wrong, 0);
}

static void every_event_has_a_name_of_its_own(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < STREAM_EVENT_COUNT; i++) {
        assert_non_null(stream_event_names[i]);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(stream_event_names[i], stream_event_names[k]);
    }
    assert_null(stream_event_names[STREAM_EVENT_COUNT]);
}

/* Whatever comes, in whatever state: nothing but events of this table, and no arithmetic that the sanitizers object to. */
static void any_mess_of_segments_is_judged(void **unused)
{
    (void)unused;
    static const char *const flags[] = { "S", "SA", "A", "FA", "RA", "R", "F", "SF", "P", "SFRA" };
    char text[4096];
    uint32_t noise = 12345;
    for (unsigned turn = 0; turn < 2000; turn++) {
        size_t n = (size_t)snprintf(text, sizeof text, "%s", turn % 2 ? SHAKEN : "");
        for (unsigned k = 0; k < 12; k++) {
            noise = noise * 1664525 + 1013904223;
            n += (size_t)snprintf(text + n, sizeof text - n, "%c:%s:%u:%u:%u ", noise >> 31 ? 'c' : 's', flags[noise >> 16 & 7],
                                  noise & 0x100 ? noise : 1000 + (noise & 7), noise & 0x200 ? noise * 3 : 5000 + (noise >> 3 & 7), noise >> 8 & 15);
        }
        text[n - 1] = '\0';
        (void)odd_of_last(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_is_called_what_it_is),
        cmocka_unit_test(every_event_has_a_name_of_its_own),
        cmocka_unit_test(any_mess_of_segments_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
