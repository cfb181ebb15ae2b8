/* put - JSON and XML written member by member, and the ids and times that the exchange forms ask for. Only lib/exchange
 * includes this.
 *
 * Commas    put_key() sets one unless the last thing written opened an object or a list: nothing to remember.
 * Times     each standard has its own idea of RFC 3339: STIX wants UTC with three decimals and Z, CAP an offset and no
 *           decimals and never Z.
 */
#ifndef EXCHANGE_PUT_H
#define EXCHANGE_PUT_H

#include "common/text.h"

void put_key(struct text *t, const char *name);         /* NULL: the next of a list */
void put_open(struct text *t, const char *name, char bracket);
void put_close(struct text *t, char bracket);
void put_string(struct text *t, const char *name, const char *value);
void put_given(struct text *t, const char *name, const char *value);    /* nothing when it is "" or NULL */
void put_number(struct text *t, const char *name, uint64_t value);
void put_fmt(struct text *t, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));    /* a string */

void put_xml(struct text *t, const char *s);            /* character data or an attribute's value */
void put_element(struct text *t, const char *name, const char *value);  /* <name>value</name>, and nothing for "" */

enum { MOMENT_MAX = 32, UUID_MAX = 37 };

const char *moment_utc(uint64_t time_us, char out[MOMENT_MAX]);         /* "2026-11-21T11:23:20.123Z" */
const char *moment_offset(uint64_t time_us, char out[MOMENT_MAX]);      /* "2026-11-21T19:23:20+08:00"; UTC: -00:00 */

/* RFC 9562 section 5.5: SHA-1 of the namespace and the name, so the same name always has the same id. */
const char *uuid_by_name(const unsigned char space[16], const char *name, size_t len, char out[UUID_MAX]);

#endif
