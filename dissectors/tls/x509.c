#include "dissectors/tls/x509.h"

#include <arpa/inet.h>

#include "dissectors/framing/ber.h"

enum { OID_TEXT_MAX = 128, ATTRIBUTES_MAX = 64 };

struct oid_name {
    const char *oid, *name;
    uint32_t    bits;       /* of a curve, or of keys that have one size */
};

/* The short names of RFC 4514 and, for the rest, those of RFC 5280 and the CA/Browser Forum. */
static const struct oid_name attributes[] = {
    { "2.5.4.3", "CN", 0 }, { "2.5.4.6", "C", 0 }, { "2.5.4.7", "L", 0 }, { "2.5.4.8", "ST", 0 },
    { "2.5.4.10", "O", 0 }, { "2.5.4.11", "OU", 0 }, { "2.5.4.4", "surname", 0 }, { "2.5.4.5", "serialNumber", 0 },
    { "2.5.4.9", "street", 0 }, { "2.5.4.12", "title", 0 }, { "2.5.4.13", "description", 0 },
    { "2.5.4.15", "businessCategory", 0 }, { "2.5.4.17", "postalCode", 0 }, { "2.5.4.41", "name", 0 },
    { "2.5.4.42", "givenName", 0 }, { "2.5.4.43", "initials", 0 }, { "2.5.4.46", "dnQualifier", 0 },
    { "2.5.4.65", "pseudonym", 0 }, { "2.5.4.97", "organizationIdentifier", 0 },
    { "0.9.2342.19200300.100.1.25", "DC", 0 }, { "0.9.2342.19200300.100.1.1", "UID", 0 },
    { "1.2.840.113549.1.9.1", "emailAddress", 0 }, { "1.2.840.113549.1.9.2", "unstructuredName", 0 },
    { "1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL", 0 }, { "1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST", 0 },
    { "1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC", 0 },
};

static const struct oid_name algorithms[] = {
    { "1.2.840.113549.1.1.1", "rsaEncryption", 0 }, { "1.2.840.113549.1.1.2", "md2WithRSAEncryption", 0 },
    { "1.2.840.113549.1.1.4", "md5WithRSAEncryption", 0 }, { "1.2.840.113549.1.1.5", "sha1WithRSAEncryption", 0 },
    { "1.2.840.113549.1.1.10", "rsassaPss", 0 }, { "1.2.840.113549.1.1.11", "sha256WithRSAEncryption", 0 },
    { "1.2.840.113549.1.1.12", "sha384WithRSAEncryption", 0 }, { "1.2.840.113549.1.1.13", "sha512WithRSAEncryption", 0 },
    { "1.2.840.10040.4.1", "dsa", 0 }, { "1.2.840.10040.4.3", "dsa-with-sha1", 0 },
    { "2.16.840.1.101.3.4.3.2", "dsa-with-sha256", 0 }, { "1.2.840.10045.2.1", "ecPublicKey", 0 },
    { "1.2.840.10045.4.1", "ecdsa-with-SHA1", 0 }, { "1.2.840.10045.4.3.2", "ecdsa-with-SHA256", 0 },
    { "1.2.840.10045.4.3.3", "ecdsa-with-SHA384", 0 }, { "1.2.840.10045.4.3.4", "ecdsa-with-SHA512", 0 },
    { "1.3.101.110", "X25519", 253 }, { "1.3.101.112", "Ed25519", 256 }, { "1.3.101.113", "Ed448", 456 },
    { "1.2.840.10045.3.1.7", "prime256v1", 256 }, { "1.3.132.0.10", "secp256k1", 256 },
    { "1.3.132.0.34", "secp384r1", 384 }, { "1.3.132.0.35", "secp521r1", 521 },
    { "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256 }, { "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384 },
    { "1.2.156.10197.1.301", "sm2", 256 }, { "1.2.156.10197.1.501", "sm2sign-with-sm3", 0 },
    { "1.2.156.10197.1.504", "sm3WithRSAEncryption", 0 },
};

static const struct oid_name *oid_find(const struct oid_name *table, size_t n, struct cursor oid)
{
    char shown[OID_TEXT_MAX];
    struct text t = text_over(shown, sizeof shown);
    ber_oid_text(oid, &t);
    for (size_t i = 0; i < n; i++)
        if (strlen(table[i].oid) == t.len && memcmp(table[i].oid, shown, t.len) == 0)
            return &table[i];
    return NULL;
}

static void oid_name_text(const struct oid_name *table, size_t n, struct cursor oid, struct text *out)
{
    const struct oid_name *known = oid_find(table, n, oid);
    if (known != NULL)
        text_str(out, known->name);
    else
        ber_oid_text(oid, out);
}

void x509_algorithm_text(struct cursor oid, struct text *out)
{
    oid_name_text(algorithms, sizeof algorithms / sizeof algorithms[0], oid, out);
}

/* --- names ----------------------------------------------------------------------------------------------------- */

static void utf8(struct text *out, uint32_t code)
{
    if (code < 0x80) {
        text_char(out, (char)code);
    } else if (code < 0x800) {
        text_char(out, (char)(0xc0 | code >> 6));
        text_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        text_char(out, (char)(0xe0 | code >> 12));
        text_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        text_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

/* BMPString is UCS-2; every other kind of string goes out as its octets. */
static void string_text(struct ber *string, struct text *out)
{
    if (string->tag != BER_BMP_STRING) {
        text_bytes(out, string->value.at, string->value.left);
        return;
    }
    while (string->value.left > 1)
        utf8(out, cursor_be16(&string->value));
}

static bool attribute_text(struct cursor *attribute, struct text *out)
{
    struct ber type, value;
    if (!ber_take(attribute, BER_OID, &type) || !ber_next(attribute, &value))
        return false;
    oid_name_text(attributes, sizeof attributes / sizeof attributes[0], type.value, out);
    text_char(out, '=');
    string_text(&value, out);
    return true;
}

/* Attributes of one RDN are joined by " + ", RDNs by ", ". */
bool x509_name_text(struct cursor name, struct text *out)
{
    unsigned n = 0;
    struct ber set, attribute;
    while (name.left > 0) {
        if (!ber_take(&name, BER_SET, &set))
            return false;
        for (bool first = true; set.value.left > 0; first = false) {
            if (++n > ATTRIBUTES_MAX || !ber_take(&set.value, BER_SEQUENCE, &attribute))
                return false;
            if (n > 1)
                text_str(out, first ? ", " : " + ");
            if (!attribute_text(&attribute.value, out))
                return false;
        }
    }
    return true;
}

bool x509_alternative_next(struct cursor *names, struct text *out)
{
    enum { MAIL = BER_CONTEXT | 1, DNS = BER_CONTEXT | 2, URI = BER_CONTEXT | 6, ADDRESS = BER_CONTEXT | 7 };
    char shown[INET6_ADDRSTRLEN];
    struct ber name;
    while (names->left > 0 && ber_next(names, &name)) {
        size_t n = name.value.left;
        if (name.tag == MAIL || name.tag == DNS || name.tag == URI) {
            text_bytes(out, name.value.at, n);
            return true;
        }
        if (name.tag == ADDRESS && (n == 4 || n == 16)) {
            if (inet_ntop(n == 4 ? AF_INET : AF_INET6, name.value.at, shown, sizeof shown) != NULL)
                text_str(out, shown);
            return true;
        }
    }
    return false;
}

/* --- dates ------------------------------------------------------------------------------------------------------- */

static bool digits_read(struct cursor *c, unsigned n, unsigned lowest, unsigned highest, unsigned *out)
{
    *out = 0;
    for (unsigned i = 0; i < n; i++) {
        uint8_t b = cursor_u8(c);
        if (b < '0' || b > '9')
            return false;
        *out = *out * 10 + (b - '0');
    }
    return *out >= lowest && *out <= highest;
}

/* Days since 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day is the last. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 section 4.1.2.5); old ones without seconds or with an offset exist. */
static bool date_read(struct cursor *validity, uint64_t *us)
{
    unsigned year, month, day, hour, minute, second = 0, away_hours = 0, away_minutes = 0;
    struct ber date;
    if (!ber_next(validity, &date) || (date.tag != BER_UTC_TIME && date.tag != BER_GENERALIZED_TIME))
        return false;
    struct cursor *c = &date.value;
    if (!digits_read(c, date.tag == BER_UTC_TIME ? 2 : 4, 0, 9999, &year))
        return false;
    if (date.tag == BER_UTC_TIME)
        year += year < 50 ? 2000 : 1900;
    if (!digits_read(c, 2, 1, 12, &month) || !digits_read(c, 2, 1, 31, &day) || !digits_read(c, 2, 0, 23, &hour)
        || !digits_read(c, 2, 0, 59, &minute))
        return false;
    if (cursor_peek(c, 0) >= '0' && cursor_peek(c, 0) <= '9' && !digits_read(c, 2, 0, 60, &second))
        return false;
    uint8_t zone = cursor_u8(c);
    if (zone != 'Z' && ((zone != '+' && zone != '-') || !digits_read(c, 2, 0, 23, &away_hours)
                        || !digits_read(c, 2, 0, 59, &away_minutes)))
        return false;
    int64_t away = (int64_t)away_hours * 3600 + (int64_t)away_minutes * 60;
    int64_t seconds = days_of(year, month, day) * 86400 + (int64_t)hour * 3600 + (int64_t)minute * 60 + second
                    - (zone == '-' ? -away : away);
    *us = seconds < 0 ? 0 : (uint64_t)seconds * 1000000;
    return true;
}

/* --- the certificate ------------------------------------------------------------------------------------------------ */

static uint32_t rsa_bits(struct cursor key)
{
    struct ber sequence, modulus;
    cursor_skip(&key, 1);               /* unused bits of the BIT STRING */
    if (!ber_take(&key, BER_SEQUENCE, &sequence) || !ber_take(&sequence.value, BER_INTEGER, &modulus))
        return 0;
    while (modulus.value.left > 0 && cursor_peek(&modulus.value, 0) == 0)
        cursor_skip(&modulus.value, 1);
    uint32_t bits = (uint32_t)modulus.value.left * 8;
    for (int top = cursor_peek(&modulus.value, 0); top > 0 && top < 0x80; top <<= 1)
        bits--;
    return bits;
}

static bool key_read(struct cursor *tbs, struct x509 *out)
{
    struct ber info, algorithm, oid, curve, key;
    if (!ber_take(tbs, BER_SEQUENCE, &info) || !ber_take(&info.value, BER_SEQUENCE, &algorithm)
        || !ber_take(&algorithm.value, BER_OID, &oid) || !ber_take(&info.value, BER_BIT_STRING, &key))
        return false;
    out->key_algorithm = oid.value;
    struct cursor sized = oid.value;
    if (ber_take(&algorithm.value, BER_OID, &curve))
        sized = out->curve = curve.value;
    const struct oid_name *known = oid_find(algorithms, sizeof algorithms / sizeof algorithms[0], sized);
    if (known != NULL && known == &algorithms[0])
        out->key_bits = rsa_bits(key.value);
    else if (known != NULL)
        out->key_bits = known->bits;
    return true;
}

static bool extension_is(struct cursor oid, uint8_t last)
{
    return oid.left == 3 && cursor_u8(&oid) == 0x55 && cursor_u8(&oid) == 0x1d && cursor_u8(&oid) == last;
}

static bool extensions_read(struct cursor *tbs, struct x509 *out)
{
    enum { EXTENSIONS = BER_CONTEXT | BER_CONSTRUCTED | 3, SUBJECT_ALTERNATIVE_NAME = 17 };
    struct ber wrapper, list, extension, oid, critical, value, names;
    struct ber unique;                  /* issuerUniqueID [1] and subjectUniqueID [2] may stand before */
    (void)(ber_take(tbs, BER_CONTEXT | 1, &unique) && ber_take(tbs, BER_CONTEXT | 2, &unique));
    if (!ber_take(tbs, EXTENSIONS, &wrapper))
        return tbs->left == 0;
    if (!ber_take(&wrapper.value, BER_SEQUENCE, &list))
        return false;
    while (list.value.left > 0) {
        if (!ber_take(&list.value, BER_SEQUENCE, &extension) || !ber_take(&extension.value, BER_OID, &oid))
            return false;
        (void)ber_take(&extension.value, BER_BOOLEAN, &critical);
        if (!ber_take(&extension.value, BER_OCTET_STRING, &value))
            return false;
        if (extension_is(oid.value, SUBJECT_ALTERNATIVE_NAME) && ber_take(&value.value, BER_SEQUENCE, &names))
            out->alternative_names = names.value;
    }
    return true;
}

static bool version_read(struct cursor *tbs, struct x509 *out)
{
    struct ber wrapper, number;
    out->version = 1;
    if (!ber_take(tbs, BER_CONTEXT | BER_CONSTRUCTED, &wrapper))
        return true;
    if (!ber_take(&wrapper.value, BER_INTEGER, &number) || number.value.left != 1)
        return false;
    out->version = (uint8_t)(cursor_u8(&number.value) + 1);
    return out->version >= 1 && out->version <= 3;
}

enum x509_fault x509_read(struct cursor der, struct x509 *out)
{
    struct ber certificate, tbs, element, algorithm, issuer, validity;
    *out = (struct x509){ 0 };
    if (!ber_take(&der, BER_SEQUENCE, &certificate) || !ber_take(&certificate.value, BER_SEQUENCE, &tbs))
        return X509_DER;
    struct cursor *c = &tbs.value;
    if (!version_read(c, out))
        return X509_VERSION;
    if (!ber_take(c, BER_INTEGER, &element))
        return X509_SERIAL;
    out->serial = element.value;
    if (!ber_take(c, BER_SEQUENCE, &element) || !ber_take(&element.value, BER_OID, &algorithm))
        return X509_ALGORITHM;
    out->signature_algorithm = algorithm.value;
    if (!ber_take(c, BER_SEQUENCE, &issuer))
        return X509_ISSUER;
    out->issuer = issuer.value;
    if (!ber_take(c, BER_SEQUENCE, &validity))
        return X509_VALIDITY;
    if (!date_read(&validity.value, &out->not_before_us) || !date_read(&validity.value, &out->not_after_us))
        return X509_DATE;
    if (!ber_take(c, BER_SEQUENCE, &element))
        return X509_SUBJECT;
    out->subject = element.value;
    out->self_signed = element.whole_len == issuer.whole_len && memcmp(element.whole, issuer.whole, issuer.whole_len) == 0;
    if (!key_read(c, out))
        return X509_KEY;
    return extensions_read(c, out) ? X509_WHOLE : X509_EXTENSIONS;
}
