/* Syslog: RFC 5424 over TLS (RFC 5425) and TCP, each message led by its length, over UDP (RFC 5426) and Unix sockets as they
 * are. The only door to OpenSSL's TLS. A connection is made for each message: they are few, and the orderly end of it is
 * the only sign that syslog gives that somebody read it. */
#include "notifier/send.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "exchange/put.h"

/* RFC 5426 section 3.2: what any receiver should be able to take; RFC 5425 has no upper bound, and 64 KiB is read by all. */
enum { DATAGRAM_MOST = 2048, STREAM_MOST = 64 * 1024, FACILITY_LOCAL0 = 16 };

/* ---- the message ---- */

static unsigned priority(unsigned gravity)
{
    static const unsigned severities[] = { [0] = 5, [1] = 1, [2] = 2, [3] = 4, [4] = 5 };      /* alert, critical, warning, notice */
    return FACILITY_LOCAL0 * 8 + severities[gravity];
}

/* RFC 5424 section 6.3.3: " \ ] are escaped. Control characters have no place in a log. */
static void parameter(struct text *out, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    text_fmt(out, " %s=\"", name);
    for (; *value != '\0'; value++) {
        if (strchr("\"\\]", *value) != NULL)
            text_char(out, '\\');
        text_char(out, (unsigned char)*value < 0x20 ? ' ' : *value);
    }
    text_char(out, '"');
}

/* 32473 is the number that RFC 5612 keeps for examples: we have none of our own. */
static void structured_data(const struct message *m, struct text *out)
{
    const struct thing *t = &m->things[0];
    char number[24];
    text_lit(out, "[fengsui@32473");
    parameter(out, "key", m->key);
    if (m->count == 1) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)t->version);
        parameter(out, "kind", thing_kind_names[t->kind]);
        parameter(out, "id", t->id);
        parameter(out, "version", number);
        parameter(out, "state", t->state);
        parameter(out, "level", thing_gravity(t).en);
        parameter(out, "region", t->region);
        parameter(out, "sector", t->sector);
    }
    parameter(out, "status", t->status);
    text_char(out, ']');
}

static void hostname(const char *host, struct text *out)
{
    size_t n = 0;
    for (; host[n] > 0x20 && host[n] < 0x7f && n < 255; n++)
        text_char(out, host[n]);
    if (n == 0)
        text_char(out, '-');
}

/* A line: what a text form says after its first line would only be noise in a log. */
static void words(const struct sending *s, size_t most, struct text *out)
{
    const struct message *m = s->message;
    const char *from = s->target->form == EXCHANGE_TEXT ? m->subject : m->body;
    size_t n = s->target->form == EXCHANGE_TEXT ? strlen(from) : m->len;
    while (n > 0 && (from[n - 1] == '\n' || from[n - 1] == '\r'))
        n--;
    size_t room = most > out->len ? most - out->len : 0;
    text_lit(out, "\xef\xbb\xbf");      /* says that it is UTF-8, section 6.4 */
    for (size_t i = n < room ? n : room; i > 0 && n > room && ((unsigned char)from[i] & 0xc0) == 0x80; i--)
        room--;
    text_bytes(out, from, n < room ? n : room);
}

void syslog_write(const struct sending *s, size_t most, struct text *out)
{
    const struct message *m = s->message;
    char time[MOMENT_MAX];
    text_fmt(out, "<%u>1 %s ", priority(m->gravity), moment_utc(s->wall_us, time));
    hostname(s->host, out);
    text_fmt(out, " fengsui - %s ", m->count > 1 ? "summary" : thing_kind_names[m->things[0].kind]);
    structured_data(m, out);
    text_char(out, ' ');
    words(s, most > 3 ? most - 3 : 0, out);
}

/* ---- sockets, each with an end to waiting ---- */

static int set_timeout(int fd, uint64_t us)
{
    struct timeval t = { (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t) | setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}

/* Linux ends connect() too when SO_SNDTIMEO has passed. */
static int connect_to(const struct addrinfo *a, uint64_t timeout_us)
{
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0)
        return -errno;
    if (set_timeout(fd, timeout_us) == 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return fd;
    int rc = errno == EINPROGRESS ? -ETIMEDOUT : -errno;
    close(fd);
    return rc;
}

struct place { char host[256], port[16]; };

/* "tls:host:6514", "udp:[::1]:514" */
static int read_place(const char *address, struct place *p, struct fault *f)
{
    const char *host = strchr(address, ':') + 1, *colon = strrchr(host, ':');
    size_t n = colon != NULL ? (size_t)(colon - host) : 0;
    if (n == 0 || n >= sizeof p->host || strlen(colon + 1) == 0 || strlen(colon + 1) >= sizeof p->port)
        return fault_set(f, -EINVAL, "%s: expected a host and a port", address);
    bool bracketed = host[0] == '[' && host[n - 1] == ']';
    snprintf(p->host, sizeof p->host, "%.*s", (int)(bracketed ? n - 2 : n), host + bracketed);
    snprintf(p->port, sizeof p->port, "%s", colon + 1);
    return 0;
}

static int open_socket(const struct sending *s, const struct place *p, int type, struct fault *f)
{
    struct addrinfo hints = { .ai_socktype = type, .ai_flags = AI_ADDRCONFIG }, *found = NULL;
    int fd = -EHOSTUNREACH, rc = getaddrinfo(p->host, p->port, &hints, &found);
    if (rc != 0)
        return fault_set(f, -EHOSTUNREACH, "%s: %s", p->host, gai_strerror(rc));
    for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next)
        fd = connect_to(a, s->timeout_us);
    freeaddrinfo(found);
    return fd >= 0 ? fd : fault_set(f, fd, "%s port %s: %s", p->host, p->port, strerror(-fd));
}

static int open_unix(const struct sending *s, struct fault *f)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    const char *path = s->target->address + sizeof "unix:" - 1;
    if (snprintf(a.sun_path, sizeof a.sun_path, "%s", path) >= (int)sizeof a.sun_path)
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && set_timeout(fd, s->timeout_us) == 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    int rc = fault_set(f, -errno, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

/* ---- datagrams ---- */

static int send_datagram(const struct sending *s, struct fault *f)
{
    char bytes[DATAGRAM_MOST + 64];
    struct text line = text_over(bytes, sizeof bytes);
    struct place p;
    bool is_unix = strncmp(s->target->address, "unix:", 5) == 0;
    int rc = is_unix ? 0 : read_place(s->target->address, &p, f);
    int fd = rc != 0 ? rc : is_unix ? open_unix(s, f) : open_socket(s, &p, SOCK_DGRAM, f);
    if (fd < 0)
        return fd;
    syslog_write(s, DATAGRAM_MOST, &line);
    rc = send(fd, line.at, line.len, MSG_NOSIGNAL) == (ssize_t)line.len ? 0 : fault_set(f, -EIO, "%s", strerror(errno));
    close(fd);
    return rc;
}

/* ---- streams ---- */

/* RFC 5425 section 4.3: the length, a space, the message. */
static char *frame(const struct sending *s, size_t *len)
{
    char *bytes = malloc(STREAM_MOST + 1024), *framed = malloc(STREAM_MOST + 1100);
    if (bytes != NULL && framed != NULL) {
        struct text line = text_over(bytes, STREAM_MOST + 1024), whole = text_over(framed, STREAM_MOST + 1100);
        syslog_write(s, STREAM_MOST, &line);
        text_fmt(&whole, "%zu ", line.len);
        text_bytes(&whole, line.at, line.len);
        *len = whole.len;
    } else {
        free(framed);
        framed = NULL;
    }
    free(bytes);
    return framed;
}

static int send_plain(int fd, const char *bytes, size_t len, struct fault *f)
{
    char answer[256];
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return fault_set(f, -EIO, "%s", n < 0 ? strerror(errno) : "it takes nothing");
        bytes += n;
        len -= (size_t)n;
    }
    shutdown(fd, SHUT_WR);
    ssize_t n;
    while ((n = recv(fd, answer, sizeof answer, 0)) > 0)
        ;
    return n == 0 ? 0 : fault_set(f, -EIO, "it did not end the connection in order: %s", strerror(errno));
}

static int tls_fault(struct fault *f, const char *what, SSL *tls)
{
    long verdict = tls != NULL ? SSL_get_verify_result(tls) : X509_V_OK;
    unsigned long error = ERR_get_error();
    const char *why = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
                    : error != 0 ? ERR_reason_error_string(error) : errno != 0 ? strerror(errno) : "the connection ended";
    return fault_set(f, -EIO, "%s: %s", what, why != NULL ? why : "TLS failed");
}

static SSL_CTX *tls_context(const struct target *t, struct fault *f)
{
    SSL_CTX *c = SSL_CTX_new(TLS_client_method());
    bool good = c != NULL && SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1 && SSL_CTX_set_default_verify_paths(c) == 1;
    if (good && *t->ca != '\0' && SSL_CTX_load_verify_locations(c, t->ca, NULL) != 1) {
        fault_set(f, -ENOENT, "%s: no certificates can be read from it", t->ca);
        SSL_CTX_free(c);
        return NULL;
    }
    if (good) {
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
        return c;
    }
    tls_fault(f, "TLS", NULL);
    SSL_CTX_free(c);
    return NULL;
}

static bool name_peer(SSL *tls, const char *host)
{
    X509_VERIFY_PARAM *p = SSL_get0_param(tls);
    if (X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1)
        return true;
    return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

/* After our close_notify the peer's is awaited. Many just close TCP, which is as good: a reset is not. */
static int tls_end(SSL *tls, struct fault *f)
{
    errno = 0;
    int rc = SSL_shutdown(tls);
    if (rc == 1)
        return 0;
    char answer[256];
    while ((rc = SSL_read(tls, answer, sizeof answer)) > 0)
        ;
    int why = SSL_get_error(tls, rc);
    bool ended = why == SSL_ERROR_ZERO_RETURN || (why == SSL_ERROR_SYSCALL && errno == 0) ||
                 (why == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
    return ended ? 0 : tls_fault(f, "it did not end the connection in order", NULL);
}

static int send_tls(const struct sending *s, const struct place *p, int fd, const char *bytes, size_t len, struct fault *f)
{
    ERR_clear_error();
    SSL_CTX *context = tls_context(s->target, f);
    SSL *tls = context != NULL ? SSL_new(context) : NULL;
    int rc = tls != NULL ? 0 : f->code;
    if (rc == 0 && (SSL_set_fd(tls, fd) != 1 || !name_peer(tls, p->host) || SSL_connect(tls) != 1))
        rc = tls_fault(f, "TLS", tls);
    if (rc == 0 && SSL_write(tls, bytes, (int)len) != (int)len)
        rc = tls_fault(f, "TLS", NULL);
    if (rc == 0)
        rc = tls_end(tls, f);
    SSL_free(tls);
    SSL_CTX_free(context);
    return rc;
}

static int send_stream(const struct sending *s, bool tls, struct fault *f)
{
    struct place p;
    size_t len = 0;
    int rc = read_place(s->target->address, &p, f);
    int fd = rc == 0 ? open_socket(s, &p, SOCK_STREAM, f) : rc;
    if (fd < 0)
        return fd;
    char *bytes = frame(s, &len);
    if (bytes == NULL)
        rc = fault_set(f, -ENOMEM, "no memory for a message");
    else
        rc = tls ? send_tls(s, &p, fd, bytes, len, f) : send_plain(fd, bytes, len, f);
    free(bytes);
    close(fd);
    return rc;
}

enum sent send_syslog(const struct sending *s, uint64_t *wait_us, struct fault *f)
{
    const char *a = s->target->address;
    (void)wait_us;
    int rc = strncmp(a, "tls:", 4) == 0 ? send_stream(s, true, f) : strncmp(a, "tcp:", 4) == 0 ? send_stream(s, false, f) : send_datagram(s, f);
    return rc == 0 ? SENT_DONE : SENT_LATER;
}
