"""Cases of rules/guessing.rules."""
import random

from apps import http, ssh
from capture import SECOND
from cases import INSIDE, OUTSIDE, SERVER, START, Case, dialogue, requests, tcp
from scenarios import attacks, exercise


def guesses(source, count, every, client=ssh.GUESSER):
    return lambda path: attacks.guess_ssh(path, source, SERVER, START, count=count, every=every, client=client)


def session_of(client, commands):
    return lambda path: attacks.enter_ssh(path, OUTSIDE, SERVER, START, client=client, commands=commands)


def six_tries(path):
    """A guessing tool that uses all the tries of one connection."""
    ssh.failed_login(tcp(path, OUTSIDE, SERVER, 22), random.Random(6), tries=6)


def knock(*sources):
    """One login from each at the drill's bastion; countries.csv says where they lie, or does not."""
    def play(path):
        for number, source in enumerate(sources):
            attacks.guess_ssh(path, source, exercise.BASTION, START + number * SECOND, count=1, client=ssh.CLIENT)
    return play


def refused_logins(count, code):
    refusal = http.response(code, b"wrong")
    return lambda path: requests(path, OUTSIDE, SERVER, *[(http.get("/account", "www.example"), refusal)] * count)


def logins(count, uri):
    return lambda path: requests(path, OUTSIDE, SERVER, *[(http.form(uri, "www.example", "u=a&p=b"), None)] * count)


def ftp(count, word):
    def play(path):
        for number in range(count):
            dialogue(tcp(path, OUTSIDE, SERVER, 21, at=START + number * SECOND, sport=40000 + number),
                     None, b"220 ready\r\n", b"USER drill\r\n", b"331 password\r\n", b"PASS guess\r\n", word)
    return play


def remote_desktop(count):
    hello = b"\x03\0\0\x2b\x26\xe0\0\0\0\0\0Cookie: mstshash=admin\r\n\1\0\x08\0\3\0\0\0"
    def play(path):
        for number in range(count):
            dialogue(tcp(path, OUTSIDE, SERVER, 3389, at=START + number * SECOND, sport=40000 + number), hello, b"\x03\0\0\x0b\6\xd0\0\0\x12\x34\0")
    return play


CASES = {
    9100201: Case(guesses(OUTSIDE, 15, 5 * SECOND), guesses(OUTSIDE, 8, 5 * SECOND), also=(9100203,)),
    9100202: Case(guesses(INSIDE, 40, SECOND, ssh.CLIENT), guesses(INSIDE, 20, SECOND, ssh.CLIENT)),
    9100203: Case(guesses(OUTSIDE, 3, 5 * SECOND, "SSH-2.0-paramiko_3.4.0"), guesses(OUTSIDE, 3, 5 * SECOND, ssh.CLIENT)),
    9100206: Case(refused_logins(15, 401), refused_logins(15, 404)),
    9100207: Case(logins(30, "/login"), logins(30, "/save")),
    9100208: Case(ftp(10, b"530 Login incorrect.\r\n"), ftp(10, b"230 Welcome\r\n"), also=(9101319,)),
    9100209: Case(remote_desktop(12), remote_desktop(5)),
    9100210: Case(session_of(ssh.GUESSER, 20), six_tries, also=(9100203,)),
    9100211: Case(knock("203.0.113.9"), knock("203.0.113.200", "198.18.0.9")),
}
MARKS = (9100204, 9100205)
