#include "behave/departure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SEVERITY_HIGH = 1, SEVERITY_MEDIUM = 2 };

/* Id, severity, sentence, GB/T 20986-2023, ATT&CK for ICS. */
#define DEPARTURE_ROWS(ROW) \
    ROW(DEPARTURE_NEW_DEVICE, SEVERITY_MEDIUM, "出现新设备 New device", "06007", "TA0108", "T0848") \
    ROW(DEPARTURE_NEW_TALKER, SEVERITY_MEDIUM, "未知主机与设备通信 Unknown host talks to a device", "06007", "TA0108", "T0848") \
    ROW(DEPARTURE_NEW_PAIR, SEVERITY_MEDIUM, "设备间出现新的通信 Devices that never talked to each other", "06007", "TA0109", "T0886") \
    ROW(DEPARTURE_NEW_PROTOCOL, SEVERITY_MEDIUM, "出现新的协议 New protocol between known devices", "06007", "TA0109", "T0869") \
    ROW(DEPARTURE_NEW_FUNCTION, SEVERITY_MEDIUM, "出现新的功能 New function", "02021", "TA0106", "T0855") \
    ROW(DEPARTURE_TARGET, SEVERITY_MEDIUM, "超出允许的目标 Target outside of what is allowed", "02021", "TA0106", "T0855") \
    ROW(DEPARTURE_VALUE, SEVERITY_HIGH, "写入值超出范围 Value out of range", "02021", "TA0106", "T0836") \
    ROW(DEPARTURE_HOURS, SEVERITY_MEDIUM, "不在允许的时段 Outside of the allowed hours", "02021", "TA0106", "T0855") \
    ROW(DEPARTURE_PROGRAM, SEVERITY_HIGH, "下装控制程序或固件 Control program or firmware loaded", "02021", "TA0110", "T0843") \
    ROW(DEPARTURE_STOP, SEVERITY_HIGH, "停止设备 Device told to stop", "02021", "TA0107", "T0858") \
    ROW(DEPARTURE_RESTART, SEVERITY_HIGH, "重启设备 Device told to restart", "02021", "TA0107", "T0816") \
    ROW(DEPARTURE_SET_TIME, SEVERITY_MEDIUM, "更改设备时钟 Device's clock set", "02021", "TA0106", "T0855") \
    ROW(DEPARTURE_CONFIGURE, SEVERITY_HIGH, "更改设备参数 Device's parameters changed", "02021", "TA0106", "T0836") \
    ROW(DEPARTURE_CONTROL, SEVERITY_HIGH, "未授权的控制命令 Control command that is not allowed", "02021", "TA0106", "T0855") \
    ROW(DEPARTURE_WRITE, SEVERITY_HIGH, "未授权的写操作 Write that is not allowed", "02021", "TA0106", "T0855") \
    ROW(DEPARTURE_UPLOAD, SEVERITY_HIGH, "上载控制程序 Control program read out", "02021", "TA0100", "T0845") \
    ROW(DEPARTURE_FILE, SEVERITY_MEDIUM, "文件传输 File transfer that is not allowed", "02021", "TA0109", "T0867") \
    ROW(DEPARTURE_DISCOVERY, SEVERITY_MEDIUM, "探测设备信息 Device asked what it is or has", "02001", "TA0102", "T0888") \
    ROW(DEPARTURE_ACCESS, SEVERITY_MEDIUM, "未授权的访问方式 Kind of access that is not allowed", "06007", "TA0106", "T0855") \
    ROW(DEPARTURE_RHYTHM, SEVERITY_MEDIUM, "轮询中断 Poll rhythm lost", "02021", "TA0107", "T0804") \
    ROW(DEPARTURE_BURST, SEVERITY_MEDIUM, "主动上送突增 Burst of unsolicited reports", "02021", "TA0107", "T0814") \
    ROW(DEPARTURE_REFUSALS, SEVERITY_MEDIUM, "异常响应增多 Refusals are rising", "02001", "TA0102", "T0846") \
    ROW(DEPARTURE_MAC, SEVERITY_HIGH, "设备的网卡地址变化 Device answers from another network card", "02021", "TA0100", "T0830")

#define PAIRS(id, level, sentence, gb, tactic, technique) \
    [id] = { { "gbt20986", gb }, { "mitre_tactic_id", tactic }, { "mitre_technique_id", technique }, { "confidence", "high" } },
static const struct alert_pair metadata[DEPARTURES][4] = { DEPARTURE_ROWS(PAIRS) };

#define RULE(id, level, sentence, gb, tactic, technique) \
    [id] = { .sid = id, .gid = ALERT_GID_POLICY, .rev = 1, .severity = level, .action = "alert", .msg = "FENGSUI POLICY " sentence, \
             .classtype = "ot-policy", .category = "违反工控通信策略 Departure from the OT policy", \
             .metadata = metadata[id], .metadata_count = sizeof metadata[id] / sizeof metadata[id][0] },
static const struct alert_rule rules[DEPARTURES] = { DEPARTURE_ROWS(RULE) };

const struct alert_rule *departure_rule(enum departure d)
{
    return &rules[d];
}

static enum departure of_access(enum access a)
{
    switch (a) {
    case ACCESS_PROGRAM:   return DEPARTURE_PROGRAM;
    case ACCESS_STOP:      return DEPARTURE_STOP;
    case ACCESS_RESTART:   return DEPARTURE_RESTART;
    case ACCESS_SET_TIME:  return DEPARTURE_SET_TIME;
    case ACCESS_CONFIGURE: return DEPARTURE_CONFIGURE;
    case ACCESS_CONTROL:   return DEPARTURE_CONTROL;
    case ACCESS_WRITE:     return DEPARTURE_WRITE;
    case ACCESS_UPLOAD:    return DEPARTURE_UPLOAD;
    case ACCESS_FILE:      return DEPARTURE_FILE;
    case ACCESS_IDENTIFY: case ACCESS_BROWSE: case ACCESS_DIAGNOSE: return DEPARTURE_DISCOVERY;
    default:               return DEPARTURE_ACCESS;
    }
}

static enum departure of_parties(const struct policy *p, const struct party *from, const struct party *to)
{
    if (policy_device(p, to) == NULL)
        return DEPARTURE_NEW_DEVICE;
    return policy_device(p, from) == NULL ? DEPARTURE_NEW_TALKER : DEPARTURE_NEW_PAIR;
}

enum departure departure_of(const struct policy *p, const struct policy_verdict *v, const struct party *from, const struct party *to,
                            const struct deed *d)
{
    switch (v->miss) {
    case MISS_PARTY:    return of_parties(p, from, to);
    case MISS_PROTOCOL: return DEPARTURE_NEW_PROTOCOL;
    case MISS_ACCESS:   return of_access(d->access);
    case MISS_FUNCTION: return DEPARTURE_NEW_FUNCTION;
    case MISS_TARGET:   return DEPARTURE_TARGET;
    case MISS_VALUE:    return DEPARTURE_VALUE;
    default:            return DEPARTURE_HOURS;
    }
}

/* ---- sentences ---- */

static void put_number(struct text *t, double x)
{
    text_fmt(t, "%.9g", x);
}

static void put_values(struct text *t, double low, double high)
{
    put_number(t, low);
    if (high > low) {
        text_lit(t, "..");
        put_number(t, high);
    }
}

static void put_party(struct text *t, const struct party *p)
{
    char name[PARTY_TEXT_MAX];
    text_bytes(t, name, party_text(p, name));
}

static void put_point(struct text *t, const struct deed_point *q)
{
    text_char(t, ' ');
    text_clip(t, q->on, 96);
    if (q->numbered)
        text_fmt(t, q->last > q->first ? " %" PRIu64 "-%" PRIu64 : " %" PRIu64, q->first, q->last);
    if (q->valued) {
        text_lit(t, " = ");
        put_number(t, q->value);
    }
}

static void put_came(struct text *t, const struct party *from, const struct party *to, const struct deed *d, const struct deed_point *q)
{
    put_party(t, from);
    text_lit(t, " > ");
    put_party(t, to);
    text_fmt(t, " %s %s %s", d->protocol, access_name(d->access), d->function);
    if (q == NULL && d->count > 0)
        q = &d->points[0];
    if (q != NULL)
        put_point(t, q);
}

/* One word after another, each once, up to a handful. */
struct words { struct text *out; const char *said[6]; size_t count; };

static void put_word(struct words *w, const char *word)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->said[i], word) == 0)
            return;
    if (w->count == sizeof w->said / sizeof w->said[0])
        return;
    text_str(w->out, w->count > 0 ? ", " : "");
    text_clip(w->out, word, 64);
    w->said[w->count++] = word;
}

/* What is allowed between the two, at the depth at which the deed departed. */
static void put_allowed(struct text *t, const struct policy *p, enum policy_miss miss, const struct party *from, const struct party *to,
                        const struct deed *d)
{
    struct words w = { .out = t };
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_entry *e = &p->entries[i];
        if (!party_set_holds(&e->to, to) || !party_set_holds(&e->from, from))
            continue;
        if (miss == MISS_PROTOCOL)
            put_word(&w, e->protocol);
        else if (strcmp(e->protocol, d->protocol) != 0)
            continue;
        else if (miss == MISS_ACCESS)
            put_word(&w, access_name(e->access));
        else if (e->access == d->access)
            put_word(&w, e->function);
    }
}

/* Who talks to that device. */
static void put_talkers(struct text *t, const struct policy *p, const struct party *to)
{
    char names[4][PARTY_TEXT_MAX];
    struct words w = { .out = t };
    for (size_t i = 0; i < p->count && w.count < 4; i++) {
        if (!party_set_holds(&p->entries[i].to, to))
            continue;
        party_set_text(&p->entries[i].from, names[w.count]);
        put_word(&w, names[w.count]);
    }
    if (w.count == 0)
        text_lit(t, "无 nobody");
}

static void put_ranges(struct text *t, const struct policy_target *target)
{
    enum { SHOWN = 6 };
    for (size_t i = 0; i < target->count && i < SHOWN; i++) {
        const struct policy_range *r = &target->ranges[i];
        text_fmt(t, r->last > r->first ? "%s%" PRIu64 "-%" PRIu64 : "%s%" PRIu64, i > 0 ? ", " : "", r->first, r->last);
    }
    text_str(t, target->count > SHOWN ? " ..." : "");
}

static void put_targets(struct text *t, const struct policy_verdict *v)
{
    struct words w = { .out = t };
    if (v->target != NULL)
        put_ranges(t, v->target);
    for (size_t i = 0; v->target == NULL && i < v->entry->target_count; i++)
        put_word(&w, v->entry->targets[i].on);
}

static void put_limits(struct text *t, const struct policy_verdict *v)
{
    const struct policy_target *target = v->target;
    if (!v->point->numbered) {
        put_values(t, target->low, target->high);
        return;
    }
    for (size_t i = 0; i < target->count; i++) {
        const struct policy_range *r = &target->ranges[i];
        if (r->first <= v->point->first && v->point->first <= r->last && r->valued)
            put_values(t, r->low, r->high);
    }
}

static void put_hours(struct text *t, uint32_t hours)
{
    const char *comma = "";
    for (unsigned h = 0; h < 24; h++) {
        if (hours >> h & 1) {
            text_fmt(t, "%s%02u", comma, h);
            comma = " ";
        }
    }
    text_lit(t, " 时 h");
}

void departure_why(const struct policy *p, const struct policy_verdict *v, const struct party *from, const struct party *to,
                   const struct deed *d, char why[DEPARTURE_WHY_MAX])
{
    struct text t = text_over(why, DEPARTURE_WHY_MAX - 1);
    text_lit(&t, "预期 expected: ");
    if (v->miss == MISS_PARTY)
        put_talkers(&t, p, to);
    else if (v->miss == MISS_TARGET)
        put_targets(&t, v);
    else if (v->miss == MISS_VALUE)
        put_limits(&t, v);
    else if (v->miss == MISS_HOURS)
        put_hours(&t, v->entry->hours);
    else
        put_allowed(&t, p, v->miss, from, to, d);
    text_lit(&t, "; 实际 came: ");
    put_came(&t, from, to, d, v->point);
    why[t.len] = '\0';
}
