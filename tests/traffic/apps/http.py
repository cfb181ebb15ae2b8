"""HTTP/1.1 messages (RFC 9112)."""

BROWSER = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/124.0.0.0 Safari/537.36")

REASONS = {200: "OK", 204: "No Content", 302: "Found", 304: "Not Modified", 400: "Bad Request",
           401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}


def lines(first, headers, body=b""):
    head = [first] + ["%s: %s" % pair for pair in headers.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def request(method, uri, host, *, agent=BROWSER, headers=None, body=b""):
    fields = {"Host": host}
    if agent is not None:
        fields["User-Agent"] = agent
    fields["Accept"] = "*/*"
    if body:
        fields["Content-Length"] = len(body)
    fields.update(headers or {})
    return lines("%s %s HTTP/1.1" % (method, uri), fields, body)


def get(uri, host, **rest):
    return request("GET", uri, host, **rest)


def form(uri, host, text, **rest):
    """A POST of an HTML form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", **rest.pop("headers", {})}
    return request("POST", uri, host, body=text.encode(), headers=headers, **rest)


def response(code=200, body=b"", *, kind="text/html; charset=utf-8", server="nginx", headers=None):
    fields = {"Server": server, "Content-Type": kind, "Content-Length": len(body), **(headers or {})}
    return lines("HTTP/1.1 %d %s" % (code, REASONS.get(code, "Status")), fields, body)


def chunked(body, size, *, code=200, kind="text/html; charset=utf-8", server="nginx"):
    """A response in chunks of `size` octets."""
    fields = {"Server": server, "Content-Type": kind, "Transfer-Encoding": "chunked"}
    pieces = [body[at:at + size] for at in range(0, len(body), size)] + [b""]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return lines("HTTP/1.1 %d %s" % (code, REASONS.get(code, "Status")), fields, coded)


def page(title, octets):
    """An HTML page of about the size asked for."""
    head = "<!doctype html><html lang=zh><meta charset=utf-8><title>%s</title><body>" % title
    filler = "<p>本页为演练背景流量。This page is background traffic of a drill.</p>"
    return (head + filler * max(1, octets // len(filler.encode()))).encode()
