#include "dashboards/server/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include "common/text.h"

static const char *const headers[][2] = {
    { "Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                                 "object-src 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
};

static void header(struct evhttp_request *req, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

void reply_headers(struct evhttp_request *req)
{
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        header(req, headers[i][0], headers[i][1]);
}

static const char *reason(int status)
{
    static const struct { int status; const char *words; } reasons[] = {
        { 200, "OK" }, { 304, "Not Modified" }, { 400, "Bad Request" }, { 403, "Forbidden" }, { 404, "Not Found" },
        { 405, "Method Not Allowed" }, { 421, "Misdirected Request" }, { 503, "Service Unavailable" },
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].words;
    return "Internal Server Error";
}

static void forget(const void *bytes, size_t len, void *owner)
{
    (void)bytes;
    (void)len;
    free(owner);
}

/* libevent would send the body of an answer to HEAD as well, so it gets the length alone. */
static void send_body(struct evhttp_request *req, int status, const void *body, size_t len, void *owned)
{
    struct evbuffer *out = evbuffer_new();
    char length[24];
    if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD || out == NULL || len == 0) {
        free(owned);
    } else if (owned == NULL) {
        evbuffer_add(out, body, len);
    } else if (evbuffer_add_reference(out, body, len, forget, owned) != 0) {
        free(owned);
    }
    if (status != 304) {
        snprintf(length, sizeof length, "%zu", len);
        header(req, "Content-Length", length);
    }
    evhttp_send_reply(req, status, reason(status), out);
    if (out != NULL)
        evbuffer_free(out);
}

void reply_bytes(struct evhttp_request *req, int status, const char *type, const void *body, size_t len)
{
    reply_headers(req);
    header(req, "Content-Type", type);
    header(req, "Cache-Control", "no-store");
    send_body(req, status, body, len, NULL);
}

void reply_json(struct evhttp_request *req, int status, char *body, size_t len)
{
    reply_headers(req);
    header(req, "Content-Type", "application/json");
    header(req, "Cache-Control", "no-store");
    send_body(req, status, body, len, body);
}

static void member(struct text *t, const char *name, const char *value)
{
    text_fmt(t, "\"%s\":\"", name);
    text_json(t, value, strlen(value));
    text_char(t, '"');
}

void reply_error(struct evhttp_request *req, int status, const char *code, const char *parameter, const char *why)
{
    char room[4096];
    struct text t = text_over(room, sizeof room);
    text_lit(&t, "{\"error\":{");
    member(&t, "code", code);
    if (parameter != NULL && *parameter != '\0') {
        text_char(&t, ',');
        member(&t, "parameter", parameter);
    }
    text_char(&t, ',');
    member(&t, "message", why);
    text_lit(&t, "}}");
    if (status == 503)
        header(req, "Retry-After", "2");
    if (status == 405)
        header(req, "Allow", "GET, HEAD");
    reply_bytes(req, status, "application/json", t.at, t.len);
}

static bool weight_is_zero(const char *s, size_t n)
{
    const char *q = memmem(s, n, "q=", 2);
    if (q == NULL || q[2] != '0')
        return false;
    size_t rest = strspn(q + 2, "0.");
    return q + 2 + rest >= s + n || q[2 + rest] < '1' || q[2 + rest] > '9';
}

bool reply_takes_gzip(const char *accept_encoding)
{
    for (const char *at = accept_encoding; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        size_t n = strcspn(at, ",");
        size_t name = strcspn(at, ",; \t");
        if ((name == 4 && strncasecmp(at, "gzip", 4) == 0) || (name == 1 && *at == '*'))
            return !weight_is_zero(at, n);
        at += n;
    }
    return false;
}

void reply_file(struct evhttp_request *req, const struct site_file *file)
{
    const struct evkeyvalq *in = evhttp_request_get_input_headers(req);
    bool zip = file->gzip != NULL && reply_takes_gzip(evhttp_find_header(in, "Accept-Encoding"));
    char etag[ETAG_MAX + 2];
    snprintf(etag, sizeof etag, "%s%s", file->gzip != NULL ? "W/" : "", file->etag);    /* one tag for both forms */
    reply_headers(req);
    header(req, "ETag", etag);
    header(req, "Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (file->gzip != NULL)
        header(req, "Vary", "Accept-Encoding");
    if (site_matches(evhttp_find_header(in, "If-None-Match"), file->etag)) {
        send_body(req, 304, NULL, 0, NULL);
        return;
    }
    header(req, "Content-Type", file->type);
    if (zip)
        header(req, "Content-Encoding", "gzip");
    if (zip)
        send_body(req, 200, file->gzip, file->gzip_len, NULL);
    else
        send_body(req, 200, file->plain, file->plain_len, NULL);
}
