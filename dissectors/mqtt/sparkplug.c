#include "dissectors/mqtt/sparkplug.h"

#include <string.h>

#include "common/hash.h"
#include "dissectors/framing/notes.h"
#include "dissectors/mqtt/fields.h"

enum { METRICS_MAX = 512, FIELDS_MAX = 64, LEVELS = 5, VARINT_MAX = 10, KEY = 24, ALIAS_AT = 16 };

/* Protobuf's wire types, and the numbers that the specification's 6.4 gives to the fields. */
enum wire { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_FIXED32 = 5 };
enum payload_field { PAYLOAD_TIMESTAMP = 1, PAYLOAD_METRIC, PAYLOAD_SEQ, PAYLOAD_UUID };
enum metric_field {
    METRIC_NAME = 1, METRIC_ALIAS, METRIC_TIMESTAMP, METRIC_TYPE, METRIC_HISTORICAL, METRIC_TRANSIENT, METRIC_NULL, METRIC_INT = 10,
    METRIC_LONG, METRIC_FLOAT, METRIC_DOUBLE, METRIC_BOOLEAN, METRIC_STRING, METRIC_BYTES, METRIC_DATASET, METRIC_TEMPLATE
};
enum type { TYPE_INT8 = 1, TYPE_INT32 = 3, TYPE_INT64 = 4, TYPE_UINT64 = 8, TYPE_DATETIME = 13 };

/* One field of a protobuf: a number, or octets. */
struct item {
    uint32_t      field;
    uint8_t       wire;
    uint64_t      number;
    struct cursor bytes;
};

struct metric {
    struct cursor name;
    uint64_t      alias, time_ms, type;
    bool          has_alias, has_time, is_null, historical, transient;
    struct item   value;        /* .field 0: none */
};

struct message {
    struct conversation *conv;
    struct record       *r;
    enum sparkplug_type  type;
    bool                 own;
    uint8_t              key[KEY];      /* what names the node, and room for an alias */
    enum access          access;
};

static uint64_t varint(struct cursor *c)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < VARINT_MAX; i++) {
        uint8_t b = cursor_u8(c);
        n |= (uint64_t)(b & 0x7f) << 7 * i;
        if ((b & 0x80) == 0)
            return n;
    }
    if (c->status == CURSOR_OK)
        c->status = CURSOR_BAD;
    return 0;
}

/* False: the message is over, or contradicts itself, as the cursor's status says. */
static bool item_next(struct cursor *c, struct item *i)
{
    if (c->left == 0 || c->status != CURSOR_OK)
        return false;
    uint64_t tag = varint(c);
    *i = (struct item){ .field = (uint32_t)(tag >> 3), .wire = tag & 7, .bytes = cursor_over(NULL, 0) };
    switch (i->wire) {
    case WIRE_VARINT:  i->number = varint(c); break;
    case WIRE_FIXED64: i->number = cursor_le64(c); break;
    case WIRE_FIXED32: i->number = cursor_le32(c); break;
    case WIRE_BYTES:   i->bytes = cursor_sub(c, varint(c)); break;
    default:           c->status = CURSOR_BAD; break;
    }
    return c->status == CURSOR_OK;
}

static void metric_take(struct metric *m, const struct item *i)
{
    switch (i->field) {
    case METRIC_NAME:       m->name = i->bytes; break;
    case METRIC_ALIAS:      m->alias = i->number; m->has_alias = true; break;
    case METRIC_TIMESTAMP:  m->time_ms = i->number; m->has_time = true; break;
    case METRIC_TYPE:       m->type = i->number; break;
    case METRIC_HISTORICAL: m->historical = i->number != 0; break;
    case METRIC_TRANSIENT:  m->transient = i->number != 0; break;
    case METRIC_NULL:       m->is_null = i->number != 0; break;
    default:
        if (i->field >= METRIC_INT && i->field <= METRIC_TEMPLATE)
            m->value = *i;
        break;
    }
}

/* ---- aliases ---- */

static void alias_key(struct message *msg, uint64_t alias)
{
    for (unsigned i = 0; i < 8; i++)
        msg->key[ALIAS_AT + i] = (uint8_t)(alias >> 8 * i);
}

/* A birth gives each metric its name, type and alias; later messages give the alias alone (6.4.5). */
static void alias_learn(struct message *msg, const struct metric *m)
{
    uint8_t note[NOTE_VALUE_MAX];
    size_t n = m->name.left < sizeof note - 1 ? m->name.left : sizeof note - 1;
    note[0] = (uint8_t)m->type;
    memcpy(note + 1, m->name.at, n);
    alias_key(msg, m->alias);
    notes_put(msg->conv->out->notes, msg->key, KEY, note, n + 1);
}

static void alias_recall(struct message *msg, struct metric *m)
{
    size_t n = 0;
    alias_key(msg, m->alias);
    const uint8_t *note = notes_find(msg->conv->out->notes, msg->key, KEY, &n);
    if (note == NULL || n < 2)
        return;
    m->name = cursor_over(note + 1, n - 1);
    if (m->type == 0)
        m->type = note[0];
}

/* ---- records ---- */

static void time_record(struct record *r, uint16_t row, uint64_t ms)
{
    if (ms < UINT64_MAX / 1000)
        record_uint(r, row, ms * 1000);
}

static double real_of(const struct item *i)
{
    float narrow;
    double wide;
    uint32_t bits = (uint32_t)i->number;
    memcpy(&narrow, &bits, sizeof narrow);
    memcpy(&wide, &i->number, sizeof wide);
    return i->wire == WIRE_FIXED32 ? (double)narrow : wide;
}

/* Signed types stand in unsigned fields as two's complement. */
static void integer_record(struct record *r, const struct metric *m)
{
    uint64_t n = m->value.number;
    if (m->type == TYPE_DATETIME)
        time_record(r, MQTT_METRIC_WHEN, n);
    else if (m->type == TYPE_UINT64)
        record_uint(r, MQTT_METRIC_UNSIGNED, n);
    else if (m->type >= TYPE_INT8 && m->type <= TYPE_INT32)
        record_int(r, MQTT_METRIC_INTEGER, (int32_t)(uint32_t)n);
    else
        record_int(r, MQTT_METRIC_INTEGER, (int64_t)n);
}

static void value_record(struct record *r, const struct metric *m)
{
    const struct item *v = &m->value;
    switch (v->field) {
    case METRIC_INT: case METRIC_LONG:     integer_record(r, m); break;
    case METRIC_FLOAT: case METRIC_DOUBLE: record_real(r, MQTT_METRIC_REAL, real_of(v)); break;
    case METRIC_BOOLEAN: record_uint(r, MQTT_METRIC_FLAG, v->number != 0); break;
    case METRIC_STRING:  record_bytes(r, MQTT_METRIC_TEXT, v->bytes.at, v->bytes.left); break;
    case METRIC_BYTES: case METRIC_DATASET: case METRIC_TEMPLATE: record_bytes(r, MQTT_METRIC_OCTETS, v->bytes.at, v->bytes.left); break;
    default: break;
    }
}

static bool is_named(const struct cursor *c, const char *name)
{
    return c->left == strlen(name) && memcmp(c->at, name, c->left) == 0;
}

static bool begins(const struct cursor *c, const char *with)
{
    return c->left >= strlen(with) && memcmp(c->at, with, strlen(with)) == 0;
}

/* What a command is for: 6.4.9 and chapter 5 name the node's own controls. */
static enum access command_access(const struct cursor *name)
{
    if (is_named(name, "Node Control/Rebirth") || is_named(name, "Device Control/Rebirth"))
        return ACCESS_BROWSE;
    if (is_named(name, "Node Control/Reboot") || is_named(name, "Device Control/Reboot"))
        return ACCESS_RESTART;
    if (begins(name, "Node Control/") || begins(name, "Device Control/"))
        return ACCESS_CONFIGURE;
    return ACCESS_WRITE;
}

static bool weighs_more(enum access a, enum access than)
{
    static const enum access order[] = { ACCESS_OTHER, ACCESS_BROWSE, ACCESS_CONFIGURE, ACCESS_WRITE, ACCESS_RESTART };
    size_t at = 0, than_at = 0;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        at = order[i] == a ? i : at;
        than_at = order[i] == than ? i : than_at;
    }
    return at > than_at;
}

/* What a birth says of the node's make: the names of the specification's own examples. */
static void make_record(struct record *r, const struct metric *m)
{
    static const struct { const char *name; uint16_t row; } makes[] = {
        { "Properties/Hardware Make", MQTT_SPARKPLUG_MAKE }, { "Properties/Hardware Model", MQTT_SPARKPLUG_MODEL },
        { "Properties/FW", MQTT_SPARKPLUG_FIRMWARE },
    };
    for (size_t i = 0; m->value.field == METRIC_STRING && i < sizeof makes / sizeof makes[0]; i++)
        if (is_named(&m->name, makes[i].name))
            record_bytes(r, makes[i].row, m->value.bytes.at, m->value.bytes.left);
}

static bool is_birth(const struct message *msg)
{
    return msg->type == SPARKPLUG_NBIRTH || msg->type == SPARKPLUG_DBIRTH;
}

static void metric_flags(struct record *r, const struct metric *m)
{
    if (m->is_null)
        record_uint(r, MQTT_METRIC_NULL, 1);
    if (m->historical)
        record_uint(r, MQTT_METRIC_HISTORICAL, 1);
    if (m->transient)
        record_uint(r, MQTT_METRIC_TRANSIENT, 1);
}

static void metric_record(struct message *msg, struct metric *m)
{
    struct record *r = msg->r;
    if (m->has_alias && m->name.left > 0 && is_birth(msg))
        alias_learn(msg, m);
    else if (m->has_alias && m->name.left == 0)
        alias_recall(msg, m);
    record_item(r, MQTT_METRICS);
    if (m->name.left > 0)
        record_bytes(r, MQTT_METRIC_NAME, m->name.at, m->name.left);
    if (m->has_alias)
        record_uint(r, MQTT_METRIC_ALIAS, m->alias);
    if (m->type != 0)
        record_uint(r, MQTT_METRIC_TYPE, m->type);
    if (m->has_time)
        time_record(r, MQTT_METRIC_TIME, m->time_ms);
    metric_flags(r, m);
    value_record(r, m);
    if (is_named(&m->name, "bdSeq"))
        record_uint(r, MQTT_SPARKPLUG_BDSEQ, m->value.number);
    if (is_birth(msg) && msg->own)
        make_record(r, m);
    enum access a = command_access(&m->name);
    if ((msg->type == SPARKPLUG_NCMD || msg->type == SPARKPLUG_DCMD) && weighs_more(a, msg->access))
        msg->access = a;
}

static bool metric_read(struct message *msg, struct cursor c)
{
    struct metric m = { .name = cursor_over(NULL, 0) };
    struct item i;
    for (unsigned n = 0; n < FIELDS_MAX && item_next(&c, &i); n++)
        metric_take(&m, &i);
    if (c.status != CURSOR_OK)
        return false;
    metric_record(msg, &m);
    return true;
}

static bool payload_read(struct message *msg, struct cursor c)
{
    struct item i;
    for (unsigned n = 0; n < METRICS_MAX && item_next(&c, &i); n++) {
        if (i.field == PAYLOAD_TIMESTAMP)
            time_record(msg->r, MQTT_SPARKPLUG_TIME, i.number);
        else if (i.field == PAYLOAD_SEQ)
            record_uint(msg->r, MQTT_SPARKPLUG_SEQ, i.number);
        else if (i.field == PAYLOAD_UUID)
            record_bytes(msg->r, MQTT_SPARKPLUG_UUID, i.bytes.at, i.bytes.left);
        else if (i.field == PAYLOAD_METRIC && i.wire == WIRE_BYTES && !metric_read(msg, i.bytes))
            return false;
    }
    if (c.left > 0)
        msg->r->cut = msg->r->cut || c.status == CURSOR_OK;
    return c.status == CURSOR_OK;
}

/* ---- topics ---- */

/* The topic's levels. More than five are no topic of Sparkplug's. */
static unsigned levels_of(struct cursor topic, struct cursor level[LEVELS])
{
    unsigned n = 0;
    for (bool more = true; more && n < LEVELS; n++) {
        const uint8_t *slash = topic.left > 0 ? memchr(topic.at, '/', topic.left) : NULL;
        size_t len = slash != NULL ? (size_t)(slash - topic.at) : topic.left;
        level[n] = cursor_sub(&topic, len);
        more = slash != NULL;
        cursor_skip(&topic, more ? 1 : 0);
    }
    return topic.left == 0 ? n : 0;
}

static enum sparkplug_type type_of(const struct cursor *level)
{
    static const char *const names[SPARKPLUG_TYPES] = {
        [SPARKPLUG_NBIRTH] = "NBIRTH", [SPARKPLUG_NDEATH] = "NDEATH", [SPARKPLUG_DBIRTH] = "DBIRTH", [SPARKPLUG_DDEATH] = "DDEATH",
        [SPARKPLUG_NDATA] = "NDATA", [SPARKPLUG_DDATA] = "DDATA", [SPARKPLUG_NCMD] = "NCMD", [SPARKPLUG_DCMD] = "DCMD",
    };
    for (enum sparkplug_type t = SPARKPLUG_NBIRTH; t < SPARKPLUG_STATE; t++)
        if (is_named(level, names[t]))
            return t;
    return SPARKPLUG_NONE;
}

static void place_record(struct message *msg, const struct cursor level[LEVELS], unsigned levels)
{
    record_item(msg->r, MQTT_SPARKPLUG);
    record_uint(msg->r, MQTT_SPARKPLUG_TYPE, msg->type);
    record_bytes(msg->r, MQTT_SPARKPLUG_GROUP, level[1].at, level[1].left);
    record_bytes(msg->r, MQTT_SPARKPLUG_NODE, level[3].at, level[3].left);
    if (levels == LEVELS)
        record_bytes(msg->r, MQTT_SPARKPLUG_DEVICE, level[4].at, level[4].left);
}

/* Aliases belong to a node in its group. */
static void node_key(struct message *msg, const struct cursor level[LEVELS])
{
    struct hash_state h;
    uint8_t digest[HASH_MAX];
    hash_begin(&h, HASH_MD5);
    hash_more(&h, level[1].at, level[1].left);
    hash_more(&h, "/", 1);
    hash_more(&h, level[3].at, level[3].left);
    (void)hash_end(&h, digest);
    memcpy(msg->key, digest, ALIAS_AT);
}

/* STATE messages of hosts: spBv1.0/STATE/host. */
static bool state_record(struct record *r, const struct cursor level[LEVELS], unsigned levels)
{
    if (levels != 3 || !is_named(&level[1], "STATE"))
        return false;
    record_item(r, MQTT_SPARKPLUG);
    record_uint(r, MQTT_SPARKPLUG_TYPE, SPARKPLUG_STATE);
    record_bytes(r, MQTT_SPARKPLUG_HOST, level[2].at, level[2].left);
    return true;
}

enum access sparkplug_message_read(struct conversation *conv, struct record *r, struct cursor topic, struct cursor message, bool own)
{
    struct cursor level[LEVELS];
    unsigned levels = begins(&topic, "spBv1.0/") ? levels_of(topic, level) : 0;
    if (levels > 0 && state_record(r, level, levels))
        return ACCESS_SESSION;
    if (levels < LEVELS - 1)
        return ACCESS_OTHER;
    struct message msg = { .conv = conv, .r = r, .own = own, .type = type_of(&level[2]), .access = ACCESS_OTHER };
    if (msg.type == SPARKPLUG_NONE)
        return ACCESS_OTHER;
    place_record(&msg, level, levels);
    node_key(&msg, level);
    if (!payload_read(&msg, message))
        record_anomaly(r, MQTT_SPARKPLUG_MALFORMED);
    if (msg.type != SPARKPLUG_NCMD && msg.type != SPARKPLUG_DCMD)
        return ACCESS_REPORT;
    return msg.access == ACCESS_OTHER ? ACCESS_WRITE : msg.access;
}

bool sparkplug_filter(struct cursor filter)
{
    return begins(&filter, "spBv1.0/");
}
