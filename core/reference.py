"""Write the reference pages from the running code: hooks, settings, actions, audit, cards, addresses."""

import ast
import inspect
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import falcon

from core import config as deployment
from core import contributions, hookspecs, platform
from core.auth.permissions import GROUPS
from core.config import Config, WeComConfig, make_keys
from core.loader import find
from core.platform import CORE_PLUGIN, Platform
from core.web.app import declared

VERBS = {
    "register_": (
        "启动时登记",
        "Called once at start, without database and site. Start stops when one plugin fails.",
    ),
    "collect_": (
        "每次请求收集",
        "Called per request for enabled plugins. Who fails is left out, the page says so.",
    ),
    "vote_": (
        "权限表决",
        "Asked per question of permission. Any DENY wins, silence means no, an error is a DENY.",
    ),
    "resolve_": ("取第一个答案", "Asked until one plugin answers."),
    "on_": ("事后通知", "Told after the commit. A failure is logged, the others still hear."),
}
FILE_DEFAULTS = {
    "data_dir": "`var`",
    "database_url": "`data_dir` 里的 `qingban.db`",
    "keys_dir": "`keys`",
    "extra": "空",
}
"""What `core.config.from_table` fills in."""

FOOT = "\n本页由 `qingban reference` 从代码写出，改代码后重写。\n"

Rows = list[tuple[str, ...]]
Group = tuple[str, str, list[Any]]


def pages() -> dict[str, str]:
    """Return the text of every reference page by file name; the same code gives the same text."""
    with tempfile.TemporaryDirectory() as folder:
        running = _platform(Path(folder))
        return {
            "hooks.md": _hooks(running),
            "settings.md": _settings(running),
            "actions.md": _actions(running),
            "audit-events.md": _audit_events(running),
            "cards.md": _cards(running),
            "routes.md": _routes(running),
        }


def stale(folder: Path) -> list[str]:
    """Name the pages in `folder` that are missing or say something else than the code."""
    return [
        name
        for name, text in pages().items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]


def write(folder: Path) -> list[str]:
    """Bring the pages in `folder` up to date; return the names of those that changed."""
    changed = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text:
            (folder / name).write_text(text, "utf-8")
            changed.append(name)
    return changed


def _platform(folder: Path) -> Platform:
    """Assemble the built-in plugins without database and network."""
    make_keys(folder / "keys")
    config = Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'none.db'}",
        origin="http://localhost:8700",
        keys_dir=folder / "keys",
        wecom=WeComConfig(corpid="ww", agentid=1, secret="-"),  # noqa: S106 - never used
        entry_points=False,
    )
    return platform.assemble(config, find(config))


def _hooks(running: Platform) -> str:
    lines = [
        "# 钩子 Hooks",
        "",
        "动词就是约定：看到前缀，就知道何时调用、返回什么、出错会怎样。",
        "",
        *_table(("前缀", "何时", "约定"), [(f"`{verb}`", *words) for verb, words in VERBS.items()]),
    ]
    for verb, (title, _) in VERBS.items():
        names = [name for name in _hook_names() if name.startswith(verb)]
        if names:
            lines += ["", f"## {title} {verb}"]
        for name in names:
            lines += _hook(name, running)
    return "\n".join([*lines, "", "## 交出的记录 Records", *_records(), FOOT])


def _hook(name: str, running: Platform) -> list[str]:
    function = getattr(hookspecs, name)
    users = running.hooks.implementers(name)
    words, _, example = (inspect.getdoc(function) or "").partition("Example::")
    signature = str(inspect.signature(function)).replace("core.contributions.", "").replace("typing.", "")
    lines = ["", f"### {name}", "", "```python", f"def {name}{signature}: ...", "```", "", words.strip()]
    if example:
        lines += ["", "```python", inspect.cleandoc("\n" + example), "```"]
    return [*lines, "", f"在用：{_list(users)}。"]


def _hook_names() -> list[str]:
    return [name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "qingban_spec")]


def _records() -> Iterator[str]:
    for name, words, rows in _dataclasses(contributions):
        yield from ("", f"### {name}", "", words, "")
        yield from _table(("字段", "类型", "默认", "说明"), rows)


def _dataclasses(module: Any) -> Iterator[tuple[str, str, Rows]]:
    """Read the records of a module with the sentence below each field, in the order of the file."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef) and node.decorator_list:
            rows: Rows = []
            for line, below in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr):
                    field = ast.unparse(line.target)
                    words = str(ast.literal_eval(below.value))
                    rows.append(
                        (f"`{field}`", f"`{ast.unparse(line.annotation)}`", _given(line.value), words)
                    )
            yield node.name, ast.get_docstring(node) or "", rows


def _given(value: ast.expr | None) -> str:
    """Return a field's default in words."""
    text = "" if value is None else ast.unparse(value)
    made = {"field(default_factory=dict)": "{}"}.get(text, text)
    return f"`{made}`" if made else "必填"


def _settings(running: Platform) -> str:
    lines = ["# 设置 Settings", "", "每个站点各设各的：管理台 → 插件 → 插件名 → 设置。改动都记入审计。"]
    for _, title, settings in _by_owner(running, "register_settings"):
        rows = [
            (f"`{one.key}`", one.title, _kind(one), _default(one), one.help + _choices(one))
            for one in settings
        ]
        lines += ["", f"## {title}", "", *_table(("键", "名称", "类型", "默认", "说明"), rows)]
    lines += [
        "",
        "## 部署文件 qingban.toml",
        "",
        "整个安装一份，改后重启生效。密钥类的项可以写成 `…_file`，指向一个文件。",
    ]
    records = {name: rows for name, _, rows in _dataclasses(deployment)}
    for name, title in (("Config", "顶层"), ("WeComConfig", "[wecom]")):
        lines += [
            "",
            f"### {title}",
            "",
            *_table(("键", "类型", "默认", "说明"), map(_in_file, records[name])),
        ]
    return "\n".join([*lines, FOOT])


def _in_file(row: tuple[str, ...]) -> tuple[str, ...]:
    """Say what stands in for a key that the deployment file leaves out."""
    key, kind, default, words = row
    return key, kind, FILE_DEFAULTS.get(key.strip("`"), default), words


def _kind(setting: Any) -> str:
    words = {"str": "文字", "int": "整数", "bool": "开关", "list": "多行文字"}
    return words[setting.type.__name__] + ("，密文" if setting.secret else "")


def _default(setting: Any) -> str:
    if isinstance(setting.default, bool):
        return "开" if setting.default else "关"
    return f"`{setting.default}`" if setting.default not in ("", [], None) else "空"


def _choices(setting: Any) -> str:
    return f"（可选：{'、'.join(setting.choices)}）" if setting.choices else ""


def _actions(running: Platform) -> str:
    lines = [
        "# 权限 Actions",
        "",
        "一个权限按站点授予用户组：管理台 → 角色权限。默认授予可以收回，也可以加给别的组。",
    ]
    for _, title, actions in _by_owner(running, "register_actions"):
        rows = [
            (
                f"`{one.name}`",
                one.title,
                _list([GROUPS[group] for group in one.default_groups]),
                _list([f"`{other}`" for other in one.also_requires]),
            )
            for one in actions
        ]
        lines += ["", f"## {title}", "", *_table(("权限", "名称", "默认给", "还需要"), rows)]
    return "\n".join([*lines, FOOT])


def _audit_events(running: Platform) -> str:
    lines = ["# 审计事件 Audit events", "", "每种留痕一行；花括号里的内容由当时的事实填上。"]
    for _, title, events in _by_owner(running, "register_audit_events"):
        rows = [(f"`{one.name}`", one.phrase) for one in events]
        lines += ["", f"## {title}", "", *_table(("事件", "句子"), rows)]
    return "\n".join([*lines, FOOT])


def _cards(running: Platform) -> str:
    lines = ["# 消息卡片 Cards", "", "卡片只是提示：每次点按钮都按服务器上的状态重新判断。"]
    for _, title, cards in _by_owner(running, "register_cards"):
        rows = []
        for one in cards:
            buttons = [f"`{button.key}` {_words(button.handle).rstrip('.')}" for button in one.buttons]
            rows.append((f"`{one.kind}`", _words(one.build), "；".join(buttons) or "无"))
        lines += ["", f"## {title}", "", *_table(("卡片", "内容", "按钮"), rows)]
    return "\n".join([*lines, FOOT])


def _routes(running: Platform) -> str:
    lines = ["# 地址 Routes", "", "没有写权限、也没有写公开理由的地址打不开；插件停用后，它的地址回答 404。"]
    every = declared(running)
    titles = _titles(running)
    for owner in dict.fromkeys(owner for _, owner, _ in every):
        rows = [
            (f"`{path}`", verb, words, f"`{route.action}`" if route.action else f"公开：{route.public}")
            for path, by, route in every
            if by == owner
            for verb, words in _responders(route)
        ]
        lines += ["", f"## {titles[owner]}", "", *_table(("地址", "方法", "做什么", "权限"), rows)]
    return "\n".join([*lines, FOOT])


def _responders(route: contributions.Route) -> Iterator[tuple[str, str]]:
    tail = f"_{route.suffix}" if route.suffix else ""
    for verb in falcon.HTTP_METHODS:
        responder = getattr(route.resource, f"on_{verb.lower()}{tail}", None)
        if responder:
            yield verb, _words(responder)


def _by_owner(running: Platform, hook: str) -> Iterator[Group]:
    """Group contributions by who brought them: core first, then plugins by name."""
    groups: dict[str, list[Any]] = {}
    for owner, record in running.registry.contributions[hook]:
        groups.setdefault(owner, []).append(record)
    titles = _titles(running)
    for owner in sorted(groups, key=lambda name: (name != "core", name)):
        yield owner, titles[owner], groups[owner]


def _titles(running: Platform) -> dict[str, str]:
    plugins = {"core": CORE_PLUGIN, **running.registry.plugins}
    return {name: f"{plugin.title} {name}" for name, plugin in plugins.items()}


def _words(function: Callable[..., Any] | Any) -> str:
    """Return the first sentence of a docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _list(items: Iterable[str]) -> str:
    return "、".join(items) or "无"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [_row(head), "|" + "---|" * len(head)]
    return lines + [_row(row) for row in rows]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
