"""Niagara Fox: frames by their first line, as an independent recount of the stream has them."""
from counting import Counted, Total


def opening(e, r):
    return f"fox {r['kind']} {r['sequence']} {r['answers']} {r['channel']} {r['command']}"


TRUTH = {"fox": {"pdus": Total(opening), "openings": Counted(opening)}}


def trusted(truth, protocol):
    counted = truth.get("mini_oracle", {}).get("fox")
    return {"pdus": 0} if counted is None else {"pdus": sum(counted.values()), "openings": counted}
