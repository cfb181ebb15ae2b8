"""Siemens FETCH and WRITE (SIMATIC NET, S7-CPs for Industrial Ethernet)."""
import struct

PORT = 2000
WRITE, FETCH = 3, 5
DB, FLAGS, INPUTS, OUTPUTS = 1, 2, 3, 4


def request(operation, area, db, address, length, data=b""):
    return b"S5" + bytes((16, 1, 3, operation, 3, 8, area, db)) + struct.pack(">HH", address, length) + b"\xff\x02" + data


def fetch(area, db, address, length):
    return request(FETCH, area, db, address, length)


def write(area, db, address, data):
    """Data blocks count words, flags and the process image octets."""
    return request(WRITE, area, db, address, len(data) // 2 if area == DB else len(data), data)


def answer(operation, data=b"", error=0):
    return b"S5" + bytes((16, 1, 3, operation + 1, 15, 3, error, 0xFF, 7)) + bytes(5) + data
