"""SMB2 (MS-SMB2) as a client works on the files of a share: make one, name it anew. The sign-in is left out."""
import struct

NEGOTIATE, CREATE, SET_INFO = 0, 5, 17
OPEN, MAKE, OVERWRITE_IF = 1, 2, 5      # what CREATE does with a file that is there, or not
RESPONSE = 1
RENAME = 10                             # FileRenameInformation


class Share:
    """A client on an open connection `s`, and the server's short answers."""

    def __init__(self, s):
        self.s, self.message = s, 0
        self.exchange(NEGOTIATE, struct.pack("<HHHHI16sQH", 36, 1, 1, 0, 0, bytes(16), 0, 0x0210),
                      struct.pack("<HHHH16sIIIIQQHHI", 65, 1, 0x0210, 0, bytes(16), 0, 65536, 65536, 65536, 0, 0, 128, 0, 0))

    def frame(self, command, flags, body):
        head = struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 0, 0, command, 1, flags, 0, self.message, 0xFEFF, 5, 0x11, bytes(16))
        return struct.pack("!I", len(head) + len(body)) + head + body

    def exchange(self, command, request, response):
        self.s.send(self.frame(command, 0, request))
        self.s.reply(self.frame(command, RESPONSE, response))
        self.message += 1

    def create(self, name, disposition=MAKE):
        """Opens a file and gives its handle."""
        raw, handle = name.encode("utf-16-le"), struct.pack("<QQ", self.message + 1, 0)
        head = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 0x12019F, 0x80, 7, disposition, 0x40, 120, len(raw), 0, 0)
        self.exchange(CREATE, head + raw, struct.pack("<HBBI32xQQII", 89, 0, 0, 1, 0, 0, 0x80, 0) + handle + bytes(8))
        return handle

    def rename(self, old, new):
        handle, raw = self.create(old, OPEN), new.encode("utf-16-le")
        info = struct.pack("<B7xQI", 0, 0, len(raw)) + raw
        self.exchange(SET_INFO, struct.pack("<HBBIHHI", 33, 1, RENAME, len(info), 96, 0, 0) + handle + info, struct.pack("<H", 2))
