/* transfer - a file that is read or written part by part, each with its place in the file (SMB, NFS), on its way to file_add().
 *
 *     parts, perhaps out of order ──> transfer_add() ──> in order from octet 0: what is kept, digests ──> transfer_file()
 *
 * Order      a part that is ahead of the others waits for them, up to the limits below; what does not fit is lost, and the file then
 *            has a gap. Octets that came first stay: who writes a place again changes nothing of what is judged.
 * Ownership  all memory is the flow's store's; transfer_free() gives it back. Zeroed memory is a transfer that has not begun.
 * Errors     none: what is missing makes the file one with gaps.
 */
#ifndef DISSECTORS_FRAMING_TRANSFER_H
#define DISSECTORS_FRAMING_TRANSFER_H

#include "common/buffer.h"
#include "dissectors/dissector.h"
#include "dissectors/framing/file.h"

enum {
    TRANSFER_KEPT = 100 * 1024,         /* first octets of a file that rules see */
    TRANSFER_WAITING = 128 * 1024,      /* of parts that are ahead */
    TRANSFER_PARTS = 16,
    TRANSFER_IDLE_US = 10 * 1000 * 1000 /* a file nobody moves for so long is told as it is: handles stay open for hours */
};

struct transfer {
    struct buffer kept, waiting;
    struct transfer_part { uint64_t at; uint32_t from, len; } parts[TRANSFER_PARTS];    /* of .waiting */
    struct file_digesting *digesting;
    uint64_t next;          /* octets here in order, from the file's first */
    uint64_t seen;          /* end of the part that ends last */
    uint64_t told;          /* .seen when it was told last */
    uint64_t last_us;       /* when the last part came */
    uint8_t  count;         /* parts that wait */
    bool     begun, gaps;
};

/* n octets of the file from `at` on. True: nothing that comes later will be looked at, tell it now. */
bool transfer_add(struct transfer *t, struct conversation *conv, uint64_t at, const uint8_t *bytes, size_t n);

/* Is there something to tell that was not told? */
static inline bool transfer_untold(const struct transfer *t)
{
    return t->next > 0 && t->seen > t->told;
}

static inline bool transfer_idle(const struct transfer *t, uint64_t now_us)
{
    return transfer_untold(t) && now_us >= t->last_us + TRANSFER_IDLE_US;
}

/* The file so far, without a name; its bytes are good until the next call. `size`: of the whole file, 0: nobody said.
 * `ended`: nothing more will come; then `digests` are made, and transfer_free() should follow. */
struct file transfer_file(struct transfer *t, struct conversation *conv, uint64_t size, bool ended, struct file_digests *digests);

void transfer_free(struct transfer *t, struct conversation *conv);     /* zeroed again */

#endif
