/* The messages below were put together element by element from RFC 4511. */
#include "tests/support/dissect.h"

#include "dissectors/ldap/ldap.h"

#define BIND \
    ">>> 3022020101601d0201030410636e3d61646d696e2c64633d61636d658006736563726574\n" \
    "<<< 301e02010161190a01310400041238303039303330383a206461746120353265\n"
#define SASL \
    ">>> 301f020102601a0201030400a313040a4753532d53504e45474f0405746f6b656e\n" \
    "<<< 300c02010261070a010004000400\n"
#define SEARCH \
    ">>> 30360201036331040764633d61636d650a01020a0100020100020100010100870b6f626a656374436c617373300a0402636e04046d61696c\n" \
    "<<< 3020020103641b040c636e3d612c64633d61636d65300b30090402636e310304016130150201036410040c636e3d622c64633d61636d6530\n" \
    "    00\n" \
    "<<< 300c02010365070a010004000400\n"
#define MODIFY \
    ">>> 30370201046632040c636e3d612c64633d61636d65302230200a0102301b0412757365724163636f756e74436f6e74726f6c310504033531\n" \
    "    32\n"
#define ADD \
    ">>> 3020020105681b040c636e3d632c64633d61636d65300b30090402736e3103040163\n"
#define DELETE \
    ">>> 30110201064a0c636e3d632c64633d61636d65\n" \
    "<<< 30130201066b0e0a0120040764633d61636d650400\n"
#define RENAME \
    ">>> 301c0201076c17040c636e3d612c64633d61636d650404636e3d7a0101ff\n"
#define TLS \
    ">>> 301d02010877188016312e332e362e312e342e312e313436362e3230303337\n" \
    "<<< 300c02010878070a010004000400\n" \
    ">>> 16030100050100000100\n" \
    "<<< 16030100050200000100\n"
#define BROKEN \
    ">>> 3011020109630c040764633d61636d650a0102\n"

static const struct dialogue_case cases[] = {
    { "a logon with a password, refused", BIND, NULL,
      "> 0 message_id=1 request=bind_request dn=\"cn=admin,dc=acme\" version=3 authentication=simple\n"
      "< 0 message_id=1 response=bind_response result_code=invalid_credentials dn=\"\" message=\"80090308: data 52e\" response_index=0 final=1 response_count=1\n" },
    { "a logon by SASL", SASL, NULL,
      "> 0 message_id=2 request=bind_request dn=\"\" version=3 authentication=sasl mechanism=\"GSS-SPNEGO\"\n"
      "< 0 message_id=2 response=bind_response result_code=success dn=\"\" message=\"\" response_index=0 final=1 response_count=1\n" },
    { "a search and what it found", SEARCH, NULL,
      "> 0 message_id=3 request=search_request dn=\"dc=acme\" scope=whole_subtree filter=870b6f626a656374436c617373 attributes=\"cn\" attributes=\"mail\"\n"
      "< 0 message_id=3 response=search_result_entry dn=\"cn=a,dc=acme\" attributes=\"cn\" response_index=0 final=0\n"
      "< 0 message_id=3 response=search_result_entry dn=\"cn=b,dc=acme\" response_index=1 final=0\n"
      "< 0 message_id=3 response=search_result_done result_code=success dn=\"\" message=\"\" entries=2 response_index=2 final=1 response_count=3\n" },
    { "attributes are changed", MODIFY, NULL,
      "> 0 message_id=4 request=modify_request dn=\"cn=a,dc=acme\" attributes=\"userAccountControl\"\n" },
    { "an entry is added", ADD, NULL,
      "> 0 message_id=5 request=add_request dn=\"cn=c,dc=acme\" attributes=\"sn\"\n" },
    { "an entry is deleted", DELETE, NULL,
      "> 0 message_id=6 request=del_request dn=\"cn=c,dc=acme\"\n"
      "< 0 message_id=6 response=del_response result_code=no_such_object dn=\"dc=acme\" message=\"\" response_index=0 final=1 response_count=1\n" },
    { "an entry gets another name", RENAME, NULL,
      "> 0 message_id=7 request=mod_dn_request dn=\"cn=a,dc=acme\" new_rdn=\"cn=z\"\n" },
    { "TLS begins, and reading ends", TLS, NULL,
      "> 0 message_id=8 request=extended_request oid=\"1.3.6.1.4.1.1466.20037\"\n"
      "< 0 message_id=8 response=extended_response result_code=success dn=\"\" message=\"\" response_index=0 final=1 response_count=1\n" },
    { "a search that lacks what it must have", BROKEN, NULL,
      "> 0 message_id=9 request=search_request dn=\"dc=acme\" !invalid_data\n" },
    { "a logoff, which nothing answers", ">>> 3005 02010a 4200\n", NULL, "> 0 message_id=10 request=unbind_request response_count=0\n" },
    { "a result without a request", "<<< 300c 020101 6107 0a0100 0400 0400\n", NULL,
      "< 0 message_id=1 response=bind_response result_code=success dn=\"\" message=\"\" !request_not_found\n" },
    { "not this protocol", ">>> 300c 040101 6107\n", NULL, "lost >\n" },
};

static void messages_are_read_as_the_standard_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_ldap, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_ldap, BIND SASL SEARCH MODIFY ADD DELETE RENAME);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ldap, BIND SEARCH MODIFY ADD DELETE RENAME TLS);
    dissect_survives_every_bit_change(&dissector_ldap, BIND SEARCH MODIFY ADD DELETE RENAME TLS);
}

static void the_probe_wants_the_port_to_agree(void **unused)
{
    static const struct { const char *name; enum dissect_over over; uint8_t bytes[16]; size_t n; enum probe want; } probes[] = {
        { "a logon", OVER_TCP, { 0x30, 12, 2, 1, 1, 0x60, 7 }, 7, PROBE_MAYBE },
        { "its beginning", OVER_TCP, { 0x30, 12, 2 }, 3, PROBE_MORE },
        { "SNMP", OVER_UDP, { 0x30, 12, 2, 1, 1, 4, 6 }, 7, PROBE_NO },
        { "a datagram that goes on behind its message", OVER_UDP, { 0x30, 6, 2, 1, 1, 0x42, 0, 0, 0 }, 9, PROBE_NO },
        { "text", OVER_TCP, "0GET", 4, PROBE_NO },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = probes[i].over };
        if (dissector_ldap.probe(&conv, cursor_over(probes[i].bytes, probes[i].n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_as_the_standard_says),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_wants_the_port_to_agree),
    };
    return cmocka_run_group_tests_name("ldap", tests, NULL, NULL);
}
