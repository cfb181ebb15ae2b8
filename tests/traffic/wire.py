"""Layers 2 to 4 as bytes: every function takes values and gives the octets that go on the wire.

Nothing here knows about time, sessions or files. Checksums are right unless a caller asks for a wrong
one by name. Addresses are text; hardware addresses are derived from them, so a capture needs no table.

Sources  IEEE 802.3, RFC 791 (IPv4), RFC 8200 (IPv6), RFC 792/4443 (ICMP), RFC 768 (UDP), RFC 9293 (TCP)
"""
import ipaddress
import struct

ICMP, IPIP, TCP, UDP, IPV6, GRE, ICMP6 = 1, 4, 6, 17, 41, 47, 58
HOP_BY_HOP, ROUTING, FRAGMENT, NO_NEXT, DEST_OPTIONS = 0, 43, 44, 59, 60

ETH_IP4, ETH_IP6 = 0x0800, 0x86DD

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20


def packed(address):
    return ipaddress.ip_address(address).packed


def version(address):
    return 6 if ":" in address else 4


def hardware(address):
    """A locally administered unicast MAC address that is the same each time for one IP address."""
    return b"\x02\x00" + packed(address)[-4:]


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def pseudo_header(src, dst, protocol, length):
    if version(src) == 4:
        return packed(src) + packed(dst) + struct.pack("!BBH", 0, protocol, length)
    return packed(src) + packed(dst) + struct.pack("!IHBB", length, 0, 0, protocol)


# ---- link ----------------------------------------------------------------------------------------

def ethertype(ip_packet):
    return ETH_IP6 if ip_packet[0] >> 4 == 6 else ETH_IP4


def ethernet(src, dst, payload, kind=None):
    """An Ethernet II frame, padded to the 60 octets that a card would send (no FCS)."""
    frame = dst + src + struct.pack("!H", ethertype(payload) if kind is None else kind) + payload
    return frame.ljust(60, b"\0")


def arp(src_ip, dst_ip, reply=False):
    """A whole ARP frame (RFC 826)."""
    sender, target = hardware(src_ip), hardware(dst_ip) if reply else bytes(6)
    body = struct.pack("!HHBBH", 1, ETH_IP4, 6, 4, 2 if reply else 1)
    body += sender + packed(src_ip) + target + packed(dst_ip)
    return ethernet(sender, target if reply else b"\xff" * 6, body, 0x0806)


# ---- network -------------------------------------------------------------------------------------

def ip4(src, dst, protocol, payload, *, ident=0, ttl=64, tos=0, offset=0, more=False, dont=True,
        options=b""):
    """`offset` is in octets and a multiple of 8; `dont` is Don't Fragment, dropped in fragments."""
    flags = (0x2000 if more else 0) | (0x4000 if dont and not more and not offset else 0)
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, tos, words * 4 + len(payload), ident,
                       flags | offset // 8, ttl, protocol, 0) + packed(src) + packed(dst) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(src, dst, protocol, payload, *, hops=64, flow=0):
    return struct.pack("!IHBB", 6 << 28 | flow, len(payload), protocol, hops) + packed(src) + packed(dst) + payload


def ip(src, dst, protocol, payload, *, ident=0, ttl=64):
    if version(src) == 6:
        return ip6(src, dst, protocol, payload, hops=ttl)
    return ip4(src, dst, protocol, payload, ident=ident, ttl=ttl)


def fragments4(src, dst, protocol, payload, *, size, ident):
    """IPv4 fragments of `size` octets of payload each (a multiple of 8), in order."""
    starts = range(0, len(payload), size)
    return [ip4(src, dst, protocol, payload[at:at + size], ident=ident, offset=at,
                more=at + size < len(payload), dont=False) for at in starts]


def fragments6(src, dst, protocol, payload, *, size, ident):
    """The same for IPv6, each with a Fragment header (RFC 8200, section 4.5)."""
    def one(at):
        more = at + size < len(payload)
        head = struct.pack("!BBHI", protocol, 0, at | more, ident)
        return ip6(src, dst, FRAGMENT, head + payload[at:at + size])
    return [one(at) for at in range(0, len(payload), size)]


def option_header(following, body=b"\x01\x04\0\0\0\0"):
    """A Hop-by-Hop or Destination Options header; the body (PadN by default) fills units of 8."""
    return bytes((following, (len(body) + 2) // 8 - 1)) + body


def routing_header(following, via):
    """A type 0 Routing header with no segments left: deprecated (RFC 5095), seen all the same."""
    return struct.pack("!BBBBI", following, 2, 0, 0, 0) + packed(via)


# ---- transport -----------------------------------------------------------------------------------

def sealed(src, dst, protocol, segment, at):
    """Puts the transport checksum into `segment` at octet `at`, where there are zeros now."""
    value = checksum(pseudo_header(src, dst, protocol, len(segment)) + segment)
    if protocol == UDP and value == 0:
        value = 0xFFFF                           # RFC 768: zero means "not computed"
    return segment[:at] + struct.pack("!H", value) + segment[at + 2:]


def udp(src, dst, sport, dport, payload):
    datagram = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    return sealed(src, dst, UDP, datagram, 6)


def tcp(src, dst, sport, dport, seq, ack, flags, payload=b"", *, window=64240, options=b""):
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                       (5 + len(options) // 4) << 4, flags, window, 0, 0)
    return sealed(src, dst, TCP, head + options + payload, 16)


def tcp_options_syn(mss):
    """MSS, SACK permitted, no-operation, window scale 7."""
    return struct.pack("!BBHBBBBBB", 2, 4, mss, 4, 2, 1, 3, 3, 7) + b"\x01\x01"


def icmp(kind, code, rest, payload=b""):
    """`rest` is the second 32-bit word: identifier and sequence number of an echo."""
    body = struct.pack("!BBHI", kind, code, 0, rest) + payload
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def icmp6(src, dst, kind, code, rest, payload=b""):
    return sealed(src, dst, ICMP6, struct.pack("!BBHI", kind, code, 0, rest) + payload, 2)
