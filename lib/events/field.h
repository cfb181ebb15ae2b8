/* field - the field table: what a record can carry, each field said once.
 *
 * From one row come, with no further code: the member in the event's JSON, the rule keyword
 * (`modbus.function_code:5;`), for TEXT and BYTES the sticky buffer with the whole content and pcre
 * language on it, the column in the dashboard, the line in docs/events.md and in the manual.
 *
 * A schema is the table of one kind of record; its name is the event_type, the JSON object and the
 * keyword's first word. Tables are const and live for the whole run.
 */
#ifndef EVENTS_FIELD_H
#define EVENTS_FIELD_H

#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_UINT,
    FIELD_INT,
    FIELD_REAL,
    FIELD_FLAG,         /* JSON true/false; keyword: true, false */
    FIELD_TIME,         /* microseconds since 1970; JSON RFC 3339 */
    FIELD_TEXT,         /* octets meant to be read: JSON string, sticky buffer */
    FIELD_BYTES,        /* octets: JSON lower-case hex, sticky buffer */
    FIELD_ADDR,         /* an IP address: JSON text; keyword takes prefixes */
    FIELD_LIST          /* not a value: an array of objects whose members are the rows with .in = this row */
};

enum field_flags {
    FIELD_MANY   = 1 << 0,  /* may repeat: JSON array; a rule matches when any value does */
    FIELD_HIDDEN = 1 << 1,  /* for rules only, not in the JSON (raw buffers, second spellings) */
    FIELD_NAMED  = 1 << 2,  /* UINT with names: JSON has the name in the number's place, as EVE's "rrtype":"A"; without a name the number */
    FIELD_SINGLE = 1 << 3,  /* LIST of at most one item: JSON is that object, not an array ("ja3":{"hash":...}) */
    FIELD_DOMAIN = 1 << 4,  /* a host, by name or address in text, that indicators of type domain and address are held against */
    FIELD_URL    = 1 << 5,  /* likewise, type url: host and path */
    FIELD_JA3    = 1 << 6,  /* likewise, type ja3: the hash of a TLS client's hello */
    FIELD_JA4    = 1 << 7,
    FIELD_SHA256 = 1 << 8, FIELD_SHA1 = 1 << 9, FIELD_MD5 = 1 << 10,    /* digest of a file */
    FIELD_EMAIL  = 1 << 11, /* a mail address, bare or in angle brackets */
    FIELD_CERTIFICATE = 1 << 12,    /* SHA-1 over one, octets or hex */
    FIELD_ASKED  = 1 << 13, FIELD_ANSWERED = 1 << 14,   /* only messages that ask, or that answer, can have it: their lack of it is news.
                                                         * Both: requests and responses, but no message that is neither. None: unknown */
    FIELD_SIDES  = FIELD_ASKED | FIELD_ANSWERED,
    FIELD_INDICATORS = FIELD_DOMAIN | FIELD_URL | FIELD_JA3 | FIELD_JA4 | FIELD_SHA256 | FIELD_SHA1 | FIELD_MD5 | FIELD_EMAIL
                       | FIELD_CERTIFICATE
};

/* What a row says to those who know no protocol: policies (who may do what to which target), the inventory of devices. */
enum field_meaning {
    MEANS_NOTHING,
    MEANS_ACCESS,       /* what the message does to the device: enum access (events/access.h), .names = access_names */
    MEANS_FUNCTION,     /* the function or service by the protocol's own number or name; several rows make one: 8, 4 */
    MEANS_TARGET,       /* what it is done to: unit, table, address, tag, block; several rows make one */
    MEANS_UNIT,         /* which of several stations behind one address: part of the target too */
    MEANS_EXTENT,       /* how many targets from the MEANS_TARGET row before it on */
    MEANS_VALUE,        /* what is written or commanded */
    MEANS_VENDOR, MEANS_PRODUCT, MEANS_VERSION, MEANS_SERIAL, MEANS_NAME    /* what the sender says of itself: its maker, model or order
                                                                             * number, firmware, serial number, its name in the plant */
};

struct field_name {         /* ends with .name == NULL */
    uint64_t    value;
    const char *name;       /* lower_case, the standard's own word */
};

enum { FIELD_TOP = 0xffff };

struct field {
    const char              *name;      /* "function_code", the standard's own word */
    enum field_type          type;
    uint16_t                 flags;     /* enum field_flags */
    uint16_t                 in;        /* row of the FIELD_LIST this belongs to, plus one; 0: top level */
    uint8_t                  means;     /* enum field_meaning */
    const char              *unit;      /* "ms", "bytes"; NULL: none */
    const struct field_name *names;     /* UINT: JSON gets <name>_name beside the number; keyword takes the name too */
    const char              *aliases;   /* further rule keywords, separated by blanks: "http.uri http_uri" */
    const char              *about;     /* one sentence, English */
};

struct anomaly {
    const char *name;       /* "length_mismatch": keyword app-layer-event:modbus.length_mismatch; JSON anomalies[] */
    const char *about;
};

struct schema {
    const char           *name;         /* "modbus" */
    const struct field   *fields;
    uint16_t              count;
    const struct anomaly *anomalies;    /* bit i of record.anomalies is row i; at most 64 */
    uint16_t              anomaly_count;
};

/* The name of a value, or NULL. */
const char *field_name_of(const struct field *f, uint64_t value);

/* The row by its path or alias without the schema's prefix ("function_code", "answers.rrname", "http.uri"), or -1.
 * A member's bare name finds it too, when nothing else has that name. */
int schema_find(const struct schema *s, const char *name);

#endif
