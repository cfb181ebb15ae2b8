#include "dissectors/iec104/pair.h"

#include <string.h>

enum { ALL_STATIONS = 0xffff };
enum { COT_REQUEST = 5, COT_ACT = 6, COT_CON = 7, COT_DEACT = 8, COT_DEACT_CON = 9, COT_TERM = 10, COT_STATION = 20, COT_GROUP_16 = 36,
       COT_COUNTERS = 37, COT_COUNTERS_4 = 41, COT_REFUSED = 44, COT_REFUSED_LAST = 47 };
enum { C_SC = 45, C_BO_TA = 64, C_IC = 100, C_CI = 101, C_RD = 102, C_CS = 103, C_RP = 105, C_CD = 106, P_AC = 113, F_FR = 120 };

static bool refused(uint8_t cause)
{
    return cause >= COT_REFUSED && cause <= COT_REFUSED_LAST;
}

/* A type that one station commands and the other confirms. Files go both ways and have confirmations of their own. */
static bool is_command(const struct iec104_telegram *t)
{
    return t->type >= C_SC && t->type <= P_AC && t->asdu.type->known && t->asdu.type->access != ACCESS_REPORT;
}

static bool asks(const struct iec104_telegram *t)
{
    uint8_t cause = t->asdu.cause;
    return is_command(t) && (cause == COT_ACT || cause == COT_DEACT || (cause == COT_REQUEST && t->type == C_RD));
}

bool iec104_answers(const struct iec104_telegram *t)
{
    uint8_t cause = t->asdu.cause;
    return is_command(t) && (cause == COT_CON || cause == COT_DEACT_CON || cause == COT_TERM || refused(cause));
}

/* The type whose command makes the station send data with this cause, or 0. */
static uint8_t asked_by(const struct iec104_telegram *t)
{
    uint8_t cause = t->asdu.cause;
    if (t->asdu.type->access != ACCESS_REPORT)
        return 0;
    if (cause == COT_REQUEST)
        return C_RD;
    if (cause >= COT_STATION && cause <= COT_GROUP_16)
        return C_IC;
    return cause >= COT_COUNTERS && cause <= COT_COUNTERS_4 ? C_CI : 0;
}

/* The newest open command of a type to this station; with `object`, to this object too. */
static struct iec104_open *opened(struct iec104_pairs *s, const struct iec104_telegram *t, uint8_t type, bool object)
{
    for (unsigned i = 1; i <= IEC104_OPEN_MAX; i++) {
        struct iec104_open *o = &s->open[(s->next + IEC104_OPEN_MAX - i) % IEC104_OPEN_MAX];
        bool station = o->common_address == t->asdu.common_address || o->common_address == ALL_STATIONS;
        if (o->used && o->type == type && station && (!object || o->address == t->address))
            return o;
    }
    return NULL;
}

static void command_remember(struct iec104_pairs *s, uint64_t now_us, const struct iec104_telegram *t, struct record *r)
{
    const struct iec104_open *before = opened(s, t, t->type, true);
    bool acts = t->asdu.cause == COT_ACT && t->asdu.type->access == ACCESS_CONTROL;
    if (acts && !t->select)
        record_uint(r, IEC104_SELECTED, before != NULL && before->selected);
    struct iec104_open *o = &s->open[s->next];
    s->next = (s->next + 1) % IEC104_OPEN_MAX;
    *o = (struct iec104_open){ .transaction = r->transaction, .sent_us = now_us, .address = t->address,
        .common_address = t->asdu.common_address, .type = t->type, .said_len = t->said_len, .used = true, .waiting = true,
        .select = acts && t->select };
    if (t->said_len > 0)
        memcpy(o->said, t->said, t->said_len);
}

/* A station that sets its clock answers with its own time; else a positive confirmation repeats the command. */
static bool echo_differs(const struct iec104_open *o, const struct iec104_telegram *t)
{
    return t->asdu.cause == COT_CON && !t->asdu.negative && t->type != C_CS && t->type != C_CD
           && (o->said_len != t->said_len || (o->said_len > 0 && memcmp(o->said, t->said, o->said_len) != 0));
}

static void answer_match(struct iec104_pairs *s, uint64_t now_us, const struct iec104_telegram *t, struct record *r)
{
    struct iec104_open *o = opened(s, t, t->type, true);
    if (o == NULL || (!o->waiting && t->asdu.cause != COT_TERM)) {
        if (!s->blind)
            record_anomaly(r, IEC104_UNSOLICITED_CONFIRMATION);
        return;
    }
    r->transaction = o->transaction;
    if (echo_differs(o, t))
        record_anomaly(r, IEC104_CONFIRMATION_MISMATCH);
    if (o->waiting && now_us >= o->sent_us)
        record_uint(r, IEC104_RESPONSE_TIME, now_us - o->sent_us);
    o->waiting = false;
    o->selected = o->select && t->asdu.cause == COT_CON && !t->asdu.negative;
}

/* Transaction and times: a question opens one, what answers it takes part in it, all else is its own. */
static void telegram_match(struct iec104_pairs *s, uint64_t now_us, const struct iec104_telegram *t, struct record *r)
{
    uint8_t question = asked_by(t);
    const struct iec104_open *o = question != 0 ? opened(s, t, question, question == C_RD) : NULL;
    r->transaction = o != NULL ? o->transaction : s->transactions;
    if (asks(t))
        command_remember(s, now_us, t, r);
    else if (iec104_answers(t))
        answer_match(s, now_us, t, r);
    if (r->transaction == s->transactions)
        s->transactions++;
}

static void station_record(struct record *r, const struct iec104_telegram *t)
{
    if (asks(t))
        record_uint(r, IEC104_STATION, IEC104_CONTROLLING);
    else if (iec104_answers(t) || (t->type < F_FR && t->asdu.type->access == ACCESS_REPORT))
        record_uint(r, IEC104_STATION, IEC104_CONTROLLED);
}

/* Broadcast is for interrogations, clocks and resets alone (60870-5-101, clause 7.2.4). */
static bool broadcast_allowed(uint8_t type)
{
    return type == C_IC || type == C_CI || type == C_CS || type == C_RP;
}

static void identifier_check(struct record *r, const struct iec104_telegram *t)
{
    const struct iec104_asdu *a = &t->asdu;
    bool everybody = a->common_address == ALL_STATIONS && !broadcast_allowed(t->type);
    if (!a->type->known && a->type->access == ACCESS_OTHER)
        record_anomaly(r, IEC104_UNKNOWN_TYPE);
    if (a->count == 0 || (a->type->known && ((a->sq && !a->type->sequence) || (a->count > 1 && is_command(t)))))
        record_anomaly(r, IEC104_INVALID_COUNT);
    if (!iec104_cause_allowed(a->type, a->cause))
        record_anomaly(r, IEC104_INVALID_CAUSE);
    if (a->common_address == 0 || everybody)
        record_anomaly(r, IEC104_INVALID_COMMON_ADDRESS);
}

/* What the pairing needs of the first object. */
static void telegram_first(struct iec104_telegram *t)
{
    struct cursor c = t->asdu.objects;
    size_t said = iec104_type_said(t->asdu.type);
    t->address = cursor_le24(&c);
    t->said = c.at;
    t->said_len = (uint8_t)(said < IEC104_SAID_MAX ? said : IEC104_SAID_MAX);
    if (c.left < t->said_len)
        t->said_len = 0;
    t->select = t->said_len > 0 && t->said[t->said_len - 1] >> 7;
    if (iec104_type_said(t->asdu.type) == 4)    /* a bitstring command cannot be selected */
        t->select = false;
}

bool iec104_refused(const struct iec104_asdu *a)
{
    return a->negative || refused(a->cause);
}

void iec104_pair(struct iec104_pairs *s, struct iec104_telegram *t, struct record *r, uint64_t now_us)
{
    telegram_first(t);
    identifier_check(r, t);
    station_record(r, t);
    telegram_match(s, now_us, t, r);
}
