"""Engineering stations and HMIs that speak to controllers of several makers, a small capture of each protocol."""
import struct

import session
from apps import ads, enip, fins, melsec
from capture import MILLISECOND, SECOND
from scenarios.basics import single

HMI, ROCKWELL, BECKHOFF, OMRON, MITSUBISHI = "10.20.0.5", "10.20.0.30", "10.20.0.31", "10.20.0.32", "10.20.0.33"


def connect(path, start, sport, server, dport):
    return session.Tcp(path, (HMI, sport), (server, dport), start, rtt=3 * MILLISECOND)


def rockwell(path, start):
    """EtherNet/IP: list identity, a session, tags read and written, a connection, PCCC, program mode, a restart, I/O."""
    session.ask(path, (HMI, 40600), (ROCKWELL, enip.PORT), start, enip.encapsulated(enip.LIST_IDENTITY),
                enip.encapsulated(enip.LIST_IDENTITY, enip.listed(ROCKWELL, "1756-L61/B LOGIX5561")))
    c = enip.Client(connect(path, start + SECOND, 40601, ROCKWELL, enip.PORT))
    c.ask(enip.read_tag("Program:Main.Level[3]"), enip.tag_read(enip.INT, [231]))
    c.ask(enip.write_tag("Setpoint", enip.REAL, [1.5]), enip.answer(enip.WRITE_TAG))
    c.ask(enip.write_tag("Locked", enip.DINT, [1]), enip.answer(enip.WRITE_TAG, status=0x0F))
    to = b"\x01\x00" + enip.path(enip.ROUTER, 1)
    c.ask(enip.forward_open(5, to), enip.opened(5, 0x11, 0x22))
    c.ask_connected((0x11, 0x22), enip.multiple(enip.read_tag("Pump"), enip.request(enip.GET_SINGLE, enip.path(enip.IDENTITY, 1, 7))),
                    enip.multiple(enip.tag_read(enip.DINT, [7]), enip.answer(enip.GET_SINGLE, b"\x081756-L61"), answers=True))
    c.ask_connected((0x11, 0x22), enip.program_mode(), enip.answer(enip.STOP))
    c.ask(enip.forward_close(5, to), enip.closed(5))
    c.ask(enip.logical_write(9, 7, 5, [100, -1]), enip.pccc_answer(0x0F, 9))
    c.ask(enip.through(enip.reset()), enip.answer(enip.RESET))
    c.leave()
    for at in range(3):
        session.ask(path, (HMI, enip.IO_PORT), (ROCKWELL, enip.IO_PORT), start + 5 * SECOND + at * 10 * MILLISECOND,
                    enip.io(0x1001, at, b"\1\0\0\0\2\3"), enip.io(0x2002, at, b"\4\5"))


def beckhoff(path, start):
    """ADS: discovery, device info, a handle, reads and writes, a symbol that is not there, stop."""
    session.ask(path, (HMI, 40610), (BECKHOFF, ads.DISCOVERY_PORT), start, ads.discovery(1, "10.20.0.5.1.1"),
                ads.discovery(1, "5.1.2.3.1.1", (5, b"CX-PUMP\0"), (3, b"\3\1\xb8\x0f"), answer=True))
    c = ads.Client(connect(path, start + SECOND, 40611, BECKHOFF, ads.PORT), target="5.1.2.3.1.1")
    c.ask((ads.INFO, b""), ads.info("Plc30 App"))
    c.ask(ads.handle_of("MAIN.level"), ads.was_read(b"\5\0\0\x20"))
    c.ask(ads.read(ads.VALUE_BY_HANDLE, 0x20000005, 2), ads.was_read(b"\x10\x27"))
    c.ask(ads.write(ads.VALUE_BY_HANDLE, 0x20000005, b"\1\0"))
    c.ask(ads.handle_of("MAIN.nothing"), struct.pack("<II", 0x710, 0))
    c.ask(ads.control(ads.STOP))
    c.s.close()


def omron(path, start):
    """FINS over TCP: node addresses, reads, a write, the controller's model, stop refused; and one read over UDP."""
    c = fins.Client(connect(path, start, 40620, OMRON, fins.PORT))
    c.ask(fins.read, fins.READ, fins.DM, 100, 2, data=fins.words([7, 65535]))
    c.ask(fins.write, fins.WRITE, fins.DM, 100, [1200])
    c.ask(lambda **rest: fins.command(fins.CONTROLLER_DATA, b"\0", **rest), fins.CONTROLLER_DATA,
          data=fins.model("CJ2M-CPU31", "02.01"))
    c.ask(fins.stop, fins.STOP, end=0x2604)
    c.ask(fins.set_clock, fins.CLOCK_WRITE, 2026, 11, 21, 17, 46, 12)
    c.s.close()
    session.ask(path, (HMI, fins.PORT), (OMRON, fins.PORT), start + SECOND, fins.read(fins.CIO, 0, 1),
                fins.response(fins.READ, fins.words([9])))


def mitsubishi(path, start):
    """SLMP in 3E frames: the model, reads, a write, remote stop, a reset that is refused."""
    c = melsec.Client(connect(path, start, 40630, MITSUBISHI, melsec.PORT))
    c.ask(melsec.request(melsec.TYPE_NAME), melsec.type_name("Q03UDVCPU"))
    c.ask(melsec.read(melsec.D, 100, 2), melsec.response(melsec.words([7, 65535])))
    c.ask(melsec.read(melsec.M, 5, 3, bits=True), melsec.response(melsec.packed([1, 0, 1])))
    c.ask(melsec.write(melsec.D, 100, [1200]))
    c.ask(melsec.remote(melsec.STOP, 3))
    c.ask(melsec.remote(melsec.RESET), melsec.response(end=0xC059))
    c.s.close()


SCENARIOS = {"enip": single(rockwell), "ads": single(beckhoff), "fins": single(omron), "melsec": single(mitsubishi)}
