#include "dashboards/server/regions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

enum { LINE_MAX_BYTES = 512, COLUMNS = 5 };
static const char heading[] = "code,name_zh,name_en,level,parent";

/* Cuts the line at its commas; gives the number of columns. Names hold no commas, so there is no quoting. */
static size_t split(char *line, char *column[COLUMNS])
{
    size_t n = 0;
    for (char *at = line; at != NULL; n++) {
        char *word = strsep(&at, ",");
        if (n < COLUMNS)
            column[n] = word;
    }
    return n;
}

static void region_write(FILE *out, char *const column[COLUMNS])
{
    static const char *const names[COLUMNS] = { "code", "zh", "en", "level", "parent" };
    char room[6 * LINE_MAX_BYTES];
    struct text t = text_over(room, sizeof room);
    for (size_t i = 0; i < COLUMNS; i++) {
        text_fmt(&t, "%s\"%s\":\"", i == 0 ? "{" : ",", names[i]);
        text_json(&t, column[i], strlen(column[i]));
        text_char(&t, '"');
    }
    text_char(&t, '}');
    fwrite(t.at, 1, t.len, out);
}

static int line_read(char *line, unsigned number, const char *path, FILE *out, struct fault *f)
{
    char *column[COLUMNS] = { 0 };
    line[strcspn(line, "\r\n")] = '\0';
    if (number == 1)
        return strcmp(line, heading) == 0 ? 0
             : fault_set(f, -EINVAL, "%s:1: the heading must be %s", path, heading);
    if (*line == '\0')
        return 0;
    if (number > REGIONS_MAX)
        return fault_set(f, -E2BIG, "%s:%u: more than %d regions", path, number, REGIONS_MAX);
    size_t n = split(line, column);
    if (n != COLUMNS)
        return fault_set(f, -EINVAL, "%s:%u: %zu columns where %d are expected", path, number, n, COLUMNS);
    size_t digits = strspn(column[0], "0123456789");
    if (digits < 6 || digits > 12 || column[0][digits] != '\0')
        return fault_set(f, -EINVAL, "%s:%u: `%.20s` is no region code of 6 to 12 digits", path, number, column[0]);
    if (number > 2)
        fputc(',', out);
    region_write(out, column);
    return 0;
}

char *regions_load(const char *path, size_t *len, struct fault *f)
{
    char line[LINE_MAX_BYTES], *json = NULL;
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    FILE *out = open_memstream(&json, len);
    int rc = out != NULL ? 0 : fault_set(f, -ENOMEM, "%s", strerror(ENOMEM));
    if (out != NULL)
        fputs("{\"regions\":[", out);
    for (unsigned number = 1; rc == 0 && fgets(line, sizeof line, in) != NULL; number++)
        rc = line_read(line, number, path, out, f);
    if (out != NULL) {
        fputs("]}", out);
        fclose(out);
    }
    fclose(in);
    if (rc != 0) {
        free(json);
        return NULL;
    }
    return json;
}
