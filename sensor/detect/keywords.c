#include "detect/keywords.h"

#include <string.h>

const struct keyword *const keyword_tables[] = {
    meta_keywords, flow_keywords, header_keywords, content_keywords, bytes_keywords, pcre_keywords, context_keywords,
    transform_keywords, rate_keywords, sticky_keywords, host_keywords, classic_keywords, file_keywords, octet_keywords,
    dce_keywords, dataset_keywords, call_keywords, asn1_keywords, frame_keywords, reputation_keywords, entropy_keywords,
    several_keywords
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
    { "tls_store", "certificates are in the records of TLS; no files of them are written" },
    { "flow.elephant", "no flow is called an elephant here; `flow.bytes` compares its size" },
    { "app-layer-state", "rules are held against whole messages, not against the steps that a parser takes" },
    { "tenant",    "there are no tenants: what belongs to whom is said by assets" },
    { "domain",    "it needs a list of public suffixes, which is not on board; `dotprefix` and `endswith` compare whole domains" },
    { "tld",       "it needs a list of public suffixes, which is not on board; `endswith` compares the end of a name" },
    { "gunzip",    "bodies are already unpacked when rules see them; nothing else is" },
    { "zlib_deflate", "bodies are already unpacked when rules see them; nothing else is" },
    { "subslice",  "`offset`, `depth` and `bsize` say where in the buffer to look" },
    { "email.body_md5", "no digest of a mail's text is made; those of its attachments are `filemd5` and its kin" },
    { "arp.opcode", "ARP is counted and not dissected" },
    { "bittorrent_dht", "there is no dissector of BitTorrent" }
};

/* What may stand where a header names its protocol, in Suricata's newest, and cannot here. */
static const struct refusal protocol_refusals[] = {
    { "ether", "rules begin at IP or at an application" },
    { "arp",   "ARP is counted and not dissected" },
    { "esp",   "what ESP carries is encrypted: `ip` with `ip_proto:50` names its packets" },
    { "doh2",  "DNS over HTTPS is not looked into; `http2` has its requests" },
    { "bittorrent-dht", "there is no dissector of BitTorrent; `ndpi.protocol:BitTorrent` names its flows" }
};

static const char *refusal_of(const struct refusal *rows, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, rows[i].name))
            return rows[i].why;
    }
    return NULL;
}

const char *keyword_refusal(struct slice name)
{
    return refusal_of(refusals, sizeof(refusals) / sizeof(refusals[0]), name);
}

const char *protocol_refusal(struct slice name)
{
    if (memchr(name.at, ':', name.len) != NULL)
        return "a rule that hooks into a step of a parser or of the firewall mode is for an inline engine";
    return refusal_of(protocol_refusals, sizeof(protocol_refusals) / sizeof(protocol_refusals[0]), name);
}
