/* datasets - named sets of values: what files list, and what rules add while running.
 *
 *     dataset:isset,bad-agents,type string,load agents.lst;      datarep:hosts,>,200,load hosts.rep,type string;
 *
 * Files      read once, while rules load; relative to the rule file. A string stands there in base64, a digest in hexadecimal, an
 *            address as text, one a line; `datarep` has a comma and a number from 0 to 65535 behind it. A line that
 *            cannot be read refuses the rule and is named. `state` may name a file that is not there yet. Nothing is written.
 * Additions  belong to the worker that made them and outlive a reload; the table has a ceiling, the oldest leaves first, and is
 *            counted. An addition is known by a keyed 64-bit hash of its value.
 * Source     Suricata 7.0 user guide, section 8.41 "Datasets".
 */
#ifndef DETECT_DATASETS_H
#define DETECT_DATASETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detect/table.h"

enum { DATASET_WAYS = 8 };

enum dataset_type { DATASET_STRING, DATASET_MD5, DATASET_SHA256, DATASET_IP4, DATASET_IP };
enum dataset_op { DATASET_SET, DATASET_UNSET, DATASET_ISSET, DATASET_ISNOTSET, DATASET_ABOVE, DATASET_BELOW, DATASET_EQUAL };

struct dataset {                /* one name of the rule set */
    struct dataset *next;
    const char     *name, *path;    /* path NULL: no file */
    uint32_t        id;         /* of its name */
    uint8_t         type;       /* enum dataset_type */
    struct table    values;     /* from its file: value -> its number plus one */
};

struct dataset_use {            /* one rule's */
    const struct dataset *set;
    uint8_t               op;   /* enum dataset_op */
    uint16_t              than;
};

struct dataset_table;           /* one worker's additions */
struct dataset_table *dataset_table_new(uint32_t entries);      /* NULL: no memory */
void dataset_table_free(struct dataset_table *t);
void datasets_free(struct dataset *first);

/* Does the value stand as the rule asks? SET and UNSET change the table, and hold when that changed something. */
bool dataset_holds(struct dataset_table *t, const struct dataset_use *use, const uint8_t *at, size_t len);
uint64_t dataset_table_evicted(const struct dataset_table *t);

#endif
