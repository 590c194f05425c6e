"""What each page is shown with: one full example, long words, numbers of a large hospital."""

from types import SimpleNamespace
from typing import Any

NAV = [
    {"name": "home", "title": "工作台", "path": "/", "icon": "building-hospital", "count": 0},
    {"name": "todo", "title": "待办", "path": "/todo", "icon": "clipboard-check", "count": 7},
    {"name": "messages", "title": "消息", "path": "/messages", "icon": "bell", "count": 128},
    {"name": "me", "title": "我的", "path": "/me", "icon": "users", "count": 0},
]


def nav(current: str) -> list[dict[str, Any]]:
    """Return the bottom bar with one item current."""
    return [{**item, "is_current": item["name"] == current} for item in NAV]


def common(**changes: Any) -> dict[str, Any]:
    """Return what every page is given."""
    actor = SimpleNamespace(name="主任乙", department_name="急诊科", staff_no="1024", display_size="")
    site = SimpleNamespace(slug="first", title="一院区", name="示例医院")
    values = {
        "actor": actor,
        "site": site,
        "csrf": "token",
        "nonce": "fixed",
        "theme": "",
        "size": "",
        "client": "mobile",
        "in_wecom": True,
        "path": "/",
        "nav": [],
        "flash": None,
    }
    return {**values, **changes}


def tile(title: str, icon: str, badge: int = 0) -> dict[str, Any]:
    """Return one tile of the workbench."""
    return {"title": title, "icon": icon, "path": "/x", "badge": badge}


HOME = {
    "nav": nav("home"),
    "greeting": "上午好，主任乙",
    "place": "急诊科 · 一院区",
    "counts": [
        {"title": "待我审批", "value": 7, "path": "/todo", "is_overdue": True},
        {"title": "待阅", "value": 3, "path": "/todo?list=reading", "is_overdue": False},
        {"title": "我发起的", "value": 2, "path": "/flows/mine", "is_overdue": False},
    ],
    "missing": ["工资条"],
    "groups": [
        {
            "title": "常用",
            "tiles": [
                tile("用印申请", "rubber-stamp"),
                tile("费用报销", "receipt-yuan"),
                tile("设备报修", "stethoscope"),
                tile("会议日程", "calendar-event", 1),
            ],
        },
        {
            "title": "行政办公",
            "tiles": [
                tile("通知公告", "speakerphone", 4),
                tile("收发文", "file-text"),
                tile("通讯录", "users"),
                tile("运营报表", "clock"),
                tile("护理不良事件上报", "report-medical"),
                tile("报名评价", "forms", 120),
                tile("院务公开", "building-hospital"),
                tile("值班安排", "clipboard-check"),
            ],
        },
    ],
    "today": [
        {
            "title": "14:00 质控例会 · 行政楼 302",
            "path": "/meetings/1",
            "chip": "待签到",
            "icon": "calendar-event",
        }
    ],
}

WAITING = {
    "nav": nav("todo"),
    "tabs": [
        {"title": "待处理", "path": "/todo", "count": 7, "is_current": True},
        {"title": "待阅", "path": "/todo?list=reading", "count": 3},
        {"title": "已处理", "path": "/flows/done", "count": 0},
        {"title": "我发起", "path": "/flows/mine", "count": 0},
    ],
    "filters": [
        {"title": "全部", "path": "/todo", "count": 0, "is_current": True},
        {"title": "加急", "path": "/todo?f=urgent", "count": 1},
        {"title": "请假", "path": "/todo?f=leave", "count": 3},
        {"title": "用印", "path": "/todo?f=seal", "count": 2},
        {"title": "采购", "path": "/todo?f=buy", "count": 1},
    ],
    "items": [
        {
            "id": "1",
            "title": "便携式彩超 1 台（急诊科）",
            "path": "/detail",
            "facts": ["¥ 286,000.00", "科室运营经费"],
            "meta": ["采购", "申请人甲", "等待 2 小时"],
            "is_urgent": True,
        },
        {
            "id": "2",
            "title": "年假 2 天",
            "path": "/detail",
            "facts": ["11-26 至 11-27", "剩余 5 天"],
            "meta": ["请假", "护士甲", "今天 08:12"],
            "is_batchable": True,
        },
        {
            "id": "3",
            "title": "病假 1 天",
            "path": "/detail",
            "facts": ["11-24", "附诊断证明"],
            "meta": ["请假", "医师乙", "今天 07:50"],
            "is_batchable": True,
        },
        {
            "id": "4",
            "title": "科研协议用印 3 份",
            "path": "/detail",
            "facts": ["合同专用章", "2 个附件"],
            "meta": ["用印", "科研科", "昨天"],
            "is_overdue": True,
        },
    ],
    "note": "采购、用印须逐条查看，不支持批量",
    "next_path": "/todo?page=2",
    "empty": {"text": "没有待办了", "path": "/flows/mine", "action": "看看我发起的"},
}

BATCH = {
    **WAITING,
    "nav": [],
    "batch": {"title": "批量同意", "path": "/flows/batch", "note": "一条意见用于所有选中的申请"},
}

MESSAGES = {
    "nav": nav("messages"),
    "items": [
        {
            "title": "年假 2 天已通过",
            "text": "主任乙 同意了你的申请",
            "path": "/detail",
            "time": "今天 10:32",
            "is_unread": True,
        },
        {
            "title": "关于调整冬季作息的通知",
            "text": "院办 · 请本周内确认",
            "path": "/detail",
            "time": "昨天 16:05",
        },
    ],
    "next_path": "",
    "empty": "没有新消息",
}

ME = {
    "nav": nav("me"),
    "place": "急诊科 · 一院区",
    "theme_choice": "",
    "rows": [
        {"title": "签名", "value": "已设置", "path": "/me/signature", "icon": "writing-sign"},
        {"title": "常用意见", "value": "6 条", "path": "/me/phrases", "icon": "file-text"},
        {"title": "代审批", "value": "11-24 至 11-30 主任乙", "path": "/me/agents", "icon": "users"},
    ],
    "sessions": [
        {
            "id": "a",
            "title": "企业微信 · 手机",
            "note": "今天 10:32 用过",
            "is_current": True,
            "is_desktop": False,
        },
        {
            "id": "b",
            "title": "企业微信 · 电脑",
            "note": "昨天 17:40 用过",
            "is_current": False,
            "is_desktop": True,
        },
    ],
    "sessions_path": "/me/devices",
    "about": [{"label": "版本", "value": "轻办 1.0.0"}, {"label": "服务", "value": "信息科 8021"}],
    "logout_path": "/auth/end",
}

SEARCH = {
    "query": "彩超",
    "groups": [
        {
            "title": "事项",
            "items": [
                {"title": "便携式彩超 1 台", "note": "采购 · 审批中", "path": "/detail", "icon": "file-text"}
            ],
        },
        {"title": "人员", "items": [{"title": "护士丙", "note": "急诊科", "path": "", "icon": "user"}]},
    ],
    "recent": [],
}

LOGIN = {
    "client": "desktop",
    "in_wecom": False,
    "actor": None,
    "site": None,
    "login_path": "/auth/start?go=1",
    "message": "二维码已过期，请重新扫码",
}

ERROR = {
    "code": 500,
    "title": "出了点问题",
    "text": "内容已保留。可以重试，或把编号报给信息科 8021",
    "trace": "7F3K",
    "action": {"title": "回到工作台", "path": "/"},
}

LONG = (
    "现有设备 2017 年启用，近三个月故障 5 次，夜间抢救室无备机。"
    "拟购入便携机用于床旁快速评估，预计年使用 3,600 人次。"
    "设备科已完成三家比价，中标方承诺两小时到场维修并提供备用探头；质保期内每半年巡检一次，巡检记录交设备科归档。"
    "如获批准，计划于十二月下旬安装，并在一月前完成全员操作培训与考核。"
)

DETAIL = {
    "item": {
        "name": "申请人甲 · 急诊科",
        "note": "11-23 08:41 提交 · 尾号 0042",
        "subject": "便携式彩超 1 台（急诊科）",
        "state": "审批中",
        "chips": [{"text": "加急 · 今天 18:00 前", "tone": "warn"}],
        "facts": [
            {"label": "预算金额", "value": "¥ 286,000.00"},
            {"label": "数量", "value": "1 台"},
            {"label": "期望到货", "value": "2026-12-20"},
        ],
        "values": [
            {"label": "设备名称", "value": "便携式彩色多普勒超声诊断仪", "is_changed": True},
            {"label": "使用科室", "value": "急诊科（一院区）"},
            {"label": "经费来源", "value": "科室运营经费"},
            {"label": "申请理由", "value": LONG},
        ],
        "files": [
            {"name": "现场照片 1", "path": "/f/1", "thumbnail": "/picture.png", "size": ""},
            {"name": "现场照片 2", "path": "/f/2", "thumbnail": "/picture.png", "size": ""},
            {"name": "三家报价对比.xlsx", "path": "/f/3", "thumbnail": "", "size": "48 KB"},
            {"name": "论证报告.pdf", "path": "/f/4", "thumbnail": "", "size": "1.2 MB"},
        ],
        "steps": [
            {"title": "发起申请", "people": "申请人甲", "state": "done", "time": "11-23 08:41"},
            {
                "title": "科室主任",
                "people": "主任乙",
                "state": "done",
                "time": "09:15",
                "note": "用时 34 分钟",
                "comment": "同意。夜间备机确有必要。",
            },
            {
                "title": "设备科审核",
                "people": "审核人丙、审核人丁（或签）",
                "state": "current",
                "note": "等待 2 小时",
            },
            {"title": "分管院领导", "people": "院长戊", "state": "waiting"},
            {"title": "抄送", "people": "财务科", "state": "waiting"},
        ],
        "actions": [
            {"title": "更多", "kind": "more", "sheet": "more"},
            {"title": "驳回", "kind": "danger", "sheet": "reject", "path": "/detail?act=reject"},
            {"title": "同意", "kind": "primary", "sheet": "approve", "path": "/detail?act=approve"},
        ],
    }
}

MENU = [
    {
        "title": "业务",
        "items": [
            {"title": "流程", "path": "/admin/flows", "icon": "clipboard-check"},
            {"title": "小应用", "path": "/admin/apps", "icon": "forms"},
            {"title": "报表", "path": "/admin/reports", "icon": "clock"},
        ],
    },
    {
        "title": "组织",
        "items": [
            {"title": "通讯录同步", "path": "/admin/sync", "icon": "users"},
            {"title": "站点与院区", "path": "/admin/sites", "icon": "building-hospital"},
        ],
    },
    {
        "title": "系统",
        "items": [
            {"title": "插件", "path": "/admin/plugins", "icon": "puzzle", "is_current": True},
            {"title": "角色权限", "path": "/admin/roles", "icon": "lock"},
            {"title": "审计日志", "path": "/admin/audit", "icon": "history"},
        ],
    },
]

ADMIN = {
    "menu": MENU,
    "client": "desktop",
    "in_wecom": False,
    "path": "/admin/plugins",
    "sites": [{"slug": "first", "title": "一院区"}, {"slug": "second", "title": "二院区"}],
    "current_site": "first",
}


def plugin(
    title: str, name: str, summary: str, version: str, wants: list[str], **more: Any
) -> dict[str, Any]:
    """Return one row of the plugin list."""
    facts = {"health": {"text": "正常", "tone": "ok"}, "uses": 0, "is_enabled": True, "is_locked": False}
    address = f"/admin/plugins/{name}"
    row = {
        "name": name,
        "title": title,
        "summary": summary,
        "version": version,
        "wants": wants,
        "path": address,
    }
    consequence = "急诊科等 38 个科室的工作台会变；已有数据保留。"
    return {**row, **facts, "switch_path": f"{address}/switch", "consequence": consequence, **more}


PLUGINS = {
    **ADMIN,
    "view": "list",
    "query": "",
    "message": "",
    "check_path": "/admin/plugins/check",
    "views": [
        {"title": "列表", "path": "/admin/plugins", "is_current": True},
        {"title": "插件 × 站点", "path": "/admin/plugins?view=matrix"},
    ],
    "plugins": [
        plugin("流程审批", "flows", "表单、流程、待办", "1.4.0", ["通讯录读取", "消息发送"], uses=12408),
        plugin("设备报修", "repair", "报修、派单、验收", "0.9.2", ["消息发送"], uses=1260),
        plugin(
            "工资条",
            "payroll",
            "水印、二次验证、阅后即焚",
            "1.1.0",
            ["消息发送"],
            is_enabled=False,
            health={"text": "待配置：密钥未设", "tone": "warn"},
        ),
        plugin(
            "会议日程",
            "meetings",
            "日历、二维码签到",
            "1.2.1",
            ["通讯录读取"],
            uses=2031,
            health={"text": "3 次错误 / 24 小时", "tone": "danger"},
        ),
        plugin("报名评价", "miniapps", "小应用、问卷、统计", "0.6.0", [], uses=644, is_locked=True),
    ],
}

MATRIX = {
    **PLUGINS,
    "view": "matrix",
    "matrix": {
        "sites": ["一院区", "二院区"],
        "rows": [
            {"title": "流程审批", "path": "/admin/plugins/flows", "states": [True, True]},
            {"title": "工资条", "path": "/admin/plugins/payroll", "states": [False, True]},
        ],
    },
}

PLUGIN = {
    **ADMIN,
    "plugin": PLUGINS["plugins"][3],
    "facts": [{"label": "名称", "value": "meetings"}, {"label": "版本", "value": "1.2.1"}],
    "settings_path": "/admin/plugins/meetings/settings",
    "errors": {"meetings.lead": "请填写 5 到 60 之间的数"},
    "settings": [
        {
            "name": "meetings.lead",
            "label": "提前多久可以签到（分钟）",
            "kind": "number",
            "value": "3",
            "default": "10",
        },
        {
            "name": "meetings.remind",
            "label": "会前提醒",
            "kind": "switch",
            "value": True,
            "hint": "开会前 15 分钟发一条消息",
        },
        {
            "name": "meetings.seats",
            "label": "座位表",
            "kind": "select",
            "value": "auto",
            "options": [{"value": "auto", "label": "自动"}, {"value": "off", "label": "不排"}],
        },
        {
            "name": "meetings.key",
            "label": "大屏口令",
            "kind": "secret",
            "value": True,
            "changed": "信息科甲 11-02",
        },
    ],
    "actions": [{"title": "读取通讯录", "reason": "选参会人要用"}],
    "checks": [
        {"title": "大屏连接", "text": "3 块大屏都在线", "tone": "ok"},
        {"title": "日历同步", "text": "24 小时内失败 3 次，先看企业微信日程权限", "tone": "danger"},
    ],
    "problems": [{"time": "10:02", "text": "日程没写进企业微信：没有权限"}],
    "pages": [{"title": "会议日程", "path": "/meetings/"}],
    "jobs": [{"title": "会前提醒", "note": "每分钟"}],
    "data": ["会议、参会人、签到时间，保存三年"],
    "changes": ["1.2.1 修正跨天会议的提醒时间"],
}

SITES = {
    **ADMIN,
    "rows": [
        {
            "slug": "first",
            "title": "一院区",
            "path": "/admin/sites/first",
            "corp": "示例医院",
            "people": 3104,
            "plugins": 9,
            "state": {"text": "正常", "tone": "ok"},
        },
        {"slug": "second", "title": "二院区", "plugins": 0, "state": {"text": "待配置", "tone": "warn"}},
    ],
    "add_path": "/admin/sites",
    "form": None,
    "errors": {},
}

ROLES = {
    **ADMIN,
    "roles": [
        {"slug": "admin", "title": "系统管理员", "people": 2, "path": "?role=admin", "is_current": True},
        {"slug": "audit", "title": "审计员", "people": 1, "path": "?role=audit"},
        {"slug": "head", "title": "科室管理员", "people": 38, "path": "?role=head"},
    ],
    "matrix_path": "/admin/roles/grant",
    "groups": [
        {
            "title": "流程审批",
            "rows": [
                {
                    "title": "查看全部申请",
                    "name": "flows.view_all",
                    "states": [
                        {"role": "admin", "is_on": False, "is_locked": True, "word": "不能授予"},
                        {"role": "audit", "is_on": True},
                        {"role": "head", "is_on": False},
                    ],
                }
            ],
        }
    ],
    "members": {
        "title": "系统管理员",
        "path": "/admin/roles/admin/members",
        "items": [
            {"id": "1", "title": "信息科甲", "note": "信息科"},
            {"id": "2", "title": "信息科乙", "note": "信息科"},
        ],
    },
    "tester": {
        "path": "/admin/roles",
        "person": "护士丙",
        "page": "/reports/daily",
        "verdict": "不能",
        "tone": "danger",
        "reasons": ["缺 reports.read", "科室管理员有这个权限"],
    },
}

AUDIT = {
    **ADMIN,
    "path": "/admin/audit",
    "query": "",
    "since": "2026-11-16",
    "until": "2026-11-23",
    "event": "",
    "events": [{"value": "core.plugin.switched", "label": "启用或停用插件"}],
    "page_path": "/admin/audit",
    "verified": {"text": "已校验至 10:30", "tone": "ok"},
    "export_path": "/admin/audit/export",
    "next_path": "/admin/audit?page=2",
    "rows": [
        {
            "time": "10:32",
            "sentence": "信息科甲 停用了 工资条（一院区）",
            "place": "管理台",
            "facts": [{"label": "之前", "value": "启用"}, {"label": "之后", "value": "停用"}],
        },
        {"time": "10:05", "sentence": "护士长甲 同意了 年假 2 天（护士丙）", "place": "手机", "facts": []},
        {
            "time": "09:58",
            "sentence": "登录失败 3 次：工号 2048，已锁定 15 分钟",
            "place": "手机",
            "tone": "danger",
            "facts": [],
        },
    ],
}

SYNC = {
    **ADMIN,
    "source": "HR 系统 → 企业微信 → 轻办",
    "last": "上次 06:00 成功",
    "next": "下次 12:00",
    "run_path": "/admin/sync/run",
    "preview_path": "/admin/sync/preview",
    "refresh_path": "/admin/sync",
    "current": {"done": 1204, "total": 3104, "text": "正在读部门和人员", "note": "可离开，完成后通知你"},
    "counts": [{"label": "新增", "value": 3}, {"label": "修改", "value": 12}, {"label": "离职", "value": 1}],
    "guard": "这次会停用 64 人，超过 2 %，请另一位管理员核对",
    "approve_path": "/admin/sync/approve",
    "guard_note": "护士长甲 10:32 已核对，还缺你或另一位管理员的确认",
    "run_id": 812,
    "compared": "第 812 次 · 10:30",
    "export_path": "/admin/sync/export",
    "differences": [
        {
            "title": "变更",
            "tone": "warn",
            "count": "64",
            "rows": [{"title": "护士丙（2048）", "text": "科室 内科 → 急诊科；职称 护师 → 主管护师"}],
            "more": 63,
        },
        {
            "title": "新增",
            "tone": "ok",
            "count": "1",
            "rows": [{"title": "护士丁（2049）", "text": "急诊科"}],
            "more": 0,
        },
    ],
    "runs": [
        {
            "title": "运行 812",
            "time": "06:00–06:02",
            "state": {"text": "部分成功", "tone": "warn"},
            "counts": "3,104 人，成功 3,102，失败 2",
            "failures": [{"title": "工号 2048", "reason": "手机号已被占用（60104）"}],
        },
        {
            "title": "运行 811",
            "time": "昨天 18:00",
            "state": {"text": "成功", "tone": "ok"},
            "counts": "3,104 人",
            "failures": [],
        },
    ],
}

JOBS = {
    **ADMIN,
    "tabs": [
        {"title": "失败", "path": "?state=failed", "count": 2, "is_current": True},
        {"title": "等待", "path": "?state=waiting", "count": 14},
        {"title": "完成", "path": "?state=done", "count": 0},
    ],
    "retry_path": "/admin/jobs/retry",
    "retry_all_path": "/admin/jobs/retry-all",
    "next_path": "",
    "rows": [
        {
            "id": "1",
            "title": "发送卡片",
            "about": "年假 2 天",
            "state": {"text": "失败", "tone": "danger"},
            "reason": "对方不在应用可见范围（60011）",
            "tries": 5,
            "time": "10:32",
            "can_retry": True,
        },
        {
            "id": "2",
            "title": "更新卡片",
            "about": "便携式彩超",
            "state": {"text": "等待", "tone": ""},
            "tries": 0,
            "time": "10:40",
        },
    ],
}

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home.html", HOME),
    "todo": ("todo.html", WAITING),
    "batch": ("todo.html", BATCH),
    "messages": ("messages.html", MESSAGES),
    "me": ("me.html", ME),
    "search": ("search.html", SEARCH),
    "login": ("login.html", LOGIN),
    "error": ("error.html", ERROR),
    "detail": ("sample/detail.html", DETAIL),
    "form": ("sample/form.html", {}),
    "plugins": ("admin/plugins.html", PLUGINS),
    "matrix": ("admin/plugins.html", MATRIX),
    "plugin": ("admin/plugin.html", PLUGIN),
    "sites": ("admin/sites.html", SITES),
    "roles": ("admin/roles.html", ROLES),
    "audit": ("admin/audit.html", AUDIT),
    "sync": ("admin/sync.html", SYNC),
    "jobs": ("admin/jobs.html", JOBS),
}
"""Every page of the house by a short name."""

EMPTY: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home.html", {"greeting": "你好", "nav": nav("home")}),
    "todo": ("todo.html", {"tabs": WAITING["tabs"], "items": []}),
    "messages": ("messages.html", {"items": []}),
    "me": ("me.html", {}),
    "search": ("search.html", {"query": "没有这个词"}),
    "search-start": ("search.html", {}),
    "login": ("login.html", {"actor": None, "site": None, "in_wecom": False}),
    "error": ("error.html", {"code": 404, "title": "没有找到", "text": "这个页面不在了"}),
    "plugins": ("admin/plugins.html", {"plugins": []}),
    "sites": ("admin/sites.html", {"rows": []}),
    "roles": ("admin/roles.html", {"roles": [], "groups": []}),
    "audit": ("admin/audit.html", {"rows": []}),
    "sync": ("admin/sync.html", {"source": "企业微信 → 轻办"}),
    "jobs": ("admin/jobs.html", {"rows": []}),
}
"""The same pages when there is nothing to show, with the fewest words the templates need."""
