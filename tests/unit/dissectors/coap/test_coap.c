#include "tests/support/dissect.h"

#include "dissectors/coap/coap.h"

#define GET ">>> 4201 1234 aabb b4 \"temp\" 41 \"x\"\n"

static const struct dialogue_case cases[] = {
    { "a value is asked for", GET "<<< 6245 1234 aabb c0 ff \"22.5\"\n", "type code uri_path uri_query content_format payload access",
      "> 0 type=confirmable code=get uri_path=\"temp\" uri_query=\"x\" access=read\n"
      "< 0 type=acknowledgement code=content content_format=text payload=\"22.5\" access=read\n" },
    { "a value is set, refused", ">>> 4103 0001 01 b5 \"valve\" ff \"1\"\n<<< 6183 0001 01\n", "code uri_path payload access",
      "> 0 code=put uri_path=\"valve\" payload=\"1\" access=write\n< 0 code=forbidden access=write\n" },
    { "an observation", ">>> 4101 0001 01 60 54 \"temp\"\n<<< 6145 0001 01 61 05 ff \"1\"\n<<< 5145 0002 01 61 06 ff \"2\"\n",
      "observe code payload access",
      "> 0 code=get observe=0 access=subscribe\n< 0 code=content observe=5 payload=\"1\" access=report\n"
      "< 0 code=content observe=6 payload=\"2\" access=report\n" },
    { "an acknowledgement first", GET "<<< 6000 1234\n<<< 4245 0009 aabb ff \"7\"\n", "type code payload",
      "> 0 type=confirmable code=get\n< 0 type=acknowledgement code=empty\n< 0 type=confirmable code=content payload=\"7\"\n" },
    { "a long option", ">>> 4001 0001 bd05 \"well-known-and-on!\"\n", "uri_path", "> 0 uri_path=\"well-known-and-on!\"\n" },
    { "an option that runs past the end", ">>> 4001 0001 b9 \"temp\"\n", "code", "> 0 code=get !invalid_option\n" },
};

static void requests_and_responses_are_paired(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_coap, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dissect_survives_every_prefix(&dissector_coap, cases[i].text);
        dissect_survives_every_bit_change(&dissector_coap, cases[i].text);
    }
}

static const struct first_bytes probes[] = {
    { "a request",                     "42011234aabbb474656d70", PROBE_MAYBE },
    { "an option nobody knows",        "42011234aabb2474656d70", PROBE_NO },
    { "a version that is none",        "82011234aabbb474656d70", PROBE_NO },
    { "a code that is none",           "42e11234aabbb474656d70", PROBE_NO },
    { "a payload's mark and no more",  "42011234aabbff", PROBE_NO },
};

static void a_probe_reads_all_options(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        dissect_probe_holds(&dissector_coap, OVER_UDP, &probes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_responses_are_paired),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
        cmocka_unit_test(a_probe_reads_all_options),
    };
    return cmocka_run_group_tests_name("coap", tests, NULL, NULL);
}
