"""Cases of rules/tampering.rules."""
from apps import http
from cases import OUTSIDE, SERVER, Case, requests

SPIDER = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
SEARCHED = {"Referer": "https://www.baidu.com/s?wd=%E5%8A%9E%E4%BA%8B"}


def page(title, body="<p>办事指南</p>", head=""):
    return "<!doctype html><html><head><meta charset=utf-8><title>%s</title>%s</head><body>%s</body></html>" % (title, head, body)


def shown(text, *, agent=http.BROWSER, headers=None, charset="utf-8"):
    """Our server shows a page to somebody outside."""
    answer = http.response(200, text.replace("utf-8", charset).encode(charset), kind="text/html; charset=" + charset)
    return lambda path: requests(path, OUTSIDE, SERVER, (http.get("/", "portal.example", agent=agent, headers=headers), answer))


def put(code):
    ask = http.request("PUT", "/index.html", "portal.example", body=b"<h1>x</h1>")
    return lambda path: requests(path, OUTSIDE, SERVER, (ask, http.response(code, b"")))


def numbers(text):
    return "".join("&#x%x;" % ord(c) for c in text)


SOLD = "澳门新葡京百家乐 - 送彩金平台"
NEWS = "公安机关严厉打击网络赌博 百家乐赌博团伙落网"
HIDDEN = '<div style="display:none"><a href="http://casino.example/">百家乐</a></div>'
MENU = '<div style="display:none"><a href="/zwgk/">政务公开</a><a href="http://www.hunan.example/">省政府</a></div>'
AWAY = '<html><script>window.location.href="https://casino.example/reg";</script></html>'
HOME = '<html><script>window.location.href="/mobile/index.html";</script></html>'
FRAME = '<iframe src="http://drop.example/a.htm" width=0 height=0></iframe>'
VIDEO = '<iframe src="http://video.example/live" width=640 height=480></iframe>'

CASES = {
    9101101: Case(shown(page("Hacked by DrillTeam")), shown(page("新闻", "<p>Yesterday a site was hacked by a group.</p>"))),
    9101102: Case(shown(page("x", "<h1>本站已被黑 联系QQ</h1>"), charset="gbk"), shown(page("通报", "<p>某网站已被黑，提醒各单位注意。</p>"))),
    9101103: Case(shown(page(SOLD), charset="gbk"), shown(page(NEWS), charset="gbk")),
    9101104: Case(shown(page("国产无码视频在线")), shown(page("未成年人保护：远离网络色情"))),
    9101105: Case(shown(page(numbers("百家乐真人娱乐平台官网"))), shown(page("&#x4e2d;&#x56fd; 政务"))),
    9101106: Case(shown(page("政务", HIDDEN)), shown(page("政务", MENU + "<p>百家乐赌博案</p>"))),
    9101108: Case(shown(page("政务", SOLD), agent=SPIDER), shown(page("政务", SOLD))),
    9101110: Case(shown(AWAY, headers=SEARCHED), shown(HOME, headers=SEARCHED)),
    9101111: Case(shown(page("政务", FRAME)), shown(page("政务", VIDEO))),
    9101113: Case(put(201), put(403)),
}
MARKS = (9101107, 9101109, 9101112)
