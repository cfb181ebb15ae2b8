#include "common/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/text.h"

/* The one place with state of the whole process: where the lines go is a fact about the process. */
static struct {
    const char    *program;
    enum log_level most;
    bool           colour, journal;
} log_state = { "fengsui", LOG_LEVEL_INFO, false, false };

static const struct { const char *name, *colour, *journal; } levels[] = {
    [LOG_LEVEL_ERROR]   = { "error",   "\033[31m", "<3>" },
    [LOG_LEVEL_WARNING] = { "warning", "\033[33m", "<4>" },
    [LOG_LEVEL_INFO]    = { "info",    "",         "<6>" },
    [LOG_LEVEL_DEBUG]   = { "debug",   "\033[2m",  "<7>" },
};

void log_open(const char *program, enum log_level most)
{
    const char *no_colour = getenv("NO_COLOR");
    log_state.program = program;
    log_state.most = most;
    log_state.journal = getenv("JOURNAL_STREAM") != NULL && !isatty(STDERR_FILENO);
    log_state.colour = isatty(STDERR_FILENO) && (no_colour == NULL || *no_colour == '\0');
}

__attribute__((format(printf, 2, 0)))
static void log_line(enum log_level level, const char *fmt, va_list args)
{
    char line[1024], now[CLOCK_TEXT_MAX], said[800];
    if (level > log_state.most)
        return;
    struct text t = text_over(line, sizeof line - 1);
    vsnprintf(said, sizeof said, fmt, args);
    clock_text(clock_wall_us(), now);
    if (log_state.journal)
        text_fmt(&t, "%s%s: %s", levels[level].journal, log_state.program, said);
    else
        text_fmt(&t, "%s %s%s%s %s: %s", now, log_state.colour ? levels[level].colour : "", levels[level].name,
                 log_state.colour && *levels[level].colour ? "\033[0m" : "", log_state.program, said);
    line[t.len++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, t.len);
    (void)written;      /* nowhere is left to say that it failed */
}

#define LOG_AT(level)                   \
    do {                                \
        va_list args;                   \
        va_start(args, fmt);            \
        log_line((level), fmt, args);   \
        va_end(args);                   \
    } while (0)

void log_error(const char *fmt, ...)   { LOG_AT(LOG_LEVEL_ERROR); }
void log_warning(const char *fmt, ...) { LOG_AT(LOG_LEVEL_WARNING); }
void log_info(const char *fmt, ...)    { LOG_AT(LOG_LEVEL_INFO); }
void log_debug(const char *fmt, ...)   { LOG_AT(LOG_LEVEL_DEBUG); }
