/* RFC 4120 sections 7.5.7 and 7.5.9, RFC 3961 section 8 with the IANA registry, MS-KILE. */
#include "dissectors/krb5/names.h"


const struct field_name krb5_types[] = {
    { 10, "KRB_AS_REQ" }, { 11, "KRB_AS_REP" }, { 12, "KRB_TGS_REQ" }, { 13, "KRB_TGS_REP" }, { 14, "KRB_AP_REQ" },
    { 15, "KRB_AP_REP" }, { 20, "KRB_SAFE" }, { 21, "KRB_PRIV" }, { 22, "KRB_CRED" }, { 30, "KRB_ERROR" }, { 0, NULL }
};

const struct field_name krb5_ciphers[] = {
    { 0, "NULL" }, { 1, "des-cbc-crc" }, { 2, "des-cbc-md4" }, { 3, "des-cbc-md5" }, { 5, "des3-cbc-md5" }, { 7, "des3-cbc-sha1" },
    { 9, "dsaWithSHA1-CmsOID" }, { 10, "md5WithRSAEncryption-CmsOID" }, { 11, "sha1WithRSAEncryption-CmsOID" }, { 12, "rc2CBC-EnvOID" },
    { 13, "rsaEncryption-EnvOID" }, { 14, "rsaES-OAEP-ENV-OID" }, { 15, "des-ede3-cbc-Env-OID" }, { 16, "des3-cbc-sha1-kd" },
    { 17, "aes128-cts-hmac-sha1-96" }, { 18, "aes256-cts-hmac-sha1-96" }, { 19, "aes128-cts-hmac-sha256-128" },
    { 20, "aes256-cts-hmac-sha384-192" }, { 23, "rc4-hmac" }, { 24, "rc4-hmac-exp" }, { 25, "camellia128-cts-cmac" },
    { 26, "camellia256-cts-cmac" }, { 65, "subkey-keymaterial" }, { UINT32_MAX - 127, "rc4-md4" }, { UINT32_MAX - 132, "rc4-hmac-old" },
    { UINT32_MAX - 134, "rc4-hmac-old-exp" }, { 0, NULL }
};

const struct field_name krb5_errors[] = {
    { 0, "KDC_ERR_NONE" }, { 1, "KDC_ERR_NAME_EXP" }, { 2, "KDC_ERR_SERVICE_EXP" }, { 3, "KDC_ERR_BAD_PVNO" },
    { 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN" }, { 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN" }, { 8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE" },
    { 9, "KDC_ERR_NULL_KEY" }, { 11, "KDC_ERR_NEVER_VALID" }, { 12, "KDC_ERR_POLICY" }, { 13, "KDC_ERR_BADOPTION" },
    { 14, "KDC_ERR_ETYPE_NOSUPP" }, { 15, "KDC_ERR_SUMTYPE_NOSUPP" }, { 16, "KDC_ERR_PADATA_TYPE_NOSUPP" }, { 18, "KDC_ERR_CLIENT_REVOKED" },
    { 19, "KDC_ERR_SERVICE_REVOKED" }, { 20, "KDC_ERR_TGT_REVOKED" }, { 21, "KDC_ERR_CLIENT_NOTYET" }, { 23, "KDC_ERR_KEY_EXPIRED" },
    { 24, "KDC_ERR_PREAUTH_FAILED" }, { 25, "KDC_ERR_PREAUTH_REQUIRED" }, { 26, "KDC_ERR_SERVER_NOMATCH" },
    { 27, "KDC_ERR_MUST_USE_USER2USER" }, { 28, "KDC_ERR_PATH_NOT_ACCEPTED" }, { 29, "KDC_ERR_SVC_UNAVAILABLE" },
    { 31, "KRB_AP_ERR_BAD_INTEGRITY" }, { 32, "KRB_AP_ERR_TKT_EXPIRED" }, { 33, "KRB_AP_ERR_TKT_NYV" }, { 34, "KRB_AP_ERR_REPEAT" },
    { 35, "KRB_AP_ERR_NOT_US" }, { 36, "KRB_AP_ERR_BADMATCH" }, { 37, "KRB_AP_ERR_SKEW" }, { 41, "KRB_AP_ERR_MODIFIED" },
    { 52, "KRB_ERR_RESPONSE_TOO_BIG" }, { 60, "KRB_ERR_GENERIC" }, { 62, "KDC_ERR_CLIENT_NOT_TRUSTED" }, { 64, "KDC_ERR_INVALID_SIG" },
    { 68, "KRB_AP_ERR_USER_TO_USER_REQUIRED" }, { 0, NULL }
};
