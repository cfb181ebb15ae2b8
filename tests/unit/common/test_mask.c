#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/mask.h"

static const struct mask_case { const char *name, *in, *out; size_t masked; } cases[] = {
    { "nothing",                         "", "", 0 },
    { "plain words",                     "PLC 停止 stop, 10.0.0.1:102", "PLC 停止 stop, 10.0.0.1:102", 0 },
    { "a resident id",                   "身份证11010519491231002X。", "身份证110105************。", 1 },
    { "a resident id, small x",          "11010519491231002x", "110105************", 1 },
    { "a resident id in groups",         "110105 19491231 002X", "110105 ******** ****", 1 },
    { "a wrong check digit",             "110105194912310021", "110105194912310021", 0 },
    { "a day that is none",              "11010519491331002X", "11010519491331002X", 0 },
    { "a mobile number",                 "电话13812345678,", "电话138****5678,", 1 },
    { "a mobile number with the country", "+86 138-1234-5678", "+86 138-****-5678", 1 },
    { "a mobile number, 86 before",      "8613812345678", "86138****5678", 1 },
    { "twelve digits",                   "138123456789", "138123456789", 0 },
    { "a number within a word",          "a13812345678b", "a13812345678b", 0 },
    { "a card",                          "6222021234567894", "622202******7894", 1 },
    { "a card in fours",                 "4111 1111 1111 1111", "4111 11** **** 1111", 1 },
    { "a card with Luhn broken",         "4111 1111 1111 1112", "4111 1111 1111 1112", 0 },
    { "a time in microseconds",          "s-1:1795177400000000:7", "s-1:1795177400000000:7", 0 },
    { "an id of ours",                   "I-430100-20261121-7k3m9qd2", "I-430100-20261121-7k3m9qd2", 0 },
    { "a mail address",                  "from zhang.san@example.com to", "from z***@example.com to", 1 },
    { "a mail address of one letter",    "a@example.cn", "***@example.cn", 1 },
    { "no domain",                       "zhang@localhost", "zhang@localhost", 0 },
    { "an address is no domain",         "root@10.0.0.1", "root@10.0.0.1", 0 },
    { "a password in a URL",             "http://u:secret@h.example.com/", "http://u:s***@h.example.com/", 1 },
    { "a password in a form",            "user=li&password=secret&x=1", "user=li&password=***&x=1", 1 },
    { "a password in JSON",              "{\"passwd\": \"a b\"}", "{\"passwd\": \"***\"}", 1 },
    { "a password in JSON in JSON",      "{\\\"Password\\\":\\\"secret\\\"}", "{\\\"Password\\\":\\\"***\\\"}", 1 },
    { "a password in Chinese",           "口令：Abc123，密码:x。", "口令：***，密码:***。", 2 },
    { "a short password",                "pwd=x", "pwd=***", 1 },
    { "no password behind its name",     "password= pwd: password", "password= pwd: ***", 1 },
    { "a word that only names it",       "wrong password, 密码错误", "wrong password, 密码错误", 0 },
    { "a mail address as password",      "password=a@b.cn;", "password=***;", 1 },
    { "several",                         "13812345678 a.b@x.cn 6222021234567894", "138****5678 a***@x.cn 622202******7894", 3 },
    { "a mobile number as mail name",    "13812345678@139.com", "1***@139.com", 1 },
    { "two numbers beside each other",   "13812345678 13912345678", "138****5678 139****5678", 2 },
    { "ends in an @",                    "abc@", "abc@", 0 },
    { "ends in a hyphen",                "13812345678-", "138****5678-", 1 },
};

static void personal_data_is_masked_and_nothing_else(void **unused)
{
    (void)unused;
    char out[256];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t = text_over(out, sizeof out);
        size_t masked = mask_text(cases[i].in, strlen(cases[i].in), &t);
        if (strcmp(text_end(&t), cases[i].out) != 0 || masked != cases[i].masked)
            fail_msg("%s: %zu masked: %s", cases[i].name, masked, out);
    }
}

static void masking_again_changes_nothing(void **unused)
{
    (void)unused;
    char out[256];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t = text_over(out, sizeof out);
        mask_text(cases[i].out, strlen(cases[i].out), &t);
        if (strcmp(text_end(&t), cases[i].out) != 0)
            fail_msg("%s: %s", cases[i].name, out);
    }
}

static void every_cut_of_a_text_is_read_without_looking_behind_its_end(void **unused)
{
    (void)unused;
    const char *whole = "11010519491231002X 4111 1111 1111 1111 +86 138-1234-5678 zhang@example.com";
    for (size_t n = 0; n <= strlen(whole); n++) {
        char out[256];
        struct text t = text_over(out, sizeof out);
        char *exact = malloc(n ? n : 1);        /* the sanitizer watches its end */
        memcpy(exact, whole, n);
        mask_text(exact, n, &t);
        assert_false(t.cut);
        assert_true(t.len <= n + 3);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personal_data_is_masked_and_nothing_else),
        cmocka_unit_test(masking_again_changes_nothing),
        cmocka_unit_test(every_cut_of_a_text_is_read_without_looking_behind_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
