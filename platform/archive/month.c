/* Months by name, as UTC has them: the unit in which the archive keeps, counts and removes. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/store.h"

void archive_month_name(int64_t time_us, char out[MONTH_NAME])
{
    time_t t = (time_t)(time_us / 1000000);
    struct tm tm;
    gmtime_r(&t, &tm);
    snprintf(out, MONTH_NAME, "%04u-%02u", (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)tm.tm_mon % 12u + 1u);
}

static bool is_month(const char *name)
{
    static const char shape[] = "dddd-dd";
    size_t i = 0;
    for (; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? !isdigit((unsigned char)name[i]) : name[i] != shape[i])
            return false;
    return name[i] == '\0';
}

int64_t archive_month_start(const char *name, int ahead)
{
    if (!is_month(name))
        return INT64_MIN;
    struct tm tm = { .tm_year = atoi(name) - 1900, .tm_mon = atoi(name + 5) - 1 + ahead, .tm_mday = 1 };
    return (int64_t)timegm(&tm) * 1000000;
}

bool archive_month_fits(const char *name, const struct archive_query *q)
{
    char month[MONTH_NAME];
    if (q->from_us != 0) {
        archive_month_name((int64_t)q->from_us, month);
        if (strcmp(name, month) < 0)
            return false;
    }
    if (q->to_us != 0) {
        archive_month_name((int64_t)q->to_us - 1, month);
        if (strcmp(name, month) > 0)
            return false;
    }
    return true;
}

int archive_month_add(struct month_list *list, const char *name, struct fault *f)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        char (*more)[MONTH_NAME] = realloc(list->names, room * sizeof *more);
        if (more == NULL)
            return fault_set(f, -ENOMEM, "archive: no memory");
        list->names = more;
        list->room = room;
    }
    snprintf(list->names[list->count++], MONTH_NAME, "%.7s", name);
    return 0;
}
