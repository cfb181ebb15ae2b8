"""The provincial drill 烽燧演练: three prefectures, four sectors, one hour and a half.

Three stories, told in the steps of scenarios/attacks.py amid the habits of scenarios/honest.py. Minutes count
from the start.

    430100 长沙  public finance and a bank    430600 岳阳  substation           430400 衡阳  waterworks
     5 scan of the portal                      8 scan of the operations office   11 scan of the office
    20 SQL injection                          14 SSH guessing, one is right     42 laptop fetches a program
    26 web shell, then TLS beacon             22 HTTP beacon from that host     44 HTTP beacon from the laptop
    35 DNS tunnel out of the bank             50 looks for Modbus, identifies   62 laptop writes coils it only
                                              56 opens and closes switches         read before; guesses; silence

Who is who is in deploy/exercise/: assets.csv, indicators.csv, sensors.csv, countries.pl. All addresses are
private or from the documentation ranges, all names end in .example.
"""
import random

import session
from apps import der
from capture import SECOND, Tap
from scenarios import attacks, honest

MINUTE = 60 * SECOND
LENGTH = 90 * MINUTE

SCANNER, INJECTOR = "203.0.113.77", "198.51.100.23"
HOME, HOME_NAME = "198.51.100.99", "update.cdn-sync.example"
HOME_TLS, HOME_TLS_NAME = "198.51.100.120", "telemetry-gw.example"
TUNNEL = "t.metrics-relay.example"

PORTAL, PORTAL_NAME = "10.1.10.80", "tax.xingcheng.example"
BANK_PC, BANK_RESOLVER = "10.1.20.57", "10.1.20.2"
BASTION, OPERATIONS_RESOLVER = "10.6.41.5", "10.6.41.2"
SCADA, RTUS = "10.6.40.10", ["10.6.40.%d" % n for n in range(101, 105)]
HMI, LAPTOP, PLCS = "10.4.50.10", "10.4.50.66", ["10.4.50.%d" % n for n in range(21, 25)]
WATER_RESOLVER = "10.4.51.2"
TIME4, TIME6 = "192.0.2.123", "2001:db8::123"

SCAN_PORTS = [21, 22, 23, 25, 80, 110, 135, 139, 143, 389, 443, 445, 502, 1433, 1521, 2404, 3306, 3389, 5432, 5900,
              6379, 7001, 8000, 8080, 8443, 9200, 20000, 27017, 44818, 47808]


def office(path, name, clients, resolver, start, **rest):
    for client in clients:
        honest.browse(path, random.Random(name + client), client, resolver, start, start + LENGTH, **rest)


def changsha(path, start):
    """Public finance and a bank on an ordinary morning."""
    outside = ["203.0.113.%d" % n for n in range(130, 190)] + ["192.0.2.%d" % n for n in range(200, 230)]
    office(path, "fiscal", ["10.1.11.%d" % n for n in range(51, 56)], "10.1.10.53", start)
    office(path, "bank", ["10.1.20.%d" % n for n in range(51, 58)], BANK_RESOLVER, start)
    office(path, "six", ["fd00:1:11::51", "fd00:1:11::52"], "fd00:1:10::53", start, sites=honest.SITES6)
    honest.citizens(path, random.Random("citizens"), PORTAL, PORTAL_NAME, start, start + LENGTH, addresses=outside)
    honest.keep_time(path, PORTAL, TIME4, start, start + LENGTH)
    honest.administer(path, random.Random("admin 1"), "10.1.11.51", PORTAL, [start + n * MINUTE for n in (3, 41, 77)])


def changsha_attacked(path, start, _):
    attacks.port_scan(path, SCANNER, [PORTAL, "10.1.10.90", "10.1.10.53"], SCAN_PORTS, start + 5 * MINUTE,
                      open_ports=[(PORTAL, 80), (PORTAL, 443)])
    attacks.path_search(path, INJECTOR, PORTAL, PORTAL_NAME, start + 18 * MINUTE)
    attacks.sql_injection(path, INJECTOR, PORTAL, PORTAL_NAME, start + 20 * MINUTE)
    attacks.web_shell(path, INJECTOR, PORTAL, PORTAL_NAME, start + 26 * MINUTE)
    certificate = der.certificate(HOME_TLS_NAME, organisation="Telemetry")
    attacks.look_up(path, PORTAL, "10.1.10.53", HOME_TLS_NAME, HOME_TLS, start + 30 * MINUTE - SECOND)
    attacks.beacon_tls(path, PORTAL, HOME_TLS, HOME_TLS_NAME, certificate, start + 30 * MINUTE, count=38)
    attacks.dns_tunnel(path, BANK_PC, BANK_RESOLVER, TUNNEL, start + 35 * MINUTE, count=900)


def yueyang(path, start):
    """A substation and the office that operates it."""
    for number, rtu in enumerate(RTUS):
        honest.supervise(path, random.Random(rtu), SCADA, rtu, start + number * SECOND, start + LENGTH, every=10 * SECOND,
                         port=50200 + number, switches=(0.3, 0.7) if number == 0 else ())
    office(path, "operations", ["10.6.41.%d" % n for n in range(51, 56)], OPERATIONS_RESOLVER, start)
    honest.keep_time(path, SCADA, TIME4, start, start + LENGTH)
    honest.watch(path, "10.6.41.9", RTUS, start, start + LENGTH)
    honest.administer(path, random.Random("admin 6"), "10.6.41.51", BASTION, [start + n * MINUTE for n in (2, 33, 70)])


def yueyang_attacked(path, start, _):
    attacks.port_scan(path, SCANNER, [BASTION, "10.6.41.9"], SCAN_PORTS, start + 8 * MINUTE, open_ports=[(BASTION, 22)])
    end = attacks.guess_ssh(path, SCANNER, BASTION, start + 14 * MINUTE, count=60)
    attacks.enter_ssh(path, SCANNER, BASTION, end)
    attacks.look_up(path, BASTION, OPERATIONS_RESOLVER, HOME_NAME, HOME, start + 22 * MINUTE - SECOND)
    attacks.beacon_http(path, BASTION, HOME, HOME_NAME, start + 22 * MINUTE, count=66)
    attacks.modbus_sweep(path, BASTION, ["10.6.40.%d" % n for n in range(80, 120)], RTUS, start + 50 * MINUTE)
    attacks.modbus_identify(path, BASTION, RTUS, start + 52 * MINUTE)
    m = attacks.modbus.Master(session.Tcp(path, (BASTION, 47000), (RTUS[1], 502), start + 56 * MINUTE))
    attacks.modbus_switch(m, [(address, on) for on in (False, True) for address in range(12)])
    m.s.close()


def hengyang(path, start):
    """A waterworks, its office, and a maintenance laptop that reads; gives the laptop's session, still open."""
    for number, plc in enumerate(PLCS):
        honest.supervise(path, random.Random(plc), HMI, plc, start + number * SECOND, start + LENGTH, every=15 * SECOND,
                         port=50400 + number, switches=(0.2, 0.5, 0.8) if number == 1 else ())
    office(path, "water", ["10.4.51.%d" % n for n in range(51, 55)], WATER_RESOLVER, start)
    office(path, "water six", ["fd00:4:51::51"], "fd00:4:51::2", start, sites=honest.SITES6)
    honest.keep_time(path, HMI, TIME4, start, start + LENGTH)
    honest.keep_time(path, "fd00:4:51::51", TIME6, start + SECOND, start + LENGTH)
    honest.watch(path, "10.4.51.9", PLCS, start, start + LENGTH)
    return honest.observe(path, random.Random("laptop"), LAPTOP, PLCS[0], start + 10 * MINUTE, start + 62 * MINUTE)


def hengyang_attacked(path, start, laptop):
    attacks.port_scan(path, SCANNER, ["10.4.51.9", "10.4.51.51"], SCAN_PORTS, start + 11 * MINUTE)
    attacks.look_up(path, LAPTOP, WATER_RESOLVER, HOME_NAME, HOME, start + 42 * MINUTE - SECOND)
    attacks.download(path, LAPTOP, HOME, HOME_NAME, start + 42 * MINUTE)
    attacks.beacon_http(path, LAPTOP, HOME, HOME_NAME, start + 44 * MINUTE, count=45)
    attacks.modbus_switch(laptop, [(0, False), (1, False), (2, True), (0, True), (1, True), (3, False)])
    attacks.modbus_guess_addresses(laptop, 30)
    attacks.modbus_silence(laptop)


SENSORS = {"430100-changsha": ("10.1.255.1", changsha, changsha_attacked),
           "430600-yueyang": ("10.6.255.1", yueyang, yueyang_attacked),
           "430400-hengyang": ("10.4.255.1", hengyang, hengyang_attacked)}


def seen_at(start, gateway, morning, attack):
    path = session.Path(Tap(), session.over_ethernet(gateway))
    still_open = morning(path, start)
    if attack is not None:
        attack(path, start, still_open)
    if still_open is not None:
        still_open.s.close()
    return path.tap


def scenario(start, attacked=True):
    """A provincial drill in three prefectures: attacks in stages amid honest traffic (a folder, one capture a sensor)."""
    return {name: seen_at(start, gateway, morning, attack if attacked else None)
            for name, (gateway, morning, attack) in SENSORS.items()}
