"""GENISYS. tshark has none; Zeek with ICSNPP printed its log for the one capture: its counts are here, as the logs are no truth files."""
from counting import Counted, Total, only

LOGGED = {"pdus": 688, "headers": {"poll": 313, "acknowledge_client": 217, "indication_data": 127, "recall_header": 31}}
CAPTURE = "genisys/icsnpp_genisys__genisys.pcap"

TRUTH = {
    "genisys": {
        "pdus": Total(lambda e, r: 1),
        "headers": Counted(only("header_name")),
    },
}


def trusted(truth, protocol):
    return LOGGED if truth["file"] == CAPTURE else {"pdus": 0}
