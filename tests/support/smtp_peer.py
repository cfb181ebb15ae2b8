#!/usr/bin/env python3
"""smtp_peer.py FOLDER CERTIFICATE KEY: a mail server with STARTTLS on a port of its own choosing, which it writes into
FOLDER/port. Every mail becomes FOLDER/N.eml; while FOLDER/refuse is there, mail is refused with its content ("550 no").
"""
import os
import socket
import ssl
import sys
import time

from aiosmtpd.controller import Controller


class Keeper:
    def __init__(self, folder):
        self.folder, self.count = folder, 0

    async def handle_DATA(self, server, session, envelope):
        refuse = os.path.join(self.folder, "refuse")
        if os.path.exists(refuse):
            with open(refuse) as why:
                return why.read().strip()
        self.count += 1
        path = os.path.join(self.folder, "%d.eml" % self.count)
        with open(path + ".part", "wb") as out:
            out.write(("X-Peer-Tls: %s\r\nX-Peer-To: %s\r\n" % (session.ssl is not None, ",".join(envelope.rcpt_tos))).encode())
            out.write(envelope.content)
        os.rename(path + ".part", path)
        return "250 kept"


def main():
    folder, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.socket() as free:       # the controller wants to know the port beforehand
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, ready_timeout=30)
    controller.start()
    with open(os.path.join(folder, "port.part"), "w") as out:
        out.write(str(port))
    os.rename(os.path.join(folder, "port.part"), os.path.join(folder, "port"))
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
