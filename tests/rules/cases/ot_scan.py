"""Cases of rules/ot/scan.rules."""
import session
from apps import modbus
from capture import SECOND
from cases import INSIDE, PLC, START, Case, tcp

OT_PORTS = (102, 502, 2404, 4840, 9600, 20000, 44818, 47808)
SIPROTEC = bytes.fromhex("1149000000000000000000000000 0000 289e")


def knocks(ports, hosts, answer):
    def play(path):
        at = START
        for n, (host, port) in enumerate((h, p) for h in range(hosts) for p in ports):
            session.probe(path, (INSIDE, 41000 + n), ("10.20.9.%d" % (30 + host), port), at, answer=answer)
            at += SECOND
    return play


def master(path):
    """One that reconnects to a controller which refuses it for a while, then polls."""
    for n in range(3):
        session.probe(path, (INSIDE, 42000 + n), (PLC, 502), START + n * 15 * SECOND)
    modbus.Master(tcp(path, INSIDE, PLC, 502, at=START + 60 * SECOND)).poll([1, 2])


def datagram(payload):
    return lambda path: session.datagram(path, (INSIDE, 40000), (PLC, 50000), START, payload)


CASES = {
    9102501: Case(knocks(OT_PORTS, 1, "closed"), master),
    9102502: Case(datagram(SIPROTEC), datagram(SIPROTEC[:2] + b"\1" * 16)),
}
