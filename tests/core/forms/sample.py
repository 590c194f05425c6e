"""A small page with every field type, under the policy and the static folder the platform will have."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import falcon
import jinja2
from markupsafe import Markup

import core.forms
from core.forms import (
    FileRef,
    Names,
    Scope,
    apply,
    as_raw,
    fields_from,
    form_views,
    raw_from_pairs,
    rules_data,
    rules_from,
    summary,
    validate,
    value_views,
)

WEB = Path(core.forms.__file__).parents[1] / "web"
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n1'; style-src 'self' 'nonce-n1'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIELDS = fields_from(
    [
        {"id": "device", "name": "故障设备", "type": "text", "required": True, "placeholder": "名称或编号"},
        {
            "id": "urgency",
            "name": "紧急程度",
            "type": "select",
            "required": True,
            "options": ["一般", "影响诊疗", "停用"],
        },
        {"id": "detail", "name": "故障描述", "type": "textarea", "required": True, "min": 5},
        {"id": "since", "name": "停用时间", "type": "date", "visible_if": ["eq", ["f", "urgency"], "停用"]},
        {"id": "cause", "name": "原因", "type": "textarea", "required_if": ["eq", ["f", "urgency"], "停用"]},
        {
            "id": "kind",
            "name": "设备类别",
            "type": "select",
            "options": ["监护", "输注", "影像", "检验", "手术", "其他"],
        },
        {
            "id": "wants",
            "name": "需要的服务",
            "type": "multiselect",
            "options": ["上门维修", "备机", "配件", "培训"],
        },
        {"id": "period", "name": "预计停用时段", "type": "daterange", "precision": "half"},
        {"id": "slot", "name": "上门时段", "type": "daterange", "precision": "time"},
        {"id": "budget", "name": "预算金额", "type": "money", "help": "没有就不填"},
        {"id": "copies", "name": "数量", "type": "number", "unit": "台", "digits": 0, "min": 1},
        {
            "id": "total",
            "name": "合计",
            "type": "computed",
            "unit": "元",
            "expression": ["mul", ["f", "budget"], ["f", "copies"]],
        },
        {
            "id": "parts",
            "name": "配件明细",
            "type": "table",
            "required": True,
            "columns": [
                {"id": "what", "name": "名称", "required": True},
                {"id": "count", "name": "数量", "type": "number"},
                "备注",
            ],
        },
        {"id": "owner", "name": "验收人", "type": "person", "many": True},
        {"id": "place", "name": "使用科室", "type": "department"},
        {"id": "photo", "name": "现场照片", "type": "photo", "max": 6, "help": "最多 6 张，自动压缩"},
        {"id": "voice", "name": "语音补充", "type": "voice"},
        {"id": "files", "name": "附件", "type": "file"},
        {"id": "sign", "name": "申请人签名", "type": "signature"},
        {"id": "s1", "name": "评价", "type": "section"},
        {"id": "clear", "name": "上次维修满意吗？", "type": "rating", "low": "不满意", "high": "很满意"},
        {
            "id": "course",
            "name": "培训场次",
            "type": "session",
            "options": [
                {
                    "id": "a",
                    "label": "静脉穿刺",
                    "start": "2026-11-30T14:00",
                    "end": "2026-11-30T15:30",
                    "place": "示教室",
                    "capacity": 20,
                },
                {
                    "id": "b",
                    "label": "心肺复苏",
                    "start": "2026-12-01T14:00",
                    "end": "2026-12-01T15:30",
                    "place": "行政楼 302",
                },
            ],
        },
        {"id": "phone", "name": "联系电话", "type": "phone"},
        {"id": "agree", "name": "承诺", "type": "consent", "text": "以上内容属实。"},
    ]
)
RULES = rules_from(
    [{"when": ["has_any", ["f", "wants"], ["培训"]], "show": ["course"], "require": ["course"]}]
)
PAGE = Path(__file__).with_name("sample.html")


def environment():
    """Templates with the globals the platform gives."""
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(WEB / "templates"), autoescape=True)

    def inline_style(*extra):
        names = ("css/tokens.css", "css/base.css", "css/components.css", *extra)
        css = "".join((WEB / "static" / name).read_text("utf-8") for name in names)
        return Markup(f'<style nonce="n1">{css}</style>')

    def icon(name):
        sprite = f"/static/abc/vendor/icons.svg#{name}"
        return Markup(f'<svg class="qb-icon" aria-hidden="true"><use href="{sprite}"></use></svg>')

    env.globals.update(
        {
            "_": str,
            "asset": lambda name: f"/static/abc/{name}",
            "icon": icon,
            "inline_style": inline_style,
            "nonce": "n1",
        }
    )
    env.filters["filesize"] = lambda size: f"{size // 1024} KB"
    return env


@dataclass
class Sample:
    """The page, and what it was sent."""

    uploads: list = field(default_factory=list)
    drafts: list = field(default_factory=list)
    clean: object = None
    address: str = ""
    breaks: int = 0

    def names(self):
        files = {item["id"]: FileRef(**item) for item in self.uploads}
        return Names(people={"u1": "护士长甲", "u2": "医师乙"}, departments={"d1": "急诊科"}, files=files)

    def draw(self, resp, req, **context):
        template = environment().from_string(PAGE.read_text("utf-8"))
        resp.content_type = falcon.MEDIA_HTML
        resp.set_header("Content-Security-Policy", POLICY)
        resp.text = template.render(size=req.get_param("size"), theme=req.get_param("theme"), **context)

    def on_get(self, req, resp):
        self.form(req, resp, None, {})

    def form(self, req, resp, raw, errors):
        data = rules_data(FIELDS, RULES)
        values = {} if not errors else dict(self.clean.values)
        outcome = apply(FIELDS, RULES, values, Scope(now=data["now"]))
        views = form_views(FIELDS, raw=raw, errors=errors, names=self.names(), outcome=outcome)
        self.draw(resp, req, views=views, data=data, said=summary(errors))

    def on_post(self, req, resp):
        pairs = [(part.name, part.text) for part in req.get_media() if part.filename is None]
        raw = raw_from_pairs(FIELDS, pairs)
        self.clean = validate(FIELDS, raw, rules=RULES)
        if self.clean.errors:
            resp.status = 422
            self.form(req, resp, raw, self.clean.errors)
        else:
            self.draw(resp, req, values=value_views(FIELDS, self.clean.values, names=self.names()))


@dataclass
class Uploads:
    """Takes files, gives them back."""

    sample: Sample
    bodies: dict = field(default_factory=dict)

    def on_post(self, req, resp):
        part = next(iter(req.get_media()))
        body = part.stream.read()
        if self.sample.breaks:
            self.sample.breaks -= 1
            raise falcon.HTTPServiceUnavailable(title="存储正忙")
        id = f"a{len(self.sample.uploads) + 1}"
        self.bodies[id] = (body, part.content_type)
        info = {
            "id": id,
            "name": part.filename,
            "size": len(body),
            "mime": part.content_type,
            "url": f"/-/attachments/{id}",
        }
        self.sample.uploads.append(info)
        resp.media = info

    def on_get_one(self, req, resp, id):
        resp.data, resp.content_type = self.bodies[id]


class Lists:
    """People, departments, drafts, static files."""

    def __init__(self, sample):
        self.sample = sample

    def on_get_people(self, req, resp):
        people = [
            {"id": "u1", "name": "护士长甲", "department": "急诊科", "staff_no": "8001"},
            {"id": "u2", "name": "医师乙", "department": "放射科", "staff_no": "8002"},
        ]
        resp.media = {"people": [one for one in people if (req.get_param("q") or "") in one["name"]]}

    def on_get_departments(self, req, resp):
        resp.media = {"departments": [{"id": "d1", "name": "急诊科", "path": "一院区"}]}

    def on_post_draft(self, req, resp):
        self.sample.drafts.append(req.get_media())
        resp.media = {}

    def on_get_jssdk(self, req, resp):
        assert req.get_param("path") == "/"
        resp.media = {
            "corpId": "ww1",
            "agentId": "1000002",
            "timestamp": 1700000000,
            "nonceStr": "n",
            "signature": "s",
        }

    def on_post_wecom(self, req, resp):
        asked = req.get_media()
        id = f"w{len(self.sample.uploads) + 1}"
        resp.media = {
            "id": id,
            "name": asked["media_id"],
            "size": 1,
            "mime": asked["kind"],
            "url": "/static/abc/vendor/icons.svg",
        }
        self.sample.uploads.append(resp.media)

    def on_get_static(self, req, resp, name):
        path = WEB / "static" / name
        resp.content_type = {".js": "text/javascript", ".svg": "image/svg+xml"}.get(path.suffix, "text/plain")
        resp.data = path.read_bytes()


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, *args):
        pass


class Threads(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, as a browser sends them."""

    daemon_threads = True
    request_queue_size = 64


@contextmanager
def serving():
    """The sample on a free port."""
    sample = Sample()
    app = falcon.App()
    lists, uploads = Lists(sample), Uploads(sample)
    app.add_route("/", sample)
    app.add_route("/-/attachments", uploads)
    app.add_route("/-/attachments/{id}", uploads, suffix="one")
    app.add_route("/-/attachments/wecom", lists, suffix="wecom")
    app.add_route("/-/jssdk", lists, suffix="jssdk")
    app.add_route("/-/people", lists, suffix="people")
    app.add_route("/-/departments", lists, suffix="departments")
    app.add_route("/-/draft", lists, suffix="draft")
    app.add_route("/static/abc/{name:path}", lists, suffix="static")
    app.add_route("/favicon.ico", lists, suffix="people")
    server = make_server("127.0.0.1", 0, app, server_class=Threads, handler_class=Quiet)
    sample.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sample
    finally:
        server.shutdown()
        server.server_close()


__all__ = ["FIELDS", "RULES", "Sample", "as_raw", "environment", "json", "serving"]
