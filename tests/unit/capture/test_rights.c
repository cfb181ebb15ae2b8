/* Everything happens in forked children: what is given up does not come back. */
#include "tests/unit/capture/files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "capture/rights.h"

#define CAPTURE "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000 01000000 02000000 03000000 04000000 aabbcc"

static const char *read_paths[] = { NULL, NULL }, *write_paths[] = { NULL, NULL };
static char read_folder[PATH_BYTES_MAX], write_folder[PATH_BYTES_MAX];

static int folders_make(void **state)
{
    if (files_make(state) != 0)
        return -1;
    chmod(files_folder, 0755);
    mkdir(files_path("in"), 0755);
    mkdir(files_path("spool"), 0777);
    chmod(files_path("spool"), 0777);
    chmod(files_hex("in/one.pcap", CAPTURE), 0644);
    chmod(files_hex("secret", "00"), 0644);
    snprintf(read_folder, sizeof read_folder, "%s/in", files_folder);
    snprintf(write_folder, sizeof write_folder, "%s/spool", files_folder);
    read_paths[0] = read_folder;
    write_paths[0] = write_folder;
    return 0;
}

static struct rights_plan plan_of(void)
{
    return (struct rights_plan){ .user = "nobody", .read = read_paths, .write = write_paths, .confine_files = true,
                                 .confine_calls = true };
}

/* Runs `what` in a child after dropping rights; gives the child's wait status. */
static int after_dropping(int (*what)(struct source *s))
{
    pid_t child = fork();
    if (child == 0) {
        struct fault f = { 0 };
        struct rights_plan plan = plan_of();
        struct source *s = source_file(files_path("in/one.pcap"), NULL, &f);
        if (s == NULL || rights_drop(&plan, &f) != 0) {
            fprintf(stderr, "%s\n", f.why);
            _exit(99);
        }
        _exit(what(s));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

static void assert_zero_exit(int status)
{
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("child: exit %d, signal %d", WEXITSTATUS(status), WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static int read_on(struct source *s)
{
    struct frame frame;
    struct fault f;
    if (source_next(s, &frame, &f) != SOURCE_FRAME || frame.caplen != 3)
        return 1;
    struct source *again = source_file(files_path("in/one.pcap"), NULL, &f);
    return again == NULL ? 2 : source_next(again, &frame, &f) != SOURCE_FRAME;
}

static void *thread_writes(void *path)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    return fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || close(fd) != 0 ? path : NULL;
}

static int threads_write_the_spool(struct source *s)
{
    (void)s;
    pthread_t t;
    char path[PATH_BYTES_MAX + 16];
    void *failed = NULL;
    snprintf(path, sizeof path, "%s/segment", write_folder);
    if (pthread_create(&t, NULL, thread_writes, path) != 0 || pthread_join(t, &failed) != 0)
        return 1;
    char renamed[sizeof path + 8];
    snprintf(renamed, sizeof renamed, "%s.old", path);
    return failed != NULL ? 2 : rename(path, renamed) != 0 ? 3 : unlink(renamed) != 0 ? 4 : 0;
}

static int unix_sockets_connect(struct source *s)
{
    (void)s;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    snprintf(to.sun_path, sizeof to.sun_path, "%.90s/none", write_folder);
    return fd < 0 ? 1 : connect(fd, (struct sockaddr *)&to, sizeof to) == 0 || errno != ENOENT;
}

static int secrets_are_out_of_reach(struct source *s)
{
    (void)s;
    if (open("/etc/shadow", O_RDONLY) >= 0)
        return 1;
    if (open(files_path("secret"), O_RDONLY) >= 0)
        return 2;
    return open(files_path("new"), O_CREAT | O_WRONLY, 0600) >= 0 ? 3 : 0;
}

/* By the filter, not for want of a capability: the errno tells. */
static bool refused(int family, int type, int protocol)
{
    return socket(family, type, protocol) < 0 && errno == ENOSYS;
}

static int raw_sockets_are_refused(struct source *s)
{
    (void)s;
    return !refused(AF_PACKET, SOCK_RAW, 0) ? 1 : !refused(AF_INET, SOCK_RAW, 1) ? 2
         : !refused(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, 58) ? 3 : !refused(AF_NETLINK, SOCK_DGRAM, 0) ? 4 : 0;
}

static int run_a_shell(struct source *s)
{
    (void)s;
    char *const none[] = { NULL };
    execve("/bin/true", none, none);
    return 0;
}

static int become_root_again(struct source *s)
{
    (void)s;
    return setuid(0);
}

/* The source handed in is a file; the live one has to be opened before, which this child does by itself. */
static int live_goes_on(void)
{
    struct fault f = { 0 };
    struct live_plan live = { .interface = "lo", .filter = "udp and port 40902", .snaplen = 65535, .buffer_bytes = 1 << 20 };
    struct rights_plan plan = plan_of();
    struct source *s = source_live(&live, &f);
    if (s == NULL)
        return 77;
    if (rights_drop(&plan, &f) != 0)
        return 99;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(40902), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) != 1)
        return 1;
    struct frame frame;
    enum source_status status = SOURCE_IDLE;
    for (int i = 0; i < 50 && status == SOURCE_IDLE; i++)
        status = source_next(s, &frame, &f);
    return status != SOURCE_FRAME ? 2 : source_counts(s)->kernel_received == 0 ? 3 : 0;
}

static void a_live_capture_goes_on(void **unused)
{
    (void)unused;
    pid_t child = fork();
    if (child == 0)
        _exit(live_goes_on());
    int status;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_zero_exit(status);
}

static void reading_writing_threads_and_sockets_work_on(void **unused)
{
    (void)unused;
    assert_zero_exit(after_dropping(read_on));
    assert_zero_exit(after_dropping(threads_write_the_spool));
    assert_zero_exit(after_dropping(unix_sockets_connect));
}

static void other_files_and_raw_sockets_do_not(void **unused)
{
    (void)unused;
    assert_zero_exit(after_dropping(secrets_are_out_of_reach));
    assert_zero_exit(after_dropping(raw_sockets_are_refused));
}

static void running_a_program_is_deadly(void **unused)
{
    (void)unused;
    int status = after_dropping(run_a_shell);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
    status = after_dropping(become_root_again);
    assert_true(WIFSIGNALED(status));
}

static void a_user_who_does_not_exist_is_named(void **unused)
{
    (void)unused;
    if (geteuid() != 0)
        skip();
    pid_t child = fork();
    if (child == 0) {
        struct fault f = { 0 };
        struct rights_plan plan = { .user = "nosuchuser" };
        _exit(rights_drop(&plan, &f) == -ENOENT && strstr(f.why, "user nosuchuser: ") == f.why ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_zero_exit(status);
}

static void a_path_that_is_not_there_is_named(void **unused)
{
    (void)unused;
    pid_t child = fork();
    if (child == 0) {
        struct fault f = { 0 };
        const char *const paths[] = { "/nowhere/spool", NULL };
        struct rights_plan plan = { .write = paths, .confine_files = true };
        _exit(rights_drop(&plan, &f) == -ENOENT && strstr(f.why, "/nowhere/spool: ") == f.why ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_zero_exit(status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_writing_threads_and_sockets_work_on),
        cmocka_unit_test(a_live_capture_goes_on),
        cmocka_unit_test(other_files_and_raw_sockets_do_not),
        cmocka_unit_test(running_a_program_is_deadly),
        cmocka_unit_test(a_user_who_does_not_exist_is_named),
        cmocka_unit_test(a_path_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("capture/rights", tests, folders_make, files_remove);
}
