/* ftp_data - one file on a connection of its own. What it is was said on the connection of the commands. */
#include <string.h>

#include "common/buffer.h"
#include "dissectors/framing/file.h"
#include "dissectors/ftp/ftp.h"

enum { KEPT_MAX = 100 * 1024 };

enum ftp_data_row { FTP_DATA_COMMAND, FTP_DATA_FILENAME, FTP_DATA_FILES, FTP_DATA_ROWS = FTP_DATA_FILES + FILE_ROWS };

static const struct field_name commands[] = { { FTP_RETR, "RETR" }, { FTP_STOR, "STOR" }, { 0, NULL } };

static const struct field fields[] = {
    [FTP_DATA_COMMAND]  = { .name = "command", .flags = FIELD_NAMED, .names = commands, .aliases = "ftpdata_command ftpdata.command",
                            .about = "The command that this connection serves." },
    [FTP_DATA_FILENAME] = { .name = "filename", .type = FIELD_TEXT, .about = "The file's name as the command has it." },
    FILE_FIELDS(FTP_DATA_FILES),
};

static const struct schema ftp_data_schema = { "ftp_data", fields, FTP_DATA_ROWS, NULL, 0 };

struct ftp_data_state {
    struct buffer          kept;
    struct file_digesting *digesting;
    uint64_t               size;
    struct expectation     announced;
    uint8_t                dir;         /* who sends the file */
    bool                   begun, told, gaps;
};

static void begin(struct conversation *conv, struct ftp_data_state *s)
{
    if (s->begun)
        return;
    s->begun = true;
    s->dir = (uint8_t)conv->dir;
    if (conv->expected != NULL)
        s->announced = *conv->expected;
    s->digesting = file_digesting_begin(conv->store, conv->account, conv->out->file_wants);
}

static void tell(struct conversation *conv, struct ftp_data_state *s, bool whole)
{
    struct record *r = conversation_record(conv, &ftp_data_schema);
    struct file_digests made, room;
    bool digested = file_digesting_end(s->digesting, conv->store, conv->account, &made);
    const uint8_t *name = s->announced.note + 1;
    size_t name_len = s->announced.note_len > 0 ? s->announced.note_len - 1u : 0;
    s->digesting = NULL;
    s->told = true;
    conv->dir = (enum direction)s->dir;
    r->dir = (enum direction)s->dir;
    r->incomplete = !whole;
    record_uint(r, FTP_DATA_COMMAND, s->announced.note[0]);
    if (name_len > 0)
        record_bytes(r, FTP_DATA_FILENAME, name, name_len);
    file_add(r, FTP_DATA_FILES, &(struct file){ .name = name, .name_len = name_len, .data = s->kept.at, .len = s->kept.len, .size = s->size,
        .whole = whole && !s->gaps, .gaps = s->gaps, .digests = digested ? &made : NULL }, conv->out->file_wants, &room);
    conversation_emit(conv, r);
    buffer_free(&s->kept, conv->store, conv->account);
}

static enum dissect ftp_data_pdu(struct conversation *conv, struct cursor *in)
{
    struct ftp_data_state *s = conv->state;
    size_t n = in->left;
    const uint8_t *bytes = cursor_bytes(in, n);
    begin(conv, s);
    if (s->told || s->dir != (uint8_t)conv->dir)
        return DISSECT_PDU;
    s->size += n;
    file_digesting_add(s->digesting, bytes, n);
    bool full = buffer_add(&s->kept, conv->store, conv->account, bytes, n, KEPT_MAX) < n;
    if (full && (s->digesting == NULL || s->size > FILE_DIGESTED_MAX))
        tell(conv, s, false);
    return DISSECT_PDU;
}

static bool ftp_data_gap(struct conversation *conv, size_t missing)
{
    struct ftp_data_state *s = conv->state;
    (void)missing;
    s->gaps = true;
    return true;
}

static void ftp_data_end(struct conversation *conv)
{
    struct ftp_data_state *s = conv->state;
    if (s->begun && !s->told)
        tell(conv, s, !s->gaps);
}

/* Only an announcement tells: a file may begin with anything, a line of another protocol too. */
static enum probe ftp_data_probe(const struct conversation *conv, struct cursor c)
{
    (void)c;
    return conv->expected != NULL && conv->expected->by == &dissector_ftp_data ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_ftp_data = {
    .schema = &ftp_data_schema,
    .source = "RFC 959, 3",
    .over = OVER_TCP,
    .state_size = sizeof(struct ftp_data_state),
    .probe = ftp_data_probe,
    .pdu = ftp_data_pdu,
    .gap = ftp_data_gap,
    .end = ftp_data_end,
};
