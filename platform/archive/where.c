/* A query's conditions as SQL. Every value is bound; only words of ours stand in the text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/row.h"
#include "archive/store.h"
#include "archive/words.h"

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

static void add(struct where *w, const char *condition)
{
    strcat(w->sql, w->sql[0] ? " AND " : " WHERE ");
    strcat(w->sql, condition);          /* the longest query we can write is a quarter of the buffer */
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

static int add_address(struct where *w, const char *text, bool incidents, struct fault *f)
{
    struct prefix p;
    if (text == NULL || *text == '\0')
        return 0;
    if (prefix_parse(text, &p) != 0)
        return fault_set(f, -EINVAL, "`%.80s`: expected an address or a prefix such as 192.0.2.0/24", text);
    range_of(&p, w->low, w->high);
    add(w, incidents ? "n IN (SELECT n FROM party WHERE address BETWEEN ? AND ?)"
                     : "(src BETWEEN ? AND ? OR dest BETWEEN ? AND ?)");
    for (int i = 0; i < (incidents ? 1 : 2); i++) {
        value(w, (struct condition){ .kind = 'b', .bytes = w->low, .len = sizeof w->low });
        value(w, (struct condition){ .kind = 'b', .bytes = w->high, .len = sizeof w->high });
    }
    return 0;
}

static void add_words(struct where *w, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    struct text t = text_over(w->words, sizeof w->words);
    words_query(text, &t);
    text_end(&t);
    if (t.len == 0 || t.cut)
        add(w, "0");                    /* asked for something that is no word: nothing matches */
    else
        add_text(w, "n IN (SELECT rowid FROM words WHERE words MATCH ?)", w->words);
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

static void add_alerts_of(struct where *w, const char *incident)
{
    add_text(w, "id IN (SELECT alert FROM i.alert_of WHERE incident IN " STORY("VALUES(?)") ")", incident);
}

static void add_parts(struct where *w, const struct archive_query *q)
{
    add_text(w, "id IN " STORY("SELECT part FROM part_of WHERE whole = ?"), q->whole);
    if (!q->merged && !is_set(q->id) && !is_set(q->whole))
        add(w, "id NOT IN (SELECT part FROM part_of WHERE whole IN (SELECT id FROM event))");
}

int archive_where(const struct archive_query *q, bool incidents, struct where *out, struct fault *f)
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
        add_parts(out, q);
    else
        add_alerts_of(out, q->incident);
    add_number(out, "sid = ?", q->sid);
    add_number(out, "severity <= ?", q->severity_most);
    add_words(out, q->text);
    int rc = add_address(out, q->address, incidents, f);
    return rc == 0 ? add_cursor(out, q->before, incidents, f) : rc;
}

int archive_bind(sqlite3_stmt *s, const struct where *w)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < w->count && rc == SQLITE_OK; i++) {
        const struct condition *c = &w->values[i];
        int at = (int)i + 1;
        rc = c->kind == 'i' ? sqlite3_bind_int64(s, at, c->number)
           : c->kind == 't' ? sqlite3_bind_text(s, at, c->bytes, (int)c->len, SQLITE_STATIC)
                            : sqlite3_bind_blob(s, at, c->bytes, (int)c->len, SQLITE_STATIC);
    }
    return rc;
}

bool archive_month_fits(const char *name, const struct archive_query *q)
{
    char month[16];
    if (q->from_us != 0) {
        archive_month_name((int64_t)q->from_us, month);
        if (strcmp(name, month) < 0)
            return false;
    }
    if (q->to_us != 0) {
        archive_month_name((int64_t)q->to_us - 1, month);
        if (strcmp(name, month) > 0)
            return false;
    }
    return true;
}

bool archive_wants_months(const struct archive_query *q)
{
    return (!is_set(q->event_type) || !row_is_versioned(q->event_type)) && !is_set(q->whole);
}

bool archive_wants_incidents(const struct archive_query *q)
{
    return (!is_set(q->event_type) || row_is_versioned(q->event_type)) && !is_set(q->incident);
}
