/* What is in files. NFS 2 and 3 know neither open nor close: a file is told when its end was read, when all of it is committed,
 * when no more of it is kept, when nobody moves it any more, or with the conversation.
 */
#include "dissectors/nfs/state.h"

#include <string.h>

enum { LOOK_EVERY_US = 1000 * 1000 };

void nfs_handle_keep(struct nfs_handle *h, const uint8_t *at, size_t n)
{
    h->len = n <= NFS_HANDLE_MAX ? (uint8_t)n : 0;
    memcpy(h->at, at, h->len);
}

static bool same(const struct nfs_handle *a, const struct nfs_handle *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

/* ---- names ---- */

const struct buffer *nfs_name_of(const struct nfs_state *s, const struct nfs_handle *handle)
{
    for (unsigned i = 0; handle->len > 0 && i < NFS_NAMES_MAX; i++)
        if (same(&s->names[i].handle, handle))
            return &s->names[i].name;
    return NULL;
}

void nfs_name_learn(struct conversation *conv, const struct nfs_handle *handle, const struct buffer *name)
{
    struct nfs_state *s = conv->state;
    if (handle->len == 0 || name->len == 0 || nfs_name_of(s, handle) != NULL)
        return;
    struct nfs_name *n = &s->names[s->next_name];
    s->next_name = (s->next_name + 1) % NFS_NAMES_MAX;
    n->handle = *handle;
    n->name.len = 0;
    (void)buffer_add(&n->name, conv->store, conv->account, name->at, name->len, NFS_NAME_KEPT);
}

/* ---- telling ---- */

static void tell(struct conversation *conv, struct nfs_file *f, enum direction dir, bool ended)
{
    struct nfs_state *s = conv->state;
    struct file_digests made, room;
    enum direction was = conv->dir;
    conv->dir = dir;
    struct record *r = conversation_record(conv, &nfs_schema);
    struct file what = transfer_file(&f->moved[dir], conv, f->size[dir], ended, &made);
    const struct buffer *name = nfs_name_of(s, &f->handle);
    r->transaction = s->transactions++;
    r->incomplete = ended && !what.whole;
    record_uint(r, NFS_VERSION, f->version);
    if (dir == FROM_CLIENT)
        record_bytes(r, NFS_PROCEDURE, "WRITE", 5);
    else
        record_bytes(r, NFS_PROCEDURE, "READ", 4);
    record_uint(r, NFS_ID, r->transaction);
    record_bytes(r, NFS_HHASH, f->handle.at, f->handle.len);
    if (name != NULL) {
        record_bytes(r, NFS_FILENAME, name->at, name->len);
        what.name = name->at;
        what.name_len = name->len;
    }
    file_add(r, NFS_FILES, &what, conv->out->file_wants, &room);
    conversation_emit(conv, r);
    conv->dir = was;
}

static void settle(struct conversation *conv, struct nfs_file *f, enum direction dir)
{
    if (transfer_untold(&f->moved[dir]))
        tell(conv, f, dir, true);
    transfer_free(&f->moved[dir], conv);
    f->told[dir] = true;
}

static void file_end(struct conversation *conv, struct nfs_file *f)
{
    struct nfs_state *s = conv->state;
    settle(conv, f, FROM_CLIENT);
    settle(conv, f, FROM_SERVER);
    for (unsigned dir = 0; dir < 2; dir++)
        if (s->bulk[dir].file == f)
            s->bulk[dir].file = NULL;
    *f = (struct nfs_file){ 0 };
}

static void look_at(struct conversation *conv, struct nfs_file *f, bool look)
{
    for (enum direction dir = FROM_CLIENT; dir <= FROM_SERVER; dir++) {
        if (f->due >> dir & 1)
            settle(conv, f, dir);
        else if (look && transfer_idle(&f->moved[dir], conv->now_us))
            tell(conv, f, dir, false);
    }
    f->due = 0;
}

void nfs_content_tell(struct conversation *conv)
{
    struct nfs_state *s = conv->state;
    bool look = conv->now_us >= s->look_us;
    if (!s->due && !look)
        return;
    file_end(conv, &s->leaving);
    for (unsigned i = 0; i < NFS_FILES_MAX; i++)
        if (s->files[i].handle.len > 0)
            look_at(conv, &s->files[i], look);
    s->due = false;
    s->look_us = conv->now_us + LOOK_EVERY_US;
}

void nfs_content_end(struct conversation *conv)
{
    struct nfs_state *s = conv->state;
    file_end(conv, &s->leaving);
    for (unsigned i = 0; i < NFS_FILES_MAX; i++)
        file_end(conv, &s->files[i]);
    for (unsigned i = 0; i < NFS_NAMES_MAX; i++)
        buffer_free(&s->names[i].name, conv->store, conv->account);
}

/* ---- parts ---- */

static struct nfs_file *file_of(struct nfs_state *s, const struct nfs_handle *handle)
{
    for (unsigned i = 0; i < NFS_FILES_MAX; i++)
        if (same(&s->files[i].handle, handle))
            return &s->files[i];
    return NULL;
}

/* Of two places the better one to take: one with nothing to tell, then the one longest untouched. */
static bool better(const struct nfs_file *a, const struct nfs_file *b)
{
    bool a_moves = transfer_untold(&a->moved[0]) || transfer_untold(&a->moved[1]);
    bool b_moves = transfer_untold(&b->moved[0]) || transfer_untold(&b->moved[1]);
    return a_moves != b_moves ? b_moves : a->last_us < b->last_us;
}

/* Its content is told once the record that is under way is out. A message takes one place at most. */
static void file_leaves(struct conversation *conv, struct nfs_file *f)
{
    struct nfs_state *s = conv->state;
    if (transfer_untold(&f->moved[0]) || transfer_untold(&f->moved[1])) {
        s->leaving = *f;
        s->due = true;
        f->moved[0] = f->moved[1] = (struct transfer){ 0 };
    }
    file_end(conv, f);
}

static struct nfs_file *place_for(struct conversation *conv, const struct nfs_part *p)
{
    struct nfs_state *s = conv->state;
    struct nfs_file *found = &s->files[0];
    if (s->leaving.handle.len > 0)
        return NULL;
    for (unsigned i = 1; i < NFS_FILES_MAX; i++)
        if (better(&s->files[i], found))
            found = &s->files[i];
    file_leaves(conv, found);
    found->handle = *p->handle;
    found->version = p->version;
    return found;
}

static void moved(struct conversation *conv, struct nfs_file *f, uint64_t at, const uint8_t *bytes, size_t n)
{
    struct nfs_state *s = conv->state;
    struct transfer *t = &f->moved[conv->dir];
    if (at == 0 && !t->begun)
        f->told[conv->dir] = false;
    if (f->told[conv->dir])
        return;
    f->last_us = conv->now_us;
    bool full = transfer_add(t, conv, at, bytes, n);
    if (!full && (f->size[conv->dir] == 0 || t->next < f->size[conv->dir]))
        return;
    f->due |= (uint8_t)(1u << conv->dir);
    s->due = true;
}

void nfs_content_part(struct conversation *conv, const struct nfs_part *p, struct cursor data)
{
    struct nfs_state *s = conv->state;
    if (p->handle->len == 0 || p->length == 0)
        return;
    struct nfs_file *f = file_of(s, p->handle);
    if (f == NULL)
        f = place_for(conv, p);
    if (f == NULL)
        return;
    size_t here = data.left < p->length ? data.left : p->length;
    f->size[conv->dir] = p->size;
    moved(conv, f, p->at, data.at, here);
    s->bulk[conv->dir] = (struct nfs_bulk){ f, p->at + here, p->length - here };
}

void nfs_content_bulk(struct conversation *conv, const uint8_t *bytes, size_t n)
{
    struct nfs_state *s = conv->state;
    struct nfs_bulk *b = &s->bulk[conv->dir];
    size_t data = b->left < n ? (size_t)b->left : n;
    if (b->file == NULL || data == 0)
        return;
    if (bytes != NULL)
        moved(conv, b->file, b->at, bytes, data);
    b->at += data;
    b->left -= data;
    nfs_content_tell(conv);
}

void nfs_content_written(struct conversation *conv, const struct nfs_handle *handle)
{
    struct nfs_state *s = conv->state;
    struct nfs_file *f = handle->len > 0 ? file_of(s, handle) : NULL;
    if (f == NULL)
        return;
    f->due |= 1 << FROM_CLIENT;
    s->due = true;
}
