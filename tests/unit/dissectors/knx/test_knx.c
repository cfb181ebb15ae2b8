#include "tests/support/dissect.h"

#include "dissectors/knx/knx.h"

static const struct dialogue_case cases[] = {
    { "a search and who answers", ">>> 06100201000e0801c0a8010a0e57\n"
      "<<< 0610020200440801c0a8010a0e57360102001105000100c501020304e000170c000e8c010203495020526f75746572000000000000000000000000000000000000000000\n",
      "service medium device_address serial_number name access",
      "> 0 service=search_request access=identify\n"
      "< 0 service=search_response medium=tp1 device_address=4357 serial_number=00c501020304 name=\"IP Router\" access=identify\n" },
    { "a tunnel is opened", ">>> 06100205001a0801c0a8010a0e570801c0a8010a0e5704040200\n"
      "<<< 06100206001407000801c0a8010a0e57040411fa\n",
      "service connection_type channel status access",
      "> 0 service=connect_request connection_type=tunnel access=session\n"
      "< 0 service=connect_response channel=7 status=no_error access=session\n" },
    { "no more connections", ">>> 06100205001a0801c0a8010a0e570801c0a8010a0e5704040200\n"
      "<<< 0610020600080024\n",
      "service status",
      "> 0 service=connect_request\n"
      "< 0 service=connect_response status=no_more_connections\n" },
    { "a group is written", ">>> 061004200015040700001100bce000000a03010081\n"
      "<<< 06100421000a04070000\n",
      "service channel sequence message_code source destination group apci value access status",
      "> 0 service=tunneling_request channel=7 sequence=0 message_code=l_data_req source=0 destination=2563 group=true apci=group_value_write value=1 access=write\n"
      "< 0 service=tunneling_acknowledgement channel=7 sequence=0 status=no_error access=session\n" },
    { "a value of two octets", ">>> 0610053000132900bce011050a030300800c1a\n",
      "service apci value data access",
      "> 0 service=routing_indication apci=group_value_write value=3098 data=0c1a access=write\n" },
    { "memory is written", ">>> 061004200019040701001100b060000011050502834000aabb\n",
      "message_code apci memory_address data access",
      "> 0 message_code=l_data_req apci=memory_write memory_address=16384 data=aabb access=program\n" },
    { "a restart", ">>> 061004200015040702001100b06000001105010380\n",
      "apci destination group access",
      "> 0 destination=4357 group=false apci=restart access=restart\n" },
    { "a property is written", ">>> 06100310001204070000f6000b01341001ff\n",
      "service message_code object_type property data access",
      "> 0 service=configuration_request message_code=m_prop_write_req object_type=11 property=52 data=ff access=configure\n" },
    { "an envelope", ">>> 06100950001b000000000107966f52ffffffffffff00036489b353\n",
      "service session secure_sequence secure_serial access",
      "> 0 service=secure_wrapper session=0 secure_sequence=17274479 secure_serial=52ffffffffff access=tunnel\n" },
    { "only transport control", ">>> 061004200014040703001100b060000011050080\n",
      "apci access",
      "> 0 access=session\n" },
    { "a length that lies", ">>> 06100201000e0801c0a8010a0e\n",
      "service", "> 0 service=search_request !invalid_length\n" },
};

static void services_and_frames_give_their_fields(void **unused)
{
    struct dissector d = dissect_only(&dissector_knx, OVER_UDP);
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&d, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    struct dissector d = dissect_only(&dissector_knx, OVER_UDP);
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&d, cases[i].text);
        dissect_survives_every_bit_change(&d, cases[i].text);
        dissect_survives_every_bit_change(&dissector_knx, cases[i].text);
    }
}

static void over_a_stream_the_cut_does_not_matter(void **unused)
{
    (void)unused;
    struct dissector stream = dissect_only(&dissector_knx, OVER_TCP);
    for (size_t i = 0; i + 1 < sizeof cases / sizeof cases[0]; i++)
        dissect_same_for_every_cut(&stream, cases[i].text);
}

static const struct first_bytes probes[] = {
    { "a search",                  "06100201000e0801c0a8010a0e57", PROBE_YES },
    { "a service nobody knows",    "06105053000e0801c0a8010a0e57", PROBE_NO },
    { "a length under the header", "061002010005", PROBE_NO },
    { "RTPS",                      "52545053020000000000000000010901", PROBE_NO },
};

static void a_probe_believes_header_service_and_length(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_knx, OVER_UDP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_and_frames_give_their_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(over_a_stream_the_cut_does_not_matter),
        cmocka_unit_test(a_probe_believes_header_service_and_length),
    };
    return cmocka_run_group_tests_name("knx", tests, NULL, NULL);
}
