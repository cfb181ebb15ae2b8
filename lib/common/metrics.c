#include "common/metrics.h"

#include <string.h>

static uint64_t metric_read(const void *values, const struct metric *m)
{
    uint64_t n;
    memcpy(&n, (const char *)values + m->offset, sizeof n);
    return n;
}

void metrics_add(const struct metrics_room *room, void *into, const void *from)
{
    for (size_t i = 0; i < room->count; i++) {
        uint64_t sum = metric_read(into, &room->rows[i]) + metric_read(from, &room->rows[i]);
        memcpy((char *)into + room->rows[i].offset, &sum, sizeof sum);
    }
}

/* Prometheus allows [a-zA-Z0-9_] in names; ours also hold dots ("ipv4.hlen_too_small"). */
static void metric_name(const struct metrics_room *room, const struct metric *m, const char *program, struct text *out)
{
    text_fmt(out, "fengsui_%s_%s_", program, room->name);
    for (const char *c = m->name; *c != '\0'; c++)
        text_char(out, *c == '.' || *c == '-' ? '_' : *c);
    if (m->kind == METRIC_COUNTER)
        text_lit(out, "_total");
}

void metrics_prometheus(const struct metrics_room *room, const void *values, const char *program, struct text *out)
{
    for (size_t i = 0; i < room->count; i++) {
        const struct metric *m = &room->rows[i];
        text_lit(out, "# HELP ");
        metric_name(room, m, program, out);
        text_fmt(out, " %s\n# TYPE ", m->about);
        metric_name(room, m, program, out);
        text_str(out, m->kind == METRIC_COUNTER ? " counter\n" : " gauge\n");
        metric_name(room, m, program, out);
        text_char(out, ' ');
        text_uint(out, metric_read(values, m));
        text_char(out, '\n');
    }
}

void metrics_json(const struct metrics_room *room, const void *values, int sparse, struct text *out)
{
    const char *comma = "";
    text_fmt(out, "\"%s\":{", room->name);
    for (size_t i = 0; i < room->count; i++) {
        uint64_t n = metric_read(values, &room->rows[i]);
        if (sparse && n == 0)
            continue;
        text_fmt(out, "%s\"%s\":", comma, room->rows[i].name);
        text_uint(out, n);
        comma = ",";
    }
    text_char(out, '}');
}
