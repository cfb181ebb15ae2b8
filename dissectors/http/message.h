/* message - one HTTP message while it is on its way, and the state of a connection.
 *
 * Everything that comes is consumed at once, so no byte waits in two places: the start line and headers go to `raw`,
 * the body to `body` up to BODY_MAX and then only into a count. When the header block ends, `built` gets the
 * normalised buffers that rules look into; all positions are offsets, as buffers move when they grow.
 * Ownership  buffers are blocks of the flow's store; message_clear() gives them back.
 */
#ifndef DISSECTORS_HTTP_MESSAGE_H
#define DISSECTORS_HTTP_MESSAGE_H

#include "common/buffer.h"
#include "dissectors/dissector.h"
#include "dissectors/http/fields.h"

enum {
    HTTP_BODY_MAX = 100 * 1024,     /* as Suricata's default */
    HTTP_HEAD_MAX = 32 * 1024,      /* start line, headers and trailers of one message */
    HTTP_HEADERS_MAX = 512,
    HTTP_WAITING_MAX = 32,          /* pipelined requests whose response has not come */
    HTTP_NAME_MAX = 4096,           /* of a file */
    HTTP_FILES_MAX = 64             /* in one form */
};

enum http_phase {
    HTTP_AT_LINE,           /* start line */
    HTTP_AT_NINE,           /* a request line without version: headers, or nothing more (0.9)? */
    HTTP_AT_HEADERS,
    HTTP_AT_LENGTH_BODY,    /* body of a known length */
    HTTP_AT_CHUNK_SIZE,
    HTTP_AT_CHUNK,
    HTTP_AT_CHUNK_END,
    HTTP_AT_TRAILERS,
    HTTP_AT_CLOSE_BODY,     /* body that ends with the connection */
    HTTP_AT_AFTERMATH,      /* complete, but bytes follow that may still belong to it */
    HTTP_AT_SEARCH,         /* after a gap: until a start line begins a piece */
    HTTP_AT_TUNNEL          /* behind a CONNECT or 101 that succeeded, or an HTTP/0.9 request: no longer read */
};

enum http_version { HTTP_VERSION_NONE, HTTP_0_9, HTTP_1_0, HTTP_1_1 };
enum http_method { HTTP_METHOD_OTHER, HTTP_METHOD_KNOWN, HTTP_METHOD_HEAD, HTTP_METHOD_CONNECT, HTTP_METHOD_UPLOAD };

struct span {
    uint32_t at, len;
};

struct http_header {
    struct span name, value;        /* in raw; a folded value has its line ends inside */
    struct span line;               /* in built: "Name: value", repeated ones joined */
    uint32_t    hash;               /* of the name in lower case */
    uint16_t    same;               /* the next header of that name, or 0 */
    uint16_t    repeated;           /* 1: joined to an earlier one */
};

struct http_asked {                 /* what a request asks for: the path without the query, and the host behind it */
    struct buffer text;
    uint32_t      path_len;
};

struct http_message {
    enum http_phase   phase;
    struct buffer     raw, headers, built, body;
    struct http_asked asked;        /* of a response */
    struct file_digesting *digesting;       /* of the body, when someone asks and its file is longer than what is kept */
    struct file_digests *digests;   /* of its files, until the record is out */
    uint32_t          line_at;      /* in raw: the line that has not ended yet */
    uint32_t          headers_at;   /* in raw: behind the start line */
    struct span       line;         /* in raw: the start line without its end; HTTP/2's is made, and stands behind the headers */
    struct span       field;        /* in raw: the header that folded lines may still go on with; .len 0: none */
    struct span       method, target, protocol, status, reason;     /* in raw */
    struct span       header_block, names, start, uri, hostname;    /* in built */
    uint32_t          path_len;     /* of uri, without the query */
    struct span       host;         /* in raw: Host header or the target's host */
    uint64_t          transaction;
    uint64_t          anomalies;
    uint64_t          body_len;     /* octets of body so far, kept or not */
    uint64_t          left;         /* octets of body or chunk still to come */
    uint32_t          chunk_size;
    uint16_t          status_code;
    uint16_t          header_count;
    uint8_t           chunk_line[32];   /* beginning of a chunk-size line, should it turn out to be body */
    uint8_t           chunk_line_len;
    uint8_t           chunk_digits;
    uint8_t           version;      /* enum http_version */
    uint8_t           kind;         /* enum http_method; of a response: of its request */
    bool              chunk_extended;
    bool              doubtful;     /* a body is declared where there must be none: it may not come */
    bool              headless;     /* body without start line and headers: what followed a broken message */
    bool              emitted;      /* its record is out; the rest is only counted */
    bool              incomplete;
    bool              limited;      /* the body is longer than what is kept of it */
};

struct http_waiting {
    uint64_t          transaction;
    struct http_asked asked;
    uint8_t           kind;
};

struct http_state {
    struct http_message side[2];
    struct http_waiting waiting[HTTP_WAITING_MAX];
    unsigned            first, count;       /* in waiting, a ring */
    uint64_t            transactions;
    bool                blind;              /* requests may have been missed */
    bool                continued;          /* 100 Continue seen for the request at the front */
};

static inline void message_anomaly(struct http_message *m, enum http_anomaly what)
{
    m->anomalies |= UINT64_C(1) << what;
}

static inline const uint8_t *raw_at(const struct http_message *m, struct span s)
{
    return m->raw.at == NULL ? (const uint8_t *)"" : m->raw.at + s.at;
}

static inline bool is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* http.c: the body is complete; what is left in `in` may still belong to it. */
void message_complete(struct conversation *conv, struct http_message *m, const struct cursor *in);

/* line.c: the start line is m->line, in raw. */
void request_line_read(struct http_message *m);
void response_line_read(struct http_message *m);
bool looks_like_response(const uint8_t *at, size_t n);      /* white space, then "HTTP" in any case */
enum http_method method_kind(const uint8_t *at, size_t n);

/* header.c. Comparing ignores case, and NULs inside as browsers ignore them. */
bool word_is(const uint8_t *at, size_t n, const char *word);
bool word_in(const uint8_t *at, size_t n, const char *word);
void header_add(struct conversation *conv, struct http_message *m, struct http_header h);     /* its name and value are in raw */
void header_line_read(struct conversation *conv, struct http_message *m, struct span line);
void headers_build(struct conversation *conv, struct http_message *m);     /* after the last header line */
const struct http_header *header_find(const struct http_message *m, const char *name);
struct span header_value(const struct http_message *m, const char *name);  /* in built; .len 0: none or empty */
const uint8_t *built_at(const struct http_message *m, struct span s);
struct span built_add(struct conversation *conv, struct http_message *m, const void *bytes, size_t n);

/* uri.c: fills uri, hostname and host; says what is wrong with them. After headers_build(). */
void target_read(struct conversation *conv, struct http_message *m);

/* body.c: decides the body's form after the headers, and takes body bytes. */
void request_body_begin(struct conversation *conv, struct http_message *m);
void response_body_begin(struct conversation *conv, struct http_message *m);
void body_take(struct conversation *conv, struct http_message *m, struct cursor *in);
bool body_add(struct conversation *conv, struct http_message *m, const uint8_t *bytes, size_t n);   /* false: its record must go out now */
void body_keep(struct conversation *conv, struct http_message *m, const uint8_t *bytes, size_t n);

/* encoding.c: the body without its Content-Encoding, in `out`; what cannot be decoded stays as it is. */
void body_decode(struct conversation *conv, struct http_message *m, struct buffer *out);

/* files.c: the files that a message carries, as rows of its record. */
struct http_files {
    struct record       *r;
    struct http_message *m;         /* whose body it is: what is odd about its files is the message's */
    struct file_digests *rooms;     /* HTTP_FILES_MAX of them where digests are wanted */
    unsigned             wants;     /* enum file_wants */
    unsigned             count;
};
void files_digest_begin(struct conversation *conv, struct http_message *m);
void files_add(struct conversation *conv, struct http_message *m, const struct buffer *decoded, struct record *r);
void asked_keep(struct conversation *conv, const struct http_message *request, struct http_asked *asked);      /* for its response */
void asked_leave(struct conversation *conv, const struct http_asked *asked);       /* to whoever follows behind an Upgrade ... */
void asked_inherit(struct conversation *conv, struct http_asked *asked);           /* ... who takes it up */
void files_forget(struct conversation *conv, struct http_message *m);
bool disposition_name(const uint8_t *at, size_t n, const uint8_t **name, size_t *len);     /* the filename parameter */

/* multipart.c: adds the files of a form that is sent with this Content-Type; false: it is no such form. */
bool multipart_is(const uint8_t *type, size_t type_len);
enum { HTTP_FILE_NAME_MAX = 4096 };
bool multipart_read(struct http_files *files, const uint8_t *type, size_t type_len, const uint8_t *body, size_t n);

/* emit.c. What HTTP/2 shares: message_fill() adds a message's rows, message_said() after the record went out. */
void message_fill(struct conversation *conv, struct http_message *m, struct buffer *decoded, struct record *r);
void message_said(struct conversation *conv, struct http_message *m, struct buffer *decoded);
void message_emit(struct conversation *conv, struct http_message *m);
void message_clear(struct conversation *conv, struct http_message *m);     /* ready for the next one */

#endif
