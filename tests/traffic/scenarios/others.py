"""What else speaks in plants and buildings, a small capture of each protocol."""
import struct

import session
from apps import (atg, bsap, c1222, coap, codesys, dlms, fetchwrite, fox, genisys, gesrtp, hartip, knx, melsec, mqtt, rtps, sbus,
                  tristation)
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


def ask_each(path, at, sport, port, pairs):
    """Questions and answers over UDP, one a second."""
    for n, (asked, answered) in enumerate(pairs):
        session.ask(path, (HMI, sport), (STATION, port), at + n * SECOND, asked, answered)


def talk(path, start, sport, port, pairs):
    """Questions and answers on one connection."""
    s = connect(path, start, sport, STATION, port)
    s.open()
    for asked, answered in pairs:
        s.send(asked)
        if answered is not None:
            s.reply(answered)
            s.acknowledge()
    s.close()


def transmitter(path, start):
    """HART-IP: a session, variables read, a tag that is write-protected, a reset."""
    ask_each(path, start, 40830, hartip.PORT, (
        (hartip.initiate(1), hartip.initiate(1, hartip.RESPONSE)),
        (hartip.command(2, hartip.READ_VARIABLES), hartip.answer(2, hartip.READ_VARIABLES, hartip.variables(12.5, (32, 21.25)))),
        (hartip.command(3, hartip.WRITE_LONG_TAG, b"FT-101".ljust(32, b"\0")), hartip.answer(3, hartip.WRITE_LONG_TAG, response=7)),
        (hartip.command(4, hartip.RESET), hartip.answer(4, hartip.RESET))))


def building(path, start):
    """KNXnet/IP: a tunnel, a lamp, memory written, a restart."""
    ask_each(path, start, 40831, knx.PORT, (
        (knx.connect(HMI), knx.connected(STATION)), (knx.tunnelled(0, knx.LAMP_ON), knx.acknowledged(0)),
        (knx.tunnelled(1, knx.MEMORY_WRITE), knx.acknowledged(1)), (knx.tunnelled(2, knx.RESTART), knx.acknowledged(2))))


def sensors(path, start):
    """CoAP: a value read, an observation, a valve set, and one that is forbidden."""
    ask_each(path, start, 40832, coap.PORT, (
        (coap.request(coap.GET, 1, "temp"), coap.answer(coap.CONTENT, 1, b"22.5")),
        (coap.request(coap.GET, 2, "level", observe=0), coap.answer(coap.CONTENT, 2, b"3")),
        (coap.request(coap.PUT, 3, "valve/7", b"1"), coap.answer(coap.CHANGED, 3)),
        (coap.request(coap.DELETE, 4, "valve/7"), coap.answer(coap.FORBIDDEN, 4))))


def meter(path, start):
    """DLMS: an association, energy read, the clock set, a customer disconnected."""
    talk(path, start, 40833, dlms.PORT, [(dlms.asked(asked), dlms.answered(answered)) for asked, answered in (
        (dlms.ASSOCIATE, dlms.ASSOCIATED),
        (dlms.get(1, dlms.REGISTER, dlms.ENERGY), dlms.got(1, dlms.unsigned(123456))),
        (dlms.put(2, dlms.CLOCK, dlms.TIME, bytes.fromhex("090c07ea0b16ff0a2d0000fe2000")), dlms.was_put(2)),
        (dlms.action(3, dlms.DISCONNECT_CONTROL, dlms.SWITCH, 1), dlms.acted(3)))])


def american_meter(path, start):
    """C12.22: who are you, registers read, a table written, the time set but refused."""
    talk(path, start, 40834, c1222.PORT, [(c1222.message(asked, 2 * n), c1222.message(answered, 2 * n + 1, answers=2 * n)) for n, (asked, answered) in enumerate((
        (c1222.identify(), b"\0\0\1\0\0"), (c1222.read(c1222.REGISTERS, 4, 2), c1222.ok(b"\1\2")),
        (c1222.write(c1222.CLOCK_TABLE, b"\1\2"), c1222.ok()), (c1222.procedure(c1222.SET_TIME), b"\3")), 1)])


def saia(path, start):
    """S-Bus: registers read and written, the firmware, and a stop that needs a password."""
    ask_each(path, start, 40835, sbus.PORT, (
        (sbus.read(1, 16, 2), sbus.values(1, 7, 9)), (sbus.write(2, 16, 1200), sbus.acknowledged(2)),
        (sbus.request(3, sbus.READ_FIRMWARE), sbus.telegram(3, 1, b"D2M480 0A1")), (sbus.request(4, sbus.STOP), sbus.acknowledged(4, 2))))


def tanks(path, start):
    """A tank gauge: the inventory, a name that is set, a function that it does not have."""
    talk(path, start, 40836, atg.PORT, (
        (atg.ask("I20100"), atg.page("I20100", "IN-TANK INVENTORY", "  1  DIESEL  4213")),
        (atg.ask("S60201", "DIESEL", security="123456"), atg.page("S60201", "DIESEL")), (atg.ask("I40600"), atg.refused())))


def safety(path, start):
    """TriStation: a connection, the state asked for, a change begun, the program halted."""
    ask_each(path, start, 40837, tristation.PORT, (
        (tristation.message(tristation.CONNECT), tristation.message(tristation.CONNECTED)),
        (tristation.command(tristation.HALT, 2), tristation.command(tristation.HALTED, 2, from_controller=True)),
        (tristation.command(tristation.ALLOCATE_PROGRAM, 3, struct.pack("<HHIHII", 2, 3, 0, 2, 0, 0)), tristation.message(tristation.CONNECTED))))


def runtime(path, start):
    """CODESYS: a search that a controller answers, a channel, an application stopped, a download."""
    session.ask(path, (HMI, 1740), (STATION, 1740), start, codesys.resolve(7), codesys.tell(7, "PLC_7", "Control RTE V3", "ACME", "SN0815"))
    talk(path, start + SECOND, 40838, codesys.PORT_TCP, (
        (codesys.open_channel(), codesys.opened()),
        (codesys.block(1, 0, codesys.service(codesys.APP_STOP, 17, (1, b"App\0"))), codesys.block(1, 1, codesys.service(codesys.APP_STOP, 17, answer=True), from_client=False)),
        (codesys.block(2, 1, codesys.service(codesys.APP_DOWNLOAD, 17, (2, bytes(4)))),
         codesys.block(2, 2, codesys.service(codesys.APP_DOWNLOAD, 17, answer=True), from_client=False))))


def niagara(path, start):
    """Fox: workbench and station say who they are, a property is asked for and refused."""
    talk(path, start, 40839, fox.PORT, (
        (fox.hello("engineer-3", "Workbench", 1, ("app.version", "s", "3.8.38")),
         fox.hello("jace-7", "Station", 0, ("app.version", "s", "3.5.41.1"), ("station.name", "s", "west"), ("brandId", "s", "vykon"))),
        (fox.frame("s", 7, -1, "station", "getProperty", ("ord", "s", "slot:/a")), fox.frame("e", 3, 7, "station", "getProperty"))))


def general(path, start):
    """GE-SRTP: registers read and written, the clock set, a stop without the privilege."""
    talk(path, start, 40840, gesrtp.PORT, (
        (gesrtp.opening(), gesrtp.opened()),
        (gesrtp.request(1, gesrtp.READ_MEMORY, gesrtp.R_WORDS, 39, 2), gesrtp.reply(1, b"\7\0\xff\xff")),
        (gesrtp.request(2, gesrtp.WRITE_MEMORY, gesrtp.R_WORDS, 39, 1, b"\xb0\4"), gesrtp.reply(2)),
        (gesrtp.request(3, gesrtp.SET_TIME, data=bytes.fromhex("01261122101500")), gesrtp.reply(3)),
        (gesrtp.request(4, gesrtp.SET_STATE, 2), gesrtp.reply(4, status=2, minor=0xFE))))


def old_mitsubishi(path, start):
    """MELSEC in ASCII code and in 1E frames: reads, writes, the model, a stop that is refused."""
    talk(path, start, 40841, 5000, (
        (melsec.ascii_request(melsec.TYPE_NAME), melsec.ascii_response("Q03UDVCPU       0263")),
        (melsec.ascii_read("D*000100", 2), melsec.ascii_response("0007FFFF")), (melsec.ascii_read("Y*00001A", 3, bits=True), melsec.ascii_response("101")),
        (melsec.ascii_write("D*000100", [1200]), melsec.ascii_response()),
        (melsec.ascii_request(melsec.STOP, 0, "0003"), melsec.ascii_response(end=0xC059))))
    talk(path, start + SECOND, 40842, 5001, (
        (melsec.read_1e(melsec.D_1E, 100, 2), melsec.response_1e(melsec.READ_WORDS_1E, melsec.words([7, 65535]))),
        (melsec.write_1e(melsec.D_1E, 100, [1200]), melsec.response_1e(melsec.WRITE_WORDS_1E)),
        (melsec.request_1e(melsec.MODEL_1E), melsec.response_1e(melsec.MODEL_1E, b"\xf3\0")),
        (melsec.request_1e(melsec.STOP_1E), melsec.response_1e(melsec.STOP_1E, error=0x10))))


SCENARIOS = {"dds": single(dds), "sparkplug": single(sparkplug), "fetchwrite": single(siemens), "genisys": single(signals),
             "bsap": single(bristol), "hartip": single(transmitter), "knx": single(building), "coap": single(sensors), "dlms": single(meter),
             "c1222": single(american_meter), "sbus": single(saia), "atg": single(tanks), "tristation": single(safety),
             "codesys": single(runtime), "fox": single(niagara), "gesrtp": single(general),
             "melsec-old": single(old_mitsubishi)}
