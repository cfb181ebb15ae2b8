/* audit - what people and programs did, in the order in which it was archived: every command, every refusal, every change of
 * an incident, a warning and the like, every checkpoint and removal, each with its link of the month's chain (chain.h).
 *
 * Entries   .prev is the link of the row before in the month's chain, .sm3 its own. Rows that are no decisions (alerts,
 *           flows ...) are links as well, so where .seq jumps, .prev is the link of one of these; .all gives them, too.
 * Order     month by month, oldest first, and within a month as archived: an incident's month is that of its last alert,
 *           so what was decided later about it stands there.
 * Memory    one row at a time, of one moment of the month.
 */
#ifndef ARCHIVE_AUDIT_H
#define ARCHIVE_AUDIT_H

#include "archive/archive.h"
#include "archive/chain.h"

enum { AUDIT_SM3 = 2 * CHAIN_LINK + 1 };

struct audit_query {            /* NULL and 0: any; several are all required */
    const char *who;
    const char *kind;           /* "warning": what it is about; or the entry's own type: "command", "refusal" ... */
    const char *id;             /* of the matter */
    uint64_t    since_us, until_us;     /* when it was decided; from inclusive, to exclusive */
    bool        all;            /* also what is no decision */
};

struct audit_entry {            /* borrowed; "" when not said */
    const char *month;          /* "2026-11": .seq counts from 1 in each */
    uint64_t    seq, time_us;
    const char *type;           /* "command", "refusal", "warning" ... */
    const char *who, *role;     /* a person's name; else "correlator", "archiver", or a sensor's name */
    const char *kind, *id;      /* of the matter; a command that begins one has no id yet */
    const char *deed;           /* "issue"; of a change by alerts "" */
    const char *state, *note;   /* of a refusal: its code, and why */
    const char *command;        /* the command's own id: the same in it and in what came of it */
    uint64_t    version;        /* of the matter after it; 0: none */
    const char *region;         /* as it is in the link: "" of what has versions */
    char        prev[AUDIT_SM3], sm3[AUDIT_SM3];
    bool        follows;        /* .sm3 is what .prev and the event give */
    const char *json;           /* the event, unmasked; "" when the row is gone */
    size_t      len;
};

/* `a` is open for verifying. `entry` returns false to stop. 0 or a negative errno with a sentence. */
int archive_audit(struct archive *a, const struct audit_query *q, bool (*entry)(void *ctx, const struct audit_entry *e), void *ctx,
                  struct fault *f);

#endif
