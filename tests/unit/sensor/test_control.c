/* The control socket by itself: who may call, what is answered, and who is hung up on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

struct scene {
    char            folder[64], path[96];
    struct control *c;
    unsigned        asked;
    char            line[CONTROL_LINE_MAX + 1];
    const char     *answer;
};

static void answer(void *ctx, const char *line, struct text *say)
{
    struct scene *s = ctx;
    s->asked++;
    snprintf(s->line, sizeof s->line, "%s", line);
    text_str(say, s->answer);
}

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    struct fault f;
    strcpy(s->folder, "/tmp/test_control.XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(s->path, sizeof s->path, "%s/socket", s->folder);
    s->answer = "ok\n";
    s->c = control_open(s->path, NULL, answer, s, &f);
    assert_non_null(s->c);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    control_close(s->c);
    unlink(s->path);
    rmdir(s->folder);
    free(s);
    return 0;
}

static int call(const struct scene *s)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    strcpy(at.sun_path, s->path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* All that comes until the sensor hangs up; the turns are ours to make. */
static size_t hear(struct scene *s, int fd, char *out, size_t cap)
{
    size_t n = 0;
    for (unsigned turn = 0; turn < 1000 && n < cap; turn++) {
        control_turn(s->c, 1000);
        ssize_t got = recv(fd, out + n, cap - n, MSG_DONTWAIT);
        if (got == 0)
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    out[n < cap ? n : cap - 1] = '\0';
    return n;
}

static void a_line_is_answered_and_the_sensor_hangs_up(void **state)
{
    struct scene *s = *state;
    char said[64];
    int fd = call(s);
    control_turn(s->c, 1);
    assert_int_equal(send(fd, "rel", 3, 0), 3);
    control_turn(s->c, 2);
    assert_int_equal(s->asked, 0);
    assert_int_equal(send(fd, "oad\r\n", 5, 0), 5);
    (void)hear(s, fd, said, sizeof said);
    assert_string_equal(said, "ok\n");
    assert_string_equal(s->line, "reload");
    assert_int_equal(s->asked, 1);
    close(fd);
}

static void only_the_owner_may_call(void **state)
{
    struct scene *s = *state;
    struct stat st;
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_line_without_its_end_is_over_when_the_caller_is(void **state)
{
    struct scene *s = *state;
    char said[64];
    int fd = call(s);
    assert_int_equal(send(fd, "status", 6, 0), 6);
    shutdown(fd, SHUT_WR);
    (void)hear(s, fd, said, sizeof said);
    assert_string_equal(s->line, "status");
    assert_string_equal(said, "ok\n");
    close(fd);
}

static void a_long_line_is_cut_and_answered(void **state)
{
    struct scene *s = *state;
    char said[64], line[1000];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    int fd = call(s);
    assert_int_equal(send(fd, line, sizeof line, 0), sizeof line);
    (void)hear(s, fd, said, sizeof said);
    assert_string_equal(said, "ok\n");
    assert_true(strlen(s->line) <= CONTROL_LINE_MAX);
    close(fd);
}

static void a_line_without_an_end_is_hung_up_on(void **state)
{
    struct scene *s = *state;
    char said[64], line[2 * CONTROL_HEARD_MAX];
    memset(line, 'x', sizeof line);
    int fd = call(s);
    assert_int_equal(send(fd, line, sizeof line, 0), sizeof line);
    for (unsigned turn = 0; turn < 200; turn++)
        control_turn(s->c, 1000);
    assert_true(recv(fd, said, sizeof said, MSG_DONTWAIT) <= 0);
    assert_int_equal(s->asked, 0);
    close(fd);
}

static void who_is_silent_makes_way(void **state)
{
    struct scene *s = *state;
    char said[64];
    int silent = call(s), next = call(s);
    assert_int_equal(send(next, "status\n", 7, 0), 7);
    control_turn(s->c, 1);
    control_turn(s->c, CONTROL_PATIENCE_US);
    assert_int_equal(s->asked, 0);
    control_turn(s->c, CONTROL_PATIENCE_US + 2);
    control_turn(s->c, CONTROL_PATIENCE_US + 3);
    assert_int_equal(s->asked, 1);
    assert_int_equal(recv(silent, said, sizeof said, MSG_DONTWAIT), 0);
    close(silent);
    close(next);
}

static void a_long_answer_comes_whole(void **state)
{
    struct scene *s = *state;
    static char long_answer[CONTROL_ANSWER_MAX - 1], said[CONTROL_ANSWER_MAX + 1];
    memset(long_answer, 'y', sizeof long_answer - 1);
    s->answer = long_answer;
    int fd = call(s);
    assert_int_equal(send(fd, "reload\n", 7, 0), 7);
    assert_int_equal(hear(s, fd, said, sizeof said), sizeof long_answer - 1);
    close(fd);
}

static void a_dead_sensors_socket_is_taken_over_and_a_living_ones_is_not(void **state)
{
    struct scene *s = *state;
    struct fault f;
    assert_null(control_open(s->path, NULL, answer, s, &f));
    assert_non_null(strstr(f.why, "another sensor listens"));
    control_close(s->c);
    s->c = control_open(s->path, NULL, answer, s, &f);
    assert_non_null(s->c);
}

static void a_file_in_its_place_stays(void **state)
{
    struct scene *s = *state;
    struct fault f;
    char path[128];
    snprintf(path, sizeof path, "%s/file", s->folder);
    fclose(fopen(path, "we"));
    assert_null(control_open(path, NULL, answer, s, &f));
    assert_non_null(strstr(f.why, "is no socket"));
    assert_int_equal(unlink(path), 0);
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_null(control_open(path, NULL, answer, s, &f));
    assert_null(control_open("/nowhere/at/all", NULL, answer, s, &f));
}

int main(void)
{
#define TRUE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TRUE(a_line_is_answered_and_the_sensor_hangs_up),
        TRUE(only_the_owner_may_call),
        TRUE(a_line_without_its_end_is_over_when_the_caller_is),
        TRUE(a_long_line_is_cut_and_answered),
        TRUE(a_line_without_an_end_is_hung_up_on),
        TRUE(who_is_silent_makes_way),
        TRUE(a_long_answer_comes_whole),
        TRUE(a_dead_sensors_socket_is_taken_over_and_a_living_ones_is_not),
        TRUE(a_file_in_its_place_stays),
    };
#undef TRUE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
