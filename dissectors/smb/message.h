/* message - what the files of this folder share: what a connection remembers, and one message on its way to a record. */
#ifndef DISSECTORS_SMB_MESSAGE_H
#define DISSECTORS_SMB_MESSAGE_H

#include "common/buffer.h"
#include "common/text.h"
#include "dissectors/dcerpc/pdu.h"
#include "dissectors/framing/transfer.h"
#include "dissectors/smb/smb.h"
#include "dissectors/smb/fields.h"

enum {
    SMB_OPEN_MAX = 64, SMB_TREES_MAX = 16, SMB_FILES_MAX = 32, SMB_PIPES_MAX = 8,
    SMB_NAME_MAX = 1024, SMB_DIALECTS_MAX = 512, SMB_TEXT_MAX = 8192, SMB_FILE_ID = 16,
    SMB_SIZE_MAX = 16777216     /* as Suricata's limits for reading and writing at once */
};

struct smb_pipe {
    struct dce    dce;
    struct buffer pending[2];       /* a fragment that is not whole yet */
};

struct smb_tree {
    uint32_t id;
    bool     used, pipe;
};

struct smb_file {
    uint8_t          id[SMB_FILE_ID];
    uint32_t         tree;
    bool             used, pipe_known;
    uint64_t         written;       /* up to where it was written */
    struct buffer    name;
    struct smb_pipe *pipe;          /* NULL until something is said on it */
    struct transfer *moved[2];      /* its content, as written by the client and read from the server; NULL: none, or told */
    uint64_t         size[2];       /* how much that will be, 0: nobody said */
    uint64_t         session;
    uint8_t          version, due;  /* due: bits, directions whose content is to be told after this message */
    bool             told[2];       /* what else is moved has been seen, or is beyond what is kept */
};

struct smb_bulk {                   /* where the rest of a long message's data belongs */
    struct smb_file *file;          /* NULL: nowhere */
    uint64_t         at;            /* in the file */
    uint64_t         before, left;  /* octets in front of them, and of them, still to come */
};

struct smb_open {                   /* a request without its response */
    uint64_t      id, session, transaction;
    uint64_t      offset;           /* where it wants to read */
    uint32_t      tree;
    uint16_t      command;
    bool          used, pipe, overlaps;
    uint8_t       file[SMB_FILE_ID];
    struct buffer name;             /* of the file to be opened */
};

struct smb_state {
    uint64_t        transactions;
    struct smb_open open[SMB_OPEN_MAX];
    struct smb_tree trees[SMB_TREES_MAX];
    struct smb_file files[SMB_FILES_MAX];
    unsigned        next_open, next_tree, next_file, pipes;
    struct buffer   dialects;       /* SMB1: as the client offered them */
    uint64_t        skip[2];        /* of a long message that is not read: bytes still to come */
    struct smb_bulk bulk[2];
    struct smb_file leaving;        /* its place is taken, its content is told after this message */
    uint64_t        look_us;        /* when to look for files that nobody moves any more */
    uint8_t         due;            /* some file's .due is set, or .leaving */
    bool            searching[2];   /* out of step after a gap */
    bool            encrypted[2];   /* was told */
    uint16_t        dialect;        /* SMB2: agreed on, 0 not seen */
};

struct smb_message {
    struct conversation *conv;
    struct smb_state    *s;
    struct record       *r;
    struct cursor        whole;     /* from the header's first byte; offsets count from here */
    struct cursor        body;      /* behind the header */
    uint8_t              version;   /* 1 or 2 */
    bool                 response, unicode, cut;    /* cut: the message is longer than what is here */
    uint16_t             command;   /* by its protocol's own number */
    uint32_t             status, tree;
    uint64_t             session, id;
    struct smb_open     *open;      /* the request: this one, or the one that this answers; NULL not seen */
    uint8_t              file[SMB_FILE_ID];         /* the file that it is about; of a chain's message before when `related` */
    bool                 told_pdu;  /* the record has a remote procedure call */
    struct buffer       *drop_from; /* bytes to be given back once the record is out */
    size_t               drop;
    struct text          text;
    char                 room[SMB_TEXT_MAX];
};

/* state.c: the record of a message, and what is remembered between messages. */
void smb_begin(struct smb_message *m);                          /* the header's fields; finds or notes the request */
void smb_finish(struct smb_message *m);                         /* emits */
struct smb_tree *smb_tree_of(struct smb_state *s, uint32_t id);
void smb_tree_add(struct smb_state *s, uint32_t id, bool pipe);
struct smb_file *smb_file_of(struct smb_state *s, const uint8_t id[SMB_FILE_ID]);
struct smb_file *smb_file_add(struct smb_message *m);           /* m->file, known from here on */
void smb_file_opened(struct smb_message *m);                    /* open->name gets m->file as its id */
void smb_file_closed(struct smb_message *m);
void smb_tell_file(struct smb_message *m);                      /* filename and id of m->file */
void smb_name_kept(struct smb_message *m, const struct value *name);    /* for smb_file_opened() */
void smb_state_free(struct conversation *conv);

/* Octets that were written to or read from m->file. If it is a pipe, the remote procedure calls in them; false: it is none. */
bool smb_pipe_bytes(struct smb_message *m, struct cursor data);

/* content.c: what is in files. smb_data(): `length` octets at `offset` of the message belong to m->file from `at` on. */
void smb_data(struct smb_message *m, size_t offset, uint32_t length, uint64_t at);
void smb_bulk_bytes(struct conversation *conv, const uint8_t *bytes, size_t n);     /* of s->skip */
void smb_bulk_gap(struct conversation *conv, size_t missing);
void smb_content_due(struct smb_state *s, struct smb_file *f);  /* nothing more will come */
void smb_content_tell(struct conversation *conv);               /* what is due; no record may be under way */
void smb_content_end(struct conversation *conv, struct smb_file *f);    /* tells all of it and frees it */

/* values out of the message; UTF-16 becomes UTF-8 in m->room */
const struct value *smb_text(struct smb_message *m, uint16_t row, struct cursor c, bool utf16);
void smb_time(struct smb_message *m, uint16_t row, uint64_t filetime);
struct cursor smb_part(const struct smb_message *m, size_t offset, size_t length);     /* BAD when it lies outside */
void smb_malformed(struct smb_message *m, const struct cursor *c);      /* said when c is not OK and the message is whole */

/* session.c */
void smb_token(struct smb_message *m, struct cursor token);

void smb1_message(struct smb_message *m);       /* smb1.c: m->whole is set */
void smb2_message(struct smb_message *m);       /* smb2.c: one of a chain, likewise */

#endif
