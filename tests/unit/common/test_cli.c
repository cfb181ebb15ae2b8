#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/wait.h>

#include "common/cli.h"
#include "tests/support/file.h"

struct tower { uint64_t men; char *name; };
static const struct setting rows[] = {
    { "men", SETTING_UINT, offsetof(struct tower, men), "3", 1, 10, NULL, "Men" },
    { "name", SETTING_TEXT, offsetof(struct tower, name), "", 0, 0, NULL, "Name" },
};

/* What a child does that may leave the program: its exit code, and what it wrote. */
static int child(int (*does)(void *ctx), void *ctx, int which, char *out, size_t cap)
{
    int pipe_fd[2], status;
    assert_int_equal(pipe(pipe_fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipe_fd[1], which);
        exit(does(ctx));
    }
    close(pipe_fd[1]);
    size_t len = 0;
    for (ssize_t n; len + 1 < cap && (n = read(pipe_fd[0], out + len, cap - 1 - len)) > 0; )
        len += (size_t)n;
    out[len] = '\0';
    close(pipe_fd[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int with(struct cli *c)
{
    struct tower t = { 0 };
    struct settings_section section = { "tower", rows, 2, &t };
    int code = cli_settings(c, &section, 1);
    if (code == 0)
        printf("%d %s", (int)t.men, t.name);
    settings_free(&section, 1);
    return code;
}

static int settings_of(void *ctx)
{
    return with(ctx);
}

static void the_command_line_wins_over_the_file_and_the_file_over_the_fallback(void **unused)
{
    (void)unused;
    struct file file = file_of_text("tower: { men: 5, name: from-file }\n");
    struct cli c = { .program = "tower", .config = file.path };
    char out[400];
    assert_int_equal(child(settings_of, &c, 1, out, sizeof out), 0);
    assert_string_equal(out, "5 from-file");
    assert_true(cli_common(&c, CLI_OPTION_SET, "men=6"));
    assert_true(cli_common(&c, CLI_OPTION_SET, "men=7"));
    assert_int_equal(child(settings_of, &c, 1, out, sizeof out), 0);
    assert_string_equal(out, "7 from-file");
    assert_true(cli_common(&c, CLI_OPTION_DUMP, NULL));
    assert_int_equal(child(settings_of, &c, 1, out, sizeof out), 0);
    assert_string_equal(out, "tower:\n  men: 7    # Men\n  name: \"from-file\"    # Name\n");
    unlink(file.path);
}

static void wrong_settings_end_with_78_and_one_sentence(void **unused)
{
    (void)unused;
    struct cli c = { .program = "tower", .config = "/dev/null", .set = { "men=11" }, .set_count = 1 };
    char out[400];
    assert_int_equal(child(settings_of, &c, 2, out, sizeof out), EX_CONFIG);
    assert_string_equal(out, "tower: men: 11 is outside 1 to 10\n");
    c = (struct cli){ .program = "tower", .config = "/nonexistent/x.yaml" };
    assert_int_equal(child(settings_of, &c, 2, out, sizeof out), EX_CONFIG);
    assert_string_equal(out, "tower: /nonexistent/x.yaml: No such file or directory\n");
}

struct asked { int option; };

static int ask(void *ctx)
{
    struct cli c = { .program = "tower", .usage = "Usage: tower\n" };
    cli_common(&c, ((struct asked *)ctx)->option, NULL);
    return 99;
}

static void help_and_version_are_printed_and_end_the_program_well(void **unused)
{
    (void)unused;
    char out[200];
    assert_int_equal(child(ask, &(struct asked){ 'h' }, 1, out, sizeof out), 0);
    assert_string_equal(out, "Usage: tower\n");
    assert_int_equal(child(ask, &(struct asked){ 'V' }, 1, out, sizeof out), 0);
    assert_string_equal(out, "tower " FENGSUI_VERSION "\n");
    assert_int_equal(child(ask, &(struct asked){ '?' }, 1, out, sizeof out), 99);
}

static void options_are_kept(void **unused)
{
    (void)unused;
    struct cli c = { .level = LOG_LEVEL_INFO };
    assert_true(cli_common(&c, 'c', "x.yaml"));
    assert_true(cli_common(&c, 'T', NULL));
    assert_true(cli_common(&c, 'v', NULL));
    assert_false(cli_common(&c, 'r', "x.pcap"));
    assert_string_equal(c.config, "x.yaml");
    assert_true(c.check);
    assert_int_equal(c.level, LOG_LEVEL_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_command_line_wins_over_the_file_and_the_file_over_the_fallback),
        cmocka_unit_test(wrong_settings_end_with_78_and_one_sentence),
        cmocka_unit_test(help_and_version_are_printed_and_end_the_program_well),
        cmocka_unit_test(options_are_kept),
    };
    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
