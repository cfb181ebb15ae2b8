/* A query's conditions as SQL. Every value is bound; only words of ours stand in the text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/store.h"

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

/* Each ? becomes the next $n, whose value is to follow. The longest query we can write is a quarter of the buffer. */
static void add(struct where *w, const char *condition)
{
    size_t n = w->count;
    char *to = stpcpy(w->sql + strlen(w->sql), w->sql[0] ? " AND " : " WHERE ");
    for (; *condition != '\0'; condition++)
        if (*condition == '?')
            to += sprintf(to, "$%zu", ++n);
        else
            *to++ = *condition;
    *to = '\0';
}

static void value(struct where *w, struct condition c)
{
    w->values[w->count++] = c;
}

static void add_text(struct where *w, const char *condition, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    add(w, condition);
    value(w, (struct condition){ .kind = 't', .bytes = text, .len = strlen(text) });
}

static void add_number(struct where *w, const char *condition, uint64_t n)
{
    if (n == 0)
        return;
    add(w, condition);
    value(w, (struct condition){ .kind = 'i', .number = n > INT64_MAX ? INT64_MAX : (int64_t)n });
}

/* All codes that begin so, as a range that an index can serve. */
static void add_region(struct where *w, const char *region)
{
    size_t n = region ? strlen(region) : 0;
    if (n == 0 || n >= sizeof w->region_end)
        return;
    memcpy(w->region_end, region, n + 1);
    w->region_end[n - 1]++;
    add_text(w, "region >= ?", region);
    add_text(w, "region < ?", w->region_end);
}

/* First and last address of a prefix. */
static void range_of(const struct prefix *p, uint8_t low[17], uint8_t high[17])
{
    row_address(&p->addr, low);
    memcpy(high, low, 17);
    unsigned fixed = p->addr.version == 4 ? 96u + p->bits : p->bits;
    for (unsigned bit = fixed; bit < 128; bit++)
        high[1 + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

static int add_address(struct where *w, const struct dialect *d, const char *text, bool incidents, struct fault *f)
{
    struct prefix p;
    if (text == NULL || *text == '\0')
        return 0;
    if (prefix_parse(text, &p) != 0)
        return fault_set(f, -EINVAL, "`%.80s`: expected an address or a prefix such as 192.0.2.0/24", text);
    if (!incidents && d->ask_address != NULL) {
        struct text t = text_over(w->address, sizeof w->address);
        d->ask_address(&p, &t);
        text_end(&t);
        add_text(w, d->address, w->address);
        return 0;
    }
    range_of(&p, w->low, w->high);
    add(w, incidents ? d->party : d->address);
    for (int i = 0; i < (incidents ? 1 : 2); i++) {
        value(w, (struct condition){ .kind = 'b', .bytes = w->low, .len = sizeof w->low });
        value(w, (struct condition){ .kind = 'b', .bytes = w->high, .len = sizeof w->high });
    }
    return 0;
}

static void add_rule(struct where *w, const struct dialect *d, uint32_t sid, bool incidents)
{
    if (sid == 0 || incidents || d->ask_rule == NULL) {
        add_number(w, "sid = ?", sid);
        return;
    }
    struct text t = text_over(w->rule, sizeof w->rule);
    d->ask_rule(sid, &t);
    text_end(&t);
    add_text(w, d->address, w->rule);
}

static void add_words(struct where *w, const struct dialect *d, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    struct text t = text_over(w->words, sizeof w->words);
    d->ask(text, &t);
    text_end(&t);
    if (t.len == 0 || t.cut)
        add(w, "1 = 0");                /* asked for something that is no word: nothing matches */
    else
        add_text(w, d->words, w->words);
}

/* "TIME.N.m" from a month or "TIME.N.i" from incidents.db. At one time, months come before incidents. */
static int add_cursor(struct where *w, const char *before, bool incidents, struct fault *f)
{
    int64_t time, n;
    char kind;
    int end = 0;
    if (before == NULL || *before == '\0')
        return 0;
    if (sscanf(before, "%" SCNd64 ".%" SCNd64 ".%c%n", &time, &n, &kind, &end) != 3 || before[end] != '\0' ||
        (kind != 'm' && kind != 'i'))
        return fault_set(f, -EINVAL, "`%.80s` is no cursor of a row", before);
    bool same = (kind == 'i') == incidents;
    add(w, same ? "(time, n) < (?, ?)" : incidents ? "time <= ?" : "time < ?");
    value(w, (struct condition){ .kind = 'i', .number = time });
    if (same)
        value(w, (struct condition){ .kind = 'i', .number = n });
    return 0;
}

/* Parts of parts belong to it too. A set, so that a circle ends. */
#define STORY(first) "(WITH RECURSIVE story(id) AS (" first " UNION SELECT part FROM part_of JOIN story ON whole = story.id)" \
                     " SELECT id FROM story)"

static void add_alerts_of(struct where *w, const struct dialect *d, const char *incident)
{
    char sql[320];
    snprintf(sql, sizeof sql, "id IN (SELECT alert FROM %s WHERE incident IN " STORY("VALUES(%s)") ")", d->alert_of, d->name);
    add_text(w, sql, incident);
}

static void add_parts(struct where *w, const struct dialect *d, const struct archive_query *q)
{
    char sql[160];
    add_text(w, "id IN " STORY("SELECT part FROM part_of WHERE whole = ?"), q->whole);
    snprintf(sql, sizeof sql, "id NOT IN (SELECT part FROM part_of WHERE whole IN (SELECT id FROM %s))", d->incidents);
    if (!q->merged && !is_set(q->id) && !is_set(q->whole))
        add(w, sql);
}

int archive_where(const struct dialect *d, const struct archive_query *q, bool incidents, struct where *out, struct fault *f)
{
    memset(out, 0, sizeof *out);
    if (q->event_type != NULL && strcmp(q->event_type, "alert") == 0)
        add(out, "type = 'alert'");     /* spelled out, or SQLite does not see that the partial indices fit */
    else
        add_text(out, "type = ?", q->event_type);
    add_number(out, "time >= ?", q->from_us);
    add_number(out, "time < ?", q->to_us);
    add_region(out, q->region);
    add_text(out, "sector = ?", q->sector);
    add_text(out, "unit = ?", q->unit);
    add_text(out, "status = ?", q->status);
    add_text(out, "state = ?", q->state);
    add_text(out, "id = ?", q->id);
    if (incidents)
        add_parts(out, d, q);
    else
        add_alerts_of(out, d, q->incident);
    add_rule(out, d, q->sid, incidents);
    add_number(out, "severity <= ?", q->severity_most);
    add_words(out, d, q->text);
    int rc = add_address(out, d, q->address, incidents, f);
    return rc == 0 ? add_cursor(out, q->before, incidents, f) : rc;
}

bool archive_wants_months(const struct archive_query *q)
{
    return (!is_set(q->event_type) || row_is_sensed(q->event_type)) && !is_set(q->whole);
}

bool archive_wants_incidents(const struct archive_query *q)
{
    return (!is_set(q->event_type) || row_is_versioned(q->event_type)) && !is_set(q->incident);
}
