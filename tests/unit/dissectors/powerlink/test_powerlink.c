#include "tests/support/dissect.h"

#include "dissectors/powerlink/powerlink.h"

#define POLL    ">>> 03 01 f0 00 0001 00 00 0200 aabb\n"
#define ANSWER  "<<< 04 ff 01 fd 0001 00 00 0200 ccdd\n"
#define ASYNC   ">>> 05 ff f0 fd 0000 01 02 20 000000\n"
#define RESET   ">>> 06 01 f0 04 28 00 0000\n"

static const struct dialogue_case cases[] = {
    { "a node is polled and answers", POLL ANSWER, NULL,
      "> 0 type=poll_request destination=1 source=240 size=2 pdo=aabb access=write\n"
      "< 0 type=poll_response destination=255 source=1 nmt_state=operational size=2 pdo=ccdd access=report\n" },
    { "the asynchronous phase", ASYNC, NULL,
      "> 0 type=start_of_asynchronous destination=255 source=240 nmt_state=operational requested_service=ident requested_node=2 access=session\n" },
    { "a node is told to reset", RESET, NULL, "> 0 type=asynchronous_send destination=1 source=240 service=nmt_command nmt_command=reset_node access=restart\n" },
    { "a node is told to stop", ">>> 06 01 f0 04 22 00\n", "access", "> 0 access=stop\n" },
    { "process data over the end", ">>> 03 01 f0 00 0001 00 00 0900 aabb\n", "size", "> 0 size=9 !invalid_length\n" },
    { "a kind that does not exist", ">>> 2a 01 f0 00\n", "type", "> 0 type=42 !unknown_type\n" },
};

static void each_frame_gives_its_fields(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        dialogue_case_holds(&dissector_powerlink, &cases[i]);
}

static void every_prefix_and_every_bit_change_is_survived(void **unused)
{
    (void)unused;
    dissect_survives_every_prefix(&dissector_powerlink, POLL ANSWER ASYNC RESET);
    dissect_survives_every_bit_change(&dissector_powerlink, POLL ANSWER ASYNC RESET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_gives_its_fields),
        cmocka_unit_test(every_prefix_and_every_bit_change_is_survived),
    };
    return cmocka_run_group_tests_name("powerlink", tests, NULL, NULL);
}
