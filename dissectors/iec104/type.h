/* type - what each type identifier carries: one table row of information elements, one small reader per element.
 *
 * Looks at one ASDU and fills a record; remembers nothing.
 */
#ifndef DISSECTORS_IEC104_TYPE_H
#define DISSECTORS_IEC104_TYPE_H

#include "common/cursor.h"
#include "dissectors/iec104/fields.h"

enum { IEC104_ELEMENTS_MAX = 5 };

/* Which causes of transmission a type may have (60870-5-104, clause 9.5). */
enum iec104_causes { IEC104_MONITOR_CAUSES, IEC104_TOTALS_CAUSES, IEC104_COMMAND_CAUSES, IEC104_READ_CAUSES, IEC104_CLOCK_CAUSES,
                     IEC104_INIT_CAUSES, IEC104_PARAMETER_CAUSES, IEC104_FILE_CAUSES, IEC104_ANY_CAUSES };

struct iec104_type {
    uint8_t             code;
    enum access  access;
    enum iec104_causes  causes;
    bool                sequence;       /* SQ=1, elements of consecutive addresses, is allowed */
    bool                known;
    uint8_t             elements[IEC104_ELEMENTS_MAX];  /* enum element of type.c; 0 ends */
};

/* The six octets before the information objects, and the objects. */
struct iec104_asdu {
    const struct iec104_type *type;
    uint8_t       count;                /* of information objects, as declared */
    bool          sq, negative, test;
    uint8_t       cause, originator;
    uint16_t      common_address;
    struct cursor objects;
};

/* The row of a type identifier, or one without elements for any other; never NULL. */
const struct iec104_type *iec104_type(uint8_t code);

/* Takes the data unit identifier; false: it is not whole, and what is missing reads as 0. */
bool iec104_asdu_read(struct cursor *c, struct iec104_asdu *a);

/* Octets of one object's elements, without its address; 0 with `open` set: they go on to the end of the ASDU. */
size_t iec104_type_size(const struct iec104_type *t, bool *open);

/* Octets of the elements before the time tag: what a confirmation must repeat. */
size_t iec104_type_said(const struct iec104_type *t);

/* Whether the objects have exactly the length that type, count and SQ ask for: what probing and getting back in step
 * rest on. Never true of unknown types. */
bool iec104_asdu_fits(const struct iec104_asdu *a);

/* Whether the standard lets this type have this cause. */
bool iec104_cause_allowed(const struct iec104_type *t, uint8_t cause);

/* Reads the objects into the record; says invalid_length where they are too short or too long. */
void iec104_objects_read(const struct iec104_asdu *a, struct record *r);

#endif
