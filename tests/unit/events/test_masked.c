#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/masked.h"

static const struct mask_case { const char *name, *in, *out; } cases[] = {
    { "payload", "{\"payload\":\"AAAA\",\"payload_printable\":\"x\"}",
      "{\"payload\":\"[masked: 4 bytes]\",\"payload_printable\":\"[masked: 1 bytes]\"}" },
    { "a text within", "{\"smtp\":{\"rcpt\":[\"wang@example.com\",\"10.0.0.1\"]}}",
      "{\"smtp\":{\"rcpt\":[\"w***@example.com\",\"10.0.0.1\"]}}" },
    { "identifiers stay", "{\"id\":\"13812345678\",\"alert_ids\":[\"13812345678\"],\"timestamp\":\"13812345678\"}",
      "{\"id\":\"13812345678\",\"alert_ids\":[\"13812345678\"],\"timestamp\":\"13812345678\"}" },
    { "numbers stay", "{\"flow_id\":13812345678,\"on\":true}", "{\"flow_id\":13812345678,\"on\":true}" },
    { "whom one calls", "{\"contacts\":[\"张三\",\"Li 13812345678\"]}",
      "{\"contacts\":[\"[masked: 6 bytes]\",\"[masked: 14 bytes]\"]}" },
    { "a body that is an object", "{\"http_request_body\":{\"a\":1}}", "{\"http_request_body\":\"[masked: 0 bytes]\"}" },
};

static void what_must_not_be_read_is_masked_and_the_rest_stays(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[512];
        struct fault f = { 0 };
        struct text t = text_over(out, sizeof out);
        if (event_mask_json(cases[i].in, strlen(cases[i].in), &t, &f) != 0 || strcmp(text_end(&t), cases[i].out) != 0)
            fail_msg("%s: %s %s", cases[i].name, out, f.why);
    }
}

static void a_text_full_of_mail_addresses_fits(void **unused)
{
    (void)unused;
    char in[4096] = "{\"t\":\"", out[8192];
    struct fault f = { 0 };
    for (int i = 0; i < 500; i++)
        strcat(in, "a@b.c ");
    strcat(in, "\"}");
    struct text t = text_over(out, sizeof out);
    assert_int_equal(event_mask_json(in, strlen(in), &t, &f), 0);
    assert_null(strstr(text_end(&t), "a@"));
}

static void what_cannot_be_masked_is_refused(void **unused)
{
    (void)unused;
    char out[32], deep[512] = "";
    struct fault f = { 0 };
    struct text t = text_over(out, sizeof out);
    assert_int_equal(event_mask_json("[]", 2, &t, &f), -EINVAL);
    t = text_over(out, 8);
    assert_int_equal(event_mask_json("{\"a\":\"12345678\"}", 16, &t, &f), -ENOSPC);
    strcat(deep, "{\"a\":");
    memset(deep + 5, '[', 100);
    memset(deep + 105, ']', 100);
    strcat(deep, "}");
    t = text_over(out, sizeof out);
    assert_int_equal(event_mask_json(deep, strlen(deep), &t, &f), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_must_not_be_read_is_masked_and_the_rest_stays),
        cmocka_unit_test(a_text_full_of_mail_addresses_fits),
        cmocka_unit_test(what_cannot_be_masked_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
