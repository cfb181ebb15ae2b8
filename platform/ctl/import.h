/* import - `fengsui import WHAT FILE`: the lines of a file as commands, and a report of every line that is bad.
 *
 * What can be imported is a row of a table (import.c): each reads its file its own way and says of every line one of
 *   import_bad()        what is wrong and where: FILE:line:column. Nothing of the line is applied;
 *   import_unchanged()  it is registered so already: nothing is posted;
 *   import_post()       one command. Its answer is waited for some lines later; a refusal is a bad line as well.
 * Commands go out in the order in which they are given, POSTER_MOST at a time; import_flush() waits for all that are under way,
 * for a line that builds on another region's.
 * With --dry-run nothing is posted and everything else is the same.
 */
#ifndef CTL_IMPORT_H
#define CTL_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cli.h"
#include "events/matter.h"
#include "events/organisation.h"

/* The hash of newest versions, as the correlator keeps them (platform/correlator/desk.h). */
#define MATTERS_KEPT "state:desk"

extern const char import_usage[];       /* its lines of the program's help */

/* argv[0] is "import". Bad lines and the sum on standard output. EX_OK; EX_DATAERR when a line is bad; else what kept it. */
int import_run(struct cli *cli, int argc, char **argv);

/* ---- for what can be imported ---- */

struct import;                          /* one run */

struct importable {
    const char *name;                   /* "units" */
    const char *help;                   /* its line of the help */
    int (*run)(struct import *i, const char *path, struct fault *f);    /* 0, or a negative errno: the file cannot be read at all */
};
extern const struct importable import_units, import_assets, import_indicators;

enum import_change { IMPORT_NEW, IMPORT_CHANGED, IMPORT_RETIRED };

struct import_order {
    unsigned    line;
    enum import_change change;
    const char *region;                 /* whose stream */
    const char *kind, *command, *subject;       /* subject "" begins a matter */
    uint64_t    version;                /* of the subject, as read */
    json_t     *args;                   /* taken over */
};

/* column 0: the whole line. The sentence says what was expected. */
__attribute__((format(printf, 4, 5)))
void import_bad(struct import *i, unsigned line, unsigned column, const char *fmt, ...);
void import_bad_said(struct import *i, const struct fault *why);     /* its sentence has the place already */
void import_unchanged(struct import *i);
int  import_post(struct import *i, const struct import_order *o, struct fault *f);      /* 0, or a negative errno: no use going on */
/* And when it is applied, the command `then` (static; without arguments) on what it gave. NULL: none. */
int  import_post_then(struct import *i, const struct import_order *o, const char *then, struct fault *f);
int  import_flush(struct import *i, struct fault *f);

/* Something about the file as a whole, on standard error. */
__attribute__((format(printf, 2, 3)))
void import_note(const struct import *i, const char *fmt, ...);

/* Every matter of the kind that is in force or was lately, in all regions. It is the callee's to free. Without a Redis in the
 * settings, and then only with --dry-run, there are none. 0 or a negative errno. */
int import_current(struct import *i, const char *kind, void (*each)(void *ctx, struct matter *m), void *ctx, struct fault *f);

/* --region CODE: into that region's stream whatever a line says; "" without. */
const char *import_region(const struct import *i);
/* For indicators: --activate, --days N (0: not given), --regions CODES (NULL: not given; borrowed). */
bool import_activates(const struct import *i);
uint64_t import_days(const struct import *i);
const json_t *import_regions(const struct import *i);
unsigned import_role(const struct import *i);   /* of kind.h */
uint64_t import_now(const struct import *i);    /* when the run began; microseconds */
const struct organisation *import_organisation(const struct import *i);     /* regions and sectors */

#endif
