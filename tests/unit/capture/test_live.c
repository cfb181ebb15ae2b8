/* Needs CAP_NET_RAW for what it does on the loopback interface; without it those tests are skipped. */
#include "tests/unit/capture/files.h"

#include <arpa/inet.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "common/clock.h"

enum { PATIENCE_US = 5000000 };

static struct live_plan plan_of(const char *interface)
{
    return (struct live_plan){ .interface = interface, .filter = "udp and port 40901", .snaplen = 65535,
                               .buffer_bytes = 1 << 20 };
}

static struct source *loopback(struct live_plan plan)
{
    struct fault f = { 0 };
    struct source *s = source_live(&plan, &f);
    if (s == NULL && strstr(f.why, "no permission") != NULL)
        skip();
    if (s == NULL)
        fail_msg("%s", f.why);
    return s;
}

static void send_one(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(40901), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(sendto(fd, "beacon", 6, 0, (struct sockaddr *)&to, sizeof to), 6);
    close(fd);
}

static bool wait_for_one(struct source *s, struct frame *frame)
{
    struct fault f = { 0 };
    for (uint64_t end = clock_steady_us() + PATIENCE_US; clock_steady_us() < end;) {
        enum source_status status = source_next(s, frame, &f);
        if (status == SOURCE_FAILED)
            fail_msg("%s", f.why);
        if (status == SOURCE_FRAME)
            return true;
    }
    return false;
}

static void a_frame_on_the_wire_arrives(void **unused)
{
    (void)unused;
    struct source *s = loopback(plan_of("lo"));
    struct frame frame;
    struct fault f;
    assert_int_equal(source_next(s, &frame, &f), SOURCE_IDLE);
    send_one();
    assert_true(wait_for_one(s, &frame));
    assert_int_equal(frame.caplen, 14 + 20 + 8 + 6);
    assert_memory_equal(frame.bytes + frame.caplen - 6, "beacon", 6);
    assert_true(source_counts(s)->kernel_received >= 1);
    source_close(s);
}

static void of_two_workers_in_one_group_exactly_one_gets_it(void **unused)
{
    (void)unused;
    struct live_plan plan = plan_of("lo");
    plan.fanout = true;
    plan.fanout_group = (uint16_t)getpid();
    struct source *a = loopback(plan), *b = loopback(plan);
    struct frame frame;
    for (int i = 0; i < 8; i++)
        send_one();
    int got = 0;
    struct fault f;
    for (int idle = 0; idle < 10;) {        /* each IDLE is a tenth of a second */
        bool first = source_next(a, &frame, &f) == SOURCE_FRAME;
        bool second = source_next(b, &frame, &f) == SOURCE_FRAME;
        got += first + second;
        idle += !first && !second;
    }
    assert_int_equal(got, 8);
    source_close(a);
    source_close(b);
}

static void an_interface_that_is_not_there_is_named_with_advice(void **unused)
{
    (void)unused;
    struct fault f = { 0 };
    struct live_plan plan = plan_of("nosuch0");
    assert_null(source_live(&plan, &f));
    assert_true(strstr(f.why, "interface nosuch0: there is no such interface") != NULL
                || strstr(f.why, "no permission") != NULL);
}

static void a_wrong_filter_is_quoted(void **unused)
{
    (void)unused;
    source_close(loopback(plan_of("lo")));
    struct fault f = { 0 };
    struct live_plan plan = plan_of("lo");
    plan.filter = "prt 1";
    assert_null(source_live(&plan, &f));
    assert_non_null(strstr(f.why, "filter \"prt 1\": "));
}

enum { CHILD_RIGHT, CHILD_WRONG, CHILD_CANNOT };

/* In a network of its own: a pair of interfaces, one of which goes down or away while we listen. */
static int interface_lost(const char *command, const char *what)
{
    struct live_plan plan = plan_of("tap0");
    struct fault f = { 0 };
    struct frame frame;
    if (unshare(CLONE_NEWNET) != 0 || system("ip link add tap0 type veth peer name tap1 && ip link set tap0 up && ip link set tap1 up") != 0)
        return CHILD_CANNOT;
    struct source *s = source_live(&plan, &f);
    if (s == NULL || source_next(s, &frame, &f) != SOURCE_IDLE || system(command) != 0)
        return CHILD_CANNOT;
    enum source_status status = SOURCE_IDLE;
    for (int i = 0; i < 20 && status == SOURCE_IDLE; i++)
        status = source_next(s, &frame, &f);
    source_close(s);
    return status == SOURCE_FAILED && strstr(f.why, "interface tap0: ") == f.why && strstr(f.why, what) != NULL ? CHILD_RIGHT : CHILD_WRONG;
}

static void expect_lost(const char *command, const char *what)
{
    pid_t child = fork();
    if (child == 0)
        _exit(interface_lost(command, what));
    int status;
    waitpid(child, &status, 0);
    if (WEXITSTATUS(status) == CHILD_CANNOT)
        skip();
    assert_int_equal(status, 0);
}

static void an_interface_that_goes_down_ends_the_capture_with_a_sentence(void **unused)
{
    (void)unused;
    expect_lost("ip link set tap0 down", "down");
}

static void an_interface_that_is_removed_ends_the_capture_with_a_sentence(void **unused)
{
    (void)unused;
    expect_lost("ip link del tap0", "capture stopped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_on_the_wire_arrives),
        cmocka_unit_test(of_two_workers_in_one_group_exactly_one_gets_it),
        cmocka_unit_test(an_interface_that_is_not_there_is_named_with_advice),
        cmocka_unit_test(a_wrong_filter_is_quoted),
        cmocka_unit_test(an_interface_that_goes_down_ends_the_capture_with_a_sentence),
        cmocka_unit_test(an_interface_that_is_removed_ends_the_capture_with_a_sentence),
    };
    return cmocka_run_group_tests_name("capture/live", tests, NULL, NULL);
}
