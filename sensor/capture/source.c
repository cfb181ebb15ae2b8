#include "capture/source.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct metric capture_rows[] = {
    { "frames", METRIC_COUNTER, offsetof(struct source_counts, frames), "Frames handed to decoding." },
    { "bytes", METRIC_COUNTER, offsetof(struct source_counts, bytes), "Captured bytes of those frames." },
    { "filtered", METRIC_COUNTER, offsetof(struct source_counts, filtered), "Frames left out by the filter." },
    { "cut", METRIC_COUNTER, offsetof(struct source_counts, cut), "Frames that the snap length cut." },
    { "kernel_received", METRIC_COUNTER, offsetof(struct source_counts, kernel_received), "Frames the kernel saw for us." },
    { "kernel_dropped", METRIC_COUNTER, offsetof(struct source_counts, kernel_dropped), "Frames the kernel dropped because its ring was full." },
    { "interface_dropped", METRIC_COUNTER, offsetof(struct source_counts, interface_dropped), "Frames the interface or its driver dropped." },
};
const struct metrics_room capture_metrics = { "capture", capture_rows, sizeof capture_rows / sizeof capture_rows[0] };

const struct source_counts *source_counts(struct source *s)
{
    if (s->refresh != NULL)
        s->refresh(s);
    return &s->counts;
}

void source_close(struct source *s)
{
    if (s != NULL)
        s->close(s);
}

/* Folders inside folders, beyond which a list is a loop of links and not a collection. */
enum { FOLDER_DEPTH_MAX = 32 };

static int list_add(struct source_list *l, const char *path, struct fault *f)
{
    char **more = realloc(l->paths, (l->count + 1) * sizeof *more);
    if (more == NULL)
        return fault_set(f, -ENOMEM, "%s: out of memory", path);
    l->paths = more;
    l->paths[l->count] = strdup(path);
    if (l->paths[l->count] == NULL)
        return fault_set(f, -ENOMEM, "%s: out of memory", path);
    l->count++;
    return 0;
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int list_folder(struct source_list *l, const char *folder, unsigned depth, bool recursive, struct fault *f);

static int list_entry(struct source_list *l, const char *path, unsigned depth, bool recursive, struct fault *f)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return recursive ? list_folder(l, path, depth + 1, recursive, f) : 0;
    return S_ISREG(st.st_mode) ? list_add(l, path, f) : 0;
}

static int list_folder(struct source_list *l, const char *folder, unsigned depth, bool recursive, struct fault *f)
{
    if (depth > FOLDER_DEPTH_MAX)
        return fault_set(f, -ELOOP, "%s: more than %d folders deep", folder, FOLDER_DEPTH_MAX);
    struct dirent **entries;
    int n = scandir(folder, &entries, visible, by_bytes);
    if (n < 0)
        return fault_set(f, -errno, "%s: folder cannot be read: %s", folder, strerror(errno));
    int rc = 0;
    for (int i = 0; i < n; i++) {
        char *path = NULL;
        if (rc == 0 && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
            rc = fault_set(f, -ENOMEM, "%s: out of memory", folder);
        else if (rc == 0)
            rc = list_entry(l, path, depth, recursive, f);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int source_list(const char *path, bool recursive, struct source_list *out, struct fault *f)
{
    *out = (struct source_list){ 0 };
    struct stat st;
    int rc;
    if (strcmp(path, "-") != 0 && stat(path, &st) != 0)
        rc = fault_set(f, -errno, "%s: %s", path, strerror(errno));
    else if (strcmp(path, "-") != 0 && S_ISDIR(st.st_mode))
        rc = list_folder(out, path, 0, recursive, f);
    else
        rc = list_add(out, path, f);
    if (rc != 0)
        source_list_free(out);
    return rc;
}

void source_list_free(struct source_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->paths[i]);
    free(l->paths);
    *l = (struct source_list){ 0 };
}
