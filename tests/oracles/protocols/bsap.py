"""BSAP. tshark has none; Zeek with ICSNPP printed its log for the one capture: its counts are here, as the logs are no truth files."""
from counting import Counted, Total

LOGGED = {
    "pdus": 2838,
    "requests": {"read_signal_by_name": 1344, "write_signal_by_name": 63},
    "responses": {"read_signal_by_name": 1344, "write_signal_by_name": 63},
}
CAPTURE = "bsap/icsnpp_bsap__bsap_serial_example.pcapng"


def function(destination):
    return lambda e, r: r.get("function_name") if r.get("destination_function_name") == destination else None


TRUTH = {
    "bsap": {
        "pdus": Total(lambda e, r: 1),
        "requests": Counted(function("rdb")),
        "responses": Counted(function("pei_pc")),
    },
}

EXPLAINED = {
    ("bsap", CAPTURE): "24 frames have an octet 10 in their numbers, which is written twice (frame `10 02 01 10 10 a0 07 09 03 00 04 ...` is serial number 10, "
        "function a0): Zeek reads both and so names their functions `Unknown APP Func-0x10`, and what follows by address or not at all; all 2,838 CRCs hold as ours reads them",
}


def trusted(truth, protocol):
    return LOGGED if truth["file"] == CAPTURE else {"pdus": 0}
