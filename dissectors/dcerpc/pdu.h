/* pdu - connection-oriented DCE/RPC, fragment by fragment, wherever it travels: on TCP or in SMB's named pipes.
 *
 * Source     C706 (DCE 1.1: RPC) chapter 12.6, MS-RPCE 2.2.2.
 * Ownership  struct dce is plain and zeroed at first; what it holds in the store goes back with dce_free(). Values that
 *            dce_read() adds are good until the next call with this struct dce.
 * Limits     DCE_CONTEXTS_MAX contexts, DCE_CALLS_MAX open calls (the oldest is forgotten), DCE_ASSEMBLIES_MAX messages
 *            in fragments at once, DCE_STUB_MAX bytes of each; what is beyond is cut and said by .cut.
 */
#ifndef DISSECTORS_DCERPC_PDU_H
#define DISSECTORS_DCERPC_PDU_H

#include "common/buffer.h"
#include "dissectors/dcerpc/rows.h"
#include "dissectors/dissector.h"

enum {
    DCE_HEADER = 16, DCE_UUID_TEXT = 37, DCE_VERSION_TEXT = 12,
    DCE_CONTEXTS_MAX = 24, DCE_CALLS_MAX = 16, DCE_ASSEMBLIES_MAX = 4, DCE_STUB_MAX = 64 * 1024
};

enum dce_type {
    DCE_TYPE_REQUEST = 0, DCE_TYPE_RESPONSE = 2, DCE_TYPE_FAULT = 3, DCE_TYPE_BIND = 11, DCE_TYPE_BIND_ACK = 12,
    DCE_TYPE_BIND_NAK = 13, DCE_TYPE_ALTER = 14, DCE_TYPE_ALTER_ACK = 15, DCE_TYPE_AUTH3 = 16, DCE_TYPE_LAST = 20
};

struct dce_context {
    uint16_t id, major;
    uint8_t  result;                        /* of the server */
    bool     answered;
    char     uuid[DCE_UUID_TEXT];
    char     version[DCE_VERSION_TEXT];     /* "1.0" */
};

struct dce_call {
    uint64_t transaction;
    uint32_t id;
    uint16_t context, opnum;
    bool     open;
};

struct dce_assembly {
    struct buffer stub;
    uint32_t      call_id;
    uint32_t      fragments, size;          /* size: of all fragments, kept or not */
    uint8_t       type;
    bool          used, done, headless;     /* done: emitted, to be given back at the next call */
};

struct dce {
    struct dce_context  contexts[DCE_CONTEXTS_MAX];
    unsigned            context_count, asked_at;    /* asked_at: the first that the next acknowledgement is about */
    struct dce_call     calls[DCE_CALLS_MAX];
    unsigned            next_call;
    struct dce_assembly assemblies[DCE_ASSEMBLIES_MAX];
    uint64_t            transactions;
    uint64_t            transaction;        /* of the message just read */
    bool                malformed, unasked; /* of the message just read: contradicts itself; nobody asked */
    char                object[DCE_UUID_TEXT];
};

struct dce_header {
    uint8_t  minor, type, flags;
    bool     little;
    uint16_t length, auth_length;           /* of the fragment with its header */
    uint32_t call_id;
};

/* Do these bytes begin a fragment? YES after the 16 bytes of a header that holds together. */
enum probe dce_header_read(struct cursor c, struct dce_header *h);

/* Takes one fragment, which is all of `pdu`. True: the message is whole, its fields are in `r` at `base`. */
bool dce_read(struct dce *d, const struct conversation *conv, struct cursor pdu, struct record *r, uint16_t base);

void dce_free(struct dce *d, const struct conversation *conv);

/* Numbers in the sender's byte order; a UUID as text. */
uint16_t dce_u16(struct cursor *c, bool little);
uint32_t dce_u32(struct cursor *c, bool little);
void dce_uuid(struct cursor *c, bool little, char out[DCE_UUID_TEXT]);

#endif
