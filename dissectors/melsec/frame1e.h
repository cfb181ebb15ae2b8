/* frame1e - 1E frames, which A series and FX controllers speak. They do not say how long they are: the command does, and of an answer
 * the command that it answers. Private to this folder. */
#ifndef DISSECTORS_MELSEC_FRAME1E_H
#define DISSECTORS_MELSEC_FRAME1E_H

#include "dissectors/framing/asked.h"

/* Whether a first octet can begin one. */
bool melsec_1e_begins(int first);

/* A read or write of a device that there is, whole and nothing else. */
bool melsec_1e_certain(struct cursor c);

/* Takes a frame as melsec_pdu() does. */
enum dissect melsec_1e_pdu(struct conversation *conv, struct asked *asked, struct cursor *in);

#endif
