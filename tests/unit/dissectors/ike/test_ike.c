#include "dissectors/ike/ike.h"
#include "tests/support/dissect.h"

#define I "e47a591fd057587f "
#define R "a00b8ef0902bb8ec "
#define NOBODY "0000000000000000 "
/* AES-CBC 128, SHA-1, pre-shared key, 1024 bits, 86400 seconds */
#define TRANSFORM(next) next " 00 0028 01 01 0000 80010007 800e0080 80020002 80040002 80030001 800b0001 000c000400015180 "
#define ASSOCIATION(next) next " 00 003c 00000001 00000001 00 00 0030 01 01 00 01 " TRANSFORM("00")
#define VENDOR "00 00 0014 4a131c81070358455c5728f20e95452f "
#define MAIN1 ">>> " I NOBODY "01 10 02 00 00000000 0000006c " ASSOCIATION("0d") VENDOR "\n"
#define MAIN2 "<<< " I R "01 10 02 00 00000000 0000006c " ASSOCIATION("0d") VENDOR "\n"
#define MAIN3 ">>> " I R "04 10 02 00 00000000 0000002c 0a 00 0008 aabbccdd 00 00 0008 11223344\n"
#define MAIN5 ">>> " I R "05 10 02 01 00000000 00000020 deadbeef\n"
/* AES-CBC 256, HMAC-SHA-1, HMAC-SHA-1-96, 1024 bits */
#define PROPOSAL "00 00 002c 01 01 00 04 03 00 000c 0100 000c 800e0100 03 00 0008 0200 0002 03 00 0008 0300 0002 00 00 0008 0400 0002 "
#define REST "28 00 000c 0002 0000 aabbccdd 29 00 0008 01020304 00 00 0008 00 00 4004"
#define INIT2 ">>> " I NOBODY "21 20 22 08 00000000 00000068 22 00 0030 " PROPOSAL REST "\n"
#define RESPONSE2 "<<< " I R "21 20 22 20 00000000 00000068 22 00 0030 " PROPOSAL REST "\n"
#define AUTH2 ">>> " I R "2e 20 23 08 00000001 00000028 24 00 000c 0102030405060708\n"

static const struct dialogue_case cases[] = {
    { "main mode", MAIN1 MAIN2 MAIN3 MAIN5, "exchange_type initiator_says responder_says alg_enc_raw alg_dh alg_auth_raw number vendor doi "
      "key_exchange_payload nonce_payload_length encrypted_payloads", "> 0 initiator_says=\"e47a591fd057587f\" exchange_type=identity_protection number=1 alg_dh=2 "
      "vendor=\"4a131c81070358455c5728f20e95452f\" doi=1 encrypted_payloads=false\n"
      "< 1 responder_says=\"a00b8ef0902bb8ec\" exchange_type=identity_protection alg_enc_raw=7 "
      "alg_dh=\"GroupAlternate1024BitModpGroup\" alg_auth_raw=1 number=1 alg_dh=2 doi=1 encrypted_payloads=false\n"
      "> 2 initiator_says=\"e47a591fd057587f\" exchange_type=identity_protection key_exchange_payload=aabbccdd "
      "nonce_payload_length=4 encrypted_payloads=false\n"
      "> 3 initiator_says=\"e47a591fd057587f\" exchange_type=identity_protection encrypted_payloads=true\n" },
    { "version 2", INIT2 RESPONSE2 AUTH2, "role payload alg_enc_raw alg_enc alg_dh_raw protocol sa_key_length dh_group nonce_length notify errors", "> 0 role=\"initiator\" payload=SecurityAssociation protocol=ike alg_enc=12 sa_key_length=256 "
      "payload=KeyExchange payload=Nonce payload=Notify errors=0 dh_group=2 nonce_length=4 "
      "notify=nat_detection_source_ip !weak_crypto_prf !weak_crypto_dh !weak_crypto_auth\n"
      "< 1 role=\"responder\" payload=SecurityAssociation alg_enc_raw=12 alg_enc=\"ENCR_AES_CBC\" alg_dh_raw=2 "
      "protocol=ike alg_enc=12 sa_key_length=256 payload=KeyExchange payload=Nonce payload=Notify errors=0 dh_group=2 "
      "nonce_length=4 notify=nat_detection_source_ip !weak_crypto_prf !weak_crypto_dh !weak_crypto_auth\n"
      "> 2 role=\"initiator\" payload=EncryptedAndAuthenticated errors=0\n" },
    { "a refusal in version 2", "<<< " I R "29 20 22 20 00000000 00000024 00 00 0008 00 00 000e", "errors notify payload", "< 0 payload=Notify errors=1 notify=no_proposal_chosen\n" },
    { "aggressive mode names the caller", ">>> " I NOBODY "05 10 04 00 00000000 00000028 00 00 000c 0b110000 \"peer\"", "exchange_type identification", "> 0 exchange_type=aggressive identification=\"peer\"\n" },
    { "two transforms chosen", "<<< " I R "01 10 02 00 00000000 00000080 00 00 0064 00000001 00000001 00 00 0058 01 01 00 02 "
      TRANSFORM("03") TRANSFORM("00"), "alg_enc_raw number", "< 0 alg_enc_raw=7 number=1 number=1 !multiple_server_proposal\n" },
    { "AH, and no group", ">>> " I R "21 20 24 08 00000002 00000038 00 00 001c 00 00 0018 01 02 04 01 01020304 00 00 000c 0300 000c 800e0100",
      "protocol", "> 0 protocol=ah !no_encryption !weak_crypto_no_dh\n" },
    { "an AEAD cipher needs no integrity", ">>> " I NOBODY "21 20 22 08 00000000 00000038 00 00 001c 00 00 0018 01 01 00 02 "
      "03 00 0008 0100 0014 00 00 0008 0400 001f", "protocol alg_enc alg_dh", "> 0 protocol=ike alg_enc=20 alg_dh=31\n" },
    { "DES, MD5, null and a type nobody knows", ">>> " I NOBODY "21 20 22 08 00000000 00000048 00 00 002c 00 00 0028 01 01 00 04 "
      "03 00 0008 0100 0002 03 00 0008 0200 0000 03 00 0008 0300 0001 00 00 0008 0900 0001", "alg_enc alg_auth", "> 0 alg_enc=2 alg_auth=1 !weak_crypto_enc !weak_crypto_auth !weak_crypto_no_dh !invalid_proposal "
      "!unknown_proposal\n" },
    { "octets after the last payload", ">>> " I R "0a 10 02 00 00000000 00000028 00 00 0008 11223344 00000000", "nonce_payload", "> 0 nonce_payload=11223344 !payload_extra_data\n" },
    { "a payload that reaches too far", ">>> " I R "0a 10 02 00 00000000 00000024 00 00 0009 11223344", "payload nonce_payload", "> 0 payload=Nonce !malformed_data\n" },
    { "a payload without length", ">>> " I R "0a 10 02 00 00000000 00000024 0a 00 0000 11223344", "payload", "> 0 payload=Nonce !malformed_data\n" },
    { "a transform that reaches too far", ">>> " I NOBODY "21 20 22 08 00000000 00000030 00 00 0014 00 00 0010 01 01 00 01 00 00 0028 0100 000c",
      "payload", "> 0 payload=SecurityAssociation !malformed_data\n" },
    { "behind the marker of port 4500", ">>> 00000000 " I R "05 10 02 01 00000000 0000001c", "init_spi encrypted_payloads", "> 0 init_spi=\"e47a591fd057587f\" encrypted_payloads=true\n" },
    { "version 3", ">>> " I R "05 30 02 01 00000000 0000001c", NULL, "" },
};

static void each_message_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_ike, &cases[i]);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_ike, MAIN1 MAIN2 MAIN3 MAIN5 INIT2 RESPONSE2 AUTH2);
    dissect_survives_every_bit_change(&dissector_ike, MAIN1 MAIN2 MAIN3 INIT2 RESPONSE2 AUTH2);
}

static void esp_beside_it_is_passed_over(void **unused)
{
    (void)unused;
    struct dissect_run run;
    uint8_t esp[] = { 1, 2, 3, 4, 0, 0, 0, 1, 9, 9, 9, 9 }, alive = 0xff, ike[64] = { 0 };
    size_t n = unhex("00000000 " I R "05 10 02 01 00000000 0000001c", ike, sizeof ike);
    dissect_run_begin(&run, &dissector_ike, "message_id");
    run.conv.server_port = 4500;
    dissect_run_bytes(&run, FROM_CLIENT, esp, sizeof esp);
    dissect_run_bytes(&run, FROM_SERVER, &alive, 1);
    dissect_run_bytes(&run, FROM_CLIENT, ike, n);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0 message_id=0\n");
    free(said);
}

static const struct { const char *name, *bytes; enum probe want; } probes[] = {
    { "version 1",             I NOBODY "05 10 02 00 00000000 0000001c", PROBE_YES },
    { "version 2",             I R "2e 20 23 08 00000001 0000001c", PROBE_YES },
    { "behind the marker",     "00000000 " I R "2e 20 23 08 00000001 0000001c", PROBE_YES },
    { "no SPI",                NOBODY NOBODY "05 10 02 00 00000000 0000001c", PROBE_NO },
    { "another length",        I NOBODY "05 10 02 00 00000000 0000001d", PROBE_NO },
    { "version 1.1",           I NOBODY "05 11 02 00 00000000 0000001c", PROBE_NO },
    { "an exchange of the other version", I NOBODY "05 10 22 00 00000000 0000001c", PROBE_NO },
    { "flags of nobody",       I NOBODY "05 10 02 80 00000000 0000001c", PROBE_NO },
    { "a payload of nobody",   I NOBODY "40 20 22 08 00000000 0000001c", PROBE_NO },
    { "a short one",           I NOBODY "05 10 02", PROBE_NO },
};

static void the_probe_believes_the_whole_header_only(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t bytes[64];
        struct conversation conv = { .over = OVER_UDP };
        size_t n = unhex(probes[i].bytes, bytes, sizeof bytes);
        if (dissector_ike.probe(&conv, cursor_over(bytes, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_is_one_record),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(esp_beside_it_is_passed_over),
        cmocka_unit_test(the_probe_believes_the_whole_header_only),
    };
    return cmocka_run_group_tests_name("ike", tests, NULL, NULL);
}
