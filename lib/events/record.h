/* record - one dissected message with its fields, as a flat list of values in the order they were read.
 *
 * Shape      a value names its row in the schema. Rows that repeat simply occur again. Inside a list,
 *            record_item() begins an object; the rows that belong to the list and follow it are
 *            its members until the next record_item() of that list or of a list above it.
 * Ownership  bytes are borrowed from the packet, the stream or the flow's store and are good only
 *            until the sink returns: whoever wants to keep a record writes it out.
 * Limits     RECORD_VALUES_MAX values; beyond it .cut is set and the JSON says "truncated":true.
 * Speed      a worker has one record and uses it again and again; adding is a store of 16 bytes.
 */
#ifndef EVENTS_RECORD_H
#define EVENTS_RECORD_H

#include <stdbool.h>

#include "common/addr.h"
#include "common/text.h"
#include "events/field.h"

enum direction { FROM_CLIENT, FROM_SERVER };

enum { RECORD_VALUES_MAX = 4096 };

struct value {
    uint16_t row;           /* in the schema */
    uint16_t spare;
    uint32_t len;           /* TEXT, BYTES */
    union {
        uint64_t           uint;    /* UINT, FLAG, TIME; LIST: nothing */
        int64_t            sint;
        double             real;
        const uint8_t     *bytes;
        const struct addr *addr;
    };
};

struct record {
    const struct schema *schema;
    enum direction       dir;
    bool                 cut;           /* more values than fit */
    bool                 incomplete;    /* the message was cut short: flow ended, gap, limit */
    bool                 answer;        /* it answers another message; policies look at what is asked */
    bool                 refused;       /* an answer that says no: exception, negative confirmation, error status */
    uint64_t             transaction;   /* counts from 0 in a flow; request and response share it; as the dissector pairs them */
    uint64_t             anomalies;     /* bits, rows of schema.anomalies */
    size_t               count;
    struct value         values[RECORD_VALUES_MAX];
};

static inline void record_begin(struct record *r, const struct schema *s, enum direction dir)
{
    r->schema = s;
    r->dir = dir;
    r->cut = r->incomplete = r->answer = r->refused = false;
    r->transaction = r->anomalies = 0;
    r->count = 0;
}

static inline struct value *record_add(struct record *r, uint16_t row)
{
    if (r->count == RECORD_VALUES_MAX) {
        r->cut = true;
        return NULL;
    }
    struct value *v = &r->values[r->count++];
    v->row = row;
    v->len = 0;
    v->uint = 0;
    return v;
}

static inline void record_uint(struct record *r, uint16_t row, uint64_t n)
{
    struct value *v = record_add(r, row);
    if (v)
        v->uint = n;
}

static inline void record_int(struct record *r, uint16_t row, int64_t n)
{
    struct value *v = record_add(r, row);
    if (v)
        v->sint = n;
}

static inline void record_real(struct record *r, uint16_t row, double x)
{
    struct value *v = record_add(r, row);
    if (v)
        v->real = x;
}

static inline void record_bytes(struct record *r, uint16_t row, const void *bytes, size_t n)
{
    struct value *v = record_add(r, row);
    if (v) {
        v->bytes = n ? bytes : (const void *)"";
        v->len = (uint32_t)n;
    }
}

static inline void record_addr(struct record *r, uint16_t row, const struct addr *a)
{
    struct value *v = record_add(r, row);
    if (v)
        v->addr = a;
}

static inline void record_item(struct record *r, uint16_t list_row)
{
    (void)record_add(r, list_row);
}

static inline void record_anomaly(struct record *r, unsigned row)
{
    r->anomalies |= UINT64_C(1) << row;
}

/* The first value of a row, or NULL. */
const struct value *record_find(const struct record *r, uint16_t row);

/* "modbus":{...}: the member of the event's JSON, without a comma before or after. */
void record_json(const struct record *r, struct text *out);

#endif
