#include "ctl/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

static void child_become(const char *const argv[], const char *log, int tell)
{
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644), in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const void *words = argv;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setpgid(0, 0);      /* a Ctrl-C is for us; we end the children in order */
    if (out >= 0 && in >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2)
        execvp(argv[0], (char *const *)(uintptr_t)words);
    int why = errno;
    ssize_t written = write(tell, &why, sizeof why);
    _exit(written == sizeof why ? 127 : 126);
}

static long file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (long)st.st_size : 0;
}

int process_start(struct process *p, const char *name, const char *log_dir, const char *const argv[], struct fault *f)
{
    int tell[2], why = 0;
    *p = (struct process){ .name = name };
    snprintf(p->log, sizeof p->log, "%s/%s.log", log_dir, name);
    if (pipe2(tell, O_CLOEXEC) < 0)
        return fault_set(f, -errno, "%s: %s", name, strerror(errno));
    p->log_start = file_size(p->log);
    fflush(NULL);
    p->pid = fork();
    if (p->pid == 0)
        child_become(argv, p->log, tell[1]);
    close(tell[1]);
    if (p->pid < 0)
        why = errno;
    else if (read(tell[0], &why, sizeof why) == (ssize_t)sizeof why)    /* nothing comes when exec worked */
        waitpid(p->pid, NULL, 0);
    close(tell[0]);
    if (why == 0)
        return 0;
    p->pid = 0;
    return fault_set(f, -why, "%s: %s", argv[0], strerror(why));
}

static int status_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool process_ended(struct process *p, int *exit_code)
{
    int status;
    if (p->pid == 0 || waitpid(p->pid, &status, WNOHANG) != p->pid)
        return false;
    p->pid = 0;
    *exit_code = status_code(status);
    return true;
}

int process_wait(struct process *p, const volatile int *stop)
{
    int code = 0;
    while (p->pid != 0 && !process_ended(p, &code)) {
        if (*stop)
            return -EINTR;
        usleep(20000);
    }
    return code;
}

void process_end(struct process *p, uint64_t patience_us)
{
    int code;
    uint64_t until_us = clock_steady_us() + patience_us;
    if (p->pid == 0)
        return;
    kill(p->pid, SIGTERM);
    while (!process_ended(p, &code) && clock_steady_us() < until_us)
        usleep(10000);
    if (p->pid == 0)
        return;
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

/* The last line of what it said since it was started; "" when it said nothing. */
void process_last_words(const struct process *p, char *out, size_t cap)
{
    char block[1024];
    *out = '\0';
    FILE *in = fopen(p->log, "re");
    if (in == NULL)
        return;
    if (fseek(in, 0, SEEK_END) == 0 && ftell(in) - p->log_start > (long)sizeof block)
        fseek(in, -(long)sizeof block, SEEK_END);
    else
        fseek(in, p->log_start, SEEK_SET);
    size_t n = fread(block, 1, sizeof block, in);
    fclose(in);
    while (n > 0 && block[n - 1] == '\n')
        n--;
    const char *before = n > 0 ? memrchr(block, '\n', n) : NULL, *line = before != NULL ? before + 1 : block;
    snprintf(out, cap, "%.*s", (int)(block + n - line), line);
}
