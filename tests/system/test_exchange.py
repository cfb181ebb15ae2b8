#!/usr/bin/env python3
"""What `fengsui export` writes, from an archive that the real archiver made, against the standards: STIX 2.1, IODEF in JSON
(RFC 8727), CAP 1.2, GB/T 36643-2018, CSV (RFC 4180). No package of Debian or npm carries their schemas, so the checks below are
written from the standards' texts, each with the section it comes from.
"""
import argparse
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid

from cases import hold

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60
DOMAIN = "csirt.example.cn"

# ---- STIX 2.1 ----

# Types that we write: required and further properties beside the common ones (sections 4, 5, 6, 7).
COMMON = {"type", "spec_version", "id", "created_by_ref", "created", "modified", "revoked", "labels", "confidence", "lang",
          "external_references", "object_marking_refs", "granular_markings", "extensions"}
STIX = {
    "identity": ({"name"}, {"description", "roles", "identity_class", "sectors", "contact_information"}),
    "incident": ({"name"}, {"description"}),
    "indicator": ({"pattern", "pattern_type", "valid_from"}, {"name", "description", "indicator_types", "pattern_version", "valid_until",
                                                              "kill_chain_phases"}),
    "attack-pattern": ({"name"}, {"description", "aliases", "kill_chain_phases"}),
    "observed-data": ({"first_observed", "last_observed", "number_observed"}, {"object_refs"}),
    "grouping": ({"context", "object_refs"}, {"name", "description"}),
    "report": ({"name", "published", "object_refs"}, {"description", "report_types"}),
    "relationship": ({"relationship_type", "source_ref", "target_ref"}, {"description", "start_time", "stop_time"}),
    "extension-definition": ({"name", "schema", "version", "extension_types", "created_by_ref"}, {"description", "extension_properties"}),
}
CONTEXTS = {"suspicious-activity", "malware-analysis", "unspecified"}
ID = re.compile(r"[a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")      # section 2.9


def refs_of(o):
    for name, value in o.items():
        if name.endswith("_ref"):
            yield name, value
        if name.endswith("_refs"):
            for one in value:
                yield name, one


def check_stix(bundle):
    assert set(bundle) == {"type", "id", "objects"} and bundle["type"] == "bundle" and ID.fullmatch(bundle["id"])
    ids = [o["id"] for o in bundle["objects"]]
    assert len(ids) == len(set(ids)), "an object stands there twice"
    for o in bundle["objects"]:
        kind = o["type"]
        assert o["spec_version"] == "2.1" and ID.fullmatch(o["id"]) and o["id"].startswith(kind + "--"), o
        for name, value in o.items():
            assert re.fullmatch(r"[a-z0-9_]{3,250}", name) or name == "id", name
            assert value not in ("", [], {}, None), (o["id"], name)           # section 3.2: no empty lists or texts
        if kind in ("ipv4-addr", "ipv6-addr"):                               # section 6
            assert set(o) <= {"type", "spec_version", "id", "value", "object_marking_refs"}, o
            assert o["id"] == "%s--%s" % (kind, uuid.uuid5(OBSERVABLES, json.dumps({"value": o["value"]}, separators=(",", ":"))))
        elif kind == "marking-definition":                                   # section 7.2.1, TLP 2.0 by extension
            assert o["extensions"]["extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"]["tlp_2_0"] == "amber"
        else:
            required, further = STIX[kind]
            assert required <= set(o) <= required | further | COMMON, (kind, set(o) ^ required)
            assert STAMP.fullmatch(o["created"]) and STAMP.fullmatch(o["modified"]) and o["created"] <= o["modified"], o
        for name, ref in refs_of(o):
            known = ref in ids or (kind == "report" and ref.startswith("incident--"))   # an incident that travels by itself
            assert ID.fullmatch(ref) and known, (o["id"], name, ref)
        for extension in o.get("extensions", {}):
            assert extension in ids or extension.endswith("9e08dde9e88d"), extension
        check_parts(o)


def check_parts(o):
    if o["type"] == "observed-data":
        assert o["first_observed"] <= o["last_observed"] and 1 <= o["number_observed"] <= 999999999
    if o["type"] == "grouping":
        assert o["context"] in CONTEXTS
    if o["type"] == "indicator":
        assert o["pattern_type"] == "stix" and re.fullmatch(r"\[ipv[46]-addr:value = '[0-9a-f.:]+'\]", o["pattern"])
    if o["type"] == "relationship":
        ends = o["source_ref"].split("--")[0], o["relationship_type"], o["target_ref"].split("--")[0]
        assert ends[1] == "related-to" or ends == ("indicator", "based-on", "observed-data"), ends
    for reference in o.get("external_references", []):
        assert "source_name" in reference and len(reference) >= 2            # section 2.5


# ---- IODEF: classes of RFC 7970 section 3 as RFC 8727 section 5 binds them ----

TEXTS, TEXT, STAMPED, NUMBER = "texts", "text", "time", "number"
RESTRICTION = {"public", "partner", "need-to-know", "private", "default", "white", "green", "amber", "red", "ext-value"}
IODEF = {   # member: (required, list, what it is: a type, a set of values, or a class)
    "Document": {"version": (1, 0, {"2.0"}), "lang": (0, 0, TEXT), "private-enum-name": (0, 0, TEXT), "private-enum-id": (0, 0, TEXT),
                 "format-id": (0, 0, TEXT), "Incident": (1, 1, "Incident")},
    "Incident": {"purpose": (1, 0, {"traceback", "mitigation", "reporting", "watch", "other", "ext-value"}),
                 "status": (0, 0, {"new", "in-progress", "forwarded", "resolved", "future", "ext-value"}), "lang": (0, 0, TEXT),
                 "restriction": (0, 0, RESTRICTION), "IncidentID": (1, 0, "IncidentID"), "DetectTime": (0, 0, STAMPED),
                 "StartTime": (0, 0, STAMPED), "EndTime": (0, 0, STAMPED), "ReportTime": (0, 0, STAMPED), "GenerationTime": (1, 0, STAMPED),
                 "Description": (0, 1, TEXTS), "Assessment": (0, 1, "Assessment"), "Method": (0, 1, "Method"), "Contact": (1, 1, "Contact"),
                 "EventData": (0, 1, "EventData"), "AdditionalData": (0, 1, "Extension")},
    "IncidentID": {"id": (1, 0, TEXT), "name": (1, 0, TEXT)},
    "Assessment": {"occurrence": (0, 0, {"actual", "potential"}), "IncidentCategory": (0, 1, TEXTS), "Impact": (1, 1, "Impact"),
                   "Confidence": (0, 0, "Confidence")},
    "Impact": {"SystemImpact": (0, 0, "SystemImpact")},
    "SystemImpact": {"severity": (0, 0, {"low", "medium", "high"}), "type": (1, 0, {"unknown"})},
    "Confidence": {"value": (1, 0, NUMBER), "rating": (1, 0, {"low", "medium", "high", "numeric", "unknown", "ext-value"})},
    "Method": {"Reference": (0, 1, "Reference"), "Description": (0, 1, TEXTS)},
    "Reference": {"URL": (0, 1, TEXT)},
    "Contact": {"role": (1, 0, {"creator"}), "type": (1, 0, {"person", "organization", "ext-value"}), "ContactName": (0, 1, TEXTS),
                "Email": (0, 1, "Email")},
    "Email": {"EmailTo": (1, 0, TEXT)},
    "EventData": {"StartTime": (0, 0, STAMPED), "EndTime": (0, 0, STAMPED), "System": (0, 1, "System")},
    "System": {"category": (0, 0, {"source", "target", "intermediate", "sensor", "infrastructure", "ext-value"}), "Node": (1, 0, "Node"),
               "Description": (0, 1, TEXTS)},
    "Node": {"Address": (1, 1, "Address")},
    "Address": {"value": (1, 0, TEXT), "category": (1, 0, {"ipv4-addr", "ipv6-addr"})},
    "Extension": {"name": (0, 0, TEXT), "dtype": (1, 0, {"boolean", "integer", "real", "string", "date-time", "json", "ext-value"}),
                  "value": (1, 0, TEXT)},
}


def check_iodef(value, what, where="Document"):
    if isinstance(what, set):
        assert value in what, (where, value)
    elif what == NUMBER:
        assert isinstance(value, (int, float)), where
    elif what == STAMPED:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value), (where, value)
    elif what == TEXT or (what == TEXTS and isinstance(value, str)):
        assert isinstance(value, str) and value, where
    elif what == TEXTS:
        assert set(value) <= {"value", "lang", "translation-id"} and value["value"], (where, value)
    else:
        members = IODEF[what]
        assert set(value) <= set(members), (where, set(value) - set(members))
        for name, (required, many, kind) in members.items():
            assert name in value or not required, (where, name)
            for one in (value[name] if many else [value[name]]) if name in value else []:
                check_iodef(one, kind, where + "." + name)
            assert not (many and name in value) or value[name], (where, name)


# ---- CAP 1.2: the sequence of section 3.4 with the values of section 3.2, as a schema for xmllint ----

def element(name, least=0, most=1, kind="xs:string"):
    return '<xs:element name="%s" type="%s" minOccurs="%d" maxOccurs="%s"/>' % (name, kind, least, most)


def words(name, *values):
    return '<xs:simpleType name="%s"><xs:restriction base="xs:string">%s</xs:restriction></xs:simpleType>' % (
        name, "".join('<xs:enumeration value="%s"/>' % v for v in values))


def group(name, *elements):
    return '<xs:complexType name="%s"><xs:sequence>%s</xs:sequence></xs:complexType>' % (name, "".join(elements))


MANY = "unbounded"
CAP = "".join((
    '<?xml version="1.0"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:oasis:names:tc:emergency:cap:1.2" '
    'xmlns="urn:oasis:names:tc:emergency:cap:1.2" elementFormDefault="qualified"><xs:element name="alert" type="alert"/>',
    words("status", "Actual", "Exercise", "System", "Test", "Draft"), words("msgType", "Alert", "Update", "Cancel", "Ack", "Error"),
    words("scope", "Public", "Restricted", "Private"), words("urgency", "Immediate", "Expected", "Future", "Past", "Unknown"),
    words("severity", "Extreme", "Severe", "Moderate", "Minor", "Unknown"), words("certainty", "Observed", "Likely", "Possible", "Unlikely", "Unknown"),
    words("category", "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
    words("response", "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"),
    '<xs:simpleType name="time"><xs:restriction base="xs:dateTime"><xs:pattern value="\\d\\d\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[-,+]\\d\\d:\\d\\d"/>'
    '</xs:restriction></xs:simpleType><xs:simpleType name="plain"><xs:restriction base="xs:string"><xs:pattern value="[^ ,&lt;&amp;]+"/>'
    '</xs:restriction></xs:simpleType>',
    group("pair", element("valueName", 1), element("value", 1)),
    group("area", element("areaDesc", 1), element("polygon", 0, MANY), element("circle", 0, MANY), element("geocode", 0, MANY, "pair"),
          element("altitude"), element("ceiling")),
    group("info", element("language"), element("category", 1, MANY, "category"), element("event", 1), element("responseType", 0, MANY, "response"),
          element("urgency", 1, 1, "urgency"), element("severity", 1, 1, "severity"), element("certainty", 1, 1, "certainty"), element("audience"),
          element("eventCode", 0, MANY, "pair"), element("effective", 0, 1, "time"), element("onset", 0, 1, "time"), element("expires", 0, 1, "time"),
          element("senderName"), element("headline"), element("description"), element("instruction"), element("web", 0, 1, "xs:anyURI"),
          element("contact"), element("parameter", 0, MANY, "pair"), element("area", 0, MANY, "area")),
    group("alert", element("identifier", 1, 1, "plain"), element("sender", 1, 1, "plain"), element("sent", 1, 1, "time"),
          element("status", 1, 1, "status"), element("msgType", 1, 1, "msgType"), element("source"), element("scope", 1, 1, "scope"),
          element("restriction"), element("addresses"), element("code", 0, MANY), element("note"), element("references"), element("incidents"),
          element("info", 0, MANY, "info")),
    "</xs:schema>"))

# ---- GB/T 36643 ----

COMPONENTS = ("observation", "indicator", "incident", "campaign", "ttp", "course_of_action", "threat_actor", "exploit_target")


def check_gbt(document):
    assert document["standard"] == "GB/T 36643-2018" and all(isinstance(document[c], list) for c in COMPONENTS)
    for component in COMPONENTS:
        for part in document[component]:
            assert re.fullmatch(component + r"-[0-9a-f]{32}", part["id"]), part["id"]
            assert {"idref", "timestamp", "version", "title", "description", "short_description"} <= set(part), component
            assert STAMP.fullmatch(part["timestamp"])
    observations = {o["id"] for o in document["observation"]}
    assert all(i["observable"] in observations for i in document["indicator"])


# ---- the archive ----

def incident(number, version=1, title="PLC 写入", status="actual", state="new", attackers=("198.51.100.7", "2001:db9::7", "10.9.9.9")):
    iid = "I-430100-20261120-%08d" % number
    party = {"name": "", "unit": "", "sector": "", "region": "", "country": ""}
    body = {"id": iid, "version": version, "title": {"zh": title, "en": "PLC written"}, "region": "430100", "sector": "water", "status": status,
            "state": state, "level": 2, "category": "02003", "first": "2026-11-20T19:00:00+08:00", "last": "2026-11-20T19:23:20+08:00",
            "detected_at": "2026-11-20T19:00:01+08:00", "alert_count": 6, "score": 63.3,
            "score_parts": {"severity": 1, "asset": 0.9, "spread": 0.7, "confidence": 0.8}, "owner": "",
            "victims": [dict(party, address="10.0.0.1", name="泵站", unit="某水厂", sector="water")],
            "attackers": [dict(party, address=a, country="NL") for a in attackers], "rules": [], "tactics": ["TA0043", "TA0106", "TA9999"],
            "joins": [{"time": "2026-11-20T19:00:00+08:00", "reason": {"zh": "值班电话 13812345678", "en": "call 13812345678"}}], "alert_ids": []}
    return {"id": "%s:%d" % (iid, version), "timestamp": "2026-11-20T19:23:20.000000+0800", "event_type": "incident", "region": "430100",
            "status": status, "incident": body}


def warning(version=2, state="raised", status="actual"):
    wid = "W-430100-20261120-0123abcd"
    steps = [("draft", "draft"), ("issue", "issued"), ("raise", "raised"), ("lift", "lifted")]
    history = [{"at": "2026-11-20T20:%02d:00.000000+0800" % n, "who": "li", "role": "duty_officer", "command": c, "from": "", "to": to}
               for n, (c, to) in enumerate(steps[:version])]
    body = {"id": wid, "version": version, "decided": version, "region": "430100", "status": status, "state": state,
            "created": {"at": "2026-11-20T20:00:00.000000+0800", "by": "li"},
            "changed": {"at": "2026-11-20T20:%02d:00.000000+0800" % (version - 1), "by": "li"}, "title": "供水 <系统> & 勒索", "colour": "red",
            "measures": "断开远程维护；有问题联系 wang@example.com", "sector": "water", "category": "01001", "incidents": [incident(1)["incident"]["id"]],
            "regions": ["430100", "430200"], "valid_until": "2026-11-27T00:00:00+08:00", "due": {}, "fired": {}, "history": history,
            "history_gone": 0}
    return {"id": "%s:%d" % (wid, version), "timestamp": "2026-11-20T20:%02d:00.000000+0800" % (version - 1), "event_type": "warning",
            "region": "430100", "status": status, "warning": body}


class Cases:
    def __init__(self, build, folder):
        self.build, self.folder, self.config = build, folder, folder + "/fengsui.yaml"
        with open(self.config, "w") as out:
            out.write("bus:\n  redis: \"unix:%s/redis.sock\"\narchive:\n  store: %s/archive\nexchange:\n  name_zh: 指挥中心\n  name_en: Centre\n"
                      "  domain: %s\n  contact: duty@%s\n" % (folder, folder, DOMAIN, DOMAIN))
        self.archive([incident(1), incident(1, version=2, title="=HYPERLINK(\"x\")", state="confirmed"), incident(2), incident(3, status="exercise"),
                      warning(1, "draft"), warning(2, "issued"), warning(3, "raised")])

    def archive(self, events):
        os.makedirs(self.folder + "/archive")
        archiver = None
        redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.folder + "/redis.sock", "--dir", self.folder, "--appendonly",
                                  "yes", "--maxmemory-policy", "noeviction", "--logfile", self.folder + "/redis.log"])
        try:
            end = time.monotonic() + PATIENCE
            while self.ask("PING") != "PONG":
                assert time.monotonic() < end, "Redis does not answer"
                time.sleep(0.05)
            self.ask("SADD", "fengsui:regions", "430100")
            for event in events:
                stream = "incidents" if event["event_type"] == "incident" else "warnings"
                self.ask("XADD", "fengsui:{430100}:" + stream, "*", "id", event["id"], "type", event["event_type"], "v", "1", "json",
                         json.dumps(event, ensure_ascii=False))
            with open(self.folder + "/archiver.log", "w") as log:
                archiver = subprocess.Popen([self.build + "/fengsui-archiver", "-c", self.config], stderr=log)
                while not all(self.export("csv", "--since", "2026-01-01", "--kind", kind).stdout.count("\r\n") >= rows + 1
                              for kind, rows in (("incident", 2), ("warning", 1))):
                    assert time.monotonic() < end, open(log.name).read()
                    time.sleep(0.1)
                archiver.send_signal(signal.SIGTERM)
                archiver.wait(PATIENCE)
        finally:
            for child in (archiver, redis):
                if child is not None and child.poll() is None:
                    child.kill()
                    child.wait()

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.folder + "/redis.sock", *words], capture_output=True, text=True).stdout.strip()

    def export(self, form, *words):
        env = dict(os.environ, TZ="CST-8")
        done = subprocess.run([self.build + "/fengsui", "export", "-c", self.config, "--format", form, *words], capture_output=True, env=env)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def written(self, form, *words):
        done = self.export(form, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    # ---- truths ----

    def a_stix_bundle_keeps_the_standard(self):
        for words in ((incident(1)["incident"]["id"],), ("--since", "2026-01-01"), ("--since", "2026-01-01", "--kind", "warning")):
            bundle = json.loads(self.written("stix", *words))
            check_stix(bundle)
        one = json.loads(self.written("stix", incident(1)["incident"]["id"]))
        assert [o["pattern"] for o in one["objects"] if o["type"] == "indicator"] == ["[ipv4-addr:value = '198.51.100.7']",
                                                                                      "[ipv6-addr:value = '2001:db9::7']"]
        assert self.written("stix", incident(1)["incident"]["id"]) == json.dumps(one, separators=(",", ":"), ensure_ascii=False) + "\n"

    def an_iodef_document_keeps_the_standard(self):
        for words in ((incident(1)["incident"]["id"],), ("--since", "2026-01-01"), (warning()["warning"]["id"],)):
            check_iodef(json.loads(self.written("iodef", *words)), "Document")

    def a_cap_alert_keeps_the_standard(self):
        with open(self.folder + "/cap.xsd", "w") as out:
            out.write(CAP)
        alert = self.written("cap", warning()["warning"]["id"])
        done = subprocess.run(["xmllint", "--noout", "--schema", self.folder + "/cap.xsd", "-"], input=alert, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "<msgType>Update</msgType>" in alert
        assert "<references>%s,%s.2,2026-11-20T20:01:00+08:00</references>" % (DOMAIN, warning()["warning"]["id"]) in alert, alert
        refused = self.export("cap", incident(1)["incident"]["id"])
        assert refused.returncode == 65 and "CAP is for warnings" in refused.stderr

    def the_eight_components_name_each_other(self):
        check_gbt(json.loads(self.written("gbt36643", "--since", "2026-01-01")))
        check_gbt(json.loads(self.written("gbt36643", warning()["warning"]["id"])))

    def a_sheet_has_a_row_for_each_and_no_formula(self):
        text = self.written("csv", "--since", "2026-01-01")
        assert text.startswith("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text[1:])))
        assert sorted(r["id"] for r in rows) == [incident(n)["incident"]["id"] for n in (1, 2)]    # the newest versions, and no drill
        changed = [r for r in rows if r["version"] == "2"][0]
        assert changed["title_zh"] == "'=HYPERLINK(\"x\")" and changed["state"] == "confirmed", changed
        drill = list(csv.DictReader(io.StringIO(self.written("csv", "--since", "2026-01-01", "--status", "exercise")[1:])))
        assert [r["id"] for r in drill] == [incident(3)["incident"]["id"]]

    def personal_data_is_masked_in_every_form_unless_it_is_revealed(self):
        for form in ("stix", "iodef", "gbt36643", "csv", "json", "text"):
            for words in ((incident(1)["incident"]["id"],), (warning()["warning"]["id"],)):
                text = self.written(form, *words)
                assert "13812345678" not in text and "wang@example.com" not in text, (form, words)
        assert "wang@example.com" not in self.written("cap", warning()["warning"]["id"])
        refused = self.export("json", "--reveal", "hand-over to the police", "--role", "supervisor", incident(1)["incident"]["id"])
        assert refused.returncode == 69 and refused.stdout == "" and "redis" in refused.stderr, refused     # nobody can decide here

    def a_file_is_written_whole_and_what_is_wrong_is_a_sentence(self):
        path = self.folder + "/out.json"
        self.written("stix", "--out", path, incident(1)["incident"]["id"])
        with open(path) as text:
            check_stix(json.load(text))
        for words, code, sentence in (
                (("stix", "I-430100-20261120-99999999"), 66, "I-430100-20261120-99999999 is not in the archive"),
                (("stix", "X-1"), 64, "export: \"X-1\" is not the id of an incident, a warning or another matter"),
                (("stix",), 64, "export: expected one ID, or --since TIME"),
                (("xml", "X-1"), 64, "--format: expected stix, iodef, cap, gbt36643, csv, json or text, not \"xml\""),
                (("stix", "--since", "yesterday"), 64, "--since: expected a time as in 2026-11-21T08:00:00+08:00, or a day, not \"yesterday\""),
                (("stix", "--since", "2026-01-01", "--kind", "alert"), 64, "--kind: expected incident, warning, notice or another kind, not \"alert\""),
                (("stix", "--since", "2027-01-01"), 66, "the archive has nothing of that"),
                (("stix", "--out", "/nowhere/x", incident(1)["incident"]["id"]), 74, "/nowhere/x.part: No such file or directory")):
            done = self.export(*words)
            assert done.returncode == code and sentence in done.stderr, (words, done)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengsui-exchange-") as folder:
        return hold(Cases(os.path.abspath(given.build), folder))


if __name__ == "__main__":
    sys.exit(main())
