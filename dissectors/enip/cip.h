/* cip - one message of the Common Industrial Protocol: a request, or an answer read beside its request.
 *
 *   request   service | path size (words) | path | data
 *   answer    service + 80 | 0 | general status | extended status size (words) | extended status | data
 *
 * Looks at bytes and fills a record; remembers nothing. What an answer does not say (path, function) is read from the request's
 * own bytes, which the caller keeps. Texts in the record are borrowed from the message.
 *
 * Source  CIP volume 1, chapters 2-4 (message router), 3-5 (connection manager), 5 (objects); Rockwell 1756-PM020 (Logix data access)
 */
#ifndef DISSECTORS_ENIP_CIP_H
#define DISSECTORS_ENIP_CIP_H

#include "dissectors/enip/fields.h"
#include "dissectors/enip/path.h"

struct cip_message {
    bool            answer;
    uint8_t         service;        /* without the answer's bit */
    uint8_t         status;         /* of an answer: general status */
    uint8_t         extended_words;
    uint16_t        extended;       /* first word of the extended status */
    struct cursor   data;
    struct cip_path path;
    char            version[16];    /* text of an identity's revision */
};

enum cip_inside { CIP_ALONE, CIP_IN_MULTIPLE, CIP_IN_UNCONNECTED };

/* False: too short to be one. */
bool cip_message_read(struct cursor bytes, struct cip_message *m);

/* The message as a record. `asked`: the request that this answers, or NULL. */
void cip_message_record(struct record *r, struct cip_message *m, const struct cip_message *asked);

bool cip_is_multiple(const struct cip_message *m);
bool cip_is_unconnected_send(const struct cip_message *m);
unsigned cip_count(const struct cip_message *m);                                    /* messages in a multiple service packet */
bool cip_part(const struct cip_message *m, unsigned i, struct cursor *bytes);       /* its i-th; false: not there */
bool cip_unconnected(const struct cip_message *m, struct cursor *bytes);            /* the message in an unconnected send */

/* access.c: what a request does, and the name of what is asked for: a common service's number, or class and service in one. */
uint32_t cip_operation(uint32_t class_id, uint8_t service);
enum access cip_access(uint32_t class_id, uint8_t service);
extern const struct field_name cip_operation_names[];

/* A request whose class is known only by its form: tags have a name instead. */
static inline uint32_t cip_class_of(const struct cip_path *p)
{
    return p->classes > 0 ? cip_path_class(p) : p->tag_len > 0 ? CIP_SYMBOL : 0;
}

/* identity.c */
void cip_identity_all(struct record *r, struct cursor *c, struct cip_message *m);      /* vendor to product name */
bool cip_identity_attribute(struct record *r, uint32_t attribute, struct cursor *c, struct cip_message *m);

/* connection.c */
struct cip_opened {             /* what a forward open and its answer agree on */
    uint32_t ot, to;            /* connection ids: originator to target, and back */
    uint32_t class_id[CIP_CLASSES_MAX];
    unsigned classes;
};
void cip_connection_record(struct record *r, struct cip_message *m, const struct cip_message *asked);
bool cip_opened(const struct cip_message *answer, const struct cip_message *asked, struct cip_opened *o);

/* pccc.c: gives the access of the PCCC command. */
enum access cip_pccc_record(struct record *r, struct cip_message *m, const struct cip_message *asked);

/* tag.c */
enum { CIP_TYPE_INT = 0xc3, CIP_TYPE_REAL = 0xca };
void cip_values_record(struct record *r, uint16_t type, struct cursor data);    /* octets, and the elements of a type */
void cip_tag_record(struct record *r, struct cip_message *m);
void cip_value_record(struct record *r, struct cursor data);        /* octets, and as a number when it can be one */

#endif
