/* A drill's score from whatever an archive may hold: the first line is the drill, the others are incidents, alerts (of the incident before)
 * and notices. What must hold: the score is a JSON document with every inject in it, and has the same digest when it is computed again. */
#include <stdlib.h>
#include <string.h>

#include "ctl/score.h"

enum { LINES_MAX = 64 };

static void take(struct facts *f, const char *line, size_t len)
{
    struct fault why;
    struct alert_view a;
    if (memmem(line, len, "\"incident\"", 10) != NULL)
        facts_incident(f, line, len, &why);
    else if (memmem(line, len, "\"notice\"", 8) != NULL)
        facts_notice(f, line, len, &why);
    else if (f->incident_count > 0 && alert_parse(line, len, &a, &why) == 0) {
        facts_alert(f, f->incident_count - 1, &a, &why);
        alert_view_free(&a);
    }
}

static void digest_of(const struct facts *f, const struct score_table *t, char digest[DRILL_DIGEST_MAX])
{
    static struct score s;
    static char room[SCORE_BYTES_MAX], words[4 * SCORE_BYTES_MAX];
    struct text out = text_over(room, sizeof room), said = text_over(words, sizeof words);
    score_compute(f, t, &s);
    score_json(&s, &out);
    json_t *document = out.cut ? NULL : json_loadb(out.at, out.len, 0, NULL);
    if (!out.cut && (document == NULL || json_array_size(json_object_get(document, "injects")) != f->inject_count))
        abort();
    if (document == NULL || !drill_score_digest(document, digest))
        *digest = '\0';
    json_decref(document);
    score_text(&s, &said);
    said = text_over(words, sizeof words);
    score_csv(&s, &said);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct score_table table;
    struct facts f;
    struct fault why;
    char once[DRILL_DIGEST_MAX], again[DRILL_DIGEST_MAX];
    const char *at = (const char *)bytes, *end = at + n, *line = memchr(at, '\n', n);
    if ((table.count == 0 && score_table_load("", &table, &why) != 0) || line == NULL
        || facts_drill(&f, at, (size_t)(line - at), UINT64_C(1795179600000000), &why) != 0)
        return 0;
    for (int i = 0; i < LINES_MAX && ++line < end; i++) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next : end;
        take(&f, line, (size_t)(next - line));
        line = next;
    }
    digest_of(&f, &table, once);
    digest_of(&f, &table, again);
    if (strcmp(once, again) != 0)
        abort();
    facts_free(&f);
    return 0;
}
