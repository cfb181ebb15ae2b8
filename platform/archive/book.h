/* book - all checkpoints of an archive added up: what it must hold.
 *
 * The archiver asks it which files are still to be sealed, the verifier whether what is there is what was said.
 * Limits     48 bytes for each head and 32 for each line: some 5 MB for ten years of hourly checkpoints.
 */
#ifndef ARCHIVE_BOOK_H
#define ARCHIVE_BOOK_H

#include "archive/checkpoint.h"
#include "archive/ledger.h"

struct book_head { uint64_t seq, line; uint8_t link[CHAIN_LINK]; };     /* line: of the checkpoint that said so */

struct book_month {
    char              month[CHAIN_MONTH_MAX];
    struct book_head *heads;                /* in the order in which they were said */
    size_t            count, room;
    uint64_t          removed;              /* line that says so, or 0 */
};

struct book_file {
    struct seal seal;
    uint64_t    line, time_us;              /* of the checkpoint that sealed it */
    bool        open;                       /* something was written to it since */
};

struct book {
    struct book_month *months;
    struct book_file  *files;
    size_t   month_count, file_count;
    uint8_t (*lines)[CHAIN_LINK];           /* SM3 of each line: lines[0] is that of line 1 */
    size_t   line_count, line_room;
    enum checkpoint_reason reason;          /* of the last one */
    bool     follows;
    uint64_t time_us;
};

/* A line more, in order; NULL for one that could not be read. 0 or -ENOMEM. */
int book_add(struct book *b, const struct ledger_line *l, const struct checkpoint *c, struct fault *f);

struct book_month *book_month(const struct book *b, const char *month);     /* NULL: no checkpoint names it */
struct book_file  *book_file(const struct book *b, const char *file);       /* NULL: it was never sealed */
void book_free(struct book *b);

#endif
