"""SSH up to its first encrypted packet (RFC 4253), and what password guessing looks like from outside."""
import struct

from capture import MILLISECOND, SECOND

KEXINIT, NEWKEYS, ECDH_INIT, ECDH_REPLY = 20, 21, 30, 31
LISTS = ("curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,rsa-sha2-512",
         "chacha20-poly1305@openssh.com,aes128-ctr", "chacha20-poly1305@openssh.com,aes128-ctr",
         "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", "")

SERVER = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"
CLIENT = "SSH-2.0-OpenSSH_9.6"
GUESSER = "SSH-2.0-libssh2_1.10.0"


def packet(kind, body):
    """The binary packet protocol without encryption: length, padding length, payload, padding."""
    payload = bytes((kind,)) + body
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return struct.pack("!IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack("!I", len(raw)) + raw


def kexinit(rng):
    return packet(KEXINIT, rng.randbytes(16) + b"".join(map(text, LISTS)) + bytes(5))


def ecdh_reply(rng):
    """Host key, ephemeral key, signature (RFC 8731, RFC 8709)."""
    host_key = text("ssh-ed25519") + text(rng.randbytes(32))
    signature = text("ssh-ed25519") + text(rng.randbytes(64))
    return text(host_key) + text(rng.randbytes(32)) + text(signature)


def key_exchange(s, rng, client, server):
    s.send(client.encode() + b"\r\n")
    s.reply(server.encode() + b"\r\n" + kexinit(rng))
    s.send(kexinit(rng))
    s.send(packet(ECDH_INIT, text(rng.randbytes(32))))
    s.reply(packet(ECDH_REPLY, ecdh_reply(rng)) + packet(NEWKEYS, b""))
    s.send(packet(NEWKEYS, b""))


def password(s, rng):
    """One try: a request of fixed size (the name and password are padded), a failure of fixed size."""
    s.send(rng.randbytes(148))
    s.wait(600 * MILLISECOND)
    s.reply(rng.randbytes(52))


def failed_login(s, rng, *, tries=1, client=GUESSER, server=SERVER):
    """A connection that tries passwords and is given up."""
    s.open()
    key_exchange(s, rng, client, server)
    for _ in range(tries):
        password(s, rng)
    s.close()


def login(s, rng, *, commands=8, client=CLIENT, server=SERVER):
    """A session of a person who got in: keys typed, screens of text back."""
    s.open()
    key_exchange(s, rng, client, server)
    s.send(rng.randbytes(148))
    s.reply(rng.randbytes(28))
    for _ in range(commands):
        s.send(rng.randbytes(36))
        s.reply(rng.randbytes(rng.randrange(60, 900)))
        s.wait(rng.randrange(1, 6) * SECOND)
    s.close()
