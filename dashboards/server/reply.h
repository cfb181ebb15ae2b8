/* reply - what every answer of the console has: its headers, its errors, and the page's files.
 *
 * Every answer goes with the security headers (OWASP Secure Headers): nothing is loaded from elsewhere, framed, sniffed
 * or told to others. Errors are {"error":{"code":...,"parameter":...,"message":...}}.
 */
#ifndef DASHBOARDS_REPLY_H
#define DASHBOARDS_REPLY_H

#include <event2/http.h>

#include "dashboards/server/site.h"

void reply_headers(struct evhttp_request *req);

/* The body is copied. */
void reply_bytes(struct evhttp_request *req, int status, const char *type, const void *body, size_t len);

/* Takes the body over. */
void reply_json(struct evhttp_request *req, int status, char *body, size_t len);

/* `parameter` NULL when no one parameter is to blame. */
void reply_error(struct evhttp_request *req, int status, const char *code, const char *parameter, const char *why);

/* 304 when the client has it, gzip when it takes it. The file is borrowed until the call returns. */
void reply_file(struct evhttp_request *req, const struct site_file *file);

/* Whether an Accept-Encoding takes gzip (RFC 9110 section 12.5.3): named, or by *, with a weight that is not 0. */
bool reply_takes_gzip(const char *accept_encoding);

#endif
