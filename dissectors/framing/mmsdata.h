/* mmsdata - MMS's Data: typed values, structures inside structures, as MMS and GOOSE carry them.
 *
 * Shape      a value is an item of a list of the caller's schema, its rows are MMSDATA_FIELDS; a structure is an item of its own and
 *            the items after it, one deeper, are its members. Numbers of any form are `value`, so that one rule bounds them all.
 * Limits     MMSDATA_DEPTH_MAX structures inside each other; what lies deeper is passed over.
 * Source     ISO 9506-2, section 14.4.2 (Data); IEC 61850-8-1, sections 8.1.3 (UtcTime, FloatingPoint, TimeOfDay) and A.3
 */
#ifndef DISSECTORS_FRAMING_MMSDATA_H
#define DISSECTORS_FRAMING_MMSDATA_H

#include "dissectors/framing/ber.h"
#include "events/record.h"

enum { MMSDATA_DEPTH_MAX = 12 };

enum mmsdata_type {     /* the number of the context tag */
    MMSDATA_ARRAY = 1, MMSDATA_STRUCTURE, MMSDATA_BOOLEAN, MMSDATA_BIT_STRING, MMSDATA_INTEGER, MMSDATA_UNSIGNED, MMSDATA_FLOAT,
    MMSDATA_REAL, MMSDATA_OCTETS, MMSDATA_VISIBLE, MMSDATA_GENERALIZED_TIME, MMSDATA_BINARY_TIME, MMSDATA_BCD, MMSDATA_BOOLEANS,
    MMSDATA_OID, MMSDATA_STRING, MMSDATA_UTC_TIME
};

enum mmsdata_row { MMSDATA_TYPE, MMSDATA_DEPTH, MMSDATA_VALUE, MMSDATA_BITS, MMSDATA_TEXT, MMSDATA_BYTES, MMSDATA_TIME,
                   MMSDATA_TIME_QUALITY, MMSDATA_ROWS };

extern const struct field_name mmsdata_type_names[];
extern const struct field_name mmsdata_quality_names[];

/* The rows of an item, from row `first` on, inside the list of row `list`. */
#define MMSDATA_FIELDS(first, list) \
    [(first) + MMSDATA_TYPE]  = { .name = "type", .in = (list) + 1, .flags = FIELD_NAMED, .names = mmsdata_type_names, \
                                  .about = "Form of the value; the items after a structure or an array, one deeper, are its members." }, \
    [(first) + MMSDATA_DEPTH] = { .name = "depth", .in = (list) + 1, .about = "How many structures the value lies in; left out for none." }, \
    [(first) + MMSDATA_VALUE] = { .name = "value", .in = (list) + 1, .type = FIELD_REAL, .means = MEANS_VALUE, \
                                  .about = "Number of whatever form; a truth value is 1 or 0, a bit string up to 32 bits counts its first bit highest." }, \
    [(first) + MMSDATA_BITS]  = { .name = "bits", .in = (list) + 1, .about = "Length of a bit string." }, \
    [(first) + MMSDATA_TEXT]  = { .name = "text", .in = (list) + 1, .type = FIELD_TEXT, .means = MEANS_VALUE, .about = "Value of a string." }, \
    [(first) + MMSDATA_BYTES] = { .name = "octets", .in = (list) + 1, .type = FIELD_BYTES, \
                                  .about = "Octets of a value that is neither number, text nor time, and those of a bit string." }, \
    [(first) + MMSDATA_TIME]  = { .name = "time", .in = (list) + 1, .type = FIELD_TIME, .about = "Value of a time." }, \
    [(first) + MMSDATA_TIME_QUALITY] = { .name = "time_quality", .in = (list) + 1, .flags = FIELD_MANY | FIELD_NAMED, .names = mmsdata_quality_names, \
                                         .about = "What a UTC time's sender says of its clock; nothing is good." }

/* Reads any number of Data, one after another. False: some contradict themselves or lie too deep. */
bool mmsdata_read(struct record *r, uint16_t list, uint16_t first, struct cursor data);

/* A boolean, an integer of up to eight octets, a bit string up to 32 bits or a float; false: it is none. */
bool mmsdata_number(const struct ber *e, double *out);

/* The form of a Data, by its tag; 0: it is none. */
enum mmsdata_type mmsdata_type(const struct ber *e);

/* Contents of an INTEGER as the low 64 bits. */
int64_t mmsdata_integer(struct cursor c);
uint64_t mmsdata_natural(struct cursor c);      /* the same, never negative */

/* UtcTime: eight octets; TimeOfDay with its date: six. Microseconds since 1970; false: it has another length. */
bool mmsdata_utc(struct cursor c, uint64_t *us, uint8_t *quality);
bool mmsdata_time_of_day(struct cursor c, uint64_t *us);

/* Writes the quality octet of a UtcTime into a row that may repeat. */
void mmsdata_quality(struct record *r, uint16_t row, uint8_t quality);

#endif
