"""BACnet/IP, BACnet over Ethernet and MS/TP."""
from counting import Counted, Nested, Total, only

# Services that change the device or its files, as the truth counts them.
WRITES = {6, 7, 8, 9, 10, 11, 15, 16, 17, 20, 27}


def ends(e):
    ether = e.get("ether", {})
    return e.get("src_ip", ether.get("src_mac", "?")), e.get("dest_ip", ether.get("dest_mac", "?"))


def service_by_type(e, r):
    named = r.get("pdu_type") in (0, 2, 3, 5)
    return (r["pdu_type"], r["service"]) if named and "service" in r else None


def write(e, r):
    return (ends(e)[1], r["service"]) if r.get("pdu_type") == 0 and r.get("service") in WRITES else None


def error(e, r):
    return f"{r['error_class']}|{r['error_code']}" if "error_code" in r else None


TRUTH = {
    "bacnet": {
        "pdus": Total(only("pdu_type")),
        "bvlc_functions": Counted(only("bvlc_function")),
        "apdu_types": Counted(only("pdu_type")),
        "confirmed_by_apdu_type": Nested(service_by_type),
        "unconfirmed_services": Counted(only("unconfirmed_service")),
        "network_messages": Counted(only("network_message")),
        "errors": Counted(error),
        "rejects": Counted(only("reject_reason")),
        "aborts": Counted(only("abort_reason")),
        "writes": Nested(write),
        "pairs": Counted(lambda e, r: ">".join(ends(e))),
    },
}

EXPLAINED = {
    ("bacnet", "bacnet/arkime__bacnet_stack_services.pcap"): "frame 1 is 81 0a 00 0b 10 07 2c 02 00 00 3d: behind the link header stands "
        "no network layer but at once an APDU (10 07, Who-Has of device 61). tshark takes 10 for the version and 07 for the control octet and "
        "then 2c for a simple ack; the version of every network layer is 01 (clause 6.2.1), so ours says invalid_npdu and reads on no further",
}
