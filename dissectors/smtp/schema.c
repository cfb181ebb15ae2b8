/* What an SMTP record can carry: EVE's words in `smtp` and `email`, Suricata's keywords, old and new. */
#include "dissectors/smtp/message.h"

#define TEXT(word, how, other, sentence) { .name = (word), .type = FIELD_TEXT, .flags = (how), .aliases = (other), .about = (sentence) }

static const struct field fields[] = {
    [SMTP_HELO]       = TEXT("helo", 0, NULL, "What the client calls itself."),
    [SMTP_MAIL_FROM]  = TEXT("mail_from", FIELD_EMAIL, NULL, "Sender of the envelope, as sent."),
    [SMTP_RCPT_TO]    = TEXT("rcpt_to", FIELD_MANY | FIELD_EMAIL, NULL, "Recipient of the envelope, as sent."),
    [SMTP_COMMAND]    = TEXT("command", 0, NULL, "A command that is odd in some way."),
    [SMTP_REPLY_CODE] = { .name = "reply_code", .about = "Code of a reply that is odd in some way." },
    [SMTP_REPLY]      = TEXT("reply", 0, NULL, "The line of that reply."),
    EMAIL_FIELDS(SMTP_EMAIL),
    FILE_FIELDS(SMTP_FILES),
};

_Static_assert(sizeof fields / sizeof fields[0] == SMTP_ROWS, "a row for each field");

#define MIME(a) [SMTP_MIME + (a)]

static const struct anomaly anomalies[] = {
    [SMTP_INVALID_REPLY]   = { "invalid_reply", "A reply without a reply code." },
    [SMTP_UNMATCHED_REPLY] = { "unable_to_match_reply_with_request", "A reply that no command asked for." },
    [SMTP_LONG_COMMAND]    = { "max_command_line_len_exceeded", "A command line over the limit." },
    [SMTP_LONG_REPLY]      = { "max_reply_line_len_exceeded", "A reply line over the limit." },
    [SMTP_INVALID_PIPELINE] = { "invalid_pipelined_sequence", "A command behind DATA or STARTTLS before the server answered those." },
    [SMTP_LONG_BDAT]       = { "bdat_chunk_len_exceeded", "A BDAT whose length is none." },
    [SMTP_NO_WELCOME]      = { "no_server_welcome_message", "The client spoke before the server's greeting." },
    [SMTP_TLS_REJECTED]    = { "tls_rejected", "STARTTLS refused." },
    [SMTP_DATA_REJECTED]   = { "data_command_rejected", "DATA refused." },
    [SMTP_FAILED_PROTOCOL_CHANGE] = { "failed_protocol_change", "STARTTLS agreed upon with plain commands already behind it (RFC 3207, 4.2)." },
    [SMTP_DUPLICATE_FIELDS] = { "duplicate_fields", "HELO again, or a second sender in one mail." },
    [SMTP_UNPARSABLE]      = { "unparsable_content", "A command without the argument it needs." },
    MIME(MIME_INVALID_BASE64)     = { "mime_invalid_base64", "Characters in base64 that are none of it." },
    MIME(MIME_INVALID_QP)         = { "mime_invalid_qp", "A quoted-printable escape that is none." },
    MIME(MIME_LONG_LINE)          = { "mime_long_line", "A line of more than 998 octets (RFC 5322, 2.1.1)." },
    MIME(MIME_LONG_ENCODED_LINE)  = { "mime_long_enc_line", "An encoded line of more than 76 octets (RFC 2045, 6.7 and 6.8)." },
    MIME(MIME_LONG_HEADER_NAME)   = { "mime_long_header_name", "A header name of more than 75 octets." },
    MIME(MIME_LONG_HEADER_VALUE)  = { "mime_long_header_value", "A header value of more than 2000 octets." },
    MIME(MIME_LONG_BOUNDARY)      = { "mime_long_boundary", "A multipart boundary of more than 254 octets." },
    MIME(MIME_LONG_FILENAME)      = { "mime_long_filename", "A file name of more than 255 octets." },
    MIME(MIME_MALFORMED)          = { "mime_malformed_msg", "A header line without a colon." },
    MIME(MIME_PARSE_FAILED)       = { "mime_parse_failed", "Multiparts nested deeper than is followed: the parts inside are not told apart." },
};

const struct schema smtp_schema = { "smtp", fields, SMTP_ROWS, anomalies, SMTP_ANOMALIES };
