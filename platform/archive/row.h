/* row - what the archive keeps of an event in columns, beside its JSON.
 *
 * Understands our events, Suricata's EVE, and the versioned ones of the correlator: {"event_type":"incident",
 * "incident":{"id":...,"version":...}} and the same for every other kind (events/kind.h).
 */
#ifndef ARCHIVE_ROW_H
#define ARCHIVE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/addr.h"
#include "common/fault.h"

enum { ROW_ADDRESS = 17, ROW_WORDS_MAX = 8192 };

/* Texts of an event that are not columns. The list is owned, the texts are not. */
struct row_list { const char **at; size_t count, room; };

struct row {
    json_t     *document;               /* owned, as row_tree() read it; else NULL */
    char       *text;                   /* owned: the JSON as row_scan() read it in place, and behind it its words */
    size_t      text_room;
    size_t      words_at, words_len;    /* in it */
    /* All texts are borrowed from these two. */
    const char *id, *type, *region, *sector, *unit, *status, *state, *signature, *category;     /* NULL: absent */
    int64_t     time_us;
    int64_t     severity, sid, level, version;      /* 0: absent */
    uint8_t     src[ROW_ADDRESS], dest[ROW_ADDRESS];
    bool        has_src, has_dest, versioned;
    /* Of a versioned event. */
    const char *key;                    /* its own id, without the version */
    const char *whole;                  /* of an incident: the one it became part of; NULL: none */
    struct row_list alert_ids;
    const char *alert_ids_json;         /* the same as a JSON array of texts; NULL: there are none. Borrowed from the event too */
    size_t      alert_ids_len;
    struct row_list parties;            /* addresses of victims and attackers; NULL, or no address: a party without one */
};

/* 0, or -EINVAL with the reason: not JSON, no id, no time. `json` and `region` are borrowed until the row is freed or used again. */
int  row_parse(const char *json, size_t len, const char *region, struct row *out, struct fault *f);
void row_free(struct row *r);
/* The same into a row that was used before, or is all zero: its memory serves again. Freed by the caller also after a fault. */
int  row_parse_again(const char *json, size_t len, const char *region, struct row *r, struct fault *f);

/* An address as it sorts and is searched: the version, then 16 bytes. False: it is none. */
bool row_address_of(const char *text, uint8_t out[ROW_ADDRESS]);
void row_address(const struct addr *a, uint8_t out[ROW_ADDRESS]);

/* Whether this kind of event has versions, of which the newest counts. */
bool row_is_versioned(const char *event_type);
/* Whether a sensor says events of that name too: an asset is what people register, and what a sensor has seen. A sensor's have an id of
 * its own (<sensor>:<epoch>:<seq>), and no versions. */
bool row_is_sensed(const char *event_type);

/* Flows are most of what there is and hold no words: their addresses are columns. */
bool row_has_words(const struct row *r);

/* Names whose values hold no words anybody looks for, or are columns; and how deep words are looked for. */
enum { ROW_DEPTH_MAX = 16 };
bool row_is_silent(const char *name);

/* The two ways of row_parse(). One pass without a tree reads an alert in a third of the time and an incident in a sixth; false: it has to
 * be looked at closer, for what is wrong or for an odd form. They give the same. */
bool row_scan(const char *json, size_t len, const char *region, struct row *out);
bool row_scan_again(const char *json, size_t len, const char *region, struct row *r);
int  row_tree(const char *json, size_t len, const char *region, struct row *out, struct fault *f);

/* Every text value in the event as words for the index (words.h), at most ROW_WORDS_MAX. They lie in the row, or in `room`. */
const char *row_words(const struct row *r, char room[ROW_WORDS_MAX], size_t *len);

/* What both ways are made of. */
bool    row_has_versions(const struct row *r);                  /* by its type and its id */
int64_t row_level(const char *colour, int64_t level);           /* 1 to 4, by a warning's colour or else by number; 0: it has none */
bool    row_list_add(struct row_list *l, const char *text);     /* false: no memory */

#endif
