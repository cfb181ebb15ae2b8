/* message - what the files of this folder share: rows, frames, and a connection's state. */
#ifndef DISSECTORS_HTTP2_MESSAGE_H
#define DISSECTORS_HTTP2_MESSAGE_H

#include "dissectors/http/message.h"
#include "dissectors/http2/hpack.h"
#include "dissectors/http2/http2.h"

/* Behind HTTP/1's rows. */
enum http2_row {
    HTTP2_STREAM_ID = HTTP_ROWS, HTTP2_FRAMETYPE, HTTP2_ERRORCODE, HTTP2_PRIORITY, HTTP2_WINDOW, HTTP2_SIZE_UPDATE,
    HTTP2_HEADER_TABLE_SIZE, HTTP2_ENABLE_PUSH, HTTP2_MAX_CONCURRENT_STREAMS, HTTP2_INITIAL_WINDOW_SIZE, HTTP2_MAX_FRAME_SIZE,
    HTTP2_MAX_HEADER_LIST_SIZE, HTTP2_LAST_STREAM_ID, HTTP2_HEADER_NAME, HTTP2_HEADER, HTTP2_ROWS
};

enum http2_frame {
    FRAME_DATA, FRAME_HEADERS, FRAME_PRIORITY, FRAME_RST_STREAM, FRAME_SETTINGS, FRAME_PUSH_PROMISE, FRAME_PING, FRAME_GOAWAY,
    FRAME_WINDOW_UPDATE, FRAME_CONTINUATION, FRAME_TYPES
};

enum http2_anomaly {
    HTTP2_INVALID_FRAME_HEADER,
    HTTP2_INVALID_CLIENT_MAGIC,
    HTTP2_INVALID_FRAME_DATA,
    HTTP2_INVALID_HEADER,
    HTTP2_INVALID_FRAME_LENGTH,
    HTTP2_LONG_FRAME_DATA,
    HTTP2_STREAM_ID_REUSE,
    HTTP2_FAILED_DECOMPRESSION,
    HTTP2_TOO_MANY_STREAMS,
    HTTP2_TOO_MANY_FRAMES,
    HTTP2_AUTHORITY_HOST_MISMATCH,
    HTTP2_USERINFO_IN_URI,
    HTTP2_REASSEMBLY_LIMIT,
    HTTP2_DATA_STREAM_ZERO,
    HTTP2_COMPRESSION_BOMB,
    HTTP2_INVALID_RANGE,
    HTTP2_ANOMALIES
};

extern const struct schema http2_schema;

/* One direction of a stream. */
struct http2_part {
    struct http_message m;
    uint32_t frames;            /* types seen, a bit each */
    int32_t  priority;          /* the weight's octet; -1: none */
    int64_t  size_update;       /* -1: none */
    uint64_t anomalies;
    bool     headers;           /* a header block was read */
    bool     ended;             /* END_STREAM */
};

struct http2_stream {
    uint32_t          id;
    uint64_t          transaction;
    uint64_t          used;     /* when last, in frames of this connection */
    struct http2_part part[2];
};

struct http2_side {
    struct hpack hpack;
    uint32_t     stream;        /* that the frame being read belongs to */
    uint32_t     data_left;     /* octets of a DATA frame still to come, without padding */
    uint32_t     skip_left;     /* octets that are stepped over */
    bool         begun;         /* the preface is behind us */
    bool         in_block;      /* HEADERS came, END_HEADERS did not */
    bool         promised;      /* the open block is a PUSH_PROMISE's */
    bool         ends;          /* the frame or block being read ends its stream's direction */
};

struct http2_state {
    struct http2_side    side[2];
    struct http2_stream *streams[HTTP2_STREAMS_MAX];
    uint64_t             frames;
    uint64_t             transactions;
    uint32_t             highest;       /* stream id that the client began */
    uint32_t             asides;        /* records of single frames */
};

/* stream.c. The stream, begun when it is new; NULL: no memory. */
struct http2_stream *stream_take(struct conversation *conv, uint32_t id);
struct http2_stream *stream_find(const struct http2_state *s, uint32_t id);
void stream_headers_begin(struct conversation *conv, struct http2_part *p);         /* before a header block */
void stream_header(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value, size_t value_len);
void stream_data(struct conversation *conv, struct http2_stream *st, const uint8_t *at, size_t n);
void stream_part_end(struct conversation *conv, struct http2_stream *st);           /* END_STREAM of conv->dir */
void stream_abort(struct conversation *conv, struct http2_stream *st);              /* both directions, unfinished; frees it */

/* What stream_header() is given. */
struct http2_block {
    struct conversation *conv;
    struct http2_part   *part;      /* NULL: nobody asked for it, only the table is kept in step */
};

#endif
