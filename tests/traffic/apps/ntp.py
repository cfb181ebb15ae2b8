"""NTP version 4, client and server (RFC 5905)."""
import struct

SINCE_1900 = 2208988800


def stamp(at):
    """Nanoseconds since the Unix epoch as an NTP timestamp."""
    seconds, rest = divmod(at, 1_000_000_000)
    return struct.pack("!II", seconds + SINCE_1900 & 0xFFFFFFFF, (rest << 32) // 1_000_000_000)


def request(at):
    return bytes((0x23, 0, 6, 0xE9)) + bytes(36) + stamp(at)


def answer(asked, at):
    head = bytes((0x24, 2, 6, 0xE9)) + struct.pack("!II", 0x100, 0x200) + bytes((192, 0, 2, 123))
    return head + stamp(at - 5_000_000_000) + stamp(asked) + stamp(at) + stamp(at)
