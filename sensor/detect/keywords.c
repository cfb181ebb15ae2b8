#include "detect/keywords.h"

const struct keyword *const keyword_tables[] = {
    meta_keywords, flow_keywords, header_keywords, content_keywords, bytes_keywords, pcre_keywords, context_keywords,
    transform_keywords, rate_keywords, sticky_keywords, host_keywords, classic_keywords, file_keywords, octet_keywords,
    dce_keywords, dataset_keywords, call_keywords, asn1_keywords, frame_keywords, reputation_keywords
};
const size_t keyword_table_count = sizeof(keyword_tables) / sizeof(keyword_tables[0]);

static const struct refusal { const char *name, *why; } refusals[] = {
    { "lua",       "scripts in rules are not run by this sensor" },
    { "luajit",    "scripts in rules are not run by this sensor" },
    { "luaxform",  "scripts in rules are not run by this sensor" },
    { "replace",   "a passive sensor changes no packets" },
    { "config",    "what the sensor writes down is for its settings, not for rules" },
    { "flowvar",   "texts that regular expressions capture are not kept" },
    { "pktvar",    "texts that regular expressions capture are not kept" },
    { "tls.store", "certificates are in the records of TLS; no files of them are written" },
    { "tls_store", "certificates are in the records of TLS; no files of them are written" }
};

const char *keyword_refusal(struct slice name)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (slice_is(name, refusals[i].name))
            return refusals[i].why;
    }
    return NULL;
}
