/* melsec - Mitsubishi Electric's MELSEC communication: SLMP and MC protocol in binary 3E and 4E frames, and what MELSOFT (GX Works) speaks.
 *
 * Source  SH-080008 "MELSEC Communication Protocol Reference Manual", SH-080956 "SLMP Reference Manual" (frames, commands, devices, end codes).
 *         MELSOFT's frame is not published: it was read off captures of GX Works with an FX5U, and off what Nozomi Networks
 *         showed of it (Black Hat MEA 2023).
 */
#ifndef DISSECTORS_MELSEC_MELSEC_H
#define DISSECTORS_MELSEC_MELSEC_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_melsec;

#endif
