#include "tests/support/dissect.h"

#include "dissectors/c1222/c1222.h"

#define IDENTIFY \
    ">>> 6022a20806062b0601040107a60806062b0601040108a803020105be0728058103800120\n" \
    "<<< 602ba20806062b0601040107a60806062b0601040108a403020105a803020106be0b2809810780050000010000\n"
#define READ \
    ">>> 6029a20806062b0601040107a60806062b0601040108a803020105be0e280c810a80083f00170000040002\n" \
    "<<< 602ca20806062b0601040107a60806062b0601040108a403020105a803020106be0c280a810880060000020102fd\n"
#define WRITE \
    ">>> 6029a20806062b0601040107a60806062b0601040108a803020105be0e280c810a800840003400020102fd\n" \
    "<<< 6027a20806062b0601040107a60806062b0601040108a403020105a803020106be0728058103800100\n"
#define PROCEDURE \
    ">>> 602aa20806062b0601040107a60806062b0601040108a803020105be0f280d810b800940000700030a0001f5\n" \
    "<<< 6027a20806062b0601040107a60806062b0601040108a403020105a803020106be0728058103800103\n"
#define LOGON \
    ">>> 6030a20806062b0601040107a60806062b0601040108a803020105be1528138111800f50000272656164657220202020" \
    "003c\n" \
    "<<< 6027a20806062b0601040107a60806062b0601040108a403020105a803020106be0728058103800100\n"
#define PASSWORD \
    ">>> 6036a20806062b0601040107a60806062b0601040108a803020105be1b28198117801551736563726574202020202020" \
    "2020202020202020\n" \
    "<<< 6027a20806062b0601040107a60806062b0601040108a403020105a803020106be0728058103800100\n"
#define RESOLVE \
    ">>> 6027a20806062b0601040107a60806062b0601040108a803020105be0c280a810880062506032b0601\n" \
    "<<< 602ca20806062b0601040107a60806062b0601040108a403020105a803020106be0c280a810880060004686f7374\n"
#define WAIT \
    ">>> 6023a20806062b0601040107a60806062b0601040108a803020105be08280681048002700a\n" \
    "<<< 6027a20806062b0601040107a60806062b0601040108a403020105a803020106be0728058103800100\n"
#define CIPHERED \
    ">>> 6023a20806062b0601040107a60806062b0601040108a803020105be082806810488123456\n"

#define FIELDS "called_ap_invocation_id calling_ap_invocation_id security_mode service type access response_code " \
               "table offset count procedure user_id user password_sent seconds ap_title data"

static const struct { const char *name, *text; enum dissect_over over; const char *want; } cases[] = {
    { "who are you", IDENTIFY, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=identify type=request access=identify\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok data=00010000"
      " type=response service=identify access=identify\n" },
    { "part of a table read", READ, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=partial_read_offset table=current_registers"
      " offset=4 count=2 type=request access=read\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok"
      " data=00020102fd type=response service=partial_read_offset access=read\n" },
    { "a table written", WRITE, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=full_write table=clock count=2 data=0102"
      " type=request access=write\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok type=response"
      " service=full_write access=write\n" },
    { "the time set by a procedure, refused", PROCEDURE, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=full_write table=procedure_initiate count=3"
      " data=0a0001 procedure=set_date_time type=request access=set_time\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext"
      " response_code=insufficient_security_clearance type=response service=full_write access=set_time\n" },
    { "logon", LOGON, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=logon user_id=2 user=\"reader\" type=request"
      " access=authenticate\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok type=response"
      " service=logon access=authenticate\n" },
    { "a password is not kept", PASSWORD, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=security password_sent=true type=request"
      " access=authenticate\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok type=response"
      " service=security access=authenticate\n" },
    { "an address resolved", RESOLVE, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=resolve ap_title=\"1.3.6.1\" type=request"
      " access=identify\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok"
      " data=04686f7374 type=response service=resolve access=identify\n" },
    { "wait", WAIT, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=cleartext service=wait seconds=10 type=request access=session\n"
      "< 0 called_ap_invocation_id=5 calling_ap_invocation_id=6 security_mode=cleartext response_code=ok type=response"
      " service=wait access=session\n" },
    { "ciphertext", CIPHERED, OVER_TCP,
      "> 0 calling_ap_invocation_id=5 security_mode=ciphertext_with_authentication type=request access=other\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *said = dissect_dialogue_over(&dissector_c1222, cases[i].over, cases[i].text, FIELDS);
        if (strcmp(said, cases[i].want) != 0)
            fail_msg("%s:\n--- said\n%s--- wanted\n%s", cases[i].name, said, cases[i].want);
        free(said);
    }
}

static enum probe probed(const char *text, enum dissect_over over)
{
    return dissect_probed(&dissector_c1222, over, text);
}

static void the_probe_knows_its_own(void **unused)
{
    (void)unused;
    assert_int_equal(probed(READ, OVER_TCP), PROBE_YES);
    assert_int_equal(probed(">>> 60", OVER_TCP), PROBE_MORE);
    assert_int_equal(probed(">>> 6003 020101", OVER_TCP), PROBE_NO);
    assert_int_equal(probed(">>> 3003 020101", OVER_TCP), PROBE_NO);
}

#define ALL IDENTIFY READ WRITE PROCEDURE LOGON PASSWORD RESOLVE WAIT CIPHERED

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_c1222, ALL);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_c1222, ALL);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_c1222, ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(the_probe_knows_its_own),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
