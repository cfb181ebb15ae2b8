#include "events/flowsum.h"

#include "common/clock.h"

static void time_member(const char *name, uint64_t time_us, struct text *out)
{
    char text[CLOCK_TEXT_MAX];
    clock_text(time_us, text);
    text_fmt(out, "\"%s\":\"%s\",", name, text);
}

/* EVE's names: pkts_toserver and so on, so that the tools that read Suricata's flows read ours. */
void flowsum_json(const struct flowsum *s, struct text *out)
{
    event_json(&s->head, "flow", out);
    text_lit(out, ",\"flow\":{");
    time_member("start", s->start_us, out);
    time_member("end", s->end_us, out);
    text_fmt(out, "\"pkts_toserver\":%llu,\"pkts_toclient\":%llu,\"bytes_toserver\":%llu,\"bytes_toclient\":%llu,",
             (unsigned long long)s->packets[0], (unsigned long long)s->packets[1],
             (unsigned long long)s->bytes[0], (unsigned long long)s->bytes[1]);
    text_fmt(out, "\"age\":%llu,\"state\":\"%s\",\"reason\":\"%s\",\"alerted\":%s",
             (unsigned long long)((s->end_us - s->start_us) / 1000000), s->state, s->reason,
             s->alerts > 0 ? "true" : "false");
    if (s->midstream)
        text_lit(out, ",\"midstream\":true");
    if (s->gaps > 0)
        text_fmt(out, ",\"gaps\":%llu,\"gap_bytes\":%llu", (unsigned long long)s->gaps,
                 (unsigned long long)s->gap_bytes);
    text_char(out, '}');
    if (s->tcp_flags[0] | s->tcp_flags[1])
        text_fmt(out, ",\"tcp\":{\"tcp_flags\":\"%02x\",\"tcp_flags_ts\":\"%02x\",\"tcp_flags_tc\":\"%02x\"}",
                 s->tcp_flags[0] | s->tcp_flags[1], s->tcp_flags[0], s->tcp_flags[1]);
    text_char(out, '}');
}
