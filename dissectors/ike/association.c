/* The security association payloads: proposals, transforms and attributes of both versions. */
#include "dissectors/ike/fields.h"

#include <string.h>

enum { DOI_IPSEC = 1, FORMAT_SHORT = 0x8000, PROTOCOL_AH = 2, LAST = 0, MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3 };

/* --- what both have ------------------------------------------------------------------------------------------------ */

static void say(struct ike_message *m, enum ike_attribute what, uint64_t value, bool chosen)
{
    record_uint(m->r, (uint16_t)((chosen ? IKE_CHOSEN : IKE_OFFERED) + what), value);
}

/* RFC 2408 3.3: a value of two octets, or a length and that many; a number of more than eight octets is 0. */
static uint64_t attribute_read(struct cursor *c, uint16_t *type)
{
    uint16_t first = cursor_be16(c), value = cursor_be16(c);
    *type = first & 0x7fff;
    if (first & FORMAT_SHORT)
        return value;
    struct cursor body = cursor_sub(c, value);
    uint64_t n = 0;
    for (unsigned i = 0; value <= 8 && i < value; i++)
        n = n << 8 | cursor_u8(&body);
    return n;
}

struct named { uint16_t value; const char *name; };

static void say_name(struct ike_message *m, uint16_t row, const struct named *names, uint64_t value)
{
    for (; names->name != NULL; names++)
        if (names->value == value)
            record_bytes(m->r, row, names->name, strlen(names->name));
}

/* --- version 1: RFC 2409 appendix A --------------------------------------------------------------------------------- */

static const struct named v1_ciphers[] = {
    { 1, "EncDesCbc" }, { 2, "EncIdeaCbc" }, { 3, "EncBlowfishCbc" }, { 4, "EncRc5R16B64Cbc" }, { 5, "EncTripleDesCbc" },
    { 6, "EncCastCbc" }, { 7, "EncAesCbc" }, { 8, "EncCamelliaCbc" }, { 127, "EncSm1Cbc" }, { 128, "EncSm1Cbc" }, { 129, "EncSm4Cbc" },
    { 0, NULL }
};
static const struct named v1_methods[] = {
    { 1, "AuthPreSharedKey" }, { 2, "AuthDssSignatures" }, { 3, "AuthRsaSignatures" }, { 4, "AuthEncryptionWithRsa" },
    { 5, "AuthRevisedEncryptionWithRsa" }, { 9, "AuthEcdsaSha256" }, { 10, "AuthEcdsaSha384" }, { 11, "AuthEcdsaSha512" }, { 0, NULL }
};
static const struct named v1_groups[] = {
    { 1, "GroupDefault768BitModp" }, { 2, "GroupAlternate1024BitModpGroup" }, { 5, "GroupModp1536Bit" }, { 14, "GroupModp2048Bit" },
    { 15, "GroupModp3072Bit" }, { 16, "GroupModp4096Bit" }, { 17, "GroupModp6144Bit" }, { 18, "GroupModp8192Bit" },
    { 19, "GroupRandomEcp256" }, { 20, "GroupRandomEcp384" }, { 21, "GroupRandomEcp521" }, { 22, "GroupModp1024With160BitPrime" },
    { 23, "GroupModp2048With224BitPrime" }, { 24, "GroupModp2048With256BitPrime" }, { 0, NULL }
};

/* Attribute numbers to ours; those of key material of one's own group are read over. */
static const int8_t v1_attributes[17] = {
    [0] = -1, [1] = IKE_ENC, [2] = IKE_HASH, [3] = IKE_AUTH, [4] = IKE_DH, [5] = IKE_GROUP_TYPE, [6] = -1, [7] = -1, [8] = -1, [9] = -1,
    [10] = -1, [11] = IKE_LIFE_TYPE, [12] = IKE_LIFE_DURATION, [13] = IKE_PRF, [14] = IKE_KEY_LENGTH, [15] = IKE_FIELD_SIZE, [16] = -1
};

static void v1_say(struct ike_message *m, enum ike_attribute what, uint64_t value, bool chosen)
{
    say(m, what, value, chosen);
    if (!chosen)
        return;
    if (what == IKE_ENC)
        say_name(m, IKE_CHOSEN_ENC_NAME, v1_ciphers, value);
    if (what == IKE_AUTH)
        say_name(m, IKE_CHOSEN_AUTH_NAME, v1_methods, value);
    if (what == IKE_DH)
        say_name(m, IKE_CHOSEN_DH_NAME, v1_groups, value);
}

static bool v1_attributes_say(struct ike_message *m, struct cursor c, bool chosen)
{
    while (c.left > 0 && c.status == CURSOR_OK) {
        uint16_t type;
        uint64_t value = attribute_read(&c, &type);
        if (c.status == CURSOR_OK && type < sizeof v1_attributes && v1_attributes[type] >= 0)
            v1_say(m, (enum ike_attribute)v1_attributes[type], value, chosen);
    }
    return c.status == CURSOR_OK;
}

/* The responder's first transform is the chosen one; each is listed as it stands. */
static bool v1_transform(struct ike_message *m, struct cursor c, uint8_t number, uint8_t protocol)
{
    cursor_skip(&c, 4);                 /* number, id, reserved */
    if (c.status != CURSOR_OK)
        return false;
    bool sound = true;
    if (m->answer && m->transforms == 0)
        sound = v1_attributes_say(m, c, true);
    record_item(m->r, IKE_PROPOSALS);
    record_uint(m->r, IKE_PROPOSAL_NUMBER, number);
    record_uint(m->r, IKE_PROPOSAL_PROTOCOL, protocol);
    m->transforms++;
    return v1_attributes_say(m, c, false) && sound;
}

/* A payload inside another: next, reserved, length with these four. */
static struct cursor inner(struct cursor *c, uint8_t *next)
{
    *next = cursor_u8(c);
    cursor_skip(c, 1);
    uint16_t length = cursor_be16(c);
    if (length < 4 && c->status == CURSOR_OK)
        c->status = CURSOR_BAD;
    return cursor_sub(c, length - (size_t)4);
}

static bool v1_proposal(struct ike_message *m, struct cursor c)
{
    uint8_t number = cursor_u8(&c), protocol = cursor_u8(&c), spi = cursor_u8(&c), next;
    cursor_skip(&c, 1u + spi);
    while (c.left > 0 && c.status == CURSOR_OK) {
        struct cursor transform = inner(&c, &next);
        if (c.status != CURSOR_OK || !v1_transform(m, transform, number, protocol))
            return false;
    }
    return c.status == CURSOR_OK;
}

bool ike_v1_association(struct ike_message *m, struct cursor body)
{
    uint8_t next;
    m->doi = cursor_be32(&body);
    if (m->doi != DOI_IPSEC)
        return body.status == CURSOR_OK;
    cursor_skip(&body, 4);              /* the situation */
    while (body.left > 0 && body.status == CURSOR_OK) {
        struct cursor proposal = inner(&body, &next);
        if (body.status != CURSOR_OK || !v1_proposal(m, proposal))
            return false;
    }
    if (m->answer && m->transforms > 1)
        record_anomaly(m->r, IKE_MULTIPLE_SERVER_PROPOSAL);
    return body.status == CURSOR_OK;
}

/* --- version 2: RFC 7296 3.3.2 --------------------------------------------------------------------------------------- */

static const struct named v2_ciphers[] = {
    { 1, "ENCR_DES_IV64" }, { 2, "ENCR_DES" }, { 3, "ENCR_3DES" }, { 4, "ENCR_RC5" }, { 5, "ENCR_IDEA" }, { 6, "ENCR_CAST" },
    { 7, "ENCR_BLOWFISH" }, { 8, "ENCR_3IDEA" }, { 9, "ENCR_DES_IV32" }, { 11, "ENCR_NULL" }, { 12, "ENCR_AES_CBC" },
    { 13, "ENCR_AES_CTR" }, { 14, "ENCR_AES_CCM_8" }, { 15, "ENCR_AES_CCM_12" }, { 16, "ENCR_AES_CCM_16" }, { 18, "ENCR_AES_GCM_8" },
    { 19, "ENCR_AES_GCM_12" }, { 20, "ENCR_AES_GCM_16" }, { 21, "ENCR_NULL_AUTH_AES_GMAC" }, { 23, "ENCR_CAMELLIA_CBC" },
    { 24, "ENCR_CAMELLIA_CTR" }, { 25, "ENCR_CAMELLIA_CCM_8" }, { 26, "ENCR_CAMELLIA_CCM_12" }, { 27, "ENCR_CAMELLIA_CCM_16" },
    { 28, "ENCR_CHACHA20_POLY1305" }, { 0, NULL }
};
static const struct named v2_integrity[] = {
    { 0, "NONE" }, { 1, "AUTH_HMAC_MD5_96" }, { 2, "AUTH_HMAC_SHA1_96" }, { 3, "AUTH_DES_MAC" }, { 4, "AUTH_KPDK_MD5" },
    { 5, "AUTH_AES_XCBC_96" }, { 6, "AUTH_HMAC_MD5_128" }, { 7, "AUTH_HMAC_SHA1_160" }, { 8, "AUTH_AES_CMAC_96" },
    { 9, "AUTH_AES_128_GMAC" }, { 10, "AUTH_AES_192_GMAC" }, { 11, "AUTH_AES_256_GMAC" }, { 12, "AUTH_HMAC_SHA2_256_128" },
    { 13, "AUTH_HMAC_SHA2_384_192" }, { 14, "AUTH_HMAC_SHA2_512_256" }, { 0, NULL }
};
static const struct named v2_groups[] = {
    { 0, "None" }, { 1, "Modp768" }, { 2, "Modp1024" }, { 5, "Modp1536" }, { 14, "Modp2048" }, { 15, "Modp3072" }, { 16, "Modp4096" },
    { 17, "Modp6144" }, { 18, "Modp8192" }, { 19, "Ecp256" }, { 20, "Ecp384" }, { 21, "Ecp521" }, { 22, "Modp1024s160" },
    { 23, "Modp2048s224" }, { 24, "Modp2048s256" }, { 25, "Ecp192" }, { 26, "Ecp224" }, { 31, "Curve25519" }, { 32, "Curve448" }, { 0, NULL }
};

enum v2_type { V2_ENCR = 1, V2_PRF, V2_INTEG, V2_DH, V2_ESN };

/* What a proposal has, by its transforms. */
struct v2_seen { bool dh, integrity, aead; };

static bool aead(uint16_t id)
{
    return (id >= 14 && id <= 16) || (id >= 18 && id <= 20) || (id >= 25 && id <= 28);
}

static bool weak_group(uint16_t id)
{
    return id == 1 || id == 2 || id == 5 || id == 22;
}

/* Suricata's judgement, rule by rule. */
static void v2_judge(struct ike_message *m, uint8_t type, uint16_t id, struct v2_seen *seen)
{
    switch (type) {
    case V2_ENCR:
        seen->aead |= aead(id);
        if ((id >= 1 && id <= 9) || id == 11)
            record_anomaly(m->r, IKE_WEAK_CRYPTO_ENC);
        break;
    case V2_PRF:
        if (id == 0)
            record_anomaly(m->r, IKE_INVALID_PROPOSAL);
        if (id == 1 || id == 2)
            record_anomaly(m->r, IKE_WEAK_CRYPTO_PRF);
        break;
    case V2_INTEG:
        seen->integrity |= id != 0;
        if (id >= 1 && id <= 7)
            record_anomaly(m->r, IKE_WEAK_CRYPTO_AUTH);
        break;
    case V2_DH:
        seen->dh = true;
        if (id == 0)
            record_anomaly(m->r, IKE_INVALID_PROPOSAL);
        if (weak_group(id))
            record_anomaly(m->r, IKE_WEAK_CRYPTO_DH);
        break;
    case V2_ESN:
        break;
    default:
        record_anomaly(m->r, IKE_UNKNOWN_PROPOSAL);
        break;
    }
}

static void v2_say(struct ike_message *m, uint8_t type, uint16_t id, bool chosen)
{
    static const int8_t whats[] = { [0] = -1, [V2_ENCR] = IKE_ENC, [V2_PRF] = IKE_PRF, [V2_INTEG] = IKE_AUTH, [V2_DH] = IKE_DH, [V2_ESN] = IKE_ESN };
    if (type < 1 || type >= sizeof whats)
        return;
    say(m, (enum ike_attribute)whats[type], id, chosen);
    if (chosen && type == V2_ENCR)
        say_name(m, IKE_CHOSEN_ENC_NAME, v2_ciphers, id);
    if (chosen && type == V2_INTEG)
        say_name(m, IKE_CHOSEN_AUTH_NAME, v2_integrity, id);
    if (chosen && type == V2_DH)
        say_name(m, IKE_CHOSEN_DH_NAME, v2_groups, id);
}

static bool v2_transform(struct ike_message *m, struct cursor c, struct v2_seen *seen, bool chosen)
{
    enum { KEY_LENGTH = 14 };
    uint8_t type = cursor_u8(&c);
    cursor_skip(&c, 1);
    uint16_t id = cursor_be16(&c), attribute;
    if (c.status != CURSOR_OK)
        return false;
    v2_say(m, type, id, chosen);
    if (!chosen)
        v2_judge(m, type, id, seen);
    while (c.left > 0 && c.status == CURSOR_OK) {
        uint64_t value = attribute_read(&c, &attribute);
        if (c.status == CURSOR_OK && attribute == KEY_LENGTH)
            say(m, IKE_KEY_LENGTH, value, chosen);
    }
    return c.status == CURSOR_OK;
}

static bool v2_transforms(struct ike_message *m, struct cursor c, struct v2_seen *seen, bool chosen)
{
    uint8_t next;
    while (c.left > 0 && c.status == CURSOR_OK) {
        struct cursor transform = inner(&c, &next);
        if (c.status != CURSOR_OK || (next != LAST && next != MORE_TRANSFORMS) || !v2_transform(m, transform, seen, chosen))
            return false;
    }
    return c.status == CURSOR_OK;
}

static bool v2_proposal(struct ike_message *m, struct cursor c, bool first)
{
    struct v2_seen seen = { .dh = false };
    uint8_t number = cursor_u8(&c), protocol = cursor_u8(&c), spi = cursor_u8(&c);
    cursor_skip(&c, 1u + spi);
    if (c.status != CURSOR_OK || (m->answer && first && !v2_transforms(m, c, &seen, true)))
        return false;
    record_item(m->r, IKE_PROPOSALS);
    record_uint(m->r, IKE_PROPOSAL_NUMBER, number);
    record_uint(m->r, IKE_PROPOSAL_PROTOCOL, protocol);
    if (!v2_transforms(m, c, &seen, false))
        return false;
    if (!seen.dh)
        record_anomaly(m->r, IKE_WEAK_CRYPTO_NO_DH);
    if (protocol == PROTOCOL_AH)
        record_anomaly(m->r, IKE_NO_ENCRYPTION);
    if (!seen.integrity && !seen.aead)
        record_anomaly(m->r, IKE_WEAK_CRYPTO_NO_AUTH);
    return true;
}

bool ike_v2_association(struct ike_message *m, struct cursor body)
{
    uint8_t next;
    for (bool first = true; body.left > 0 && body.status == CURSOR_OK; first = false) {
        struct cursor proposal = inner(&body, &next);
        if (body.status != CURSOR_OK || (next != LAST && next != MORE_PROPOSALS) || !v2_proposal(m, proposal, first))
            return false;
    }
    return body.status == CURSOR_OK;
}
