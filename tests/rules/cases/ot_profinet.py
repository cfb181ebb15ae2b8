"""Cases of rules/ot/profinet.rules."""
import struct

from capture import SECOND
from cases import START, Case

ENGINEER, DEVICE, EVERYBODY = (bytes.fromhex(mac) for mac in ("020000140005", "001b1b010203", "010ecf000000"))
GET_SET, IDENTIFY = 0xFEFD, 0xFEFE
END = 5, 2, b"\0\0"


def dcp(frame, service, *blocks):
    """A request; a block is (option, suboption, value)."""
    body = b""
    for option, suboption, value in blocks:
        body += struct.pack("!BBH", option, suboption, len(value)) + value + bytes(len(value) % 2)
    return struct.pack("!HBBIHH", frame, service, 0, 7, 1 if frame == IDENTIFY else 0, len(body)) + body


def told(*requests, to=DEVICE):
    def play(path):
        for n, request in enumerate(requests):
            path.tap.put(START + n * SECOND, (to + ENGINEER + b"\x88\x92" + request).ljust(60, b"\0"))
    return play


NAME = dcp(GET_SET, 4, (2, 2, b"\0\1plc1"), END)
ADDRESS = dcp(GET_SET, 4, (1, 2, b"\0\1" + bytes((10, 20, 9, 21, 255, 255, 255, 0, 10, 20, 9, 1))), END)
RESET = dcp(GET_SET, 4, (5, 6, b"\0\4"))
BLINK = dcp(GET_SET, 4, (5, 3, b"\0\0\1\0"), END)
GET = dcp(GET_SET, 3)[:10] + b"\0\4\1\2\2\2"      # names options, without values
ALL = dcp(IDENTIFY, 5, (255, 255, b""))
BY_NAME = dcp(IDENTIFY, 5, (2, 2, b"plc1"))

CASES = {
    9102801: Case(told(NAME), told(BLINK, GET)),
    9102802: Case(told(ADDRESS), told(BLINK, GET)),
    9102803: Case(told(RESET), told(BLINK)),
    9102804: Case(told(*[ALL] * 8, to=EVERYBODY), told(ALL, *[BY_NAME] * 8, to=EVERYBODY)),
}
