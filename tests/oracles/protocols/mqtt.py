"""MQTT. A record is an exchange: its packets are objects in it."""
from counting import Every, Sum

def packets(e, r):
    return ["0" if t == "unassigned" else t.upper() for t in map(str, r.get("type", []))]


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

EXPLAINED = {
    ("mqtt", "mqtt/shark2pit__MQTT.pcap"): "its frames were cut at 174 octets (38 holes, 11573 octets in the stream, frame 22 is the first of 318): a packet "
        "that a hole cut is not whole and not told, and behind it ours goes on with the next segment's packets; tshark tells each segment's beginning",
    ("mqtt", "mqtt/sv__tests_mqtt_events_missing_connect.pcap"): "only the server's side is whole: the client's has a hole of 16 octets at its beginning, "
        "behind which nothing says where a packet begins; and the code of a connack without its connect is given too",
    ("mqtt", "mqtt/sv__tests_mqtt5_excessiveproplen.pcap"): "the properties of the connect say to be longer than the packet: the conversation is broken there "
        "(4.13), as Suricata has it; tshark reads on",
}
