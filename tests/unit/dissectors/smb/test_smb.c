/* The messages below were put together field by field from MS-SMB2, MS-CIFS and MS-NLMP. */
#include "tests/support/dissect.h"

#include "dissectors/framing/transfer.h"
#include "dissectors/smb/smb.h"

#define NEGOTIATE2 \
    ">>> 00000068fe534d42400001000000000000000100000000000000000000000000000000000000000000000000000000000000000000000000\n" \
    "    000000000000000000000000240002000100000000000000000102030405060708090a0b0c0d0e0f000000000000000002021103\n" \
    "<<< 00000080fe534d42400001000000000000000100010000000000000000000000000000000000000000000000000000000000000000000000\n" \
    "    0000000000000000000000004100010011030000000102030405060708090a0b0c0d0e0f0000000000001000000010000000100000000000\n" \
    "    0000000000000000000000008000000000000000\n"
#define LOGON2 \
    ">>> 000000befe534d42400001000000000001000100000000000000000001000000000000000000000000000000000000000000000000000000\n" \
    "    0000000000000000000000001900000100000000000000005800660000000000000000004e544c4d53535000030000000000000048000000\n" \
    "    0400040048000000080008004c0000000a000a0054000000080008005e0000000000000066000000010000020601b11d0000000f11111111\n" \
    "    410043004d00450061006c006900630065005700530030003100\n" \
    "<<< 00000048fe534d42400001006d0000c001000100010000000000000001000000000000000000000000000000100000000000000000000000\n" \
    "    0000000000000000000000000900000048000000\n"
#define TREE2 \
    ">>> 0000005cfe534d42400001000000000003000100000000000000000002000000000000000000000000000000100000000000000000000000\n" \
    "    00000000000000000000000009000000480014005c005c007300720076005c004900500043002400\n" \
    "<<< 00000050fe534d42400001000000000003000100010000000000000002000000000000000000000005000000100000000000000000000000\n" \
    "    00000000000000000000000010000200000000000000000000000000\n"
#define CREATE2 \
    ">>> 00000084fe534d42400001000000000005000100000000000000000003000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003900000002000000000000000000000000000000000000009f01120000000000070000000100000000100000\n" \
    "    78000c000000000000000000730076006300630074006c00\n" \
    "<<< 00000098fe534d42400001000000000005000100010000000000000003000000000000000000000005000000100000000000000000000000\n" \
    "    00000000000000000000000059000000010000000000056936c0d5010000056936c0d5010000056936c0d5010000056936c0d50100000000\n" \
    "    0000000000100000000000008000000000000000111111111111111111111111111111110000000000000000\n"
#define PIPE2 \
    ">>> 000000b8fe534d42400001000000000009000100000000000000000004000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003100700048000000000000000000000011111111111111111111111111111111000000000000000000000000\n" \
    "    0000000005000b03100000004800000001000000d016d01600000000010000000000010081bb7a364498f135ad3298f03800100302000000\n" \
    "    045d888aeb1cc9119fe808002b10486002000000\n" \
    "<<< 00000050fe534d42400001000000000009000100010000000000000004000000000000000000000005000000100000000000000000000000\n" \
    "    00000000000000000000000011000000480000000000000000000000\n" \
    ">>> 00000071fe534d42400001000000000008000100000000000000000005000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003100000000040000000000000000000011111111111111111111111111111111000000000000000000000000\n" \
    "    0000000000\n" \
    "<<< 0000008cfe534d42400001000000000008000100010000000000000005000000000000000000000005000000100000000000000000000000\n" \
    "    000000000000000000000000110050003c000000000000000000000005000c03100000003c00000001000000d016d0160100000004003133\n" \
    "    350000000100000000000000045d888aeb1cc9119fe808002b10486002000000\n" \
    ">>> 00000094fe534d4240000100000000000b000100000000000000000006000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003900000017c0110011111111111111111111111111111111780000001c000000000000000000000000000000\n" \
    "    00040000010000000000000005000003100000001c000000020000000400000000000f00aabbccdd\n" \
    "<<< 0000008afe534d4240000100000000000b000100010000000000000006000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003100000017c01100111111111111111111111111111111110000000000000000700000001a00000000000000\n" \
    "    0000000005000203100000001a0000000200000002000000000000000102\n"
#define HALVES2 \
    ">>> 00000084fe534d42400001000000000009000100000000000000000007000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003100700014000000000000000000000011111111111111111111111111111111000000000000000000000000\n" \
    "    0000000005000003100000001c0000000200000004000000\n" \
    ">>> 00000078fe534d42400001000000000009000100000000000000000008000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003100700008000000000000000000000011111111111111111111111111111111000000000000000000000000\n" \
    "    0000000000000f00aabbccdd\n"
#define CLOSE2 \
    ">>> 00000058fe534d42400001000000000006000100000000000000000009000000000000000000000005000000100000000000000000000000\n" \
    "    000000000000000000000000180000000000000011111111111111111111111111111111\n" \
    "<<< 0000007cfe534d42400001000000000006000100010000000000000009000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n" \
    "    00000000000000000000000000000000\n"
#define CHAIN2 \
    ">>> 000000e0fe534d42400001000000000005000100000000008800000014000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000003900000002000000000000000000000000000000000000009f01120000000000070000000100000000100000\n" \
    "    78000a00000000000000000061002e00740078007400000000000000fe534d42400001000000000006000100040000000000000015000000\n" \
    "    0000000000000000050000001000000000000000000000000000000000000000000000001800000000000000ffffffffffffffffffffffff\n" \
    "    ffffffff\n"
#define RENAME2 \
    ">>> 0000007efe534d4240000100000000001100010000000000000000001e000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000002100010a1e000000600000000000000011111111111111111111111111111111000000000000000000000000\n" \
    "    000000000a00000062002e00740078007400\n"
#define PENDING2 \
    ">>> 00000060fe534d4240000100000000000f000100000000000000000028000000000000000000000005000000100000000000000000000000\n" \
    "    0000000000000000000000002000000040000000111111111111111111111111111111110000000000000000\n" \
    "<<< 00000049fe534d4240000100030100000f000100030000000000000028000000000000000000000005000000100000000000000000000000\n" \
    "    000000000000000000000000090000000000000000\n" \
    "<<< 00000049fe534d4240000100200100c00f000100010000000000000028000000000000000000000005000000100000000000000000000000\n" \
    "    000000000000000000000000090000000000000000\n"
#define SECRET3 \
    ">>> 00000040fd534d42000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n" \
    "    000000000000000000000000\n" \
    ">>> 00000040fd534d42000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n" \
    "    000000000000000000000000\n"
#define NEGOTIATE1 \
    ">>> 0000003aff534d4272000000001801400000000000000000000000000000070001000100001700024c4d312e325830303200024e54204c4d\n" \
    "    20302e313200\n" \
    "<<< 00000045ff534d42720000000098014000000000000000000000000000000700010001001101000000000000000000000000000000000000\n" \
    "    0000000000000000000000000000000000\n"
#define LOGON1 \
    ">>> 000000acff534d42730000000018014000000000000000000000000000000700010002000cff000000041101000000000000006600000000\n" \
    "    000000008071004e544c4d535350000300000000000000480000000400040048000000080008004c0000000a000a0054000000080008005e\n" \
    "    0000000000000066000000010000020601b11d0000000f11111111410043004d00450061006c006900630065005700530030003100556e69\n" \
    "    780053616d626100\n" \
    "<<< 00000036ff534d427300000000980140000000000000000000000000000007000100020004ff000000000000000b00556e69780053616d62\n" \
    "    6100\n"
#define TREE1 \
    ">>> 0000003bff534d427500000000180140000000000000000000000000000007000100030004ff000000000001001000005c5c7372765c4950\n" \
    "    43240049504300\n" \
    "<<< 0000002eff534d427500000000980140000000000000000000000000090007000100030003ff000000000005004950430000\n"
#define CREATE1 \
    ">>> 0000005bff534d42a200000000180140000000000000000000000000090007000100040018ff000000000700000000000000000003000000\n" \
    "    000000000000000000000000030000000100000000000000020000000008005c73766363746c00\n" \
    "<<< 00000067ff534d42a200000000980140000000000000000000000000090007000100040022ff000000000040010000000000056936c0d501\n" \
    "    0000056936c0d5010000056936c0d5010000056936c0d5018000000000000000000000004d0000000000000002000000000000\n"
#define PIPE1 \
    ">>> 0000009eff534d42250000000018014000000000000000000000000009000700010005001000004800000000040000000000000000000000\n" \
    "    005600480056000200260000405b005c504950455c0000000000000000000000000005000b03100000004800000001000000d016d0160000\n" \
    "    0000010000000000010081bb7a364498f135ad3298f03800100302000000045d888aeb1cc9119fe808002b10486002000000\n" \
    "<<< 00000074ff534d42250000000098014000000000000000000000000009000700010005000a00003c0000000000380000003c003800000000\n" \
    "    003d000005000c03100000003c00000001000000d016d0160100000004003133350000000100000000000000045d888aeb1cc9119fe80800\n" \
    "    2b10486002000000\n" \
    ">>> 00000072ff534d42250000000018014000000000000000000000000009000700010005001000001c00000000040000000000000000000000\n" \
    "    0056001c0056000200260000402f005c504950455c0000000000000000000000000005000003100000001c00000002000000040000000000\n" \
    "    0f00aabbccdd\n" \
    "<<< 00000052ff534d42250000000098014000000000000000000000000009000700010005000a00001a0000000000380000001a003800000000\n" \
    "    001b000005000203100000001a0000000200000002000000000000000102\n"
#define OVERLAP1 \
    ">>> 0000003dff534d427500000000180140000000000000000000000000000007000100060004ff000000000001001200005c5c7372765c4441\n" \
    "    5441003f3f3f3f3f00\n" \
    "<<< 0000002dff534d4275000000009801400000000000000000000000000a0007000100060003ff00000000000400413a0000\n" \
    ">>> 00000056ff534d42a2000000001801400000000000000000000000000a0007000100070018ff000000000200000000000000000003000000\n" \
    "    000000000000000000000000030000000100000000000000020000000003005c7800\n" \
    "<<< 00000067ff534d42a2000000009801400000000000000000000000000a0007000100070022ff000000000140010000000000056936c0d501\n" \
    "    0000056936c0d5010000056936c0d5010000056936c0d5018000000000000000000000004d0000000000000002000000000000\n" \
    ">>> 00000044ff534d422f000000001801400000000000000000000000000a000700010008000eff000000014000000000000000000000000000\n" \
    "    00040040000000000005000061626364\n" \
    ">>> 00000044ff534d422f000000001801400000000000000000000000000a000700010009000eff000000014002000000000000000000000000\n" \
    "    00040040000000000005000063646566\n" \
    "<<< 0000002fff534d422f000000009801400000000000000000000000000a0007000100090006ff00000004000000000000000000\n"
#define CHAIN1 \
    ">>> 0000006fff534d4273000000001801400000000000000000000000000000070001000c000d75005100041101000000000000000000000000\n" \
    "    000000000000001400626f620041434d4500556e69780053616d62610004ff0000000000000013005c5c7372765c432400000000003f3f3f\n" \
    "    3f3f00\n"

#define PIPE_FIELDS "command filename request response opnum interface stub_data"
#define ABOUT_FILE "command filename disposition access size created fuid from to"
#define OF_SVCCTL "interface=\"367abb81-9844-35f1-ad32-98f038001003\""

static const struct dialogue_case cases[] = {
    { "negotiation", NEGOTIATE2, "version dialect command client_dialects client_guid server_guid max_read_size",
      "> 0 version=2 command=SMB2_COMMAND_NEGOTIATE_PROTOCOL client_guid=\"03020100-0504-0706-0809-0a0b0c0d0e0f\" client_dialects=\"2.02\" client_dialects=\"3.11\"\n"
      "< 0 version=2 command=SMB2_COMMAND_NEGOTIATE_PROTOCOL dialect=\"3.11\" server_guid=\"03020100-0504-0706-0809-0a0b0c0d0e0f\" max_read_size=1048576\n" },
    { "logon, refused", LOGON2, "command status status_code domain user host version",
      "> 0 version=2 command=SMB2_COMMAND_SESSION_SETUP domain=\"ACME\" user=\"alice\" host=\"WS01\" version=\"6.1 build 7601 rev 15\"\n"
      "< 0 version=2 command=SMB2_COMMAND_SESSION_SETUP status=STATUS_LOGON_FAILURE status_code=\"0xc000006d\"\n" },
    { "a share of pipes", TREE2, "share named_pipe share_type tree_id",
      "> 0 tree_id=0 share=\"\\\\srv\\IPC$\"\n"
      "< 0 tree_id=5 share_type=PIPE\n" },
    { "a file is opened", CREATE2, ABOUT_FILE,
      "> 0 command=SMB2_COMMAND_CREATE filename=\"svcctl\" disposition=FILE_OPEN access=delete on close\n"
      "< 0 command=SMB2_COMMAND_CREATE filename=\"svcctl\" fuid=\"11111111111111111111111111111111\" created=1577836800000000 size=4096\n" },
    { "calls in a pipe", TREE2 CREATE2 PIPE2 CLOSE2, PIPE_FIELDS,
      "> 0 command=SMB2_COMMAND_TREE_CONNECT\n"
      "< 0 command=SMB2_COMMAND_TREE_CONNECT\n"
      "> 1 command=SMB2_COMMAND_CREATE filename=\"svcctl\"\n"
      "< 1 command=SMB2_COMMAND_CREATE filename=\"svcctl\"\n"
      "> 2 command=SMB2_COMMAND_WRITE filename=\"svcctl\" request=BIND\n"
      "< 2 command=SMB2_COMMAND_WRITE filename=\"svcctl\"\n"
      "> 3 command=SMB2_COMMAND_READ filename=\"svcctl\"\n"
      "< 3 command=SMB2_COMMAND_READ filename=\"svcctl\" response=BINDACK\n"
      "> 4 command=SMB2_COMMAND_IOCTL filename=\"svcctl\" request=REQUEST opnum=15 interface=\"367abb81-9844-35f1-ad32-98f038001003\" stub_data=aabbccdd\n"
      "< 4 command=SMB2_COMMAND_IOCTL filename=\"svcctl\" response=RESPONSE opnum=15 interface=\"367abb81-9844-35f1-ad32-98f038001003\" stub_data=0102\n"
      "> 5 command=SMB2_COMMAND_CLOSE filename=\"svcctl\"\n"
      "< 5 command=SMB2_COMMAND_CLOSE filename=\"svcctl\"\n" },
    { "a call in two halves", TREE2 CREATE2 PIPE2 HALVES2, "opnum stub_data",
      "> 0\n"
      "< 0\n"
      "> 1\n"
      "< 1\n"
      "> 2\n"
      "< 2\n"
      "> 3\n"
      "< 3\n"
      "> 4 opnum=15 stub_data=aabbccdd\n"
      "< 4 opnum=15 stub_data=0102\n"
      "> 5\n"
      "> 6 opnum=15 stub_data=aabbccdd\n" },
    { "a chain about one file", CHAIN2, "command filename id",
      "> 0 id=20 command=SMB2_COMMAND_CREATE filename=\"a.txt\"\n"
      "> 1 id=21 command=SMB2_COMMAND_CLOSE\n" },
    { "a file gets another name", CREATE2 RENAME2, "command from to",
      "> 0 command=SMB2_COMMAND_CREATE\n"
      "< 0 command=SMB2_COMMAND_CREATE\n"
      "> 1 command=SMB2_COMMAND_SET_INFO from=\"svcctl\" to=\"b.txt\"\n" },
    { "an answer that takes time is told once", PENDING2, "command status",
      "> 0 command=SMB2_COMMAND_CHANGE_NOTIFY\n"
      "< 0 command=SMB2_COMMAND_CHANGE_NOTIFY status=STATUS_CANCELLED\n" },
    { "encryption is told once", SECRET3, "encrypted",
      "> 0 encrypted=true\n" },
    { "SMB1: negotiation", NEGOTIATE1, "version command client_dialects dialect",
      "> 0 version=1 command=SMB1_COMMAND_NEGOTIATE_PROTOCOL client_dialects=\"LM1.2X002\" client_dialects=\"NT LM 0.12\"\n"
      "< 0 version=1 command=SMB1_COMMAND_NEGOTIATE_PROTOCOL dialect=\"NT LM 0.12\"\n" },
    { "SMB1: logon", LOGON1, "command status user domain host native_os native_lm",
      "> 0 command=SMB1_COMMAND_SESSION_SETUP_ANDX domain=\"ACME\" user=\"alice\" host=\"WS01\" native_os=\"Unix\" native_lm=\"Samba\"\n"
      "< 0 command=SMB1_COMMAND_SESSION_SETUP_ANDX status=STATUS_SUCCESS native_os=\"Unix\" native_lm=\"Samba\"\n" },
    { "SMB1: calls in a pipe", TREE1 CREATE1 PIPE1, "command named_pipe share service filename request response opnum interface stub_data",
      "> 0 command=SMB1_COMMAND_TREE_CONNECT_ANDX named_pipe=\"\\\\srv\\IPC$\" service=\"IPC\"\n"
      "< 0 command=SMB1_COMMAND_TREE_CONNECT_ANDX service=\"IPC\"\n"
      "> 1 command=SMB1_COMMAND_NT_CREATE_ANDX filename=\"\\svcctl\"\n"
      "< 1 command=SMB1_COMMAND_NT_CREATE_ANDX filename=\"\\svcctl\"\n"
      "> 2 command=SMB1_COMMAND_TRANS filename=\"\\svcctl\" request=BIND\n"
      "< 2 command=SMB1_COMMAND_TRANS response=BINDACK\n"
      "> 3 command=SMB1_COMMAND_TRANS filename=\"\\svcctl\" request=REQUEST opnum=15 interface=\"367abb81-9844-35f1-ad32-98f038001003\" stub_data=aabbccdd\n"
      "< 3 command=SMB1_COMMAND_TRANS response=RESPONSE opnum=15 interface=\"367abb81-9844-35f1-ad32-98f038001003\" stub_data=0102\n" },
    { "SMB1: a part is written twice", OVERLAP1, "command share filename offset length",
      "> 0 command=SMB1_COMMAND_TREE_CONNECT_ANDX share=\"\\\\srv\\DATA\"\n"
      "< 0 command=SMB1_COMMAND_TREE_CONNECT_ANDX\n"
      "> 1 command=SMB1_COMMAND_NT_CREATE_ANDX filename=\"\\x\"\n"
      "< 1 command=SMB1_COMMAND_NT_CREATE_ANDX filename=\"\\x\"\n"
      "> 2 command=SMB1_COMMAND_WRITE_ANDX filename=\"\\x\" offset=0 length=4\n"
      "> 3 command=SMB1_COMMAND_WRITE_ANDX filename=\"\\x\" offset=2 length=4 !file_overlap\n"
      "< 3 command=SMB1_COMMAND_WRITE_ANDX filename=\"\\x\" !file_overlap\n"
      "> 4 command=SMB1_COMMAND_WRITE_ANDX filename=\"\\x\" filename=\"\\x\" !incomplete\n" },
    { "SMB1: a chain of two commands", CHAIN1, "command user domain share",
      "> 0 command=SMB1_COMMAND_SESSION_SETUP_ANDX domain=\"ACME\" user=\"bob\"\n"
      "> 1 command=SMB1_COMMAND_TREE_CONNECT_ANDX share=\"\\\\srv\\C$\"\n" },
    { "a response from the client", ">>> 00000040 fe534d42 4000 0100 00000000 0d00 0100 01000000 00000000 0100000000000000 00000000 00000000 "
      "0000000000000000 00000000000000000000000000000000\n", "command",
      "> 0 command=SMB2_COMMAND_KEEPALIVE !malformed_data !response_to_server\n" },
    { "a message cut short", ">>> 00000042 fe534d42 4000 0100 00000000 0900 0100 00000000 00000000 0100000000000000 00000000 00000000 "
      "0000000000000000 00000000000000000000000000000000 3100\n", "command",
      "> 0 command=SMB2_COMMAND_WRITE !malformed_data\n" },
    { "not this protocol", ">>> 0000001c 41424344000000000000000000000000000000000000000000000000\n", NULL, "lost >\n" },
    { "after a hole the next message is found", TREE2 ">>> gap 50\n>>> 010203\n" CREATE2, "command", 
      "> 0 command=SMB2_COMMAND_TREE_CONNECT\n"
      "< 0 command=SMB2_COMMAND_TREE_CONNECT\n"
      "> 1 command=SMB2_COMMAND_CREATE\n"
      "< 1 command=SMB2_COMMAND_CREATE\n" },
};

#define HEADER2(status, command, flags, id) \
    "fe534d42 4000 0100 " status command " 0100 " flags " 00000000 " id "00000000000000 00000000 06000000 0000000000000000 " \
    "00000000000000000000000000000000 "
#define REQUEST2(command, id) HEADER2("00000000 ", command, "00000000", id)
#define RESPONSE2(command, id) HEADER2("00000000 ", command, "01000000", id)
#define FID "22222222222222222222222222222222 "
#define SHARE2 ">>> 00000048 " REQUEST2("0300", "02") "0900 0000 4800 0000\n" \
    "<<< 00000050 " RESPONSE2("0300", "02") "1000 01 00 00000000 00000000 00000000\n"
#define OPENED2(size) \
    ">>> 00000082 " REQUEST2("0500", "03") "3900 00 00 00000000 0000000000000000 0000000000000000 9f011200 00000000 07000000 01000000 00000000 " \
    "7800 0a00 00000000 00000000 61002e00650078006500\n" \
    "<<< 00000098 " RESPONSE2("0500", "03") "5900 0000 01000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 " \
    "0000000000000000 " size "00000000000000 20000000 00000000 " FID "00000000 00000000\n"
#define WRITE2(id, frame, length, offset, data) ">>> 000000" frame " " REQUEST2("0900", id) "3100 7000 " length "000000 " offset "00000000000000 " FID \
    "00000000 00000000 0000 0000 00000000 " data "\n"
#define ASK2(id, length, offset) ">>> 00000071 " REQUEST2("0800", id) "3100 0000 " length "000000 " offset "00000000000000 " FID \
    "00000000 00000000 00000000 0000 0000 00\n"
#define ANSWER2(id, frame, length, data) "<<< 000000" frame " " RESPONSE2("0800", id) "1100 50 00 " length "000000 00000000 00000000 " data "\n"
#define CLOSED2 ">>> 00000058 " REQUEST2("0600", "0a") "1800 0000 00000000 " FID "\n" \
    "<<< 0000007c " RESPONSE2("0600", "0a") "3c00 0000 00000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 " \
    "0000000000000000 0000000000000000 00000000\n"

static void messages_are_read_as_the_standards_say(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_smb, &cases[i]);
}

static void records_are_the_same_however_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_smb, NEGOTIATE2 LOGON2 TREE2 CREATE2 PIPE2 HALVES2 CLOSE2);
    dissect_same_for_every_cut(&dissector_smb, NEGOTIATE1 LOGON1 TREE1 CREATE1 PIPE1 OVERLAP1 CHAIN1);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_smb, LOGON2 TREE2 CREATE2 PIPE2 CHAIN2 RENAME2);
    dissect_survives_every_bit_change(&dissector_smb, LOGON2 TREE2 CREATE2 PIPE2 CHAIN2 RENAME2);
    dissect_survives_every_prefix(&dissector_smb, OPENED2("05") WRITE2("04", "73", "03", "00", "\"abc\"") ASK2("05", "02", "03") CLOSED2);
    dissect_survives_every_bit_change(&dissector_smb, OPENED2("05") WRITE2("04", "73", "03", "00", "\"abc\"") ASK2("05", "02", "03") CLOSED2);
    dissect_survives_every_prefix(&dissector_smb, NEGOTIATE1 LOGON1 TREE1 CREATE1 PIPE1 CHAIN1);
    dissect_survives_every_bit_change(&dissector_smb, NEGOTIATE1 LOGON1 TREE1 CREATE1 PIPE1 CHAIN1);
}

/* A read of 60000 bytes and, behind it, an echo: the bulk goes into its file as it comes. */
static void bulk_goes_into_its_file(void **unused)
{
    (void)unused;
    static const char answer[] = "<<< 0000eab0 fe534d42 4000 0100 00000000 0800 0100 01000000 00000000 0500000000000000 00000000 06000000 "
        "0000000000000000 00000000000000000000000000000000 1100 50 00 60ea0000 00000000 00000000 ";
    static const char connected[] = ">>> 00000048 fe534d42 4000 0100 00000000 0300 0100 00000000 00000000 0200000000000000 00000000 00000000 "
        "0000000000000000 00000000000000000000000000000000 0900 0000 4800 0000\n"
        "<<< 00000050 fe534d42 4000 0100 00000000 0300 0100 01000000 00000000 0200000000000000 00000000 06000000 "
        "0000000000000000 00000000000000000000000000000000 1000 01 00 00000000 00000000 00000000\n";
    static const char ask[] = ">>> 00000071 fe534d42 4000 0100 00000000 0800 0100 00000000 00000000 0500000000000000 00000000 06000000 "
        "0000000000000000 00000000000000000000000000000000 3100 0000 60ea0000 0000000000000000 22222222222222222222222222222222 "
        "00000000 00000000 00000000 0000 0000 00\n";
    static const char echo[] = "\n<<< 00000044 fe534d42 4000 0100 00000000 0d00 0100 01000000 00000000 0600000000000000 00000000 00000000 "
        "0000000000000000 00000000000000000000000000000000 0400 0000\n";
    size_t size = sizeof ask + sizeof answer + sizeof echo + sizeof connected + 2 * 60000;
    char *text = malloc(size);
    snprintf(text, size, "%s%s%s%0*d%s", connected, ask, answer, 2 * 60000, 0, echo);
    for (size_t step = 0; step < 3000; step += 1000) {
        char *said = dissect_dialogue(&dissector_smb, text, step, "command length size state");
        assert_string_equal(said, "> 0 command=SMB2_COMMAND_TREE_CONNECT\n< 0 command=SMB2_COMMAND_TREE_CONNECT\n"
                                  "> 1 command=SMB2_COMMAND_READ length=60000\n< 1 command=SMB2_COMMAND_READ length=60000\n"
                                  "< 2 command=SMB2_COMMAND_KEEPALIVE\n< 3 command=SMB2_COMMAND_READ size=60000 state=CLOSED\n");
        free(said);
    }
    free(text);
}

#define SHOWN "files filename size state gaps file_data"
#define OPENED_SAID(size) "> 0\n< 0\n> 1 filename=\"a.exe\"\n< 1 filename=\"a.exe\" size=" size "\n"
#define MOVED(dir, id) dir " " id " filename=\"a.exe\"\n"

static const struct dialogue_case contents[] = {
    { "what was written is told when it is closed",
      SHARE2 OPENED2("00") WRITE2("04", "73", "03", "00", "\"abc\"") WRITE2("05", "72", "02", "03", "\"de\"") CLOSED2, SHOWN,
      OPENED_SAID("0") MOVED(">", "2") MOVED(">", "3") MOVED(">", "4")
      "> 5 filename=\"a.exe\" files: filename=\"a.exe\" size=5 state=CLOSED gaps=false file_data=6162636465\n" MOVED("<", "4") },
    { "parts written in another order",
      SHARE2 OPENED2("00") WRITE2("04", "72", "02", "03", "\"de\"") WRITE2("05", "73", "03", "00", "\"abc\"") CLOSED2, SHOWN,
      OPENED_SAID("0") MOVED(">", "2") MOVED(">", "3") MOVED(">", "4")
      "> 5 filename=\"a.exe\" files: filename=\"a.exe\" size=5 state=CLOSED gaps=false file_data=6162636465\n" MOVED("<", "4") },
    { "a part is missing",
      SHARE2 OPENED2("00") WRITE2("04", "72", "02", "04", "\"de\"") WRITE2("05", "73", "03", "00", "\"abc\"") CLOSED2, SHOWN,
      OPENED_SAID("0") MOVED(">", "2") MOVED(">", "3") MOVED(">", "4")
      "> 5 filename=\"a.exe\" files: filename=\"a.exe\" size=3 state=TRUNCATED gaps=true file_data=616263 !incomplete\n" MOVED("<", "4") },
    { "a part is written again",
      SHARE2 OPENED2("00") WRITE2("04", "73", "03", "00", "\"abc\"") WRITE2("05", "72", "02", "01", "\"de\""), SHOWN,
      OPENED_SAID("0") MOVED(">", "2") "> 3 filename=\"a.exe\" !file_overlap\n"
      "> 4 filename=\"a.exe\" files: filename=\"a.exe\" size=3 state=TRUNCATED gaps=true file_data=616263 !incomplete\n" },
    { "what was read is told when all of it was, whatever the order",
      SHARE2 OPENED2("05") ASK2("04", "03", "00") ASK2("05", "02", "03") ANSWER2("05", "52", "02", "\"de\"") ANSWER2("04", "53", "03", "\"abc\""), SHOWN,
      OPENED_SAID("5") MOVED(">", "2") MOVED(">", "3") MOVED("<", "3") MOVED("<", "2")
      "< 4 filename=\"a.exe\" files: filename=\"a.exe\" size=5 state=CLOSED gaps=false file_data=6162636465\n" },
    { "only the beginning is read",
      SHARE2 OPENED2("05") ASK2("04", "03", "00") ANSWER2("04", "53", "03", "\"abc\"") CLOSED2, SHOWN,
      OPENED_SAID("5") MOVED(">", "2") MOVED("<", "2") MOVED(">", "3")
      "< 4 filename=\"a.exe\" files: filename=\"a.exe\" size=3 state=TRUNCATED gaps=false file_data=616263 !incomplete\n" MOVED("<", "3") },
    { "nobody saw it being opened or closed",
      SHARE2 WRITE2("05", "73", "03", "00", "\"abc\""), SHOWN,
      "> 0\n< 0\n> 1\n> 2 files: size=3 state=CLOSED gaps=false file_data=616263\n" },
};

static void contents_of_files_are_told_once(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
        dialogue_case_holds(&dissector_smb, &contents[i]);
}

/* A handle may stay open for hours: a pause is reason enough to tell what is here. */
static void an_idle_file_is_told_before_it_is_closed(void **unused)
{
    (void)unused;
    struct dissect_run run;
    struct dialogue *first = dialogue_read(SHARE2 WRITE2("05", "73", "03", "00", "\"abc\"")), *then = dialogue_read(CLOSED2);
    dissect_run_begin(&run, &dissector_smb, SHOWN);
    dialogue_play(&run, first, 0);
    run.conv.now_us += TRANSFER_IDLE_US + 1;
    dialogue_play(&run, then, 0);
    char *said = dissect_run_end(&run);
    assert_string_equal(said, "> 0\n< 0\n> 1\n> 2\n> 3 files: size=3 state=CLOSED gaps=false file_data=616263\n< 2\n");
    free(said);
    dialogue_free(first);
    dialogue_free(then);
}

static void the_probe_asks_for_the_magic_behind_a_length(void **unused)
{
    static const struct { const char *name; uint8_t bytes[8]; size_t n; enum probe want; } probes[] = {
        { "SMB1", { 0, 0, 0, 85, 0xff, 'S', 'M', 'B' }, 8, PROBE_YES },
        { "SMB2", { 0, 0, 0, 110, 0xfe, 'S', 'M', 'B' }, 8, PROBE_YES },
        { "its beginning", { 0, 0, 0, 110 }, 4, PROBE_MORE },
        { "a session request's beginning", { 0x81, 0, 0, 68, 0x20 }, 5, PROBE_MORE },
        { "a server's consent", { 0x82, 0, 0, 0 }, 4, PROBE_MAYBE },
        { "another magic", { 0, 0, 0, 110, 0xfe, 'S', 'M', 'C' }, 8, PROBE_NO },
        { "a length below any header's", { 0, 0, 0, 10, 0xff, 'S', 'M', 'B' }, 8, PROBE_NO },
        { "text", { 'G', 'E', 'T', ' ' }, 4, PROBE_NO },
    };
    struct conversation conv = { .over = OVER_TCP };
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        if (dissector_smb.probe(&conv, cursor_over(probes[i].bytes, probes[i].n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
}

static void rules_find_fields_by_suricatas_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "share", "named_pipe", "smb_named_pipe", "smb_share", "smb.ntlmssp_user", "smb.ntlmssp_domain",
                                         "dcerpc.opnum", "dcerpc.stub_data", "dce_stub_data" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (schema_find(dissector_smb.schema, names[i]) < 0)
            fail_msg("%s", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_as_the_standards_say),
        cmocka_unit_test(records_are_the_same_however_the_stream_is_cut),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(bulk_goes_into_its_file),
        cmocka_unit_test(contents_of_files_are_told_once),
        cmocka_unit_test(an_idle_file_is_told_before_it_is_closed),
        cmocka_unit_test(the_probe_asks_for_the_magic_behind_a_length),
        cmocka_unit_test(rules_find_fields_by_suricatas_names),
    };
    return cmocka_run_group_tests_name("smb", tests, NULL, NULL);
}
