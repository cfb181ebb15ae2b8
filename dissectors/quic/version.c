#include "dissectors/quic/version.h"

#include <stddef.h>

static const struct quic_version versions[] = {
    { 0x00000001, 0x00000001, QUIC_IETF, SALT_V1, "1" },
    { 0x6b3343cf, 0x6b3343cf, QUIC_IETF, SALT_V2, "2" },
    { 0xff000016, 0xff000016, QUIC_IETF, SALT_22, NULL },
    { 0xff000017, 0xff00001c, QUIC_IETF, SALT_23, NULL },
    { 0xff00001d, 0xff000020, QUIC_IETF, SALT_29, NULL },
    { 0xff000021, 0xff000022, QUIC_IETF, SALT_V1, NULL },
    { 0xfaceb001, 0xfaceb001, QUIC_IETF, SALT_22, "mvfst-22" },
    { 0xfaceb002, 0xfaceb002, QUIC_IETF, SALT_23, "mvfst-27" },
    { 0xfaceb00e, 0xfaceb00e, QUIC_IETF, SALT_23, "mvfst-exp" },
    { 0x51303234, 0x51303239, QUIC_GOOGLE_PUBLIC, SALT_NONE, NULL },        /* Q024 to Q029 */
    { 0x51303330, 0x51303339, QUIC_GOOGLE_PUBLIC, SALT_NONE, NULL },        /* Q030 to Q039 */
    { 0x51303430, 0x51303433, QUIC_GOOGLE_PUBLIC, SALT_NONE, NULL },        /* Q040 to Q043 */
    { 0x51303434, 0x51303436, QUIC_GOOGLE_LONG, SALT_NONE, NULL },          /* Q044 to Q046 */
    { 0x51303530, 0x51303530, QUIC_GOOGLE_LAST, SALT_Q050, NULL },
    { 0x54303530, 0x54303530, QUIC_GOOGLE_LAST, SALT_T050, NULL },
    { 0x54303531, 0x54303531, QUIC_GOOGLE_LAST, SALT_T051, NULL },
};

const struct quic_version *quic_version_find(uint32_t version)
{
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (version >= versions[i].first && version <= versions[i].last)
            return &versions[i];
    return NULL;
}
