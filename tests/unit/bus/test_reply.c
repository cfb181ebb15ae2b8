/* Answers in blocks are what hiredis makes of the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "bus/reply.h"

struct line { redisContext *redis; int server; };       /* the server is us */

static struct line open_line(void)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    struct line l = { redisConnectFd(fds[0]), fds[1] };
    assert_non_null(l.redis);
    return l;
}

static void answer(const struct line *l, const char *bytes)
{
    assert_int_equal(write(l->server, bytes, strlen(bytes)), strlen(bytes));
}

static void close_line(struct line *l)
{
    redisFree(l->redis);
    close(l->server);
}

static void expect_same(const redisReply *a, const redisReply *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->integer, b->integer);
    assert_int_equal(a->elements, b->elements);
    assert_int_equal(a->len, b->len);
    if (b->str != NULL)
        assert_memory_equal(a->str, b->str, b->len + 1);
    for (size_t i = 0; i < b->elements; i++)
        expect_same(a->element[i], b->element[i]);
}

static const char *const answers[] = {
    "+OK\r\n", "-OOM command not allowed\r\n", ":-42\r\n", "$-1\r\n", "$0\r\n\r\n", "$5\r\na \r\nb\r\n", "*0\r\n", "*-1\r\n",
    "*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n-no\r\n",
    "*1\r\n*2\r\n$23\r\nfengsui:{430100}:alerts\r\n*2\r\n*2\r\n$3\r\n1-0\r\n*4\r\n$2\r\nid\r\n$5\r\nt:7:0\r\n$4\r\njson\r\n$2\r\n{}\r\n"
        "*2\r\n$3\r\n2-0\r\n*2\r\n$2\r\nid\r\n$5\r\nt:7:1\r\n",
};

static void answers_in_blocks_are_those_of_hiredis(void **unused)
{
    (void)unused;
    struct line l = open_line();
    struct blocks blocks = { 0 };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        void *usual = NULL;
        answer(&l, answers[i]);
        answer(&l, answers[i]);
        const redisReply *ours = reply_in_blocks(l.redis, &blocks);
        assert_non_null(ours);
        assert_int_equal(redisGetReply(l.redis, &usual), REDIS_OK);
        expect_same(ours, usual);
        freeReplyObject(usual);
    }
    blocks_free(&blocks);
    close_line(&l);
}

static void a_connection_that_breaks_amid_an_answer_gives_none(void **unused)
{
    (void)unused;
    const char *whole = answers[sizeof answers / sizeof *answers - 1];
    for (size_t n = 0; n < strlen(whole); n++) {
        struct line l = open_line();
        struct blocks blocks = { 0 };
        assert_int_equal(write(l.server, whole, n), n);
        shutdown(l.server, SHUT_WR);
        assert_null(reply_in_blocks(l.redis, &blocks));
        assert_int_not_equal(l.redis->err, 0);
        blocks_empty(&blocks);
        close_line(&l);
        blocks_free(&blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_blocks_are_those_of_hiredis),
        cmocka_unit_test(a_connection_that_breaks_amid_an_answer_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
