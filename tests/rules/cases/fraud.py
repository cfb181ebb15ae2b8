"""Cases of rules/fraud.rules."""
import random
import struct

import session
from apps import der, dns, http, sip, tls
from capture import MILLISECOND
from cases import INSIDE, OUTSIDE, START, Case, dialogue, requests, tcp

RESOLVER = "10.20.0.53"


def secure(host):
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE, 443)
        s.open()
        tls.handshake13(s, random.Random(1), host)
        s.close()
    return play


def shown(certificate):
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE, 443)
        s.open()
        tls.handshake12(s, random.Random(2), None, [certificate])
        s.close()
    return play


def visit(host, where="/"):
    return lambda path: requests(path, INSIDE, OUTSIDE, (http.get(where, host), None))


def name(text):
    return lambda path: session.ask(path, (INSIDE, 30000), (RESOLVER, 53), START, dns.query(7, text), dns.answer(7, text, dns.A, ["192.0.2.9"]))


def calls(count, caller="2001@10.20.0.5", method="INVITE", **rest):
    def play(path):
        for number in range(count):
            text = sip.request(method, caller, "139%08d@203.0.113.9" % number, number=number, **rest)
            session.datagram(path, (INSIDE, 5060), (OUTSIDE, 5060), START + number * 200 * MILLISECOND, text)
    return play


def datagram(text):
    return lambda path: session.datagram(path, (INSIDE, 44444), (OUTSIDE, 44444), START, text.encode())


def frames(port, count, build, every=100 * MILLISECOND):
    """A client's PDUs on one connection, each answered."""
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE, port)
        s.open()
        for number in range(count):
            s.send(build(number))
            s.reply(b"\0\0\0\x10\x80\0\0\4\0\0\0\0" + struct.pack("!I", number))
            s.wait(every)
        s.close()
    return play


def smpp(command):
    return lambda number: struct.pack("!IIII", 48, command, 0, number) + bytes(32)


def cmpp(command):
    return lambda number: struct.pack("!III", 60, command, number + 1) + bytes(48)


def first(port, data):
    return lambda path: dialogue(tcp(path, INSIDE, OUTSIDE, port), data)


GOIP = "req:41;id:goip01;pass:drill;num:;signal:18;gsm_status:LOGIN;voip_status:LOGIN;imei:860000000000001"

CASES = {
    9101201: Case(secure("www.gov.cn.drill-service.example"), secure("www.drill.gov.cn")),
    9101202: Case(visit("www.icbc.com.cn.drill.example"), visit("www.icbc.com.cn")),
    9101203: Case(name("12123-etc.top"), name("www.12123.example")),
    9101204: Case(name("www.іcbc.com"), name("www.银行.com")),
    9101205: Case(name("slapi.oray.net"), name("www.oray.com")),
    9101206: Case(name("authds.todesk.com"), name("www.todesk.com")),
    9101207: Case(name("router7.teamviewer.com"), name("www.teamviewer.com")),
    9101208: Case(name("rs-cn.rustdesk.com"), name("www.rustdesk.com")),
    9101209: Case(name("relay-1a2b3c.net.anydesk.com"), name("www.anydesk.com")),
    9101210: Case(shown(der.certificate("AnyNet Relay")), shown(der.certificate("relay.example"))),
    9101211: Case(first(5938, b"\x17\x24\x11\x04\0\0\0"), first(5938, b"\x16\3\1\0\x40")),
    9101212: Case(calls(1, agent="GoIP-16"), calls(1)),
    9101213: Case(datagram(GOIP), datagram("req:41;id:meter01;flow:18")),
    9101214: Case(calls(130), calls(100)),
    9101215: Case(calls(1, caller="95588@203.0.113.9"), calls(1, caller="0731955880@203.0.113.9")),
    9101216: Case(frames(2775, 120, smpp(4)), frames(2775, 120, smpp(0x15))),
    9101217: Case(frames(7890, 120, cmpp(4)), frames(7890, 120, cmpp(8))),
    9101218: Case(visit("203.0.113.9", "/down/jiaoguan.apk"), visit("app.example", "/down/map.apk")),
}
