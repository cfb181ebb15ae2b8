"""Tank gauges as Veeder-Root speaks: a code of a letter and five digits, answered by a page of text."""

PORT = 10001


def ask(code, value="", security=""):
    """"I20100" is the inventory of all tanks, "S60201" with a value names tank 1."""
    return ("\x01%s%s%s\r\n" % (security, code, value)).encode()


def page(code, *lines):
    return ("\x01%s\r\n" % code).encode() + b"".join(line.encode() + b"\r\n" for line in lines) + b"\x03"


def refused():
    return b"9999FF1B\n"
