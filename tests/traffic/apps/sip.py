"""SIP requests (RFC 3261) as a gateway or a telephone sends them."""


def request(method, caller, callee, *, agent="Linphone/5.2.4", number=1, host="10.20.0.5"):
    """`caller` and `callee` are sip: addresses without their scheme."""
    fields = (("Via", "SIP/2.0/UDP %s:5060;branch=z9hG4bK%d" % (host, number)), ("From", "<sip:%s>;tag=%d" % (caller, number)),
              ("To", "<sip:%s>" % callee), ("Call-ID", "%d@%s" % (number, host)), ("CSeq", "1 " + method),
              ("Contact", "<sip:%s>" % host), ("User-Agent", agent), ("Max-Forwards", 70), ("Content-Length", 0))
    return ("%s sip:%s SIP/2.0\r\n" % (method, callee) + "".join("%s: %s\r\n" % pair for pair in fields) + "\r\n").encode()
