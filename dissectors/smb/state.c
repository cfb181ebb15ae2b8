/* What a connection remembers, all of it in rings: whoever opens too many loses the oldest, not our memory. */
#include "dissectors/framing/utf16.h"
#include "dissectors/smb/message.h"

#include <stdio.h>
#include <string.h>

enum { STATUS_CODE_TEXT = 12, FILETIME_PER_US = 10 };
static const uint64_t FILETIME_1970_US = UINT64_C(11644473600000000);

/* --- values --------------------------------------------------------------------------------------------------------- */

const struct value *smb_text(struct smb_message *m, uint16_t row, struct cursor c, bool utf16)
{
    if (c.status != CURSOR_OK)
        return NULL;
    size_t from = m->text.len;
    const uint8_t *at = c.at;
    size_t len = c.left;
    if (utf16) {
        utf16_text(c, &m->text);
        at = (const uint8_t *)m->room + from;
        len = m->text.len - from;
    }
    struct value *v = record_add(m->r, row);
    if (v == NULL)
        return NULL;
    v->bytes = at;
    v->len = (uint32_t)len;
    return v;
}

void smb_time(struct smb_message *m, uint16_t row, uint64_t filetime)
{
    uint64_t us = filetime / FILETIME_PER_US;
    if (us > FILETIME_1970_US && us < INT64_MAX)
        record_uint(m->r, row, us - FILETIME_1970_US);
}

struct cursor smb_part(const struct smb_message *m, size_t offset, size_t length)
{
    struct cursor c = m->whole;
    cursor_skip(&c, offset);
    return cursor_sub(&c, length);
}

void smb_malformed(struct smb_message *m, const struct cursor *c)
{
    if (c->status != CURSOR_OK && !m->cut)
        record_anomaly(m->r, SMB_MALFORMED_DATA);
}

/* --- requests and the record ---------------------------------------------------------------------------------------- */

static void open_free(struct smb_message *m, struct smb_open *o)
{
    buffer_free(&o->name, m->conv->store, m->conv->account);
    *o = (struct smb_open){ 0 };
}

static struct smb_open *open_of(struct smb_message *m)
{
    for (unsigned i = 0; i < SMB_OPEN_MAX; i++) {
        struct smb_open *o = &m->s->open[i];
        if (o->used && o->id == m->id && o->command == m->command)
            return o;
    }
    return NULL;
}

static struct smb_open *open_begin(struct smb_message *m)
{
    struct smb_open *o = &m->s->open[m->s->next_open];
    m->s->next_open = (m->s->next_open + 1) % SMB_OPEN_MAX;
    open_free(m, o);
    *o = (struct smb_open){ .used = true, .id = m->id, .session = m->session, .tree = m->tree, .command = m->command,
                            .transaction = m->s->transactions++ };
    return o;
}

static void status_add(struct smb_message *m)
{
    size_t from = m->text.len;
    char code[STATUS_CODE_TEXT];
    (void)snprintf(code, sizeof code, "0x%x", m->status);
    text_str(&m->text, code);
    record_uint(m->r, SMB_STATUS, m->status);
    record_bytes(m->r, SMB_STATUS_CODE, m->room + from, m->text.len - from);
}

static void header_add(struct smb_message *m)
{
    m->text = text_over(m->room, sizeof m->room);
    m->r = conversation_record(m->conv, &smb_schema);
    m->r->transaction = m->open != NULL ? m->open->transaction : m->s->transactions;
    record_uint(m->r, SMB_ID, m->version == 1 ? m->id & 0xffff : m->id);      /* SMB1: without the process */
    record_uint(m->r, SMB_VERSION, m->version);
    record_uint(m->r, SMB_COMMAND, m->version == 2 ? SMB2_COMMANDS + (unsigned)m->command : m->command);
    if (m->response)
        status_add(m);
    record_uint(m->r, SMB_SESSION_ID, m->session);
    record_uint(m->r, SMB_TREE_ID, m->tree);
}

void smb_begin(struct smb_message *m)
{
    m->open = m->response ? open_of(m) : open_begin(m);
    if (m->open != NULL && m->response) {
        m->tree = m->open->tree != 0 && m->tree == 0 ? m->open->tree : m->tree;
        memcpy(m->file, m->open->file, SMB_FILE_ID);
    }
    header_add(m);
    if (m->open == NULL)
        m->s->transactions++;
    if (m->response && m->conv->dir == FROM_CLIENT)
        record_anomaly(m->r, SMB_RESPONSE_TO_SERVER);
    if (!m->response && m->conv->dir == FROM_SERVER)
        record_anomaly(m->r, SMB_REQUEST_TO_CLIENT);
}

static void out(struct smb_message *m)
{
    conversation_emit(m->conv, m->r);
    if (m->drop_from != NULL)
        buffer_drop(m->drop_from, m->drop);
    m->drop_from = NULL;
}

void smb_finish(struct smb_message *m)
{
    m->r->incomplete |= m->cut && m->told_pdu;
    out(m);
    if (m->response && m->open != NULL)
        open_free(m, m->open);
    m->open = NULL;
    smb_content_tell(m->conv);
}

/* --- shares and files ----------------------------------------------------------------------------------------------- */

struct smb_tree *smb_tree_of(struct smb_state *s, uint32_t id)
{
    for (unsigned i = 0; i < SMB_TREES_MAX; i++)
        if (s->trees[i].used && s->trees[i].id == id)
            return &s->trees[i];
    return NULL;
}

void smb_tree_add(struct smb_state *s, uint32_t id, bool pipe)
{
    struct smb_tree *t = smb_tree_of(s, id);
    if (t == NULL) {
        t = &s->trees[s->next_tree];
        s->next_tree = (s->next_tree + 1) % SMB_TREES_MAX;
    }
    *t = (struct smb_tree){ .id = id, .used = true, .pipe = pipe };
}

static void pipe_free(struct smb_state *s, struct conversation *conv, struct smb_file *f)
{
    if (f->pipe == NULL)
        return;
    dce_free(&f->pipe->dce, conv);
    buffer_free(&f->pipe->pending[0], conv->store, conv->account);
    buffer_free(&f->pipe->pending[1], conv->store, conv->account);
    store_give(conv->store, conv->account, f->pipe, sizeof *f->pipe);
    f->pipe = NULL;
    s->pipes--;
}

static void file_free(struct smb_state *s, struct conversation *conv, struct smb_file *f)
{
    pipe_free(s, conv, f);
    buffer_free(&f->name, conv->store, conv->account);
    for (unsigned dir = 0; dir < 2; dir++)
        if (s->bulk[dir].file == f)
            s->bulk[dir].file = NULL;
    *f = (struct smb_file){ 0 };
}

/* Its content is told once the record that is under way is out. A message lets go of one file only. */
static void file_leaves(struct smb_message *m, struct smb_file *f)
{
    struct smb_state *s = m->s;
    if ((f->moved[0] != NULL || f->moved[1] != NULL) && !s->leaving.used) {
        pipe_free(s, m->conv, f);
        s->leaving = *f;
        s->due = true;
        f->name = (struct buffer){ 0 };
        f->moved[0] = f->moved[1] = NULL;
    }
    file_free(s, m->conv, f);
}

struct smb_file *smb_file_of(struct smb_state *s, const uint8_t id[SMB_FILE_ID])
{
    for (unsigned i = 0; i < SMB_FILES_MAX; i++)
        if (s->files[i].used && memcmp(s->files[i].id, id, SMB_FILE_ID) == 0)
            return &s->files[i];
    return NULL;
}

struct smb_file *smb_file_add(struct smb_message *m)
{
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f == NULL) {
        f = &m->s->files[m->s->next_file];
        m->s->next_file = (m->s->next_file + 1) % SMB_FILES_MAX;
    }
    if (f->pipe != NULL && m->drop_from != NULL)
        m->drop_from = NULL;
    file_leaves(m, f);
    f->used = true;
    f->tree = m->tree;
    f->session = m->session;
    f->version = m->version;
    memcpy(f->id, m->file, SMB_FILE_ID);
    return f;
}

void smb_name_kept(struct smb_message *m, const struct value *name)
{
    if (name != NULL && m->open != NULL && m->open->name.len == 0)
        (void)buffer_add(&m->open->name, m->conv->store, m->conv->account, name->bytes, name->len, SMB_NAME_MAX);
}

void smb_file_opened(struct smb_message *m)
{
    struct smb_file *f = smb_file_add(m);
    if (m->open == NULL)
        return;
    f->name = m->open->name;                    /* the block goes over */
    m->open->name = (struct buffer){ 0 };
}

void smb_file_closed(struct smb_message *m)
{
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f != NULL)
        file_leaves(m, f);
}

void smb_tell_file(struct smb_message *m)
{
    const struct smb_file *f = smb_file_of(m->s, m->file);
    if (m->open != NULL && !m->response)
        memcpy(m->open->file, m->file, SMB_FILE_ID);
    if (f != NULL && f->name.len > 0) {         /* copied: the file may be closed before the record is out */
        size_t from = m->text.len;
        text_bytes(&m->text, f->name.at, f->name.len);
        record_bytes(m->r, SMB_FILENAME, m->room + from, m->text.len - from);
    }
    size_t from = m->text.len, n = m->version == 1 ? 2 : SMB_FILE_ID;
    text_hex(&m->text, m->file, n);
    record_bytes(m->r, SMB_FUID, m->room + from, m->text.len - from);
}

void smb_state_free(struct conversation *conv)
{
    struct smb_state *s = conv->state;
    for (unsigned i = 0; i < SMB_FILES_MAX; i++) {
        smb_content_end(conv, &s->files[i]);
        file_free(s, conv, &s->files[i]);
    }
    for (unsigned i = 0; i < SMB_OPEN_MAX; i++)
        buffer_free(&s->open[i].name, conv->store, conv->account);
    buffer_free(&s->dialects, conv->store, conv->account);
}

/* --- named pipes ---------------------------------------------------------------------------------------------------- */

/* A file nobody saw being opened is a pipe when its bytes say so. */
static bool is_pipe(struct smb_message *m, const struct smb_file *f, struct cursor data)
{
    const struct smb_tree *t = smb_tree_of(m->s, m->tree);
    struct dce_header h;
    if (f != NULL && f->pipe != NULL)
        return true;
    if (t != NULL)
        return t->pipe;
    return (f == NULL || (f->moved[0] == NULL && f->moved[1] == NULL)) && dce_header_read(data, &h) == PROBE_YES;
}

/* The pipe behind m->file; NULL: too many. */
static struct smb_pipe *pipe_of(struct smb_message *m, struct smb_file *f)
{
    if (f != NULL && f->pipe != NULL)
        return f->pipe;
    if (m->s->pipes >= SMB_PIPES_MAX)
        return NULL;
    if (f == NULL)
        f = smb_file_add(m);
    f->pipe = store_take(m->conv->store, m->conv->account, sizeof *f->pipe);
    m->s->pipes += f->pipe != NULL;
    return f->pipe;
}

/* One fragment into the record; a message with several whole calls becomes several records. */
static void fragment_read(struct smb_message *m, struct smb_pipe *p, struct cursor fragment)
{
    if (m->told_pdu) {
        conversation_emit(m->conv, m->r);
        header_add(m);
        m->told_pdu = false;
    }
    size_t before = m->r->count;
    record_item(m->r, SMB_DCERPC);
    m->told_pdu = dce_read(&p->dce, m->conv, fragment, m->r, SMB_DCE);
    if (!m->told_pdu)
        m->r->count = before;
    if (p->dce.malformed)
        record_anomaly(m->r, SMB_DCERPC_MALFORMED);
}

bool smb_pipe_bytes(struct smb_message *m, struct cursor data)
{
    struct dce_header h;
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (!is_pipe(m, f, data))
        return false;
    struct smb_pipe *p = pipe_of(m, f);
    if (p == NULL || data.status != CURSOR_OK || data.left == 0)
        return true;
    struct buffer *pending = &p->pending[m->response];
    bool joined = pending->len > 0;
    if (joined) {
        (void)buffer_add(pending, m->conv->store, m->conv->account, data.at, data.left, STORE_BLOCK_MAX);
        data = cursor_over(pending->at, pending->len);
    }
    enum probe header;
    while ((header = dce_header_read(data, &h)) == PROBE_YES && data.left >= h.length)
        fragment_read(m, p, cursor_sub(&data, h.length));
    if (header == PROBE_NO)
        cursor_skip(&data, data.left);
    if (joined) {
        m->drop_from = pending;                 /* the record may still point into it */
        m->drop = pending->len - data.left;
    } else
        (void)buffer_add(pending, m->conv->store, m->conv->account, data.at, data.left, STORE_BLOCK_MAX);
    return true;
}
