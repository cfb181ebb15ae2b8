/* What is in files: reads and writes come as parts, long ones in bulk behind a message that was read before they are here. A file
 * is told once, in a record of its own: when it is closed, when all of it was moved, when no more of it is kept, when nobody
 * moves it any more (a client may keep its handle for hours), or with the connection.
 */
#include "dissectors/smb/message.h"

#include <string.h>

enum { LOOK_EVERY_US = 1000 * 1000, SMB2_READ = 8, SMB2_WRITE = 9, SMB1_READ = 0x2e, SMB1_WRITE = 0x2f, FUID_TEXT = 2 * SMB_FILE_ID + 1 };

static struct transfer *transfer_of(struct conversation *conv, struct smb_file *f, enum direction dir)
{
    if (f->moved[dir] == NULL && !f->told[dir])
        f->moved[dir] = store_take(conv->store, conv->account, sizeof *f->moved[dir]);
    return f->moved[dir];
}

static void moved(struct conversation *conv, struct smb_file *f, enum direction dir, uint64_t at, const uint8_t *bytes, size_t n)
{
    struct smb_state *s = conv->state;
    struct transfer *t = transfer_of(conv, f, dir);
    if (t == NULL)
        return;
    if (dir == FROM_CLIENT && at < t->next) {   /* written again: what the file holds now nobody can say here */
        t->gaps = true;
        return;
    }
    bool full = transfer_add(t, conv, at, bytes, n);
    if (!full && (f->size[dir] == 0 || t->next < f->size[dir]))
        return;
    f->due |= (uint8_t)(1u << dir);
    s->due = true;
}

void smb_data(struct smb_message *m, size_t offset, uint32_t length, uint64_t at)
{
    struct cursor data = smb_part(m, offset, length), rest = m->whole;
    smb_malformed(m, &data);
    if (smb_pipe_bytes(m, data) || length == 0 || (m->response && m->open == NULL))
        return;
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f == NULL)
        f = smb_file_add(m);                    /* opened before we looked */
    size_t before = offset < rest.left ? offset : rest.left;
    cursor_skip(&rest, before);
    size_t here = rest.left < length ? rest.left : length;
    const struct transfer *t = f->moved[m->conv->dir];
    if (m->version == 2 && t != NULL && at < t->next)
        record_anomaly(m->r, SMB_FILE_OVERLAP);
    if (here > 0)
        moved(m->conv, f, m->conv->dir, at, rest.at, here);
    m->s->bulk[m->conv->dir] = (struct smb_bulk){ f, at + here, offset - before, length - here };
}

/* ---- the rest of long messages ---- */

static size_t lesser(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

void smb_bulk_gap(struct conversation *conv, size_t missing)
{
    struct smb_state *s = conv->state;
    struct smb_bulk *b = &s->bulk[conv->dir];
    size_t before = lesser(b->before, missing), data = lesser(b->left, missing - before);
    b->before -= before;
    b->at += data;
    b->left -= data;
}

void smb_bulk_bytes(struct conversation *conv, const uint8_t *bytes, size_t n)
{
    struct smb_state *s = conv->state;
    struct smb_bulk *b = &s->bulk[conv->dir];
    if (b->file == NULL)
        return;
    size_t before = lesser(b->before, n), data = lesser(b->left, n - before);
    if (data > 0)
        moved(conv, b->file, conv->dir, b->at, bytes + before, data);
    smb_bulk_gap(conv, n);
    smb_content_tell(conv);
}

/* ---- telling ---- */

static void head(struct record *r, const struct smb_file *f, enum direction dir, struct text *fuid)
{
    bool two = f->version == 2;
    record_uint(r, SMB_VERSION, f->version);
    record_uint(r, SMB_COMMAND, two ? SMB2_COMMANDS + (dir == FROM_CLIENT ? SMB2_WRITE : SMB2_READ) : dir == FROM_CLIENT ? SMB1_WRITE : SMB1_READ);
    record_uint(r, SMB_SESSION_ID, f->session);
    record_uint(r, SMB_TREE_ID, f->tree);
    if (f->name.len > 0)
        record_bytes(r, SMB_FILENAME, f->name.at, f->name.len);
    text_hex(fuid, f->id, two ? SMB_FILE_ID : 2);
    record_bytes(r, SMB_FUID, fuid->at, fuid->len);
}

static void tell(struct conversation *conv, struct smb_file *f, enum direction dir, bool ended)
{
    struct smb_state *s = conv->state;
    struct file_digests made, room;
    char id[FUID_TEXT];
    struct text fuid = text_over(id, sizeof id);
    enum direction was = conv->dir;
    conv->dir = dir;                            /* the file's, whoever closed it */
    struct record *r = conversation_record(conv, &smb_schema);
    struct file what = transfer_file(f->moved[dir], conv, f->size[dir], ended, &made);
    what.name = f->name.at;
    what.name_len = f->name.len;
    r->transaction = s->transactions++;
    r->incomplete = ended && !what.whole;
    head(r, f, dir, &fuid);
    file_add(r, SMB_FILES, &what, conv->out->file_wants, &room);
    conversation_emit(conv, r);
    conv->dir = was;
}

static void give_back(struct conversation *conv, struct smb_file *f, enum direction dir)
{
    transfer_free(f->moved[dir], conv);
    store_give(conv->store, conv->account, f->moved[dir], sizeof *f->moved[dir]);
    f->moved[dir] = NULL;
}

static void settle(struct conversation *conv, struct smb_file *f, enum direction dir)
{
    if (f->moved[dir] == NULL)
        return;
    if (transfer_untold(f->moved[dir]))
        tell(conv, f, dir, true);
    give_back(conv, f, dir);
    f->told[dir] = true;
}

void smb_content_end(struct conversation *conv, struct smb_file *f)
{
    settle(conv, f, FROM_CLIENT);
    settle(conv, f, FROM_SERVER);
    f->due = 0;
}

void smb_content_due(struct smb_state *s, struct smb_file *f)
{
    f->due = 1 << FROM_CLIENT | 1 << FROM_SERVER;
    s->due = true;
}

static void tell_idle(struct conversation *conv, struct smb_file *f)
{
    for (enum direction dir = FROM_CLIENT; dir <= FROM_SERVER; dir++)
        if (f->moved[dir] != NULL && transfer_idle(f->moved[dir], conv->now_us))
            tell(conv, f, dir, false);
}

static void tell_due(struct conversation *conv, struct smb_file *f)
{
    for (enum direction dir = FROM_CLIENT; dir <= FROM_SERVER; dir++)
        if (f->due >> dir & 1)
            settle(conv, f, dir);
    f->due = 0;
}

void smb_content_tell(struct conversation *conv)
{
    struct smb_state *s = conv->state;
    bool look = conv->now_us >= s->look_us;
    if (!s->due && !look)
        return;
    if (s->leaving.used) {
        smb_content_end(conv, &s->leaving);
        buffer_free(&s->leaving.name, conv->store, conv->account);
        s->leaving = (struct smb_file){ 0 };
    }
    for (unsigned i = 0; i < SMB_FILES_MAX; i++) {
        struct smb_file *f = &s->files[i];
        if (f->due)
            tell_due(conv, f);
        if (look && f->used)
            tell_idle(conv, f);
    }
    s->due = false;
    s->look_us = conv->now_us + LOOK_EVERY_US;
}
