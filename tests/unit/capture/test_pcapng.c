#include "tests/unit/capture/files.h"

#define SECTION_LE "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"
#define SECTION_BE "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
#define ETHERNET   "01000000 14000000 0100 0000 00000000 14000000"
#define ETHERNET_BE "00000001 00000014 0001 0000 00000000 00000014"
#define RAW_NANO   "01000000 20000000 6500 0000 00000000 0900 0100 09000000 0000 0000 20000000"
#define HALVES     "01000000 2c000000 0100 0000 00000000 0900 0100 81000000 0e00 0800 0a00000000000000 0000 0000 2c000000"
#define SHORT_SNAP "01000000 14000000 0100 0000 02000000 14000000"
#define PACKET(iface, low) "06000000 24000000" iface "00000000" low "03000000 05000000 aabbcc00 24000000"
#define NAMES      "04000000 10000000 00000000 10000000"
#define SIMPLE     "03000000 14000000 03000000 aabbcc00 14000000"
#define OLD        "02000000 24000000 0000 ffff 00000000 07000000 03000000 05000000 aabbcc00 24000000"

static const struct pcapng_case { const char *name, *hex, *want; } pcapng_cases[] = {
    { "one interface", SECTION_LE ETHERNET PACKET("00000000", "07000000"), "1 7 3/5 1 aabbcc\nend" },
    { "big endian", SECTION_BE ETHERNET_BE "00000006 00000024 00000000 00000000 00000007 00000003 00000005 aabbcc00 00000024",
      "1 7 3/5 1 aabbcc\nend" },
    { "two link types and two clocks", SECTION_LE ETHERNET RAW_NANO PACKET("00000000", "07000000") PACKET("01000000", "e8030000"),
      "1 7 3/5 1 aabbcc\n2 1 3/5 101 aabbcc\nend" },
    { "a clock of halves with an offset", SECTION_LE HALVES PACKET("00000000", "03000000"), "1 11500000 3/5 1 aabbcc\nend" },
    { "blocks that carry nothing", SECTION_LE NAMES ETHERNET NAMES PACKET("00000000", "07000000") NAMES, "1 7 3/5 1 aabbcc\nend" },
    { "a simple packet has the time before it", SECTION_LE ETHERNET PACKET("00000000", "07000000") SIMPLE,
      "1 7 3/5 1 aabbcc\n2 7 3/3 1 aabbcc\nend" },
    { "a simple packet cut by the snap length", SECTION_LE SHORT_SNAP SIMPLE, "1 0 2/3 1 aabb\nend" },
    { "the old packet block", SECTION_LE ETHERNET OLD, "1 7 3/5 1 aabbcc\nend" },
    { "a second section forgets the first's interfaces", SECTION_LE ETHERNET RAW_NANO SECTION_BE ETHERNET_BE
      "00000006 00000024 00000001 00000000 00000007 00000003 00000005 aabbcc00 00000024",
      "case.pcapng: offset 128: corrupt: pcapng block of type 0x6 names an interface that was not described: 36" },
    { "no interface", SECTION_LE PACKET("00000000", "07000000"),
      "case.pcapng: offset 28: corrupt: pcapng block of type 0x6 names an interface that was not described: 36" },
    { "no byte order magic", "0a0d0d0a 1c000000 4d3c2b1b 0100 0000 ffffffffffffffff 1c000000",
      "case.pcapng: offset 0: corrupt: pcapng block of type 0xa0d0d0a has no byte order magic at offset 8" },
    { "two lengths that differ", SECTION_LE "01000000 14000000 0100 0000 00000000 15000000",
      "case.pcapng: offset 28: corrupt: pcapng block of type 0x1 ends with another length than it began with: 21" },
    { "a length that is no multiple of four", SECTION_LE "01000000 15000000 0100 0000 00000000 15000000",
      "case.pcapng: offset 28: corrupt: pcapng block of type 0x1 has an impossible length: 21" },
    { "a length of zero", SECTION_LE "01000000 00000000 0100 0000", "case.pcapng: offset 28: corrupt: pcapng block of type 0x1 has an impossible length: 0" },
    { "more captured bytes than the block has", SECTION_LE ETHERNET
      "06000000 24000000 00000000 00000000 07000000 09000000 09000000 aabbcc00 24000000",
      "case.pcapng: offset 48: corrupt: pcapng block of type 0x6 claims more captured bytes than it has: 36" },
    { "cut inside a block", SECTION_LE ETHERNET "06000000 24000000 00000000 00000000",
      "case.pcapng: offset 48: truncated: a pcapng block of 36 bytes expected, 16 are there (0 frames were whole)" },
    { "cut inside a block that carries nothing", SECTION_LE "04000000 10000000 00000000",
      "case.pcapng: offset 40: truncated: the file ends inside a pcapng block that carries no frame" },
};

static void blocks_are_read_and_their_damage_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof pcapng_cases / sizeof pcapng_cases[0]; i++)
        files_expect(pcapng_cases[i].name, files_hex("case.pcapng", pcapng_cases[i].hex), pcapng_cases[i].want);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    uint8_t bytes[FILE_BYTES_MAX];
    size_t n = unhex(SECTION_LE ETHERNET RAW_NANO PACKET("00000000", "07000000") SIMPLE OLD, bytes, sizeof bytes);
    for (size_t bit = 0; bit < n * 8; bit++) {
        char got[4096];
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        files_read(files_bytes("flip.pcapng", bytes, n), NULL, got, sizeof got);
        assert_true(got[0] != '\0');
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void gzip_gives_the_same_frames(void **unused)
{
    (void)unused;
    files_expect("gzip", files_gzip("case.gz", SECTION_LE ETHERNET PACKET("00000000", "07000000")), "1 7 3/5 1 aabbcc\nend");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_read_and_their_damage_named),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(gzip_gives_the_same_frames),
    };
    return cmocka_run_group_tests_name("capture/pcapng", tests, files_make, files_remove);
}
