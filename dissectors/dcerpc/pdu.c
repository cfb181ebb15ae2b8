/* A message is one or more fragments of one call id; each has a header of its own, and only the stub data behind it
 * is joined. Binding makes context numbers stand for interfaces; acknowledgements answer them in the same order.
 */
#include "dissectors/dcerpc/pdu.h"

#include <stdio.h>
#include <string.h>

enum {
    VERSION = 5, FIRST_FRAGMENT = 1, LAST_FRAGMENT = 2, HAS_OBJECT = 0x80, LITTLE = 0x10,
    TRAILER = 8, SYNTAX = 20
};

const struct field_name dce_type_names[] = {
    { 0, "REQUEST" }, { 1, "PING" }, { 2, "RESPONSE" }, { 3, "FAULT" }, { 4, "WORKING" }, { 5, "NOCALL" }, { 6, "REJECT" }, { 7, "ACK" },
    { 8, "CL_CANCEL" }, { 9, "FACK" }, { 10, "CANCEL_ACK" }, { 11, "BIND" }, { 12, "BINDACK" }, { 13, "BINDNAK" },
    { 14, "ALTER_CONTEXT" }, { 15, "ALTER_CONTEXT_RESP" }, { 16, "AUTH3" }, { 17, "SHUTDOWN" }, { 18, "CO_CANCEL" },
    { 19, "ORPHANED" }, { 20, "RTS" }, { 0, NULL }
};

const struct field_name dce_auth_type_names[] = {
    { 0, "none" }, { 9, "spnego" }, { 10, "ntlm" }, { 14, "schannel" }, { 16, "kerberos" }, { 68, "netlogon" },
    { 255, "default" }, { 0, NULL }
};

const struct field_name dce_auth_level_names[] = {
    { 1, "none" }, { 2, "connect" }, { 3, "call" }, { 4, "packet" }, { 5, "integrity" }, { 6, "privacy" }, { 0, NULL }
};

uint16_t dce_u16(struct cursor *c, bool little)
{
    return little ? cursor_le16(c) : cursor_be16(c);
}

uint32_t dce_u32(struct cursor *c, bool little)
{
    return little ? cursor_le32(c) : cursor_be32(c);
}

void dce_uuid(struct cursor *c, bool little, char out[DCE_UUID_TEXT])
{
    uint32_t low = dce_u32(c, little);
    uint16_t mid = dce_u16(c, little), high = dce_u16(c, little);
    const uint8_t *rest = cursor_bytes(c, 8);
    if (rest == NULL) {
        out[0] = '\0';
        return;
    }
    (void)snprintf(out, DCE_UUID_TEXT, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", low, mid, high, rest[0], rest[1],
                   rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]);
}

/* What a header says must hold together: with only two constant bytes there is no other proof. */
static bool header_possible(const struct dce_header *h, const uint8_t *data_representation)
{
    static const uint32_t types = 0x1ff80d;     /* 0, 2, 3, 11 to 20 */
    return h->type <= DCE_TYPE_LAST && (types >> h->type & 1)
           && (data_representation[0] & 0xee) == 0 && data_representation[1] <= 3
           && data_representation[2] == 0 && data_representation[3] == 0
           && h->length >= DCE_HEADER && (h->auth_length == 0 || DCE_HEADER + TRAILER + h->auth_length <= h->length);
}

enum probe dce_header_read(struct cursor c, struct dce_header *h)
{
    *h = (struct dce_header){ 0 };
    if (c.left > 0 && cursor_peek(&c, 0) != VERSION)
        return PROBE_NO;
    if (c.left > 1 && cursor_peek(&c, 1) > 1)
        return PROBE_NO;
    cursor_skip(&c, 1);
    h->minor = cursor_u8(&c);
    h->type = cursor_u8(&c);
    h->flags = cursor_u8(&c);
    const uint8_t *data_representation = cursor_bytes(&c, 4);
    h->little = data_representation != NULL && (data_representation[0] & LITTLE) != 0;
    h->length = dce_u16(&c, h->little);
    h->auth_length = dce_u16(&c, h->little);
    h->call_id = dce_u32(&c, h->little);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    return header_possible(h, data_representation) ? PROBE_YES : PROBE_NO;
}

/* One message on its way into a record. */
struct reading {
    struct dce                *d;
    const struct conversation *conv;
    struct dce_header          h;
    struct cursor              body;    /* behind the header, without the security trailer */
    struct record             *r;
    uint16_t                   base;
};

static uint16_t row(const struct reading *m, enum dce_row which)
{
    return (uint16_t)(m->base + which);
}

static void add_text(const struct reading *m, enum dce_row which, const char *text)
{
    if (text[0] != '\0')
        record_bytes(m->r, row(m, which), text, strlen(text));
}

/* --- binding ------------------------------------------------------------------------------------------------------- */

static struct dce_context *context_of(struct dce *d, uint16_t id)
{
    for (unsigned i = d->context_count; i-- > 0;)       /* the latest that bears the number */
        if (d->contexts[i].id == id)
            return &d->contexts[i];
    return NULL;
}

static void tell_context(const struct reading *m, const struct dce_context *x)
{
    record_item(m->r, row(m, DCE_INTERFACES));
    add_text(m, DCE_INTERFACES_UUID, x->uuid);
    add_text(m, DCE_INTERFACES_VERSION, x->version);
    record_uint(m->r, row(m, DCE_INTERFACES_CONTEXT), x->id);
    if (x->answered)
        record_uint(m->r, row(m, DCE_INTERFACES_RESULT), x->result);
}

static bool context_read(struct reading *m, struct dce_context *x)
{
    *x = (struct dce_context){ .id = dce_u16(&m->body, m->h.little) };
    unsigned transfers = cursor_u8(&m->body);
    cursor_skip(&m->body, 1);
    dce_uuid(&m->body, m->h.little, x->uuid);
    x->major = dce_u16(&m->body, m->h.little);
    uint16_t minor = dce_u16(&m->body, m->h.little);
    cursor_skip(&m->body, (size_t)transfers * SYNTAX);
    (void)snprintf(x->version, sizeof x->version, "%u.%u", x->major, minor);
    return m->body.status == CURSOR_OK;
}

static void bind_read(struct reading *m)
{
    struct dce *d = m->d;
    cursor_skip(&m->body, 8);                   /* fragment sizes, association group */
    unsigned count = cursor_u8(&m->body);
    cursor_skip(&m->body, 3);
    if (m->h.type == DCE_TYPE_BIND)
        d->context_count = 0;
    if (d->context_count + count > DCE_CONTEXTS_MAX)
        d->context_count = 0;                   /* the oldest have long been used */
    d->asked_at = d->context_count;
    for (unsigned i = 0; i < count && d->context_count < DCE_CONTEXTS_MAX; i++) {
        struct dce_context *x = &d->contexts[d->context_count];
        if (!context_read(m, x))
            break;
        d->context_count++;
        tell_context(m, x);
    }
    d->malformed |= m->body.status != CURSOR_OK;
}

static void bind_ack_read(struct reading *m)
{
    struct dce *d = m->d;
    cursor_skip(&m->body, 8);
    uint16_t address = dce_u16(&m->body, m->h.little);
    cursor_skip(&m->body, address);
    cursor_skip(&m->body, (4 - (2u + address) % 4) % 4);    /* the results begin on a multiple of four */
    unsigned count = cursor_u8(&m->body);
    cursor_skip(&m->body, 3);
    for (unsigned i = 0; i < count && d->asked_at < d->context_count; i++) {
        uint16_t result = dce_u16(&m->body, m->h.little);
        cursor_skip(&m->body, 2 + SYNTAX);
        if (m->body.status != CURSOR_OK)
            break;
        struct dce_context *x = &d->contexts[d->asked_at++];
        x->result = result > UINT8_MAX ? UINT8_MAX : (uint8_t)result;
        x->answered = true;
        tell_context(m, x);
    }
    d->malformed |= m->body.status != CURSOR_OK;
}

/* --- calls --------------------------------------------------------------------------------------------------------- */

static struct dce_call *call_of(struct dce *d, uint32_t id)
{
    for (unsigned i = 0; i < DCE_CALLS_MAX; i++)
        if (d->calls[i].open && d->calls[i].id == id)
            return &d->calls[i];
    return NULL;
}

static struct dce_call *call_begin(struct dce *d, uint32_t id)
{
    struct dce_call *call = call_of(d, id);
    if (call == NULL) {
        call = &d->calls[d->next_call];
        d->next_call = (d->next_call + 1) % DCE_CALLS_MAX;
    }
    *call = (struct dce_call){ .id = id, .open = true, .transaction = d->transactions++ };
    return call;
}

static void tell_call(const struct reading *m, uint16_t context_id, const struct dce_call *call)
{
    struct dce_context *x = context_of(m->d, context_id);
    record_uint(m->r, row(m, DCE_CONTEXT_ID), context_id);
    if (call != NULL)
        record_uint(m->r, row(m, DCE_OPNUM), call->opnum);
    if (x == NULL || !x->answered || x->result != 0)
        return;
    add_text(m, DCE_INTERFACE, x->uuid);
    record_uint(m->r, row(m, DCE_INTERFACE_VERSION), x->major);
}

static void assembly_free(struct dce_assembly *a, const struct conversation *conv)
{
    buffer_free(&a->stub, conv->store, conv->account);
    *a = (struct dce_assembly){ 0 };
}

static struct dce_assembly *assembly_of(const struct reading *m)
{
    for (unsigned i = 0; i < DCE_ASSEMBLIES_MAX; i++) {
        struct dce_assembly *a = &m->d->assemblies[i];
        if (a->used && !a->done && a->call_id == m->h.call_id && a->type == m->h.type)
            return a;
    }
    return NULL;
}

static struct dce_assembly *assembly_begin(const struct reading *m)
{
    unsigned at = 0;
    while (at + 1 < DCE_ASSEMBLIES_MAX && m->d->assemblies[at].used)
        at++;
    struct dce_assembly *a = &m->d->assemblies[at];
    assembly_free(a, m->conv);
    *a = (struct dce_assembly){ .used = true, .call_id = m->h.call_id, .type = m->h.type,
                                .headless = (m->h.flags & FIRST_FRAGMENT) == 0 };
    return a;
}

static void tell_stub(const struct reading *m, const uint8_t *at, size_t kept, size_t size, uint32_t fragments)
{
    record_uint(m->r, row(m, DCE_FRAG_CNT), fragments);
    record_uint(m->r, row(m, DCE_STUB_DATA_SIZE), size);
    record_uint(m->r, row(m, DCE_LITTLE_ENDIAN), m->h.little);
    record_bytes(m->r, row(m, DCE_STUB_DATA), at, kept);
    m->r->cut |= kept < size;
}

/* The stub data of this fragment. True: the message is whole, and its stub data told. */
static bool stub_read(struct reading *m)
{
    struct dce_assembly *a = assembly_of(m);
    bool first = (m->h.flags & FIRST_FRAGMENT) != 0, last = (m->h.flags & LAST_FRAGMENT) != 0;
    if (first && a != NULL) {                           /* begun anew: the old one never ends */
        assembly_free(a, m->conv);
        a = NULL;
    }
    if (first && last) {
        tell_stub(m, m->body.at, m->body.left, m->body.left, 1);
        return true;
    }
    if (a == NULL)
        a = assembly_begin(m);
    (void)buffer_add(&a->stub, m->conv->store, m->conv->account, m->body.at, m->body.left, DCE_STUB_MAX);
    a->fragments++;
    a->size += (uint32_t)m->body.left;
    if (!last)
        return false;
    tell_stub(m, a->stub.at, a->stub.len, a->size, a->fragments);
    m->r->incomplete |= a->headless;
    a->done = true;
    return true;
}

static bool request_read(struct reading *m)
{
    cursor_skip(&m->body, 4);                           /* allocation hint */
    uint16_t context_id = dce_u16(&m->body, m->h.little), opnum = dce_u16(&m->body, m->h.little);
    bool object = (m->h.flags & HAS_OBJECT) != 0;
    if (object)
        dce_uuid(&m->body, m->h.little, m->d->object);
    if (m->body.status != CURSOR_OK) {
        m->d->malformed = true;
        return true;
    }
    struct dce_call *call = m->h.flags & FIRST_FRAGMENT ? NULL : call_of(m->d, m->h.call_id);
    if (call == NULL)
        call = call_begin(m->d, m->h.call_id);
    call->context = context_id;
    call->opnum = opnum;
    m->d->transaction = call->transaction;
    tell_call(m, context_id, call);
    if (object)
        add_text(m, DCE_OBJECT, m->d->object);
    return stub_read(m);
}

static bool response_read(struct reading *m)
{
    struct dce_call *call = call_of(m->d, m->h.call_id);
    cursor_skip(&m->body, 4);
    uint16_t context_id = dce_u16(&m->body, m->h.little);
    cursor_skip(&m->body, 2);                           /* cancel count */
    m->d->unasked = call == NULL;
    m->d->transaction = call != NULL ? call->transaction : m->d->transactions++;
    tell_call(m, call != NULL ? call->context : context_id, call);
    if (m->h.type == DCE_TYPE_FAULT)
        record_uint(m->r, row(m, DCE_STATUS), dce_u32(&m->body, m->h.little));
    m->d->malformed |= m->body.status != CURSOR_OK;
    bool whole = m->body.status != CURSOR_OK || m->h.type == DCE_TYPE_FAULT || stub_read(m);
    if (call != NULL && whole)
        call->open = false;
    return whole;
}

/* Takes the security trailer off the end: padding, type, level, and the verifier that auth_length counts. */
static void trailer_read(struct reading *m)
{
    if (m->h.auth_length == 0 || m->body.left < (size_t)TRAILER + m->h.auth_length)
        return;
    struct cursor c = m->body;
    size_t before = c.left - TRAILER - m->h.auth_length;
    cursor_skip(&c, before);
    uint8_t type = cursor_u8(&c), level = cursor_u8(&c), padding = cursor_u8(&c);
    record_uint(m->r, row(m, DCE_AUTH_TYPE), type);
    record_uint(m->r, row(m, DCE_AUTH_LEVEL), level);
    m->d->malformed |= padding > before;
    m->body = cursor_sub(&m->body, padding > before ? before : before - padding);
}

static bool body_read(struct reading *m)
{
    switch (m->h.type) {
    case DCE_TYPE_REQUEST:
        return request_read(m);
    case DCE_TYPE_RESPONSE:
    case DCE_TYPE_FAULT:
        return response_read(m);
    case DCE_TYPE_BIND:
    case DCE_TYPE_ALTER:
        m->d->transaction = call_begin(m->d, m->h.call_id)->transaction;
        bind_read(m);
        return true;
    default:
        break;
    }
    struct dce_call *call = call_of(m->d, m->h.call_id);
    m->d->transaction = call != NULL ? call->transaction : m->d->transactions++;
    if (m->h.type == DCE_TYPE_BIND_ACK || m->h.type == DCE_TYPE_ALTER_ACK)
        bind_ack_read(m);
    else if (m->h.type == DCE_TYPE_BIND_NAK)
        record_uint(m->r, row(m, DCE_STATUS), dce_u16(&m->body, m->h.little));
    return true;
}

bool dce_read(struct dce *d, const struct conversation *conv, struct cursor pdu, struct record *r, uint16_t base)
{
    static const char *const versions[] = { "5.0", "5.1" };
    struct reading m = { .d = d, .conv = conv, .r = r, .base = base };
    for (unsigned i = 0; i < DCE_ASSEMBLIES_MAX; i++)
        if (d->assemblies[i].done)
            assembly_free(&d->assemblies[i], conv);
    d->malformed = d->unasked = false;
    if (dce_header_read(pdu, &m.h) != PROBE_YES)
        return false;
    cursor_skip(&pdu, DCE_HEADER);
    m.body = cursor_sub(&pdu, pdu.left);
    record_uint(r, row(&m, conv->dir == FROM_CLIENT ? DCE_REQUEST : DCE_RESPONSE), m.h.type);
    add_text(&m, DCE_RPC_VERSION, versions[m.h.minor & 1]);
    record_uint(r, row(&m, DCE_CALL_ID), m.h.call_id);
    trailer_read(&m);
    return body_read(&m);
}

void dce_free(struct dce *d, const struct conversation *conv)
{
    for (unsigned i = 0; i < DCE_ASSEMBLIES_MAX; i++)
        assembly_free(&d->assemblies[i], conv);
}
