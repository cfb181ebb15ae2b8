/* tftp - the request, and the error that may answer it. The data goes between other ports. */
#include "dissectors/tftp/tftp.h"

#include <string.h>
#include <strings.h>

enum tftp_row { TFTP_PACKET, TFTP_FILE, TFTP_MODE, TFTP_ERROR_CODE, TFTP_ERROR, TFTP_ROWS };
enum tftp_opcode { TFTP_READ = 1, TFTP_WRITE, TFTP_DATA, TFTP_ACK, TFTP_ERROR_PACKET, TFTP_OACK };

static const struct field_name packets[] = {
    { TFTP_READ, "read" }, { TFTP_WRITE, "write" }, { TFTP_DATA, "data" }, { TFTP_ACK, "ack" }, { TFTP_ERROR_PACKET, "error" },
    { TFTP_OACK, "oack" }, { TFTP_READ, "read_request" }, { TFTP_WRITE, "write_request" }, { 0, NULL }
};

static const struct field fields[] = {
    [TFTP_PACKET] = { .name = "packet", .flags = FIELD_NAMED, .names = packets, .aliases = "tftp.opcode", .about = "What the datagram is." },
    [TFTP_FILE]   = { .name = "file", .type = FIELD_TEXT, .about = "File that is read or written." },
    [TFTP_MODE]   = { .name = "mode", .type = FIELD_TEXT, .about = "Transfer mode." },
    [TFTP_ERROR_CODE] = { .name = "error_code", .about = "Code of an error." },
    [TFTP_ERROR]  = { .name = "error", .type = FIELD_TEXT, .about = "Text of an error." },
};

_Static_assert(sizeof fields / sizeof fields[0] == TFTP_ROWS, "a row for each field");

static const struct schema tftp_schema = { "tftp", fields, TFTP_ROWS, NULL, 0 };

/* A text that a NUL ends; without one the cursor turns bad. */
static struct cursor text_taken(struct cursor *c)
{
    const uint8_t *nul = c->left > 0 ? memchr(c->at, 0, c->left) : NULL;
    size_t n = nul != NULL ? (size_t)(nul - c->at) : 0;
    struct cursor text = cursor_sub(c, n);
    cursor_skip(c, nul != NULL ? 1 : SIZE_MAX);
    return text;
}

static bool mode_known(const struct cursor *c)
{
    static const char *const modes[] = { "octet", "netascii", "mail" };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (c->left == strlen(modes[i]) && strncasecmp((const char *)c->at, modes[i], c->left) == 0)
            return true;
    return false;
}

static bool request_rows(struct record *r, struct cursor *c)
{
    struct cursor file = text_taken(c), mode = text_taken(c);
    if (c->status != CURSOR_OK || file.left == 0 || !mode_known(&mode))
        return false;
    record_bytes(r, TFTP_FILE, file.at, file.left);
    record_bytes(r, TFTP_MODE, mode.at, mode.left);
    return true;
}

static enum dissect tftp_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct record *r = conversation_record(conv, &tftp_schema);
    uint16_t opcode = cursor_be16(&c);
    bool told = opcode == TFTP_READ || opcode == TFTP_WRITE || opcode == TFTP_ERROR_PACKET;
    if (c.status != CURSOR_OK || opcode < TFTP_READ || opcode > TFTP_OACK)
        return DISSECT_LOST;
    record_uint(r, TFTP_PACKET, opcode);
    if (opcode == TFTP_ERROR_PACKET) {
        record_uint(r, TFTP_ERROR_CODE, cursor_be16(&c));
        struct cursor text = text_taken(&c);
        record_bytes(r, TFTP_ERROR, text.at, text.left);
    } else if (told && !request_rows(r, &c)) {
        return DISSECT_LOST;
    }
    if (told)
        conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* A request with a file's name and one of the three modes. */
static enum probe tftp_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    uint16_t opcode = cursor_be16(&c);
    struct cursor file = text_taken(&c), mode = text_taken(&c);
    bool request = opcode == TFTP_READ || opcode == TFTP_WRITE;
    return request && c.status == CURSOR_OK && file.left > 0 && mode_known(&mode) ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_tftp = {
    .schema = &tftp_schema,
    .source = "RFC 1350, RFC 2347",
    .over = OVER_UDP,
    .ports = { 69 },
    .ndpi = "TFTP",
    .probe = tftp_probe,
    .pdu = tftp_pdu,
};
