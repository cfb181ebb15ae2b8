/* rfb - Remote Framebuffer, the protocol of VNC (RFC 6143), up to the point where the screen begins. */
#ifndef DISSECTORS_RFB_RFB_H
#define DISSECTORS_RFB_RFB_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_rfb;

#endif
