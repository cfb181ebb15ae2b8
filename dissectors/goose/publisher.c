#include "dissectors/goose/publisher.h"

#include <string.h>

#define BESIDE_US UINT64_C(60000000)        /* a sender that was silent for longer has been replaced, not imitated */


static bool table_ready(struct publishers *p, struct conversation *conv)
{
    if (p->table != NULL)
        return true;
    p->key = hash_key_random();
    p->buckets = conv->over == OVER_ETHERNET ? PUBLISHERS_MAX / PUBLISHER_WAYS : 1;
    p->table = store_take(conv->store, conv->account, p->buckets * PUBLISHER_WAYS * sizeof *p->table);
    return p->table != NULL;
}

void publishers_free(struct publishers *p, struct conversation *conv)
{
    store_give(conv->store, conv->account, p->table, p->buckets * PUBLISHER_WAYS * sizeof *p->table);
    p->table = NULL;
}

static bool from(const struct publisher *e, const uint8_t *mac)
{
    static const uint8_t unknown[6];
    return memcmp(e->mac, mac != NULL ? mac : unknown, sizeof e->mac) == 0;
}

/* The sender's place; a new one takes the place that is free or longest silent. `elder`: another sends the same, and did so first. */
static struct publisher *place(struct publisher *bucket, uint64_t name, const uint8_t *mac, bool *elder, uint64_t now_us)
{
    struct publisher *mine = NULL, *oldest = &bucket[0];
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < PUBLISHER_WAYS; i++) {
        struct publisher *e = &bucket[i];
        bool same = e->used && e->name == name;
        if (same && from(e, mac))
            mine = e;
        else if (same && now_us - e->last_us < BESIDE_US && e->first_us < first)
            first = e->first_us;
        if (!e->used || (oldest->used && e->last_us < oldest->last_us))
            oldest = e;
    }
    *elder = first != UINT64_MAX && (mine == NULL || first < mine->first_us);
    if (mine == NULL) {
        mine = oldest;
        mine->used = false;
    }
    return mine;
}

/* stNum stayed: sqNum goes on by one, and what is told stays the same. */
static void repetition(const struct publisher *e, const struct publication *now, uint64_t data, struct record *r)
{
    uint32_t next = e->sq_num == UINT32_MAX ? 1 : e->sq_num + 1;
    if (now->sq_num == e->sq_num)
        record_anomaly(r, GOOSE_SEQUENCE_REPEAT);
    else if (now->sq_num < e->sq_num && next > e->sq_num)
        record_anomaly(r, GOOSE_SEQUENCE_DECREASE);
    else if (now->sq_num != next)
        record_anomaly(r, GOOSE_SEQUENCE_GAP);
    if (data != e->data)
        record_anomaly(r, GOOSE_DATA_WITHOUT_STATE);
}

static void change(const struct publisher *e, const struct publication *now, struct record *r)
{
    record_uint(r, GOOSE_STATE_CHANGE, 1);
    if (now->st_num < e->st_num)
        record_anomaly(r, GOOSE_STATE_DECREASE);
    else if (now->st_num != e->st_num + 1)
        record_anomaly(r, GOOSE_STATE_JUMP);
    if (now->sq_num != 0)
        record_anomaly(r, GOOSE_SEQUENCE_NOT_RESET);
}

static void compare(const struct publisher *e, const struct publication *now, uint64_t data, uint64_t now_us, struct record *r)
{
    uint64_t interval = now_us > e->last_us ? now_us - e->last_us : 0;
    record_uint(r, GOOSE_INTERVAL, interval);
    if (now->st_num == e->st_num)
        repetition(e, now, data, r);
    else
        change(e, now, r);
    if (now->conf_rev != e->conf_rev)
        record_anomaly(r, GOOSE_CONF_REV_CHANGED);
    if (e->time_allowed_ms != 0 && interval > (uint64_t)e->time_allowed_ms * 1000)
        record_anomaly(r, GOOSE_TIME_EXCEEDED);
}

void publisher_check(struct publishers *p, struct conversation *conv, const struct publication *now, struct record *r)
{
    bool elder;
    if (!table_ready(p, conv))
        return;
    uint64_t name = hash_keyed(&p->key, now->gocb_ref.at, now->gocb_ref.left);
    uint64_t data = hash_keyed(&p->key, now->all_data.at, now->all_data.left);
    struct publisher *e = place(&p->table[name % p->buckets * PUBLISHER_WAYS], name, now->mac, &elder, conv->now_us);
    if (elder)
        record_anomaly(r, GOOSE_ANOTHER_SOURCE);
    if (e->used)
        compare(e, now, data, conv->now_us, r);
    else
        *e = (struct publisher){ .name = name, .first_us = conv->now_us, .used = true };
    if (now->mac != NULL)
        memcpy(e->mac, now->mac, sizeof e->mac);
    e->data = data;
    e->last_us = conv->now_us;
    e->st_num = now->st_num;
    e->sq_num = now->sq_num;
    e->conf_rev = now->conf_rev;
    e->time_allowed_ms = now->time_allowed_ms;
}
