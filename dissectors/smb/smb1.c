/* SMB1, MS-CIFS 2.2.3 and 2.2.4 with MS-SMB: a header of 32 bytes, then per command words and bytes. AndX commands chain:
 * each says where the next one's words begin, counted from the header.
 */
#include "dissectors/smb/message.h"

#include <string.h>

enum smb1_command {
    CLOSE = 0x04, DELETE = 0x06, RENAME = 0x07, READ = 0x0a, WRITE = 0x0b, WRITE_AND_CLOSE = 0x2c, TRANSACTION = 0x25, OPEN_ANDX = 0x2d, READ_ANDX = 0x2e, WRITE_ANDX = 0x2f,
    TRANSACTION2 = 0x32, NEGOTIATE = 0x72, SESSION_SETUP_ANDX = 0x73, LOGOFF_ANDX = 0x74, TREE_CONNECT_ANDX = 0x75,
    NT_CREATE_ANDX = 0xa2, LOCKING_ANDX = 0x24
};

enum {
    FLAG_REPLY = 0x80, FLAG2_STATUS = 0x4000, FLAG2_UNICODE = 0x8000,
    CHAIN_MAX = 8, NO_ANDX = 0xff, DIALECTS = 32, DELETE_ON_CLOSE = 0x1000, TRANSACT_PIPE = 0x26, WORDS_EXTENDED_LOGON = 12,
    WORDS_EXTENDED_ANSWER = 4, WORDS_READ_LARGE = 12, WORDS_WRITE_LARGE = 14
};
static const uint32_t MORE_PROCESSING = 0xc0000016;

struct area {                   /* a command's bytes, with their place: UTF-16 begins at even ones */
    struct cursor c;
    size_t        start, len;
};

struct command {
    struct cursor words;
    struct area   bytes;
    uint8_t       word_count;
};

/* The next text, up to its zero or the end. */
static struct cursor string(struct area *a, bool utf16)
{
    size_t unit = utf16 ? 2 : 1, n = 0;
    if (utf16 && (a->start + a->len - a->c.left) % 2)
        cursor_skip(&a->c, 1);
    while (n + unit <= a->c.left && (cursor_peek(&a->c, n) != 0 || (utf16 && cursor_peek(&a->c, n + 1) != 0)))
        n += unit;
    struct cursor text = cursor_sub(&a->c, n);
    cursor_skip(&a->c, a->c.left < unit ? a->c.left : unit);
    return text;
}

static void file_id(struct smb_message *m, uint16_t fid)
{
    memset(m->file, 0, SMB_FILE_ID);
    m->file[0] = (uint8_t)(fid & 0xff);
    m->file[1] = (uint8_t)(fid >> 8);
}

static bool succeeded(const struct smb_message *m)
{
    return m->status == 0 || m->status == 0x80000005;
}

/* --- beginning ------------------------------------------------------------------------------------------------------ */

static void negotiate(struct smb_message *m, struct command *k)
{
    struct conversation *conv = m->conv;
    buffer_free(&m->s->dialects, conv->store, conv->account);
    (void)buffer_add(&m->s->dialects, conv->store, conv->account, k->bytes.c.at, k->bytes.c.left, SMB_DIALECTS_MAX);
    for (unsigned i = 0; i < DIALECTS && k->bytes.c.left > 0; i++) {
        if (cursor_u8(&k->bytes.c) != 2) {
            record_anomaly(m->r, SMB_NEGOTIATE_MALFORMED_DIALECTS);
            return;
        }
        (void)smb_text(m, SMB_CLIENT_DIALECTS, string(&k->bytes, false), false);
    }
}

static void negotiated(struct smb_message *m, struct command *k)
{
    unsigned index = cursor_le16(&k->words);
    struct area offered = { .c = cursor_over(m->s->dialects.at, m->s->dialects.len), .len = m->s->dialects.len };
    if (k->words.status != CURSOR_OK)
        return;
    for (unsigned i = 0; i <= index && offered.c.left > 0; i++) {
        cursor_skip(&offered.c, 1);
        struct cursor name = string(&offered, false);
        if (i == index)
            (void)smb_text(m, SMB_DIALECT, name, false);
    }
}

static void native(struct smb_message *m, struct area *a)
{
    (void)smb_text(m, SMB_NATIVE_OS, string(a, m->unicode), m->unicode);
    (void)smb_text(m, SMB_NATIVE_LM, string(a, m->unicode), m->unicode);
}

/* Before NTLMSSP: passwords, then account and domain in the open. */
static void old_logon(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 10);
    uint16_t ansi = cursor_le16(&k->words), unicode = cursor_le16(&k->words);
    cursor_skip(&k->bytes.c, (size_t)ansi + unicode);
    struct cursor account = string(&k->bytes, m->unicode), domain = string(&k->bytes, m->unicode);
    if (k->words.status != CURSOR_OK || k->bytes.c.status != CURSOR_OK)
        return;
    record_item(m->r, SMB_NTLMSSP);
    (void)smb_text(m, SMB_NTLMSSP_DOMAIN, domain, m->unicode);
    (void)smb_text(m, SMB_NTLMSSP_USER, account, m->unicode);
    native(m, &k->bytes);
}

static void session_setup(struct smb_message *m, struct command *k)
{
    if (k->word_count != WORDS_EXTENDED_LOGON) {
        old_logon(m, k);
        return;
    }
    cursor_skip(&k->words, 10);
    struct cursor token = cursor_sub(&k->bytes.c, cursor_le16(&k->words));
    smb_token(m, token);
    native(m, &k->bytes);
}

static void session_set_up(struct smb_message *m, struct command *k)
{
    if (!succeeded(m) && m->status != MORE_PROCESSING)
        return;
    cursor_skip(&k->words, 2);
    if (k->word_count == WORDS_EXTENDED_ANSWER)
        smb_token(m, cursor_sub(&k->bytes.c, cursor_le16(&k->words)));
    native(m, &k->bytes);
}

static bool ends_with_pipes(const uint8_t *at, size_t n)
{
    return n >= 4 && memcmp(at + n - 4, "IPC$", 4) == 0;
}

static void tree_connect(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 2);
    cursor_skip(&k->bytes.c, cursor_le16(&k->words));       /* the password */
    struct cursor path = string(&k->bytes, m->unicode);
    struct cursor service = string(&k->bytes, false);
    size_t row = m->r->count;
    const struct value *name = smb_text(m, SMB_SHARE, path, m->unicode);
    bool pipe = name != NULL && (ends_with_pipes(name->bytes, name->len) || (service.left == 3 && memcmp(service.at, "IPC", 3) == 0));
    if (pipe)
        m->r->values[row].row = SMB_NAMED_PIPE;
    (void)smb_text(m, SMB_SERVICE, service, false);
}

static void tree_connected(struct smb_message *m, struct command *k)
{
    struct cursor service = string(&k->bytes, false);
    bool pipe = service.left == 3 && memcmp(service.at, "IPC", 3) == 0;
    if (!succeeded(m))
        return;
    (void)smb_text(m, SMB_SERVICE, service, false);
    smb_tree_add(m->s, m->tree, pipe);
}

/* --- files ---------------------------------------------------------------------------------------------------------- */

static void nt_create(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 3);
    cursor_skip(&k->words, 28);                             /* up to the disposition */
    uint32_t disposition = cursor_le32(&k->words), options = cursor_le32(&k->words);
    smb_name_kept(m, smb_text(m, SMB_FILENAME, string(&k->bytes, m->unicode), m->unicode));
    if (k->words.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_DISPOSITION, disposition);
    record_uint(m->r, SMB_ACCESS, (options & DELETE_ON_CLOSE) != 0);
}

static void nt_created(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 1);
    uint16_t fid = cursor_le16(&k->words);
    cursor_skip(&k->words, 4);
    uint64_t times[4];
    for (unsigned i = 0; i < 4; i++)
        times[i] = cursor_le64(&k->words);
    cursor_skip(&k->words, 12);
    uint64_t size = cursor_le64(&k->words);
    if (!succeeded(m) || k->words.status != CURSOR_OK)
        return;
    file_id(m, fid);
    smb_file_opened(m);
    smb_tell_file(m);
    for (unsigned i = 0; i < 4; i++)
        smb_time(m, (uint16_t)(SMB_CREATED + i), times[i]);
    record_uint(m->r, SMB_SIZE, size);
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f != NULL)
        f->size[FROM_SERVER] = size;
}

static void open_file(struct smb_message *m, struct command *k)
{
    smb_name_kept(m, smb_text(m, SMB_FILENAME, string(&k->bytes, m->unicode), m->unicode));
}

static void opened(struct smb_message *m, struct command *k)
{
    uint16_t fid = cursor_le16(&k->words);
    if (!succeeded(m) || k->words.status != CURSOR_OK)
        return;
    file_id(m, fid);
    smb_file_opened(m);
    smb_tell_file(m);
}

static void close_file(struct smb_message *m, struct command *k)
{
    file_id(m, cursor_le16(&k->words));
    smb_tell_file(m);
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f != NULL)
        smb_content_due(m->s, f);
}

static void closed(struct smb_message *m, struct command *k)
{
    (void)k;
    smb_tell_file(m);
    if (succeeded(m))
        smb_file_closed(m);
}

static void read_request(struct smb_message *m, struct command *k)
{
    file_id(m, cursor_le16(&k->words));
    uint64_t offset = cursor_le32(&k->words);
    uint32_t length = cursor_le16(&k->words);
    smb_tell_file(m);
    if (k->word_count >= WORDS_READ_LARGE) {
        cursor_skip(&k->words, 8);                          /* least, timeout, what is left */
        offset |= (uint64_t)cursor_le32(&k->words) << 32;
    }
    record_uint(m->r, SMB_OFFSET, offset);
    record_uint(m->r, SMB_LENGTH, length);
    if (m->open != NULL)
        m->open->offset = offset;
}

static void read_response(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 6);
    uint32_t length = cursor_le16(&k->words);
    uint16_t at = cursor_le16(&k->words);
    length |= (uint32_t)cursor_le16(&k->words) << 16;
    smb_tell_file(m);
    if (!succeeded(m) || k->words.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_LENGTH, length);
    smb_data(m, at, length, m->open != NULL ? m->open->offset : 0);
}

/* READ, as before LAN Manager. */
static void old_read_request(struct smb_message *m, struct command *k)
{
    file_id(m, cursor_le16(&k->words));
    uint32_t length = cursor_le16(&k->words), offset = cursor_le32(&k->words);
    smb_tell_file(m);
    record_uint(m->r, SMB_OFFSET, offset);
    record_uint(m->r, SMB_LENGTH, length);
    if (m->open != NULL)
        m->open->offset = offset;
}

static void old_read_response(struct smb_message *m, struct command *k)
{
    uint32_t length = cursor_le16(&k->words);
    smb_tell_file(m);
    if (!succeeded(m) || k->words.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_LENGTH, length);
    smb_data(m, k->bytes.start + 3, length, m->open != NULL ? m->open->offset : 0);
}

/* What was written before and is written again: Suricata says so of the whole transaction. */
static void overlap(struct smb_message *m, uint64_t offset, uint32_t length)
{
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f == NULL || length == 0)
        return;
    if (m->open != NULL)
        m->open->overlaps = offset < f->written;
    if (offset < f->written)
        record_anomaly(m->r, SMB_FILE_OVERLAP);
    if (offset <= UINT64_MAX - length && offset + length > f->written)
        f->written = offset + length;
}

static void write_told(struct smb_message *m, uint64_t offset, uint32_t length)
{
    const struct smb_tree *t = smb_tree_of(m->s, m->tree);
    record_uint(m->r, SMB_OFFSET, offset);
    record_uint(m->r, SMB_LENGTH, length);
    if (t == NULL || !t->pipe)
        overlap(m, offset, length);
}

static void write_request(struct smb_message *m, struct command *k)
{
    file_id(m, cursor_le16(&k->words));
    uint64_t offset = cursor_le32(&k->words);
    cursor_skip(&k->words, 8);
    uint32_t length = (uint32_t)cursor_le16(&k->words) << 16;
    length |= cursor_le16(&k->words);
    uint16_t at = cursor_le16(&k->words);
    smb_tell_file(m);
    if (k->words.status != CURSOR_OK)
        return;
    if (k->word_count >= WORDS_WRITE_LARGE)
        offset |= (uint64_t)cursor_le32(&k->words) << 32;
    write_told(m, offset, length);
    smb_data(m, at, length, offset);
}

/* WRITE and WRITE_AND_CLOSE, as before LAN Manager: where its data begins, a write says in its form only. */
static void old_write_request(struct smb_message *m, struct command *k)
{
    bool closes = m->command == WRITE_AND_CLOSE;
    file_id(m, cursor_le16(&k->words));
    uint32_t length = cursor_le16(&k->words);
    uint64_t offset = cursor_le32(&k->words);
    smb_tell_file(m);
    if (k->words.status != CURSOR_OK)
        return;
    write_told(m, offset, length);
    smb_data(m, k->bytes.start + (closes ? 1 : 3), length, offset);     /* a pad; or a form and a length */
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (closes && f != NULL)
        smb_content_due(m->s, f);
}

static void written(struct smb_message *m, struct command *k)
{
    (void)k;
    smb_tell_file(m);
    if (m->open != NULL && m->open->overlaps)
        record_anomaly(m->r, SMB_FILE_OVERLAP);
}

static void rename_file(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->bytes.c, 1);
    struct cursor from = string(&k->bytes, m->unicode);
    cursor_skip(&k->bytes.c, 1);
    struct cursor to = string(&k->bytes, m->unicode);
    record_item(m->r, SMB_RENAME);
    (void)smb_text(m, SMB_RENAME_FROM, from, m->unicode);
    (void)smb_text(m, SMB_RENAME_TO, to, m->unicode);
}

static void delete_file(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->bytes.c, 1);
    (void)smb_text(m, SMB_FILENAME, string(&k->bytes, m->unicode), m->unicode);
}

/* --- transactions --------------------------------------------------------------------------------------------------- */

static void transaction(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 22);
    uint16_t length = cursor_le16(&k->words), at = cursor_le16(&k->words);
    uint8_t setups = cursor_u8(&k->words);
    cursor_skip(&k->words, 1);
    uint16_t function = setups > 0 ? cursor_le16(&k->words) : 0, fid = setups > 1 ? cursor_le16(&k->words) : 0;
    if (k->words.status != CURSOR_OK) {
        smb_malformed(m, &k->words);
        return;
    }
    if (m->command == TRANSACTION && function != TRANSACT_PIPE)
        (void)smb_text(m, SMB_FILENAME, string(&k->bytes, m->unicode), m->unicode);
    if (setups > 0)
        record_uint(m->r, SMB_FUNCTION, function);
    if (m->command != TRANSACTION || function != TRANSACT_PIPE)
        return;
    file_id(m, fid);
    smb_tell_file(m);
    struct cursor data = smb_part(m, at, length);
    smb_malformed(m, &data);
    (void)smb_pipe_bytes(m, data);
}

static void transacted(struct smb_message *m, struct command *k)
{
    cursor_skip(&k->words, 12);
    uint16_t length = cursor_le16(&k->words), at = cursor_le16(&k->words);
    if (m->command != TRANSACTION || !succeeded(m) || k->words.status != CURSOR_OK || length == 0)
        return;
    struct cursor data = smb_part(m, at, length);
    smb_malformed(m, &data);
    (void)smb_pipe_bytes(m, data);
}

/* --- messages ------------------------------------------------------------------------------------------------------- */

static const struct {
    uint8_t command;
    void (*request)(struct smb_message *m, struct command *k), (*response)(struct smb_message *m, struct command *k);
} readers[] = {
    { NEGOTIATE, negotiate, negotiated }, { SESSION_SETUP_ANDX, session_setup, session_set_up },
    { TREE_CONNECT_ANDX, tree_connect, tree_connected }, { NT_CREATE_ANDX, nt_create, nt_created }, { OPEN_ANDX, open_file, opened },
    { CLOSE, close_file, closed }, { READ_ANDX, read_request, read_response }, { WRITE_ANDX, write_request, written },
    { WRITE, old_write_request, written }, { WRITE_AND_CLOSE, old_write_request, written }, { READ, old_read_request, old_read_response },
    { RENAME, rename_file, NULL }, { DELETE, delete_file, NULL }, { TRANSACTION, transaction, transacted },
    { TRANSACTION2, transaction, transacted },
};

static bool chains(unsigned command)
{
    return command == SESSION_SETUP_ANDX || command == TREE_CONNECT_ANDX || command == NT_CREATE_ANDX || command == OPEN_ANDX
           || command == READ_ANDX || command == WRITE_ANDX || command == LOGOFF_ANDX || command == LOCKING_ANDX;
}

static void body_read(struct smb_message *m, struct command *k)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        if (readers[i].command != m->command)
            continue;
        if (m->response && readers[i].response != NULL && k->word_count > 0)
            readers[i].response(m, k);
        else if (m->response && m->command == CLOSE)        /* an answer without words */
            closed(m, k);
        else if (!m->response)
            readers[i].request(m, k);
    }
}

/* One command at `offset`; gives the place of the next one's words, 0: it was the last. */
static size_t command_read(struct smb_message *m, size_t offset, uint8_t *next)
{
    struct command k;
    struct cursor c = m->whole;
    cursor_skip(&c, offset);
    k.word_count = cursor_u8(&c);
    k.words = cursor_sub(&c, (size_t)k.word_count * 2);
    size_t count = cursor_le16(&c);
    bool short_of = c.status == CURSOR_OK && count > c.left;
    if (short_of)
        count = c.left;                                     /* long reads and writes exceed their 16 bits anyway */
    k.bytes = (struct area){ .start = m->whole.left - c.left, .len = count };
    k.bytes.c = cursor_sub(&c, count);
    size_t at = 0;
    *next = NO_ANDX;
    if (chains(m->command) && k.word_count >= 2) {
        *next = cursor_u8(&k.words);
        cursor_skip(&k.words, 1);
        at = cursor_le16(&k.words);
    }
    smb_begin(m);
    if ((c.status != CURSOR_OK || short_of) && !m->cut)
        record_anomaly(m->r, SMB_MALFORMED_DATA);
    if (c.status == CURSOR_OK)
        body_read(m, &k);
    smb_finish(m);
    m->told_pdu = false;
    return *next != NO_ANDX && at > offset ? at : 0;
}

void smb1_message(struct smb_message *m)
{
    struct cursor c = m->whole;
    cursor_skip(&c, 4);
    uint8_t command = cursor_u8(&c);
    uint32_t status = cursor_le32(&c);
    uint8_t flags = cursor_u8(&c);
    uint16_t flags2 = cursor_le16(&c);
    uint64_t process_high = cursor_le16(&c);
    cursor_skip(&c, 10);
    m->tree = cursor_le16(&c);
    uint64_t process = process_high << 16 | cursor_le16(&c);
    m->session = cursor_le16(&c);
    m->id = cursor_le16(&c) | process << 16;
    m->version = 1;
    m->status = flags2 & FLAG2_STATUS ? status : status == 0 ? 0 : 0xc0000001;
    m->unicode = (flags2 & FLAG2_UNICODE) != 0;
    m->response = (flags & FLAG_REPLY) != 0;
    size_t at = m->whole.left - c.left;
    for (unsigned i = 0; i < CHAIN_MAX && at != 0; i++) {
        m->command = command;
        at = command_read(m, at, &command);
    }
}
