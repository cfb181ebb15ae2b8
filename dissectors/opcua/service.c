/* Every service of OPC 10000-4 as a table of what follows its header, in order. The encoding has no tags: what a table
 * misses could not be stepped over, so that they are complete and only say of each part where it goes, or nowhere.
 */
#include "dissectors/opcua/service.h"

#include <string.h>

enum { DEPTH_MAX = 12, ITEMS_MAX = 4096, NOWHERE = OPCUA_ROWS };

enum type {
    END, BOOL, U8, U16, I32, U32, U64, DOUBLE, TIME, STRING, BYTES, GUID, NODE, QNAME, LTEXT, STATUS, VARIANT, DATAVALUE, EXTENSION,
    DIAGNOSTIC,
    STRUCT,         /* the parts of .inside */
    ARRAY,          /* a count, then as often .inside; .row is the list whose items these are */
    TARGET,         /* the node that a request is about: into the nodes' rows and what is asked */
    METHOD,         /* the method of that object */
    ASKED_ATTRIBUTE,
    RESULT,         /* an item of the answer to the node asked before in the same place */
    REFERENCE       /* the node that a reference leads to */
};

struct opcua_part {
    uint8_t                  type;
    uint16_t                 row;       /* NOWHERE: only stepped over */
    const struct opcua_part *inside;
};

#define PART(t, r)        { t, r, NULL }
#define SKIP(t)           { t, NOWHERE, NULL }
#define LIST(r, parts)    { ARRAY, r, parts }
#define SKIPS(parts)      { ARRAY, NOWHERE, parts }
#define STOP              { END, 0, NULL }

typedef const struct opcua_part parts[];

static parts strings = { SKIP(STRING), STOP };
static parts locales = { PART(STRING, OPCUA_LOCALES), STOP };
static parts numbers = { SKIP(U32), STOP };
static parts subscriptions = { PART(U32, OPCUA_SUBSCRIPTION), STOP };
static parts monitored_ids = { PART(U32, OPCUA_MONITORED_ITEM), STOP };
static parts diagnostics = { SKIP(DIAGNOSTIC), STOP };
static parts statuses = { PART(STATUS, OPCUA_RESULTS), STOP };
static parts variants = { PART(VARIANT, OPCUA_VALUE), STOP };
static parts extensions = { SKIP(EXTENSION), STOP };
static parts certificates = { SKIP(BYTES), SKIP(BYTES), STOP };

static parts request_header = { SKIP(NODE), PART(TIME, OPCUA_TIMESTAMP), PART(U32, OPCUA_REQUEST_HANDLE), PART(U32, OPCUA_RETURN_DIAGNOSTICS),
    PART(STRING, OPCUA_AUDIT_ENTRY), PART(U32, OPCUA_TIMEOUT_HINT), SKIP(EXTENSION), STOP };
static parts response_header = { PART(TIME, OPCUA_TIMESTAMP), PART(U32, OPCUA_REQUEST_HANDLE), PART(STATUS, OPCUA_SERVICE_RESULT),
    SKIP(DIAGNOSTIC), SKIPS(strings), SKIP(EXTENSION), STOP };

static parts nothing = { STOP };
static parts results = { { ARRAY, NOWHERE, statuses }, SKIPS(diagnostics), STOP };

static parts open_channel = { SKIP(U32), PART(U32, OPCUA_REQUEST_TYPE), PART(U32, OPCUA_SECURITY_MODE), SKIP(BYTES), PART(U32, OPCUA_LIFETIME), STOP };
static parts channel_opened = { SKIP(U32), SKIP(U32), SKIP(U32), SKIP(TIME), PART(U32, OPCUA_LIFETIME), SKIP(BYTES), STOP };

static parts client_description = { PART(STRING, OPCUA_APPLICATION_URI), PART(STRING, OPCUA_PRODUCT_URI), PART(LTEXT, OPCUA_APPLICATION_NAME),
    PART(U32, OPCUA_APPLICATION_TYPE), SKIP(STRING), SKIP(STRING), SKIPS(strings), STOP };
static parts endpoint_server = { PART(STRING, OPCUA_EP_APPLICATION_URI), PART(STRING, OPCUA_EP_PRODUCT_URI), PART(LTEXT, OPCUA_EP_NAME),
    PART(U32, OPCUA_EP_TYPE), SKIP(STRING), SKIP(STRING), SKIPS(strings), STOP };
static parts token_policy = { SKIP(STRING), PART(U32, OPCUA_EP_TOKENS), SKIP(STRING), SKIP(STRING), SKIP(STRING), STOP };
static parts endpoint = { PART(STRING, OPCUA_EP_URL), { STRUCT, NOWHERE, endpoint_server }, SKIP(BYTES), PART(U32, OPCUA_EP_MODE),
    PART(STRING, OPCUA_EP_POLICY), SKIPS(token_policy), SKIP(STRING), PART(U8, OPCUA_EP_LEVEL), STOP };
static parts create_session = { { STRUCT, NOWHERE, client_description }, PART(STRING, OPCUA_SERVER_URI), PART(STRING, OPCUA_ENDPOINT_URL),
    PART(STRING, OPCUA_SESSION_NAME), SKIP(BYTES), PART(BYTES, OPCUA_CERTIFICATE), PART(DOUBLE, OPCUA_SESSION_TIMEOUT), PART(U32, OPCUA_MAX_MESSAGE), STOP };
static parts session_created = { SKIP(NODE), SKIP(NODE), PART(DOUBLE, OPCUA_SESSION_TIMEOUT), SKIP(BYTES), PART(BYTES, OPCUA_CERTIFICATE),
    LIST(OPCUA_ENDPOINTS, endpoint), SKIPS(certificates), SKIP(STRING), SKIP(BYTES), PART(U32, OPCUA_MAX_MESSAGE), STOP };
static parts activate = { SKIP(STRING), SKIP(BYTES), SKIPS(certificates), { ARRAY, NOWHERE, locales }, PART(EXTENSION, OPCUA_USER_TOKEN),
    SKIP(STRING), SKIP(BYTES), STOP };
static parts activated = { SKIP(BYTES), { ARRAY, NOWHERE, statuses }, SKIPS(diagnostics), STOP };
static parts close_session = { PART(BOOL, OPCUA_DELETE_SUBSCRIPTIONS), STOP };
static parts cancel = { SKIP(U32), STOP };

static parts get_endpoints = { PART(STRING, OPCUA_ENDPOINT_URL), { ARRAY, NOWHERE, locales }, SKIPS(strings), STOP };
static parts endpoints = { LIST(OPCUA_ENDPOINTS, endpoint), STOP };
static parts server = { PART(STRING, OPCUA_SRV_URI), PART(STRING, OPCUA_SRV_PRODUCT), PART(LTEXT, OPCUA_SRV_NAME), SKIP(U32), SKIP(STRING),
    SKIP(STRING), SKIPS(strings), STOP };
static parts servers = { LIST(OPCUA_SERVERS, server), STOP };
static parts texts = { SKIP(LTEXT), STOP };
static parts register_server = { PART(STRING, OPCUA_SERVER_URI), PART(STRING, OPCUA_PRODUCT_URI), SKIPS(texts), PART(U32, OPCUA_APPLICATION_TYPE),
    SKIP(STRING), SKIPS(strings), SKIP(STRING), SKIP(BOOL), STOP };
static parts register_server2 = { { STRUCT, NOWHERE, register_server }, SKIPS(extensions), STOP };

static parts browse_node = { PART(TARGET, 0), PART(U32, OPCUA_BROWSE_DIRECTION), SKIP(NODE), SKIP(BOOL), SKIP(U32), SKIP(U32), STOP };
static parts browse = { SKIP(NODE), SKIP(TIME), SKIP(U32), PART(U32, OPCUA_MAX_REFERENCES), LIST(OPCUA_NODES, browse_node), STOP };
static parts reference = { SKIP(NODE), PART(BOOL, OPCUA_REF_FORWARD), PART(REFERENCE, 0), PART(QNAME, OPCUA_REF_NAME),
    PART(LTEXT, OPCUA_REF_DISPLAY), PART(U32, OPCUA_REF_CLASS), SKIP(NODE), STOP };
static parts browse_result = { PART(STATUS, OPCUA_RESULTS), SKIP(BYTES), LIST(OPCUA_REFERENCES, reference), STOP };
static parts browsed = { { ARRAY, NOWHERE, browse_result }, SKIPS(diagnostics), STOP };
static parts points = { SKIP(BYTES), STOP };
static parts browse_next = { SKIP(BOOL), SKIPS(points), STOP };
static parts path_element = { SKIP(NODE), SKIP(BOOL), SKIP(BOOL), PART(QNAME, OPCUA_BROWSE_NAME), STOP };
static parts browse_path = { PART(TARGET, 0), SKIPS(path_element), STOP };
static parts translate = { LIST(OPCUA_NODES, browse_path), STOP };
static parts path_target = { PART(REFERENCE, 0), SKIP(U32), STOP };
static parts path_result = { PART(STATUS, OPCUA_RESULTS), LIST(OPCUA_REFERENCES, path_target), STOP };
static parts translated = { { ARRAY, NOWHERE, path_result }, SKIPS(diagnostics), STOP };
static parts one_node = { PART(TARGET, 0), STOP };
static parts nodes = { LIST(OPCUA_NODES, one_node), STOP };

static parts data_description = { SKIP(STRING), SKIP(NODE), PART(TARGET, 0), STOP };
static parts node_type = { SKIP(NODE), SKIPS(data_description), STOP };
static parts content_filter_element = { SKIP(U32), SKIPS(extensions), STOP };
static parts query_first = { SKIP(NODE), SKIP(TIME), SKIP(U32), SKIPS(node_type), SKIPS(content_filter_element), SKIP(U32), SKIP(U32), STOP };
static parts query_next = { SKIP(BOOL), SKIP(BYTES), STOP };

static parts read_node = { PART(TARGET, 0), PART(ASKED_ATTRIBUTE, OPCUA_ATTRIBUTE), PART(STRING, OPCUA_INDEX_RANGE), SKIP(QNAME), STOP };
static parts read = { PART(DOUBLE, OPCUA_MAX_AGE), PART(U32, OPCUA_TIMESTAMPS), LIST(OPCUA_NODES, read_node), STOP };
static parts read_result = { PART(RESULT, 0), PART(DATAVALUE, OPCUA_VALUE), STOP };
static parts read_results = { LIST(OPCUA_NODES, read_result), SKIPS(diagnostics), STOP };
static parts history_node = { PART(TARGET, 0), PART(STRING, OPCUA_INDEX_RANGE), SKIP(QNAME), SKIP(BYTES), STOP };
static parts history_read = { SKIP(EXTENSION), PART(U32, OPCUA_TIMESTAMPS), SKIP(BOOL), LIST(OPCUA_NODES, history_node), STOP };
static parts history_result = { PART(RESULT, 0), PART(STATUS, OPCUA_STATUS), SKIP(BYTES), SKIP(EXTENSION), STOP };
static parts history_results = { LIST(OPCUA_NODES, history_result), SKIPS(diagnostics), STOP };
static parts history_update = { SKIPS(extensions), STOP };
static parts update_result = { PART(STATUS, OPCUA_RESULTS), { ARRAY, NOWHERE, statuses }, SKIPS(diagnostics), STOP };
static parts update_results = { SKIPS(update_result), SKIPS(diagnostics), STOP };
static parts write_node = { PART(TARGET, 0), PART(ASKED_ATTRIBUTE, OPCUA_ATTRIBUTE), PART(STRING, OPCUA_INDEX_RANGE), PART(DATAVALUE, OPCUA_VALUE), STOP };
static parts write = { LIST(OPCUA_NODES, write_node), STOP };
static parts node_result = { PART(RESULT, 0), PART(STATUS, OPCUA_STATUS), STOP };
static parts node_results = { LIST(OPCUA_NODES, node_result), SKIPS(diagnostics), STOP };
static parts call_method = { PART(TARGET, 0), PART(METHOD, 0), { ARRAY, NOWHERE, variants }, STOP };
static parts call = { LIST(OPCUA_NODES, call_method), STOP };
static parts argument_results = { SKIP(STATUS), STOP };
static parts call_result = { PART(RESULT, 0), PART(STATUS, OPCUA_STATUS), SKIPS(argument_results), SKIPS(diagnostics), { ARRAY, NOWHERE, variants }, STOP };
static parts called = { LIST(OPCUA_NODES, call_result), SKIPS(diagnostics), STOP };

static parts add_node = { SKIP(NODE), SKIP(NODE), PART(TARGET, 0), PART(QNAME, OPCUA_BROWSE_NAME), PART(U32, OPCUA_NODE_CLASS), SKIP(EXTENSION), SKIP(NODE), STOP };
static parts add_nodes = { LIST(OPCUA_NODES, add_node), STOP };
static parts added_node = { PART(RESULT, 0), PART(STATUS, OPCUA_STATUS), SKIP(NODE), STOP };
static parts added_nodes = { LIST(OPCUA_NODES, added_node), SKIPS(diagnostics), STOP };
static parts add_reference = { PART(TARGET, 0), SKIP(NODE), SKIP(BOOL), SKIP(STRING), SKIP(NODE), PART(U32, OPCUA_NODE_CLASS), STOP };
static parts add_references = { LIST(OPCUA_NODES, add_reference), STOP };
static parts delete_node = { PART(TARGET, 0), SKIP(BOOL), STOP };
static parts delete_nodes = { LIST(OPCUA_NODES, delete_node), STOP };
static parts delete_reference = { PART(TARGET, 0), SKIP(NODE), SKIP(BOOL), SKIP(NODE), SKIP(BOOL), STOP };
static parts delete_references = { LIST(OPCUA_NODES, delete_reference), STOP };

static parts monitoring = { PART(U32, OPCUA_CLIENT_HANDLE), PART(DOUBLE, OPCUA_SAMPLING_INTERVAL), SKIP(EXTENSION), SKIP(U32), SKIP(BOOL), STOP };
static parts monitor_node = { { STRUCT, NOWHERE, read_node }, PART(U32, OPCUA_MONITORING_MODE), { STRUCT, NOWHERE, monitoring }, STOP };
static parts monitor = { PART(U32, OPCUA_SUBSCRIPTION), PART(U32, OPCUA_TIMESTAMPS), LIST(OPCUA_NODES, monitor_node), STOP };
static parts monitored_node = { PART(RESULT, 0), PART(STATUS, OPCUA_STATUS), SKIP(U32), PART(DOUBLE, OPCUA_SAMPLING_INTERVAL), SKIP(U32), SKIP(EXTENSION), STOP };
static parts monitored = { LIST(OPCUA_NODES, monitored_node), SKIPS(diagnostics), STOP };
static parts modify_item = { SKIP(U32), { STRUCT, NOWHERE, monitoring }, STOP };
static parts modify_items = { PART(U32, OPCUA_SUBSCRIPTION), PART(U32, OPCUA_TIMESTAMPS), LIST(OPCUA_NODES, modify_item), STOP };
static parts modified_item = { PART(STATUS, OPCUA_RESULTS), SKIP(DOUBLE), SKIP(U32), SKIP(EXTENSION), STOP };
static parts modified_items = { SKIPS(modified_item), SKIPS(diagnostics), STOP };
static parts monitoring_mode = { PART(U32, OPCUA_SUBSCRIPTION), SKIP(U32), SKIPS(monitored_ids), STOP };
static parts triggering = { PART(U32, OPCUA_SUBSCRIPTION), SKIP(U32), SKIPS(monitored_ids), SKIPS(monitored_ids), STOP };
static parts triggered = { SKIPS(statuses), SKIPS(diagnostics), SKIPS(statuses), SKIPS(diagnostics), STOP };
static parts delete_items = { PART(U32, OPCUA_SUBSCRIPTION), SKIPS(monitored_ids), STOP };
static parts create_subscription = { PART(DOUBLE, OPCUA_PUBLISHING_INTERVAL), PART(U32, OPCUA_LIFETIME_COUNT), PART(U32, OPCUA_KEEP_ALIVE_COUNT),
    PART(U32, OPCUA_MAX_NOTIFICATIONS), PART(BOOL, OPCUA_PUBLISHING_ENABLED), PART(U8, OPCUA_PRIORITY), STOP };
static parts subscription_created = { PART(U32, OPCUA_SUBSCRIPTION), PART(DOUBLE, OPCUA_PUBLISHING_INTERVAL), PART(U32, OPCUA_LIFETIME_COUNT),
    PART(U32, OPCUA_KEEP_ALIVE_COUNT), STOP };
static parts modify_subscription = { PART(U32, OPCUA_SUBSCRIPTION), PART(DOUBLE, OPCUA_PUBLISHING_INTERVAL), PART(U32, OPCUA_LIFETIME_COUNT),
    PART(U32, OPCUA_KEEP_ALIVE_COUNT), PART(U32, OPCUA_MAX_NOTIFICATIONS), PART(U8, OPCUA_PRIORITY), STOP };
static parts subscription_modified = { PART(DOUBLE, OPCUA_PUBLISHING_INTERVAL), PART(U32, OPCUA_LIFETIME_COUNT), PART(U32, OPCUA_KEEP_ALIVE_COUNT), STOP };
static parts publishing_mode = { PART(BOOL, OPCUA_PUBLISHING_ENABLED), SKIPS(subscriptions), STOP };
static parts acknowledgement = { PART(U32, OPCUA_SUBSCRIPTION), SKIP(U32), STOP };
static parts publish = { SKIPS(acknowledgement), STOP };
static parts notification = { PART(EXTENSION, OPCUA_NOTIFICATION), STOP };
static parts notification_message = { SKIP(U32), SKIP(TIME), { ARRAY, NOWHERE, notification }, STOP };
static parts published = { PART(U32, OPCUA_SUBSCRIPTION), SKIPS(numbers), PART(BOOL, OPCUA_MORE_NOTIFICATIONS), SKIP(U32), SKIP(TIME),
    { ARRAY, NOWHERE, notification }, SKIPS(statuses), SKIPS(diagnostics), STOP };
static parts republish = { PART(U32, OPCUA_SUBSCRIPTION), SKIP(U32), STOP };
static parts transfer = { SKIPS(subscriptions), SKIP(BOOL), STOP };
static parts transferred_one = { PART(STATUS, OPCUA_RESULTS), SKIPS(numbers), STOP };
static parts transferred = { SKIPS(transferred_one), SKIPS(diagnostics), STOP };
static parts delete_subscriptions = { SKIPS(subscriptions), STOP };

/* Inside extension objects */
static parts changed_item = { PART(U32, OPCUA_CLIENT_HANDLE), PART(DATAVALUE, OPCUA_VALUE), STOP };
static parts data_change = { LIST(OPCUA_NODES, changed_item), SKIPS(diagnostics), STOP };
static parts event_fields = { PART(U32, OPCUA_CLIENT_HANDLE), { ARRAY, NOWHERE, variants }, STOP };
static parts event_list = { LIST(OPCUA_NODES, event_fields), STOP };
static parts status_change = { PART(STATUS, OPCUA_RESULTS), SKIP(DIAGNOSTIC), STOP };
static parts anonymous = { PART(STRING, OPCUA_POLICY_ID), STOP };
static parts user_name = { PART(STRING, OPCUA_POLICY_ID), PART(STRING, OPCUA_USER_NAME), SKIP(BYTES), PART(STRING, OPCUA_PASSWORD_ALGORITHM), STOP };
static parts x509 = { PART(STRING, OPCUA_POLICY_ID), PART(BYTES, OPCUA_CERTIFICATE), STOP };
static parts issued = { PART(STRING, OPCUA_POLICY_ID), SKIP(BYTES), PART(STRING, OPCUA_PASSWORD_ALGORITHM), STOP };

static const struct { uint16_t id; const struct opcua_part *parts; } extension_types[] = {
    { 321, anonymous }, { 324, user_name }, { 327, x509 }, { 811, data_change }, { 820, status_change }, { 916, event_list }, { 940, issued },
};

#define ASKS(id, access, parts)    { id, ACCESS_##access, false, parts }
#define TELLS(id, access, parts)   { id, ACCESS_##access, true, parts }

/* In the order of their ids: found by halving. */
static const struct opcua_service services[] = {
    TELLS(397, OTHER, nothing),
    ASKS(422, IDENTIFY, get_endpoints), TELLS(425, IDENTIFY, servers), ASKS(428, IDENTIFY, get_endpoints), TELLS(431, IDENTIFY, endpoints),
    ASKS(437, CONFIGURE, register_server), TELLS(440, CONFIGURE, nothing),
    ASKS(446, SESSION, open_channel), TELLS(449, SESSION, channel_opened), ASKS(452, SESSION, nothing), TELLS(455, SESSION, nothing),
    ASKS(461, SESSION, create_session), TELLS(464, SESSION, session_created), ASKS(467, AUTHENTICATE, activate), TELLS(470, AUTHENTICATE, activated),
    ASKS(473, SESSION, close_session), TELLS(476, SESSION, nothing), ASKS(479, SESSION, cancel), TELLS(482, SESSION, cancel),
    ASKS(488, CONFIGURE, add_nodes), TELLS(491, CONFIGURE, added_nodes), ASKS(494, CONFIGURE, add_references), TELLS(497, CONFIGURE, node_results),
    ASKS(500, CONFIGURE, delete_nodes), TELLS(503, CONFIGURE, node_results), ASKS(506, CONFIGURE, delete_references), TELLS(509, CONFIGURE, node_results),
    ASKS(527, BROWSE, browse), TELLS(530, BROWSE, browsed), ASKS(533, BROWSE, browse_next), TELLS(536, BROWSE, browsed),
    ASKS(554, BROWSE, translate), TELLS(557, BROWSE, translated), ASKS(560, READ, nodes), TELLS(563, READ, nodes), ASKS(566, READ, nodes), TELLS(569, READ, nothing),
    ASKS(615, READ, query_first), TELLS(618, READ, NULL), ASKS(621, READ, query_next), TELLS(624, READ, NULL),
    ASKS(631, READ, read), TELLS(634, READ, read_results), ASKS(664, READ, history_read), TELLS(667, READ, history_results),
    ASKS(673, WRITE, write), TELLS(676, WRITE, node_results), ASKS(700, WRITE, history_update), TELLS(703, WRITE, update_results),
    ASKS(712, CONTROL, call), TELLS(715, CONTROL, called),
    ASKS(751, SUBSCRIBE, monitor), TELLS(754, SUBSCRIBE, monitored), ASKS(763, SUBSCRIBE, modify_items), TELLS(766, SUBSCRIBE, modified_items),
    ASKS(769, SUBSCRIBE, monitoring_mode), TELLS(772, SUBSCRIBE, results), ASKS(775, SUBSCRIBE, triggering), TELLS(778, SUBSCRIBE, triggered),
    ASKS(781, SUBSCRIBE, delete_items), TELLS(784, SUBSCRIBE, results), ASKS(787, SUBSCRIBE, create_subscription), TELLS(790, SUBSCRIBE, subscription_created),
    ASKS(793, SUBSCRIBE, modify_subscription), TELLS(796, SUBSCRIBE, subscription_modified), ASKS(799, SUBSCRIBE, publishing_mode), TELLS(802, SUBSCRIBE, results),
    ASKS(826, SUBSCRIBE, publish), TELLS(829, REPORT, published), ASKS(832, SUBSCRIBE, republish), TELLS(835, REPORT, notification_message),
    ASKS(841, SUBSCRIBE, transfer), TELLS(844, SUBSCRIBE, transferred), ASKS(847, SUBSCRIBE, delete_subscriptions), TELLS(850, SUBSCRIBE, results),
    ASKS(12208, IDENTIFY, NULL), TELLS(12209, IDENTIFY, NULL), ASKS(12211, CONFIGURE, register_server2), TELLS(12212, CONFIGURE, results),
};

const struct opcua_service *opcua_service(uint32_t id)
{
    size_t low = 0, high = sizeof services / sizeof services[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (services[middle].id == id)
            return &services[middle];
        if (services[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- built-in types ---- */

struct node {
    uint16_t      name_space;
    uint32_t      numeric;
    enum { NUMERIC, NAMED, OPAQUE } kind;
    struct cursor octets;       /* NAMED, OPAQUE (GUID too) */
};

struct walk {
    struct record      *r;
    struct opcua_asked *said;
    const struct opcua_asked *asked;
    unsigned            result;         /* place among the answers to asked nodes */
    const struct opcua_asked_node *now; /* the node that the values being read belong to */
    struct cursor       vendor, product, version;
};

struct cursor opcua_string(struct cursor *c)
{
    uint32_t n = cursor_le32(c);
    return cursor_sub(c, n == UINT32_MAX ? 0 : n);
}

static struct node node_read(struct cursor *c)
{
    enum { TWO_BYTE, FOUR_BYTE, WITH_NUMBER, WITH_STRING, WITH_GUID, WITH_BYTES, GUID_SIZE = 16, URI = 0x80, SERVER = 0x40 };
    uint8_t encoding = cursor_u8(c), form = encoding & 0x3f;
    struct node n = { .kind = form <= WITH_NUMBER ? NUMERIC : form == WITH_STRING ? NAMED : OPAQUE };
    n.name_space = form == FOUR_BYTE ? cursor_u8(c) : form == TWO_BYTE ? 0 : cursor_le16(c);
    switch (form) {
    case TWO_BYTE:    n.numeric = cursor_u8(c); break;
    case FOUR_BYTE:   n.numeric = cursor_le16(c); break;
    case WITH_NUMBER: n.numeric = cursor_le32(c); break;
    case WITH_GUID:   n.octets = cursor_sub(c, GUID_SIZE); break;
    case WITH_STRING:
    case WITH_BYTES:  n.octets = opcua_string(c); break;
    default:          c->status = CURSOR_BAD; break;
    }
    if (encoding & URI)
        (void)opcua_string(c);
    if (encoding & SERVER)
        cursor_skip(c, 4);
    return n;
}

static void node_record(struct record *r, const struct node *n, uint16_t space, uint16_t numeric, uint16_t string, uint16_t opaque)
{
    record_uint(r, space, n->name_space);
    if (n->kind == NUMERIC)
        record_uint(r, numeric, n->numeric);
    else if (n->kind == NAMED)
        record_bytes(r, string, n->octets.at, n->octets.left);
    else if (opaque != NOWHERE)
        record_bytes(r, opaque, n->octets.at, n->octets.left);
}

static void node_asked(struct walk *w, const struct node *n)
{
    struct opcua_asked *a = w->said;
    if (a->count < OPCUA_ASKED_MAX) {
        struct opcua_asked_node *q = &a->nodes[a->count];
        size_t len = n->kind == NAMED ? n->octets.left : 0;
        *q = (struct opcua_asked_node){ .numeric = n->numeric, .name_space = n->name_space };
        q->name_len = (uint8_t)(len < OPCUA_ASKED_NAME_MAX ? len : OPCUA_ASKED_NAME_MAX);
        if (q->name_len > 0)
            memcpy(q->name, n->octets.at, q->name_len);
    }
    a->count = (uint16_t)(a->count < UINT16_MAX ? a->count + 1 : a->count);
}

/* The node that the next result of the answer is about. */
static void result_begin(struct walk *w)
{
    unsigned i = w->result++;
    w->now = NULL;
    if (w->asked == NULL || i >= w->asked->count || i >= OPCUA_ASKED_MAX)
        return;
    w->now = &w->asked->nodes[i];
    record_uint(w->r, OPCUA_NODE_NAMESPACE, w->now->name_space);
    if (w->now->name_len > 0)
        record_bytes(w->r, OPCUA_NODE_STRING, w->now->name, w->now->name_len);
    else
        record_uint(w->r, OPCUA_NODE_NUMERIC, w->now->numeric);
    if (w->now->attribute != 0)
        record_uint(w->r, OPCUA_ATTRIBUTE, w->now->attribute);
}

/* Nodes of the server's own description, OPC 10000-6 annex A: Server_ServerStatus_BuildInfo_... */
static void identity_note(struct walk *w, struct cursor text)
{
    enum { PRODUCT_NAME = 2261, MANUFACTURER_NAME = 2263, SOFTWARE_VERSION = 2264 };
    if (w->now == NULL || w->now->name_space != 0 || w->now->name_len > 0)
        return;
    if (w->now->numeric == MANUFACTURER_NAME)
        w->vendor = text;
    else if (w->now->numeric == PRODUCT_NAME)
        w->product = text;
    else if (w->now->numeric == SOFTWARE_VERSION)
        w->version = text;
}

static struct cursor localized_text(struct cursor *c)
{
    uint8_t mask = cursor_u8(c);
    struct cursor text = cursor_sub(c, 0);
    if (mask & 1)
        (void)opcua_string(c);
    if (mask & 2)
        text = opcua_string(c);
    return text;
}

/* 100 ns since 1601 to microseconds since 1970; 0 where it was not said or lies before. */
static uint64_t time_of(uint64_t ticks)
{
    const uint64_t epoch = UINT64_C(116444736000000000);
    return ticks > epoch ? (ticks - epoch) / 10 : 0;
}

static double double_of(uint64_t bits)
{
    union { uint64_t bits; double x; } u = { .bits = bits };
    return u.x;
}

static double float_of(uint32_t bits)
{
    union { uint32_t bits; float x; } u = { .bits = bits };
    return (double)u.x;
}

static void diagnostic_skip(struct cursor *c)
{
    for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
        uint8_t mask = cursor_u8(c);
        for (unsigned bit = 0; bit < 4; bit++)
            cursor_skip(c, mask >> bit & 1 ? 4 : 0);
        if (mask & 0x10)
            (void)opcua_string(c);
        if (mask & 0x20)
            cursor_skip(c, 4);
        if ((mask & 0x40) == 0)
            return;
    }
    c->status = CURSOR_BAD;
}

static void walk(struct walk *w, struct cursor *c, const struct opcua_part *table, unsigned depth);

static void extension_read(struct walk *w, struct cursor *c, uint16_t row, unsigned depth)
{
    struct node type = node_read(c);
    uint8_t encoding = cursor_u8(c);
    if (encoding == 0)
        return;
    struct cursor body = opcua_string(c);
    if (row == NOWHERE || type.kind != NUMERIC || type.name_space != 0 || c->status != CURSOR_OK)
        return;
    record_uint(w->r, row, type.numeric);
    for (size_t i = 0; encoding == 1 && i < sizeof extension_types / sizeof extension_types[0]; i++)
        if (extension_types[i].id == type.numeric)
            walk(w, &body, extension_types[i].parts, depth + 1);
    if (body.status != CURSOR_OK)
        record_anomaly(w->r, OPCUA_INVALID_BODY);
}

/* ---- variants ---- */

enum built_in { V_BOOL = 1, V_SBYTE, V_BYTE, V_INT16, V_UINT16, V_INT32, V_UINT32, V_INT64, V_UINT64, V_FLOAT, V_DOUBLE, V_STRING, V_TIME,
                V_GUID, V_BYTES, V_XML, V_NODE, V_EXPANDED, V_STATUS, V_QNAME, V_LTEXT, V_EXTENSION, V_DATAVALUE, V_VARIANT, V_DIAGNOSTIC };

static double number_of(struct cursor *c, unsigned type)
{
    switch (type) {
    case V_SBYTE:  return (int8_t)cursor_u8(c);
    case V_INT16:  return (int16_t)cursor_le16(c);
    case V_UINT16: return cursor_le16(c);
    case V_INT32:  return (int32_t)cursor_le32(c);
    case V_STATUS:
    case V_UINT32: return cursor_le32(c);
    case V_INT64:  return (double)(int64_t)cursor_le64(c);
    case V_UINT64: return (double)cursor_le64(c);
    case V_FLOAT:  return float_of(cursor_le32(c));
    case V_DOUBLE: return double_of(cursor_le64(c));
    default:       return cursor_u8(c);
    }
}

static void text_value(struct walk *w, struct cursor text, bool told)
{
    if (!told)
        return;
    record_bytes(w->r, OPCUA_TEXT, text.at, text.left);
    identity_note(w, text);
}

static void octets_value(struct walk *w, struct cursor octets, bool told)
{
    if (told)
        record_bytes(w->r, OPCUA_OCTETS, octets.at, octets.left);
}

static void data_value(struct walk *w, struct cursor *c, uint16_t row, unsigned depth);
static void variant(struct walk *w, struct cursor *c, uint16_t row, unsigned depth);

/* What a node identifier as a value says: its name, or its octets as they are encoded. */
static void node_value(struct walk *w, struct cursor *c, bool told)
{
    struct cursor before = *c;
    struct node n = node_read(c);
    if (n.kind == NAMED)
        text_value(w, n.octets, told);
    else if (c->status == CURSOR_OK)
        octets_value(w, cursor_sub(&before, before.left - c->left), told);
}

static void scalar(struct walk *w, struct cursor *c, unsigned type, uint16_t row, unsigned depth)
{
    bool told = row != NOWHERE;
    switch (type) {
    case V_STRING: case V_XML: text_value(w, opcua_string(c), told); break;
    case V_LTEXT:      text_value(w, localized_text(c), told); break;
    case V_QNAME:      cursor_skip(c, 2); text_value(w, opcua_string(c), told); break;
    case V_BYTES:      octets_value(w, opcua_string(c), told); break;
    case V_GUID:       octets_value(w, cursor_sub(c, 16), told); break;
    case V_TIME:       octets_value(w, cursor_sub(c, 8), told); break;
    case V_NODE: case V_EXPANDED: node_value(w, c, told); break;
    case V_EXTENSION:  extension_read(w, c, NOWHERE, depth); break;
    case V_DATAVALUE:  data_value(w, c, row, depth + 1); break;
    case V_VARIANT:    variant(w, c, row, depth + 1); break;
    case V_DIAGNOSTIC: diagnostic_skip(c); break;
    default: {
        double x = number_of(c, type);
        if (told && c->status == CURSOR_OK)
            record_real(w->r, OPCUA_VALUE, x);
    }
    }
}

static void variant(struct walk *w, struct cursor *c, uint16_t row, unsigned depth)
{
    enum { ARRAY_BIT = 0x80, DIMENSIONS_BIT = 0x40 };
    uint8_t encoding = cursor_u8(c);
    unsigned type = encoding & 0x3f;
    uint32_t count = 1;
    if (depth >= DEPTH_MAX || type > V_DIAGNOSTIC) {
        record_anomaly(w->r, depth >= DEPTH_MAX ? OPCUA_NESTED_TOO_DEEP : OPCUA_INVALID_BODY);
        c->status = CURSOR_BAD;
        return;
    }
    if (row != NOWHERE && type != 0)
        record_uint(w->r, OPCUA_VALUE_TYPE, type);
    if (encoding & ARRAY_BIT)
        count = cursor_le32(c);
    if (count > INT32_MAX)
        count = 0;
    for (uint32_t i = 0; type != 0 && i < count && c->status == CURSOR_OK; i++)
        scalar(w, c, type, row, depth);
    if (encoding & DIMENSIONS_BIT) {
        uint32_t n = cursor_le32(c);
        cursor_skip(c, n <= INT32_MAX ? (size_t)n * 4 : 0);
    }
}

static void data_value(struct walk *w, struct cursor *c, uint16_t row, unsigned depth)
{
    uint8_t mask = cursor_u8(c);
    if (mask & 1)
        variant(w, c, row, depth);
    if (mask & 2) {
        uint32_t status = cursor_le32(c);
        if (row != NOWHERE)
            record_uint(w->r, OPCUA_STATUS, status);
    }
    for (unsigned side = 0; side < 2; side++) {
        if (mask & 4 << side) {
            uint64_t at = time_of(cursor_le64(c));
            if (row != NOWHERE && depth == 0 && at != 0)
                record_uint(w->r, side == 0 ? OPCUA_SOURCE_TIME : OPCUA_SERVER_TIME, at);
        }
        cursor_skip(c, mask & 0x10 << side ? 2 : 0);
    }
}

/* ---- the walk ---- */

static void text_put(struct walk *w, uint16_t row, struct cursor text)
{
    if (row != NOWHERE && text.left > 0)
        record_bytes(w->r, row, text.at, text.left);
}

static void number_put(struct walk *w, uint16_t row, struct cursor *c, unsigned type)
{
    uint64_t n = type == BOOL || type == U8 ? cursor_u8(c) : type == U16 ? cursor_le16(c) : type == U64 || type == TIME ? cursor_le64(c) : cursor_le32(c);
    if (row == NOWHERE || c->status != CURSOR_OK)
        return;
    if (type == TIME)
        n = time_of(n);
    if (type != TIME || n != 0)
        record_uint(w->r, row, type == BOOL ? n != 0 : n);
}

static void target_put(struct walk *w, struct cursor *c)
{
    struct node n = node_read(c);
    if (c->status != CURSOR_OK)
        return;
    node_record(w->r, &n, OPCUA_NODE_NAMESPACE, OPCUA_NODE_NUMERIC, OPCUA_NODE_STRING, OPCUA_NODE_OPAQUE);
    node_asked(w, &n);
}

static void attribute_put(struct walk *w, struct cursor *c)
{
    uint32_t attribute = cursor_le32(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(w->r, OPCUA_ATTRIBUTE, attribute);
    if (w->said->count > 0 && w->said->count <= OPCUA_ASKED_MAX && attribute <= UINT8_MAX)
        w->said->nodes[w->said->count - 1].attribute = (uint8_t)attribute;
}

static void other_node_put(struct walk *w, struct cursor *c, unsigned type)
{
    struct node n = node_read(c);
    if (c->status == CURSOR_OK && type == METHOD)
        node_record(w->r, &n, OPCUA_METHOD_NAMESPACE, OPCUA_METHOD_NUMERIC, OPCUA_METHOD_STRING, NOWHERE);
    else if (c->status == CURSOR_OK && type == REFERENCE)
        node_record(w->r, &n, OPCUA_REF_NAMESPACE, OPCUA_REF_NUMERIC, OPCUA_REF_STRING, NOWHERE);
}

static void array_read(struct walk *w, struct cursor *c, const struct opcua_part *p, unsigned depth)
{
    uint32_t count = cursor_le32(c);
    if (count > INT32_MAX)
        return;
    if (count > ITEMS_MAX || depth >= DEPTH_MAX) {
        c->status = CURSOR_BAD;
        return;
    }
    for (uint32_t i = 0; i < count && c->status == CURSOR_OK; i++) {
        if (p->row != NOWHERE)
            record_item(w->r, p->row);
        walk(w, c, p->inside, depth + 1);
    }
}

static void part_read(struct walk *w, struct cursor *c, const struct opcua_part *p, unsigned depth)
{
    switch (p->type) {
    case DOUBLE: {
        double x = double_of(cursor_le64(c));
        if (p->row != NOWHERE && c->status == CURSOR_OK)
            record_real(w->r, p->row, x);
        break;
    }
    case STRING:
    case BYTES:           text_put(w, p->row, opcua_string(c)); break;
    case QNAME:           cursor_skip(c, 2); text_put(w, p->row, opcua_string(c)); break;
    case LTEXT:           text_put(w, p->row, localized_text(c)); break;
    case GUID:            cursor_skip(c, 16); break;
    case NODE:
    case METHOD:
    case REFERENCE:       other_node_put(w, c, p->type); break;
    case TARGET:          target_put(w, c); break;
    case ASKED_ATTRIBUTE: attribute_put(w, c); break;
    case RESULT:          result_begin(w); break;
    case VARIANT:         variant(w, c, p->row, depth > 4 ? depth : 0); break;
    case DATAVALUE:       data_value(w, c, p->row, 0); break;
    case EXTENSION:       extension_read(w, c, p->row, depth); break;
    case DIAGNOSTIC:      diagnostic_skip(c); break;
    case STRUCT:          walk(w, c, p->inside, depth + 1); break;
    case ARRAY:           array_read(w, c, p, depth); break;
    default:              number_put(w, p->row, c, p->type); break;
    }
}

static void walk(struct walk *w, struct cursor *c, const struct opcua_part *table, unsigned depth)
{
    if (depth >= DEPTH_MAX) {
        record_anomaly(w->r, OPCUA_NESTED_TOO_DEEP);
        c->status = CURSOR_BAD;
        return;
    }
    for (; table->type != END && c->status == CURSOR_OK; table++)
        part_read(w, c, table, depth);
}

const struct opcua_service *opcua_type_read(struct cursor *c)
{
    struct cursor at = *c;
    struct node n = node_read(&at);
    if (at.status != CURSOR_OK || n.kind != NUMERIC || n.name_space != 0)
        return NULL;
    const struct opcua_service *s = opcua_service(n.numeric);
    if (s != NULL)
        *c = at;
    return s;
}

static void identity_record(struct walk *w)
{
    text_put(w, OPCUA_VENDOR, w->vendor);
    text_put(w, OPCUA_PRODUCT, w->product);
    text_put(w, OPCUA_SOFTWARE, w->version);
}

bool opcua_service_read(const struct opcua_service *s, struct cursor *c, struct record *r, struct opcua_asked *said,
                        const struct opcua_asked *asked)
{
    struct walk w = { .r = r, .said = said, .asked = asked };
    walk(&w, c, s->response ? response_header : request_header, 0);
    if (s->parts == NULL && c->status == CURSOR_OK)
        record_bytes(r, OPCUA_DATA, c->at, c->left);
    else if (s->parts != NULL)
        walk(&w, c, s->parts, 0);
    identity_record(&w);
    return c->status == CURSOR_OK;
}
