/* log - one line for the person who runs the program, on standard error.
 *
 * Shape    "2026-11-21T19:23:20.123456+0800 warning sensor: text". On a terminal the level is
 *          coloured unless NO_COLOR is set; under systemd (JOURNAL_STREAM) the time is left to
 *          the journal and the level becomes its "<4>" prefix.
 * Packets  are never logged: they are counted (metrics.h).
 * Threads  any; each line is one write(2).
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Once, at start. The program's name stands in every line; lines above `most` are dropped. */
void log_open(const char *program, enum log_level most);

__attribute__((format(printf, 1, 2))) void log_error(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_warning(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *fmt, ...);

#endif
