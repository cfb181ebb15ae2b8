"""Niagara Fox: frames of text between a workbench and a station."""

PORT = 1911


def frame(kind, number, answers, channel, command, *properties):
    """`properties`: (name, type, value)."""
    lines = "".join("%s=%s:%s\n" % p for p in properties)
    return ("fox %s %d %d %s %s\n{\n%s};;\n" % (kind, number, answers, channel, command, lines)).encode()


def hello(host, application, number=1, *more):
    return frame("a", number, -1, "fox", "hello", ("fox.version", "s", "1.0"), ("id", "i", "1"), ("hostName", "s", host),
                 ("app.name", "s", application), *more)
