#include "dissectors/framing/cotp.h"

#include <string.h>

enum {
    PARAMETER_SIZE = 0xc0, PARAMETER_CALLING = 0xc1, PARAMETER_CALLED = 0xc2,
    SIZE_LOG2_MIN = 7, SIZE_LOG2_MAX = 13,
    EOT_BIT = 0x80
};

const struct field_name cotp_type_names[] = {
    { COTP_ED, "expedited_data" }, { COTP_EA, "expedited_acknowledge" }, { COTP_UD, "unit_data" }, { COTP_RJ, "reject" },
    { COTP_AK, "acknowledge" }, { COTP_ER, "error" }, { COTP_DR, "disconnect_request" },
    { COTP_DC, "disconnect_confirm" }, { COTP_CC, "connection_confirm" }, { COTP_CR, "connection_request" },
    { COTP_DT, "data" }, { 0, NULL }
};

/* X.224 13.5.3 d for DR; an ER's causes (13.12.3 c) are 0 to 3 and read alike. */
const struct field_name cotp_reason_names[] = {
    { 0, "not_specified" }, { 1, "congestion_at_tsap" }, { 2, "session_not_attached" }, { 3, "address_unknown" },
    { 128, "normal" }, { 129, "remote_congestion" }, { 130, "negotiation_failed" }, { 131, "duplicate_source_reference" },
    { 132, "mismatched_references" }, { 133, "protocol_error" }, { 135, "reference_overflow" },
    { 136, "connection_refused" }, { 138, "invalid_length" }, { 0, NULL }
};

static void parameters(struct cursor c, struct cotp_tpdu *t)
{
    while (c.left >= 2) {
        uint8_t code = cursor_u8(&c), length = cursor_u8(&c);
        struct cursor value = cursor_sub(&c, length);
        int first = cursor_peek(&value, 0);
        if (c.status != CURSOR_OK)
            return;
        if (code == PARAMETER_CALLING)
            t->calling = value;
        else if (code == PARAMETER_CALLED)
            t->called = value;
        else if (code == PARAMETER_SIZE && length == 1 && first >= SIZE_LOG2_MIN && first <= SIZE_LOG2_MAX)
            t->size_max = UINT32_C(1) << first;
    }
}

static void connection(struct cursor *header, struct cotp_tpdu *t)
{
    t->destination = cursor_be16(header);
    t->source = cursor_be16(header);
    uint8_t last = cursor_u8(header);
    if (t->type == COTP_DR)
        t->reason = last;
    else
        t->transport_class = last >> 4;
    parameters(*header, t);
}

static void error(struct cursor *header, struct cotp_tpdu *t)
{
    t->destination = cursor_be16(header);
    t->reason = cursor_u8(header);
}

/* Class 0 has number and EOT in one byte; classes 2 and up put the reference before it, extended numbers are four bytes. */
static void data(struct cursor *header, struct cotp_tpdu *t)
{
    if (header->left >= 3)
        t->destination = cursor_be16(header);
    t->eot = (cursor_u8(header) & EOT_BIT) != 0;
}

bool cotp_read(struct cursor c, struct cotp_tpdu *t)
{
    *t = (struct cotp_tpdu){ .calling = cursor_over(NULL, 0), .called = cursor_over(NULL, 0), .data = cursor_over(NULL, 0) };
    struct cursor header = cursor_sub(&c, cursor_u8(&c));
    t->type = cursor_u8(&header) >> 4;
    switch (t->type) {
    case COTP_CR: case COTP_CC: case COTP_DR: connection(&header, t); break;
    case COTP_ER: error(&header, t); break;
    case COTP_DT: data(&header, t); break;
    case COTP_ED: case COTP_EA: case COTP_UD: case COTP_RJ: case COTP_AK: case COTP_DC: break;
    default: return false;
    }
    t->data = c;
    return c.status == CURSOR_OK && header.status == CURSOR_OK;
}

void cotp_join_drop(struct cotp_join *j, struct store *s, struct account *a)
{
    store_give(s, a, j->held, j->size);
    *j = (struct cotp_join){ .closed = true };
}

static bool hold(struct cotp_join *j, struct store *s, struct account *a, const struct cursor *piece)
{
    size_t want = j->len + piece->left;
    if (want > COTP_MESSAGE_MAX)
        return false;
    if (want > j->size) {
        uint8_t *grown = j->held == NULL ? store_take(s, a, want) : store_grow(s, a, j->held, j->size, want);
        if (grown == NULL)
            return false;
        j->held = grown;
        j->size = want;
    }
    if (piece->left > 0)
        memcpy(j->held + j->len, piece->at, piece->left);
    j->len = want;
    return true;
}

bool cotp_join_add(struct cotp_join *j, struct store *s, struct account *a, const struct cotp_tpdu *t,
                   struct cursor *message)
{
    if (j->closed)
        cotp_join_drop(j, s, a);
    j->closed = t->eot;
    j->pieces++;
    if (t->eot && j->len == 0 && !j->lost) {        /* nearly always: nothing to copy */
        *message = t->data;
        return true;
    }
    if (!j->lost)
        j->lost = !hold(j, s, a, &t->data);
    *message = cursor_over(j->held, j->lost ? 0 : j->len);
    message->at_end = CURSOR_BAD;
    return t->eot;
}

static void tsap(struct record *r, uint16_t row, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, row, c->at, c->left);
}

void cotp_record(struct record *r, const struct cotp_tpdu *t)
{
    record_uint(r, COTP_TPDU, t->type);
    tsap(r, COTP_CALLING_TSAP, &t->calling);
    tsap(r, COTP_CALLED_TSAP, &t->called);
    if (t->type == COTP_CR || t->type == COTP_CC)
        record_uint(r, COTP_CLASS, t->transport_class);
    if (t->size_max != 0)
        record_uint(r, COTP_SIZE, t->size_max);
    if (t->type == COTP_DR || t->type == COTP_ER)
        record_uint(r, COTP_REASON, t->reason);
}
