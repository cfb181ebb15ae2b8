/* state - what an NFS conversation remembers, and the contents of files that pass through it (content.c, replies.c). */
#ifndef DISSECTORS_NFS_STATE_H
#define DISSECTORS_NFS_STATE_H

#include "dissectors/framing/transfer.h"
#include "dissectors/nfs/fields.h"

enum { NFS_OPEN_MAX = 64, NFS_RECENT_MAX = 16, NFS_FILES_MAX = 16, NFS_NAMES_MAX = 32, NFS_HANDLE_MAX = 128, NFS_NAME_KEPT = 255 };

struct nfs_handle {
    uint8_t len;                    /* 0: none */
    uint8_t at[NFS_HANDLE_MAX];
};

struct nfs_open {                   /* a call without its reply */
    uint64_t          transaction, offset;
    uint32_t          xid, version, procedure;
    bool              waiting;
    enum nfs_moves    moves;
    struct nfs_handle handle;       /* of what is read */
    struct buffer     name;         /* of what is looked up or made */
};

struct nfs_name {
    struct nfs_handle handle;
    struct buffer     name;
};

struct nfs_file {
    struct nfs_handle handle;
    uint32_t          version;
    struct transfer   moved[2];
    uint64_t          size[2];      /* of all of it, 0: nobody said */
    uint64_t          last_us;
    bool              told[2];      /* what is behind its beginning is not looked at until it begins again */
    uint8_t           due;          /* bits, directions to be told after this message */
};

struct nfs_bulk {                   /* where the rest of a long message's data belongs */
    struct nfs_file *file;          /* NULL: nowhere */
    uint64_t         at, left;
};

struct nfs_state {
    uint64_t        transactions;
    struct nfs_open open[NFS_OPEN_MAX];
    unsigned        next;
    uint64_t        recent[NFS_RECENT_MAX]; /* hashes of files that were read or written last */
    unsigned        next_recent;
    struct nfs_name names[NFS_NAMES_MAX];
    unsigned        next_name;
    struct nfs_file files[NFS_FILES_MAX];
    struct nfs_file leaving;        /* its place is taken, its content is told after this message */
    struct nfs_bulk bulk[2];
    uint64_t        look_us;        /* when to look for files that nobody moves any more */
    bool            due;            /* some file's .due is set, or .leaving */
    uint64_t        skip[2];        /* bytes of a long message still to come */
    bool            continues[2];   /* the next fragment belongs to a message that was read */
};

/* content.c: `length` octets belong to the file from `at` on, in the direction of conv; those that are here are in `data`.
 * `size`: of the whole file, 0: not said. Telling comes later, in nfs_content_tell(), when no record is under way. */
struct nfs_part { const struct nfs_handle *handle; uint32_t version, length; uint64_t at, size; };
void nfs_content_part(struct conversation *conv, const struct nfs_part *p, struct cursor data);
void nfs_content_bulk(struct conversation *conv, const uint8_t *bytes, size_t n);   /* NULL: they never came */
void nfs_content_written(struct conversation *conv, const struct nfs_handle *handle);
void nfs_content_tell(struct conversation *conv);
void nfs_content_end(struct conversation *conv);
void nfs_name_learn(struct conversation *conv, const struct nfs_handle *handle, const struct buffer *name);
const struct buffer *nfs_name_of(const struct nfs_state *s, const struct nfs_handle *handle);   /* NULL: unknown */
void nfs_handle_keep(struct nfs_handle *h, const uint8_t *at, size_t n);    /* none when it is too long */

/* replies.c: what the answer to a call brings: names for handles, and what was read. */
void nfs_reply_read(struct conversation *conv, const struct nfs_open *call, struct cursor *results);

#endif
