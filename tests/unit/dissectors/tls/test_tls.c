#include "dissectors/tls/tls.h"
#include "tests/support/dissect.h"
#include "tests/unit/dissectors/tls/dialogues.h"

#define FULL12    ">>> " TLS12_0 "\n<<< " TLS12_1 "\n>>> " TLS12_2 "\n<<< " TLS12_3 "\n"
#define FULL13    ">>> " TLS13_0 "\n<<< " TLS13_1 "\n>>> " TLS13_2 "\n<<< " TLS13_3 "\n"
#define RETRIED13 ">>> " RETRY_0 "\n<<< " RETRY_1 "\n>>> " RETRY_2 "\n<<< " RETRY_3 "\n"

/* A ClientHello of TLS 1.2 with one suite and the extensions given, whose length the caller counts. */
#define RANDOM32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
#define HELLO_OF(record, message, extensions) ">>> 16 0301 " record " 01 " message " 0303 " RANDOM32 "00 0002 002f 01 00 " extensions "\n"
#define HELLO_BARE HELLO_OF("002d", "000029", "")
#define SERVER12(version, suite) "<<< 16 0303 002a 02 000026 " version " " RANDOM32 "00 " suite " 00\n"

#define EMPTY8 "14 0303 0000 14 0303 0000 14 0303 0000 14 0303 0000 14 0303 0000 14 0303 0000 14 0303 0000 14 0303 0000 "

static const struct dialogue_case handshake_cases[] = {
    { "a whole handshake of TLS 1.2", FULL12,
      "version sni client_alpns server_alpns cipher_suite session_resumed subject issuerdn serial fingerprint subjectaltname "
      "cert_chain_len cert_version cert_signature cert_key cert_curve cert_key_bits cert_self_signed cert_expired cert_valid",
      "> 0 sni=\"plc.example\" version=TLS 1.2 client_alpns=\"h2\" client_alpns=\"http/1.1\"\n"
      "< 0 version=TLS 1.2 cipher_suite=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 server_alpns=\"http/1.1\" "
      "session_resumed=false fingerprint=\"80:f1:01:16:bd:55:55:30:cd:a8:db:76:c2:61:73:8c:20:43:e9:08\" cert_version=3 "
      "serial=\"0A:1B:2C\" cert_signature=\"ecdsa-with-SHA256\" issuerdn=\"C=CN, ST=Hunan, L=Changsha, O=Fengsui, CN=plc.example\" "
      "cert_expired=false cert_valid=false subject=\"C=CN, ST=Hunan, L=Changsha, O=Fengsui, CN=plc.example\" "
      "cert_self_signed=true cert_key=\"ecPublicKey\" cert_curve=\"prime256v1\" cert_key_bits=256 "
      "subjectaltname=\"plc.example\" subjectaltname=\"192.0.2.7\" cert_chain_len=1\n" },
    { "fingerprints, as tshark has them", FULL12, "ja3 ja3s hash string ja4",
      "> 0 ja4=\"t12d0308h2_70a738be1a60_e7e480e5a997\" "
      "ja3: string=\"771,49195-49162-255,0-11-10-35-16-22-23-13,29-23-30-25-24,0-1-2\" hash=\"0668dbfd3db893e0b709fd6f50079859\"\n"
      "< 0 ja3s: string=\"771,49195,65281-11-35-16-23\" hash=\"afbc203706421f15554867b55caf16d6\"\n" },
    { "TLS 1.3 shows no certificate", FULL13, "version sni cipher_suite subject hash ja4",
      "> 0 sni=\"plc.example\" version=TLS 1.3 ja4=\"t13d021000_ec078ce24869_78f1d400d464\" hash=\"3fd34b401d070c533bb2744ba35ef2a5\"\n"
      "< 0 version=TLS 1.3 cipher_suite=TLS_AES_128_GCM_SHA256 hash=\"f4febc55ea12b31ae17cfb7e614afda8\"\n" },
    { "a hello that is asked for again counts once", RETRIED13, "version sni",
      "> 0 sni=\"plc.example\" version=TLS 1.3\n< 0 version=TLS 1.3\n" },
    { "a hello that is asked for again in vain", ">>> " RETRY_0 "\n<<< " RETRY_1, "version cipher_suite",
      "> 0 version=TLS 1.3\n< 0 version=TLS 1.3 cipher_suite=TLS_AES_128_GCM_SHA256 !incomplete\n" },
    { "a hello without extensions", HELLO_BARE, "version sni cipher_suites string random_time random_bytes handshake",
      "> 0 random_time=00010203 random_bytes=0405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
      "cipher_suites=TLS_RSA_WITH_AES_128_CBC_SHA version=TLS 1.2 string=\"771,47,,,\" handshake=client_hello\n" },
    { "GREASE is not part of the fingerprint",
      ">>> 16 0301 003f 01 00003b 0303 " RANDOM32 "00 0004 1a1a 002f 01 00 000e 2a2a 0000 000a 0006 0004 3a3a 001d", "string",
      "> 0 string=\"771,47,10,29,\"\n" },
    { "a server that dies before its certificate", HELLO_BARE SERVER12("0303", "002f"), "version cipher_suite",
      "> 0 version=TLS 1.2\n< 0 version=TLS 1.2 cipher_suite=TLS_RSA_WITH_AES_128_CBC_SHA !incomplete\n" },
    { "an anonymous server", HELLO_BARE SERVER12("0303", "0034") "<<< 16 0303 0004 0e 000000\n", "cipher_suite subject handshake",
      "> 0 handshake=client_hello\n< 0 cipher_suite=TLS_DH_anon_WITH_AES_128_CBC_SHA handshake=client_hello "
      "handshake=server_hello handshake=server_hello_done\n" },
    { "a session that goes on",
      ">>> 16 0301 002f 01 00002b 0303 " RANDOM32 "02 abcd 0002 002f 01 00\n"
      "<<< 16 0303 002c 02 000028 0303 " RANDOM32 "02 abcd 002f 00 14 0303 0001 01 16 0303 0004 deadbeef\n"
      ">>> 14 0303 0001 01 16 0303 0004 deadbeef\n", "session_resumed", "> 0\n< 0 session_resumed=true\n" },
    { "a client alone, up to its ciphertext", HELLO_BARE ">>> 14 0303 0001 01 16 0303 0004 deadbeef\n", "version",
      "> 0 version=TLS 1.2\n" },
    { "the domestic TLCP, by name", ">>> 16 0101 002d 01 000029 0101 " RANDOM32 "00 0002 e013 01 00\n"
      "<<< 16 0101 002a 02 000026 0101 " RANDOM32 "00 e013 00 16 0101 0004 0e 000000", "version cipher_suite cipher_suites",
      "> 0 cipher_suites=ECC_SM4_CBC_SM3 version=TLCP 1.1\n< 0 version=TLCP 1.1 cipher_suite=ECC_SM4_CBC_SM3\n" },
    { "a hello in the form of SSL 2.0", ">>> 801c 01 0301 0003 0000 0010 00002f " "000102030405060708090a0b0c0d0e0f",
      "version cipher_suites", "> 0 version=TLSv1 cipher_suites=TLS_RSA_WITH_AES_128_CBC_SHA\n" },
    { "a server whose client was not captured", ">>> " TLS12_1, "cipher_suite subject",
      "> 0 cipher_suite=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 subject=\"C=CN, ST=Hunan, L=Changsha, O=Fengsui, CN=plc.example\"\n" },
    { "an alert in the clear", HELLO_BARE "<<< 15 0303 0002 02 28\n", "alert_level alert_description",
      "> 0\n< 0 alert_level=fatal alert_description=handshake_failure\n" },
    { "an alert of no known level", HELLO_BARE "<<< 15 0303 0002 07 28\n", "alert_level", "> 0\n< 0 !invalid_alert_message\n" },
    { "Heartbleed", HELLO_BARE ">>> 18 0302 0003 01 4000\n", "sni",
      "> 0\n> 0 !heartbeat_message !overflow_heartbeat_message\n" },
    { "a heartbeat as it should be", HELLO_BARE ">>> 18 0302 0015 01 0002 abcd 00000000000000000000000000000000\n", "sni",
      "> 0\n> 0 !heartbeat_message\n" },
    { "an empty name", HELLO_OF("0038", "000034", "0009 0000 0005 0003 00 0000"), "sni", "> 0 !invalid_sni_length\n" },
    { "a name of another kind", HELLO_OF("0039", "000035", "000a 0000 0006 0004 01 0001 61"), "sni", "> 0 !invalid_sni_type\n" },
    { "two names", HELLO_OF("0043", "00003f", "0014 0000 0006 0004 00 0001 61 0000 0006 0004 00 0001 62"), "sni",
      "> 0 sni=\"a\" !multiple_sni_extensions\n" },
    { "an extension that runs out", HELLO_OF("0033", "00002f", "0004 0000 0009"), "sni", "> 0 !invalid_handshake_message\n" },
    { "an encrypted heartbeat longer than the one it answers",
      HELLO_BARE "<<< 16 0303 0031 02 00002d 0303 " RANDOM32 "00 002f 00 0005 000f 0001 01\n"
      ">>> 14 0303 0001 01 18 0303 0008 0001020304050607\n<<< 14 0303 0001 01 18 0303 0008 0001020304050607\n"
      ">>> 17 0303 0002 ffff 18 0303 0008 0001020304050607\n<<< 18 0303 0009 000102030405060708\n", "sni",
      "> 0\n> 0 !heartbeat_message\n< 0\n< 0 !heartbeat_message\n> 0 !heartbeat_message\n"
      "< 0 !heartbeat_message !dataleak_heartbeat_mismatch\n" },
    { "an error of SSL 2.0", ">>> 801c 01 0002 0003 0000 0010 010080 000102030405060708090a0b0c0d0e0f\n<<< 8003 00 0001\n", "sni",
      "> 0\n< 0 !error_message_encountered\n" },
    { "a run of empty records", HELLO_BARE ">>> " EMPTY8 EMPTY8 EMPTY8 EMPTY8 EMPTY8 "\n", "sni", "> 0\n> 0 !too_many_records_in_packet\n" },
    { "a record of no known type", HELLO_BARE ">>> 19 0303 0001 00\n", "sni", "> 0\n> 0 !invalid_record_type !invalid_ssl_record\nlost >\n" },
    { "not TLS at all", ">>> \"GET / HTTP/1.1\" 0d0a", "sni", "> 0 !invalid_tls_header !invalid_ssl_record\nlost >\n" },
    { "a record of no known version", HELLO_BARE ">>> 16 0909 0001 00\n", "sni", "> 0\n> 0 !invalid_record_version !invalid_ssl_record\nlost >\n" },
    { "a record too long", HELLO_BARE ">>> 16 0303 ffff 00\n", "sni", "> 0\n> 0 !invalid_record_length !invalid_ssl_record\nlost >\n" },
    { "a message too long", HELLO_BARE ">>> 16 0303 0004 0b 020000\n", "sni", "> 0\n> 0 !invalid_ssl_record !handshake_invalid_length\nlost >\n" },
    { "a message of no known kind", HELLO_BARE ">>> 16 0303 0004 63 000000\n", "sni",
      "> 0\n> 0 !invalid_ssl_record !invalid_handshake_message\nlost >\n" },
    { "a certificate that is none", HELLO_BARE SERVER12("0303", "002f") "<<< 16 0303 000c 0b 000008 000005 000002 3001\n",
      "cert_chain_len", "> 0\n< 0 cert_chain_len=1 !invalid_certificate !certificate_invalid_der\n" },
    { "a list of certificates that is longer than its message",
      HELLO_BARE SERVER12("0303", "002f") "<<< 16 0303 0009 0b 000005 000009 3000\n", "cert_chain_len",
      "> 0\n< 0 cert_chain_len=0 !certificate_invalid_length\n" },
    { "a gap in the handshake", HELLO_BARE "<<< gap 100\n", "version", "> 0 version=TLS 1.2\nlost <\n" },
};

static void a_handshake_is_told_from_both_sides(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof handshake_cases / sizeof handshake_cases[0]; i++)
        dialogue_case_holds(&dissector_tls, &handshake_cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_tls, FULL12);
    dissect_same_for_every_cut(&dissector_tls, FULL13);
    dissect_same_for_every_cut(&dissector_tls, RETRIED13);
}

/* The same stream of handshake messages in records of `size` octets. */
static char *said_in_records_of(size_t size)
{
    struct dissect_run run;
    struct dialogue *d = dialogue_read(FULL12);
    dissect_run_begin(&run, &dissector_tls, NULL);
    for (size_t i = 0; i < 2; i++) {
        const struct dialogue_piece *p = &d->pieces[i];
        struct cursor c = cursor_over(d->bytes + p->at, p->len);
        while (cursor_peek(&c, 0) == 0x16) {
            const uint8_t *header = cursor_bytes(&c, 3);
            struct cursor fragment = cursor_sub(&c, cursor_be16(&c));
            while (fragment.left > 0) {
                size_t n = fragment.left < size ? fragment.left : size;
                uint8_t record[5 + 2048] = { header[0], header[1], header[2], (uint8_t)(n >> 8), (uint8_t)n };
                memcpy(record + 5, cursor_bytes(&fragment, n), n);
                dissect_run_bytes(&run, p->dir, record, 5 + n);
            }
        }
    }
    dialogue_free(d);
    return dissect_run_end(&run);
}

static void a_handshake_message_may_be_spread_over_any_records(void **unused)
{
    (void)unused;
    char *whole = said_in_records_of(2048);
    assert_non_null(strstr(whole, "sni=\"plc.example\""));
    assert_non_null(strstr(whole, "CN=plc.example"));
    for (size_t size = 1; size < 100; size++) {
        char *said = said_in_records_of(size);
        assert_string_equal(said, whole);
        free(said);
    }
    free(whole);
}

static void a_certificate_is_held_against_the_time_of_the_packet(void **unused)
{
    (void)unused;
    static const struct { uint64_t now_us; const char *want; } times[] = {
        { UINT64_C(1700000000000000), "cert_expired=false cert_valid=false" },
        { UINT64_C(1800000000000000), "cert_expired=false cert_valid=true" },
        { UINT64_C(2200000000000000), "cert_expired=true cert_valid=false" },
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct dissect_run run;
        struct dialogue *d = dialogue_read(FULL12);
        dissect_run_begin(&run, &dissector_tls, "notbefore notafter cert_expired cert_valid");
        run.conv.now_us = times[i].now_us;
        dialogue_play(&run, d, 0);
        char *said = dissect_run_end(&run);
        assert_non_null(strstr(said, "notbefore=1795291135000000 notafter=2110651135000000"));
        assert_non_null(strstr(said, times[i].want));
        free(said);
        dialogue_free(d);
    }
}

static void ciphertext_is_not_wanted(void **unused)
{
    (void)unused;
    struct dissect_run run;
    struct dialogue *d = dialogue_read(FULL13);
    dissect_run_begin(&run, &dissector_tls, NULL);
    dialogue_play(&run, d, 0);
    assert_true(run.done[FROM_CLIENT]);
    assert_true(run.done[FROM_SERVER]);
    assert_false(run.lost);
    free(dissect_run_end(&run));
    dialogue_free(d);
}

static void a_flood_of_alerts_is_told_only_so_long(void **unused)
{
    (void)unused;
    enum { FLOOD = 200, TOLD = 64 };
    char text[64 + FLOOD * 16] = ">>> ";
    unsigned lines = 0;
    for (int i = 0; i < FLOOD; i++)
        strcat(text, "15030300020100 ");
    char *said = dissect_dialogue(&dissector_tls, text, 0, "alert_level");
    for (const char *at = said; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, TOLD);
    assert_non_null(strstr(said, "> 0 alert_level=warning !cut\n"));
    free(said);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_tls, FULL12);
    dissect_survives_every_bit_change(&dissector_tls, FULL12);
    dissect_survives_every_prefix(&dissector_tls, RETRIED13);
    dissect_survives_every_bit_change(&dissector_tls, FULL13);
}

static const struct probe_case {
    const char *name, *wire;
    enum probe want;
} probe_cases[] = {
    { "a hello",                    TLS12_0,               PROBE_YES },
    { "its first octet",            "16",                  PROBE_MORE },
    { "nothing",                    "",                    PROBE_MORE },
    { "ciphertext",                 "17 0303 0010 00",     PROBE_MAYBE },
    { "another handshake message",  "16 0303 0010 0e 000000", PROBE_MAYBE },
    { "SSL 2.0",                    "802e 01 0002 0015 0000 0010", PROBE_MAYBE },
    { "a strange version",          "16 0909 0010 01 00000c", PROBE_NO },
    { "text",                       "\"GET / HTTP\"",      PROBE_NO },
    { "a short text",               "\"GET\"",             PROBE_NO },
    { "SSH",                        "\"SSH-2.0-x\"",       PROBE_NO },
};

static void the_probe_knows_a_hello(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probe_cases / sizeof probe_cases[0]; i++) {
        char text[2048];
        snprintf(text, sizeof text, ">>> %s", probe_cases[i].wire);
        struct dialogue *d = dialogue_read(text);
        struct conversation conv = { .over = OVER_TCP, .server_port = 443 };
        enum probe said = dissector_tls.probe(&conv, cursor_over(d->bytes, d->len));
        if (said != probe_cases[i].want)
            fail_msg("%s: %d", probe_cases[i].name, (int)said);
        dialogue_free(d);
    }
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = {
        "sni", "tls.sni", "tls_sni", "version", "ssl_version", "ssl_state", "tls.cert_subject", "tls.cert_issuer", "tls.cert_serial",
        "tls.cert_fingerprint", "subject", "issuerdn", "fingerprint", "certs", "tls.certs", "cert_chain_len", "ja3.hash",
        "ja3_hash", "ja3.string", "ja3s.hash", "ja3s.string", "ja4.hash", "random", "random_time", "random_bytes",
        "tls_cert_expired", "tls_cert_valid", "tls_cert_notbefore", "tls_cert_notafter", "subjectaltname", "tls.alpn",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (schema_find(dissector_tls.schema, names[i]) < 0)
            fail_msg("no %s", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_is_told_from_both_sides),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(a_handshake_message_may_be_spread_over_any_records),
        cmocka_unit_test(a_certificate_is_held_against_the_time_of_the_packet),
        cmocka_unit_test(ciphertext_is_not_wanted),
        cmocka_unit_test(a_flood_of_alerts_is_told_only_so_long),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(the_probe_knows_a_hello),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
