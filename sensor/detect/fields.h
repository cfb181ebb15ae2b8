/* fields - buffers and keywords that come out of the field tables: the detect room's only view of protocols. */
#ifndef DETECT_FIELDS_H
#define DETECT_FIELDS_H

#include "detect/parse.h"
#include "events/field.h"

struct field_word {             /* one keyword: a field's name or alias, in every schema that has it */
    const char         *name;
    const struct field *field;      /* of the first schema */
    schema_set          schemas;
    uint16_t           *rows;       /* by schema; NO_ROW */
    const struct sticky *sticky;    /* TEXT and BYTES */
};

void fields_register(struct rules *r);      /* all schemas of the set being built */

/* A field's keyword: bare for a sticky buffer, with a value for a condition. */
bool fields_option(struct parser *p, const struct field_word *w, const struct option *o);

/* A condition on a numbered field by its name, as if `field:text;` stood there. */
bool fields_condition(struct parser *p, const char *field, struct slice text);

/* The schemas that a protocol name of a header stands for: "http" is http and http2. 0: none. */
schema_set fields_family(const struct rules *r, struct slice name);

/* The rule is about records of these schemas only. False when none is left. */
bool fields_narrow(struct parser *p, schema_set schemas, bool record);

const struct sticky *fields_payload(const struct rules *r);
struct sticky *fields_sticky(struct rules *r, const char *name);    /* a fresh one in the set's list */
const struct sticky *fields_transformed(struct parser *p, const struct sticky *of, const struct transform_use *t, unsigned count);

/* Names the buffer that the next contents are held against. */
bool fields_select(struct parser *p, const struct sticky *s);
const struct field_word *fields_word(const struct rules *r, const char *name);

#endif
