"""Buildings and OPC UA: what an operator's station does with a controller, commands and refusals among it."""
import session
from apps import bacnet, opcua
from capture import MILLISECOND, SECOND

from scenarios.basics import single

STATION, CONTROLLER, STRANGER, SERVER = "10.7.0.5", "10.7.0.20", "10.7.0.99", "10.7.0.30"


def building(path, start):
    """BACnet/IP: a poll, identification, writes, one refused; silence, a restart, the time; a stranger registers."""
    c = bacnet.Client(session.Udp(path, (STATION, bacnet.PORT), (CONTROLLER, bacnet.PORT), start))
    c.poll(bacnet.ANALOG_INPUT, 1, 21.5)
    for prop, said in ((bacnet.VENDOR_NAME, "Drill Controls"), (bacnet.FIRMWARE_REVISION, "4.2")):
        c.ask(bacnet.read_property(bacnet.DEVICE, 20, prop), bacnet.property_read(bacnet.DEVICE, 20, prop, bacnet.text(said)))
    c.ask(bacnet.write_property(bacnet.BINARY_OUTPUT, 3, bacnet.PRESENT_VALUE, bacnet.enumerated(1), 8), b"")
    c.refused(bacnet.write_property(bacnet.ANALOG_VALUE, 9, bacnet.PRESENT_VALUE, bacnet.real(80.0)), 2, 40)
    c.ask(bacnet.communication_control(bacnet.DISABLE, 60), b"")
    c.ask(bacnet.reinitialize(bacnet.COLDSTART, "pw"), b"")
    c.tell(bacnet.time_synchronization(2026, 11, 18, 9, 30, 0))
    session.datagram(path, (CONTROLLER, bacnet.PORT), ("10.7.0.255", bacnet.PORT), start + SECOND,
                     bacnet.bvlc(bacnet.BROADCAST, bacnet.npdu(bacnet.i_am(20, 42))))
    s = session.Udp(path, (STRANGER, 47809), ("10.7.0.1", bacnet.PORT), start + 2 * SECOND)
    s.send(bacnet.register_foreign_device(600))
    s.reply(bacnet.result(0x30))


def plant(path, start):
    """OPC UA: a session with a password, reads, writes, one refused, a method, a look around, a denial."""
    c = opcua.Client(session.Tcp(path, (STATION, 41000), (SERVER, opcua.PORT), start, rtt=3 * MILLISECOND), user="operator")
    speed = opcua.node(2, "Pump1.Speed")
    c.ask(opcua.read([speed, opcua.node(0, 2263)]), opcua.values(1480.5, "Drill Controls"))
    c.ask(opcua.write(speed, 1500.0), opcua.statuses(0))
    c.ask(opcua.write(speed, 9000.0), opcua.statuses(opcua.BAD_NOT_WRITABLE))
    c.ask(opcua.call(opcua.node(2, "Pump1"), opcua.node(2, "Pump1.Stop"), [True]), opcua.called())
    c.ask(opcua.browse(opcua.node(0, 85)), opcua.browsed((speed, "Speed")))
    c.ask((opcua.GET_ENDPOINTS, opcua.string("opc.tcp://plc:4840") + opcua.array([]) * 2), b"", status=opcua.BAD_USER_ACCESS_DENIED)
    c.s.close()


SCENARIOS = {"bacnet": single(building), "opcua": single(plant)}
