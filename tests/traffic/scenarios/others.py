"""What else speaks in plants and buildings, a small capture of each protocol."""
import session
from apps import rtps
from capture import MILLISECOND, SECOND
from scenarios.basics import single

HMI, STATION = "10.20.0.5", "10.20.0.60"


def connect(path, start, sport, server, dport):
    return session.Tcp(path, (HMI, sport), (server, dport), start, rtt=3 * MILLISECOND)


def dds(path, start):
    """RTPS: two participants find each other, one offers a topic that the other one wants; samples, a repair, and one leaves."""
    pump, panel = rtps.Peer(rtps.CYCLONE, STATION, 1, "pump"), rtps.Peer(rtps.RTI, HMI, 2, "panel")

    def say(at, peer, port, message, to=rtps.MULTICAST):
        session.datagram(path, (peer.address, 50000 + port % 10), (to, port), start + at * 10 * MILLISECOND, message)

    say(0, pump, rtps.PORT_DISCOVERY, pump.announce())
    say(1, panel, rtps.PORT_DISCOVERY, panel.announce())
    say(2, panel, rtps.PORT_META, panel.offers(0x00000102, "rt/setpoint", "Setpoint"), STATION)
    say(3, pump, rtps.PORT_META, pump.offers(0x00000202, "rt/level", "Level"), HMI)
    say(4, pump, rtps.PORT_META, pump.wants(0x00000107, "rt/setpoint", "Setpoint"), HMI)
    say(5, panel, rtps.PORT_META, panel.wants(0x00000207, "rt/level", "Level"), STATION)
    for turn in range(3):
        say(10 + turn * 10, pump, rtps.PORT_USER, pump.writes(0x00000202, bytes((turn, 0, 0, 0))), HMI)
    say(40, panel, rtps.PORT_USER, panel.writes(0x00000102, b"\x05\0\0\0"), STATION)
    say(41, pump, rtps.PORT_USER, pump.lacks(panel, 0x00000102, 0x00000107), HMI)
    say(50, panel, rtps.PORT_DISCOVERY, panel.leaves())


SCENARIOS = {"dds": single(dds)}
