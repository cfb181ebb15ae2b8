"""KNXnet/IP: search, and bus frames in a tunnel (ISO 22510)."""
import struct

PORT = 3671
SEARCH, CONNECT, TUNNEL, TUNNEL_ACK, DISCONNECT = 0x0201, 0x0205, 0x0420, 0x0421, 0x0209
LAMP_ON, MEMORY_WRITE, RESTART = "1100bce000000a03010081", "1100b060000011050502834000aabb", "1100b06000001105010380"


def message(service, body):
    return struct.pack(">HHH", 0x0610, service, len(body) + 6) + body


def place(address, port=PORT):
    return bytes((8, 1)) + bytes(int(n) for n in address.split(".")) + struct.pack(">H", port)


def search(address):
    return message(SEARCH, place(address))


def connect(address):
    return message(CONNECT, place(address) * 2 + bytes.fromhex("04040200"))


def connected(address, channel=7):
    return message(CONNECT + 1, bytes((channel, 0)) + place(address) + bytes.fromhex("040411fa"))


def tunnelled(number, frame, channel=7):
    """`frame` in hex: a cEMI frame."""
    return message(TUNNEL, bytes((4, channel, number, 0)) + bytes.fromhex(frame))


def acknowledged(number, channel=7):
    return message(TUNNEL_ACK, bytes((4, channel, number, 0)))
