#include "detect/limits.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "detect/match.h"
#include "detect/ruleset.h"
#include "detect/threshold.h"

enum suppress_track { SUPPRESS_SRC, SUPPRESS_DEST, SUPPRESS_EITHER };

static bool holds_end(const struct suppression *s, const struct endpoint *e)
{
    return e && netset_holds(s->whom, &e->addr);
}

bool suppressed(const struct suppression *s, const struct match *m)
{
    for (; s; s = s->next) {
        if (m->s->time_us >= s->until_us)
            continue;
        bool src = s->track != SUPPRESS_DEST, dest = s->track != SUPPRESS_SRC;
        if (s->whom == NULL || (src && holds_end(s, m->src)) || (dest && holds_end(s, m->dest)))
            return true;
    }
    return false;
}

/* ---- reading ---- */

struct words {                  /* of one line */
    struct suppression suppression;
    struct threshold   threshold;
    uint32_t           gid, sid;
    bool               has_gid, has_sid, has_track, has_ip, suppresses;
};

/* The next item; commas inside of brackets and quotes belong to it. */
static bool next_item(struct slice *rest, struct slice *out)
{
    size_t n = 0, depth = 0;
    bool quoted = false;
    if (rest->len == 0)
        return false;
    for (; n < rest->len && (depth || quoted || rest->at[n] != ','); n++) {
        quoted ^= rest->at[n] == '"';
        depth += rest->at[n] == '[';
        depth -= rest->at[n] == ']' && depth;
    }
    *out = slice_trim((struct slice){ rest->at, n });
    size_t gone = n < rest->len ? n + 1 : n;
    rest->at += gone;
    rest->len -= gone;
    return true;
}

static bool read_number(struct parser *p, struct slice value, uint32_t *out)
{
    uint64_t n;
    if (!slice_unsigned(value, &n) || n > UINT32_MAX)
        return parse_wrong(p, value.at, "`%.*s` is not a number", (int)value.len, value.at);
    *out = (uint32_t)n;
    return true;
}

/* 2026-12-31 */
static bool read_day(struct parser *p, struct slice value, uint64_t *out)
{
    char text[16] = "";
    struct tm day = { .tm_sec = 0 };
    memcpy(text, value.at, value.len < sizeof(text) ? value.len : 0);
    const char *end = strptime(text, "%Y-%m-%d", &day);
    if (end == NULL || *end || value.len != 10)
        return parse_wrong(p, value.at, "expected a day such as 2026-12-31, found `%.*s`", (int)value.len, value.at);
    *out = (uint64_t)timegm(&day) * UINT64_C(1000000);
    return true;
}

static bool read_suppress_track(struct parser *p, struct slice value, struct words *w)
{
    static const char *const tracks[] = { "by_src", "by_dst", "by_either" };
    while (w->suppression.track < 3 && !slice_is(value, tracks[w->suppression.track]))
        w->suppression.track++;
    w->has_track = true;
    return w->suppression.track < 3 || parse_wrong(p, value.at, "expected by_src, by_dst or by_either, found `%.*s`", (int)value.len, value.at);
}

static bool read_suppress_word(struct parser *p, struct slice key, struct slice value, struct words *w)
{
    if (slice_is(key, "track"))
        return read_suppress_track(p, value, w);
    if (slice_is(key, "ip")) {
        struct fault f;
        const char *at = value.at;
        w->has_ip = true;
        w->suppression.whom = nets_addresses(p->nets, value, &at, &f);
        return w->suppression.whom || parse_wrong(p, at, "%s", f.why);
    }
    if (slice_is(key, "until"))
        return read_day(p, value, &w->suppression.until_us);
    if (!slice_is(key, "owner"))
        return parse_wrong(p, key.at, "expected gen_id, sig_id, track, ip, owner or until, found `%.*s`", (int)key.len, key.at);
    if (!parse_quoted(p, &value, NULL))
        return false;
    w->suppression.owner = pile_intern(p->pile, value.at, value.len);
    return true;
}

static bool read_word(struct parser *p, struct slice key, struct slice value, struct words *w)
{
    if (slice_is(key, "gen_id")) {
        w->has_gid = true;
        return read_number(p, value, &w->gid);
    }
    if (slice_is(key, "sig_id")) {
        w->has_sid = true;
        return read_number(p, value, &w->sid);
    }
    return w->suppresses ? read_suppress_word(p, key, value, w) : threshold_word(p, key, value, &w->threshold);
}

static void give_threshold(struct parser *p, struct rule *r, const struct words *w)
{
    if (w->sid == 0 && (r->threshold || r->filter))
        return;
    struct threshold *t = pile_take(p->pile, sizeof(*t));
    *t = w->threshold;
    r->threshold = t;
    r->filter = NULL;
}

static void give_suppression(struct parser *p, struct rule *r, const struct words *w)
{
    struct suppression *s = pile_take(p->pile, sizeof(*s));
    *s = w->suppression;
    s->next = r->suppressions;
    r->suppressions = s;
}

static uint32_t give(struct parser *p, const struct words *w)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < p->rules->count; i++) {
        struct rule *r = p->rules->at[i];
        if ((w->gid && r->alert.gid != w->gid) || (w->sid && r->alert.sid != w->sid))
            continue;
        found++;
        if (w->suppresses)
            give_suppression(p, r, w);
        else
            give_threshold(p, r, w);
    }
    return found;
}

static bool whole(struct parser *p, struct slice line, const struct words *w)
{
    const struct threshold *t = &w->threshold;
    if (!w->has_gid || !w->has_sid)
        return parse_wrong(p, line.at, "expected gen_id and sig_id");
    if (w->gid == 0 && w->sid)
        return parse_wrong(p, line.at, "gen_id 0 stands for all rules, and sig_id %u does not", w->sid);
    if (w->suppresses && w->has_track != w->has_ip)
        return parse_wrong(p, line.at, "`track` and `ip` belong together");
    return w->suppresses || (t->count && t->seconds) || parse_wrong(p, line.at, "expected type, track, count and seconds");
}

bool limits_line(struct parser *p, struct slice line)
{
    struct slice rest = line, word, item, key;
    struct words w = { .suppression = { .until_us = UINT64_MAX } };
    (void)slice_word(&rest, &word);
    w.suppresses = slice_is(word, "suppress");
    if (slice_is(word, "rate_filter"))
        return parse_wrong(p, word.at, "`rate_filter` changes what is done with packets: a passive sensor does nothing with them");
    if (!w.suppresses && !slice_is(word, "threshold") && !slice_is(word, "event_filter"))
        return parse_wrong(p, word.at, "expected suppress or threshold, found `%.*s`", (int)word.len, word.at);
    while (next_item(&rest, &item)) {
        (void)slice_word(&item, &key);
        if (!read_word(p, key, item, &w))
            return false;
    }
    if (!whole(p, line, &w))
        return false;
    return give(p, &w) > 0 || parse_wrong(p, line.at, "no rule has gen_id %u and sig_id %u", w.gid, w.sid);
}
