"""TriStation: commands as Nozomi Networks' Lua dissector counts them."""
from counting import Counted, Total, only

TRUTH = {"tristation": {"pdus": Total(only("type")), "commands": Counted(only("command"))}}


def trusted(truth, protocol):
    lua = truth.get("lua_oracle", {})
    if "ts_cmd" not in lua:
        return {"pdus": 0}
    return {"pdus": sum(lua["message_type"].values()), "commands": lua["ts_cmd"]}
