#include "correlator/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "correlator/story.h"

enum { BATCH = 256, JSON_MAX = 512 * 1024, ID_MAX = 40 };

struct told { char id[ID_MAX], *story; };    /* the newest version's; NULL: it became part of another */

struct run {
    const struct replay *asked;
    struct correlator   *correlator;
    FILE                *in, *groups, *incidents, *stories, *stop_values;
    struct told         *told;
    size_t               told_count, told_room;
    struct { uint32_t meta, incident; } *of;    /* of each alert */
    size_t               alerts, room;
    char               (*ids)[ID_MAX];          /* of each incident, by number; ids[0] is "-" */
    size_t               id_room;
    char                 json[JSON_MAX];
};

static FILE *opened(const char *path, const char *mode, struct fault *f)
{
    if (strcmp(path, "-") == 0)
        return *mode == 'r' ? stdin : stdout;
    FILE *file = fopen(path, mode);
    if (file == NULL)
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
    return file;
}

static int closed(FILE *file, const char *path, struct fault *f)
{
    if (file == NULL || file == stdin)
        return 0;
    bool bad = ferror(file) != 0;
    int rc = file == stdout ? fflush(file) : fclose(file);
    return bad || rc != 0 ? fault_set(f, -EIO, "%s: cannot be written: %s", path, strerror(errno)) : 0;
}

/* Twice the room when `need` does not fit. */
static bool grown(void **at, size_t *room, size_t need, size_t each)
{
    size_t more = *room;
    while (more < need)
        more = more > 0 ? 2 * more : 4096;
    if (more == *room)
        return true;
    void *larger = realloc(*at, more * each);
    if (larger == NULL)
        return false;
    memset((char *)larger + *room * each, 0, (more - *room) * each);
    *at = larger;
    *room = more;
    return true;
}

static bool keep(struct run *r, const struct verdict *v)
{
    void *of = r->of, *ids = r->ids;
    bool ok = grown(&of, &r->room, r->alerts + 1, sizeof *r->of) && grown(&ids, &r->id_room, v->incident + 1, ID_MAX);
    r->of = of;
    r->ids = ids;
    if (!ok)
        return false;
    r->of[r->alerts].meta = (uint32_t)v->meta;
    r->of[r->alerts++].incident = (uint32_t)v->incident;
    if (v->incident != 0 && *r->ids[v->incident] == '\0')
        snprintf(r->ids[v->incident], ID_MAX, "%s", correlator_incident_id(r->correlator, v->incident));
    return true;
}

/* ---- what goes out ---- */

/* The newest stories are at the end: most versions are of what changed lately. */
static struct told *told_of(struct run *r, const char *id)
{
    for (size_t k = r->told_count; k-- > 0;)
        if (strcmp(r->told[k].id, id) == 0)
            return &r->told[k];
    void *told = r->told;
    if (!grown(&told, &r->told_room, r->told_count + 1, sizeof *r->told))
        return NULL;
    r->told = told;
    struct told *t = &r->told[r->told_count++];
    snprintf(t->id, sizeof t->id, "%s", id);
    return t;
}

static void tell(struct run *r, const struct incident *i)
{
    struct told *t = told_of(r, i->id);
    struct text out = text_over(r->json, STORY_TEXT_MAX);
    if (t == NULL)
        return;
    free(t->story);
    t->story = NULL;
    if (i->merged_into != NULL && *i->merged_into != '\0')
        return;
    story_write(i, &out);
    t->story = strdup(text_end(&out));
}

static void stories_out(const struct run *r)
{
    for (size_t k = 0; k < r->told_count && r->stories != NULL; k++)
        if (r->told[k].story != NULL)
            fprintf(r->stories, "%s\n", r->told[k].story);
}

static void stop_value_out(void *ctx, const struct stop_value *v)
{
    struct run *r = ctx;
    fprintf(r->stop_values, "%s\t%s\t%s\t%s\n", *v->region ? v->region : "-", v->name, v->en, v->zh);
}

/* Every version is written over the one before only by a reader: the last line of an id counts. */
static void changed(void *ctx, const struct incident *i)
{
    struct run *r = ctx;
    if (r->stories != NULL)
        tell(r, i);
    struct text t = text_over(r->json, sizeof r->json);
    if (r->incidents == NULL)
        return;
    incident_json(i, &t);
    text_char(&t, '\n');
    if (!t.cut)
        fwrite(t.at, 1, t.len, r->incidents);
}

static void gone(void *ctx, const struct incident *i)
{
    (void)ctx, (void)i;
}

static void groups_out(struct run *r)
{
    for (size_t i = 0; i < r->alerts && r->groups != NULL; i++) {
        uint64_t number = correlator_whole(r->correlator, r->of[i].incident);
        if (r->asked->by_meta)
            fprintf(r->groups, "M%u\n", r->of[i].meta);
        else
            fprintf(r->groups, "%s\n", number != 0 ? r->ids[number] : "-");
    }
}

/* ---- reading ---- */

static int one(struct run *r, const char *line, size_t len, uint64_t number, struct fault *f)
{
    struct alert_view a;
    struct verdict v;
    struct fault why;
    int rc = alert_parse(line, len, &a, &why);
    if (rc < 0)
        return fault_set(f, rc, "%s:%llu: %s", r->asked->in, (unsigned long long)number, why.why);
    rc = correlator_alert(r->correlator, &a, a.time_us, &v);
    alert_view_free(&a);
    if (rc < 0 || !keep(r, &v))
        return fault_set(f, -ENOMEM, "%s:%llu: no memory", r->asked->in, (unsigned long long)number);
    if (r->alerts % BATCH == 0)
        correlator_changes(r->correlator, NULL, changed, gone, r);
    return 0;
}

static int all(struct run *r, struct fault *f)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int rc = 0;
    for (uint64_t number = 1; rc == 0 && (len = getline(&line, &cap, r->in)) > 0; number++) {
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        if (len > 0)
            rc = one(r, line, (size_t)len, number, f);
    }
    free(line);
    if (rc == 0 && ferror(r->in))
        rc = fault_set(f, -EIO, "%s: cannot be read: %s", r->asked->in, strerror(errno));
    correlator_changes(r->correlator, NULL, changed, gone, r);
    return rc;
}

static bool files_open(struct run *r, struct fault *f)
{
    const struct replay *a = r->asked;
    return (r->in = opened(a->in, "re", f)) != NULL
           && (a->groups == NULL || (r->groups = opened(a->groups, "we", f)) != NULL)
           && (a->incidents == NULL || (r->incidents = opened(a->incidents, "we", f)) != NULL)
           && (a->story == NULL || (r->stories = opened(a->story, "we", f)) != NULL)
           && (a->stop_values == NULL || (r->stop_values = opened(a->stop_values, "we", f)) != NULL);
}

int replay_run(const struct replay *asked, const struct correlator_settings *s, struct correlator_counts *counts, struct fault *f)
{
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    r->asked = asked;
    int rc = files_open(r, f) && (r->correlator = correlator_new(s, f)) != NULL ? 0 : f->code;
    if (rc == 0)
        rc = all(r, f);
    if (rc == 0) {
        groups_out(r);
        stories_out(r);
        if (r->stop_values != NULL)
            correlator_stop_values(r->correlator, stop_value_out, r);
        *counts = *correlator_counts(r->correlator);
    }
    closed(r->in, asked->in, f);
    int out = closed(r->groups, asked->groups, f), incidents = closed(r->incidents, asked->incidents, f);
    int stories = closed(r->stories, asked->story, f), stop_values = closed(r->stop_values, asked->stop_values, f);
    while (r->told_count > 0)
        free(r->told[--r->told_count].story);
    free(r->told);
    correlator_free(r->correlator);
    free(r->of);
    free(r->ids);
    free(r);
    return rc < 0 ? rc : out < 0 ? out : incidents < 0 ? incidents : stories < 0 ? stories : stop_values;
}
