"""TLS handshakes (RFC 5246, RFC 8446) up to the point where everything is ciphertext.

What would be encrypted is random octets of the right length. `ja3` computes the client's fingerprint
(JA3: version, suites, extensions, groups, point formats; MD5), without GREASE as the hellos have none.
"""
import hashlib
import struct
from dataclasses import dataclass

HANDSHAKE, CHANGE, ALERT, DATA = 22, 20, 21, 23
SSL3, TLS10, TLS11, TLS12, TLS13, TLCP = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0101
SNI, GROUPS, POINTS, SIGNATURES, ALPN, MASTER, VERSIONS, KEY_SHARE, MODES = 0, 10, 11, 13, 16, 23, 43, 51, 45


@dataclass(frozen=True)
class Client:
    """What makes one TLS client look different from another."""
    suites: tuple
    extensions: tuple
    groups: tuple = (29, 23, 24)
    version: int = TLS12


BROWSER = Client((0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x9C, 0x9D, 0x2F, 0x35),
                 (SNI, MASTER, GROUPS, POINTS, ALPN, SIGNATURES, KEY_SHARE, MODES, VERSIONS))
SERVICE = Client((0xC02F, 0xC030, 0x9C, 0x9D, 0x2F, 0x35), (SNI, GROUPS, POINTS, SIGNATURES, MASTER))
IMPLANT = Client((0xC02F, 0xC027, 0x9C, 0x3C, 0x2F, 0x0A), (SNI, GROUPS, POINTS, SIGNATURES), groups=(23, 24))


def vector(width, body):
    return len(body).to_bytes(width, "big") + body


def words(values):
    return struct.pack("!%dH" % len(values), *values)


def record(kind, body, version=TLS12):
    return struct.pack("!BHH", kind, version, len(body)) + body


def handshake(kind, body):
    return bytes((kind,)) + vector(3, body)


def extension(kind, body):
    return struct.pack("!H", kind) + vector(2, body)


def client_extension(client, kind, host, rng):
    share = rng.randbytes(32)
    return extension(kind, {
        SNI: lambda: vector(2, b"\0" + vector(2, host.encode())),
        GROUPS: lambda: vector(2, words(client.groups)),
        POINTS: lambda: vector(1, b"\0"),
        SIGNATURES: lambda: vector(2, words((0x0403, 0x0804, 0x0401, 0x0503, 0x0501))),
        ALPN: lambda: vector(2, vector(1, b"h2") + vector(1, b"http/1.1")),
        MASTER: lambda: b"",
        VERSIONS: lambda: vector(1, words((TLS13, TLS12))),
        MODES: lambda: vector(1, b"\1"),
        KEY_SHARE: lambda: vector(2, words((29,)) + vector(2, share)),
    }[kind]())


def client_hello(client, host, rng):
    """The record with a ClientHello; no server name when `host` is None."""
    kinds = [kind for kind in client.extensions if kind != SNI or host is not None]
    extensions = b"".join(client_extension(client, kind, host, rng) for kind in kinds)
    body = struct.pack("!H", client.version) + rng.randbytes(32) + vector(1, b"")
    body += vector(2, words(client.suites)) + vector(1, b"\0") + vector(2, extensions)
    return record(HANDSHAKE, handshake(1, body), 0x0301)


def server_hello(suite, rng, *, version=TLS12, extensions=b""):
    body = struct.pack("!H", version) + rng.randbytes(32) + vector(1, rng.randbytes(32))
    return handshake(2, body + struct.pack("!HB", suite, 0) + vector(2, extensions))


def ja3(client, host=True):
    kinds = [kind for kind in client.extensions if kind != SNI or host]
    fields = [(client.version,), client.suites, kinds, client.groups, (0,)]
    text = ",".join("-".join(map(str, field)) for field in fields)
    return hashlib.md5(text.encode()).hexdigest()


def handshake12(s, rng, host, certificates, client=SERVICE):
    """A TLS 1.2 handshake with RSA key exchange on the open connection `s`."""
    s.send(client_hello(client, host, rng))
    chain = vector(3, b"".join(vector(3, one) for one in certificates))
    flight = server_hello(0x9C, rng) + handshake(11, chain) + handshake(14, b"")
    s.reply(record(HANDSHAKE, flight))
    finished = record(CHANGE, b"\1") + record(HANDSHAKE, rng.randbytes(40))
    s.send(record(HANDSHAKE, handshake(16, vector(2, rng.randbytes(128)))) + finished)
    s.reply(finished)


def agree(s, rng, version, suite, certificates=()):
    """What a server agrees to on the open connection `s`, up to its first flight."""
    s.send(client_hello(SERVICE, "service.example", rng))
    extensions, hello = b"", min(version, TLS12)
    if version == TLS13:
        extensions = extension(VERSIONS, words((TLS13,))) + extension(KEY_SHARE, words((29,)) + vector(2, rng.randbytes(32)))
    flight = server_hello(suite, rng, version=hello, extensions=extensions)
    if certificates:
        flight += handshake(11, vector(3, b"".join(vector(3, one) for one in certificates)))
    s.reply(record(HANDSHAKE, flight, hello))


def handshake13(s, rng, host, client=BROWSER):
    """A TLS 1.3 handshake: the certificate is already ciphertext."""
    s.send(client_hello(client, host, rng))
    extensions = extension(VERSIONS, words((TLS13,)))
    extensions += extension(KEY_SHARE, words((29,)) + vector(2, rng.randbytes(32)))
    hello = record(HANDSHAKE, server_hello(0x1301, rng, extensions=extensions))
    s.reply(hello + record(CHANGE, b"\1") + record(DATA, rng.randbytes(1900)))
    s.send(record(CHANGE, b"\1") + record(DATA, rng.randbytes(53)))


def data(rng, octets):
    """Application data of `octets` in all, in records of at most 16 KiB."""
    sizes = [min(16384, octets - at) for at in range(0, octets, 16384)]
    return b"".join(record(DATA, rng.randbytes(size)) for size in sizes)
