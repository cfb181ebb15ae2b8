"""Cases of rules/ot/modbus.rules."""
import random

import session
from apps import http, modbus
from capture import MILLISECOND, SECOND
from cases import INSIDE, OUTSIDE, PLC, PLC2, PLC3, START, Case, dialogue, tcp
from scenarios import attacks, exercise, honest

DEVICES = [PLC, PLC2, PLC3]


def master(path, client=INSIDE, device=PLC, *, unit=1, **rest):
    return modbus.Master(tcp(path, client, device, 502, rtt=3 * MILLISECOND, **rest), unit)


def requests(*pairs, client=INSIDE, unit=1, every=SECOND):
    """A play: a session of the given requests and answers."""
    def play(path):
        m = master(path, client, unit=unit)
        for request, answer in pairs:
            m.ask(request, answer)
            m.s.wait(every)
        m.s.close()
    return play


def echo(request):
    return request, request


def observer_writes(request):
    """Reads for half an hour, then commands once."""
    def play(path):
        m = honest.observe(path, random.Random(1), INSIDE, PLC, START, START + 1800 * SECOND)
        m.command(request)
        m.s.close()
    return play


def master_writes(path):
    """A control system that polls for half an hour and switches at times."""
    honest.supervise(path, random.Random(1), INSIDE, PLC, START, START + 1800 * SECOND, every=5 * SECOND, port=50200, switches=(0.4, 0.8))


def switches(count, every):
    return requests(*[echo(modbus.write_coil(n, True)) for n in range(count)], every=every)


def broadcast(units):
    """Reads the devices in `units`, then writes to unit 0."""
    def play(path):
        m = master(path)
        for m.unit in units:
            m.poll([1, 2])
        m.unit = 0
        m.ask(modbus.write_coil(1, True))
        m.s.close()
    return play


def registers(count):
    return requests((modbus.write_registers(0, range(count)), modbus.written(modbus.WRITE_REGISTERS, 0, count)))


def refusals(count):
    read = modbus.read(modbus.READ_HOLDING, 9000, 1)
    return requests(*[(read, modbus.exception(modbus.READ_HOLDING, modbus.ILLEGAL_ADDRESS))] * count)


def units(count):
    return lambda path: attacks.modbus_unit_search(path, INSIDE, PLC, START, units=range(1, 1 + count))


def identify(devices):
    return lambda path: attacks.modbus_identify(path, INSIDE, devices, START)


def diagnostics(sub_function):
    return requests(echo(modbus.diagnostics(sub_function)))


def commands_from(client):
    """A write to a controller of the drill, where the asset list knows who is who."""
    return lambda path: attacks.modbus_switch(master(path, client, exercise.RTUS[0]), [(1, True)])


def code(number, answer=True):
    pdu = bytes((number,)) + bytes(6)
    return requests((pdu, pdu if answer else modbus.exception(number, modbus.ILLEGAL_FUNCTION)))


def umas(*functions):
    """What an engineer's tool asks a Modicon controller; it says that it is done."""
    return requests(*[(modbus.umas(7, code, body), modbus.umas(7, modbus.UMAS_DONE)) for code, body in functions])


def raw(message):
    """A poll, then a message as it stands, then a poll."""
    def play(path):
        m = master(path)
        m.poll([1, 2])
        m.s.send(message)
        m.s.acknowledge()
        m.poll([1, 2])
        m.s.close()
    return play


def page(port):
    """A page of a controller's own web server."""
    return lambda path: dialogue(tcp(path, INSIDE, PLC, port), http.get("/", "plc.example"), http.response(200, b"<html>ok</html>"))


READ = modbus.read(modbus.READ_HOLDING, 0, 2), modbus.registers(modbus.READ_HOLDING, [7, 8])
FILE = bytes.fromhex("15 09 06 0004 0007 0001 06af")
FILE_READ = bytes.fromhex("14 07 06 0004 0001 0002"), bytes.fromhex("14 06 05 06 0dfe 0020")
LOAD = ((modbus.UMAS_BEGIN_PROGRAM, b"\0\1"), (modbus.UMAS_PROGRAM_BLOCK, b"\0\1\1\0\4\0prog"), (modbus.UMAS_END_PROGRAM, b"\0\1\1\0"))


CASES = {
    9100611: Case(observer_writes(modbus.write_coil(3, True)), master_writes),
    9100612: Case(observer_writes(modbus.write_register(3, 100)), master_writes),
    9100613: Case(switches(15, SECOND), switches(15, 20 * SECOND)),
    9100614: Case(broadcast([2, 3]), broadcast([0])),
    9100615: Case(registers(120), registers(20)),
    9100621: Case(refusals(15), refusals(4)),
    9100622: Case(units(30), units(4)),
    9100623: Case(identify(DEVICES), identify(DEVICES[:1])),
    9100631: Case(diagnostics(modbus.RESTART_COMMUNICATIONS), diagnostics(0)),
    9100632: Case(diagnostics(modbus.FORCE_LISTEN_ONLY), diagnostics(2)),
    9100633: Case(diagnostics(modbus.CLEAR_COUNTERS), diagnostics(11)),
    9100641: Case(code(90), requests(READ)),
    9100642: Case(requests(echo(FILE)), requests(FILE_READ)),
    9100643: Case(code(0x30, answer=False), requests((b"\x07", b"\x07\x6d"))),
    9100644: Case(umas((modbus.UMAS_STOP, b"\xff\0")), umas((modbus.UMAS_READ_ID, b"")), also=(9100641,)),
    9100645: Case(umas(*LOAD), umas((modbus.UMAS_READ_MEMORY, bytes.fromhex("01 1400 00000000 0002"))), also=(9100641,)),
    9100646: Case(raw(modbus.adu(9, 1, READ[0], protocol=7)), raw(modbus.adu(9, 1, READ[0]))),
    9100647: Case(raw(bytes.fromhex("0009 0000 0001 01")), raw(modbus.adu(9, 1, READ[0]))),
    9100648: Case(page(502), page(80)),
    9100651: Case(requests(READ, client=OUTSIDE), requests(READ)),
    9100652: Case(requests(echo(modbus.write_coil(1, True)), client=OUTSIDE), requests(READ, client=OUTSIDE), also=(9100651,)),
    9100653: Case(commands_from(exercise.BASTION), commands_from(exercise.SCADA)),
}
MARKS = (9100601, 9100602, 9100603, 9100604)
