/* SMB2 and SMB3, MS-SMB2 2.2: a header of 64 bytes, and per command a fixed part whose offsets count from that header. */
#include "dissectors/smb/message.h"

#include <stdio.h>
#include <string.h>

enum smb2_command {
    NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT, CREATE, CLOSE, FLUSH, READ, WRITE, LOCK, IOCTL, CANCEL, ECHO,
    QUERY_DIRECTORY, CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK, COMMANDS
};

enum {
    HEADER = 64, FLAG_RESPONSE = 1, FLAG_ASYNC = 2, FLAG_RELATED = 4, STATUS_PENDING = 0x103, DIALECTS_MAX = 64,
    SHARE_PIPE = 2, DELETE_ON_CLOSE = 0x1000, FILE_INFO = 1, RENAME_CLASS = 10, END_OF_FILE_CLASS = 20, PIPE_TRANSCEIVE = 0x0011c017
};
static const uint32_t MORE_PROCESSING = 0xc0000016, BUFFER_OVERFLOW = 0x80000005;

static bool succeeded(const struct smb_message *m)
{
    return m->status == 0 || m->status == BUFFER_OVERFLOW;
}

static void file_id(struct smb_message *m)
{
    static const uint8_t same[SMB_FILE_ID] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
    const uint8_t *id = cursor_bytes(&m->body, SMB_FILE_ID);
    if (id != NULL && memcmp(id, same, SMB_FILE_ID) != 0)   /* all ones: the file of the chain's message before */
        memcpy(m->file, id, SMB_FILE_ID);
}

static void add_guid(struct smb_message *m, uint16_t row)
{
    char guid[DCE_UUID_TEXT];
    size_t from = m->text.len;
    dce_uuid(&m->body, true, guid);
    text_str(&m->text, guid);
    record_bytes(m->r, row, m->room + from, m->text.len - from);
}

static void add_dialect(struct smb_message *m, uint16_t row, uint16_t dialect)
{
    static const struct field_name names[] = {
        { 0x0202, "2.02" }, { 0x0210, "2.10" }, { 0x0222, "2.22" }, { 0x0224, "2.24" }, { 0x02ff, "2.??" }, { 0x0300, "3.00" },
        { 0x0302, "3.02" }, { 0x0310, "3.10" }, { 0x0311, "3.11" }, { 0, NULL }
    };
    for (const struct field_name *n = names; n->name != NULL; n++) {
        if (n->value == dialect) {
            record_bytes(m->r, row, n->name, 4);
            return;
        }
    }
    char unknown[16];
    size_t from = m->text.len;
    (void)snprintf(unknown, sizeof unknown, "0x%04x", dialect);
    text_str(&m->text, unknown);
    record_bytes(m->r, row, m->room + from, m->text.len - from);
}

static void negotiate(struct smb_message *m)
{
    unsigned count = cursor_le16(&m->body);
    cursor_skip(&m->body, 8);
    add_guid(m, SMB_CLIENT_GUID);
    cursor_skip(&m->body, 8);
    for (unsigned i = 0; i < count && i < DIALECTS_MAX && m->body.left >= 2; i++)
        add_dialect(m, SMB_CLIENT_DIALECTS, cursor_le16(&m->body));
    if (count == 0 || m->body.status != CURSOR_OK)
        record_anomaly(m->r, SMB_NEGOTIATE_MALFORMED_DIALECTS);
}

static void negotiated(struct smb_message *m)
{
    cursor_skip(&m->body, 2);
    uint16_t dialect = cursor_le16(&m->body);
    cursor_skip(&m->body, 2);
    add_dialect(m, SMB_DIALECT, dialect);
    add_guid(m, SMB_SERVER_GUID);
    cursor_skip(&m->body, 8);
    uint32_t read_most = cursor_le32(&m->body), write_most = cursor_le32(&m->body);
    if (m->body.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_MAX_READ_SIZE, read_most);
    record_uint(m->r, SMB_MAX_WRITE_SIZE, write_most);
    if (read_most > SMB_SIZE_MAX)
        record_anomaly(m->r, SMB_NEGOTIATE_MAX_READ);
    if (write_most > SMB_SIZE_MAX)
        record_anomaly(m->r, SMB_NEGOTIATE_MAX_WRITE);
    m->s->dialect = dialect;
}

static void token_at(struct smb_message *m, size_t before)
{
    cursor_skip(&m->body, before);
    uint16_t offset = cursor_le16(&m->body), length = cursor_le16(&m->body);
    if (m->body.status == CURSOR_OK && length > 0)
        smb_token(m, smb_part(m, offset, length));
}

static void session_setup(struct smb_message *m)
{
    token_at(m, 10);
}

static void session_set_up(struct smb_message *m)
{
    if (m->status == 0 || m->status == MORE_PROCESSING)
        token_at(m, 2);
}

static void tree_connect(struct smb_message *m)
{
    cursor_skip(&m->body, 2);
    uint16_t offset = cursor_le16(&m->body), length = cursor_le16(&m->body);
    struct cursor path = smb_part(m, offset, length);
    smb_malformed(m, &path);
    (void)smb_text(m, SMB_SHARE, path, true);
}

static void tree_connected(struct smb_message *m)
{
    uint8_t type = cursor_u8(&m->body);
    if (!succeeded(m) || m->body.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_SHARE_TYPE, type);
    smb_tree_add(m->s, m->tree, type == SHARE_PIPE);
}

static void create(struct smb_message *m)
{
    cursor_skip(&m->body, 34);                              /* up to the disposition */
    uint32_t disposition = cursor_le32(&m->body), options = cursor_le32(&m->body);
    uint16_t offset = cursor_le16(&m->body), length = cursor_le16(&m->body);
    if (m->body.status != CURSOR_OK)
        return;
    struct cursor name = smb_part(m, length > 0 ? offset : 0, length);
    smb_malformed(m, &name);
    if (length == 0)
        record_bytes(m->r, SMB_FILENAME, "<share_root>", 12);
    else
        smb_name_kept(m, smb_text(m, SMB_FILENAME, name, true));
    record_uint(m->r, SMB_DISPOSITION, disposition);
    record_uint(m->r, SMB_ACCESS, (options & DELETE_ON_CLOSE) != 0);
}

static void created(struct smb_message *m)
{
    cursor_skip(&m->body, 6);
    uint64_t times[4];
    for (unsigned i = 0; i < 4; i++)
        times[i] = cursor_le64(&m->body);
    cursor_skip(&m->body, 8);
    uint64_t size = cursor_le64(&m->body);
    cursor_skip(&m->body, 8);
    file_id(m);
    if (!succeeded(m) || m->body.status != CURSOR_OK)
        return;
    smb_file_opened(m);
    smb_tell_file(m);
    for (unsigned i = 0; i < 4; i++)
        smb_time(m, (uint16_t)(SMB_CREATED + i), times[i]);
    record_uint(m->r, SMB_SIZE, size);
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f != NULL)
        f->size[FROM_SERVER] = size;
}

static void close_request(struct smb_message *m)
{
    cursor_skip(&m->body, 6);
    file_id(m);
    smb_tell_file(m);
    struct smb_file *f = smb_file_of(m->s, m->file);
    if (f != NULL)
        smb_content_due(m->s, f);
}

static void closed(struct smb_message *m)
{
    smb_tell_file(m);
    if (succeeded(m))
        smb_file_closed(m);
}

static void read_request(struct smb_message *m)
{
    cursor_skip(&m->body, 2);
    uint32_t length = cursor_le32(&m->body);
    uint64_t offset = cursor_le64(&m->body);
    file_id(m);
    smb_tell_file(m);
    record_uint(m->r, SMB_OFFSET, offset);
    record_uint(m->r, SMB_LENGTH, length);
    if (length > SMB_SIZE_MAX)
        record_anomaly(m->r, SMB_READ_REQUEST_TOO_LARGE);
    if (m->open != NULL)
        m->open->offset = offset;
}

static void read_response(struct smb_message *m)
{
    uint8_t offset = cursor_u8(&m->body);
    cursor_skip(&m->body, 1);
    uint32_t length = cursor_le32(&m->body);
    smb_tell_file(m);
    if (!succeeded(m) || m->body.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_LENGTH, length);
    if (length > SMB_SIZE_MAX)
        record_anomaly(m->r, SMB_READ_RESPONSE_TOO_LARGE);
    smb_data(m, offset, length, m->open != NULL ? m->open->offset : 0);
}

static void write_request(struct smb_message *m)
{
    uint16_t at = cursor_le16(&m->body);
    uint32_t length = cursor_le32(&m->body);
    uint64_t offset = cursor_le64(&m->body);
    file_id(m);
    smb_tell_file(m);
    if (m->body.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_OFFSET, offset);
    record_uint(m->r, SMB_LENGTH, length);
    if (length > SMB_SIZE_MAX)
        record_anomaly(m->r, SMB_WRITE_REQUEST_TOO_LARGE);
    smb_data(m, at, length, offset);
}

static void ioctl(struct smb_message *m)
{
    cursor_skip(&m->body, 2);
    uint32_t function = cursor_le32(&m->body);
    file_id(m);
    uint32_t in = cursor_le32(&m->body), in_length = cursor_le32(&m->body);
    if (!m->response)
        cursor_skip(&m->body, 4);                           /* most input that may come back */
    uint32_t out = cursor_le32(&m->body), out_length = cursor_le32(&m->body);
    smb_tell_file(m);
    if (m->body.status != CURSOR_OK)
        return;
    record_uint(m->r, SMB_FUNCTION, function);
    if (function == PIPE_TRANSCEIVE && !m->response)
        (void)smb_pipe_bytes(m, smb_part(m, in, in_length));
    if (function == PIPE_TRANSCEIVE && m->response && succeeded(m))
        (void)smb_pipe_bytes(m, smb_part(m, out, out_length));
}

static void query_directory(struct smb_message *m)
{
    cursor_skip(&m->body, 6);
    file_id(m);
    uint16_t offset = cursor_le16(&m->body), length = cursor_le16(&m->body);
    if (m->body.status == CURSOR_OK && length > 0)
        (void)smb_text(m, SMB_FILENAME, smb_part(m, offset, length), true);
}

static void rename_file(struct smb_message *m, struct cursor info)
{
    cursor_skip(&info, 16);
    struct cursor name = cursor_sub(&info, cursor_le32(&info));
    const struct smb_file *f = smb_file_of(m->s, m->file);
    record_item(m->r, SMB_RENAME);
    if (f != NULL && f->name.len > 0)
        record_bytes(m->r, SMB_RENAME_FROM, f->name.at, f->name.len);
    (void)smb_text(m, SMB_RENAME_TO, name, true);
}

/* Who copies a file says first how long it will be: so its end is known before it is closed. */
static void end_of_file(struct smb_message *m, struct cursor info)
{
    struct smb_file *f = smb_file_of(m->s, m->file);
    uint64_t size = cursor_le64(&info);
    if (f != NULL && info.status == CURSOR_OK)
        f->size[FROM_CLIENT] = size;
}

static void set_info(struct smb_message *m)
{
    uint8_t type = cursor_u8(&m->body), class = cursor_u8(&m->body);
    uint32_t length = cursor_le32(&m->body);
    uint16_t offset = cursor_le16(&m->body);
    cursor_skip(&m->body, 6);
    file_id(m);
    smb_tell_file(m);
    if (m->body.status != CURSOR_OK || type != FILE_INFO)
        return;
    if (class == RENAME_CLASS)
        rename_file(m, smb_part(m, offset, length));
    else if (class == END_OF_FILE_CLASS)
        end_of_file(m, smb_part(m, offset, length));
}

static void about_file_6(struct smb_message *m)             /* flush: two reserved words before the id */
{
    cursor_skip(&m->body, 6);
    file_id(m);
    smb_tell_file(m);
}

static void query_info(struct smb_message *m)
{
    cursor_skip(&m->body, 22);
    file_id(m);
    smb_tell_file(m);
}

static void answered(struct smb_message *m)
{
    smb_tell_file(m);
}

static void nothing(struct smb_message *m)
{
    (void)m;
}

static const struct { void (*request)(struct smb_message *m), (*response)(struct smb_message *m); } readers[COMMANDS] = {
    [NEGOTIATE] = { negotiate, negotiated }, [SESSION_SETUP] = { session_setup, session_set_up }, [LOGOFF] = { nothing, nothing },
    [TREE_CONNECT] = { tree_connect, tree_connected }, [TREE_DISCONNECT] = { nothing, nothing }, [CREATE] = { create, created },
    [CLOSE] = { close_request, closed }, [FLUSH] = { about_file_6, answered }, [READ] = { read_request, read_response },
    [WRITE] = { write_request, answered }, [LOCK] = { about_file_6, answered }, [IOCTL] = { ioctl, ioctl },
    [CANCEL] = { nothing, nothing }, [ECHO] = { nothing, nothing }, [QUERY_DIRECTORY] = { query_directory, nothing },
    [CHANGE_NOTIFY] = { about_file_6, answered }, [QUERY_INFO] = { query_info, answered }, [SET_INFO] = { set_info, answered },
    [OPLOCK_BREAK] = { nothing, nothing },
};

/* The fixed part must be there whole, except in an error, which has one of its own. */
static void body_read(struct smb_message *m)
{
    cursor_skip(&m->body, 2);                               /* size of the fixed part */
    if (m->response && !succeeded(m) && m->status != MORE_PROCESSING) {
        if (m->command == CLOSE || m->command == READ || m->command == WRITE || m->command == IOCTL)
            smb_tell_file(m);
        return;
    }
    (m->response ? readers[m->command].response : readers[m->command].request)(m);
    smb_malformed(m, &m->body);
}

void smb2_message(struct smb_message *m)
{
    struct cursor c = m->whole;
    cursor_skip(&c, 8);                                     /* protocol id, size of the header, credit charge */
    m->status = cursor_le32(&c);
    m->command = cursor_le16(&c);
    cursor_skip(&c, 2);
    uint32_t flags = cursor_le32(&c);
    cursor_skip(&c, 4);                                     /* the next one: smb.c has cut the chain */
    m->id = cursor_le64(&c);
    cursor_skip(&c, 4);
    uint32_t tree = cursor_le32(&c);
    m->session = cursor_le64(&c);
    cursor_skip(&c, 16);
    if (c.status != CURSOR_OK || m->command >= COMMANDS) {
        m->command = m->command >= COMMANDS ? (uint16_t)COMMANDS : m->command;
        m->response = m->conv->dir == FROM_SERVER;
        smb_begin(m);
        record_anomaly(m->r, SMB_MALFORMED_DATA);
        smb_finish(m);
        return;
    }
    m->version = 2;
    m->response = (flags & FLAG_RESPONSE) != 0;
    if (!(flags & FLAG_RELATED) || m->response)
        m->tree = flags & FLAG_ASYNC ? 0 : tree;            /* of an asynchronous response its request knows the tree */
    m->body = c;
    if (m->response && m->status == STATUS_PENDING)
        return;                                             /* the answer is still to come */
    smb_begin(m);
    body_read(m);
    smb_finish(m);
}
