#include "common/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { US = 1000000 };

static uint64_t clock_read(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * US + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall_us(void)
{
    return clock_read(CLOCK_REALTIME);
}

uint64_t clock_steady_us(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

uint64_t clock_cpu_us(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (uint64_t)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * US
           + (uint64_t)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

/* "2026-11-21T19:23:20." and "+0800" of one second. localtime_r() takes a lock and reads the zone's rules, which
 * is far more than the rest of an event's JSON costs, and packets come thousands to the second: each thread
 * remembers the last one. */
struct second {
    uint64_t second;
    char     head[21], offset[6];
    bool     known;
};

static const struct second *second_text(uint64_t second)
{
    static _Thread_local struct second last;
    if (last.known && last.second == second)
        return &last;
    time_t t = (time_t)second;
    struct tm tm;
    if (localtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900) {
        t = 0;
        gmtime_r(&t, &tm);
    }
    strftime(last.head, sizeof last.head, "%Y-%m-%dT%H:%M:%S.", &tm);
    strftime(last.offset, sizeof last.offset, "%z", &tm);
    last.second = second;
    last.known = true;
    return &last;
}

size_t clock_text(uint64_t time_us, char out[CLOCK_TEXT_MAX])
{
    const struct second *s = second_text(time_us / US);
    uint32_t us = (uint32_t)(time_us % US);
    memcpy(out, s->head, 20);
    for (size_t i = 0; i < 6; i++, us /= 10)
        out[25 - i] = (char)('0' + us % 10);
    memcpy(out + 26, s->offset, 6);
    return 26 + strlen(s->offset);
}

/* `n` digits make a number from 0 to `most`; *at moves behind them. */
static bool digits_parse(const char **at, int n, int most, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return *out <= most;
}

static bool mark_parse(const char **at, const char *one_of)
{
    bool there = **at != '\0' && strchr(one_of, **at) != NULL;
    *at += there;
    return there;
}

/* "Z", "+0800", "+08:00" or nothing into seconds east of Greenwich. */
static int offset_parse(const char *s, int *east)
{
    int hours, minutes, sign = *s == '-' ? -1 : 1;
    *east = 0;
    if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0 || *s == '\0')
        return 0;
    if (!mark_parse(&s, "+-") || !digits_parse(&s, 2, 23, &hours))
        return -EINVAL;
    mark_parse(&s, ":");
    if (!digits_parse(&s, 2, 59, &minutes) || *s != '\0')
        return -EINVAL;
    *east = sign * (hours * 3600 + minutes * 60);
    return 0;
}

static const char *fraction_parse(const char *s, uint32_t *us)
{
    uint32_t scale = US / 10;
    *us = 0;
    if (!mark_parse(&s, ".,"))
        return s;
    for (; *s >= '0' && *s <= '9'; s++, scale /= 10)
        *us += (uint32_t)(*s - '0') * scale;
    return s;
}

int clock_parse(const char *text, uint64_t *time_us)
{
    struct tm tm = { 0 };
    uint32_t us;
    int east, day;
    if (!digits_parse(&text, 4, 9999, &tm.tm_year) || !mark_parse(&text, "-") || !digits_parse(&text, 2, 12, &tm.tm_mon)
        || !mark_parse(&text, "-") || !digits_parse(&text, 2, 31, &day) || !mark_parse(&text, "Tt ")
        || !digits_parse(&text, 2, 23, &tm.tm_hour) || !mark_parse(&text, ":") || !digits_parse(&text, 2, 59, &tm.tm_min)
        || !mark_parse(&text, ":") || !digits_parse(&text, 2, 60, &tm.tm_sec) || tm.tm_year < 1970 || tm.tm_mon < 1)
        return -EINVAL;
    if (offset_parse(fraction_parse(text, &us), &east) < 0)
        return -EINVAL;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    tm.tm_mday = day;
    bool leap = tm.tm_sec == 60;
    int64_t second = (int64_t)timegm(&tm) - east;       /* a leap second counts as the first of the next minute */
    if (second < 0 || (tm.tm_mday != day && !leap))
        return -EINVAL;                                 /* 31 April became 1 May */
    *time_us = (uint64_t)second * US + us;
    return 0;
}

int32_t clock_offset_s(void)
{
    time_t now = time(NULL);
    struct tm tm;
    return localtime_r(&now, &tm) != NULL ? (int32_t)tm.tm_gmtoff : 0;
}
