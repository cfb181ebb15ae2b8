/* process - programs that `fengsui up` starts, each with its output in a log of its own.
 *
 * Children are ended with us (PR_SET_PDEATHSIG) and by process_end(): TERM, then KILL when patience is over.
 * Only what was started here is ever signalled, by its pid.
 */
#ifndef CTL_PROCESS_H
#define CTL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/fault.h"

struct process {
    const char *name;
    pid_t       pid;        /* 0: not running */
    char        log[256];   /* path of its output, to which each start adds */
    long        log_start;  /* where in it this start begins; bytes */
};

/* argv[0] is the program's path (or a name to be found in PATH). 0 or a negative errno. */
int process_start(struct process *p, const char *name, const char *log_dir, const char *const argv[], struct fault *f);

/* Has it ended by itself? Then .pid becomes 0 and *exit_code says how (128 + signal when killed). */
bool process_ended(struct process *p, int *exit_code);

/* Waits for its end; gives the exit code. *stop ends the waiting early with -EINTR. */
int process_wait(struct process *p, const volatile int *stop);

void process_end(struct process *p, uint64_t patience_us);

/* The last line that it said since it was started: why it ended, for an error message. "" when it said nothing. */
void process_last_words(const struct process *p, char *out, size_t cap);

#endif
