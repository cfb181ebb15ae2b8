/* keywords - the table of the rule language: one row per keyword with its parser and one sentence.
 *
 * Fields of dissectors are keywords too; they come from the field tables (fields.h), not from here.
 */
#ifndef DETECT_KEYWORDS_H
#define DETECT_KEYWORDS_H

#include "detect/parse.h"

enum keyword_value { VALUE_NONE, VALUE_NEEDED, VALUE_OPTIONAL };

struct keyword {
    const char *name;
    uint8_t     value;          /* enum keyword_value */
    bool      (*parse)(struct parser *p, struct slice value);
    const char *about;
};

/* One array per file of this room, each ended by a row without a name. */
extern const struct keyword meta_keywords[], flow_keywords[], header_keywords[], content_keywords[], bytes_keywords[],
                            pcre_keywords[], context_keywords[], transform_keywords[], rate_keywords[], sticky_keywords[], host_keywords[],
                            classic_keywords[], file_keywords[], octet_keywords[], dce_keywords[], dataset_keywords[], call_keywords[], asn1_keywords[], frame_keywords[], reputation_keywords[],
                            entropy_keywords[], several_keywords[];
extern const struct keyword *const keyword_tables[];
extern const size_t keyword_table_count;

/* Words of Suricata's language that we know and refuse, with the reason; NULL: not known at all. */
const char *keyword_refusal(struct slice name);
const char *protocol_refusal(struct slice name);        /* the same for protocols of headers */

#endif
