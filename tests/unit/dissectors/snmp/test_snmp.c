#include "dissectors/snmp/snmp.h"
#include "tests/support/dissect.h"

#define OID "06 08 2b06010201010300 "
#define GET ">>> 30 26 020101 0406 \"public\" a0 19 02012a 020100 020100 30 0e 30 0c " OID "0500\n"
#define RESPONSE "<<< 30 28 020101 0406 \"public\" a2 1b 02012a 020100 020100 30 10 30 0e " OID "4302 1234\n"
#define SET ">>> 30 29 020100 0407 \"private\" a3 1b 02012b 020100 020100 30 10 30 0e " OID "0402 \"on\"\n"
#define BULK ">>> 30 26 020101 0406 \"public\" a5 19 02012c 020100 02010a 30 0e 30 0c " OID "0500\n"
#define TRAP1 ">>> 30 2d 020100 0406 \"public\" a4 20 0603 2b0601 4004 0a000001 020106 020107 430101 30 0a 30 08 0603 2b0602 020105\n"
#define V3(length, flags, security) ">>> 30 " length " 020103 30 0d 02012d 020205dc 0401 " flags " 0201 " security \
    " 0418 30 16 0403 800001 020102 02013c 0405 \"admin\" 0400 0400 "
#define PLAIN "30 11 0400 0400 a8 0b 02012d 020100 020100 3000\n"
#define REPORT V3("3f", "04", "03") PLAIN
#define ENCRYPTED V3("3c", "07", "03") "040e 000102030405060708090a0b0c0d\n"

static const struct dialogue_case cases[] = {
    { "asked and answered", GET RESPONSE, NULL, "> 0 version=2 community=\"public\" pdu_type=get_request request_id=42 error=no_error error_index=0 "
      "vars=\"1.3.6.1.2.1.1.3.0\"\n"
      "< 1 version=2 community=\"public\" pdu_type=response request_id=42 error=no_error error_index=0 "
      "vars=\"1.3.6.1.2.1.1.3.0\" variables: oid=\"1.3.6.1.2.1.1.3.0\" number=4660\n" },
    { "a value set", SET, NULL, "> 0 version=1 community=\"private\" pdu_type=set_request request_id=43 error=no_error error_index=0 "
      "vars=\"1.3.6.1.2.1.1.3.0\" variables: oid=\"1.3.6.1.2.1.1.3.0\" text=\"on\"\n" },
    { "many at once", BULK, "pdu_type non_repeaters max_repetitions", "> 0 pdu_type=get_bulk_request non_repeaters=0 max_repetitions=10\n" },
    { "a trap of version 1", TRAP1, NULL, "> 0 version=1 community=\"public\" pdu_type=trap_v1 trap_oid=\"1.3.6.1\" trap_address=10.0.0.1 "
      "trap_type=enterprise_specific specific_trap=7 vars=\"1.3.6.2\" variables: oid=\"1.3.6.2\" number=5\n" },
    { "version 3, a report without variables", REPORT, "version usm engine_id engine_boots engine_time context_name pdu_type encrypted", "> 0 version=3 encrypted=false engine_id=800001 engine_boots=2 engine_time=60 usm=\"admin\" context_name=\"\" "
      "pdu_type=report\n" },
    { "version 3, encrypted", ENCRYPTED, "version usm authenticated encrypted pdu_type", "> 0 version=3 authenticated=true encrypted=true usm=\"admin\"\n" },
    { "another security model", V3("3f", "00", "05") PLAIN, "version security_model pdu_type", "> 0 version=3 security_model=5 pdu_type=report !unknown_security_model\n" },
    { "another version in the flow", GET SET, "version", "> 0 version=2\n"
      "> 1 version=1 !version_mismatch\n" },
    { "a list of variables that is none", ">>> 30 16 020101 0406 \"public\" a0 09 02012a 020100 020100", "pdu_type", "> 0 pdu_type=get_request !malformed_data\n" },
    { "a length that reaches too far", ">>> 30 7f 020101 0406 \"public\"", NULL, "> 0 !malformed_data\n" },
    { "version 7", ">>> 30 0b 020107 0406 \"public\"", NULL, "> 0 !malformed_data\n" },
    { "text", ">>> \"hello\"", NULL, "> 0 !malformed_data\n" },
};

static void each_message_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_snmp, &cases[i]);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_snmp, GET RESPONSE SET BULK TRAP1 REPORT ENCRYPTED);
    dissect_survives_every_bit_change(&dissector_snmp, GET RESPONSE SET BULK TRAP1 REPORT ENCRYPTED);
}

static const struct { const char *name, *bytes; enum direction dir; enum probe want; } probes[] = {
    { "version 2c", "3026020101 0406 7075626c6963 a01902012a020100020100300e300c06082b060102010103000500", FROM_CLIENT, PROBE_YES },
    { "version 2",  "3026020102 0406 7075626c6963 a01902012a020100020100300e300c06082b060102010103000500", FROM_CLIENT, PROBE_NO },
    { "octets behind it", "3026020101 0406 7075626c6963 a01902012a020100020100300e300c06082b06010201010300050000", FROM_CLIENT, PROBE_NO },
    { "another kind of PDU", "3026020101 0406 7075626c6963 ac1902012a020100020100300e300c06082b060102010103000500", FROM_CLIENT, PROBE_NO },
    { "LDAP", "300c020101 6007 020103 0400 8000", FROM_CLIENT, PROBE_NO },
    { "nothing", "", FROM_CLIENT, PROBE_NO },
};

static void the_probe_believes_the_form(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t bytes[512];
        struct conversation conv = { .over = OVER_UDP, .dir = probes[i].dir };
        size_t n = unhex(probes[i].bytes, bytes, sizeof bytes);
        if (dissector_snmp.probe(&conv, cursor_over(bytes, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_is_one_record),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(the_probe_believes_the_form),
    };
    return cmocka_run_group_tests_name("snmp", tests, NULL, NULL);
}
