#include "ctl/drill.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/settings.h"
#include "common/clock.h"
#include "ctl/out.h"
#include "ctl/score.h"
#include "ctl/when.h"
#include "events/kind.h"
#include "events/load.h"
#include "events/matter.h"

const char drill_usage[] =
    "drill score ID           演练评分 · 发现力、防护力、处置力 · what a drill was worth, counted from its incidents and commands\n"
    "  --table FILE       what counts, with which weight and target (default: as in deploy/data/drill_scores.csv)\n"
    "  --as-of TIME       as it stood then (default: of the score on record, else now)\n"
    "  --json, --csv      the document for `fengsui command drill evaluate ID score=@FILE`, or a row for each figure\n"
    "  --out FILE         the whole file or none; default standard output\n";

enum { OPTION_TABLE = CLI_OPTION_OWN, OPTION_AS_OF, OPTION_JSON, OPTION_CSV, OPTION_OUT, PAGE = 1000, WORDS_MAX = 512 * 1024 };
enum form { FORM_TEXT, FORM_JSON, FORM_CSV };

struct order {
    const char *id, *table, *out;
    uint64_t    as_of_us;       /* 0: not given */
    enum form   form;
};

/* ---- out of the archive, page by page: no question is asked while another is open ---- */

struct reading {
    struct facts *facts;
    struct fault *fault;
    size_t        rows, incident;
    int           rc;
    char          cursor[64];
    bool          found;
    uint64_t      as_of_us;
};

static bool read_drill(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct reading *r = ctx;
    (void)cursor;
    r->rc = facts_drill(r->facts, json, len, r->as_of_us, r->fault);
    r->found = r->rc == 0;
    return false;
}

static bool took(struct reading *r, int rc, const char *cursor)
{
    r->rc = rc < 0 ? rc : 0;
    r->rows++;
    snprintf(r->cursor, sizeof r->cursor, "%s", cursor);
    return rc >= 0;
}

static bool read_incident(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct reading *r = ctx;
    return took(r, facts_incident(r->facts, json, len, r->fault), cursor);
}

static bool read_notice(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct reading *r = ctx;
    return took(r, facts_notice(r->facts, json, len, r->fault), cursor);
}

static bool read_alert(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct reading *r = ctx;
    struct alert_view a;
    int rc = alert_parse(json, len, &a, r->fault);
    if (rc == 0) {
        rc = facts_alert(r->facts, r->incident, &a, r->fault);
        alert_view_free(&a);
    }
    return took(r, rc, cursor);
}

static int all_of(struct archive *a, struct archive_query *q, struct reading *r, bool (*row)(void *, const char *, size_t, const char *))
{
    q->limit = PAGE;
    q->before = NULL;
    do {
        r->rows = 0;
        int rc = archive_find(a, q, row, r, r->fault);
        if (rc != 0 || r->rc != 0)
            return rc != 0 ? rc : r->rc;
        q->before = r->cursor;
    } while (r->rows == PAGE);
    return 0;
}

static int all_alerts(struct archive *a, struct reading *r)
{
    int rc = 0;
    for (r->incident = 0; rc == 0 && r->incident < r->facts->incident_count; r->incident++)
        rc = all_of(a, &(struct archive_query){ .event_type = "alert", .status = "exercise", .from_us = facts_begin(r->facts),
                                                .incident = r->facts->incidents[r->incident].id }, r, read_alert);
    return rc;
}

static int gather(struct archive *a, const struct order *o, struct facts *facts, struct fault *f)
{
    struct reading r = { .facts = facts, .fault = f, .as_of_us = o->as_of_us };
    int rc = archive_find(a, &(struct archive_query){ .event_type = "drill", .id = o->id, .limit = 1 }, read_drill, &r, f);
    if (rc != 0 || r.rc != 0)
        return rc != 0 ? rc : r.rc;
    if (!r.found)
        return fault_set(f, -ENOENT, "%s is not in the archive", o->id);
    if (facts->started_us == 0)
        return fault_set(f, -EINVAL, "%s has not begun: there is nothing to score", o->id);
    if (facts->as_of_us == 0)
        facts->as_of_us = clock_wall_us();
    if (facts_begin(facts) == 0)
        return 0;
    rc = all_of(a, &(struct archive_query){ .event_type = "incident", .status = "exercise", .merged = true }, &r, read_incident);
    if (rc == 0)
        rc = all_alerts(a, &r);
    return rc == 0 ? all_of(a, &(struct archive_query){ .event_type = "notice", .status = "exercise" }, &r, read_notice) : rc;
}

/* ---- the score, and whether it is the one on record ---- */

/* Gives 0, or -EBADMSG with the sentence when the one on record is another. */
static int compare(const struct score *s, const char *digest, struct text *out, struct fault *f)
{
    const json_t *record = json_object_get(s->facts->drill, "score");
    const char *recorded = event_text_of(s->facts->drill, "score_sm3");
    uint64_t as_of_us = due_at(record, "as_of");
    text_fmt(out, "\nSM3 %s\n", digest);
    if (record == NULL || as_of_us != s->facts->as_of_us)
        return 0;
    if (strcmp(event_text_of(record, "table_sm3"), s->table->sm3) != 0) {
        text_lit(out, "在案评分用的是另一张指标表 · the score on record was made by another table\n");
        return 0;
    }
    if (strcmp(recorded, digest) == 0) {
        text_lit(out, "与在案评分一致 · the same as on record\n");
        return 0;
    }
    return fault_set(f, -EBADMSG, "the score on record is another one (SM3 %.64s), and this is %s · 与在案评分不一致", recorded, digest);
}

static int digest_of(const struct score *s, char digest[DRILL_DIGEST_MAX], struct fault *f)
{
    char *room = malloc(SCORE_BYTES_MAX);
    struct text t = text_over(room, room != NULL ? SCORE_BYTES_MAX : 0);
    if (room != NULL)
        score_json(s, &t);
    json_t *document = room != NULL && !t.cut ? json_loadb(t.at, t.len, 0, NULL) : NULL;
    bool ok = document != NULL && drill_score_digest(document, digest);
    json_decref(document);
    free(room);
    return ok ? 0 : fault_set(f, -E2BIG, "the score is longer than %d bytes", SCORE_BYTES_MAX);
}

static int render(const struct order *o, const struct score *s, struct text *out, struct fault *f)
{
    static char unseen[256];
    char digest[DRILL_DIGEST_MAX];
    struct text aside = text_over(unseen, sizeof unseen);
    int rc = digest_of(s, digest, f);
    if (rc != 0)
        return rc;
    if (o->form == FORM_JSON) {
        score_json(s, out);
        text_char(out, '\n');
    } else if (o->form == FORM_CSV) {
        score_csv(s, out);
    } else {
        score_text(s, out);
    }
    rc = compare(s, digest, o->form == FORM_TEXT ? out : &aside, f);
    return out->cut ? fault_set(f, -E2BIG, "the score is longer than %d bytes", WORDS_MAX) : rc;
}

static int show(const struct order *o, const struct facts *facts, const struct score_table *table, struct fault *f)
{
    struct score *s = malloc(sizeof *s);
    char *room = malloc(WORDS_MAX);
    struct text t = text_over(room, room != NULL ? WORDS_MAX : 0);
    int rc = s == NULL || room == NULL ? fault_set(f, -ENOMEM, "no memory for the score") : 0;
    if (rc == 0) {
        score_compute(facts, table, s);
        rc = render(o, s, &t, f);
    }
    if (rc == 0 || rc == -EBADMSG) {
        struct fault wrong;
        if (out_write(o->out, &t, &wrong) != 0) {
            *f = wrong;
            rc = -EIO;
        }
    }
    free(room);
    free(s);
    return rc;
}

static int score(const struct order *o, const char *store, struct fault *f)
{
    struct facts facts = { 0 };
    struct score_table table;
    int rc = score_table_load(o->table, &table, f);
    if (rc != 0)
        return rc;
    struct archive *a = archive_open(store, ARCHIVE_READ, f);
    if (a == NULL)
        return f->code;
    rc = gather(a, o, &facts, f);
    archive_close(a);
    if (rc == 0)
        rc = show(o, &facts, &table, f);
    facts_free(&facts);
    return rc;
}

/* ---- the command line ---- */

static int as_of(struct cli *cli, struct order *o, const char *argument)
{
    int code = when_option(cli, "--as-of", argument, &o->as_of_us);
    return code != 0 || o->as_of_us <= clock_wall_us() ? code : cli_fail(cli, EX_USAGE, "--as-of: %s is yet to come", argument);
}

/* 0, or an exit code after a sentence; -1: not ours. */
static int take_option(struct cli *cli, struct order *o, int option, const char *argument)
{
    switch (option) {
    case OPTION_TABLE: o->table = argument; return 0;
    case OPTION_OUT:   o->out = argument; return 0;
    case OPTION_JSON:  o->form = FORM_JSON; return 0;
    case OPTION_CSV:   o->form = FORM_CSV; return 0;
    case OPTION_AS_OF: return as_of(cli, o, argument);
    default:           return -1;
    }
}

static int exit_code(int rc)
{
    return rc == 0 ? EX_OK : rc == -ENOENT ? EX_NOINPUT : rc == -EACCES ? EX_NOPERM : rc == -EINVAL || rc == -E2BIG || rc == -EBADMSG ? EX_DATAERR
         : EX_IOERR;
}

int drill_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "table", required_argument, NULL, OPTION_TABLE }, { "as-of", required_argument, NULL, OPTION_AS_OF }, { "json", no_argument, NULL, OPTION_JSON },
        { "csv", no_argument, NULL, OPTION_CSV }, { "out", required_argument, NULL, OPTION_OUT }, CLI_LONG, { 0 },
    };
    struct order o = { .table = "" };
    struct archive_settings archive = { 0 };
    struct settings_section section = archive_section(&archive);
    struct fault f = { 0 };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        int rc = take_option(cli, &o, option, optarg);
        if (rc > 0 || (rc < 0 && !cli_common(cli, option, optarg)))
            return rc > 0 ? rc : EX_USAGE;
    }
    int code = cli_settings(cli, &section, 1);
    if (code == 0 && !cli->check) {
        o.id = optind + 2 == argc && strcmp(argv[optind], "score") == 0 ? argv[optind + 1] : "";
        if (kind_of_id(o.id) != kind_named("drill"))
            code = cli_fail(cli, EX_USAGE, "expected drill score ID, the id of a drill; see --help");
    }
    if (code == 0 && !cli->check) {
        int rc = score(&o, archive.store, &f);
        code = rc == 0 ? EX_OK : cli_fail(cli, exit_code(rc), "%s", f.why);
    }
    settings_free(&section, 1);
    return code;
}
