"""python3 -m unittest discover -s tests/traffic -p 'test_*.py'"""
import gzip
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import capture
import make
import session
import wire
from apps import der, dns, http, modbus, tls
from scenarios import SCENARIOS

START = make.nanoseconds(make.START)
PAIRS = [("10.0.0.1", "192.0.2.1"), ("fd00::1", "2001:db8::1")]


def sums_to_zero(data):
    return wire.checksum(data) == 0


def playing(play):
    """The frames of what `play` does on a path that adds no link layer."""
    tap = capture.Tap(capture.RAW)
    play(session.Path(tap, lambda src, dst, packet: packet))
    return [frame for _, frame in tap.in_order()]


def payload_of(frame):
    """Sequence number and payload of a TCP segment in an IPv4 packet without options."""
    return struct.unpack("!I", frame[24:28])[0], frame[20 + (frame[32] >> 4) * 4:]


def told_by_tshark(tap):
    """Names asked for, request targets and status codes, in order."""
    if shutil.which("tshark") is None:
        raise unittest.SkipTest("tshark is not installed")
    with tempfile.NamedTemporaryFile(suffix=".pcap") as out:
        capture.write(pathlib.Path(out.name), tap)
        fields = ["-e", "dns.qry.name", "-e", "http.request.uri", "-e", "http.response.code"]
        said = subprocess.run(["tshark", "-r", out.name, "-o", "tcp.reassemble_out_of_order:TRUE", "-T", "fields", *fields],
                              capture_output=True, text=True)
        return said.stdout.split()


class Checksums(unittest.TestCase):
    def test_the_example_of_rfc_1071_holds(self):
        self.assertEqual(wire.checksum(bytes.fromhex("0001f203f4f5f6f7")), 0xFFFF ^ 0xDDF2)

    def test_an_ip4_header_sums_to_zero(self):
        packet = wire.ip4("10.0.0.1", "192.0.2.1", wire.UDP, b"abc", options=b"\x94\x04\0\0")
        self.assertTrue(sums_to_zero(packet[:24]))

    def test_transport_segments_sum_to_zero_with_their_pseudo_header(self):
        for src, dst in PAIRS:
            for protocol, segment in ((wire.TCP, wire.tcp(src, dst, 1, 2, 3, 4, wire.ACK, b"odd")),
                                      (wire.UDP, wire.udp(src, dst, 1, 2, b"odd"))):
                with self.subTest(src=src, protocol=protocol):
                    head = wire.pseudo_header(src, dst, protocol, len(segment))
                    self.assertTrue(sums_to_zero(head + segment))

    def test_both_kinds_of_icmp_sum_to_zero(self):
        self.assertTrue(sums_to_zero(wire.icmp(8, 0, 1, b"xyz")))
        src, dst = PAIRS[1]
        echo = wire.icmp6(src, dst, 128, 0, 1, b"xyz")
        self.assertTrue(sums_to_zero(wire.pseudo_header(src, dst, wire.ICMP6, len(echo)) + echo))


class Fragments(unittest.TestCase):
    def test_put_together_they_are_the_datagram(self):
        data = bytes(range(100))
        for cut, (src, dst), header in ((wire.fragments4, PAIRS[0], 20), (wire.fragments6, PAIRS[1], 48)):
            with self.subTest(header=header):
                pieces = cut(src, dst, wire.UDP, data, size=24, ident=7)
                self.assertEqual(len(pieces), 5)
                self.assertEqual(b"".join(piece[header:] for piece in pieces), data)

    def test_all_but_the_last_say_that_more_follow(self):
        pieces = wire.fragments4(*PAIRS[0], wire.UDP, bytes(50), size=24, ident=7)
        self.assertEqual([bool(piece[6] & 0x20) for piece in pieces], [True, True, False])


class Sessions(unittest.TestCase):
    def sending(self, order):
        def play(path):
            s = session.Tcp(path, ("10.0.0.1", 1000), ("192.0.2.1", 80), 0, mss=4)
            s.open()
            s.send(b"aaaabbbbcc", order=order)
            s.close()
        data = [payload_of(frame) for frame in playing(play)]
        return [payload for _, payload in data if payload], data

    def test_every_octet_has_its_sequence_number(self):
        payloads, data = self.sending(None)
        first = data[0][0] + 1
        self.assertEqual(payloads, [b"aaaa", b"bbbb", b"cc"])
        self.assertEqual([seq - first for seq, payload in data if payload], [0, 4, 8])
        self.assertIn((first + 10 & 0xFFFFFFFF, b""), data)          # the client's FIN

    def test_an_order_reorders_repeats_and_loses(self):
        for order, expected in (((0, 2, 1), [b"aaaa", b"cc", b"bbbb"]), ((0, 1, 1, 2), [b"aaaa", b"bbbb", b"bbbb", b"cc"]),
                                ((0, 2), [b"aaaa", b"cc"])):
            with self.subTest(order=order):
                self.assertEqual(self.sending(order)[0], expected)


class Files(unittest.TestCase):
    def setUp(self):
        self.tap = capture.Tap()
        self.tap.put(1_500_000_001_123_456_789, b"second")
        self.tap.put(1_500_000_000_000_000_001, b"first")

    def test_a_pcap_is_in_order_of_time(self):
        for order, nano, ticks in (("<", False, 123456), (">", True, 123456789)):
            with self.subTest(order=order):
                data = capture.pcap(self.tap, order=order, nano=nano)
                self.assertEqual(data[40:45], b"first")
                self.assertEqual(struct.unpack(order + "II", data[45:53]), (1_500_000_001, ticks))

    def test_blocks_of_a_pcapng_end_with_their_length(self):
        for order in "<>":
            data, count = capture.pcapng(self.tap, order=order), 0
            while data:
                length = struct.unpack(order + "I", data[4:8])[0]
                self.assertEqual(data[4:8], data[length - 4:length])
                data, count = data[length:], count + 1
            self.assertEqual(count, 4)

    def test_a_pcapng_says_the_same_times(self):
        for nano, unit in ((False, 1000), (True, 1)):
            data = capture.pcapng(self.tap, nano=nano)
            second = data.index(b"second") - 28
            high, low = struct.unpack("<II", data[second + 12:second + 20])
            self.assertEqual((high << 32 | low) * unit // 1000, 1_500_000_001_123_456)

    def test_gzip_holds_the_same_capture(self):
        self.assertEqual(gzip.decompress(capture.FORMATS["pcap-gz"](self.tap)), capture.pcap(self.tap))


class Applications(unittest.TestCase):
    def test_a_dns_name_is_labels(self):
        self.assertEqual(dns.name("a.bc."), b"\1a\2bc\0")

    def test_chunks_add_up(self):
        coded = http.chunked(b"0123456789", 4).split(b"\r\n\r\n", 1)[1]
        self.assertEqual(coded, b"4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n")

    def test_coils_are_packed_from_the_lowest_bit(self):
        self.assertEqual(modbus.coils(1, [1, 0, 0, 1, 1, 0, 0, 0, 1]), b"\1\2\x19\1")

    def test_der_lengths_take_the_short_form_when_they_can(self):
        self.assertEqual(der.tlv(4, bytes(127))[:2], b"\4\x7f")
        self.assertEqual(der.tlv(4, bytes(300))[:4], b"\4\x82\1\x2c")

    def test_a_signature_is_undone_by_the_public_exponent(self):
        modulus, _ = der.key("portal.example")
        signature = int.from_bytes(der.sign(b"message", "portal.example"), "big")
        opened = pow(signature, der.EXPONENT, modulus).to_bytes(128, "big")
        self.assertTrue(opened.startswith(b"\0\1\xff\xff"))

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_openssl_reads_the_certificate(self):
        said = subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject", "-ext", "subjectAltName"],
                              input=der.certificate("portal.example"), capture_output=True, check=True).stdout
        self.assertIn(b"DNS:portal.example", said)

    def test_a_client_hello_is_as_long_as_it_says(self):
        for client in (tls.BROWSER, tls.SERVICE, tls.IMPLANT):
            hello = tls.client_hello(client, "a.example", random.Random(1))
            self.assertEqual(struct.unpack("!H", hello[3:5])[0], len(hello) - 5)
            self.assertEqual(int.from_bytes(hello[6:9], "big"), len(hello) - 9)


class Scenarios(unittest.TestCase):
    def test_each_gives_the_same_bytes_twice(self):
        for name, scenario in SCENARIOS.items():
            with self.subTest(name):
                one, two = scenario(START), scenario(START)
                self.assertEqual({k: capture.pcap(t) for k, t in one.items()}, {k: capture.pcap(t) for k, t in two.items()})

    def test_a_later_start_moves_every_packet_alike(self):
        for name in ("http", "dns", "tls", "modbus", "ssh"):
            with self.subTest(name):
                (one,), (two,) = SCENARIOS[name](START).values(), SCENARIOS[name](START + capture.SECOND).values()
                self.assertEqual([(at + capture.SECOND, frame) for at, frame in one.frames], two.frames)

    def test_tshark_finds_the_same_conversation_in_the_whole_zoo(self):
        for name, tap in SCENARIOS["decode-zoo"](START).items():
            with self.subTest(name):
                self.assertEqual(told_by_tshark(tap), ["zoo.example", "zoo.example", "/form?which=zoo", "200"])

    def test_tshark_finds_the_same_request_however_tcp_behaves(self):
        for name, tap in SCENARIOS["tcp-zoo"](START).items():
            expected = ["/form?which=tcp", "200"] * (2 if name == "reused-ports" else 1)
            with self.subTest(name):
                if name.startswith("no-"):
                    self.assertLessEqual(set(told_by_tshark(tap)), set(expected))
                else:
                    self.assertEqual(told_by_tshark(tap), expected)


class CommandLine(unittest.TestCase):
    def test_a_start_needs_an_offset(self):
        self.assertEqual(make.nanoseconds("1970-01-01T08:00:01.5+08:00"), 1_500_000_000)
        for text in ("2026-11-18T09:00:00", "yesterday"):
            with self.subTest(text), self.assertRaises(make.argparse.ArgumentTypeError):
                make.nanoseconds(text)


if __name__ == "__main__":
    unittest.main()
