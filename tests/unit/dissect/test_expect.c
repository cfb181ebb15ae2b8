#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dissect/expect.h"

enum { NOW = 1000 * 1000 };

static struct addr host(uint8_t last)
{
    return (struct addr){ .version = 4, .bytes = { 10, 0, 0, last } };
}

static struct flow flow_between(uint8_t client, uint8_t server, uint16_t port)
{
    return (struct flow){ .proto = IPPROTO_TCP, .client = host(client), .server = host(server), .client_port = 40000, .server_port = port };
}

static bool comes(struct expectations *x, uint8_t client, uint8_t server, uint16_t port, uint64_t now_us)
{
    struct flow f = flow_between(client, server, port);
    struct expectation e;
    return expectations_take(x, &f, now_us, &e);
}

static bool announce(struct expectations *x, enum direction listener, uint16_t port)
{
    struct flow control = flow_between(1, 2, 21);
    return expectations_add(x, &control, NOW, &(struct expectation){ .listener = listener, .port = port });
}

static void what_was_announced_comes_once(void **unused)
{
    (void)unused;
    struct expectations *x = expectations_new();
    assert_false(comes(x, 1, 2, 5000, NOW));
    assert_true(announce(x, FROM_SERVER, 5000));
    assert_false(comes(x, 3, 2, 5000, NOW));
    assert_false(comes(x, 1, 2, 5001, NOW));
    assert_true(comes(x, 1, 2, 5000, NOW));
    assert_false(comes(x, 1, 2, 5000, NOW));
    expectations_free(x);
}

static void the_client_may_listen(void **unused)
{
    (void)unused;
    struct expectations *x = expectations_new();
    assert_true(announce(x, FROM_CLIENT, 5000));
    assert_false(comes(x, 1, 2, 5000, NOW));
    assert_true(comes(x, 2, 1, 5000, NOW));
    expectations_free(x);
}

static void a_flow_seen_from_its_middle_may_be_turned(void **unused)
{
    (void)unused;
    struct expectations *x = expectations_new();
    struct flow f = flow_between(2, 1, 40000);
    struct expectation e;
    f.client_port = 5000;
    assert_true(announce(x, FROM_SERVER, 5000));
    assert_true(expectations_take(x, &f, NOW, &e));
    expectations_free(x);
}

static void after_a_minute_it_is_forgotten(void **unused)
{
    (void)unused;
    struct expectations *x = expectations_new();
    assert_true(announce(x, FROM_SERVER, 5000));
    assert_false(comes(x, 1, 2, 5000, NOW + EXPECTATION_LIFE_US));
    expectations_free(x);
}

static void the_oldest_goes_for_a_newer_one_and_that_is_said(void **unused)
{
    (void)unused;
    struct expectations *x = expectations_new();
    for (uint16_t i = 0; i < EXPECTATIONS_MAX; i++)
        assert_true(announce(x, FROM_SERVER, (uint16_t)(5000 + i)));
    assert_true(announce(x, FROM_SERVER, 5001));        /* again: takes no room */
    assert_false(announce(x, FROM_SERVER, 9000));
    assert_false(comes(x, 1, 2, 5000, NOW));
    assert_true(comes(x, 1, 2, 5001, NOW));
    assert_true(comes(x, 1, 2, 9000, NOW));
    expectations_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_announced_comes_once),
        cmocka_unit_test(the_client_may_listen),
        cmocka_unit_test(a_flow_seen_from_its_middle_may_be_turned),
        cmocka_unit_test(after_a_minute_it_is_forgotten),
        cmocka_unit_test(the_oldest_goes_for_a_newer_one_and_that_is_said),
    };
    return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
