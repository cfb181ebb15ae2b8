"""MQTT. A record is an exchange: its packets are objects in it."""
from counting import Every, Sum

TYPES = ("connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback", "unsubscribe", "unsuback",
         "pingreq", "pingresp", "disconnect", "auth")


def packets(e, r):
    return [t.upper() if isinstance(t, str) else str(t) for t in r.get("type", [])]


def of_connect(field):
    def take(e, r):
        value = r.get("connect", {}).get(field)
        return [str(value)] if value not in (None, "") else []
    return take


def topics(e, r):
    found = [r["publish"]["topic"]] if r.get("publish", {}).get("topic") else []
    found += [t["topic"] for t in r.get("subscribe", {}).get("topics", [])]
    return found + r.get("unsubscribe", {}).get("topics", [])


def connack(e, r):
    code = r.get("connack", {}).get("return_code")
    return [str(code)] if code is not None and r.get("connect", {}).get("protocol_version", 4) < 5 else []


TRUTH = {
    "mqtt": {
        "pdus": Sum(lambda e, r: len(packets(e, r))),
        "types": Every(packets),
        "clientids": Every(of_connect("client_id")),
        "usernames": Every(of_connect("username")),
        "versions": Every(of_connect("protocol_version")),
        "topics": Every(topics),
        "connack_codes": Every(connack),
    },
}
