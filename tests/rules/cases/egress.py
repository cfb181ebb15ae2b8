"""Cases of rules/egress.rules."""
import random
import struct

import session
from apps import der, dns, http, tls
from capture import SECOND
from cases import INSIDE, OUTSIDE, START, Case, dialogue, requests, tcp

OFFICE, MASTER = "10.1.11.20", "10.4.50.10"         # as deploy/exercise/assets.csv has them
MEGABYTE = 1 << 20


def secure(host, client=OFFICE, port=443, certificate=None, sent=0):
    def play(path):
        rng = random.Random(1)
        s = tcp(path, client, OUTSIDE, port, mss=16000)
        s.open()
        if certificate is None:
            tls.handshake13(s, rng, host)
        else:
            tls.handshake12(s, rng, host, [certificate])
        if sent:
            s.send(tls.data(rng, sent))
            s.reply(tls.data(rng, 200))
        s.close()
    return play


def asking(request, client=OFFICE):
    return lambda path: requests(path, client, OUTSIDE, (request, None))


def name(text, client=OFFICE, server=OUTSIDE):
    return lambda path: session.ask(path, (client, 30000), (server, 53), START, dns.query(7, text), dns.answer(7, text, dns.A, ["192.0.2.9"]))


def first(port, *messages, client=INSIDE):
    return lambda path: dialogue(tcp(path, client, OUTSIDE, port), *messages)


def datagram(port, data, client=INSIDE):
    return lambda path: session.datagram(path, (client, 40000), (OUTSIDE, port), START, data)


def uploads(count, client=OFFICE):
    messages = [b"220 ready\r\n"] + [part for n in range(count) for part in (b"STOR report%d.zip\r\n" % n, b"150 go on\r\n")]
    return first(21, None, *messages, client=client)


def ike(exchange, client=OFFICE):
    message = bytes(range(1, 9)) + bytes(8) + struct.pack("!BBBBII", 33, 0x20, exchange, 8, 0, 36) + struct.pack("!BBHI", 0, 0, 8, 0)
    return lambda path: session.datagram(path, (client, 500), (OUTSIDE, 500), START, message)


def openvpn(opcode, keyed=b""):
    """The message that begins a session: opcode, session, the hash with its numbers, no acknowledgements, number 0."""
    return datagram(1194, bytes((opcode,)) + bytes(range(8, 16)) + keyed + bytes(5))


KEYED = bytes(range(100, 120)) + struct.pack("!II", 1, 1_795_000_000)
FRP = b'{"version":"0.37.1","hostname":"","os":"linux","arch":"amd64","user":"","timestamp":1795000000}'
PPTP = struct.pack("!HHIHHIII", 156, 1, 0x1A2B3C4D, 1, 0, 0x10000, 1, 1) + bytes(132)
TOR_CN = "www.a2b3c4d5e6f7.net"


def relay(issuer):
    """A certificate with nothing but names, as relays make them."""
    return der.certificate(TOR_CN, organisation=None, issuer=issuer)


CASES = {
    9101401: Case(secure("content.dropboxapi.com"), secure("content.dropboxapi.com", MASTER)),
    9101402: Case(secure("pastebin.com"), secure("www.pastebinder.example")),
    9101404: Case(secure("d.pcs.baidu.com", sent=6 * MEGABYTE), secure("d.pcs.baidu.com", sent=MEGABYTE)),
    9101405: Case(uploads(4), uploads(2)),
    9101406: Case(secure("dns.google"), secure("www.google.example")),
    9101407: Case(secure("dns.example", port=853), secure("dns.example")),
    9101408: Case(name("www.example"), name("www.example", server="10.1.10.53")),
    9101409: Case(secure("www.x7y6z5w4.com", certificate=relay("www.k2l3m4n5o6.com")), secure("www.x7y6z5w4.com", certificate=der.certificate(TOR_CN))),
    9101410: Case(asking(http.get("/tor/server/all.z", "203.0.113.9")), asking(http.get("/tor/", "tour.example"))),
    9101411: Case(openvpn(0x38), openvpn(0x28)),
    9101412: Case(openvpn(0x38, KEYED), openvpn(0x38, bytes(range(100, 128)))),
    9101413: Case(datagram(51820, b"\1\0\0\0" + bytes(144)), datagram(51820, b"\1\0\0\0" + bytes(140))),
    9101414: Case(first(1723, PPTP), first(1723, b"\0\x9c\0\2" + PPTP[4:])),
    9101415: Case(ike(34), ike(34, MASTER)),
    9101417: Case(first(1080, b"\5\1\0", b"\5\0", b"\5\1\0\1\xcb\0\x71\x09\1\xbb"), first(1080, b"\5\1\0", b"\5\xff")),
    9101418: Case(asking(http.request("CONNECT", "www.example:443", "www.example:443")), asking(http.request("CONNECT", "www.example:443", "www.example:443"), MASTER)),
    9101419: Case(asking(http.get("/sub?token=1", "sub.example", agent="ClashX/1.118.0 (com.west2online.ClashX)")), asking(http.get("/clash", "news.example"))),
    9101420: Case(first(7000, b"o" + struct.pack("!Q", len(FRP)) + FRP), first(7000, b"o" + struct.pack("!Q", 12) + b'{"ver":"1.2"}')),
    9101421: Case(secure("a1b2.ngrok-free.app", INSIDE), secure("ngrok.example", INSIDE)),
    9101422: Case(name("tunnel.us.ngrok.com"), name("www.ngrok.com"), also=(9101408,)),
    9101423: Case(secure("web.telegram.org"), secure("web.telegram.org", MASTER)),
}
MARKS = (9101403, 9101416)
