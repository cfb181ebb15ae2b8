/* umas - Schneider's UMAS, which rides on Modbus function 90: what is asked of a Modicon controller.
 *
 *   session  function  body ...          a request
 *   session  fe | fd   body ...          its answer, good or not; the function is the request's
 *
 * Source  no public standard; functions as published by L. Lerin ("The Unity (UMAS) protocol"), Kaspersky ICS CERT ("The secrets of
 *         Schneider Electric's UMAS protocol") and Nmap's modicon-info
 */
#ifndef DISSECTORS_MODBUS_UMAS_H
#define DISSECTORS_MODBUS_UMAS_H

#include "dissectors/modbus/function.h"

enum { UMAS_CODE = 90 };

void umas_request(struct modbus_pdu *p);
void umas_response(struct modbus_pdu *p);
enum access umas_access(uint8_t function);

#endif
