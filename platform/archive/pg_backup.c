/* Copies by PostgreSQL's own programs, which know all of a database; ours is the moment (an exported snapshot) and the
 * count of what it held then. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/digest.h"
#include "archive/pg.h"

enum { FETCH = 1000 };

void pg_tables(const char *part, char events[DIGEST_TABLE], char versions[DIGEST_TABLE])
{
    bool incidents = strcmp(part, archive_incidents_part) == 0;
    snprintf(events, DIGEST_TABLE, incidents ? "incident" : "event_%.4s_%.2s", part, part + 5);
    snprintf(versions, DIGEST_TABLE, incidents ? "incident" : "version_%.4s_%.2s", part, part + 5);
}

static int fetch(struct pg_archive *a, pair_fn *take, void *ctx, struct fault *f)
{
    char sql[48];
    snprintf(sql, sizeof sql, "FETCH %d FROM pairs", FETCH);
    for (int n = FETCH; n == FETCH;) {
        PGresult *r = NULL;
        int rc = pg_ask(a, sql, NULL, PG_LONG_US, &r, f);
        if (rc != 0)
            return rc;
        n = PQntuples(r);
        for (int i = 0; i < n; i++)
            take(ctx, PQgetvalue(r, i, 0), (size_t)PQgetlength(r, i, 0), PQgetvalue(r, i, 1), (size_t)PQgetlength(r, i, 1));
        PQclear(r);
    }
    return pg_ask(a, "CLOSE pairs", NULL, PG_PATIENCE_US, NULL, f);
}

int pg_pairs(struct archive *archive, const char *part, const char *sql, pair_fn *take, void *ctx, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    char declare[256];
    (void)part;                         /* which has tables of its own */
    int rc = pg_ready(a, f);
    if (rc != 0)
        return rc;
    bool within = PQtransactionStatus(a->conn) == PQTRANS_INTRANS;
    snprintf(declare, sizeof declare, "%sDECLARE pairs NO SCROLL CURSOR FOR %s", within ? "" : "BEGIN; ", sql);
    rc = pg_ask(a, declare, NULL, PG_LONG_US, NULL, f);
    if (rc == 0)
        rc = fetch(a, take, ctx, f);
    if (!within && a->conn != NULL) {
        struct fault unused;
        pg_ask(a, "ROLLBACK", NULL, PG_PATIENCE_US, NULL, rc != 0 ? &unused : f);
    }
    return rc;
}

/* ---- its programs ---- */

/* 0, or what the program said last. Its words come through a pipe; it is never asked for a password. */
static int run(const char *const argv[], struct fault *f)
{
    char words[512] = "";
    int ends[2], status = -1;
    if (pipe(ends) < 0)
        return fault_set(f, -errno, "%s: %s", argv[0], strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        setenv("PGCONNECT_TIMEOUT", "10", 0);
        setenv("PGOPTIONS", "-c lock_timeout=60000", 0);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    for (char line[512]; in != NULL && fgets(line, sizeof line, in) != NULL;)
        if (line[0] != '\n' && words[0] == '\0')
            snprintf(words, sizeof words, "%.*s", (int)strcspn(line, "\n"), line);
    if (in != NULL)
        fclose(in);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return fault_set(f, -errno, "%s: %s", argv[0], strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fault_set(f, -ENOENT, "%s cannot be run: it comes with postgresql-client", argv[0]);
    return fault_set(f, -EIO, "%s: %.240s", argv[0], *words ? words : "it failed without a word");
}

static int dump(struct pg_archive *a, const char *dir, struct fault *f)
{
    PGresult *r = NULL;
    char snapshot[96], folder[4200];
    int rc = pg_ask(a, "SELECT pg_export_snapshot()", NULL, PG_PATIENCE_US, &r, f);
    if (rc == 0)
        snprintf(snapshot, sizeof snapshot, "--snapshot=%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    snprintf(folder, sizeof folder, "--file=%s/dump", dir);
    const char *const argv[] = { "pg_dump", "--format=directory", "--schema=fengsui", "--no-password", snapshot, folder,
                                 "--dbname", a->conninfo, NULL };
    return rc == 0 ? run(argv, f) : rc;
}

static int digest_all(struct pg_archive *a, archive_part_fn *tell, void *ctx, struct fault *f)
{
    struct month_list months = { 0 };
    struct archive_part part;
    int rc = pg_months(&a->base, &months, f);
    for (size_t i = 0; i <= months.count && rc == 0; i++) {
        rc = archive_digest(&a->base, i < months.count ? months.names[i] : archive_incidents_part, &part, f);
        if (rc == 0)
            tell(ctx, &part);
    }
    free(months.names);
    return rc;
}

int pg_backup(struct archive *archive, const char *dir, archive_part_fn *tell, void *ctx, struct fault *f)
{
    struct pg_archive *a = (struct pg_archive *)archive;
    struct fault unused;
    int rc = pg_ready(a, f);
    if (rc == 0)
        rc = pg_ask(a, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0",
                    NULL, PG_PATIENCE_US, NULL, f);
    if (rc == 0)
        rc = digest_all(a, tell, ctx, f);
    if (rc == 0)
        rc = dump(a, dir, f);
    if (a->conn != NULL)
        pg_ask(a, "ROLLBACK", NULL, PG_PATIENCE_US, NULL, &unused);
    return rc;
}

/* ---- back again ---- */

static int ask_once(const char *conninfo, const char *sql, char *answer, size_t cap, struct fault *f)
{
    struct archive *archive = archive_pg_open(conninfo, ARCHIVE_READ, f);
    struct pg_archive *a = (struct pg_archive *)archive;
    PGresult *r = NULL;
    if (a == NULL)
        return f->code;
    int rc = pg_ask(a, "SET default_transaction_read_only = off", NULL, PG_PATIENCE_US, NULL, f);
    if (rc == 0)
        rc = pg_ask(a, sql, NULL, PG_LONG_US, &r, f);
    if (rc == 0 && answer != NULL)
        snprintf(answer, cap, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    archive_close(archive);
    return rc;
}

int archive_pg_restore(const char *dir, const char *conninfo, struct fault *f)
{
    char folder[4200], there[4] = "";
    snprintf(folder, sizeof folder, "%s/dump", dir);
    int rc = ask_once(conninfo, "SELECT to_regnamespace('fengsui') IS NOT NULL", there, sizeof there, f);
    if (rc != 0)
        return rc;
    if (there[0] == 't')
        return fault_set(f, -EEXIST, "the database holds an archive already; expected one without the schema fengsui");
    const char *const argv[] = { "pg_restore", "--no-owner", "--no-privileges", "--no-password", "--dbname", conninfo, folder, NULL };
    return run(argv, f);
}

/* The same server and user, another database. */
static int beside(const char *conninfo, const char *database, char *out, size_t cap, struct fault *f)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    struct text t = text_over(out, cap);
    for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
        const char *value = strcmp(o->keyword, "dbname") == 0 ? database : o->val;
        if (value == NULL || *value == '\0')
            continue;
        text_fmt(&t, "%s='", o->keyword);
        for (; *value != '\0'; value++) {
            if (*value == '\'' || *value == '\\')
                text_char(&t, '\\');
            text_char(&t, *value);
        }
        text_lit(&t, "' ");
    }
    text_end(&t);
    PQconninfoFree(options);
    return options != NULL && !t.cut ? 0 : fault_set(f, -EINVAL, "archive in PostgreSQL: the connection's words are none, or too long");
}

int archive_pg_scratch(const char *conninfo, char *out, size_t cap, struct fault *f)
{
    char sql[128], name[48];
    snprintf(name, sizeof name, "fengsui_drill_%d", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", name);
    int rc = ask_once(conninfo, sql, NULL, 0, f);
    return rc == 0 ? beside(conninfo, name, out, cap, f) : rc;
}

void archive_pg_discard(const char *conninfo)
{
    struct fault unused;
    char sql[96];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS fengsui_drill_%d", (int)getpid());
    ask_once(conninfo, sql, NULL, 0, &unused);
}
