/* opcua - OPC UA binary over TCP: chunks, secure channels, sessions, and what the services read, write, call and report.
 *
 * Source  OPC 10000-6 (mappings: 5.2 binary encoding, 6.7 secure conversation, 7.1 connection protocol), OPC 10000-4 (services)
 */
#ifndef DISSECTORS_OPCUA_OPCUA_H
#define DISSECTORS_OPCUA_OPCUA_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_opcua;

#endif
