#include "dissectors/dns/dns.h"
#include "tests/support/dissect.h"

#define HEAD_QUERY    "1234 0100 0001 0000 0000 0000 "
#define WWW           "03 \"www\" 07 \"example\" 03 \"com\" 00 "
#define QUERY_A       HEAD_QUERY WWW "0001 0001 "
#define HEAD_ANSWER   "1234 8180 0001 0001 0000 0000 "
#define ANSWER_A      HEAD_ANSWER WWW "0001 0001 c00c 0001 0001 0000012c 0004 c0000201 "
#define ASK           ">>> " QUERY_A "\n"

/* The resolver's dissector on UDP: dissect.h would choose TCP. */
static struct dissector over_udp(const struct dissector *d)
{
    struct dissector udp = *d;
    udp.over = OVER_UDP;
    return udp;
}

static const char answers[] = "rcode rrname rrtype answers ttl rdata authorities additionals soa mname rname serial refresh "
                              "retry expire minimum srv name priority weight port sshfp fingerprint algo";

#define ONE_ANSWER(type, data) ASK "<<< " HEAD_ANSWER WWW "0001 0001 c00c " type " 0001 0000012c " data
#define SAID(rest) "> 0 rrname=\"www.example.com\" rrtype=A\n" \
                   "< 0 rrname=\"www.example.com\" rrtype=A answers: rrname=\"www.example.com\" " rest " rcode=NOERROR\n"

static const struct dialogue_case rdata_cases[] = {
    { "an address", ASK "<<< " ANSWER_A, answers, SAID("rrtype=A ttl=300 rdata=\"192.0.2.1\"") },
    { "an IPv6 address", ONE_ANSWER("001c", "0010 20010db8000000000000000000000001"), answers,
      SAID("rrtype=AAAA ttl=300 rdata=\"2001:db8::1\"") },
    { "a name with a pointer", ONE_ANSWER("0005", "0006 03 \"cdn\" c010"), answers,
      SAID("rrtype=CNAME ttl=300 rdata=\"cdn.example.com\"") },
    { "a pointer to a pointer", ASK "<<< 1234 8180 0001 0002 0000 0000 " WWW "0001 0001 c00c 0005 0001 0000012c 0006 03 \"cdn\" c010 "
      "c02d 0001 0001 0000012c 0004 c0000201", answers,
      SAID("rrtype=CNAME ttl=300 rdata=\"cdn.example.com\" answers: rrname=\"cdn.example.com\" rrtype=A ttl=300 rdata=\"192.0.2.1\"") },
    { "a mail exchange", ONE_ANSWER("000f", "0009 000a 04 \"mail\" c010"), answers,
      SAID("rrtype=MX ttl=300 rdata=\"mail.example.com\"") },
    { "a text of two strings", ONE_ANSWER("0010", "0008 03 \"abc\" 03 \"def\""), answers,
      SAID("rrtype=TXT ttl=300 rdata=\"abcdef\"") },
    { "a start of authority",
      ONE_ANSWER("0006", "001d 02 \"ns\" c010 01 \"r\" c010 00000001 00000002 00000003 00000004 00000005"), answers,
      SAID("rrtype=SOA ttl=300 rdata=\"ns.example.com\" soa: mname=\"ns.example.com\" rname=\"r.example.com\" serial=1 "
           "refresh=2 retry=3 expire=4 minimum=5") },
    { "a service", ONE_ANSWER("0021", "000a 0001 0002 01f6 01 \"h\" c010"), answers,
      SAID("rrtype=SRV ttl=300 rdata=\"h.example.com\" srv: name=\"h.example.com\" priority=1 weight=2 port=502") },
    { "a host key", ONE_ANSWER("002c", "0004 04 02 abcd"), answers,
      SAID("rrtype=SSHFP ttl=300 sshfp: fingerprint=\"ab:cd\" algo=4") },
    { "a certification authority", ONE_ANSWER("0101", "000a 00 05 \"issue\" \"a.b\""), answers,
      SAID("rrtype=CAA ttl=300 rdata=\"0 issue \"a.b\"\"") },
    { "a service binding",
      ONE_ANSWER("0041", "001b 0001 00 0001 0006 02 \"h2\" 02 \"h3\" 0003 0002 01bb 0004 0004 c0000201"), answers,
      SAID("rrtype=HTTPS ttl=300 rdata=\"1 . alpn=h2,h3 port=443 ipv4hint=192.0.2.1\"") },
    { "a null record, as hex", ONE_ANSWER("000a", "0003 c0ffee"), answers, SAID("rrtype=NULL ttl=300 rdata=\"c0ffee\"") },
    { "an unknown type, as hex", ONE_ANSWER("ff00", "0002 0102"), answers, SAID("rrtype=65280 ttl=300 rdata=\"0102\"") },
};

static void resource_data_is_said_by_its_type(void **unused)
{
    (void)unused;
    struct dissector udp = over_udp(&dissector_dns);
    for (size_t i = 0; i < sizeof rdata_cases / sizeof rdata_cases[0]; i++)
        dialogue_case_holds(&udp, &rdata_cases[i]);
}

#define TEN_LABELS "0161 0161 0161 0161 0161 0161 0161 0161 0161 0161 "
#define HUNDRED_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS TEN_LABELS
#define LABEL63 "3f \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" "

static const struct dialogue_case message_cases[] = {
    { "a request by its header",
      ASK, "type id opcode flags qr aa tc rd ra question_count query query_length query_labels query_label_max",
      "> 0 type=\"query\" id=4660 opcode=query flags=\"0100\" qr=false aa=false tc=false rd=true ra=false question_count=1 "
      "query_length=15 query_labels=3 query_label_max=7 query=\"www.example.com\"\n" },
    { "all names of a response are one field, and its question another",
      ASK "<<< 1234 8180 0001 0002 0001 0000 " WWW "0001 0001 c00c 0005 0001 0000012c 0006 03 \"cdn\" c010 "
      "c02d 0001 0001 0000012c 0004 c0000201 c010 0006 0001 0000012c 001d 02 \"ns\" c010 01 \"r\" c010 00000001 00000002 00000003 00000004 "
      "00000005", "question query response_name",
      "> 0 question=\"www.example.com\" query=\"www.example.com\"\n"
      "< 0 question=\"www.example.com\" response_name=\"www.example.com\" response_name=\"www.example.com\" response_name=\"cdn.example.com\" "
      "response_name=\"cdn.example.com\" response_name=\"example.com\" response_name=\"ns.example.com\"\n" },
    { "a response has no query and carries the time since its request",
      ASK "<<< " ANSWER_A, "type query rtt", "> 0 type=\"query\" query=\"www.example.com\"\n< 0 type=\"answer\" rtt=1000\n" },
    { "responses in another order than their requests",
      ASK ">>> 0002 0100 0001 0000 0000 0000 01 \"b\" 00 0001 0001\n<<< 0002 8183 0001 0000 0000 0000 01 \"b\" 00 0001 0001\n"
      "<<< " ANSWER_A, "id rtt", "> 0 id=4660\n> 1 id=2\n< 1 id=2 rtt=1000\n< 0 id=4660 rtt=3000\n" },
    { "a response nobody asked for", ASK "<<< 9999 8180 0001 0000 0000 0000 " WWW "0001 0001", "id",
      "> 0 id=4660\n< 1 id=39321 !unsolicited_response\n" },
    { "the capture begins with a response", ">>> " ANSWER_A "\n<<< " QUERY_A, "id", "> 0 id=4660\n< 0 id=4660\n" },
    { "a client that answers", ASK ">>> " ANSWER_A, "id", "> 0 id=4660\n> 0 id=4660 !not_request\n" },
    { "a server that asks", ASK "<<< " QUERY_A, "id", "> 0 id=4660\n< 1 id=4660 !not_response\n" },
    { "the bit that must be zero", ">>> 1234 0140 0001 0000 0000 0000 " WWW "0001 0001", "id", "> 0 id=4660 !z_flag_set\n" },
    { "an opcode that does not exist", ">>> 1234 4900 0001 0000 0000 0000 " WWW "0001 0001", "opcode",
      "> 0 opcode=9 !invalid_opcode\n" },
    { "two questions", ">>> 1234 0100 0002 0000 0000 0000 01 \"a\" 00 0001 0001 01 \"b\" 00 001c 0001",
      "rrname rrtype query queries", "> 0 rrname=\"a\" rrtype=A query=\"a\" queries: rrname=\"a\" rrtype=A query=\"b\" "
      "queries: rrname=\"b\" rrtype=AAAA\n" },
    { "octets that are no letters stay as they are", ">>> " HEAD_QUERY "03 00ff2e 00 0010 0001", "query",
      "> 0 query=\"\\x00\\xff.\"\n" },
    { "the root", ">>> " HEAD_QUERY "00 0002 0001", "query rrtype", "> 0 rrtype=NS query=\"\"\n" },
    { "a pointer to itself", ">>> " HEAD_QUERY "c00c 0001 0001", "rrname", "> 0 rrname=\"\" !infinite_loop\n" },
    { "pointers that turn in a circle past a label", ">>> " HEAD_QUERY "01 \"a\" c00c 0001 0001", "rrtype",
      "> 0 rrtype=A !infinite_loop\n" },
    { "a pointer past the end", ">>> " HEAD_QUERY "c0ff 0001 0001", "rrname", "> 0 !malformed_data\n" },
    { "a name of more than 255 octets", ">>> " HEAD_QUERY LABEL63 LABEL63 LABEL63 LABEL63 "01 \"b\" 00 0001 0001",
      "query_length query_labels rrtype", "> 0 rrtype=A query_length=255 query_labels=5 !name_too_long\n" },
    { "a circle with many labels in it", ">>> " HEAD_QUERY TEN_LABELS TEN_LABELS "c00c 0001 0001", "query_labels rrtype",
      "> 0 rrtype=A query_labels=255 !name_too_long !too_many_labels\n" },
    { "a name of very many labels, that ends", ">>> " HEAD_QUERY HUNDRED_LABELS HUNDRED_LABELS HUNDRED_LABELS "00 0001 0001",
      "query_labels rrtype", "> 0 rrtype=A query_labels=255 !name_too_long\n" },
    { "a label of an undefined kind", ">>> " HEAD_QUERY "41 \"a\" 00 0001 0001", "rrname", "> 0 !malformed_data\n" },
    { "a message that ends within its question", ">>> " HEAD_QUERY "03 \"www\" 07 \"ex\"", "id",
      "> 0 id=4660 !malformed_data !incomplete\n" },
    { "a service binding that ends within a parameter", ASK "<<< " HEAD_ANSWER WWW "0001 0001 c00c 0041 0001 0000012c "
      "0007 0001 00 0001 0006 02", "rcode", "> 0\n< 0 rcode=NOERROR !malformed_data\n" },
    { "an authority that cannot be read", ASK "<<< 1234 8180 0001 0000 0001 0000 " WWW "0001 0001 c00c 0006 0001 00000001 "
      "0001 ff", "rcode", "> 0\n< 0 rcode=NOERROR !invalid_authorities\n" },
    { "octets behind the end", ">>> " QUERY_A "0000", "id", "> 0 id=4660 !trailing_data\n" },
    { "EDNS with a client's network and the upper rcode",
      ASK "<<< 1234 8180 0001 0000 0000 0001 " WWW "0001 0001 00 0029 1000 01 00 8000 000b 0008 0007 0001 18 00 c00002",
      "rcode edns_version edns_udp_size edns_do edns_option edns_client_subnet",
      "> 0\n< 0 edns_version=0 edns_udp_size=4096 edns_do=true edns_option=client_subnet "
      "edns_client_subnet=\"192.0.2.0/24\" rcode=BADVERS\n" },
};

static void a_message_is_told_and_its_oddities_named(void **unused)
{
    (void)unused;
    struct dissector udp = over_udp(&dissector_dns);
    for (size_t i = 0; i < sizeof message_cases / sizeof message_cases[0]; i++)
        dialogue_case_holds(&udp, &message_cases[i]);
}

static void a_request_that_was_forgotten_is_no_reason_to_accuse_its_answer(void **unused)
{
    (void)unused;
    char text[4096];
    size_t n = 0;
    for (int i = 0; i < 16; i++)
        n += (size_t)sprintf(text + n, ">>> %04x 0100 0001 0000 0000 0000 01 \"a\" 00 0001 0001\n", i);
    sprintf(text + n, "<<< 0001 8180 0001 0000 0000 0000 01 \"a\" 00 0001 0001\n"
                      "<<< 0000 8180 0001 0000 0000 0000 01 \"a\" 00 0001 0001\n");
    struct dissector udp = over_udp(&dissector_dns);
    char *said = dissect_dialogue(&udp, text, 0, "id");
    assert_non_null(strstr(said, "< 1 id=1\n< 16 id=0\n"));
    free(said);
}

#define TCP_DIALOGUE ">>> 0021 " QUERY_A "0000 0021 " QUERY_A "\n<<< 0031 " ANSWER_A "0031 " ANSWER_A

static void messages_on_tcp_stand_behind_their_length_however_they_are_cut(void **unused)
{
    (void)unused;
    static const struct dialogue_case two = { "two of each", TCP_DIALOGUE, "id rdata",
        "> 0 id=4660\n> 1 id=4660\n< 1 id=4660 rdata=\"192.0.2.1\"\n< 0 id=4660 rdata=\"192.0.2.1\"\n" };
    dialogue_case_holds(&dissector_dns, &two);
    dissect_same_for_every_cut(&dissector_dns, TCP_DIALOGUE);
}

static void a_length_too_small_for_a_header_is_not_dns(void **unused)
{
    (void)unused;
    static const struct dialogue_case small = { "eleven", ">>> 000b 0000000000000000000000", NULL, "lost >\n" };
    dialogue_case_holds(&dissector_dns, &small);
}

#define EVERYTHING ASK "<<< 1234 8180 0001 0004 0001 0001 " WWW "0001 0001 c00c 0005 0001 0000012c 0006 03 \"cdn\" c010 " \
    "c00c 000f 0001 00000001 0009 000a 04 \"mail\" c010 c00c 0010 0001 00000001 0004 03 \"abc\" " \
    "c00c 0041 0001 00000001 000f 0001 00 0001 0006 02 \"h2\" 02 \"h3\" " \
    "c010 0006 0001 00000001 001d 02 \"ns\" c010 01 \"r\" c010 00000001 00000002 00000003 00000004 00000005 " \
    "00 0029 1000 01 00 8000 000b 0008 0007 0001 18 00 c00002"

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    struct dissector udp = over_udp(&dissector_dns);
    dissect_survives_every_prefix(&udp, EVERYTHING);
    dissect_survives_every_bit_change(&udp, EVERYTHING);
    dissect_survives_every_prefix(&dissector_dns, TCP_DIALOGUE);
    dissect_survives_every_bit_change(&dissector_dns, TCP_DIALOGUE);
}

static void a_message_bigger_than_the_scratch_is_cut_and_says_so(void **unused)
{
    (void)unused;
    enum { RECORDS = 200, RECORD = 12 + 256 };
    char *text = malloc(RECORDS * RECORD * 2 + 256);
    size_t n = (size_t)sprintf(text, ">>> 1234 0100 0001 %04x 0000 0000 " WWW "0001 0001 ", RECORDS);
    for (int i = 0; i < RECORDS; i++) {
        n += (size_t)sprintf(text + n, "c00c0010000100000001 00faf9");
        n += (size_t)sprintf(text + n, "%0498d", 0);
    }
    struct dissector udp = over_udp(&dissector_dns);
    char *said = dissect_dialogue(&udp, text, 0, "id");
    assert_string_equal(said, "> 0 id=4660 !cut\n");
    free(said);
    free(text);
}

static const struct probe_case {
    const char *name, *wire;
    enum dissect_over over;
    uint16_t port;
    enum probe dns, mdns;
} probe_cases[] = {
    { "a request",             QUERY_A,                          OVER_UDP, 53,   PROBE_YES, PROBE_NO },
    { "on any port",           QUERY_A,                          OVER_UDP, 9999, PROBE_YES, PROBE_NO },
    { "multicast",             QUERY_A,                          OVER_UDP, 5353, PROBE_NO, PROBE_YES },
    { "a strange class off the port", HEAD_QUERY WWW "0001 0063", OVER_UDP, 9999, PROBE_NO, PROBE_NO },
    { "a type that does not exist", HEAD_QUERY WWW "0186 0001",   OVER_UDP, 9999, PROBE_NO, PROBE_NO },
    { "a portmapper's call",   "3841169f 00000000 00000002 000186a0 00000003 00000003", OVER_UDP, 111, PROBE_NO, PROBE_NO },
    { "an answer to no question", "1234 8180 0000 0001 0000 0000 00 0001 0001 0000012c 0004 c0000201", OVER_UDP, 53,
      PROBE_MAYBE, PROBE_NO },
    { "a bare refusal",        "1234 8181 0000 0000 0000 0000",  OVER_UDP, 53,   PROBE_MAYBE, PROBE_NO },
    { "NetBIOS",               QUERY_A,                          OVER_UDP, 137,  PROBE_NO, PROBE_NO },
    { "an answer",             ANSWER_A,                         OVER_UDP, 53,   PROBE_YES, PROBE_NO },
    { "a strange class",       HEAD_QUERY WWW "0001 0063",       OVER_UDP, 53,   PROBE_MAYBE, PROBE_NO },
    { "a strange opcode",      "1234 4900 0001 0000 0000 0000 " WWW "0001 0001", OVER_UDP, 53, PROBE_MAYBE, PROBE_NO },
    { "counts beyond reason",  "1234 0100 00ff 0000 0000 0000 " WWW "0001 0001", OVER_UDP, 53, PROBE_NO, PROBE_NO },
    { "text",                  "\"GET / HTTP/1.1\" 0d0a0d0a",    OVER_UDP, 53,   PROBE_NO, PROBE_NO },
    { "zeros",                 "0000 0000 0000 0000 0000 0000 0000 0000", OVER_UDP, 53, PROBE_NO, PROBE_NO },
    { "a short datagram",      "1234",                           OVER_UDP, 53,   PROBE_NO, PROBE_NO },
    { "a stream's beginning",  "0021 1234 01",                   OVER_TCP, 53,   PROBE_MORE, PROBE_NO },
    { "a stream's header",     "0021 1234 0100 0001 0000 0000 0000 03", OVER_TCP, 53, PROBE_MORE, PROBE_NO },
    { "a stream of something else", "0021 1234 0100 00ff 0000 0000 0000 03", OVER_TCP, 53, PROBE_NO, PROBE_NO },
    { "a stream's message",    "0021 " QUERY_A,                  OVER_TCP, 53,   PROBE_YES, PROBE_NO },
};

static void the_probe_reads_the_message_and_not_the_port(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probe_cases / sizeof probe_cases[0]; i++) {
        const struct probe_case *t = &probe_cases[i];
        char text[512];
        snprintf(text, sizeof text, ">>> %s", t->wire);
        struct dialogue *d = dialogue_read(text);
        struct conversation conv = { .over = t->over, .server_port = t->port };
        enum probe dns = dissector_dns.probe(&conv, cursor_over(d->bytes, d->len));
        enum probe mdns = dissector_mdns.probe(&conv, cursor_over(d->bytes, d->len));
        if (dns != t->dns || mdns != t->mdns)
            fail_msg("%s: dns %d, mdns %d", t->name, (int)dns, (int)mdns);
        dialogue_free(d);
    }
}

static void local_names_are_records_of_their_own_kind(void **unused)
{
    (void)unused;
    static const struct dialogue_case unasked = { "an announcement",
        ">>> 0000 8400 0000 0001 0000 0000 01 \"p\" 05 \"local\" 00 0001 8001 00000078 0004 c0000201",
        "rrname rrtype class rdata", "> 0 rrname=\"p.local\" rrtype=A class=IN rdata=\"192.0.2.1\"\n" };
    dialogue_case_holds(&dissector_mdns, &unasked);
    assert_string_equal(dissector_mdns.schema->name, "mdns");
    assert_string_equal(dissector_llmnr.schema->name, "llmnr");
}

static void rules_find_fields_by_path_and_by_their_old_names(void **unused)
{
    (void)unused;
    const struct schema *s = dissector_dns.schema;
    assert_string_equal(s->fields[schema_find(s, "query")].name, "query");
    assert_int_equal(schema_find(s, "dns_query"), schema_find(s, "query"));
    assert_string_equal(s->fields[s->fields[schema_find(s, "authorities.rdata")].in - 1].name, "authorities");
    assert_string_equal(s->fields[s->fields[schema_find(s, "answers.soa.mname")].in - 1].name, "soa");
    assert_int_equal(schema_find(dissector_mdns.schema, "dns_query"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_data_is_said_by_its_type),
        cmocka_unit_test(a_message_is_told_and_its_oddities_named),
        cmocka_unit_test(a_request_that_was_forgotten_is_no_reason_to_accuse_its_answer),
        cmocka_unit_test(messages_on_tcp_stand_behind_their_length_however_they_are_cut),
        cmocka_unit_test(a_length_too_small_for_a_header_is_not_dns),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(a_message_bigger_than_the_scratch_is_cut_and_says_so),
        cmocka_unit_test(the_probe_reads_the_message_and_not_the_port),
        cmocka_unit_test(local_names_are_records_of_their_own_kind),
        cmocka_unit_test(rules_find_fields_by_path_and_by_their_old_names),
    };
    return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
