#include "manual.h"

#include <openssl/opensslv.h>

#include "classify/classify.h"
#include "dissectors/dissector.h"

static const char *const type_names[] = {
    [FIELD_UINT] = "number", [FIELD_INT] = "signed number", [FIELD_REAL] = "real number", [FIELD_FLAG] = "true/false",
    [FIELD_TIME] = "time", [FIELD_TEXT] = "text", [FIELD_BYTES] = "bytes (hex)", [FIELD_ADDR] = "address",
    [FIELD_LIST] = "list of objects",
};

/* "answers.rrname": a member is named with its list. */
static void field_path(const struct schema *s, const struct field *f, FILE *out)
{
    if (f->in != 0) {
        field_path(s, &s->fields[f->in - 1], out);
        fputc('.', out);
    }
    fputs(f->name, out);
}

static void names_row(const struct field *f, FILE *out)
{
    unsigned shown = 0;
    if (f->names == NULL)
        return;
    fputs(" Names:", out);
    for (const struct field_name *n = f->names; n->name != NULL; n++) {
        if (++shown > 40) {
            fputs(" ...", out);
            break;
        }
        fprintf(out, "%s %llu `%s`", shown > 1 ? "," : "", (unsigned long long)n->value, n->name);
    }
    fputc('.', out);
}

static void field_row(const struct schema *s, const struct field *f, FILE *out)
{
    fputs("| `", out);
    field_path(s, f, out);
    fprintf(out, "` | %s%s%s%s%s | ", type_names[f->type], f->flags & FIELD_MANY ? ", may repeat" : "",
            f->unit ? ", " : "", f->unit ? f->unit : "", f->flags & FIELD_HIDDEN ? ", rules only" : "");
    if (f->type != FIELD_LIST) {
        fprintf(out, "`%s.", s->name);
        field_path(s, f, out);
        fputc('`', out);
    }
    for (const char *a = f->aliases; a != NULL && *a != '\0'; a++)
        if (*a != ' ')
            fprintf(out, "%s%c", a == f->aliases || a[-1] == ' ' ? " `" : "", *a), fputs(a[1] == ' ' || a[1] == '\0' ? "`" : "", out);
    fprintf(out, " | %s", f->about);
    names_row(f, out);
    fputs(" |\n", out);
}

static void schema_page(const struct dissector *d, FILE *out)
{
    const struct schema *s = d->schema;
    fprintf(out, "\n## %s\n\nSource: %s\n\n| Member | Type | Keywords | What it is |\n|---|---|---|---|\n", s->name, d->source);
    for (unsigned i = 0; i < s->count; i++)
        field_row(s, &s->fields[i], out);
    if (s->anomaly_count > 0)
        fprintf(out, "\nAnomalies (`app-layer-event:%s.NAME;`, member `anomalies`):\n\n| Name | What it is |\n|---|---|\n", s->name);
    for (unsigned i = 0; i < s->anomaly_count; i++)
        fprintf(out, "| `%s` | %s |\n", s->anomalies[i].name, s->anomalies[i].about);
}

static const char head[] =
    "# Events\n\n"
    "Written by `fengsui-sensor --list-fields` from the field tables; do not edit. One JSON object per event, in the names of\n"
    "Suricata's EVE where EVE has the field.\n\n"
    "## What every event has\n\n"
    "| Member | What it is |\n|---|---|\n"
    "| `id` | `<sensor>:<epoch>:<seq>`: the epoch is the sensor's start in microseconds, seq counts without gaps |\n"
    "| `timestamp` | of the packet, RFC 3339 with offset and microseconds |\n"
    "| `event_type` | `alert`, `flow`, `asset`, `stats`, or a dissector's name |\n"
    "| `sensor`, `region` | who saw it; GB/T 2260 code of the region it belongs to |\n"
    "| `status` | `actual`, `exercise` or `test` |\n"
    "| `in_iface`, `pcap_cnt` | the interface, or the frame's number in its file |\n"
    "| `vlan`, `flow_id`, `community_id` | VLAN ids, the flow's number in this sensor's run, Community ID version 1 |\n"
    "| `src_ip`, `src_port`, `dest_ip`, `dest_port`, `proto`, `app_proto` | the packet's ends, transport, and the dissector that follows the flow |\n"
    "| `ether` | `{src_mac, dest_mac}` of a frame without IP |\n"
    "| `ndpi` | `{protocol, category, confidence, risks[]}`: what nDPI makes of the flow |\n"
    "| `src_geo`, `dest_geo` | `{country}`, ISO 3166-1 |\n"
    "| `src_asset`, `dest_asset` | `{name, unit, sector, region, role, mlps_level, cii}` of the registered asset |\n"
    "\n## alert\n\n"
    "`alert{action, gid, signature_id, rev, signature, category, severity, rule_action, metadata{key: [values]}}`, `direction`, `tx_id`, the\n"
    "dissector's own object when a message matched, `flow{pkts_toserver, pkts_toclient, bytes_toserver, bytes_toclient}`, `payload` (base64)\n"
    "and `payload_printable`. `gid` 1: rules; 9001: indicators, `indicator{id, value, kind, source, tlp, confidence}` says which\n"
    "one, told once a flow; 9003: departures from the OT policy, whose `why` says what was\n"
    "expected and what came.\n"
    "\n## flow\n\n"
    "`flow{start, end, age, pkts_toserver, pkts_toclient, bytes_toserver, bytes_toclient, state, reason, alerted, midstream, gaps, gap_bytes}`,\n"
    "`tcp{tcp_flags, tcp_flags_ts, tcp_flags_tc}`.\n"
    "\n## asset\n\n"
    "`asset{address, mac, mac_vendor, role, protocols[], vendor, product, version, serial, name, first_seen, last_seen, peers[], peers_more,\n"
    "vulnerabilities[{cve, repaired_in, zh, en, reference}]}`: an industrial device as the wire shows it, told when something new is known of it and\n"
    "every hour. `role`: `plc`, `rtu`, `ied`, `device`, `gateway`, `engineering_station`, `operator_station`, `historian`.\n"
    "\n## incident\n\n"
    "`incident{id, version, title{zh,en}, region, sector, status, state, level, category, first, last, detected_at, aware_at, alert_count,\n"
    "score, score_parts{severity, asset, spread, confidence}, owner, merged_into, victims[], attackers[], rules[], tactics[], accounts[], indicators[],\n"
    "parts[{id, region, version, state, level, alert_count}], joins[{time, reason{zh,en}}], alert_ids[]}`. One event per change; the newest `version` of an `id` counts. `alert_ids` are those that joined since the version before.\n"
    "One that became part of another names it in `merged_into` and is closed. One with `parts` is a campaign over\n"
    "several regions: each part stays an incident of its region, and `alert_count` is their sum, so no total counts both. The province's\n"
    "correlator makes it from its children's incidents.\n";

void manual_events(FILE *out)
{
    fputs(head, out);
    for (size_t i = 0; i < dissector_count; i++)
        schema_page(dissectors[i], out);
}

void manual_build(FILE *out)
{
    fprintf(out, "fengsui-sensor %s\ncompiler   %s\nnDPI       %s\nOpenSSL    %s\ndissectors", FENGSUI_VERSION, __VERSION__,
            classify_version(), OPENSSL_VERSION_TEXT);
    for (size_t i = 0; i < dissector_count; i++)
        fprintf(out, " %s", dissectors[i]->schema->name);
    fputc('\n', out);
}
