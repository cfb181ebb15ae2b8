/* indicator - one piece of threat intelligence: what to look for, who says so, how sure they are, and until when.
 *
 * Wire      one JSON object is one version of an indicator; a later version of the same id takes its place, one with
 *           "revoked":true takes it away:
 *           {"id":"I-7","version":2,"kind":"domain","value":"evil.example","name":"c2","severity":1,"tlp":"amber",
 *            "source":"CNCERT","confidence":80,"expires":"2027-01-31T00:00:00+0800"}
 *           id, kind and value must be there. A line of CSV says the same: see indicator_row().
 * Values    are kept as they are looked for: lower case, without the scheme of a URL, a name's last dot, a digest's
 *           colons, and with evil[.]example and hxxp:// undone.
 * Refused   what would match everywhere or nowhere, with one sentence: private, shared and other special addresses,
 *           public resolvers, networks wider than /16 (IPv6 /32), single labels and suffixes under which anyone
 *           registers, digests of an empty file, values that are none of their kind.
 * Errors    0, or -EINVAL and what was expected (without file and line, which the caller knows).
 * Sources   STIX 2.1, TLP 2.0 (FIRST, 2022); IANA's special-purpose registries (RFC 6890).
 */
#ifndef EVENTS_INDICATOR_H
#define EVENTS_INDICATOR_H

#include <stdbool.h>

#include "common/addr.h"
#include "common/text.h"

enum indicator_kind {
    INDICATOR_ADDRESS,      /* an address or a prefix */
    INDICATOR_DOMAIN,       /* a name and all below it */
    INDICATOR_URL,          /* host and path */
    INDICATOR_JA3,
    INDICATOR_JA4,
    INDICATOR_SHA256, INDICATOR_SHA1, INDICATOR_MD5,       /* of a file */
    INDICATOR_EMAIL,
    INDICATOR_CERTIFICATE,  /* SHA-1 over it */
    INDICATOR_KINDS
};

enum indicator_tlp { INDICATOR_CLEAR, INDICATOR_GREEN, INDICATOR_AMBER, INDICATOR_AMBER_STRICT, INDICATOR_RED, INDICATOR_TLPS };

enum { INDICATOR_VALUE_MAX = 1024, INDICATOR_ID_MAX = 96, INDICATOR_TEXT_MAX = 160 };      /* with the final NUL */

struct indicator {
    enum indicator_kind kind;
    enum indicator_tlp  tlp;
    const char   *id, *value, *name, *source;  /* name and source "" when unknown */
    struct prefix prefix;           /* INDICATOR_ADDRESS */
    uint64_t      expires_us;       /* 0: never */
    uint32_t      version;          /* 0: not said */
    uint8_t       severity;         /* 1 high .. 4 low, as an alert's */
    uint8_t       confidence;       /* 0..100 */
    bool          revoked;
    bool          local;            /* from a file on this machine, not from the centre; does not travel */
};

/* Where the texts of an indicator that was read stand. */
struct indicator_room {
    char id[INDICATOR_ID_MAX], value[INDICATOR_VALUE_MAX], name[INDICATOR_TEXT_MAX], source[INDICATOR_TEXT_MAX];
};

extern const char *const indicator_kinds[INDICATOR_KINDS];     /* "address" ... */
extern const char *const indicator_tlps[INDICATOR_TLPS];           /* "clear" ... "amber+strict" ... */
int indicator_kind_parse(const char *name);     /* also ip, prefix, certificate_sha1 ...; -1: none */

/* `out` borrows from `room`. */
int indicator_parse(const char *json, size_t len, struct indicator_room *room, struct indicator *out, struct fault *f);

/* A line of CSV, cut in place: type,value,name,severity,source,expires[,tlp[,confidence[,id]]]. */
int indicator_row(char *line, struct indicator_room *room, struct indicator *out, struct fault *f);

/* The whole object. */
void indicator_json(const struct indicator *i, struct text *out);

/* What an alert says of it: {"id","value","kind","source","tlp","confidence"}. */
void indicator_brief(const struct indicator *i, struct text *out);

/* A file of them: CSV, one JSON object a line, or a STIX 2.1 bundle of which indicators with a single comparison are
 * taken. Each good one is given on, each bad one as a sentence with file and line (STIX: with the object's id); the file
 * goes on behind both. Negative: the file cannot be read at all. Texts are good until the call returns. */
struct indicator_reader {
    void (*good)(void *ctx, const struct indicator *i);
    void (*bad)(void *ctx, const struct fault *f);
    void *ctx;
    uint64_t now_us;        /* what had expired by then is bad too; 0: none is */
    unsigned *at;           /* NULL, or where the line (STIX: the object, from 1) of the good one is put before it is given on */
};
int indicator_file(const char *path, const struct indicator_reader *to, struct fault *f);

/* A STIX pattern of one comparison, "[domain-name:value = 'evil.example']": kind and the value between the quotes. */
int indicator_pattern(const char *pattern, enum indicator_kind *kind, char value[INDICATOR_VALUE_MAX], struct fault *f);

/* Kind and value into `room` and `out`, in the form that is looked for, or refused. The rest of `out` is cleared. */
int indicator_take(const char *kind, const char *value, struct indicator_room *room, struct indicator *out, struct fault *f);

#endif
