#include "tests/support/dissect.h"

#include "dissectors/modbus/modbus.h"

#define READ_3   ">>> 0001 0000 0006 11 03 006b 0003\n"
#define ANSWER_3 "<<< 0001 0000 0009 11 03 06 022b 0000 0064\n"

static const struct dialogue_case bodies[] = {
    { "read coils", ">>> 0007 0000 0006 11 01 0013 000a\n<<< 0007 0000 0005 11 01 02 cd 01\n",
      "type function_code address quantity value response_time",
      "> 0 type=request function_code=read_coils address=19 quantity=10\n"
      "< 0 type=response function_code=read_coils address=19 quantity=10"
      " value=1 value=0 value=1 value=1 value=0 value=0 value=1 value=1 value=1 value=0 response_time=1000\n" },
    { "read holding registers", READ_3 ANSWER_3,
      "transaction_id length unit_id category access object address quantity value",
      "> 0 transaction_id=1 length=6 unit_id=17 category=public access=read object=holding_registers address=107 quantity=3\n"
      "< 0 transaction_id=1 length=9 unit_id=17 category=public access=read object=holding_registers address=107 quantity=3"
      " value=555 value=0 value=100\n" },
    { "write single coil", ">>> 0001 0000 0006 11 05 00ac ff00\n<<< 0001 0000 0006 11 05 00ac ff00\n",
      "access write_address write_quantity value",
      "> 0 access=write value=1 write_address=172 write_quantity=1\n"
      "< 0 access=write value=1 write_address=172 write_quantity=1\n" },
    { "write single coil with half a value", ">>> 0001 0000 0006 11 05 00ac 1234\n", "address",
      "> 0 address=172 !invalid_value\n" },
    { "write single register", ">>> 0001 0000 0006 11 06 0001 0003\n<<< 0001 0000 0006 11 06 0001 0004\n", "value",
      "> 0 value=3\n< 0 value=4 !value_mismatch\n" },
    { "read exception status", ">>> 0001 0000 0002 11 07\n<<< 0001 0000 0003 11 07 6d\n", "access status",
      "> 0 access=diagnose\n< 0 access=diagnose status=109\n" },
    { "diagnostics", ">>> 0001 0000 0006 11 08 0004 0000\n", "sub_function value",
      "> 0 sub_function=force_listen_only_mode value=0\n" },
    { "diagnostics, sub-function nobody knows", ">>> 0001 0000 0006 11 08 0099 0000\n", "sub_function",
      "> 0 sub_function=153 !invalid_value\n" },
    { "event log", ">>> 0001 0000 0002 11 0c\n<<< 0001 0000 000b 11 0c 08 0000 0108 0121 20 00\n",
      "status event_count message_count events",
      "> 0\n< 0 status=0 event_count=264 message_count=289 events=2000\n" },
    { "write multiple coils", ">>> 0001 0000 0009 11 0f 0013 000a 02 cd01\n<<< 0001 0000 0006 11 0f 0013 000a\n",
      "write_address write_quantity value",
      "> 0 write_address=19 write_quantity=10"
      " value=1 value=0 value=1 value=1 value=0 value=0 value=1 value=1 value=1 value=0\n"
      "< 0 write_address=19 write_quantity=10\n" },
    { "write multiple registers, another quantity answered",
      ">>> 0001 0000 000b 11 10 0001 0002 04 000a 0102\n<<< 0001 0000 0006 11 10 0001 0001\n",
      "write_address write_quantity value",
      "> 0 write_address=1 write_quantity=2 value=10 value=258\n< 0 write_address=1 write_quantity=1 !value_mismatch\n" },
    { "report server id", "<<< 0001 0000 0005 11 11 02 0cff\n", "server_id type",
      "< 0 type=response server_id=0cff !unsolicited_response\n" },
    { "read file record", ">>> 0001 0000 0011 11 14 0e 06 0004 0001 0002 06 0003 0009 0002\n"
                          "<<< 0001 0000 000f 11 14 0c 05 06 0dfe 0020 05 06 33cd 0040\n",
      "file_records file_number record_number record_length record_data",
      "> 0 file_records: file_number=4 record_number=1 record_length=2 file_records: file_number=3 record_number=9 record_length=2\n"
      "< 0 file_records: record_data=0dfe0020 file_records: record_data=33cd0040\n" },
    { "write file record", ">>> 0001 0000 0010 11 15 0d 06 0004 0007 0003 06af 04be 100d\n",
      "object file_number record_number record_length record_data",
      "> 0 object=files file_number=4 record_number=7 record_length=3 record_data=06af04be100d\n" },
    { "mask write register", ">>> 0001 0000 0008 11 16 0004 00f2 0025\n<<< 0001 0000 0008 11 16 0004 00f2 0025\n",
      "address and_mask or_mask",
      "> 0 address=4 and_mask=242 or_mask=37\n< 0 address=4 and_mask=242 or_mask=37\n" },
    { "read and write", ">>> 0001 0000 000d 11 17 0003 0006 000e 0001 02 00ff\n"
                        "<<< 0001 0000 000f 11 17 0c 00fe 0acd 0001 0003 000d 00ff\n",
      "access address quantity write_address write_quantity value",
      "> 0 access=write address=3 quantity=6 write_address=14 write_quantity=1 value=255\n"
      "< 0 access=write address=3 quantity=6 value=254 value=2765 value=1 value=3 value=13 value=255"
      " write_address=14 write_quantity=1\n" },
    { "read FIFO queue", ">>> 0001 0000 0004 11 18 04de\n<<< 0001 0000 000a 11 18 0006 0002 01b8 1284\n",
      "address quantity value",
      "> 0 address=1246\n< 0 address=1246 quantity=2 value=440 value=4740\n" },
    { "device identification", ">>> 0001 0000 0005 11 2b 0e 01 00\n"
                               "<<< 0001 0000 0012 11 2b 0e 01 01 00 00 02 00 03 \"ABC\" 01 03 \"P-7\"\n",
      "access mei_type device_id_code conformity_level more_follows object_id objects id text",
      "> 0 access=identify mei_type=read_device_identification device_id_code=basic object_id=vendor_name\n"
      "< 0 access=identify mei_type=read_device_identification device_id_code=basic conformity_level=1 more_follows=false"
      " object_id=vendor_name objects: id=vendor_name text=\"ABC\" objects: id=product_code text=\"P-7\"\n" },
    { "a bus inside", ">>> 0001 0000 0005 11 2b 0d aabb\n", "access data", "> 0 access=tunnel data=aabb\n" },
    { "a maker's own protocol", ">>> 0001 0000 0004 11 5a 0002\n", "function_code category access data",
      "> 0 function_code=umas category=reserved access=identify\n" },
    { "a user's function code", ">>> 0001 0000 0003 11 41 07\n", "function_code category data",
      "> 0 function_code=65 category=user_defined data=07\n" },
    { "a code nobody assigned", ">>> 0001 0000 0003 11 31 07\n", "function_code category",
      "> 0 function_code=49 category=unassigned !invalid_function_code\n" },
    { "an exception", READ_3 "<<< 0001 0000 0003 11 83 02\n", "type function_code exception_code address quantity",
      "> 0 type=request function_code=read_holding_registers address=107 quantity=3\n"
      "< 0 type=exception function_code=read_holding_registers exception_code=illegal_data_address address=107 quantity=3\n" },
    { "an exception nobody knows", READ_3 "<<< 0001 0000 0003 11 83 63\n", "exception_code",
      "> 0\n< 0 exception_code=99 !invalid_exception_code\n" },
};

static const struct dialogue_case dialogues[] = {
    { "two in one segment", ">>> 0001 0000 0006 11 03 006b 0003 0002 0000 0002 11 07\n", "function_code",
      "> 0 function_code=read_holding_registers\n> 1 function_code=read_exception_status\n" },
    { "answers in another order", READ_3 ">>> 0002 0000 0006 11 03 0000 0001\n"
                                  "<<< 0002 0000 0005 11 03 02 0001\n" ANSWER_3, "transaction_id address",
      "> 0 transaction_id=1 address=107\n> 1 transaction_id=2 address=0\n"
      "< 1 transaction_id=2 address=0\n< 0 transaction_id=1 address=107\n" },
    { "one identifier for all requests", READ_3 ">>> 0001 0000 0006 11 01 0000 0001\n<<< 0001 0000 0004 11 01 01 01\n",
      "function_code address",
      "> 0 function_code=read_holding_registers address=107\n"
      "> 1 function_code=read_coils address=0 !transaction_reused\n< 1 function_code=read_coils address=0\n" },
    { "an answer to another question", READ_3 "<<< 0001 0000 0003 11 07 6d\n", "status",
      "> 0\n< 0 status=109 !value_mismatch\n" },
    { "an answer to nothing", ANSWER_3, "value", "< 0 value=555 value=0 value=100 !unsolicited_response\n" },
    { "fewer registers than asked", READ_3 "<<< 0001 0000 0005 11 03 02 0001\n", "value", "> 0\n< 0 value=1 !invalid_length\n" },
    { "a quantity of none", ">>> 0001 0000 0006 11 03 0000 0000\n", "quantity", "> 0 quantity=0 !invalid_value\n" },
    { "a quantity over the most", ">>> 0001 0000 0006 11 03 0000 007e\n", "quantity", "> 0 quantity=126 !invalid_value\n" },
    { "a range over the end", ">>> 0001 0000 0006 11 03 ffff 0002\n", "address", "> 0 address=65535 !invalid_value\n" },
    { "a body that is cut", ">>> 0001 0000 0004 11 03 006b\n", "function_code address",
      "> 0 function_code=read_holding_registers !invalid_length\n" },
    { "a body with a tail", ">>> 0001 0000 0007 11 03 006b 0003 ee\n", "address data",
      "> 0 address=107 data=ee !invalid_length\n" },
    { "length under the minimum", READ_3 ">>> 0001 0000 0001 11 03\n", "length",
      "> 0 length=6\n> 1 length=1 !invalid_length\nlost >\n" },
    { "length over the maximum", ">>> 0001 0000 00ff 11 03\n" READ_3, "length", "> 0 length=255 !invalid_length\nlost >\n" },
    { "another protocol's ADU is stepped over", ">>> 0001 0001 0003 11 03 00\n" READ_3, "protocol_id function_code",
      "> 0 protocol_id=1 !invalid_protocol_id\n> 1 function_code=read_holding_registers\n" },
    { "a server that calls out", ">>> 0001 0000 0003 11 83 02\n<<< 0001 0000 0006 11 03 006b 0003\n" ">>> 0001 0000 0009 11 03 06 022b 0000 0064\n",
      "type address",
      "> 0 type=exception !unsolicited_response\n< 1 type=request address=107\n> 1 type=response address=107\n" },
    { "a gap, then the middle of an answer", READ_3 "<<< gap 5\n<<< 8000 0000 64\n" ANSWER_3, "type value",
      "> 0 type=request\n< 0 type=response value=555 value=0 value=100\n" },
};

/* The same PDUs as a serial line has them, and UMAS within Modbus/TCP. */
#define RTU_READ ">>> 1103 006b 0003 7687\n"
#define RTU_VALUES "<<< 1103 0600 0100 0201 2c70 f8\n"
#define RTU_REFUSED "<<< 1183 02c1 34\n"
#define RTU_WRITE ">>> 1106 0005 04d2 19c6\n"
#define RTU_ECHO "<<< 1106 0005 04d2 19c6\n"
#define RTU_OWN ">>> 1141 0102 03dc 9e\n"
#define RTU_IDENTIFY ">>> 112b 0e01 00b1 b4\n"
#define RTU_IDENTITY "<<< 112b 0e01 8100 0003 0005 4472 696c 6c01 0552 5455 2d37 0203 322e 314f 88\n"
#define RTU_NOISE ">>> 11ff 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 " \
    "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 " \
    "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 " \
    "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 " \
    "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 " \
    "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000\n"
#define UMAS_ID ">>> 0001 0000 0004 005a 0002\n"
#define UMAS_ID_IS "<<< 0001 0000 0023 005a 00fe 1000 5a01 0000 0070 0200 0001 0002 0003 0000 0000 0000 0844 5249 4c4c 2031 30\n"
#define UMAS_PROJECT ">>> 0002 0000 0005 005a 0003 00\n"
#define UMAS_PROJECT_IS "<<< 0002 0000 0031 005a 00fe 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 " \
    "0000 0650 6c61 6e74 00\n"
#define UMAS_TAKE ">>> 0003 0000 000f 005a 0010 0102 0000 0644 5249 4c4c 31\n"
#define UMAS_TAKEN "<<< 0003 0000 0005 005a 00fe 21\n"
#define UMAS_STOP ">>> 0004 0000 0006 005a 2141 ff00\n"
#define UMAS_NO "<<< 0004 0000 0005 005a 21fd 05\n"
#define UMAS_MEMORY ">>> 0005 0000 000d 005a 0020 0013 0064 0000 009c 00\n"
#define UMAS_UPLOAD ">>> 0006 0000 000f 005a 2131 0001 0000 0000 0000 0000 00\n"

static const struct dialogue_case serial[] = {
    { "read, answered, refused", RTU_READ RTU_VALUES RTU_READ RTU_REFUSED, NULL,
      "> 0 rtu=true unit_id=17 type=request function_code=read_holding_registers category=public access=read object=holding_registers address=107 quantity=3\n"
      "< 0 rtu=true unit_id=17 type=response function_code=read_holding_registers category=public access=read object=holding_registers address=107 quantity=3 value=1 value=2 value=300 response_time=1000\n"
      "> 1 rtu=true unit_id=17 type=request function_code=read_holding_registers category=public access=read object=holding_registers address=107 quantity=3\n"
      "< 1 rtu=true unit_id=17 type=exception function_code=read_holding_registers category=public access=read object=holding_registers exception_code=illegal_data_address address=107 quantity=3 response_time=1000\n" },
    { "a write and its echo", RTU_WRITE RTU_ECHO, "rtu unit_id type function_code access write_address value response_time",
      "> 0 rtu=true unit_id=17 type=request function_code=write_single_register access=write value=1234 write_address=5\n"
      "< 0 rtu=true unit_id=17 type=response function_code=write_single_register access=write value=1234 write_address=5 response_time=1000\n" },
    { "a request without an answer", RTU_READ RTU_WRITE RTU_ECHO, "type function_code",
      "> 0 type=request function_code=read_holding_registers\n"
      "> 1 type=request function_code=write_single_register\n"
      "< 1 type=response function_code=write_single_register\n" },
    { "a function of the user's", RTU_READ RTU_OWN, "function_code category data",
      "> 0 function_code=read_holding_registers category=public\n"
      "> 1 function_code=65 category=user_defined data=010203\n" },
    { "device identification", RTU_IDENTIFY RTU_IDENTITY, "function_code vendor product revision",
      "> 0 function_code=encapsulated_interface_transport\n"
      "< 0 function_code=encapsulated_interface_transport vendor=\"Drill\" product=\"RTU-7\" revision=\"2.1\"\n" },
    { "noise, and the way back", RTU_READ RTU_NOISE RTU_WRITE, "type function_code",
      "> 0 type=request function_code=read_holding_registers\n"
      "> 1 !invalid_crc\n"
      "> 2 type=request function_code=write_single_register\n" },
    { "the way back after a gap", RTU_READ ">>> gap 5\n>>> 6b00 03\n" RTU_WRITE RTU_READ, "type function_code",
      "> 0 type=request function_code=read_holding_registers\n"
      "> 1 type=request function_code=write_single_register\n"
      "> 2 type=request function_code=read_holding_registers\n" },
};

static const struct dialogue_case umas[] = {
    { "who the controller is", UMAS_ID UMAS_ID_IS, "umas_session umas_function umas_status access product revision",
      "> 0 access=identify umas_session=0 umas_function=read_id\n"
      "< 0 access=identify umas_session=0 umas_function=read_id umas_status=ok revision=\"2.70\" product=\"DRILL 10\"\n" },
    { "the project", UMAS_PROJECT UMAS_PROJECT_IS, "umas_function umas_status access umas_project",
      "> 0 access=identify umas_function=read_project_info\n"
      "< 0 access=identify umas_function=read_project_info umas_status=ok umas_project=\"Plant\"\n" },
    { "reserved, stopped, refused", UMAS_TAKE UMAS_TAKEN UMAS_STOP UMAS_NO, "umas_function umas_session umas_status access umas_owner data",
      "> 0 access=authenticate umas_session=0 umas_function=take_plc_reservation umas_owner=\"DRILL1\" data=01020000064452494c4c31\n"
      "< 0 access=authenticate umas_session=0 umas_function=take_plc_reservation umas_status=ok data=21\n"
      "> 1 access=stop umas_session=33 umas_function=stop_plc data=ff00\n"
      "< 1 access=stop umas_session=33 umas_function=stop_plc umas_status=error data=05\n" },
    { "memory read", UMAS_MEMORY, "umas_function access umas_block umas_offset umas_count",
      "> 0 access=read umas_function=read_memory_block umas_block=19 umas_offset=100 umas_count=156\n" },
    { "logic into the controller", UMAS_UPLOAD, "umas_function access",
      "> 0 access=program umas_function=upload_block\n" },
    { "an answer to what was not seen", UMAS_TAKEN, "umas_function umas_status access",
      "< 0 access=other umas_status=ok !unsolicited_response\n" },
};

static void each_function_code_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        dialogue_case_holds(&dissector_modbus, &bodies[i]);
}

static void requests_and_responses_are_held_against_each_other(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
        dialogue_case_holds(&dissector_modbus, &dialogues[i]);
}

static void the_cut_of_the_stream_does_not_matter(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        dissect_same_for_every_cut(&dissector_modbus, bodies[i].text);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        dissect_survives_every_prefix(&dissector_modbus, bodies[i].text);
}

static void every_single_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        dissect_survives_every_bit_change(&dissector_modbus, bodies[i].text);
}

static void hundreds_of_requests_without_an_answer_are_a_flood(void **unused)
{
    (void)unused;
    struct dissect_run run;
    const uint8_t request[] = { 0, 1, 0, 0, 0, 2, 17, 7 };
    dissect_run_begin(&run, &dissector_modbus, "");
    for (unsigned i = 0; i < 600; i++)
        dissect_run_bytes(&run, FROM_CLIENT, request, sizeof request);
    char *said = dissect_run_end(&run);
    assert_non_null(strstr(said, "> 499 !flooded !transaction_reused\n"));
    assert_null(strstr(strstr(said, "!flooded") + 1, "!flooded"));
    free(said);
}

static const struct probe_case {
    const char       *name;
    const char       *wire;
    enum direction    dir;
    enum dissect_over over;
    enum probe        want;
} probes[] = {
    { "a request",                     "0001 0000 0006 11 03 006b 0003",     FROM_CLIENT, OVER_TCP, PROBE_YES },
    { "a response",                    "0001 0000 0005 11 03 02 0001",       FROM_SERVER, OVER_TCP, PROBE_YES },
    { "an exception",                  "0001 0000 0003 11 83 02",            FROM_SERVER, OVER_TCP, PROBE_YES },
    { "a maker's code",                "0001 0000 0004 11 5a 0002",          FROM_CLIENT, OVER_TCP, PROBE_MAYBE },
    { "a request in a datagram",       "0001 0000 0006 11 03 006b 0003",     FROM_CLIENT, OVER_UDP, PROBE_MAYBE },
    { "half a request",                "0001 0000 0006 11",                  FROM_CLIENT, OVER_TCP, PROBE_MORE },
    { "three bytes",                   "0001 00",                            FROM_CLIENT, OVER_TCP, PROBE_MORE },
    { "a length that cannot be",       "0001 0000 0001 11 03",               FROM_CLIENT, OVER_TCP, PROBE_NO },
    { "a header of HART-IP",           "0100 0000 0002 000d",                FROM_CLIENT, OVER_TCP, PROBE_NO },
    { "an ADU, then no header",        "0001 0000 0006 11 03 006b 0003 000006000002", FROM_CLIENT, OVER_TCP, PROBE_NO },
    { "a fuzzer's function code zero", "0001 0000 0006 01 00 00000000",      FROM_CLIENT, OVER_TCP, PROBE_MAYBE },
    { "a TLS hello",                   "1603 0100 8501 0000 8103 0373 6ff8", FROM_CLIENT, OVER_TCP, PROBE_NO },
};

static void a_probe_believes_the_form_and_not_the_port(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t wire[64];
        struct conversation conv = { .dir = probes[i].dir, .over = probes[i].over };
        size_t n = unhex(probes[i].wire, wire, sizeof wire);
        enum probe got = dissector_modbus.probe(&conv, cursor_over(wire, n));
        if (got != probes[i].want)
            fail_msg("%s: %d", probes[i].name, (int)got);
    }
}

static void a_serial_frame_ends_where_its_function_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof serial / sizeof serial[0]; i++)
        dialogue_case_holds(&dissector_modbus, &serial[i]);
}

static void serial_frames_survive_cuts_prefixes_and_bit_changes(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_modbus, RTU_READ RTU_VALUES RTU_WRITE RTU_ECHO RTU_IDENTIFY RTU_IDENTITY);
    dissect_survives_every_prefix(&dissector_modbus, RTU_READ RTU_VALUES RTU_WRITE RTU_ECHO RTU_IDENTIFY RTU_IDENTITY RTU_OWN);
    dissect_survives_every_bit_change(&dissector_modbus, RTU_READ RTU_VALUES RTU_WRITE RTU_ECHO RTU_IDENTIFY RTU_IDENTITY RTU_OWN);
}

static void umas_says_what_is_asked_of_the_controller(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof umas / sizeof umas[0]; i++)
        dialogue_case_holds(&dissector_modbus, &umas[i]);
    dissect_survives_every_prefix(&dissector_modbus, UMAS_ID UMAS_ID_IS UMAS_PROJECT UMAS_PROJECT_IS UMAS_TAKE UMAS_TAKEN UMAS_MEMORY);
    dissect_survives_every_bit_change(&dissector_modbus, UMAS_ID UMAS_ID_IS UMAS_PROJECT UMAS_PROJECT_IS UMAS_TAKE UMAS_TAKEN UMAS_MEMORY);
}

static void a_serial_frame_is_known_by_form_and_crc(void **unused)
{
    (void)unused;
    static const struct { const char *name, *bytes; enum direction dir; enum probe want; } each[] = {
        { "a request", RTU_READ, FROM_CLIENT, PROBE_YES },
        { "a response", RTU_VALUES, FROM_SERVER, PROBE_YES },
        { "a refusal", RTU_REFUSED, FROM_SERVER, PROBE_YES },
        { "a wrong CRC", ">>> 1103 006b 0003 7688", FROM_CLIENT, PROBE_NO },
        { "its beginning", ">>> 1103 00", FROM_CLIENT, PROBE_MORE },
        { "a user's function", RTU_OWN, FROM_CLIENT, PROBE_NO },
        { "an address that is none", ">>> f803 0001", FROM_CLIENT, PROBE_NO },
    };
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        struct conversation conv = { .over = OVER_TCP, .dir = each[i].dir };
        struct dialogue *d = dialogue_read(each[i].bytes);
        if (dissector_modbus.probe(&conv, cursor_over(d->bytes, d->len)) != each[i].want)
            fail_msg("%s", each[i].name);
        dialogue_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_frame_ends_where_its_function_says),
        cmocka_unit_test(serial_frames_survive_cuts_prefixes_and_bit_changes),
        cmocka_unit_test(a_serial_frame_is_known_by_form_and_crc),
        cmocka_unit_test(umas_says_what_is_asked_of_the_controller),
        cmocka_unit_test(each_function_code_gives_its_fields),
        cmocka_unit_test(requests_and_responses_are_held_against_each_other),
        cmocka_unit_test(the_cut_of_the_stream_does_not_matter),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_single_bit_change_is_survived),
        cmocka_unit_test(hundreds_of_requests_without_an_answer_are_a_flood),
        cmocka_unit_test(a_probe_believes_the_form_and_not_the_port),
    };
    return cmocka_run_group_tests_name("modbus", tests, NULL, NULL);
}
