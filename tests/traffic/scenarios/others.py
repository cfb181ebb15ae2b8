"""What else speaks in plants and buildings, a small capture of each protocol."""
import struct

import session
from apps import bsap, fetchwrite, genisys, mqtt, rtps
from capture import MILLISECOND, SECOND
from scenarios.basics import single

HMI, STATION, BROKER = "10.20.0.5", "10.20.0.60", "10.20.0.61"


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


def sparkplug(path, start):
    """Sparkplug B: an edge node is born, tells values, is written to and told to restart; the host that does it, seen at the broker."""
    def say(kind, *metrics, device=None, seq=None):
        return mqtt.publish(mqtt.topic("water", kind, "edge7", device), mqtt.payload(*metrics, seq=seq))

    dead = mqtt.payload(mqtt.metric("bdSeq", mqtt.UINT64, 3))
    node = session.Tcp(path, (STATION, 40800), (BROKER, mqtt.PORT), start, rtt=3 * MILLISECOND)
    host = session.Tcp(path, (HMI, 40801), (BROKER, mqtt.PORT), start + SECOND, rtt=3 * MILLISECOND)
    node.open()
    node.send(mqtt.connect("edge7", (mqtt.topic("water", "NDEATH", "edge7"), dead)))
    node.reply(mqtt.accepted())
    node.send(mqtt.subscribe(1, "spBv1.0/water/NCMD/edge7", "spBv1.0/water/DCMD/edge7/#"))
    node.reply(mqtt.subscribed(1, 2))
    born = say("NBIRTH", mqtt.metric("bdSeq", mqtt.UINT64, 3), mqtt.metric("Properties/Hardware Make", mqtt.STRING, "Moxa"),
               mqtt.metric("Properties/Hardware Model", mqtt.STRING, "UC-8200"), mqtt.metric("Properties/FW", mqtt.STRING, "2.1"),
               mqtt.metric("Pump/Speed", mqtt.INT32, 1450, alias=7), mqtt.metric("Valve", mqtt.BOOLEAN, True, alias=8), seq=0)
    node.send(born)
    node.send(say("NDATA", mqtt.metric("", mqtt.INT32, 1460, alias=7), seq=1))
    host.open()
    host.send(mqtt.connect("scada1"))
    host.reply(mqtt.accepted())
    host.send(mqtt.publish("spBv1.0/STATE/scada1", b'{"online":true}'))
    host.send(say("NCMD", mqtt.metric("", mqtt.BOOLEAN, False, alias=8)))
    host.send(say("DCMD", mqtt.metric("Setpoint", mqtt.FLOAT, 27.5), device="plc1"))
    host.send(say("NCMD", mqtt.metric("Node Control/Reboot", mqtt.BOOLEAN, True)))
    node.wait(SECOND)
    for command in (say("NCMD", mqtt.metric("", mqtt.BOOLEAN, False, alias=8)), say("DCMD", mqtt.metric("Setpoint", mqtt.FLOAT, 27.5), device="plc1")):
        node.reply(command)
    host.close()
    node.close()


def siemens(path, start):
    """FETCH and WRITE: a data block and flags read, a data block written, and a write that is refused."""
    s = connect(path, start, 40810, STATION, fetchwrite.PORT)
    s.open()
    for asked, answered in ((fetchwrite.fetch(fetchwrite.DB, 5, 0, 2), fetchwrite.answer(fetchwrite.FETCH, b"\0\7\xff\xff")),
                            (fetchwrite.fetch(fetchwrite.FLAGS, 0, 50, 2), fetchwrite.answer(fetchwrite.FETCH, b"\1\2")),
                            (fetchwrite.write(fetchwrite.DB, 5, 10, b"\4\xb0"), fetchwrite.answer(fetchwrite.WRITE)),
                            (fetchwrite.write(fetchwrite.OUTPUTS, 0, 4, b"\1"), fetchwrite.answer(fetchwrite.WRITE, error=6))):
        s.send(asked)
        s.reply(answered)
        s.acknowledge()
    s.close()


def signals(path, start):
    """GENISYS: polls, indications, controls that are checked back and executed, a recall."""
    s = connect(path, start, 40820, STATION, genisys.PORT)
    s.open()
    for asked, answered in ((genisys.message(genisys.POLL, 1), genisys.message(genisys.ACKNOWLEDGE, 1)),
                            (genisys.message(genisys.POLL, 1), genisys.message(genisys.INDICATIONS, 1, (0, 5), (3, 0xF2))),
                            (genisys.message(genisys.CONTROLS, 1, (2, 0x81)), genisys.message(genisys.CHECKBACK, 1, (2, 0x81))),
                            (genisys.message(genisys.EXECUTE, 1), genisys.message(genisys.ACKNOWLEDGE, 1)),
                            (genisys.message(genisys.RECALL, 1), genisys.message(genisys.INDICATIONS, 1, (0, 4), (0xE0, 0x0C)))):
        s.send(asked)
        s.reply(answered)
        s.acknowledge()
    s.close()


def bristol(path, start):
    """BSAP: signals read and written by name, a firmware download begins, one answer says no."""
    at = start
    for sequence, asked, answered in ((2064, bsap.read("@GV.Level."), bsap.was_read(struct.pack("<f", 27.5))),
                                      (2065, bsap.read("@GV.Pump."), bsap.was_read(b"\1")),
                                      (2066, bsap.write("@GV.Setpoint.", 60.0), bytes(3)),
                                      (2067, bsap.write("@GV.Pump.", False), b"\x04\0\0")):
        session.ask(path, (HMI, bsap.PORT), (STATION, bsap.PORT), at, bsap.request(sequence, asked), bsap.answer(sequence, answered))
        at += SECOND
    session.datagram(path, (HMI, bsap.PORT), (STATION, bsap.PORT), at, bsap.request(2068, b"\1\2\3", to=bsap.FLASH_DOWNLOAD))


SCENARIOS = {"dds": single(dds), "sparkplug": single(sparkplug), "fetchwrite": single(siemens), "genisys": single(signals),
             "bsap": single(bristol)}
