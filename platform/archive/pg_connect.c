/* The connection, and asking by it with a deadline. libpq's own PQexec() waits for ever on a server that stands still
 * behind a Unix socket or a dead link, so everything here goes through its asynchronous calls and poll(). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "archive/lexemes.h"
#include "archive/pg.h"
#include "archive/words.h"
#include "common/clock.h"
#include "common/log.h"

enum { CONNECT_US = 10000000 };

static int poll_until(int fd, short events, uint64_t deadline_us)
{
    struct pollfd p = { .fd = fd, .events = events };
    for (;;) {
        uint64_t now = clock_steady_us();
        if (now >= deadline_us)
            return -ETIMEDOUT;
        uint64_t left_ms = (deadline_us - now) / 1000 + 1;
        int n = poll(&p, 1, left_ms > 60000 ? 60000 : (int)left_ms);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
    }
}

/* ---- what the server says ---- */

static const struct state { const char *begins; int code; } states[] = {
    { "22", -EINVAL }, { "54000", -EINVAL },                        /* a value, a row too large for an index */
    { "42P01", -ENOENT }, { "3F000", -ENOENT },                     /* no such table, schema */
    { "42501", -EACCES }, { "25006", -EROFS }, { "53100", -ENOSPC }, { "57014", -ETIMEDOUT },
    { "40", -EAGAIN }, { "55P03", -EAGAIN }, { "23", -EAGAIN }, { "53", -EAGAIN },
    { "57P", -ENOTCONN }, { "08", -ENOTCONN },                      /* the server goes down or starts */
};

static int code_of(const char *state)
{
    for (size_t i = 0; state != NULL && i < sizeof states / sizeof *states; i++)
        if (strncmp(state, states[i].begins, strlen(states[i].begins)) == 0)
            return states[i].code;
    return -EIO;
}

/* libpq's messages have line ends, and more lines than one. */
static int say(struct fault *f, int code, const char *message)
{
    return fault_set(f, code, "archive in PostgreSQL: %.*s", (int)strcspn(message, "\n"), *message ? message : "no answer");
}

static int connection_fault(struct pg_archive *a, struct fault *f)
{
    int rc = say(f, -ENOTCONN, PQerrorMessage(a->conn));
    pg_disconnect(a);
    return rc;
}

static int late(struct pg_archive *a, int rc, uint64_t patience_us, struct fault *f)
{
    pg_disconnect(a);
    if (rc != -ETIMEDOUT)
        return fault_set(f, rc, "archive in PostgreSQL: %s", strerror(-rc));
    return fault_set(f, rc, "archive in PostgreSQL: no answer within %u s", (unsigned)(patience_us / PG_SECOND));
}

/* ---- connecting ---- */

void pg_disconnect(struct pg_archive *a)
{
    PQfinish(a->conn);
    a->conn = NULL;
    a->open_transaction = false;
    a->leaf_count = 0;                  /* another server may be there next time */
}

static void hear(void *unused, const PGresult *notice)
{
    (void)unused;
    const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    log_debug("archive in PostgreSQL: %s", message ? message : "");
}

/* Later words win over earlier ones, so what stands in the setting wins over all but the last. */
static int start(struct pg_archive *a, struct fault *f)
{
    const char *const names[] = { "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
                                  "fallback_application_name", "dbname", "client_encoding", NULL };
    const char *const values[] = { "20000", "10", "5", "3", "fengsui", a->conninfo, "UTF8", NULL };
    a->conn = PQconnectStartParams(names, values, 1);
    if (a->conn == NULL)
        return fault_set(f, -ENOMEM, "archive: no memory");
    PQsetNoticeReceiver(a->conn, hear, NULL);
    return PQstatus(a->conn) != CONNECTION_BAD ? 0 : connection_fault(a, f);
}

static int establish(struct pg_archive *a, struct fault *f)
{
    uint64_t deadline = clock_steady_us() + CONNECT_US;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    int rc = start(a, f);
    if (rc != 0)
        return rc;
    while (next != PGRES_POLLING_OK) {
        rc = poll_until(PQsocket(a->conn), next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        if (rc != 0)
            return late(a, rc, CONNECT_US, f);
        next = PQconnectPoll(a->conn);
        if (next == PGRES_POLLING_FAILED)
            return connection_fault(a, f);
    }
    PQsetnonblocking(a->conn, 1);
    return 0;
}

/* An answer means the disk has it, whatever the server's own default is. */
static const char session[] =
    "SET search_path = fengsui; SET timezone = 'UTC'; SET client_min_messages = warning; SET lock_timeout = '10s';"
    "SET synchronous_commit = on; SET jit = off; SET statement_timeout = '3600s';"
    "SET idle_in_transaction_session_timeout = '300s'";

static int prepare(struct pg_archive *a, struct fault *f)
{
    const char *encoding = PQparameterStatus(a->conn, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return fault_set(f, -EPROTONOSUPPORT, "archive in PostgreSQL: the database's encoding is %s, expected UTF8 "
                         "(CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0)", encoding ? encoding : "unknown");
    int rc = pg_ask(a, session, NULL, PG_PATIENCE_US, NULL, f);
    if (rc == 0)
        rc = a->base.mode == ARCHIVE_WRITE ? pg_make_schema(a, f)
           : pg_ask(a, "SET default_transaction_read_only = on", NULL, PG_PATIENCE_US, NULL, f);
    return rc;
}

int pg_ready(struct pg_archive *a, struct fault *f)
{
    if (a->conn != NULL && PQstatus(a->conn) == CONNECTION_OK)
        return 0;
    pg_disconnect(a);
    int rc = establish(a, f);
    if (rc == 0)
        rc = prepare(a, f);
    if (rc != 0)
        pg_disconnect(a);
    return rc;
}

/* ---- asking ---- */

static int flush(struct pg_archive *a, uint64_t deadline)
{
    int left;
    while ((left = PQflush(a->conn)) > 0) {     /* the server may want to be read before it reads on */
        int rc = poll_until(PQsocket(a->conn), POLLIN | POLLOUT, deadline);
        if (rc != 0)
            return rc;
        if (PQconsumeInput(a->conn) == 0)
            return -ENOTCONN;
    }
    return left == 0 ? 0 : -ENOTCONN;
}

/* The next result, or NULL at the end. */
static int result(struct pg_archive *a, uint64_t deadline, PGresult **out)
{
    while (PQisBusy(a->conn)) {
        int rc = poll_until(PQsocket(a->conn), POLLIN, deadline);
        if (rc != 0)
            return rc;
        if (PQconsumeInput(a->conn) == 0)
            return -ENOTCONN;
    }
    *out = PQgetResult(a->conn);
    return 0;
}

/* The last result, or the first that is an error. */
static int results(struct pg_archive *a, uint64_t deadline, PGresult **last)
{
    bool failed = false;
    for (PGresult *r;;) {
        int rc = result(a, deadline, &r);
        if (rc != 0 || r == NULL)
            return rc;
        if (failed) {
            PQclear(r);
            continue;
        }
        PQclear(*last);
        *last = r;
        ExecStatusType s = PQresultStatus(r);
        failed = s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_EMPTY_QUERY;
    }
}

static int send_query(struct pg_archive *a, const char *sql, const struct pg_values *v)
{
    if (v == NULL)
        return PQsendQuery(a->conn, sql);
    return PQsendQueryParams(a->conn, sql, v->count, v->types, v->at, v->lengths, v->formats, 0);
}

int pg_ask(struct pg_archive *a, const char *sql, const struct pg_values *v, uint64_t patience_us, PGresult **out, struct fault *f)
{
    uint64_t deadline = clock_steady_us() + patience_us;
    PGresult *last = NULL;
    int rc = send_query(a, sql, v) ? flush(a, deadline) : -ENOTCONN;
    if (rc == 0)
        rc = results(a, deadline, &last);
    if (rc == -ENOTCONN || (rc == 0 && PQstatus(a->conn) != CONNECTION_OK))
        rc = connection_fault(a, f);
    else if (rc != 0)
        rc = late(a, rc, patience_us, f);
    else if (last != NULL && PQresultStatus(last) == PGRES_FATAL_ERROR)
        rc = say(f, code_of(PQresultErrorField(last, PG_DIAG_SQLSTATE)), PQresultErrorMessage(last));
    if (rc == 0 && out != NULL)
        *out = last;
    else
        PQclear(last);
    return rc;
}

int pg_read(struct pg_archive *a, const char *sql, const struct pg_values *v, uint64_t patience_us, PGresult **out, struct fault *f)
{
    bool fresh = a->conn == NULL;
    int rc = pg_ready(a, f);
    if (rc == 0)
        rc = pg_ask(a, sql, v, patience_us, out, f);
    if (rc != -ENOTCONN || fresh)
        return rc;
    rc = pg_ready(a, f);
    return rc == 0 ? pg_ask(a, sql, v, patience_us, out, f) : rc;
}

/* ---- opening ---- */

static void close_all(struct archive *archive)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    pg_disconnect(a);
    for (unsigned i = 0; i < PG_BATCHES; i++)
        pg_batch_free(&a->batches[i]);
    if (a->letters != (locale_t)0)
        freelocale(a->letters);
    PQclear(a->found);
    free(a->leaves);
    free(a->conninfo);
    free(a);
}

/* The locale is needed for letters beyond ASCII; it is a part of libc6 on Debian. */
static void ask_words(const char *utf8, struct text *out)
{
    char query[2048];
    struct text t = text_over(query, sizeof query);
    locale_t letters = lexemes_locale();
    words_query(utf8, &t);
    text_end(&t);
    if (t.cut)
        out->cut = true;
    else
        lexemes_ask(query, letters, out);
    if (letters != (locale_t)0)
        freelocale(letters);
}

static const struct dialect dialect = {
    .events = "event", .incidents = "incident", .words = "words @@ ?::tsquery",
    .address = "(src BETWEEN ? AND ? OR dest BETWEEN ? AND ?)",
    .party = "id IN (SELECT incident FROM party WHERE address BETWEEN ? AND ?)", .alert_of = "alert_of",
    .name = "?::text COLLATE \"C\"",
    .hex = { "encode(", ", 'hex')" }, .ask = ask_words,
};

static const struct store store = {
    .name = "postgresql", .dialect = &dialect, .close = close_all,
    .begin = pg_begin, .put = pg_put, .commit = pg_commit, .rollback = pg_rollback,
    .head = pg_head, .walk = pg_walk, .walk_next = pg_walk_next, .walk_strays = pg_walk_strays, .walk_end = pg_walk_end,
    .newest = pg_newest, .version = pg_version, .inspect = pg_inspect,
    .select = pg_select, .next = pg_next, .end = pg_end, .count = pg_count,
    .tables = pg_tables, .pairs = pg_pairs, .backup = pg_backup,
    .months = pg_months, .measure = pg_measure, .remove = pg_remove, .forget = pg_forget,
};

/* A conninfo that is none is the caller's; a server that does not answer is waited for by who writes. */
static int try_first(struct pg_archive *a, struct fault *f)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(a->conninfo, &why);
    if (options == NULL) {
        int rc = say(f, -EINVAL, why ? why : "no memory");
        PQfreemem(why);
        return rc;
    }
    PQconninfoFree(options);
    int rc = pg_ready(a, f);
    if (rc == 0 || a->base.mode == ARCHIVE_READ || (rc != -ENOTCONN && rc != -ETIMEDOUT))
        return rc;
    log_warning("%s; waiting for it", f->why);
    return 0;
}

struct archive *archive_pg_open(const char *conninfo, enum archive_mode mode, struct fault *f)
{
    struct pg_archive *a = calloc(1, sizeof *a);
    if (a == NULL || (a->conninfo = strdup(conninfo)) == NULL || (a->letters = lexemes_locale()) == (locale_t)0) {
        if (a != NULL)
            close_all(&a->base);
        fault_set(f, -ENOMEM, "archive: no memory, or no locale C.UTF-8");
        return NULL;
    }
    a->base = (struct archive){ .store = &store, .mode = mode };
    if (try_first(a, f) == 0)
        return &a->base;
    close_all(&a->base);
    return NULL;
}
