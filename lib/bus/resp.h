/* resp - Redis commands in RESP2, written straight into a buffer: the publisher sends 100,000 a second. */
#ifndef BUS_RESP_H
#define BUS_RESP_H

#include "common/text.h"

void resp_begin(struct text *t, unsigned args);                     /* "*3\r\n" */
void resp_arg(struct text *t, const void *bytes, size_t n);         /* "$4\r\nXADD\r\n" */
void resp_str(struct text *t, const char *s);
void resp_uint(struct text *t, uint64_t n);

/* XADD key * id ID type TYPE v 1 json JSON: what an entry looks like (DESIGN 4.2). */
struct resp_entry { const char *key, *id, *type, *json; size_t key_len, id_len, type_len, json_len; };
void resp_xadd(struct text *t, const struct resp_entry *e);

/* Bytes that resp_xadd() needs at most. */
size_t resp_xadd_room(const struct resp_entry *e);

#endif
