/* mac - an Ethernet address as text, "01:0c:cd:01:00:02", without the cost of printf: sampled values need two of them 4,000 times a second. */
#ifndef DISSECTORS_FRAMING_MAC_H
#define DISSECTORS_FRAMING_MAC_H

#include <stdint.h>

enum { MAC_TEXT = 17 };

struct mac_text { char at[MAC_TEXT]; };     /* not terminated */

static inline struct mac_text mac_text(const uint8_t *mac)
{
    static const char digits[] = "0123456789abcdef";
    struct mac_text t;
    for (unsigned i = 0; i < 6; i++) {
        t.at[i * 3] = digits[mac[i] >> 4];
        t.at[i * 3 + 1] = digits[mac[i] & 15];
        if (i < 5)
            t.at[i * 3 + 2] = ':';
    }
    return t;
}

#endif
