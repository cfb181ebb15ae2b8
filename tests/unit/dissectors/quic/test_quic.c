/* Packets are made here: frames written as hex, sealed with the keys that the connection id gives. That the keys are the right
 * ones is held against the vectors of RFC 9001 and 9369. */
#include "dissectors/quic/quic.h"
#include "tests/support/dissect.h"

#include <openssl/evp.h>

#include "dissectors/quic/message.h"

#define RANDOM32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "

/* One suite; SNI a.example, ALPN h3. */
#define CLIENT_HELLO "01 000046 0303 " RANDOM32 "00 0002 1301 01 00 001b 0000 000e 000c 00 0009 \"a.example\" 0010 0005 0003 02 \"h3\" "
#define SERVER_HELLO "02 000028 0303 " RANDOM32 "00 1301 00 0000 "
#define CLIENT_FRAME "06 00 404a " CLIENT_HELLO
#define SERVER_FRAME "02 00 00 00 00 06 00 2c " SERVER_HELLO

enum { CID = 8, PAYLOAD = 1200 };
static const uint8_t cid[CID] = { 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08 };

struct scene {
    char  *text;
    size_t len;
    FILE  *out;
};

static void scene_begin(struct scene *s)
{
    s->out = open_memstream(&s->text, &s->len);
}

static void arrow(struct scene *s, enum direction dir)
{
    fprintf(s->out, "\n%s ", dir == FROM_CLIENT ? ">>>" : "<<<");
}

static void seal(const struct quic_keys *k, uint8_t *packet, size_t header, size_t n)
{
    uint8_t nonce[12], mask[16], plain[PAYLOAD + 64];
    int len;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    memcpy(nonce, k->iv, sizeof nonce);
    nonce[11] ^= packet[header];
    memcpy(plain, packet + header + 1, n);
    EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, k->key, nonce);
    EVP_EncryptUpdate(ctx, NULL, &len, packet, (int)header + 1);
    EVP_EncryptUpdate(ctx, packet + header + 1, &len, plain, (int)n);
    EVP_EncryptFinal_ex(ctx, plain, &len);
    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, packet + header + 1 + n);
    EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, k->header, NULL);
    EVP_EncryptUpdate(ctx, mask, &len, packet + header + 4, 16);
    packet[0] ^= mask[0] & 0x0f;
    packet[header] ^= mask[1];
    EVP_CIPHER_CTX_free(ctx);
}

/* An Initial packet with a number of one octet; `of` is the connection id that the keys come from. */
static void initial(struct scene *s, enum direction dir, uint32_t version, const uint8_t *of, const char *frames)
{
    uint8_t packet[PAYLOAD + 128];
    struct quic_keys keys[2];
    char line[4096];
    snprintf(line, sizeof line, ">>> %s", frames);
    struct dialogue *d = dialogue_read(line);
    size_t n = d->len < 40 ? 40 : d->len, at = 0;
    assert_true(n <= PAYLOAD && quic_keys_make(version, of, CID, keys));
    packet[at++] = version == 0x6b3343cf ? 0xd0 : 0xc0;
    for (int shift = 24; shift >= 0; shift -= 8)
        packet[at++] = (uint8_t)(version >> shift);
    packet[at++] = CID;
    memcpy(packet + at, cid, CID);
    at += CID;
    packet[at++] = 0;
    packet[at++] = 0;
    packet[at++] = (uint8_t)(0x40 | (n + 17) >> 8);
    packet[at++] = (uint8_t)(n + 17);
    packet[at] = 0;
    memset(packet + at + 1, 0, n);
    memcpy(packet + at + 1, d->bytes, d->len);
    seal(&keys[dir], packet, at, n);
    for (size_t i = 0; i < at + 1 + n + 16; i++)
        fprintf(s->out, "%02x", packet[i]);
    dialogue_free(d);
}

static void datagram(struct scene *s, enum direction dir, uint32_t version, const char *frames)
{
    arrow(s, dir);
    initial(s, dir, version, cid, frames);
}

static void holds(struct scene *s, const char *fields, const char *want)
{
    fclose(s->out);
    char *said = dissect_dialogue(&dissector_quic, s->text, 0, fields);
    if (strcmp(said, want) != 0)
        fail_msg("--- said\n%s--- wanted\n%s", said, want);
    free(said);
    free(s->text);
}

static void keys_are_as_the_standards_examples_say(void **unused)
{
    (void)unused;
    static const struct { uint32_t version; const char *client, *server; } cases[] = {
        { 1, "1f369613dd76d5467730efcbe3b1a22dfa044b2f42a3fd3b46fb255c9f50449e04a0e810283a1e9933adedd2",
          "cf3a5331653c364c88f0f379b6067e370ac1493ca1905853b0bba03ec206b8d9b9f0f37644430b490eeaa314" },      /* RFC 9001, A.1 */
        { 0x6b3343cf, "8b1a0bc121284290a29e0971b5cd045d91f73e2351d8fa91660e909f45b95e15235d6f45a6b19cbcb0294ba9",
          "82db637861d55e1d011f19ea71d5d2a7dd13c276499c0249d3310652edf6d05c8f6ce5168507e955" },               /* RFC 9369, A.1 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct quic_keys keys[2];
        char hex[2 * sizeof keys[0] + 1];
        assert_true(quic_keys_make(cases[i].version, cid, CID, keys));
        for (size_t k = 0; k < sizeof keys[0]; k++)
            sprintf(hex + 2 * k, "%02x", ((const uint8_t *)&keys[0])[k]);
        assert_string_equal(hex, cases[i].client);
        for (size_t k = 0; k < sizeof keys[0]; k++)
            sprintf(hex + 2 * k, "%02x", ((const uint8_t *)&keys[1])[k]);
        assert_memory_equal(hex, cases[i].server, 32);
    }
}

static void both_hellos_are_read_in_every_version(void **unused)
{
    (void)unused;
    static const struct { uint32_t version; const char *name; } versions[] = {
        { 1, "1" }, { 0x6b3343cf, "2" }, { 0xff000016, "draft-22" }, { 0xff00001b, "draft-27" }, { 0xff00001d, "draft-29" },
        { 0xff000022, "draft-34" }, { 0xfaceb002, "mvfst-27" }
    };
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct scene s;
        char want[512];
        scene_begin(&s);
        datagram(&s, FROM_CLIENT, versions[i].version, CLIENT_FRAME);
        datagram(&s, FROM_SERVER, versions[i].version, SERVER_FRAME);
        snprintf(want, sizeof want, "> 0 sni=\"a.example\" client_alpns=\"h3\" version_name=\"%s\" packet_type=initial\n"
                 "< 1 cipher_suite=TLS_AES_128_GCM_SHA256 version_name=\"%s\" packet_type=initial\n", versions[i].name, versions[i].name);
        holds(&s, "sni client_alpns cipher_suite version_name packet_type", want);
    }
}

static void fingerprints_say_that_it_is_quic(void **unused)
{
    (void)unused;
    struct scene s;
    scene_begin(&s);
    datagram(&s, FROM_CLIENT, 1, CLIENT_FRAME);
    holds(&s, "ja4 string version dcid", "> 0 ja4=\"q12d0102h3_0f2cb44170f4_000000000000\" string=\"771,4865,0-16,,\" "
          "version=00000001 dcid=8394c8f03e515708\n");
}

static void a_hello_is_put_together_from_pieces_in_any_order(void **unused)
{
    (void)unused;
    struct scene s;
    scene_begin(&s);
    datagram(&s, FROM_CLIENT, 1, "06 0a 05 0405060708 01 06 00 08 01000046 03030001");
    datagram(&s, FROM_CLIENT, 1, "06 0f 403b 090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00 0002 1301 01 00 001b 0000 000e 000c 00 0009 "
                                 "\"a.example\" 0010 0005 0003 02 \"h3\" 06 06 05 0001020304");
    holds(&s, "sni", "> 0\n> 1 sni=\"a.example\"\n");
}

static void packets_share_a_datagram(void **unused)
{
    (void)unused;
    struct scene s;
    scene_begin(&s);
    datagram(&s, FROM_CLIENT, 1, "01");
    fputs("d0 00000001 08 8394c8f03e515708 00 05 0102030405 e0 00000001 00 00 02 aabb 40 ffffff", s.out);
    holds(&s, "packet_type", "> 0 packet_type=initial\n> 1 packet_type=0-rtt\n> 2 packet_type=handshake\n");
}

static void a_retry_changes_the_keys(void **unused)
{
    (void)unused;
    static const uint8_t other[CID] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    struct scene s;
    scene_begin(&s);
    datagram(&s, FROM_CLIENT, 1, CLIENT_FRAME);
    fputs("\n<<< f0 00000001 00 08 0102030405060708 ffffffffffffffffffffffffffffffff", s.out);
    arrow(&s, FROM_SERVER);
    initial(&s, FROM_SERVER, 1, other, SERVER_FRAME);
    holds(&s, "packet_type cipher_suite", "> 0 packet_type=initial\n< 1 packet_type=retry\n"
          "< 2 cipher_suite=TLS_AES_128_GCM_SHA256 packet_type=initial\n");
}

static void what_contradicts_itself_is_said(void **unused)
{
    (void)unused;
    static const struct { const char *name, *frames, *want; } cases[] = {
        { "a frame that Initial packets do not have", "0a 00 00", "> 0 !error_on_data\n" },
        { "frames that end too early", "06 00 4100 01", "> 0 !error_on_data\n" },
        { "another message than a hello", "06 00 04 0b000000", "> 0 !error_on_data\n" },
        { "a hello beyond the limit", "06 80004000 02 0102", "> 0 !crypto_frag_too_long\n" },
        { "a hello that contradicts itself", "06 00 06 01000002 0303", "> 0 !error_on_data\n" },
        { "a connection that is closed", "1c 0000 00 00", "> 0\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;
        scene_begin(&s);
        datagram(&s, FROM_CLIENT, 1, cases[i].frames);
        holds(&s, "sni", cases[i].want);
    }
}

static void too_many_pieces_are_said(void **unused)
{
    (void)unused;
    struct scene s;
    char frames[1024], *at = frames;
    scene_begin(&s);
    for (int i = 0; i <= QUIC_PIECES_MAX; i++)
        at += sprintf(at, "06 %04x 01 aa ", 0x4002 + 2 * i);
    datagram(&s, FROM_CLIENT, 1, frames);
    holds(&s, "sni", "> 0 !crypto_frag_too_long\n");
}

static const struct dialogue_case cases[] = {
    { "a packet that its keys do not open", ">>> c0 00000001 08 8394c8f03e515708 00 00 20 "
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "packet_type", "> 0 packet_type=initial !failed_decrypt\n" },
    { "versions that the server has", ">>> c0 babababa 08 8394c8f03e515708 00 00 04 00010203\n"
      "<<< 80 00000000 00 08 8394c8f03e515708 00000001 6b3343cf", "version_name packet_type versions",
      "> 0 version_name=\"babababa\" packet_type=initial\n"
      "< 1 version_name=\"0\" packet_type=version_negotiation versions=00000001 versions=6b3343cf\n" },
    { "Google's hello up to Q043", ">>> 09 0123456789abcdef \"Q043\" 01 000000000000000000000000 "
      "a0 01 0033 \"CHLO\" 0300 0000 \"SNI\" 00 09000000 \"VER\" 00 0d000000 \"UAID\" 0f000000 \"a.example\" \"Q043\" \"me\" 0000000000000000",
      "version_name packet_type sni ua hash string dcid",
      "> 0 sni=\"a.example\" ua=\"me\" hash=\"719b32947f0c1482806709d6190856f4\" string=\"43,SNI-VER-UAID\" version_name=\"Q043\" "
      "packet_type=public dcid=0123456789abcdef\n" },
    { "Google's hello in a long header", ">>> c3 \"Q046\" 50 0123456789abcdef 00000001 000000000000000000000000 "
      "a0 01 0019 \"CHLO\" 0100 0000 \"SNI\" 00 09000000 \"a.example\"", "version_name packet_type sni string",
      "> 0 sni=\"a.example\" string=\"46,SNI\" version_name=\"Q046\" packet_type=initial\n" },
    { "private flags, and an acknowledgement before the hello", ">>> 09 0123456789abcdef \"Q033\" 01 000000000000000000000000 01 "
      "40 0102 00 01 00 a0 01 1900 \"CHLO\" 0100 0000 \"SNI\" 00 09000000 \"a.example\"", "sni", "> 0 sni=\"a.example\"\n" },
    { "tags that end before they begin", ">>> c3 \"Q046\" 50 0123456789abcdef 00000001 000000000000000000000000 "
      "a0 01 0021 \"CHLO\" 0200 0000 \"SNI\" 00 09000000 \"VER\" 00 01000000 \"a.example\"", "sni string", "> 0\n" },
    { "a later packet that contradicts itself", ">>> c3 \"Q046\" 50 0123456789abcdef 00000001 000000000000000000000000 00\n>>> c0 00000001 40",
      "packet_type", "> 0 packet_type=initial\n> 1 !error_on_header\n" },
    { "something else on the same port", ">>> c3 \"Q046\" 50 0123456789abcdef 00000001 000000000000000000000000 00\n>>> 90 6f 1234 00000001 deadbeef 00\n"
      ">>> c0 12345678 08 8394c8f03e515708 00 00 04 00010203\n", "packet_type", "> 0 packet_type=initial\n" },
    { "a short header and nothing before it", ">>> 40 0123456789abcdef00", NULL, "" },
};

static void every_case_is_read_as_it_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_quic, &cases[i]);
}

static void no_prefix_and_no_bit_change_does_harm(void **unused)
{
    (void)unused;
    struct scene s;
    scene_begin(&s);
    datagram(&s, FROM_CLIENT, 1, CLIENT_FRAME);
    datagram(&s, FROM_SERVER, 1, SERVER_FRAME);
    fclose(s.out);
    dissect_survives_every_prefix(&dissector_quic, s.text);
    dissect_survives_every_bit_change(&dissector_quic, s.text);
    free(s.text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&dissector_quic, cases[i].text);
        dissect_survives_every_bit_change(&dissector_quic, cases[i].text);
    }
}

static enum probe probe_of(enum direction dir, const char *text)
{
    struct conversation conv = { .dir = dir };
    struct dialogue *d = dialogue_read(text);
    enum probe said = dissector_quic.probe(&conv, cursor_over(d->bytes, d->len));
    dialogue_free(d);
    return said;
}

static void the_probe_wants_a_version_that_exists(void **unused)
{
    (void)unused;
    assert_int_equal(probe_of(FROM_CLIENT, ">>> c0 00000001 08 8394c8f03e515708 00 00 04 00010203"), PROBE_YES);
    assert_int_equal(probe_of(FROM_CLIENT, ">>> c0 00000001 08 8394c8f03e515708 00 00 05 00010203"), PROBE_NO);
    assert_int_equal(probe_of(FROM_CLIENT, ">>> c0 00000003 08 8394c8f03e515708 00 00 04 00010203"), PROBE_NO);
    assert_int_equal(probe_of(FROM_CLIENT, ">>> 40 0123456789abcdef"), PROBE_NO);
    assert_int_equal(probe_of(FROM_CLIENT, ">>> 09 0123456789abcdef \"Q043\" 01 000000000000000000000000"), PROBE_YES);
    assert_int_equal(probe_of(FROM_SERVER, ">>> 80 00000000 00 08 8394c8f03e515708 00000001"), PROBE_MAYBE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_as_the_standards_examples_say),
        cmocka_unit_test(both_hellos_are_read_in_every_version),
        cmocka_unit_test(fingerprints_say_that_it_is_quic),
        cmocka_unit_test(a_hello_is_put_together_from_pieces_in_any_order),
        cmocka_unit_test(packets_share_a_datagram),
        cmocka_unit_test(a_retry_changes_the_keys),
        cmocka_unit_test(what_contradicts_itself_is_said),
        cmocka_unit_test(too_many_pieces_are_said),
        cmocka_unit_test(every_case_is_read_as_it_says),
        cmocka_unit_test(no_prefix_and_no_bit_change_does_harm),
        cmocka_unit_test(the_probe_wants_a_version_that_exists),
    };
    return cmocka_run_group_tests_name("quic", tests, NULL, NULL);
}
