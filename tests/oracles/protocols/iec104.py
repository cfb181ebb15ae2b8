"""IEC 60870-5-104."""
from counting import Counted, Nested, Sum, Total, only

U_FUNCTIONS = {1: "STARTDT_act", 2: "STARTDT_con", 4: "STOPDT_act", 8: "STOPDT_con", 16: "TESTFR_act", 32: "TESTFR_con"}


def iec104_u(e, r):
    return U_FUNCTIONS.get(r["u_function"], r["u_function"]) if "u_function" in r else None


def iec104_type_cause(e, r):
    return (r["type_id"], r.get("cause_of_transmission", "?")) if "type_id" in r else None


def iec104_pair(e, r):
    return f"{e['src_ip']}>{e['dest_ip']}|{r.get('common_address', '?')}" if "type_id" in r else None


def iec104_command(e, r):
    commands = r.get("type_id", 0) >= 45 and r.get("cause_of_transmission") in (6, 8)
    return (f"{e['dest_ip']}#{r['common_address']}", r["type_id"]) if commands else None


def iec104_negative(e, r):
    return f"{r['type_id']}|{r['cause_of_transmission']}" if r.get("negative") else None


TRUTH = {
    "iec104": {
        "pdus": Total(only("apci_type")),
        "apci_types": Counted(lambda e, r: r["apci_type_name"].upper() if "apci_type" in r else None),
        "u_types": Counted(iec104_u),
        "asdus": Total(only("type_id")),
        "information_objects": Sum(only("number_of_objects")),
        "type_ids": Counted(only("type_id")),
        "type_id_cot": Nested(iec104_type_cause),
        "cots": Counted(only("cause_of_transmission")),
        "pairs": Counted(iec104_pair),
        "commands": Nested(iec104_command),
        "negative": Counted(iec104_negative),
        "test_flag": Counted(lambda e, r: r["type_id"] if r.get("test") else None),
    },
}
