#include "tests/support/postgres.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

/* In the child: nobody's rights but the server's own, gone when we are, its words in a file. */
static void become(const struct postgres *p)
{
    char log[96];
    snprintf(log, sizeof log, "%s/log", p->dir);
    struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user != NULL && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(fd, 1);
    dup2(fd, 2);
}

static pid_t spawn(const struct postgres *p, const char *program, const char *const *argv)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", p->bin, program);
    pid_t pid = fork();
    if (pid == 0) {
        become(p);
        execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return pid;
}

static int run(const struct postgres *p, const char *program, const char *const *argv)
{
    int status = -1;
    waitpid(spawn(p, program, argv), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Debian has them beside each other by version, outside PATH. */
static bool find_programs(struct postgres *p)
{
    static const char *const places[] = { "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/usr/pgsql-*/bin" };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        glob_t found;
        if (glob(places[i], 0, NULL, &found) != 0)
            continue;
        snprintf(p->bin, sizeof p->bin, "%s", found.gl_pathv[found.gl_pathc - 1]);
        globfree(&found);
        return true;
    }
    return false;
}

static bool answers(const struct postgres *p)
{
    const char *const argv[] = { "pg_isready", "-q", "-h", p->dir, "-p", "5432", NULL };
    return run(p, "pg_isready", argv) == 0;
}

void postgres_again(struct postgres *p)
{
    char data[96];
    snprintf(data, sizeof data, "%s/data", p->dir);
    const char *const argv[] = { "postgres", "-D", data, "-k", p->dir, "-c", "listen_addresses=", "-c", "fsync=off",
                           "-c", "shared_buffers=32MB", "-c", "max_connections=20", NULL };
    p->pid = spawn(p, "postgres", argv);
    for (unsigned ms = 0; !answers(p); ms += 20) {
        struct timespec nap = { 0, 20000000 };
        if (ms > PATIENCE_MS || waitpid(p->pid, NULL, WNOHANG) == p->pid)
            fail_msg("the server does not start; see %s/log", p->dir);
        nanosleep(&nap, NULL);
    }
}

bool postgres_start(struct postgres *p)
{
    char data[96];
    if (!find_programs(p))
        return false;
    strcpy(p->dir, "/tmp/postgres-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    chmod(p->dir, 0755);
    struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user != NULL && chown(p->dir, user->pw_uid, user->pw_gid) != 0)
        fail_msg("%s: cannot be given to postgres", p->dir);
    snprintf(data, sizeof data, "%s/data", p->dir);
    const char *const argv[] = { "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "-N", NULL };
    if (run(p, "initdb", argv) != 0)
        fail_msg("initdb failed; see %s/log", p->dir);
    postgres_again(p);
    return true;
}

static void end(struct postgres *p, int signal)
{
    if (p->pid > 0) {
        kill(p->pid, signal);
        waitpid(p->pid, NULL, 0);
    }
    p->pid = 0;
}

/* State and parent of a process; false: it is gone. Its name stands in brackets and may hold anything. */
static bool process(pid_t pid, char *state, pid_t *parent)
{
    char path[40], line[512], *after = NULL;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return false;
    if (fgets(line, sizeof line, in) != NULL)
        after = strrchr(line, ')');
    fclose(in);
    return after != NULL && sscanf(after + 1, " %c %d", state, parent) == 2;
}

static size_t children_of(pid_t parent, pid_t *out, size_t most)
{
    size_t n = 0;
    char state;
    pid_t its;
    DIR *all = opendir("/proc");
    assert_non_null(all);
    for (struct dirent *e; (e = readdir(all)) != NULL && n < most;) {
        pid_t pid = (pid_t)atoi(e->d_name);
        if (pid > 0 && process(pid, &state, &its) && its == parent)
            out[n++] = pid;
    }
    closedir(all);
    return n;
}

static bool is_gone(pid_t pid)
{
    char state;
    pid_t parent;
    return !process(pid, &state, &parent) || state == 'Z';
}

/* As a power cut does it. Backends outlive their postmaster for a moment, could still commit, and keep its memory. */
void postgres_kill(struct postgres *p)
{
    pid_t backends[64];
    const struct timespec nap = { 0, 10000000 };
    size_t count = children_of(p->pid, backends, sizeof backends / sizeof backends[0]);
    end(p, SIGKILL);
    for (size_t i = 0; i < count; i++)
        kill(backends[i], SIGKILL);
    for (size_t i = 0; i < count; i++)
        for (int tries = 0; tries < 1000 && !is_gone(backends[i]); tries++)
            nanosleep(&nap, NULL);
}

void postgres_stop(struct postgres *p)
{
    char command[96];
    end(p, SIGQUIT);
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    if (*p->dir != '\0' && system(command) != 0)
        fprintf(stderr, "%s stays\n", p->dir);
}

const char *postgres_database(const struct postgres *p, const char *name)
{
    static char conninfo[192];
    const char *const argv[] = { "createdb", "-h", p->dir, "-U", "tester", name, NULL };
    if (run(p, "createdb", argv) != 0)
        fail_msg("createdb %s failed; see %s/log", name, p->dir);
    snprintf(conninfo, sizeof conninfo, "host=%s user=tester dbname=%s", p->dir, name);
    return conninfo;
}
