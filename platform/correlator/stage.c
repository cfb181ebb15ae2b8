#include "correlator/stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/csv.h"
#include "events/tactic.h"

enum { BY_SIGNATURE, BY_CATEGORY, BY_COUNT };
static const char *const by_names[BY_COUNT] = { "signature", "category" };

struct told { int by; const char *text, *tactic; };

/* The name of a rule says more than its category where both do: a scanner's request is a "web application attack". */
static const struct told built_in[] = {
    { BY_SIGNATURE, " SCAN ", "TA0043" },
    { BY_CATEGORY, "Detection of a Network Scan", "TA0043" },
    { BY_CATEGORY, "Attempted Information Leak", "TA0043" },
    { BY_CATEGORY, "Decode of an RPC Query", "TA0007" },
    { BY_CATEGORY, "Web Application Attack", "TA0001" },
    { BY_CATEGORY, "Attempted Administrator Privilege Gain", "TA0001" },
    { BY_CATEGORY, "Attempted User Privilege Gain", "TA0001" },
    { BY_CATEGORY, "Exploit Kit Activity Detected", "TA0001" },
    { BY_CATEGORY, "Possible Social Engineering Attempted", "TA0001" },
    { BY_CATEGORY, "Executable code was detected", "TA0002" },
    { BY_CATEGORY, "Successful Administrator Privilege Gain", "TA0004" },
    { BY_CATEGORY, "Successful User Privilege Gain", "TA0004" },
    { BY_CATEGORY, "Attempt to login by a default username and password", "TA0006" },
    { BY_CATEGORY, "An attempted login using a suspicious username was detected", "TA0006" },
    { BY_CATEGORY, "Successful Credential Theft Detected", "TA0006" },
    { BY_CATEGORY, "A Network Trojan was detected", "TA0011" },
    { BY_CATEGORY, "Malware Command and Control Activity Detected", "TA0011" },
    { BY_CATEGORY, "Domain Observed Used for C2 Detected", "TA0011" },
    { BY_CATEGORY, "Large Scale Information Leak", "TA0010" },
    { BY_CATEGORY, "Attempted Denial of Service", "TA0040" },
    { BY_CATEGORY, "Denial of Service", "TA0040" },
    { BY_CATEGORY, "Detection of a Denial of Service Attack", "TA0040" },
    { BY_CATEGORY, "Crypto Currency Mining Activity Detected", "TA0040" },
};
enum { BUILT_IN = sizeof built_in / sizeof built_in[0] };

struct stages {
    struct told rows[BUILT_IN + STAGES_MAX];    /* the built-in ones first; texts of the others are our own */
    size_t      count;
    char       *own[STAGES_MAX];                /* to be freed */
    size_t      own_count;
};

static struct told *row_of(struct stages *t, int by, const char *text)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].by == by && strcasecmp(t->rows[i].text, text) == 0)
            return &t->rows[i];
    return NULL;
}

/* A tactic that we know, or "" for "-"; NULL otherwise. */
static const char *tactic_named(const char *name)
{
    const struct tactic *known = tactic_of(name);
    return known != NULL ? known->id : strcmp(name, "-") == 0 ? "" : NULL;
}

static int row_put(struct stages *t, int by, const char *text, const char *tactic, struct fault *f)
{
    struct told *row = row_of(t, by, text);
    if (row == NULL) {
        char *copy = strdup(text);
        if (copy == NULL)
            return fault_set(f, -ENOMEM, "no memory for the stages");
        t->own[t->own_count++] = copy;
        row = &t->rows[t->count++];
        *row = (struct told){ by, copy, "" };
    }
    row->tactic = tactic;
    return 0;
}

static int row_read(struct stages *t, struct csv *csv, struct fault *f)
{
    char *field[4];
    size_t n = csv_cut(csv->text, field, 4);
    int by = 0;
    if (n < 3 || n > 4 || *field[1] == '\0')
        return fault_set(f, -EINVAL, "%s:%u: expected by,text,tactic,source", csv->path, csv->line);
    while (by < BY_COUNT && strcmp(field[0], by_names[by]) != 0)
        by++;
    const char *tactic = tactic_named(field[2]);
    if (by == BY_COUNT)
        return fault_set(f, -EINVAL, "%s:%u: expected signature or category, not \"%.40s\"", csv->path, csv->line, field[0]);
    if (tactic == NULL)
        return fault_set(f, -EINVAL, "%s:%u: \"%.40s\" is no tactic of ATT&CK; expected TA0043, TA0106 ... or - for none", csv->path,
                         csv->line, field[2]);
    if (t->own_count == STAGES_MAX)
        return fault_set(f, -EINVAL, "%s:%u: more than %d lines", csv->path, csv->line, STAGES_MAX);
    return row_put(t, by, field[1], tactic, f);
}

struct stages *stages_load(const char *path, struct fault *f)
{
    struct csv csv;
    struct stages *t = calloc(1, sizeof *t);
    if (t == NULL) {
        fault_set(f, -ENOMEM, "no memory for the stages");
        return NULL;
    }
    memcpy(t->rows, built_in, sizeof built_in);
    t->count = BUILT_IN;
    if (*path == '\0')
        return t;
    int rc = csv_open(&csv, path, "by", f), more = 0;
    if (rc == 0) {
        while ((more = csv_next(&csv, f)) > 0 && (rc = row_read(t, &csv, f)) == 0)
            ;
        csv_close(&csv);
    }
    if (rc == 0 && more == 0)
        return t;
    stages_free(t);
    return NULL;
}

void stages_free(struct stages *t)
{
    for (size_t i = 0; t != NULL && i < t->own_count; i++)
        free(t->own[i]);
    free(t);
}

const char *stages_tactic(const struct stages *t, const struct alert_view *a)
{
    if (*a->tactic != '\0')
        return a->tactic;
    for (int by = 0; by < BY_COUNT; by++)
        for (size_t i = 0; i < t->count; i++) {
            const struct told *r = &t->rows[i];
            if (r->by == by && (by == BY_SIGNATURE ? strstr(a->signature, r->text) != NULL : strcasecmp(a->category, r->text) == 0))
                return r->tactic;
        }
    return "";
}
