#ifndef TESTS_SUPPORT_FILE_H
#define TESTS_SUPPORT_FILE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of these bytes under /tmp; the caller unlinks it. */
struct file { char path[32]; };

static inline struct file file_of(const void *bytes, size_t n)
{
    struct file f = { "/tmp/fengsui-test-XXXXXX" };
    int fd = mkstemp(f.path);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) < 0)
        abort();
    return f;
}

static inline struct file file_of_text(const char *text)
{
    return file_of(text, strlen(text));
}
#endif
