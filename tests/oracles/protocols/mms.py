"""MMS: IEC 61850 and ICCP."""
from counting import Counted, Every, Nested, Total, between

PDUS = {"confirmed_request": "confirmed-Request", "confirmed_response": "confirmed-Response", "confirmed_error": "confirmed-Error",
        "unconfirmed": "unconfirmed", "reject": "reject", "cancel_request": "cancel-Request", "cancel_response": "cancel-Response",
        "cancel_error": "cancel-Error", "initiate_request": "initiate-Request", "initiate_response": "initiate-Response",
        "initiate_error": "initiate-Error", "conclude_request": "conclude-Request", "conclude_response": "conclude-Response",
        "conclude_error": "conclude-Error"}
WORDS = {"get_variable_access_attributes": "getVariableAccessAttributes"}
WRITES = ("write", "start", "stop", "resume", "reset", "kill", "takeControl", "relinquishControl", "deleteProgramInvocation",
          "createProgramInvocation", "initiateDownloadSequence", "downloadSegment", "terminateDownloadSequence", "deleteDomain",
          "requestDomainDownload", "loadDomainContent", "fileDelete", "fileRename", "obtainFile", "rename", "defineNamedVariableList",
          "deleteNamedVariableList", "defineNamedVariable", "deleteVariableAccess", "output", "initializeJournal", "writeJournal",
          "createJournal", "deleteJournal")


class Some(Total):
    """A total that the truth leaves out where there is none."""

    def of(self, events, name):
        return super().of(events, name) or {}


def camel(word):
    """get_name_list, as ISO 9506 writes it: getNameList."""
    first, *others = word.split("_")
    return first + "".join(w.capitalize() for w in others)


def service_of(kind):
    return lambda e, r: camel(r["service"]) if r.get("pdu_type") == kind and isinstance(r.get("service"), str) else None


def write_of(e, r):
    service = service_of("confirmed_request")(e, r)
    return (e["dest_ip"], service) if service in WRITES else None


def seen(e, r):
    """On the bare transport tshark passes over PDUs of two octets: 8b 00, conclude."""
    return None if r.get("pdu_type") == "conclude_request" and "spdu" not in r else r.get("pdu_type")


def written(of):
    """One key per variable of a write request."""
    return lambda e, r: ([of(v) for v in r.get("variables", [])]
                         if r.get("pdu_type") == "confirmed_request" and r.get("service") == "write" else [])


TRUTH = {
    "mms": {
        "pdus": Total(seen),
        "pdu_types": Counted(lambda e, r: PDUS.get(seen(e, r))),
        "requests": Counted(service_of("confirmed_request")),
        "responses": Counted(service_of("confirmed_response")),
        "unconfirmed": Counted(service_of("unconfirmed")),
        "error_pdus": Some(lambda e, r: r["pdu_type"] if r.get("pdu_type") == "confirmed_error" else None),
        "writes": Nested(write_of),
        "write_items": Every(written(lambda v: v.get("item", ""))),
        "write_fc": Every(written(lambda v: v.get("functional_constraint", "-"))),
        "pairs": Counted(lambda e, r: between(e, r) if seen(e, r) else None),
    },
}
NO_CONTEXT = ("taken up in mid-connection: tshark knows MMS by the presentation context that only the connection names; each message is "
              "01 00 01 00 61 LI 30 LI 02 01 03 a0 LI and then a whole MMS PDU, a0 .. 02 .. or a1 .. 02 ..")
EXPLAINED = {
    ("mms", "goose/emre__iedscout.pcapng"): NO_CONTEXT,
    ("mms", "goose/emre__pres.pcapng"): NO_CONTEXT,
    ("mms", "goose/emre__pres1.pcapng"): NO_CONTEXT,
    ("mms", "mms/robidev__mms_resp.pcap"): NO_CONTEXT + "; here the client's side is missing",
    ("mms", "mms/iti__iec.pcap"): "two connections: of the first, frames 2 to 5, tshark has no context; what both write is a name of the device itself, "
        "a0 1f 80 1d ACTSETGGIO80$DC$NamPlt$vendor, and the truth counts names in domains only",
}
