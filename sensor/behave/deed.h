/* deed - what a message does to which targets of a device, read off a record by the meanings of its fields (events/field.h).
 *
 * No protocol is known here: a dissector's rows say which of them are function, target, extent and value.
 *
 *     modbus  unit_id 1, object holding_registers, address 100, value 7, 8
 *             function "write_multiple_registers", on "unit_id 1 object holding_registers address", 100 = 7, 101 = 8
 *
 * Shape      a target is words and, where the wire has one, a number: the last unnamed number among the target's rows is it, what
 *            stands before it, and its own row's name, are words. Items of a list are targets of their own; rows outside of lists stand before each.
 * Limits     DEED_POINTS_MAX targets and DEED_WORDS_MAX bytes of words; beyond them .cut is set and what fitted counts.
 * Threads    pure functions.
 */
#ifndef BEHAVE_DEED_H
#define BEHAVE_DEED_H

#include "events/access.h"
#include "events/record.h"

enum { DEED_FUNCTION_MAX = 96, DEED_WORDS_MAX = 4096, DEED_POINTS_MAX = 512 };

struct deed_point {
    const char *on;             /* the target's words; NUL-terminated, in deed.words */
    bool        numbered, valued;
    uint64_t    first, last;    /* numbered */
    double      value;          /* valued: what is written to it */
};

struct deed {
    const char *protocol;
    enum access access;
    bool        answer, refused, cut;
    char        function[DEED_FUNCTION_MAX];    /* "diagnostics/force_listen_only_mode", "" when the protocol has none */
    size_t      count, words_len;
    struct deed_point points[DEED_POINTS_MAX];
    char        words[DEED_WORDS_MAX];
};

/* False: the record's protocol does nothing to devices (it has no `access` row, or this message has none). */
bool deed_read(const struct record *r, struct deed *d);

/* Whether a deed of this kind changes something, so that its values count and it is never passed over in silence. */
bool access_commands(enum access a);

#endif
