#include "tests/support/dissect.h"

#include "dissectors/rtps/rtps.h"

#define ANNOUNCE "525450530203010101011234000000070000000109010800c086fd6a000000001505a40000001000000100c7000100c20000000001000000000300001500040002030000160004000101000050001000010112340000000700000001000001c10200080014000000000000003200180001000000f21c00000000000000000000000000000a0101053100180001000000f31c00000000000000000000000000000a010105620014000d00000070756d702073746174696f6e00000000008004000703000001000000"
#define OFFER    "525450530203010101011234000000070000000115056c000000100000000000000003c20000000001000000000300005a00100001011234000000070000000100000102050010000900000072742f76616c76650000000007000c000600000056616c76650000001a000c00020000000000000000e1f5051d000400000000000100000007011c0000000000000003c20000000001000000000000000100000001000000"
#define WRITE    "525450530203010101011234000000070000000109010800c186fd6a0000008015051c0000001000000000000000010200000000010000000001000005000000"
#define LEAVE    "5254505302030101010112340000000700000001150320000000100000000000000100c20000000002000000710004000000000101000000"
#define WANT     "525450530203010101011234000000070000000115056c000000100000000000000004c20000000001000000000300005a00100001011234000000070000000100000107050010000900000072742f6c6576656c0000000007000c00060000004c6576656c0000001a000c00020000000000000000e1f5051d0004000000000001000000"
#define LACK     "52545053020301010101123400000007000000010e010c0001011234000000070000000106031800000001070000010200000000010000000000000001000000"

static const struct dialogue_case cases[] = {
    { "a participant says who it is", ">>> " ANNOUNCE "\n",
      "vendor access what entity_name product_version lease address port kind",
      "> 0 vendor=RTI Connext kind=info_ts kind=data what=participant lease=20 address=10.1.1.5 port=7410 address=10.1.1.5 port=7411 entity_name=\"pump station\" product_version=\"7.3.0.0\" access=identify\n" },
    { "a writer, and its samples by topic", ">>> " OFFER "\n>>> " WRITE "\n",
      "access kind writer topic type sequence reliability durability length data",
      "> 0 kind=data writer=publications_writer sequence=1 length=84 data=5a00100001011234000000070000000100000102050010000900000072742f76616c76650000000007000c000600000056616c76650000001a000c00020000000000000000e1f5051d0004000000000001000000 topic=\"rt/valve\" type=\"Valve\" reliability=reliable durability=volatile kind=heartbeat writer=publications_writer access=browse\n"
      "> 1 kind=info_ts kind=data writer=258 sequence=1 topic=\"rt/valve\" type=\"Valve\" length=4 data=05000000 access=write\n" },
    { "a sample whose writer nobody announced has no topic", ">>> " WRITE "\n",
      "access kind writer topic",
      "> 0 kind=info_ts kind=data writer=258 access=write\n" },
    { "a participant leaves", ">>> " LEAVE "\n", "access status writer", "> 0 writer=participant_writer status=disposed access=identify\n" },
    { "a reader, and what it lacks", ">>> " WANT "\n>>> " LACK "\n",
      "access what topic kind reader writer first destination_prefix", "> 0 kind=data reader=unknown writer=subscriptions_writer what=reader topic=\"rt/level\" access=subscribe\n"
      "> 1 kind=info_dst destination_prefix=010112340000000700000001 kind=acknack reader=263 writer=258 first=1 access=session\n" },
    { "big endian too", ">>> 52545053 0202 0110 000102030405060708090a0b 0900 0008 00000010 80000000"
      " 1504 0018 0000 0010 00000000 00000103 0000000000000001 00000000\n",
      "minor_version source_timestamp kind sequence representation access", "> 0 minor_version=2 kind=info_ts source_timestamp=16500000 kind=data sequence=1 representation=cdr_be access=write\n" },
    { "an envelope of DDS Security", ">>> 52545053 0203 010f 000102030405060708090a0b 3301 0400 00000000 3001 0400 01020304 3401 0000\n",
      "kind access", "> 0 kind=srtps_prefix kind=sec_body kind=srtps_postfix access=tunnel\n" },
    { "a submessage longer than its message", ">>> 52545053 0203 010f 000102030405060708090a0b 0e01 0c00 0001\n", "kind access", "> 0 kind=info_dst access=session !truncated\n" },
    { "a kind nobody has", ">>> 52545053 0203 010f 000102030405060708090a0b 0901 0800 0000000000000000 4001 0000\n", "kind", "> 0 kind=info_ts kind=64 !unknown_submessage\n" },
    { "version 1 is told only", ">>> 52545053 0103 0000 0000000000010901 0201 0400 00000000\n", "version vendor kind access", "> 0 version=1 kind=var access=write\n" },
};

static void messages_give_their_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_rtps, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&dissector_rtps, cases[i].text);
        dissect_survives_every_bit_change(&dissector_rtps, cases[i].text);
    }
}

static const struct first_bytes probes[] = {
    { "a time",               "52545053020301100001020304050607080910110901", PROBE_YES },
    { "version 1",            "52545053010300000000000000010901" "0801", PROBE_YES },
    { "only a header",        "525450530203011000010203040506070809a0b0", PROBE_NO },
    { "another version",      "525450530403011000010203040506070809a0b00901", PROBE_NO },
    { "a kind nobody has",    "525450530203011000010203040506070809a0b07f01", PROBE_NO },
    { "RTSP",                 "525453502f312e3020323030204f4b0d0a435365713a", PROBE_NO },
};

static void a_probe_believes_the_name_the_version_and_the_first_kind(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_rtps, OVER_UDP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_give_their_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(a_probe_believes_the_name_the_version_and_the_first_kind),
    };
    return cmocka_run_group_tests_name("rtps", tests, NULL, NULL);
}
