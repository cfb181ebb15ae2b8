"""Modbus/TCP."""
from counting import Counted, Nested, Total, only, between

MODBUS_WRITES = (5, 6, 15, 16, 21, 22, 23)


def modbus_direction(e, r):
    return ("req" if r["type"] == 0 else "rsp", r["function_code"]) if "function_code" in r else None


def modbus_pair(e, r):
    return f"{e['src_ip']}>{e['dest_ip']}|{r['unit_id']}" if "unit_id" in r else None


def modbus_exception(e, r):
    return f"{r['function_code']}|{r['exception_code']}" if "exception_code" in r else None


def modbus_write(e, r):
    wrote = r.get("type") == 0 and r.get("function_code") in MODBUS_WRITES
    return (f"{e['dest_ip']}#{r['unit_id']}", r["function_code"]) if wrote else None


TRUTH = {
    "modbus": {
        "pdus": Total(only("function_code")),
        "function_codes": Counted(only("function_code")),
        "function_codes_by_dir": Nested(modbus_direction),
        "exceptions": Counted(modbus_exception),
        "writes": Nested(modbus_write),
        "pairs": Counted(modbus_pair),
    },
}

EXPLAINED = {
    ("modbus", "modbus/iti__fuzz_72.pcap"): "a mutated capture with eleven holes: tshark reads each segment alone and counts "
        "17 PDUs, the recount of the stream 2; ours are the PDUs of the stream with the holes as they were given up, 8",
}
