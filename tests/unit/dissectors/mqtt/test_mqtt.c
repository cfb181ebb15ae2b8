#include "dissectors/mqtt/mqtt.h"
#include "tests/support/dissect.h"

#define TEXT(hex_len, s) "00" hex_len " \"" s "\" "
/* level 4, clean session; level 5 with a will, user name, password and two properties */
#define CONNECT4 ">>> 10 12 " TEXT("04", "MQTT") "04 02 003c " TEXT("06", "pump-1") "\n"
#define CONNECT5 ">>> 10 2d " TEXT("04", "MQTT") "05 ce 000a 08 11 0000003c 21 0014 " TEXT("01", "c") "00 " TEXT("04", "gone") \
    TEXT("02", "hi") TEXT("04", "user") TEXT("04", "pass") "\n"
#define CONNACK4 "<<< 20 02 01 00\n"
#define CONNACK5 "<<< 20 09 00 00 06 26 0001 \"k\" 0000\n"
#define DISCONNECT ">>> e0 00\n"

static const char brief[] = "type protocol_version topic message message_id reason_code topics return_code";

static const struct dialogue_case cases[] = {
    { "version 3.1.1 comes and goes", CONNECT4 CONNACK4 DISCONNECT, NULL,
      "> 0 protocol_version=4 type=connect qos=0 header_flags=0 connect: qos=0 retain=false dup=false "
      "protocol_string=\"MQTT\" protocol_version=4 client_id=\"pump-1\" keepalive=60 raw_flags=2 flags: username=false "
      "password=false will_retain=false will=false clean_session=true type=connack qos=0 header_flags=0 connack: qos=0 "
      "retain=false dup=false session_present=true return_code=0 reason_code=0\n"
      "> 1 protocol_version=4 type=disconnect qos=0 header_flags=0 disconnect: qos=0 retain=false dup=false\n" },
    { "version 5 with everything", CONNECT5 CONNACK5, NULL,
      "> 0 protocol_version=5 type=connect qos=0 header_flags=0 connect: qos=0 retain=false dup=false "
      "protocol_string=\"MQTT\" protocol_version=5 client_id=\"c\" keepalive=10 raw_flags=206 flags: username=true "
      "password=true will_retain=false will=true clean_session=true will: topic=\"gone\" message=\"hi\" qos=1 "
      "username=\"user\" password=\"pass\" properties: packet=connect name=session_expiry_interval number=60 "
      "properties: packet=connect name=receive_maximum number=20 type=connack qos=0 header_flags=0 connack: qos=0 "
      "retain=false dup=false session_present=false return_code=0 reason_code=0 properties: packet=connack "
      "name=user_property key=\"k\" value=\"\"\n" },
    { "version 3.1 has another name", ">>> 10 12 " TEXT("06", "MQIsdp") "03 02 003c " TEXT("04", "pump") "\n" CONNACK4,
      "protocol_string protocol_version client_id return_code", "> 0 protocol_version=3 protocol_string=\"MQIsdp\" protocol_version=3 client_id=\"pump\" return_code=0\n" },
    { "a message nobody answers", CONNECT4 CONNACK4 ">>> 31 09 " TEXT("03", "a/b") "\"27.5\"", "type topic message retain qos",
      "> 0 type=connect qos=0 qos=0 retain=false type=connack qos=0 qos=0 retain=false\n"
      "> 1 type=publish qos=0 qos=0 retain=true topic=\"a/b\" message=\"27.5\"\n" },
    { "a message once", CONNECT4 CONNACK4 ">>> 32 08 " TEXT("01", "t") "0007 \"on\" 00\n<<< 40 02 0007", brief, "> 0 protocol_version=4 type=connect protocol_version=4 type=connack return_code=0 reason_code=0\n"
      "> 1 protocol_version=4 type=publish topic=\"t\" message_id=7 message=\"on\\x00\" type=puback message_id=7\n" },
    { "a message exactly once", CONNECT4 CONNACK4 ">>> 34 06 " TEXT("01", "t") "0008 \"x\"\n<<< 50 02 0008\n>>> 62 02 0008\n<<< 70 02 0008",
      brief, "> 0 protocol_version=4 type=connect protocol_version=4 type=connack return_code=0 reason_code=0\n"
      "> 1 protocol_version=4 type=publish topic=\"t\" message_id=8 message=\"x\" type=pubrec message_id=8 type=pubrel "
      "message_id=8 type=pubcomp message_id=8\n" },
    { "acknowledged in version 5 with and without a code", CONNECT5 CONNACK5
      ">>> 32 07 " TEXT("01", "t") "0001 00 \"x\"\n<<< 40 02 0001\n>>> 32 07 " TEXT("01", "t") "0002 00 \"x\"\n<<< 40 04 0002 10 00",
      "type message_id reason_code", "> 0 type=connect type=connack reason_code=0\n"
      "> 1 type=publish message_id=1 type=puback message_id=1 reason_code=0 reason_code=0\n"
      "> 2 type=publish message_id=2 type=puback message_id=2 reason_code=16 reason_code=16\n" },
    { "topics asked for and given up", CONNECT4 CONNACK4 ">>> 82 0e 0001 " TEXT("03", "a/#") "01 " TEXT("03", "b/+") "00\n<<< 90 04 0001 01 80\n"
      ">>> a2 0c 0002 " TEXT("03", "a/#") TEXT("03", "b/+") "\n<<< b0 02 0002", "type topics topic qos reason_code qos_granted", "> 0 type=connect qos=0 qos=0 type=connack qos=0 qos=0 reason_code=0\n"
      "> 1 type=subscribe qos=1 qos=1 topics: topic=\"a/#\" qos=1 topics: topic=\"b/+\" qos=0 type=suback qos=0 qos=0 "
      "qos_granted=1 qos_granted=128 reason_code=1 reason_code=128\n"
      "> 2 type=unsubscribe qos=1 qos=1 topics=\"a/#\" topics=\"b/+\" type=unsuback qos=0 qos=0\n" },
    { "ping", CONNECT4 CONNACK4 ">>> c0 00\n<<< d0 00", "type", "> 0 type=connect type=connack\n"
      "> 1 type=pingreq\n"
      "< 2 type=pingresp\n" },
    { "the server says why it goes", CONNECT5 CONNACK5 "<<< e0 0a 8b 08 1f 0005 \"later\"", "type reason_code properties packet name value",
      "> 0 type=connect properties: packet=connect name=session_expiry_interval properties: packet=connect "
      "name=receive_maximum type=connack reason_code=0 properties: packet=connack name=user_property value=\"\"\n"
      "< 1 type=disconnect reason_code=139 reason_code=139 properties: packet=disconnect name=reason_string "
      "value=\"later\"\n" },
    { "AUTH in the middle", CONNECT5 "<<< f0 08 18 06 15 0003 \"SCR\"", "type reason_code properties packet name value", "< 1 type=auth reason_code=24 reason_code=24 properties: packet=auth name=authentication_method value=\"SCR\" "
      "!unintroduced_message\n"
      "> 0 type=connect properties: packet=connect name=session_expiry_interval properties: packet=connect "
      "name=receive_maximum !incomplete\n" },
    { "an answer to nothing", "<<< 20 02 00 00\n<<< 90 03 0001 00\n>>> 82 06 0005 " TEXT("01", "t") "00", "type", "< 0 type=connack !missing_connect\n"
      "< 1 type=suback !missing_subscribe !unintroduced_message\n"
      "> 2 type=subscribe !unintroduced_message !incomplete\n" },
    { "acknowledgements of nothing", CONNECT4 CONNACK4 "<<< 40 02 0001\n<<< 50 02 0001\n<<< b0 02 0001\n<<< 90 03 0001 00", "type", "> 0 type=connect type=connack\n"
      "< 1 type=puback !missing_publish\n"
      "< 2 type=pubrec !missing_publish\n"
      "< 3 type=unsuback !missing_unsubscribe\n"
      "< 4 type=suback !missing_subscribe\n" },
    { "before CONNECT was answered", CONNECT4 ">>> 30 04 " TEXT("01", "t") "\"x\"", "type topic", "> 1 type=publish topic=\"t\" !unintroduced_message\n"
      "> 0 type=connect !incomplete\n" },
    { "CONNECT twice", CONNECT4 CONNACK4 CONNECT4, "type client_id", "> 0 type=connect client_id=\"pump-1\" type=connack\n"
      "> 1 type=connect client_id=\"pump-1\" !double_connect !incomplete\n" },
    { "quality of service 3", CONNECT4 CONNACK4 ">>> 36 06 " TEXT("01", "t") "0001 \"x\"", "type qos", "> 0 type=connect qos=0 qos=0 type=connack qos=0 qos=0\n"
      "> 1 type=publish qos=3 qos=3 !invalid_qos_level\n" },
    { "type 0", CONNECT4 CONNACK4 ">>> 00 02 0000", "type", "> 0 type=connect type=connack\n"
      "> 1 type=unassigned !unassigned_msg_type\n" },
    { "flags that PINGREQ must not have", CONNECT4 CONNACK4 ">>> c1 00", "type header_flags", "> 0 type=connect header_flags=0 type=connack header_flags=0\n"
      "> 1 type=pingreq header_flags=1 !invalid_flags\n" },
    { "properties longer than the packet", ">>> 10 12 " TEXT("04", "MQTT") "05 02 003c 7f " TEXT("05", "pump-") "\n" CONNACK4, "type protocol_version",
      "> 0 type=connect protocol_version=5 !malformed_traffic\n"
      "lost <\n" },
    { "an unknown property", CONNECT5 CONNACK5 ">>> 30 07 " TEXT("01", "t") "02 7f 00 \"x\"\n", "type topic", "> 0 type=connect topic=\"gone\" type=connack\n"
      "> 1 type=publish topic=\"t\" !malformed_traffic\n" },
    { "a subscription to nothing", CONNECT4 CONNACK4 ">>> 82 02 0001\n" DISCONNECT, "type", "> 0 type=connect type=connack\n"
      "> 1 type=subscribe !malformed_traffic\n"
      "lost >\n" },
    { "a length of five octets", CONNECT4 ">>> 30 ff ff ff ff 01", "type", "> 1 !malformed_traffic\n"
      "lost >\n"
      "> 0 type=connect !incomplete\n" },
    { "a hole, and a message at a segment's beginning", CONNECT4 CONNACK4 ">>> gap 30\n>>> 30 04 " TEXT("01", "t") "\"y\"\n<<< 30 04 " TEXT("01", "u") "\"z\"", "type topic message", "> 0 type=connect type=connack\n"
      "> 1 type=publish topic=\"t\" message=\"y\"\n"
      "< 2 type=publish topic=\"u\" message=\"z\"\n" },
    { "a hole, the rest of a message and a whole one", CONNECT4 CONNACK4 ">>> gap 30\n>>> \"and so on\" 30 05 " TEXT("02", "tt") "\"y\" c0 00\n>>> c0 00", "type topic message", "> 0 type=connect type=connack\n"
      "> 1 type=publish topic=\"tt\" message=\"y\"\n"
      "> 2 type=pingreq\n"
      "> 3 type=pingreq\n" },
    { "a hole, and nothing that is a packet until another piece", CONNECT4 CONNACK4 ">>> gap 30\n>>> \"0 is no packet\"\n>>> 30 05 " TEXT("02", "tt") "\"y\"", "type topic message", "> 0 type=connect type=connack\n"
      "> 1 type=publish topic=\"tt\" message=\"y\"\n" },
    { "a hole, and what only looks like a packet", CONNECT4 CONNACK4 ">>> gap 30\n>>> 32 04 " TEXT("02", "tt") "30 05 " TEXT("02", "tt") "\"y\"", "type topic message", "> 0 type=connect type=connack\n"
      "> 1 type=publish topic=\"tt\" message=\"y\"\n" },
};

static const struct dialogue_case sparkplug[] = {
    { "an edge node's will and birth", ">>> 104b00044d515454040e003c0006656467652d37001a73704276312e302f77617465722f4e44454154482f6564676537001b0880bcd9f29e3412120a0562645365711880bcd9f29e3420085803\n<<< 20020000\n>>> 30b801001a73704276312e302f77617465722f4e42495254482f65646765370880bcd9f29e3412120a0562645365711880bcd9f29e342008580312290a1850726f706572746965732f4861726477617265204d616b651880bcd9f29e34200c7a044d6f7861121d0a0d50726f706572746965732f46571880bcd9f29e34200c7a03322e31121d0a0a50756d702f537065656410071880bcd9f29e34200350fbffffff0f12140a0556616c766510081880bcd9f29e34200b70011800\n",
      "sparkplug message_type group_id edge_node_id bdseq seq metrics name alias type integer unsigned boolean text hardware_make firmware access",
      "> 0 type=connect sparkplug: message_type=ndeath group_id=\"water\" edge_node_id=\"edge7\" metrics: name=\"bdSeq\" type=uint64 unsigned=3 bdseq=3 access=session type=connack\n"
      "> 1 type=publish sparkplug: message_type=nbirth group_id=\"water\" edge_node_id=\"edge7\" metrics: name=\"bdSeq\" type=uint64 unsigned=3 bdseq=3 metrics: name=\"Properties/Hardware Make\" type=string text=\"Moxa\" hardware_make=\"Moxa\" metrics: name=\"Properties/FW\" type=string text=\"2.1\" firmware=\"2.1\" metrics: name=\"Pump/Speed\" alias=7 type=int32 integer=-5 metrics: name=\"Valve\" alias=8 type=boolean boolean=true seq=0 access=report\n" },
    { "an alias is read by the birth's name and type", ">>> 30b801001a73704276312e302f77617465722f4e42495254482f65646765370880bcd9f29e3412120a0562645365711880bcd9f29e342008580312290a1850726f706572746965732f4861726477617265204d616b651880bcd9f29e34200c7a044d6f7861121d0a0d50726f706572746965732f46571880bcd9f29e34200c7a03322e31121d0a0a50756d702f537065656410071880bcd9f29e34200350fbffffff0f12140a0556616c766510081880bcd9f29e34200b70011800\n>>> 302e001973704276312e302f77617465722f4e444154412f65646765370880bcd9f29e341208100750faffffff0f1801\n",
      "message_type name alias type integer seq access",
      "> 0 type=publish message_type=nbirth name=\"bdSeq\" type=uint64 name=\"Properties/Hardware Make\" type=string name=\"Properties/FW\" type=string name=\"Pump/Speed\" alias=7 type=int32 integer=-5 name=\"Valve\" alias=8 type=boolean seq=0 access=report !unintroduced_message\n"
      "> 1 type=publish message_type=ndata name=\"Pump/Speed\" alias=7 type=int32 integer=-6 seq=1 access=report !unintroduced_message\n" },
    { "a command by alias", ">>> 30b801001a73704276312e302f77617465722f4e42495254482f65646765370880bcd9f29e3412120a0562645365711880bcd9f29e342008580312290a1850726f706572746965732f4861726477617265204d616b651880bcd9f29e34200c7a044d6f7861121d0a0d50726f706572746965732f46571880bcd9f29e34200c7a03322e31121d0a0a50756d702f537065656410071880bcd9f29e34200350fbffffff0f12140a0556616c766510081880bcd9f29e34200b70011800\n<<< 3030001873704276312e302f77617465722f4e434d442f65646765370880bcd9f29e34120d10081880bcd9f29e34200b7000\n",
      "message_type name alias boolean access",
      "> 0 message_type=nbirth name=\"bdSeq\" name=\"Properties/Hardware Make\" name=\"Properties/FW\" name=\"Pump/Speed\" alias=7 name=\"Valve\" alias=8 boolean=true access=report !unintroduced_message\n"
      "< 1 message_type=ncmd name=\"Valve\" alias=8 boolean=false access=write !unintroduced_message\n" },
    { "a device is written", ">>> 3040001d73704276312e302f77617465722f44434d442f65646765372f706c63310880bcd9f29e3412180a08536574706f696e741880bcd9f29e342009650000dc41\n",
      "message_type edge_node_id device_id name real access",
      "> 0 message_type=dcmd edge_node_id=\"edge7\" device_id=\"plc1\" name=\"Setpoint\" real=27.5 access=write !unintroduced_message\n" },
    { "a node is to tell all anew", ">>> 3044001873704276312e302f77617465722f4e434d442f65646765370880bcd9f29e3412210a144e6f646520436f6e74726f6c2f526562697274681880bcd9f29e34200b7001\n",
      "message_type name access",
      "> 0 message_type=ncmd name=\"Node Control/Rebirth\" access=browse !unintroduced_message\n" },
    { "a node is restarted", ">>> 3043001873704276312e302f77617465722f4e434d442f65646765370880bcd9f29e3412200a134e6f646520436f6e74726f6c2f5265626f6f741880bcd9f29e34200b7001\n",
      "message_type name access",
      "> 0 message_type=ncmd name=\"Node Control/Reboot\" access=restart !unintroduced_message\n" },
    { "a host is there", ">>> 3025001473704276312e302f53544154452f7363616461317b226f6e6c696e65223a747275657d\n",
      "message_type host_id access",
      "> 0 message_type=state host_id=\"scada1\" access=session !unintroduced_message\n" },
    { "who asks for all of it", ">>> 820e0001000973704276312e302f2301\n<<< 9003000101\n",
      "topic access",
      "> 0 topic=\"spBv1.0/#\" access=subscribe !unintroduced_message\n" },
    { "a payload that is none", ">>> 301e001973704276312e302f77617465722f4e444154412f6564676537127f0a\n",
      "message_type access",
      "> 0 message_type=ndata access=report !unintroduced_message !sparkplug_malformed\n" },
    { "a relay says nothing of itself", "<<< 30b801001a73704276312e302f77617465722f4e42495254482f65646765370880bcd9f29e3412120a0562645365711880bcd9f29e342008580312290a1850726f706572746965732f4861726477617265204d616b651880bcd9f29e34200c7a044d6f7861121d0a0d50726f706572746965732f46571880bcd9f29e34200c7a03322e31121d0a0a50756d702f537065656410071880bcd9f29e34200350fbffffff0f12140a0556616c766510081880bcd9f29e34200b70011800\n",
      "message_type hardware_make firmware",
      "< 0 message_type=nbirth !unintroduced_message\n" },
};

static void each_exchange_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_mqtt, &cases[i]);
}

static void an_overlong_message_is_read_to_the_limit_and_passed_over(void **unused)
{
    (void)unused;
    enum { LENGTH = 100000 };       /* a0 8d 06 */
    char *text = malloc(3 * LENGTH);
    size_t n = (size_t)sprintf(text, CONNECT4 CONNACK4 ">>> 30 a0 8d 06 " TEXT("01", "t"));
    for (size_t i = 0; i < LENGTH - 3; i++)
        n += (size_t)sprintf(text + n, "41");
    sprintf(text + n, " e0 00\n");
    char *said = dissect_dialogue(&dissector_mqtt, text, 0, "type topic truncated skipped_length");
    assert_string_equal(said, "> 0 type=connect type=connack\n> 1 type=publish topic=\"t\" truncated=true skipped_length=34464\n"
                              "> 2 type=disconnect\n");
    free(said);
    free(text);
}

static void the_oldest_of_too_many_exchanges_gives_way(void **unused)
{
    (void)unused;
    char *text = malloc(64 * 1024);
    size_t n = (size_t)sprintf(text, CONNECT4 CONNACK4 ">>> ");
    for (unsigned i = 1; i <= MQTT_OPEN_MAX + 1; i++)
        n += (size_t)sprintf(text + n, "32 05 0001 74 %04x\n", i);
    char *said = dissect_dialogue(&dissector_mqtt, text, 0, "message_id");
    const char *second = strchr(said, '\n') + 1;
    assert_memory_equal(second, "> 1 message_id=1 !too_many_transactions !incomplete\n", 52);
    free(said);
    free(text);
}

#define ALL CONNECT5 CONNACK5 ">>> 34 07 " TEXT("01", "t") "0001 00 \"x\"\n<<< 50 04 0001 00 00\n>>> 62 02 0001\n<<< 70 02 0001\n" \
    ">>> 82 07 0002 00 " TEXT("01", "a") "01\n<<< 90 04 0002 00 01\n>>> a2 06 0003 00 " TEXT("01", "a") "\n<<< b0 04 0003 00 00\n" \
    ">>> c0 00\n<<< d0 00\n>>> e0 00\n"

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_mqtt, ALL);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_mqtt, ALL);
    dissect_survives_every_bit_change(&dissector_mqtt, ALL);
}

static void sparkplug_messages_say_what_they_do(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sparkplug / sizeof sparkplug[0]; i++) {
        dialogue_case_holds(&dissector_mqtt, &sparkplug[i]);
        dissect_same_for_every_cut(&dissector_mqtt, sparkplug[i].text);
        dissect_survives_every_prefix(&dissector_mqtt, sparkplug[i].text);
        dissect_survives_every_bit_change(&dissector_mqtt, sparkplug[i].text);
    }
}

static const struct {
    const char    *name, *bytes;
    enum direction dir;
    enum probe     want;
    uint16_t       port;        /* 0: 1883 */
} probes[] = {
    { "CONNECT",                   "1012 0004 4d515454 04 02 003c 0006 70756d702d31", FROM_CLIENT, PROBE_YES, 0 },
    { "CONNECT from the server",   "1012 0004 4d515454 04 02 003c 0006 70756d702d31", FROM_SERVER, PROBE_NO, 0 },
    { "CONNECT of another name",   "1012 0004 4d515455 04 02 003c 0006 70756d702d31", FROM_CLIENT, PROBE_NO, 0 },
    { "CONNECT of level 9",        "1012 0004 4d515454 09 02 003c 0006 70756d702d31", FROM_CLIENT, PROBE_NO, 0 },
    { "the beginning of CONNECT",  "1012 0004 4d51", FROM_CLIENT, PROBE_MORE, 0 },
    { "CONNACK",                   "20020000", FROM_SERVER, PROBE_MAYBE, 0 },
    { "CONNACK with flags",        "21020000", FROM_SERVER, PROBE_NO, 0 },
    { "type 0",                    "00020000", FROM_CLIENT, PROBE_NO, 0 },
    { "CONNACK on another port",   "20020000", FROM_SERVER, PROBE_MAYBE, 4712 },
    { "more than CONNACK there",   "2002000001", FROM_SERVER, PROBE_NO, 4712 },
    { "a ping there",              "c000", FROM_CLIENT, PROBE_NO, 4712 },
    { "a topic there",             "3006 0002 612f 6869", FROM_CLIENT, PROBE_MAYBE, 4712 },
    { "no topic there",            "3006 0002 0102 6869", FROM_CLIENT, PROBE_NO, 4712 },
    { "CONNECT on another port",   "1012 0004 4d515454 04 02 003c 0006 70756d702d31", FROM_CLIENT, PROBE_YES, 4712 },
    { "two packets",               "c000 e000", FROM_CLIENT, PROBE_MAYBE, 0 },
    { "a packet and nonsense",     "c000 17030300", FROM_CLIENT, PROBE_NO, 0 },
    { "a length without end",      "30ffffffff", FROM_CLIENT, PROBE_NO, 0 },
    { "text",                      "47455420", FROM_CLIENT, PROBE_NO, 0 },
};

static void the_probe_takes_what_names_itself_and_doubts_the_rest(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t bytes[64];
        struct conversation conv = { .over = OVER_TCP, .dir = probes[i].dir,
                                      .server_port = probes[i].port ? probes[i].port : 1883 };
        size_t n = unhex(probes[i].bytes, bytes, sizeof bytes);
        if (dissector_mqtt.probe(&conv, cursor_over(bytes, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_exchange_is_one_record),
        cmocka_unit_test(sparkplug_messages_say_what_they_do),
        cmocka_unit_test(an_overlong_message_is_read_to_the_limit_and_passed_over),
        cmocka_unit_test(the_oldest_of_too_many_exchanges_gives_way),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(the_probe_takes_what_names_itself_and_doubts_the_rest),
    };
    return cmocka_run_group_tests_name("mqtt", tests, NULL, NULL);
}
