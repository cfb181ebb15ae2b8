#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "emit/community.h"

/* From the specification's baseline (seed 0, base64), and pairs that must agree. */
static const struct known { const char *name, *src; uint16_t src_port; const char *dest; uint16_t dest_port; uint8_t proto; const char *want; } known[] = {
    { "TCP",       "128.232.110.120", 34855, "66.35.250.204",  80,    6,   "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
    { "UDP",       "192.168.1.52",    54585, "8.8.8.8",        53,    17,  "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
    { "SCTP",      "192.168.170.8",   7,     "192.168.170.56", 7,     132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
    { "ICMP echo", "192.168.0.89",    0,     "192.168.0.1",    0,     1,   "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
};

static void end(struct endpoint *e, const char *address, uint16_t port)
{
    *e = (struct endpoint){ .port = port };
    assert_int_equal(addr_parse(address, &e->addr), 0);
}

static void the_specifications_own_examples_hold(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct endpoint a, b;
        char id[COMMUNITY_ID_MAX];
        end(&a, known[i].src, known[i].src_port);
        end(&b, known[i].dest, known[i].dest_port);
        community_id(&a, &b, known[i].proto, id);
        if (strcmp(id, known[i].want) != 0)
            fail_msg("%s: %s", known[i].name, id);
    }
}

static void both_directions_have_one_id(void **unused)
{
    (void)unused;
    static const struct { const char *a; uint16_t pa; const char *b; uint16_t pb; uint8_t proto; } pairs[] = {
        { "10.0.0.1", 1, "10.0.0.2", 2, 6 }, { "10.0.0.1", 1, "10.0.0.1", 2, 17 }, { "2001:db8::1", 5, "2001:db8::2", 4, 6 },
        { "10.0.0.1", 0, "10.0.0.2", 0, 47 },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct endpoint a, b;
        char there[COMMUNITY_ID_MAX], back[COMMUNITY_ID_MAX];
        end(&a, pairs[i].a, pairs[i].pa);
        end(&b, pairs[i].b, pairs[i].pb);
        community_id(&a, &b, pairs[i].proto, there);
        community_id(&b, &a, pairs[i].proto, back);
        assert_string_equal(there, back);
        assert_int_equal(strlen(there), 30);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_specifications_own_examples_hold),
        cmocka_unit_test(both_directions_have_one_id),
    };
    return cmocka_run_group_tests_name("community", tests, NULL, NULL);
}
