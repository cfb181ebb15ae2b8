"""Ways of carrying an IP packet: each function wraps bytes in the octets that one link or tunnel adds.

Inner arguments are whole IP packets or whole Ethernet frames, as the name of the argument says.

Sources  802.1Q, 802.1ad, RFC 3032 (MPLS), RFC 2516 (PPPoE), RFC 1661/1662 (PPP), RFC 2784/2890 (GRE),
         RFC 7348 (VXLAN), RFC 8926 (GENEVE), RFC 4380 (Teredo), RFC 4213 (6in4),
         draft-foschiano-erspan-03, LINKTYPE_* pages of the tcpdump group
"""
import struct

import wire

VXLAN_PORT, GENEVE_PORT, TEREDO_PORT = 4789, 6081, 3544
PPP_IP4, PPP_IP6 = 0x0021, 0x0057
FAMILY_IP4, FAMILY_IP6_BSD = 2, 30


def vlan_tag(number, priority=0):
    return struct.pack("!H", priority << 13 | number)


def vlan(src, dst, ip_packet, *numbers, outer=0x8100):
    """One tag, or several with the outermost first and of the kind `outer` (0x88A8 for 802.1ad)."""
    inner = struct.pack("!H", wire.ethertype(ip_packet)) + ip_packet
    for number in reversed(numbers[1:]):
        inner = struct.pack("!H", 0x8100) + vlan_tag(number) + inner
    return wire.ethernet(src, dst, vlan_tag(numbers[0]) + inner, outer)


def mpls(src, dst, ip_packet, *labels):
    """Labels from the top of the stack; the last one carries the bottom-of-stack bit."""
    last = len(labels) - 1
    stack = b"".join(struct.pack("!I", label << 12 | (at == last) << 8 | 64)
                     for at, label in enumerate(labels))
    return wire.ethernet(src, dst, stack + ip_packet, 0x8847)


def ppp(ip_packet):
    return struct.pack("!H", PPP_IP6 if ip_packet[0] >> 4 == 6 else PPP_IP4) + ip_packet


def ppp_hdlc(ip_packet):
    """PPP in HDLC-like framing: address and control octets in front (RFC 1662)."""
    return b"\xff\x03" + ppp(ip_packet)


def pppoe(src, dst, ip_packet, session=0x11):
    body = ppp(ip_packet)
    return wire.ethernet(src, dst, struct.pack("!BBHH", 0x11, 0, session, len(body)) + body, 0x8864)


def chdlc(ip_packet):
    return struct.pack("!BBH", 0x0F, 0, wire.ethertype(ip_packet)) + ip_packet


def null(ip_packet):
    """BSD loopback, written by a little-endian machine."""
    return struct.pack("<I", FAMILY_IP6_BSD if ip_packet[0] >> 4 == 6 else FAMILY_IP4) + ip_packet


def sll(src, ip_packet):
    """Linux cooked capture, version 1: a packet sent to us by an Ethernet neighbour."""
    return struct.pack("!HHH", 0, 1, 6) + src + b"\0\0" + struct.pack("!H", wire.ethertype(ip_packet)) + ip_packet


def sll2(src, ip_packet):
    return struct.pack("!HHIHBB", wire.ethertype(ip_packet), 0, 2, 1, 0, 6) + src + b"\0\0" + ip_packet


def gre(payload, kind, *, key=None, sequence=None):
    flags = (0x2000 if key is not None else 0) | (0x1000 if sequence is not None else 0)
    head = struct.pack("!HH", flags, kind)
    head += struct.pack("!I", key) if key is not None else b""
    head += struct.pack("!I", sequence) if sequence is not None else b""
    return head + payload


def erspan2(frame, *, sequence, session=7, vlan_number=10):
    """ERSPAN type II: GRE with a sequence number, 8 octets, then the mirrored frame."""
    head = struct.pack("!HHI", 1 << 12 | vlan_number, session, 0)
    return gre(head + frame, 0x88BE, sequence=sequence)


def vxlan(frame, vni=4096):
    return struct.pack("!II", 0x08000000, vni << 8) + frame


def geneve(frame, vni=77, options=b""):
    return struct.pack("!BBHI", len(options) // 4, 0, 0x6558, vni << 8) + options + frame


def udp_between(src, dst, sport, dport, payload):
    """An outer IPv4 packet with one UDP datagram, for the tunnels that ride on UDP."""
    return wire.ip(src, dst, wire.UDP, wire.udp(src, dst, sport, dport, payload))
