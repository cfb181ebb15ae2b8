#include "capture/rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define RIGHTS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RIGHTS_SANITIZED 1
#endif
#endif
#ifndef RIGHTS_SANITIZED
#define RIGHTS_SANITIZED 0
#endif

/* --- who we are --- */

static int user_find(const char *name, uid_t *uid, gid_t *gid, struct fault *f)
{
    errno = 0;
    const struct passwd *p = getpwnam(name);
    if (p == NULL)
        return fault_set(f, -ENOENT, "user %s: %s; make one with `useradd --system %s` or name another in the settings", name,
                         errno != 0 ? strerror(errno) : "does not exist", name);
    *uid = p->pw_uid;
    *gid = p->pw_gid;
    return 0;
}

static int become(uid_t uid, gid_t gid, const char *name, struct fault *f)
{
    capng_clear(CAPNG_SELECT_ALL);
    int rc = capng_change_id((int)uid, (int)gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT);
    return rc == 0 ? 0 : fault_set(f, -EPERM, "user %s: cannot change to it (libcap-ng says %d)", name, rc);
}

/* Clearing the bounding set needs a capability itself: without it the sets that matter are cleared all the same. */
static int give_up_capabilities(struct fault *f)
{
    capng_clear(CAPNG_SELECT_ALL);
    if (capng_apply(CAPNG_SELECT_ALL) == 0)
        return 0;
    capng_clear(CAPNG_SELECT_CAPS);
    return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : fault_set(f, -EPERM, "capabilities cannot be given up: %s", strerror(errno));
}

/* --- files --- */

enum {
    FILES_READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    FILES_WRITE = FILES_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR
                | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG
                | LANDLOCK_ACCESS_FS_MAKE_SOCK,
    FILES_ALL = FILES_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_FIFO
              | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM,
    FILES_OF_ONE = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE     /* what a file, not a folder, can be given */
};

/* What libraries read on their own: names and time zones, the interface's drop counters. Missing ones are passed over. */
static const char *const library_files[] = {
    "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/localtime",
    "/usr/share/zoneinfo", "/lib", "/usr/lib", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self",
    "/proc/sys/vm/overcommit_memory", "/sys/class/net", "/sys/devices", "/sys/devices/system/cpu", NULL
};

static int files_allow(int rules, const char *path, uint64_t access)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct stat st;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        access &= FILES_OF_ONE;
    struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
    int rc = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : -errno;
    close(fd);
    return rc;
}

static int files_allow_all(int rules, const char *const *paths, uint64_t access, struct fault *f)
{
    for (; paths != NULL && *paths != NULL; paths++) {
        int rc = files_allow(rules, *paths, access);
        if (rc != 0)
            return fault_set(f, rc, "%s: cannot be kept within reach: %s", *paths, strerror(-rc));
    }
    return 0;
}

static int files_confine(const struct rights_plan *plan, struct fault *f)
{
    struct landlock_ruleset_attr handled = { .handled_access_fs = FILES_ALL };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (rules < 0) {
        log_warning("this kernel has no Landlock (%s): files are not confined", strerror(errno));
        return 0;
    }
    for (const char *const *path = library_files; *path != NULL; path++)
        (void)files_allow(rules, *path, FILES_READ);
    int rc = files_allow_all(rules, plan->read, FILES_READ, f);
    if (rc == 0)
        rc = files_allow_all(rules, plan->write, FILES_WRITE, f);
    if (rc == 0 && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        log_warning("files are not confined: Landlock says %s", strerror(errno));
    close(rules);
    return rc;
}

/* --- system calls --- */

static const char *const allowed_calls[] = {
    /* files */
    "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "open", "openat", "close", "close_range", "fstat",
    "stat", "lstat", "newfstatat", "statx", "lseek", "fcntl", "fsync", "fdatasync", "sync_file_range", "ftruncate",
    "fallocate", "fadvise64", "flock", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
    "getdents64", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "umask", "statfs", "fstatfs",
    "fchmod", "fchmodat", "utimensat", "dup", "dup2", "dup3", "pipe2",
    /* sockets; socket() itself is below, and what we listen on is listened on before */
    "connect", "accept", "accept4", "sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg",
    "shutdown", "getsockopt", "setsockopt", "getsockname", "getpeername",
    /* waiting */
    "poll", "ppoll", "select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2",
    "timerfd_create", "timerfd_settime", "signalfd4", "nanosleep", "clock_nanosleep", "restart_syscall",
    /* memory */
    "mmap", "munmap", "mremap", "mprotect", "madvise", "brk", "mlock", "munlock", "mincore", "membarrier",
    /* threads and signals; clone() is below */
    "futex", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "sched_yield", "sched_getaffinity",
    "sched_setaffinity", "gettid", "tgkill", "exit", "exit_group", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend", "sigaltstack",
    /* asking */
    "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrandom", "getpid", "getppid", "getuid", "geteuid",
    "getgid", "getegid", "getgroups", "getrusage", "getrlimit", "prlimit64", "sysinfo", "uname", "getcpu", "arch_prctl",
};

/* Nothing here ever makes these: whoever does is not us. */
static const char *const deadly_calls[] = {
    "execve", "execveat", "process_vm_writev", "mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "bpf",
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
    "add_key", "request_key", "keyctl", "open_by_handle_at", "perf_event_open", "userfaultfd", "setuid", "setgid",
    "setresuid", "setresgid", "setreuid", "setregid", "setgroups", "setfsuid", "setfsgid", "capset", "settimeofday",
    "clock_settime", "sethostname", "setdomainname", "io_uring_setup",
};

/* LeakSanitizer stops the process from a clone of it to look for pointers. */
static const char *const sanitizer_calls[] = { "ptrace", "clone", "wait4", "prctl", "process_vm_readv", "kill", "sched_setscheduler",
                                               "getdents" };

static int calls_all(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        int rc = number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, action, number, 0);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Streams and datagrams of three families: no raw, packet or netlink sockets. The type's upper bits are flags. */
static int calls_socket(scmp_filter_ctx filter)
{
    static const int families[] = { AF_UNIX, AF_INET, AF_INET6 }, types[] = { SOCK_STREAM, SOCK_DGRAM };
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++) {
            int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                                      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0),
                                      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, (scmp_datum_t)types[k]));
            if (rc != 0)
                return rc;
        }
    return 0;
}

/* ioctl only to ask about terminals, queues and whether an interface is up (TIOCSTI would type into a terminal); clone only for threads; prctl only
 * to name them. */
static int calls_by_argument(scmp_filter_ctx filter)
{
    static const unsigned long requests[] = { TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, SIOCGIFFLAGS };
    int rc = calls_socket(filter);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0] && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
    if (rc == 0 && !RIGHTS_SANITIZED)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                              SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (rc == 0 && !RIGHTS_SANITIZED)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
    return rc;
}

static int calls_fill(scmp_filter_ctx filter)
{
    int rc = calls_all(filter, SCMP_ACT_ALLOW, allowed_calls, sizeof allowed_calls / sizeof allowed_calls[0]);
    if (rc == 0)
        rc = calls_all(filter, SCMP_ACT_KILL_PROCESS, deadly_calls, sizeof deadly_calls / sizeof deadly_calls[0]);
    if (rc == 0 && RIGHTS_SANITIZED)
        rc = calls_all(filter, SCMP_ACT_ALLOW, sanitizer_calls, sizeof sanitizer_calls / sizeof sanitizer_calls[0]);
    if (rc == 0 && !RIGHTS_SANITIZED)
        rc = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(ptrace), 0);
    return rc == 0 ? calls_by_argument(filter) : rc;
}

static void calls_confine(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    int rc = filter == NULL ? -ENOMEM : seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (rc == 0)
        rc = calls_fill(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    if (rc != 0)
        log_warning("system calls are not confined: seccomp says %s", strerror(-rc));
    seccomp_release(filter);
}

int rights_drop(const struct rights_plan *plan, struct fault *f)
{
    bool change = geteuid() == 0 && plan->user != NULL && plan->user[0] != '\0';
    uid_t uid = 0;
    gid_t gid = 0;
    int rc = change ? user_find(plan->user, &uid, &gid, f) : 0;
    if (rc == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        rc = fault_set(f, -errno, "new privileges cannot be refused (PR_SET_NO_NEW_PRIVS): %s", strerror(errno));
    if (rc == 0 && plan->confine_files)
        rc = files_confine(plan, f);
    if (rc == 0)
        rc = change ? become(uid, gid, plan->user, f) : give_up_capabilities(f);
    if (rc == 0 && RIGHTS_SANITIZED)
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (rc == 0 && plan->confine_calls)
        calls_confine();
    return rc;
}
