#include "tests/unit/capture/files.h"

#define HEAD_LE "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000"
#define HEAD_BE "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001"
#define HEAD_NS "4d3cb2a1 0200 0400 00000000 00000000 ffff0000 71000000"
#define HEAD_KU "34cdb2a1 0200 0400 00000000 00000000 ffff0000 01000000"
#define FRAME_LE "01000000 02000000 03000000 04000000 aabbcc"
#define FRAME_BE "00000001 00000002 00000003 00000004 aabbcc"

static const struct file_case { const char *name, *hex, *want; } file_cases[] = {
    { "microseconds, little endian", HEAD_LE FRAME_LE, "1 1000002 3/4 1 aabbcc\nend" },
    { "microseconds, big endian",    HEAD_BE FRAME_BE, "1 1000002 3/4 1 aabbcc\nend" },
    { "nanoseconds are cut",         HEAD_NS "01000000 ffc99a3b 01000000 01000000 aa", "1 1999999 1/1 113 aa\nend" },
    { "the patched libpcap's longer header", HEAD_KU "01000000 02000000 01000000 01000000 00000000 00000000 aa",
      "1 1000002 1/1 1 aa\nend" },
    { "no frames at all",            HEAD_LE, "end" },
    { "an empty frame",              HEAD_LE "01000000 02000000 00000000 00000000", "1 1000002 0/0 1 \nend" },
    { "a wire length below the captured one", HEAD_LE "01000000 02000000 02000000 01000000 aabb", "1 1000002 2/2 1 aabb\nend" },
    { "frame check sequence bits above the link type",
      "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000014" FRAME_LE, "1 1000002 3/4 1 aabbcc\nend" },
    { "empty", "", "case.pcap: empty, a pcap or pcapng capture expected" },
    { "two bytes", "d4c3", "case.pcap: offset 0: not a capture: pcap or pcapng expected (gzipped or not)" },
    { "foreign", "7b226576 656e7422 3a31 7d0a", "case.pcap: offset 0: not a capture: pcap or pcapng expected (gzipped or not)" },
    { "cut in the file header", "d4c3b2a1 0200 0400 0000",
      "case.pcap: offset 0: truncated: a pcap header of 24 bytes expected, 10 are there (0 frames were whole)" },
    { "cut in a frame's header", HEAD_LE FRAME_LE "01000000 0200",
      "1 1000002 3/4 1 aabbcc\ncase.pcap: offset 43: truncated: a frame's header of 16 bytes expected, 6 are there (1 frames were whole)" },
    { "cut in a frame", HEAD_LE FRAME_LE "01000000 02000000 03000000 04000000 aa",
      "1 1000002 3/4 1 aabbcc\ncase.pcap: offset 43: truncated: a frame of 19 bytes expected, 17 are there (1 frames were whole)" },
    { "an impossible length", HEAD_LE FRAME_LE "01000000 02000000 ffffff7f 04000000 aa",
      "1 1000002 3/4 1 aabbcc\ncase.pcap: offset 43: corrupt: frame 2 claims 2147483647 captured bytes, at most 262144 expected" },
};

static void pcap_is_read_in_every_dialect_and_its_damage_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof file_cases / sizeof file_cases[0]; i++)
        files_expect(file_cases[i].name, files_hex("case.pcap", file_cases[i].hex), file_cases[i].want);
}

static void gzip_gives_the_same_frames(void **unused)
{
    (void)unused;
    files_expect("whole", files_gzip("case.pcap.gz", HEAD_LE FRAME_LE FRAME_LE),
                 "1 1000002 3/4 1 aabbcc\n2 1000002 3/4 1 aabbcc\nend");
}

static void a_cut_or_damaged_gzip_file_says_so(void **unused)
{
    (void)unused;
    uint8_t bytes[FILE_BYTES_MAX];
    FILE *in = fopen(files_gzip("whole.gz", HEAD_LE FRAME_LE FRAME_LE), "rb");
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    char got[2048];
    files_read(files_bytes("cut.gz", bytes, n - 6), NULL, got, sizeof got);
    assert_non_null(strstr(got, "the gzip data end too early"));
    bytes[n - 6] ^= 1;          /* in the checksum */
    files_read(files_bytes("bad.gz", bytes, n), NULL, got, sizeof got);
    assert_non_null(strstr(got, "incorrect data check"));
}

static void every_prefix_of_a_capture_ends_with_a_sentence_or_cleanly(void **unused)
{
    (void)unused;
    uint8_t bytes[FILE_BYTES_MAX];
    size_t n = unhex(HEAD_LE FRAME_LE FRAME_LE, bytes, sizeof bytes);
    for (size_t i = 0; i < n; i++) {
        char got[2048];
        files_read(files_bytes("prefix.pcap", bytes, i), NULL, got, sizeof got);
        bool between_frames = i == 24 || i == 24 + 19;
        const char *end = strrchr(got, '\n');
        assert_int_equal(strcmp(end ? end + 1 : got, "end") == 0, between_frames);
    }
}

static void frames_larger_than_one_read_arrive_whole(void **unused)
{
    (void)unused;
    enum { EACH = 200000, COUNT = 9 };
    uint8_t *frame = malloc(EACH);
    FILE *out = fopen(files_path("large.pcap"), "wb");
    uint8_t head[24], record[16];
    fwrite(head, 1, unhex(HEAD_LE, head, sizeof head), out);
    for (int i = 0; i < COUNT; i++) {
        memset(frame, i, EACH);
        fwrite(record, 1, unhex("00000000 00000000 400d0300 400d0300", record, sizeof record), out);
        fwrite(frame, 1, EACH, out);
    }
    fclose(out);
    struct fault f;
    struct frame got;
    struct source *s = source_file(files_path("large.pcap"), NULL, &f);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(source_next(s, &got, &f), SOURCE_FRAME);
        memset(frame, i, EACH);
        assert_int_equal(got.caplen, EACH);
        assert_int_equal(got.time_us, 0);
        assert_memory_equal(got.bytes, frame, EACH);
    }
    assert_int_equal(source_next(s, &got, &f), SOURCE_END);
    assert_int_equal(source_counts(s)->frames, COUNT);
    source_close(s);
    free(frame);
}

static void what_cannot_be_opened_is_named(void **unused)
{
    (void)unused;
    files_expect("absent", files_path("absent.pcap"), "absent.pcap: cannot be opened: No such file or directory");
    char got[512];
    files_read(files_folder, NULL, got, sizeof got);
    assert_non_null(strstr(got, "is a folder, a capture file expected"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_is_read_in_every_dialect_and_its_damage_named),
        cmocka_unit_test(gzip_gives_the_same_frames),
        cmocka_unit_test(a_cut_or_damaged_gzip_file_says_so),
        cmocka_unit_test(every_prefix_of_a_capture_ends_with_a_sentence_or_cleanly),
        cmocka_unit_test(frames_larger_than_one_read_arrive_whole),
        cmocka_unit_test(what_cannot_be_opened_is_named),
    };
    return cmocka_run_group_tests_name("capture/file", tests, files_make, files_remove);
}
