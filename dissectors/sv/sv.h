/* sv - sampled values: instrument transformers' readings, thousands of frames a second, on Ethernet or over UDP.
 *
 * Source  IEC 61850-9-2:2011, section 8.5 and annex C (frame, savPdu, ASDU); the Implementation Guideline 9-2LE and IEC 61869-9 for what
 *         is in a sample; IEC 61850-90-5:2012 (routable)
 */
#ifndef DISSECTORS_SV_SV_H
#define DISSECTORS_SV_SV_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_sv;

#endif
