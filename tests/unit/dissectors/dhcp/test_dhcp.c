#include "dissectors/dhcp/dhcp.h"
#include "tests/support/dissect.h"

#define Z16 "00000000000000000000000000000000 "
#define Z64 Z16 Z16 Z16 Z16
#define HEAD(op, yours) op " 01 06 00 deadbeef 0000 0000 00000000 " yours " 00000000 00000000 000c29aabbcc 00000000000000000000 " \
    Z64 Z64 Z64 "63825363 "
#define DISCOVER ">>> " HEAD("01", "00000000") "350101 3d07 01 000c29aabbcc 0c02 \"pc\" 3703 010306 3c04 \"MSFT\" 3204 c0a80064 00 ff\n"
#define ACK "<<< " HEAD("02", "c0a80064") "350105 3604 c0a80001 3304 00000e10 3a04 00000708 3b04 00000c4e 0104 ffffff00 0308 c0a80001 c0a80002 " \
    "0604 08080808 0f03 \"lan\" ff\n"

static const struct dialogue_case cases[] = {
    { "a discovery", DISCOVER, NULL, "> 0 type=request hops=0 id=3735928559 secs=0 client_ip=0.0.0.0 assigned_ip=0.0.0.0 next_server_ip=0.0.0.0 "
      "relay_ip=0.0.0.0 client_mac=\"00:0c:29:aa:bb:cc\" dhcp_type=discover client_id=\"00:0c:29:aa:bb:cc\" "
      "hostname=\"pc\" params=subnet_mask params=router params=dns_server vendor_class=\"MSFT\" "
      "requested_ip=192.168.0.100\n" },
    { "an address given", ACK, NULL, "< 0 type=reply hops=0 id=3735928559 secs=0 client_ip=0.0.0.0 assigned_ip=192.168.0.100 next_server_ip=0.0.0.0 "
      "relay_ip=0.0.0.0 client_mac=\"00:0c:29:aa:bb:cc\" dhcp_type=ack server_id=192.168.0.1 lease_time=3600 "
      "renewal_time=1800 rebinding_time=3150 subnet_mask=255.255.255.0 routers=192.168.0.1 routers=192.168.0.2 "
      "dns_servers=8.8.8.8 domain=\"lan\"\n" },
    { "no end", ">>> " HEAD("01", "00000000") "350101", "dhcp_type", "> 0 dhcp_type=discover !truncated_options\n" },
    { "an option that reaches too far", ">>> " HEAD("01", "00000000") "350101 0c7f \"pc\"", "dhcp_type hostname", "> 0 dhcp_type=discover !truncated_options\n" },
    { "lengths that cannot be", ">>> " HEAD("01", "00000000") "3503010203 3302 0e10 3d01 01 0103 ffffff ff", "dhcp_type lease_time subnet_mask", "> 0 dhcp_type=discover !malformed_options\n" },
    { "cut before the cookie", ">>> 01 01 06 00 deadbeef", NULL, "" },
};

static void each_message_is_one_record(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_dhcp, &cases[i]);
}

static void no_cut_and_no_flipped_bit_leads_outside_the_input(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_dhcp, DISCOVER ACK);
    dissect_survives_every_bit_change(&dissector_dhcp, DISCOVER ACK);
}

static const struct { const char *name, *bytes; enum direction dir; enum probe want; } probes[] = {
    { "with its cookie", HEAD("01", "00000000") "ff", FROM_CLIENT, PROBE_YES },
    { "operation 3", HEAD("03", "00000000") "ff", FROM_CLIENT, PROBE_NO },
    { "BOOTP", "01010600 deadbeef 00000000 00000000 00000000 00000000 00000000 " Z16 Z64 Z64 Z64 "00000000", FROM_CLIENT, PROBE_NO },
    { "too short", "01010600", FROM_CLIENT, PROBE_NO },
};

static void the_probe_believes_the_form(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t bytes[512];
        struct conversation conv = { .over = OVER_UDP, .dir = probes[i].dir };
        size_t n = unhex(probes[i].bytes, bytes, sizeof bytes);
        if (dissector_dhcp.probe(&conv, cursor_over(bytes, n)) != probes[i].want)
            fail_msg("%s", probes[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_is_one_record),
        cmocka_unit_test(no_cut_and_no_flipped_bit_leads_outside_the_input),
        cmocka_unit_test(the_probe_believes_the_form),
    };
    return cmocka_run_group_tests_name("dhcp", tests, NULL, NULL);
}
