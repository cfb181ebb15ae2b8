#include "emit/evidence_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

enum { LOOK_EVERY_US = 60000000 };

struct evidence_disk {
    char    *dir;
    uint64_t bytes_max, age_max_us;
    uint64_t bytes;             /* in the folder, as last counted and written since */
    uint64_t looked_us;
    int      said;              /* errno of the last failure that was logged */
};

struct evidence_disk *evidence_disk_open(const char *dir, uint64_t bytes_max, uint64_t age_max_us, struct fault *f)
{
    struct evidence_disk *d = calloc(1, sizeof *d);
    if (d == NULL || (d->dir = strdup(dir)) == NULL) {
        free(d);
        fault_set(f, -ENOMEM, "no memory for evidence");
        return NULL;
    }
    if (mkdir(dir, 0750) < 0 && errno != EEXIST) {
        fault_set(f, -errno, "%s: %s", dir, strerror(errno));
        evidence_disk_close(d);
        return NULL;
    }
    d->bytes_max = bytes_max;
    d->age_max_us = age_max_us;
    return d;
}

void evidence_disk_close(struct evidence_disk *d)
{
    if (d == NULL)
        return;
    free(d->dir);
    free(d);
}

static void failed(struct evidence_disk *d, const char *path)
{
    if (errno != d->said)
        log_error("evidence: %s: %s", path, strerror(errno));
    d->said = errno;
}

static bool write_whole(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        n -= (size_t)written;
    }
    return fdatasync(fd) == 0;
}

void evidence_disk_write(struct evidence_disk *d, const char *name, const void *bytes, size_t n)
{
    char path[PATH_MAX], part[PATH_MAX + 8], day[PATH_MAX];
    const char *slash = strchr(name, '/');
    if (slash == NULL || snprintf(path, sizeof path, "%s/%s", d->dir, name) >= (int)sizeof path)
        return;
    snprintf(part, sizeof part, "%s.part", path);
    snprintf(day, sizeof day, "%s/%.*s", d->dir, (int)(slash - name), name);
    mkdir(day, 0750);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && write_whole(fd, bytes, n);
    if (fd >= 0)
        close(fd);
    if (!ok || rename(part, path) < 0) {
        failed(d, part);
        unlink(part);
        return;
    }
    d->said = 0;
    d->bytes += n;
}

static int is_visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* One folder's files, oldest name first. Gives the bytes that stay; *over says how many must go. */
static uint64_t tidy_day(struct evidence_disk *d, const char *day, uint64_t now_us, uint64_t *over)
{
    char path[PATH_MAX];
    struct dirent **names;
    struct stat st;
    uint64_t kept = 0;
    snprintf(path, sizeof path, "%s/%s", d->dir, day);
    int count = scandir(path, &names, is_visible, alphasort), left = count;
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", d->dir, day, names[i]->d_name);
        bool there = stat(path, &st) == 0;
        uint64_t size = there ? (uint64_t)st.st_size : 0;
        bool old = there && (uint64_t)st.st_mtim.tv_sec * 1000000 + d->age_max_us < now_us;
        if (there && (old || *over > 0) && unlink(path) == 0) {
            *over -= size < *over ? size : *over;
            left--;
        } else {
            kept += size;
        }
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    snprintf(path, sizeof path, "%s/%s", d->dir, day);
    if (left == 0)
        rmdir(path);
    return kept;
}

static uint64_t tidy_all(struct evidence_disk *d, uint64_t now_us, uint64_t over)
{
    struct dirent **days;
    uint64_t kept = 0;
    int count = scandir(d->dir, &days, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        kept += tidy_day(d, days[i]->d_name, now_us, &over);
        free(days[i]);
    }
    if (count >= 0)
        free(days);
    return kept;
}

void evidence_disk_tidy(struct evidence_disk *d, uint64_t now_us)
{
    if (d->bytes <= d->bytes_max && now_us - d->looked_us < LOOK_EVERY_US)
        return;
    d->looked_us = now_us;
    d->bytes = tidy_all(d, now_us, 0);
    if (d->bytes > d->bytes_max)        /* an eighth more than needed, so that not every file brings a look */
        d->bytes = tidy_all(d, now_us, d->bytes - d->bytes_max + d->bytes_max / 8);
}
