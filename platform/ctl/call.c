#include "ctl/call.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAIT_S = 120 };          /* a reload of all public rules takes seconds */

static int reach(const char *path, struct fault *f)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct timeval wait = { .tv_sec = WAIT_S };
    if (strlen(path) >= sizeof at.sun_path)
        return fault_set(f, -ENAMETOOLONG, "%s: longer than a socket's name may be", path);
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        return fd;
    }
    int rc = fault_set(f, -errno, "%s: no sensor answers there: %s (control.socket in the settings)", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Copies the answer; true when its last line begins with "ok". */
static bool hear(FILE *from)
{
    char line[4096];
    bool ok = false, begins = true;
    while (fgets(line, sizeof line, from) != NULL) {
        if (begins)
            ok = strncmp(line, "ok", 2) == 0;
        begins = strchr(line, '\n') != NULL;
        fputs(line, stdout);
    }
    return ok;
}

int call_sensor(const char *socket_path, const char *word, struct fault *f)
{
    char line[128];
    int fd = reach(socket_path, f);
    if (fd < 0)
        return fd;
    int len = snprintf(line, sizeof line, "%s\n", word);
    FILE *from = send(fd, line, (size_t)len, MSG_NOSIGNAL) == len ? fdopen(fd, "r") : NULL;
    if (from == NULL) {
        close(fd);
        return fault_set(f, -EPIPE, "%s: the sensor hung up", socket_path);
    }
    bool ok = hear(from);
    fclose(from);
    return ok ? 0 : fault_set(f, -EPROTO, "%s: the sensor did not do it", socket_path);
}
