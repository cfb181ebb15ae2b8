/* dnp3 - Distributed Network Protocol: link frames with their CRCs, transport segments joined, application headers and objects.
 *
 * Source   IEEE 1815-2012: clause 9 (link layer), 8 (transport function), 4 (application layer), annex A and 11 (objects)
 * Records  one per application fragment with its points, one per link frame without user data or with something wrong.
 * Limits   fragments of DNP3_FRAGMENT_MAX octets, DNP3_OBJECTS_MAX object headers in each, points as long as a record holds them.
 */
#ifndef DISSECTORS_DNP3_DNP3_H
#define DISSECTORS_DNP3_DNP3_H

#include "dissectors/dissector.h"

enum { DNP3_FRAGMENT_MAX = 16 * 1024, DNP3_OBJECTS_MAX = 2048, DNP3_POINTS_MAX = 16384 };

extern const struct dissector dissector_dnp3;

#endif
