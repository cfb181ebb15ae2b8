"""A real X.509 certificate from a seed: DER (X.690), RSA (RFC 8017), version 3 (RFC 5280).

The key comes from the seed alone, so it is no secret and its certificate is the same on every run.
1024 bits and SHA-256 unless asked otherwise: these certificates are looked at, never trusted.
"""
import datetime
import functools
import hashlib
import random

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
NAMES = {"CN": "2.5.4.3", "O": "2.5.4.10", "C": "2.5.4.6"}
ALTERNATIVE_NAMES = "2.5.29.17"
# Signature algorithm, digest, and what stands before it (RFC 8017, section 9.2). "sm2" is one by its name alone.
SIGNATURES = {
    "md5": ("1.2.840.113549.1.1.4", hashlib.md5, "3020300c06082a864886f70d020505000410"),
    "sha1": ("1.2.840.113549.1.1.5", hashlib.sha1, "3021300906052b0e03021a05000414"),
    "sha256": ("1.2.840.113549.1.1.11", hashlib.sha256, "3031300d060960864801650304020105000420"),
    "sm2": ("1.2.156.10197.1.501", hashlib.sha256, "3031300d060960864801650304020105000420"),
}
EXPONENT = 65537


def tlv(tag, body):
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + body


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def identifier(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes((first * 40 + second,))
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return tlv(0x06, out)


def bits(raw):
    return tlv(0x03, b"\0" + raw)


def distinguished(**attributes):
    return sequence(*(tlv(0x31, sequence(identifier(NAMES[key]), tlv(0x13 if key == "C" else 0x0C, text.encode())))
                      for key, text in attributes.items()))


def utc(when):
    return tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())


def probably_prime(n, rng):
    """Miller-Rabin, 24 rounds."""
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)):
        return False
    shift = ((n - 1) & -(n - 1)).bit_length() - 1
    for _ in range(24):
        x = pow(rng.randrange(2, n - 1), (n - 1) >> shift, n)
        if x in (1, n - 1):
            continue
        if not any((x := x * x % n) == n - 1 for _ in range(shift - 1)):
            return False
    return True


def prime(size, rng):
    while True:
        candidate = rng.getrandbits(size) | 3 << size - 2 | 1
        if candidate % EXPONENT != 1 and probably_prime(candidate, rng):
            return candidate


@functools.lru_cache(maxsize=None)
def key(seed, size=1024):
    """Modulus and private exponent."""
    rng = random.Random("rsa " + seed)
    p, q = prime(size // 2, rng), prime(size // 2, rng)
    return p * q, pow(EXPONENT, -1, (p - 1) * (q - 1))


def sign(message, seed, bits_of_key=1024, signature="sha256"):
    modulus, private = key(seed, bits_of_key)
    size = (modulus.bit_length() + 7) // 8
    _, digest, prefix = SIGNATURES[signature]
    tail = b"\0" + bytes.fromhex(prefix) + digest(message).digest()
    padded = b"\0\1" + b"\xff" * (size - len(tail) - 2) + tail
    return pow(int.from_bytes(padded, "big"), private, modulus).to_bytes(size, "big")


@functools.lru_cache(maxsize=None)
def certificate(host, organisation="演练单位", issuer=None, serial=0x1001, start=(2026, 1, 1), days=365, *, key_bits=1024,
                signature="sha256"):
    """A certificate for `host`, self-signed unless `issuer` (a common name) says otherwise; no organisation: names alone."""
    begin = datetime.datetime(*start)
    named = organisation is not None
    subject = distinguished(**({"C": "CN", "O": organisation} if named else {}), CN=host)
    signer = issuer or host
    by = distinguished(**({"C": "CN", "O": "Drill CA"} if named else {}), CN=issuer) if issuer else subject
    modulus, _ = key(host, key_bits)
    algorithm = sequence(identifier(SIGNATURES[signature][0]), b"\x05\0")
    public = sequence(sequence(identifier(RSA_ENCRYPTION), b"\x05\0"),
                      bits(sequence(integer(modulus), integer(EXPONENT))))
    names = sequence(identifier(ALTERNATIVE_NAMES), tlv(0x04, sequence(tlv(0x82, host.encode()))))
    body = sequence(tlv(0xA0, integer(2)), integer(serial), algorithm, by,
                    sequence(utc(begin), utc(begin + datetime.timedelta(days=days))), subject, public,
                    tlv(0xA3, sequence(names)))
    return sequence(body, algorithm, bits(sign(body, signer, key_bits, signature)))
