#include "ctl/score_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/csv.h"
#include "common/hash.h"
#include "common/text.h"

enum { COLUMNS = 7 };

const struct ability_name ability_names[ABILITIES] = {
    [DISCOVER] = { "discover", "发现力", "to discover" }, [PROTECT] = { "protect", "防护力", "to protect" },
    [HANDLE] = { "handle", "处置力", "to handle" },
};

const struct counted_name score_counted[COUNTEDS] = {
    [DETECTED] = { "detected", SHARE }, [DETECTED_IN_TIME] = { "detected_in_time", SHARE }, [DETECT_MEAN] = { "detect_mean", SECONDS },
    [DETECT_MEDIAN] = { "detect_median", SECONDS }, [BLOCKED] = { "blocked", SHARE }, [CONTAINED_IN_TIME] = { "contained_in_time", SHARE },
    [JUDGED] = { "judged", SHARE }, [ACKNOWLEDGED_IN_TIME] = { "acknowledged_in_time", SHARE },
    [ACKNOWLEDGE_MEAN] = { "acknowledge_mean", SECONDS }, [RESOLVED_IN_TIME] = { "resolved_in_time", SHARE },
    [RESOLVE_MEAN] = { "resolve_mean", SECONDS }, [SIGNED_IN_TIME] = { "signed_in_time", SHARE },
    [FEEDBACK_IN_TIME] = { "feedback_in_time", SHARE },
};

/* The file's rows, for who has no file; a test holds them together. */
static const char *const built_in[] = {
    "detected,discover,detected,4,90 %,按预期发现的注入,injects seen as expected",
    "detected_in_time,discover,detected_in_time,2,90 %,时限内发现的注入,injects seen in time",
    "mttd,discover,detect_mean,2,5 min,平均发现时间,mean time to detect",
    "detect_median,discover,detect_median,1,1 min,发现时间中位数,median time to detect",
    "blocked,protect,blocked,2,50 %,已阻断的注入,injects that were blocked",
    "contained_in_time,protect,contained_in_time,4,90 %,时限内遏制的注入,injects contained in time",
    "judged,handle,judged,2,95 %,研判正确的注入,injects judged as what they were",
    "mtta,handle,acknowledge_mean,2,15 min,平均响应时间,mean time to acknowledge",
    "acknowledged_in_time,handle,acknowledged_in_time,2,90 %,时限内响应的注入,injects taken up in time",
    "mttr,handle,resolve_mean,2,4 h,平均办结时间,mean time to resolve",
    "resolved_in_time,handle,resolved_in_time,2,90 %,时限内办结的注入,injects resolved in time",
    "signed_in_time,handle,signed_in_time,1,100 %,按时签收的通报,notices signed in time",
    "feedback_in_time,handle,feedback_in_time,1,100 %,按时反馈的通报,notices answered in time",
};

/* ---- one row ---- */

static int wrong(const struct csv *in, struct fault *f, const char *expected, const char *found)
{
    return fault_set(f, -EINVAL, "%s:%u: expected %s, not \"%.60s\"", in->path, in->line, expected, found);
}

static int ability_of(const char *name)
{
    for (int i = 0; i < ABILITIES; i++)
        if (strcmp(ability_names[i].name, name) == 0 || strcmp(ability_names[i].zh, name) == 0)
            return i;
    return -1;
}

static int counted_of(const char *name)
{
    for (int i = 0; i < COUNTEDS; i++)
        if (strcmp(score_counted[i].name, name) == 0)
            return i;
    return -1;
}

/* "90 %" as thousandths, "15 min" as seconds; 0: none of these, or not of this unit. */
static uint64_t target_of(const char *text, enum unit unit)
{
    static const struct { const char *name; enum unit unit; uint64_t each, most; } units[] = {
        { "%", SHARE, 10, 100 }, { "s", SECONDS, 1, 86400 }, { "min", SECONDS, 60, 1440 }, { "h", SECONDS, 3600, 720 }, { "d", SECONDS, 86400, 30 },
    };
    size_t digits = strspn(text, "0123456789");
    uint64_t n = digits > 0 && digits < 7 && text[digits] == ' ' ? strtoull(text, NULL, 10) : 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && n > 0; i++)
        if (units[i].unit == unit && strcmp(text + digits + 1, units[i].name) == 0 && n <= units[i].most)
            return n * units[i].each;
    return 0;
}

static bool copy(char *out, size_t size, const char *text)
{
    return *text != '\0' && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool is_known(const struct score_table *t, const char *id)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].id, id) == 0)
            return true;
    return false;
}

static int row_names(const struct csv *in, const struct score_table *t, char *const field[], struct measure *m, struct fault *f)
{
    if (!copy(m->id, sizeof m->id, field[0]) || strspn(m->id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(m->id))
        return wrong(in, f, "an id of 1 to 31 small letters, digits and _", field[0]);
    if (is_known(t, m->id))
        return wrong(in, f, "an id that no line before has", m->id);
    if (!copy(m->name_zh, sizeof m->name_zh, field[5]) || !copy(m->name_en, sizeof m->name_en, field[6]))
        return fault_set(f, -EINVAL, "%s:%u: expected a name in Chinese and one in English, each of 1 to %d bytes", in->path, in->line,
                         MEASURE_NAME_MAX - 1);
    return 0;
}

static int row_read(struct csv *in, const struct score_table *t, struct measure *m, struct fault *f)
{
    char *field[COLUMNS + 1], *end;
    if (csv_cut(in->text, field, COLUMNS) != COLUMNS)
        return fault_set(f, -EINVAL, "%s:%u: expected %d columns: id,ability,counted,weight,target,name_zh,name_en", in->path, in->line, COLUMNS);
    *m = (struct measure){ .weight = 0 };
    if (row_names(in, t, field, m, f) != 0)
        return f->code;
    int ability = ability_of(field[1]), counted = counted_of(field[2]);
    unsigned long weight = strtoul(field[3], &end, 10);
    if (ability < 0)
        return wrong(in, f, "discover, protect or handle", field[1]);
    if (counted < 0)
        return wrong(in, f, "something that can be counted, such as detected, detect_mean or contained_in_time", field[2]);
    if (field[3][strspn(field[3], "0123456789")] != '\0' || end == field[3] || weight > WEIGHT_MOST)
        return wrong(in, f, "a weight from 0 to 100", field[3]);
    m->ability = (enum ability)ability;
    m->counted = (enum counted)counted;
    m->weight = (unsigned)weight;
    if ((m->target = target_of(field[4], score_counted[counted].unit)) == 0)
        return wrong(in, f, score_counted[counted].unit == SHARE ? "a share from 1 % to 100 %, as in 90 %" : "a time as in 30 s, 15 min, 4 h or 1 d", field[4]);
    return 0;
}

/* ---- all of it ---- */

static int row_add(struct csv *in, struct score_table *t, struct fault *f)
{
    if (t->count == MEASURES_MAX)
        return fault_set(f, -EINVAL, "%s:%u: more than %d rows", in->path, in->line, MEASURES_MAX);
    int rc = row_read(in, t, &t->rows[t->count], f);
    t->count += rc == 0;
    return rc;
}

static int read_built_in(struct score_table *t, struct fault *f)
{
    struct csv in = { .path = "built-in" };
    int rc = 0;
    for (size_t i = 0; i < sizeof built_in / sizeof built_in[0] && rc == 0; i++) {
        in.line++;
        strcpy(in.text, built_in[i]);
        rc = row_add(&in, t, f);
    }
    return rc;
}

static int read_file(const char *path, struct score_table *t, struct fault *f)
{
    struct csv in;
    int rc = csv_open(&in, path, "id", f);
    if (rc < 0)
        return rc;
    while ((rc = csv_next(&in, f)) > 0 && (rc = row_add(&in, t, f)) == 0)
        ;
    csv_close(&in);
    return rc == 0 && t->count == 0 ? fault_set(f, -EINVAL, "%s: expected at least one row", path) : rc;
}

/* Of what the rows say, not of the file's bytes: a comment changes no score. */
static void sign(struct score_table *t)
{
    char line[MEASURE_ID_MAX + 2 * MEASURE_NAME_MAX + 96];
    uint8_t digest[HASH_MAX];
    struct text hex = text_over(t->sm3, sizeof t->sm3);
    struct hash_stream *h = hash_stream_new(HASH_SM3);
    if (h == NULL)
        abort();
    for (size_t i = 0; i < t->count; i++) {
        const struct measure *m = &t->rows[i];
        int n = snprintf(line, sizeof line, "%s,%s,%s,%u,%llu,%s,%s\n", m->id, ability_names[m->ability].name, score_counted[m->counted].name,
                         m->weight, (unsigned long long)m->target, m->name_zh, m->name_en);
        hash_stream_add(h, line, (size_t)n);
    }
    text_hex(&hex, digest, hash_stream_end(h, digest));
    text_end(&hex);
}

int score_table_load(const char *path, struct score_table *out, struct fault *f)
{
    *out = (struct score_table){ .count = 0 };
    int rc = *path == '\0' ? read_built_in(out, f) : read_file(path, out, f);
    if (rc == 0)
        sign(out);
    else
        out->count = 0;
    return rc;
}
