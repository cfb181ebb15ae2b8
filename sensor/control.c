#include "control.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct control {
    int             listening, caller;          /* -1: none */
    control_answer *answer;
    void           *ctx;
    uint64_t        since_us;                   /* when the caller last gave or took something */
    char            line[CONTROL_LINE_MAX + 1];
    size_t          line_len, heard;            /* heard: all that came, kept or not */
    char            said[CONTROL_ANSWER_MAX];
    size_t          said_len, told;             /* of the answer, and how much of it is out */
    bool            answering;
};

/* ---- opening ---- */

/* A socket that nobody listens on any more is in the way; anything else there is somebody's. */
static int clear_place(const struct sockaddr_un *at, struct fault *f)
{
    struct stat st;
    if (lstat(at->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : fault_set(f, -errno, "control.socket: %s: %s", at->sun_path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return fault_set(f, -EEXIST, "control.socket: %s is there and is no socket", at->sun_path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = probe >= 0 && connect(probe, (const struct sockaddr *)at, sizeof *at) == 0;
    if (probe >= 0)
        close(probe);
    if (alive)
        return fault_set(f, -EADDRINUSE, "control.socket: another sensor listens at %s", at->sun_path);
    return unlink(at->sun_path) == 0 ? 0 : fault_set(f, -errno, "control.socket: %s: %s", at->sun_path, strerror(errno));
}

static int give_to(const char *path, const char *user, struct fault *f)
{
    if (geteuid() != 0 || user == NULL || *user == '\0')
        return 0;
    const struct passwd *who = getpwnam(user);
    if (who == NULL)
        return fault_set(f, -ENOENT, "user %s does not exist", user);
    return chown(path, who->pw_uid, who->pw_gid) == 0 ? 0 : fault_set(f, -errno, "control.socket: %s: %s", path, strerror(errno));
}

static int listen_at(const char *path, const char *user, struct fault *f)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof at.sun_path)
        return fault_set(f, -ENAMETOOLONG, "control.socket: %s: longer than %zu bytes", path, sizeof at.sun_path - 1);
    strcpy(at.sun_path, path);
    int rc = clear_place(&at, f);
    if (rc < 0)
        return rc;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);        /* from the very first moment */
    bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0;
    int error = errno;
    umask(before);
    rc = bound ? give_to(path, user, f) : fault_set(f, -error, "control.socket: %s: %s", path, strerror(error));
    if (rc == 0 && listen(fd, 4) < 0)
        rc = fault_set(f, -errno, "control.socket: %s: %s", path, strerror(errno));
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc < 0 ? rc : fd;
}

struct control *control_open(const char *path, const char *user, control_answer *answer, void *ctx, struct fault *f)
{
    struct control *c = calloc(1, sizeof *c);
    if (c == NULL) {
        fault_set(f, -ENOMEM, "no memory for the control socket");
        return NULL;
    }
    c->caller = -1;
    c->answer = answer;
    c->ctx = ctx;
    c->listening = listen_at(path, user, f);
    if (c->listening >= 0)
        return c;
    free(c);
    return NULL;
}

static void hang_up(struct control *c)
{
    if (c->caller >= 0)
        close(c->caller);
    c->caller = -1;
}

void control_close(struct control *c)
{
    if (c == NULL)
        return;
    hang_up(c);
    close(c->listening);
    free(c);
}

/* ---- a caller ---- */

static void take_caller(struct control *c, uint64_t now_us)
{
    c->caller = accept4(c->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    c->since_us = now_us;
    c->line_len = c->heard = c->said_len = c->told = 0;
    c->answering = false;
}

static void answer(struct control *c)
{
    struct text say = text_over(c->said, sizeof c->said);
    c->answer(c->ctx, c->line, &say);
    (void)text_end(&say);
    c->said_len = say.len;
    c->answering = true;
}

/* Until the line's end, or the caller's. Of a line that is too long the rest is read over, so that its caller can read why it
 * was refused; of one that never ends, not for long. */
static void hear(struct control *c, uint64_t now_us)
{
    ssize_t n = recv(c->caller, c->line + c->line_len, CONTROL_LINE_MAX - c->line_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    c->heard += n > 0 ? (size_t)n : 0;
    if (n < 0 || c->heard > CONTROL_HEARD_MAX) {
        hang_up(c);
        return;
    }
    c->since_us = now_us;
    c->line_len += (size_t)n;
    c->line[c->line_len] = '\0';
    bool ended = n == 0 || memchr(c->line, '\n', c->line_len) != NULL;
    if (!ended && c->line_len == CONTROL_LINE_MAX)
        c->line_len = CONTROL_LINE_MAX / 2;
    if (!ended)
        return;
    c->line[strcspn(c->line, "\r\n")] = '\0';
    answer(c);
}

static void tell(struct control *c, uint64_t now_us)
{
    ssize_t n = send(c->caller, c->said + c->told, c->said_len - c->told, MSG_NOSIGNAL);
    if (n > 0) {
        c->told += (size_t)n;
        c->since_us = now_us;
    }
    if (c->told == c->said_len || (n < 0 && errno != EAGAIN && errno != EINTR))
        hang_up(c);
}

void control_turn(struct control *c, uint64_t now_us)
{
    if (c->caller < 0)
        take_caller(c, now_us);
    if (c->caller >= 0 && !c->answering)
        hear(c, now_us);
    if (c->caller >= 0 && c->answering)
        tell(c, now_us);
    if (c->caller >= 0 && now_us - c->since_us > CONTROL_PATIENCE_US)
        hang_up(c);
}
