"""Cases of rules/ransomware.rules."""
import random

import session
from apps import dns, smb, tls
from cases import INSIDE, OUTSIDE, SERVER, START, Case, dialogue, tcp

RESOLVER = "10.20.0.53"
FILES = ["档案\\%d号报告.docx" % n for n in range(100)]


def on_share(work):
    """`work` is done on a share of the server's."""
    def play(path):
        s = tcp(path, INSIDE, SERVER, 445)
        s.open()
        work(smb.Share(s))
        s.close()
    return play


def renames(count, ending):
    return on_share(lambda share: [share.rename(name, name + ending) for name in FILES[:count]])


def makes(count, ending, disposition=smb.MAKE):
    return on_share(lambda share: [share.create(name + ending, disposition) for name in FILES[:count]])


def notes(*names, disposition=smb.MAKE):
    return on_share(lambda share: [share.create("处室%d\\%s" % pair, disposition) for pair in enumerate(names)])


def told(order, port=49154):
    """A call whose arguments hold an order."""
    raw = order.encode("utf-16-le")
    call = b"\5\0\0\3\x10\0\0\0" + (len(raw) + 24).to_bytes(2, "little") + b"\0\0\1\0\0\0" + len(raw).to_bytes(4, "little") + b"\0\0\x0c\0" + raw
    return lambda path: dialogue(tcp(path, INSIDE, SERVER, port), call)


def clear(text):
    return lambda path: dialogue(tcp(path, INSIDE, SERVER, 4444), None, b"> ", text.encode() + b"\r\n")


def name(text):
    return lambda path: session.ask(path, (INSIDE, 30000), (RESOLVER, 53), START, dns.query(7, text), dns.answer(7, text, dns.A, ["192.0.2.9"]))


def secure(host):
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE, 443)
        s.open()
        tls.handshake13(s, random.Random(1), host)
        s.close()
    return play


KILL_SWITCH = "www.iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com"
LISTING = "vssadmin list shadows"

CASES = {
    9101001: Case(renames(8, ".lockbit"), renames(8, ".bak")),
    9101002: Case(makes(12, ".mallox"), makes(3, ".enc")),
    9101003: Case(renames(90, ".old"), renames(40, ".old")),
    9101004: Case(notes(*["HOW_TO_DECRYPT.txt"] * 4), notes("readme.txt", "README.md", "how-to-install.docx", "回复.txt")),
    9101005: Case(told("cmd.exe /c vssadmin.exe delete shadows /all /quiet"), told("cmd.exe /c " + LISTING + " & del shadow.log")),
    9101006: Case(told("bcdedit /set {default} recoveryenabled No"), told("bcdedit /enum")),
    9101007: Case(told("wbadmin delete catalog -quiet"), told("wbadmin get versions")),
    9101015: Case(told("wevtutil cl Security"), told("wevtutil qe Security /c:5")),
    9101008: Case(clear("vssadmin delete shadows /all"), clear(LISTING)),
    9101009: Case(notes("PSEXESVC.exe"), notes("PSEXESVC.exe", disposition=smb.OPEN)),
    9101010: Case(told("%COMSPEC% /Q /c echo dir"), told("%SystemRoot%\\system32\\svchost.exe -k netsvcs")),
    9101011: Case(name("drillpay.onion.ws"), name("www.onion-soup.ws")),
    9101012: Case(secure("drillpay.onion.ly"), secure("www.onion.example")),
    9101013: Case(name("drillpay.onion"), name("onion.example")),
    9101014: Case(name(KILL_SWITCH), name("www.iuqerfsodp9.com")),
}
