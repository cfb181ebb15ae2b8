"""SMTP as a dialogue (RFC 5321)."""


def deliver(s, sender, recipient, body, *, host="mail.example"):
    """One message on a connection that is not yet open."""
    s.open()
    s.reply(b"220 %s ESMTP\r\n" % host.encode())
    for line, answer in (("EHLO client.example", "250 %s" % host), ("MAIL FROM:<%s>" % sender, "250 2.1.0 Ok"),
                         ("RCPT TO:<%s>" % recipient, "250 2.1.5 Ok"), ("DATA", "354 End with <CR><LF>.<CR><LF>")):
        s.send(line.encode() + b"\r\n")
        s.reply(answer.encode() + b"\r\n")
    s.send(body.encode() + b"\r\n.\r\n")
    s.reply(b"250 2.0.0 Ok: queued\r\n")
    s.send(b"QUIT\r\n")
    s.reply(b"221 2.0.0 Bye\r\n")
    s.close()
