#include "dissectors/ssh/ssh.h"
#include "tests/support/dissect.h"

#define COOKIE16 "000102030405060708090a0b0c0d0e0f "
/* kex k, host key h, ciphers c and d, MACs m and n, compression none and zip; four octets of padding */
#define KEXINIT "00000050 04 14 " COOKIE16 "00000001 \"k\" 00000001 \"h\" 00000001 \"c\" 00000001 \"d\" 00000001 \"m\" " \
    "00000001 \"n\" 00000004 \"none\" 00000003 \"zip\" 00000000 00000000 00 00000000 00000000 "
#define CLIENT ">>> \"SSH-2.0-OpenSSH_9.2p1 Debian-2\\r\\n\" " KEXINIT "\n"
#define SERVER "<<< \"SSH-2.0-dropbear\\n\" " KEXINIT "\n"

static const char who[] = "proto_version software_version comments";

static const struct dialogue_case cases[] = {
    { "both sides", CLIENT SERVER, "proto_version software_version comments hassh hassh_server hash string",
      "> 0 proto_version=\"2.0\" software_version=\"OpenSSH_9.2p1\" comments=\"Debian-2\" "
      "hassh: hash=\"f64228ddc3a7bcb01b5c80800414888c\" string=\"k;c;m;none\"\n"
      "< 0 proto_version=\"2.0\" software_version=\"dropbear\" "
      "hassh_server: hash=\"5cb49adf829f36ffe5c0f3d362073ce4\" string=\"k;d;n;zip\"\n" },
    { "the algorithms", CLIENT, "kex_algorithms server_host_key_algorithms encryption_algorithms_client_to_server "
      "compression_algorithms_server_to_client",
      "> 0 kex_algorithms=\"k\" server_host_key_algorithms=\"h\" encryption_algorithms_client_to_server=\"c\" "
      "compression_algorithms_server_to_client=\"zip\"\n" },
    { "a greeting before the identification", "<<< \"hello\\r\\nthere\\r\\nSSH-2.0-x\\r\\n\" " KEXINIT, "software_version",
      "< 0 software_version=\"x\"\n" },
    { "a scanner that only wants the name", ">>> \"SSH-2.0-Go\\r\\n\"\n<<< \"SSH-2.0-OpenSSH_8.0\\r\\n\"", who,
      "> 0 proto_version=\"2.0\" software_version=\"Go\" !incomplete\n"
      "< 0 proto_version=\"2.0\" software_version=\"OpenSSH_8.0\" !incomplete\n" },
    { "version 1", ">>> \"SSH-1.5-old\\n\" 0000", who, "> 0 proto_version=\"1.5\" software_version=\"old\"\n" },
    { "version 1.99 goes on as 2", ">>> \"SSH-1.99-x\\n\" " KEXINIT, "proto_version hash",
      "> 0 proto_version=\"1.99\" hash=\"f64228ddc3a7bcb01b5c80800414888c\"\n" },
    { "a name without its second dash", ">>> \"SSH-2.0\\n\" " KEXINIT, who, "> 0 !invalid_banner\n" },
    { "a client that greets", ">>> \"hello\\n\"", who, "> 0 !invalid_banner\nlost >\n" },
    { "a packet longer than any", ">>> \"SSH-2.0-x\\n\" 00ffffff 04", who,
      "> 0 proto_version=\"2.0\" software_version=\"x\" !invalid_record\nlost >\n" },
    { "more padding than packet", ">>> \"SSH-2.0-x\\n\" 00000008 ff 14 000000000000", who,
      "> 0 proto_version=\"2.0\" software_version=\"x\" !invalid_record\nlost >\n" },
    { "lists that run out", ">>> \"SSH-2.0-x\\n\" 00000020 04 14 " COOKIE16 "000000ff \"abcdefghij\"", who,
      "> 0 proto_version=\"2.0\" software_version=\"x\" !invalid_record\n" },
    { "lists that reach into the padding", ">>> \"SSH-2.0-x\\n\" 00000028 10 14 " COOKIE16 "00000006 \"abcdef\" 00000000 0000000000000000", who,
      "> 0 proto_version=\"2.0\" software_version=\"x\" !invalid_record\n" },
    { "lists that would fit but for the padding", ">>> \"SSH-2.0-x\\n\" 00000032 20 14 " COOKIE16 "00000000 00000000 00000000 00000000 "
      "00000000 00000000 00000000 00000000", "hash", "> 0 !invalid_record\n" },
    { "a packet before KEXINIT is passed over", ">>> \"SSH-2.0-x\\n\" 0000000c 04 02 00000002 \"hi\" 00000000 " KEXINIT, "hash",
      "> 0 hash=\"f64228ddc3a7bcb01b5c80800414888c\"\n" },
};

static void each_side_says_who_it_is_and_what_it_can_do(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_ssh, &cases[i]);
}

static void an_overlong_identification_is_said_and_read_on(void **unused)
{
    (void)unused;
    char text[1024];
    snprintf(text, sizeof text, ">>> \"SSH-2.0-x %0300d\\n\" " KEXINIT, 0);
    char *said = dissect_dialogue(&dissector_ssh, text, 0, "software_version hash");
    assert_string_equal(said, "> 0 software_version=\"x\" hash=\"f64228ddc3a7bcb01b5c80800414888c\" !long_banner\n");
    free(said);
}

static void a_line_without_end_is_not_waited_for(void **unused)
{
    (void)unused;
    char *text = malloc(20000);
    snprintf(text, 20000, ">>> \"SSH-2.0-%09000d\"", 0);
    char *said = dissect_dialogue(&dissector_ssh, text, 0, NULL);
    assert_string_equal(said, "> 0 !long_banner\nlost >\n");
    free(said);
    free(text);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_ssh, CLIENT SERVER);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ssh, CLIENT SERVER);
    dissect_survives_every_bit_change(&dissector_ssh, CLIENT SERVER);
}

static void the_probe_knows_the_four_letters(void **unused)
{
    (void)unused;
    struct conversation conv = { .over = OVER_TCP };
    assert_int_equal(dissector_ssh.probe(&conv, cursor_over("SSH-2.0-x", 9)), PROBE_YES);
    assert_int_equal(dissector_ssh.probe(&conv, cursor_over("SS", 2)), PROBE_MORE);
    assert_int_equal(dissector_ssh.probe(&conv, cursor_over("", 0)), PROBE_MORE);
    assert_int_equal(dissector_ssh.probe(&conv, cursor_over("GET /", 5)), PROBE_NO);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "proto", "ssh.proto", "ssh_proto", "software", "ssh.software", "hassh", "hassh.string",
                                         "hassh.server", "hassh.server.string" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int row = schema_find(dissector_ssh.schema, names[i]);
        if (row < 0 || dissector_ssh.schema->fields[row].type != FIELD_TEXT)
            fail_msg("%s is row %d", names[i], row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_side_says_who_it_is_and_what_it_can_do),
        cmocka_unit_test(an_overlong_identification_is_said_and_read_on),
        cmocka_unit_test(a_line_without_end_is_not_waited_for),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_knows_the_four_letters),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("ssh", tests, NULL, NULL);
}
