#include "capture/window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW_READ = 256 * 1024, GZIP_READ = 128 * 1024 };

static int window_descriptor(const char *path, struct fault *f)
{
    int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fault_set(f, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return fault_set(f, -EISDIR, "%s: is a folder, a capture file expected", path);
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return fd;
}

int window_open(struct window *w, const char *path, size_t largest, struct fault *f)
{
    *w = (struct window){ .cap = largest + WINDOW_READ };
    int fd = window_descriptor(path, f);
    if (fd < 0)
        return fd;
    w->buf = malloc(w->cap);
    w->in = gzdopen(fd, "r");
    if (w->in == NULL)
        close(fd);
    if (w->buf == NULL || w->in == NULL) {
        window_close(w);
        return fault_set(f, -ENOMEM, "%s: out of memory", path);
    }
    gzbuffer(w->in, GZIP_READ);
    return 0;
}

void window_close(struct window *w)
{
    if (w->in != NULL)
        gzclose_r(w->in);
    free(w->buf);
    *w = (struct window){ 0 };
}

size_t window_fill(struct window *w, size_t n)
{
    memmove(w->buf, w->buf + w->begin, w->end - w->begin);
    w->end -= w->begin;
    w->begin = 0;
    while (w->end < n && n <= w->cap && !w->ended) {
        int got = gzread(w->in, w->buf + w->end, (unsigned)(w->cap - w->end));
        if (got <= 0)
            w->ended = 1;
        else
            w->end += (size_t)got;
    }
    return w->end;
}

uint64_t window_skip(struct window *w, uint64_t n)
{
    uint64_t passed = 0;
    while (passed < n) {
        if (w->end == w->begin && window_fill(w, 1) == 0)
            break;
        size_t here = w->end - w->begin;
        if (here > n - passed)
            here = (size_t)(n - passed);
        window_take(w, here);
        passed += here;
    }
    return passed;
}

const char *window_fault(struct window *w)
{
    int code;
    const char *words = gzerror(w->in, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return NULL;
    if (code == Z_ERRNO)
        return strerror(errno);
    return code == Z_BUF_ERROR ? "the gzip data end too early" : words;
}
