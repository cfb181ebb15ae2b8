#include "tests/support/dissect.h"

#include "dissectors/atg/atg.h"

#define INVENTORY ">>> 01 \"I20102\\r\\n\"\n<<< 01 \"I20102\\r\\nIN-TANK INVENTORY\\r\\n\" 03\n"
#define NAME      ">>> 01 \"123456S60201DIESEL\\r\\n\"\n<<< 01 \"S60201\\r\\nDIESEL\\r\\n\" 03\n"
#define REFUSED   ">>> 01 \"I40600\\r\\n\"\n<<< \"9999FF1B\\n\"\n"

static const struct dialogue_case cases[] = {
    { "an inventory", INVENTORY, NULL,
      "> 0 type=request function=\"I201\" access=read tank=2\n"
      "< 0 type=response function=\"I201\" access=read tank=2 response_time=1000\n" },
    { "a tank's name, with a security code that is not kept", NAME, NULL,
      "> 0 type=request function=\"S602\" access=configure tank=1 security_code_sent=true value=\"DIESEL\"\n"
      "< 0 type=response function=\"S602\" access=configure tank=1 response_time=1000\n" },
    { "a function that the console does not have", REFUSED, NULL,
      "> 0 type=request function=\"I406\" access=read tank=0\n< 0 type=response refused=true response_time=1000\n" },
    { "what a telnet client sends between", ">>> fff4 fffd06\n" INVENTORY, "function",
      "> 0 function=\"I201\"\n< 0 function=\"I201\"\n" },
    { "another answer than was asked for", ">>> 01 \"I20100\\r\\n\"\n<<< 01 \"I10100\\r\\n\"\n", "function",
      "> 0 function=\"I201\"\n< 1 function=\"I101\" !unsolicited_response\n" },
    { "after a gap", ">>> gap 9\n>>> \"100\\r\\n\"\n" INVENTORY, "function", "> 0 function=\"I201\"\n< 0 function=\"I201\"\n" },
    { "something else", ">>> 01 \"hello, world, hello\"\n", "function", "lost >\n" },
};

static void each_message_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_atg, &cases[i]);
}

static void it_does_not_matter_how_the_stream_is_cut(void **unused)
{
    (void)unused;
    dissect_same_for_every_cut(&dissector_atg, INVENTORY NAME REFUSED);
}

static void every_prefix_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_atg, INVENTORY NAME REFUSED);
}

static void every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_bit_change(&dissector_atg, INVENTORY NAME REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_gives_its_fields),
        cmocka_unit_test(it_does_not_matter_how_the_stream_is_cut),
        cmocka_unit_test(every_prefix_is_survived),
        cmocka_unit_test(every_bit_change_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
