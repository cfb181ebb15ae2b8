"""DLMS/COSEM: the truth is Matousek's Lua dissector, which names one APDU a packet."""
from counting import Counted, Total

ASSOCIATION = {"aarq": "DLMS AARQ Association Request", "aare": "DLMS AARE Association Response: accepted", "rlrq": "DLMS AARL Release Request",
               "rlre": "DLMS AARE Release Response"}


def kind(e, r):
    service = r.get("service")
    if isinstance(service, str):
        return "".join(w.capitalize() for w in service.split("_"))
    return ASSOCIATION.get(r.get("apdu"))


TRUTH = {"dlms": {"pdus": Total(kind), "apdus": Counted(kind)}}


def trusted(truth, protocol):
    known = truth.get("lua_oracle", {}).get("apdus", {})
    return {"pdus": sum(known.values()), "apdus": known} if known else {"pdus": 0}


EXPLAINED = {
    ("dlms", "dlms/ct__DLMS_list.pcap"): "the release response, frame 14, comes after the client's RST in frame 13: nobody receives it",
    ("dlms", "dlms/ndpi__dlms.pcap"): "the second request, frame 17, comes after the server's RST in frame 12",
    ("dlms", "dlms/ct__data7.pcapng"): "frame 278 was edited: 7e a0 19 says 25 octets and 36 stand between the flags; the Lua script looks for the request anywhere; "
        "frame 283 comes after the RST in frame 282",
}
