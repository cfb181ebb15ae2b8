/* service - what each service's message carries: its structure as a table of built-in types, and one walker for all.
 *
 * Looks at one whole message body and fills a record; remembers nothing.
 */
#ifndef DISSECTORS_OPCUA_SERVICE_H
#define DISSECTORS_OPCUA_SERVICE_H

#include "common/cursor.h"
#include "dissectors/opcua/fields.h"

enum { OPCUA_ASKED_MAX = 8, OPCUA_ASKED_NAME_MAX = 40 };

/* The nodes that a request asks about, in order: answers have only results. Longer names are cut. */
struct opcua_asked_node {
    uint32_t numeric;
    uint16_t name_space;
    uint8_t  attribute, name_len;
    uint8_t  name[OPCUA_ASKED_NAME_MAX];
};

struct opcua_asked {
    struct opcua_asked_node nodes[OPCUA_ASKED_MAX];
    uint16_t count;                 /* as many as the request has; only the first OPCUA_ASKED_MAX are known */
};

struct opcua_service {
    uint16_t               id;      /* of the binary encoding; a response's is its own */
    uint8_t                access;  /* enum access */
    bool                   response;
    const struct opcua_part *parts; /* behind the request or response header; NULL: not looked at */
};

/* The row of a binary encoding id, or NULL. */
const struct opcua_service *opcua_service(uint32_t id);

/* The type that a body begins with: its id, and whether it is a node of the standard's namespace that is a service.
 * Moves the cursor behind it only when it is. */
const struct opcua_service *opcua_type_read(struct cursor *c);

/* Reads header and parts. `said` is filled by requests, `asked` (or NULL) is what this answers. False: the body does not
 * have that structure. */
bool opcua_service_read(const struct opcua_service *s, struct cursor *c, struct record *r, struct opcua_asked *said,
                        const struct opcua_asked *asked);

/* A UA string; NULL strings are empty. */
struct cursor opcua_string(struct cursor *c);

#endif
