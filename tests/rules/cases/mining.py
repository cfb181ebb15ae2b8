"""Cases of rules/mining.rules."""
import random

import session
from apps import dns, http, tls
from cases import INSIDE, OUTSIDE, OUTSIDE2, SERVER, START, Case, dialogue, requests, tcp

RESOLVER = "10.20.0.53"


def stratum(*messages):
    """What miner and pool say in turn, the miner first."""
    return lambda path: dialogue(tcp(path, INSIDE, OUTSIDE2, 3333), *[m and m.encode() + b"\n" for m in messages])


def method(name, params='["a.1"]'):
    return '{"id":4,"jsonrpc":"2.0","method":"%s","params":%s}' % (name, params)


def asking(request, response=None):
    return lambda path: requests(path, INSIDE, OUTSIDE2, (request, response))


def rpc(name):
    return asking(http.request("POST", "/", "work.example", body=method(name).encode(), headers={"Content-Type": "application/json"}))


def through_proxy(host):
    return asking(http.request("CONNECT", host, host))


def page(body):
    return asking(http.get("/", "www.example"), http.response(200, body.encode()))


def fetching(where, agent=http.BROWSER):
    return asking(http.get(where, "files.example", agent=agent))


def name(text):
    return lambda path: session.ask(path, (INSIDE, 30000), (RESOLVER, 53), START, dns.query(7, text), dns.answer(7, text, dns.A, ["192.0.2.9"]))


def secure(host):
    def play(path):
        s = tcp(path, INSIDE, OUTSIDE, 443)
        s.open()
        tls.handshake13(s, random.Random(1), host)
        s.close()
    return play


NOTIFY = '{"id":null,"method":"mining.notify","params":["bf","4d16b6f8","01000000",true]}'
JOB = '{"jsonrpc":"2.0","method":"job","params":{"blob":"0606d399","job_id":"391686","target":"711b0d00"}}'
SHARE = '["drill.1","bf","00000001","504e86ed","b2957c02"]'

CASES = {
    9100901: Case(stratum(None, NOTIFY), stratum(None, '{"id":null,"method":"news.notify","params":["mining.notify is a method"]}')),
    9100902: Case(stratum(None, JOB), stratum(None, '{"method":"job","params":{"job_id":"391686","target":"printer-3"}}')),
    9100903: Case(stratum(method("mining.submit", SHARE)), stratum(method("submit", '["leave request","2026-11-23"]'))),
    9100904: Case(stratum(method("eth_submitLogin")), stratum(method("eth_getBalance"))),
    9100905: Case(rpc("getwork"), rpc("getworkers")),
    9100906: Case(through_proxy("xmr.nanopool.org:14433"), through_proxy("www.example:443")),
    9100907: Case(name("xmr-asia1.nanopool.org"), name("nanopool.org.example")),
    9100908: Case(secure("gulf.moneroocean.stream"), secure("moneroocean.example")),
    9100909: Case(page("<script>var m=new CoinHive.Anonymous('k');m.start();</script>"), page("<p>CoinHive was a service for mining in pages.</p>")),
    9100910: Case(fetching("/xmrig-6.21.0-linux-x64.tar.gz"), fetching("/docs/xmrig-report-2026/")),
    9100911: Case(fetching("/", "XMRig/6.21.0 (Linux x86_64) libuv/1.44.2 gcc/9.3.0"), fetching("/", "curl/8.5.0")),
}
