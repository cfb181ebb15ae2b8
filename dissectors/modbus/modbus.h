/* modbus - Modbus/TCP (and Modbus/UDP), Modbus RTU over either: every public function code, requests paired with their responses.
 *
 * Source  MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3 (the MBAP header);
 *         MODBUS Application Protocol Specification V1.1b3, section 6 (function codes), 7 (exceptions);
 *         MODBUS over Serial Line Specification V1.02, section 6.2.2 (the CRC)
 */
#ifndef DISSECTORS_MODBUS_MODBUS_H
#define DISSECTORS_MODBUS_MODBUS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_modbus;

#endif
