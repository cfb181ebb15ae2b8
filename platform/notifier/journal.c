#include "notifier/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

struct journal {
    char  *path;
    FILE  *file;
    size_t lines;               /* of the file */
    size_t count, next;         /* of the ring */
    bool   said;
    char   keys[JOURNAL_MOST][JOURNAL_KEY_MAX];
};

bool journal_has(const struct journal *j, const char *key)
{
    for (size_t i = 0; i < j->count; i++)
        if (strcmp(j->keys[i], key) == 0)
            return true;
    return false;
}

static void remember(struct journal *j, const char *key)
{
    snprintf(j->keys[j->next], JOURNAL_KEY_MAX, "%s", key);
    j->next = (j->next + 1) % JOURNAL_MOST;
    j->count += j->count < JOURNAL_MOST;
}

/* ---- the file ---- */

/* Oldest first, beside and then in its place, so that there is always one of the two whole. */
static int write_anew(struct journal *j)
{
    char fresh[4096];
    snprintf(fresh, sizeof fresh, "%s.new", j->path);
    FILE *out = fopen(fresh, "we");
    if (out == NULL)
        return -errno;
    for (size_t i = 0; i < j->count; i++)
        fprintf(out, "%s\n", j->keys[(j->next + JOURNAL_MOST - j->count + i) % JOURNAL_MOST]);
    if (fflush(out) != 0 || fdatasync(fileno(out)) != 0 || rename(fresh, j->path) != 0) {
        int rc = -errno;
        fclose(out);
        return rc;
    }
    if (j->file != NULL)
        fclose(j->file);
    j->file = out;
    j->lines = j->count;
    return 0;
}

static void put_line(struct journal *j, const char *key)
{
    bool good = fprintf(j->file, "%s\n", key) > 0 && fflush(j->file) == 0 && fdatasync(fileno(j->file)) == 0;
    if (++j->lines > 2 * JOURNAL_MOST)
        good = write_anew(j) == 0 && good;
    if (!good && !j->said)
        log_error("%s: %s: after a crash now, messages that were confirmed may be sent again", j->path, strerror(errno));
    j->said |= !good;
}

static void read_line(struct journal *j, char *line)
{
    size_t n = strlen(line);
    if (n < 2 || line[n - 1] != '\n' || n > JOURNAL_KEY_MAX)
        return;
    line[n - 1] = '\0';
    remember(j, line);
}

static int read_all(struct journal *j, struct fault *f)
{
    char line[JOURNAL_KEY_MAX + 8];
    FILE *in = fopen(j->path, "re");
    if (in == NULL)
        return errno == ENOENT ? 0 : fault_set(f, -errno, "%s: %s", j->path, strerror(errno));
    while (fgets(line, sizeof line, in) != NULL)
        read_line(j, line);
    fclose(in);
    return 0;
}

/* ---- opening ---- */

struct journal *journal_open(const char *path, struct fault *f)
{
    struct journal *j = calloc(1, sizeof *j);
    if (j == NULL || (path != NULL && (j->path = strdup(path)) == NULL)) {
        fault_set(f, -ENOMEM, "no memory for the journal");
        free(j);
        return NULL;
    }
    int rc = path != NULL ? read_all(j, f) : 0;
    if (rc == 0 && path != NULL && (rc = write_anew(j)) != 0)
        fault_set(f, rc, "%s: %s", path, strerror(-rc));
    if (rc == 0)
        return j;
    journal_close(j);
    return NULL;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    if (j->file != NULL)
        fclose(j->file);
    free(j->path);
    free(j);
}

void journal_add(struct journal *j, const char *key)
{
    if (journal_has(j, key))
        return;
    remember(j, key);
    if (j->path != NULL)
        put_line(j, key);
}
