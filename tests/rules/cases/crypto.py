"""Cases of rules/crypto.rules."""
import random
import struct

import session
from apps import der, http, ssh, tls
from cases import INSIDE, OUTSIDE, SERVER, START, Case, dialogue, requests, tcp

NAME = "service.example"
GOOD = der.certificate(NAME, issuer="Example Trust CA", key_bits=2048)
AES = 0xC02F


def agreed(version, suite=AES, certificate=None, client=OUTSIDE):
    """What our service agrees to and shows."""
    def play(path):
        s = tcp(path, client, SERVER, 443)
        s.open()
        tls.agree(s, random.Random(3), version, suite, [certificate] if certificate else ())
        s.close()
    return play


def suite(number, version=tls.TLS12):
    return agreed(version, number)


def certificate(client=OUTSIDE, **rest):
    return agreed(tls.TLS12, AES, der.certificate(NAME, **{"issuer": "Example Trust CA", "key_bits": 2048, **rest}), client)


def secure_shell(greeting, kex="curve25519-sha256", ciphers="aes256-ctr"):
    lists = (kex, "ssh-ed25519", "aes256-ctr", ciphers, *ssh.LISTS[4:])
    def play(path):
        rng = random.Random(4)
        s = tcp(path, OUTSIDE, SERVER, 22)
        s.open()
        s.reply(greeting.encode() + b"\r\n")
        s.send(ssh.CLIENT.encode() + b"\r\n")
        s.reply(ssh.packet(ssh.KEXINIT, rng.randbytes(16) + b"".join(map(ssh.text, lists)) + bytes(5)))
        s.close()
    return play


def ike(exchange):
    """The first message of version 1: one proposal, AES and SHA, a group, a shared secret."""
    transform = struct.pack("!BBHBBH", 0, 0, 28, 1, 1, 0) + struct.pack("!HHHHHHHHHH", 0x8001, 7, 0x8002, 2, 0x8003, 1, 0x8004, 14, 0x800E, 256)
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(transform), 1, 1, 0, 1) + transform
    payload = struct.pack("!BBHII", 0, 0, 12 + len(proposal), 1, 1) + proposal
    message = bytes(range(1, 9)) + bytes(8) + struct.pack("!BBBBII", 1, 0x10, exchange, 0, 0, 28 + len(payload)) + payload
    return lambda path: session.datagram(path, (OUTSIDE, 500), (SERVER, 500), START, message)


def snmp(community):
    binding = der.sequence(der.sequence(der.identifier("1.3.6.1.2.1.1.1.0"), b"\x05\0"))
    get = der.tlv(0xA0, der.integer(7) + der.integer(0) + der.integer(0) + binding)
    message = der.sequence(der.integer(1), der.tlv(0x04, community.encode()), get)
    return lambda path: session.datagram(path, (OUTSIDE, 40161), (SERVER, 161), START, message)


def talk(client, port, *messages):
    return lambda path: dialogue(tcp(path, client, SERVER, port), *messages)


def ftp(user, password):
    return talk(OUTSIDE, 21, None, b"220 ready\r\n", b"USER %s\r\n" % user, b"331 password\r\n", b"PASS %s\r\n" % password, b"230 in\r\n")


def pop3(*lines):
    return talk(OUTSIDE, 110, None, b"+OK ready\r\n", *[part for line in lines for part in (line + b"\r\n", b"+OK\r\n")])


def basic(client):
    ask = http.get("/admin", "www.example", headers={"Authorization": "Basic ZHJpbGw6ZHJpbGw="})
    return lambda path: requests(path, client, SERVER, (ask, None))


CASES = {
    9101301: Case(agreed(tls.SSL3, 0x2F), agreed(tls.TLS12)),
    9101302: Case(agreed(tls.TLS10, 0x2F), agreed(tls.TLS12)),
    9101303: Case(agreed(tls.TLS11, 0x2F), agreed(tls.TLS13, 0x1301)),
    9101304: Case(suite(0x0003), suite(AES)),
    9101305: Case(suite(0x003B), suite(0x003C)),
    9101306: Case(suite(0x0034), suite(0x0033)),
    9101307: Case(suite(0x0005), suite(0x002F)),
    9101308: Case(suite(0x000A), suite(0x009C)),
    9101309: Case(certificate(signature="md5"), certificate()),
    9101310: Case(certificate(signature="sha1"), certificate()),
    9101311: Case(certificate(key_bits=1024), certificate()),
    9101312: Case(certificate(start=(2024, 1, 1)), certificate()),
    9101313: Case(certificate(issuer=None), certificate(INSIDE, issuer=None)),
    9101314: Case(secure_shell("SSH-1.5-1.2.27"), secure_shell("SSH-1.99-OpenSSH_3.9")),
    9101315: Case(secure_shell(ssh.SERVER, kex="curve25519-sha256,diffie-hellman-group1-sha1"), secure_shell(ssh.SERVER, kex="diffie-hellman-group14-sha256")),
    9101316: Case(secure_shell(ssh.SERVER, ciphers="aes256-ctr,arcfour"), secure_shell(ssh.SERVER)),
    9101317: Case(ike(4), ike(2)),
    9101318: Case(talk(OUTSIDE, 23, None, b"login: ", b"admin\r\n"), talk(INSIDE, 23, None, b"login: ", b"admin\r\n")),
    9101319: Case(ftp(b"drill", b"drill-2026"), ftp(b"anonymous", b"guest@drill.example")),
    9101320: Case(basic(OUTSIDE), basic(INSIDE)),
    9101321: Case(pop3(b"USER drill", b"PASS drill-2026"), pop3(b"CAPA", b"STLS")),
    9101322: Case(snmp("public"), snmp("k7Lq-9drill")),
    9101323: Case(agreed(tls.TLCP, 0xE013), agreed(tls.TLS12)),
    9101324: Case(agreed(tls.TLS13, 0x00C6), agreed(tls.TLS13, 0x1301)),
    9101325: Case(certificate(signature="sm2"), certificate()),
}
MARKS = (9101326,)
