/* rows - the fields of one DCE/RPC message, the same on TCP and below SMB's `dcerpc` object.
 *
 * A schema takes them in with DCE_FIELDS(base, list): `base` is the row of the first, `list` the number for .in of the
 * object they stand in (0: top level). Values are added at base + enum dce_row.
 */
#ifndef DISSECTORS_DCERPC_ROWS_H
#define DISSECTORS_DCERPC_ROWS_H

#include "events/field.h"

enum dce_row {
    DCE_REQUEST, DCE_RESPONSE, DCE_RPC_VERSION, DCE_CALL_ID, DCE_CONTEXT_ID, DCE_OPNUM, DCE_INTERFACE, DCE_INTERFACE_VERSION,
    DCE_OBJECT, DCE_FRAG_CNT, DCE_STUB_DATA_SIZE, DCE_STUB_DATA, DCE_LITTLE_ENDIAN, DCE_STATUS, DCE_AUTH_TYPE, DCE_AUTH_LEVEL,
    DCE_ACTIVITY, DCE_SEQNUM, DCE_INTERFACES, DCE_INTERFACES_UUID, DCE_INTERFACES_VERSION, DCE_INTERFACES_CONTEXT,
    DCE_INTERFACES_RESULT, DCE_ROWS
};

extern const struct field_name dce_type_names[], dce_auth_type_names[], dce_auth_level_names[];

#define DCE_MEMBER(base, what) .in = (base) + DCE_INTERFACES + 1, .name = what
#define DCE_FIELDS(base, list) \
    [(base) + DCE_REQUEST] = { .name = "request", .in = (list), .flags = FIELD_NAMED, .names = dce_type_names, .about = "Type of the client's PDU." }, \
    [(base) + DCE_RESPONSE] = { .name = "response", .in = (list), .flags = FIELD_NAMED, .names = dce_type_names, .about = "Type of the server's PDU." }, \
    [(base) + DCE_RPC_VERSION] = { .name = "rpc_version", .in = (list), .type = FIELD_TEXT, .about = "Version of the protocol: 5.0, 5.1 or 4." }, \
    [(base) + DCE_CALL_ID] = { .name = "call_id", .in = (list), .about = "Number of the call, the same in request and response." }, \
    [(base) + DCE_CONTEXT_ID] = { .name = "context_id", .in = (list), .about = "Presentation context that was agreed on when binding." }, \
    [(base) + DCE_OPNUM] = { .name = "opnum", .in = (list), .aliases = "dcerpc.opnum dce_opnum", .about = "Number of the operation; in a response, that of its request." }, \
    [(base) + DCE_INTERFACE] = { .name = "interface", .in = (list), .type = FIELD_TEXT, .aliases = "dcerpc.interface", .about = "UUID of the interface that the call is for, when the server had accepted it." }, \
    [(base) + DCE_INTERFACE_VERSION] = { .name = "interface_version", .in = (list), .aliases = "dcerpc.interface_version", .about = "Its major version." }, \
    [(base) + DCE_OBJECT] = { .name = "object", .in = (list), .type = FIELD_TEXT, .about = "UUID of the object that the call is for." }, \
    [(base) + DCE_FRAG_CNT] = { .name = "frag_cnt", .in = (list), .about = "Fragments that the message came in." }, \
    [(base) + DCE_STUB_DATA_SIZE] = { .name = "stub_data_size", .in = (list), .unit = "bytes", .about = "Length of the arguments or results in all fragments." }, \
    [(base) + DCE_STUB_DATA] = { .name = "stub_data", .in = (list), .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "dcerpc.stub_data dce_stub_data", .about = "Arguments or results, put together from the fragments, without the security trailer." }, \
    [(base) + DCE_LITTLE_ENDIAN] = { .name = "little_endian", .in = (list), .type = FIELD_FLAG, .flags = FIELD_HIDDEN, .aliases = "dcerpc.little_endian", .about = "Byte order of the message's numbers." }, \
    [(base) + DCE_STATUS] = { .name = "status", .in = (list), .about = "Why a call failed, or why binding was refused." }, \
    [(base) + DCE_AUTH_TYPE] = { .name = "auth_type", .in = (list), .names = dce_auth_type_names, .about = "Security provider of the message." }, \
    [(base) + DCE_AUTH_LEVEL] = { .name = "auth_level", .in = (list), .names = dce_auth_level_names, .about = "What it protects." }, \
    [(base) + DCE_ACTIVITY] = { .name = "activityuuid", .in = (list), .type = FIELD_TEXT, .about = "Datagrams: UUID of the client's activity." }, \
    [(base) + DCE_SEQNUM] = { .name = "seqnum", .in = (list), .about = "Datagrams: number of the call within the activity." }, \
    [(base) + DCE_INTERFACES] = { .name = "interfaces", .in = (list), .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Interfaces that are asked for or answered." }, \
    [(base) + DCE_INTERFACES_UUID] = { DCE_MEMBER(base, "uuid"), .type = FIELD_TEXT, .about = "UUID of the interface." }, \
    [(base) + DCE_INTERFACES_VERSION] = { DCE_MEMBER(base, "version"), .type = FIELD_TEXT, .about = "Its version, major and minor." }, \
    [(base) + DCE_INTERFACES_CONTEXT] = { DCE_MEMBER(base, "context"), .about = "Context that stands for it from now on." }, \
    [(base) + DCE_INTERFACES_RESULT] = { DCE_MEMBER(base, "ack_result"), .about = "0 accepted, 1 refused by the user, 2 refused by the provider, 3 negotiated features." }

#endif
