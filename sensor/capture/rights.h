/* rights - given up after everything is open and before the first byte is read.
 *
 * What       become another user (when started as root), no supplementary groups, no capability in any set, no new
 *            privileges ever (so no setuid program helps), files only below the paths of the plan (Landlock), and
 *            a system call filter (seccomp).
 * Filter     what the sensor's threads need is allowed. Calls that only an intruder would make here (execve, ptrace, mount,
 *            bpf, module loading ...) kill the process: there is no honest way to arrive at them. Anything else
 *            answers ENOSYS: libraries try new calls and fall back when told they do not exist, while EPERM makes
 *            them give up (glibc's clone3) and killing would turn each library update into an outage.
 * Order      call it in the main thread before any other thread is made: capabilities and Landlock go by thread.
 * Errors     0; or a negative errno and one sentence: the user does not exist, a path is not there, rights could not be given up.
 *            A kernel without Landlock or seccomp is one warning in the log, and the rest still holds.
 * Sanitizers builds with ASan also allow what their run-time needs at exit; the rest is the same.
 */
#ifndef CAPTURE_RIGHTS_H
#define CAPTURE_RIGHTS_H

#include <stdbool.h>

#include "common/fault.h"

struct rights_plan {
    const char *user;               /* to become; NULL or "": stay who we are. Ignored unless started as root */
    const char *const *read;        /* NULL-terminated: files and folders still to be read from, with all below them */
    const char *const *write;       /* the same for making, writing, renaming, removing */
    bool confine_files;             /* Landlock */
    bool confine_calls;             /* seccomp */
};

int rights_drop(const struct rights_plan *plan, struct fault *f) __attribute__((warn_unused_result));

#endif
