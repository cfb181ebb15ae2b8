#include "dashboards/server/site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hash.h"

struct site {
    struct site_file *files;    /* sorted by name once loaded */
    size_t count;
};

static const struct { const char *ending, *type; } types[] = {
    { ".html", "text/html; charset=utf-8" },       { ".js", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },         { ".json", "application/json" },
    { ".geojson", "application/geo+json" },        { ".svg", "image/svg+xml" },
    { ".png", "image/png" },                       { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },                    { ".txt", "text/plain; charset=utf-8" },
};

static bool ends(const char *name, const char *ending)
{
    size_t n = strlen(name), e = strlen(ending);
    return n > e && strcmp(name + n - e, ending) == 0;
}

static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ends(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

/* esbuild's "[name]-[hash]": eight capitals and digits before the one ending. */
static bool hashed(const char *name)
{
    const char *dash = strrchr(name, '-');
    return dash != NULL && strspn(dash + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 8 && dash[9] == '.'
        && strchr(dash + 10, '.') == NULL;
}

/* ---- reading ---- */

static int slurp(const char *path, char **out, size_t *len, struct fault *f)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int rc = fd < 0 || fstat(fd, &st) != 0 ? fault_set(f, -errno, "%s: %s", path, strerror(errno)) : 0;
    if (rc == 0 && (!S_ISREG(st.st_mode) || st.st_size > SITE_FILE_MAX))
        rc = fault_set(f, -EFBIG, "%s: not a plain file of at most %d MiB", path, SITE_FILE_MAX >> 20);
    char *bytes = rc == 0 ? malloc((size_t)st.st_size + 1) : NULL;
    size_t have = 0;
    while (bytes != NULL && have < (size_t)st.st_size) {
        ssize_t n = read(fd, bytes + have, (size_t)st.st_size - have);
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    if (rc == 0 && (bytes == NULL || have < (size_t)st.st_size))
        rc = fault_set(f, -EIO, "%s: could not be read whole", path);
    if (fd >= 0)
        close(fd);
    if (rc != 0) {
        free(bytes);
        return rc;
    }
    *out = bytes;
    *len = have;
    return 0;
}

static void etag_set(struct site_file *file)
{
    uint8_t digest[HASH_MAX];
    hash_digest(HASH_SHA256, file->plain, file->plain_len, digest);
    char *at = file->etag;
    *at++ = '"';
    for (size_t i = 0; i < 12; i++)
        at += sprintf(at, "%02x", digest[i]);
    strcpy(at, "\"");
}

int site_add(struct site *s, const char *name, const char *path, struct fault *f)
{
    if (s->count == SITE_FILES_MAX || strlen(name) >= SITE_NAME_MAX)
        return fault_set(f, -E2BIG, "%s: more than %d files, or too long a name", path, SITE_FILES_MAX);
    struct site_file file = { .type = type_of(name), .immutable = hashed(name) };
    strcpy(file.name, name);
    int rc = slurp(path, &file.plain, &file.plain_len, f);
    if (rc != 0)
        return rc;
    etag_set(&file);
    size_t at = s->count++;     /* insertion keeps the table sorted */
    while (at > 0 && strcmp(s->files[at - 1].name, name) > 0) {
        s->files[at] = s->files[at - 1];
        at--;
    }
    s->files[at] = file;
    return 0;
}

static int scan(struct site *s, const char *dir, const char *below, unsigned depth, struct fault *f);

static int take(struct site *s, const char *dir, const char *below, const char *entry, unsigned depth, struct fault *f)
{
    char path[4096], name[SITE_NAME_MAX];
    struct stat st;
    int p = snprintf(path, sizeof path, "%s/%s", dir, entry);
    int n = snprintf(name, sizeof name, "%s/%s", below, entry);
    if (entry[0] == '.' || p >= (int)sizeof path || n >= (int)sizeof name)
        return fault_set(f, -EINVAL, "%s/%s: hidden, or too long a name, for a file of the page", dir, entry);
    if (lstat(path, &st) != 0)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return scan(s, path, name, depth + 1, f);
    return site_add(s, name, path, f);
}

static int scan(struct site *s, const char *dir, const char *below, unsigned depth, struct fault *f)
{
    DIR *d = depth <= SITE_DEPTH_MAX ? opendir(dir) : NULL;
    if (d == NULL)
        return fault_set(f, depth <= SITE_DEPTH_MAX ? -errno : -ELOOP, "%s: %s", dir,
                         depth <= SITE_DEPTH_MAX ? strerror(errno) : "too deep for the page's files");
    int rc = 0;
    for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            rc = take(s, dir, below, e->d_name, depth, f);
    closedir(d);
    return rc;
}

static struct site_file *named(struct site_file *files, size_t count, const char *name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(files[middle].name, name);
        if (order == 0)
            return &files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Each NAME.gz moves into its NAME, which sorts before it and so has its final place by then. */
static void pair_gzip(struct site *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct site_file *file = &s->files[i];
        char plain[SITE_NAME_MAX];
        snprintf(plain, sizeof plain, "%.*s", (int)strlen(file->name) - 3, file->name);
        struct site_file *of = ends(file->name, ".gz") ? named(s->files, kept, plain) : NULL;
        if (of != NULL) {
            of->gzip = file->plain;
            of->gzip_len = file->plain_len;
        } else {
            s->files[kept++] = *file;
        }
    }
    s->count = kept;
}

struct site *site_open(const char *dir, struct fault *f)
{
    struct site *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->files = calloc(SITE_FILES_MAX, sizeof *s->files);
    if (s == NULL || s->files == NULL) {
        fault_set(f, -ENOMEM, "%s", strerror(ENOMEM));
        site_close(s);
        return NULL;
    }
    int rc = scan(s, dir, "", 0, f);
    pair_gzip(s);
    if (rc == 0 && named(s->files, s->count, "/index.html") == NULL)
        rc = fault_set(f, -ENOENT, "%s: holds no index.html (is the page built? `make web`)", dir);
    if (rc != 0) {
        site_close(s);
        return NULL;
    }
    return s;
}

void site_close(struct site *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++) {
        free(s->files[i].plain);
        free(s->files[i].gzip);
    }
    free(s->files);
    free(s);
}

/* ---- finding ---- */

const struct site_file *site_find(const struct site *s, const char *path)
{
    return named(s->files, s->count, strcmp(path, "/") == 0 ? "/index.html" : path);
}

bool site_matches(const char *if_none_match, const char *etag)
{
    for (const char *at = if_none_match; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        if (*at == '*')
            return true;
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        size_t n = strcspn(at, ",");
        size_t used = n;
        while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
            n--;
        if (n == strlen(etag) && memcmp(at, etag, n) == 0)
            return true;
        at += used;
    }
    return false;
}
