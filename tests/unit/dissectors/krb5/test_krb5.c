/* The messages below were put together element by element from RFC 4120. */
#include "tests/support/dissect.h"

#include "dissectors/krb5/krb5.h"

#define AS_REQ \
    ">>> 000000946a819130818ea103020105a20302010aa310300e300ca10402020080a20404023005a470306ea00703050040000000a1123010a0\n" \
    "    03020101a10930071b05616c696365a2091b0741434d452e434ea31c301aa003020102a11330111b066b72627467741b0741434d452e434e\n" \
    "    a511180f32303330303130313030303030305aa703020107a80e300c0201120201170204ffffff7b\n"
#define PREAUTH_REQUIRED \
    "<<< 0000005a7e583056a003020105a10302011ea411180f32303330303130313030303030305aa503020101a603020119a9091b0741434d452e\n" \
    "    434eaa1c301aa003020102a11330111b066b72627467741b0741434d452e434eab041b026e6f\n"
#define AS_REP \
    "<<< 0000008d6b818a308187a003020105a10302010ba3091b0741434d452e434ea4123010a003020101a10930071b05616c696365a547614530\n" \
    "    43a003020105a1091b0741434d452e434ea21c301aa003020102a11330111b066b72627467741b0741434d452e434ea3133011a003020112\n" \
    "    a20a0408aaaaaaaaaaaaaaaaa6133011a003020112a20a0408aaaaaaaaaaaaaaaa\n"
#define TGS_REQ \
    ">>> 0000006e6c6c306aa103020105a20302010ca30f300d300ba103020101a20404023005a44d304ba00703050040000000a2091b0741434d45\n" \
    "    2e434ea3163014a003020102a10d300b1b04636966731b03737276a511180f32303330303130313030303030305aa703020107a805300302\n" \
    "    0117\n"
#define TGS_REP_WEAK \
    "<<< 000000876d8184308181a003020105a10302010da3091b0741434d452e434ea4123010a003020101a10930071b05616c696365a541613f30\n" \
    "    3da003020105a1091b0741434d452e434ea2163014a003020102a10d300b1b04636966731b03737276a3133011a003020117a20a0408aaaa\n" \
    "    aaaaaaaaaaaaa6133011a003020117a20a0408aaaaaaaaaaaaaaaa\n"
#define AP_REQ \
    ">>> 0000000e6e0c300aa003020105a10302010e\n"
#define BODYLESS \
    ">>> 0000000e6a0c300aa103020105a20302010a\n"
#define DATAGRAM \
    ">>> 6a819130818ea103020105a20302010aa310300e300ca10402020080a20404023005a470306ea00703050040000000a1123010a003020101\n" \
    "    a10930071b05616c696365a2091b0741434d452e434ea31c301aa003020102a11330111b066b72627467741b0741434d452e434ea511180f\n" \
    "    32303330303130313030303030305aa703020107a80e300c0201120201170204ffffff7b\n" \
    "<<< 7e583056a003020105a10302011ea411180f32303330303130313030303030305aa503020101a603020106a9091b0741434d452e434eaa1c\n" \
    "    301aa003020102a11330111b066b72627467741b0741434d452e434eab041b026e6f\n"

static const struct dialogue_case cases[] = {
    { "a logon that must first prove itself", AS_REQ PREAUTH_REQUIRED, NULL,
      "> 0 msg_type=KRB_AS_REQ padata=128 cname=\"alice\" realm=\"ACME.CN\" sname=\"krbtgt/ACME.CN\" offered=aes256-cts-hmac-sha1-96 offered=rc4-hmac offered=rc4-hmac-old\n"
      "< 0 msg_type=KRB_ERROR error_code=KDC_ERR_PREAUTH_REQUIRED realm=\"ACME.CN\" sname_part=\"krbtgt\" sname_part=\"ACME.CN\" sname=\"krbtgt/ACME.CN\" error_text=\"no\" failed_request=KRB_AS_REQ\n" },
    { "a logon", AS_REQ AS_REP, NULL,
      "> 0 msg_type=KRB_AS_REQ padata=128 cname=\"alice\" realm=\"ACME.CN\" sname=\"krbtgt/ACME.CN\" offered=aes256-cts-hmac-sha1-96 offered=rc4-hmac offered=rc4-hmac-old\n"
      "< 0 msg_type=KRB_AS_REP realm=\"ACME.CN\" cname_part=\"alice\" cname=\"alice\" sname_part=\"krbtgt\" sname_part=\"ACME.CN\" sname=\"krbtgt/ACME.CN\" ticket_encryption=aes256-cts-hmac-sha1-96 ticket_weak_encryption=false encryption=aes256-cts-hmac-sha1-96 weak_encryption=false\n" },
    { "a ticket under a weak cipher", TGS_REQ TGS_REP_WEAK, NULL,
      "> 0 msg_type=KRB_TGS_REQ padata=1 realm=\"ACME.CN\" sname=\"cifs/srv\" offered=rc4-hmac\n"
      "< 0 msg_type=KRB_TGS_REP realm=\"ACME.CN\" cname_part=\"alice\" cname=\"alice\" sname_part=\"cifs\" sname_part=\"srv\" sname=\"cifs/srv\" ticket_encryption=rc4-hmac ticket_weak_encryption=true encryption=rc4-hmac weak_encryption=true !weak_encryption\n" },
    { "a service's message", AP_REQ, NULL,
      "> 0 msg_type=KRB_AP_REQ\n" },
    { "a request without a body", BODYLESS, NULL,
      "> 0 msg_type=KRB_AS_REQ !malformed_data\n" },
    { "not this protocol", ">>> 00000004 30020101\n", NULL, "lost >\n" },
};

static void messages_are_read_as_the_standard_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_krb5, &cases[i]);
}

static void a_datagram_is_a_message(void **unused)
{
    struct dissect_run run;
    (void)unused;
    dissect_run_begin(&run, &dissector_krb5, "msg_type cname error_code failed_request");
    run.conv.over = OVER_UDP;
    struct dialogue *d = dialogue_read(DATAGRAM);
    dialogue_play(&run, d, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 msg_type=KRB_AS_REQ cname=\"alice\"\n"
                              "< 0 msg_type=KRB_ERROR error_code=KDC_ERR_C_PRINCIPAL_UNKNOWN failed_request=KRB_AS_REQ\n");
    free(said);
    dialogue_free(d);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_krb5, AS_REQ PREAUTH_REQUIRED AS_REQ AS_REP TGS_REQ TGS_REP_WEAK);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_krb5, AS_REQ PREAUTH_REQUIRED AS_REP TGS_REQ TGS_REP_WEAK);
    dissect_survives_every_bit_change(&dissector_krb5, AS_REQ PREAUTH_REQUIRED AS_REP TGS_REQ TGS_REP_WEAK);
}

static void the_probe_asks_for_version_five_in_its_place(void **unused)
{
    static const struct { const char *name; enum dissect_over over; uint8_t bytes[16]; size_t n; enum probe want; } probes[] = {
        { "a request on TCP", OVER_TCP, { 0, 0, 0, 100, 0x6a, 98, 0x30, 96, 0xa1, 3, 2, 1, 5 }, 13, PROBE_YES },
        { "an error in a datagram", OVER_UDP, { 0x7e, 10, 0x30, 8, 0xa0, 3, 2, 1, 5, 0xa1, 1, 0 }, 12, PROBE_YES },
        { "its beginning", OVER_TCP, { 0, 0, 0, 100, 0x6a, 98, 0x30 }, 7, PROBE_MORE },
        { "a length that is not the message's", OVER_TCP, { 0, 0, 0, 99, 0x6a, 98, 0x30, 96, 0xa1, 3, 2, 1, 5 }, 13, PROBE_NO },
        { "version 4", OVER_TCP, { 0, 0, 0, 100, 0x6a, 98, 0x30, 96, 0xa1, 3, 2, 1, 4 }, 13, PROBE_NO },
        { "LDAP", OVER_TCP, { 0x30, 12, 2, 1, 1, 0x60, 7 }, 7, PROBE_NO },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        struct conversation conv = { .over = probes[i].over };
        if (dissector_krb5.probe(&conv, cursor_over(probes[i].bytes, probes[i].n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "krb5_msg_type", "krb5_cname", "krb5_sname", "krb5_err_code", "krb5.cname", "krb5.sname" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (schema_find(dissector_krb5.schema, names[i]) < 0)
            fail_msg("%s", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_as_the_standard_says),
        cmocka_unit_test(a_datagram_is_a_message),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_asks_for_version_five_in_its_place),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("krb5", tests, NULL, NULL);
}
