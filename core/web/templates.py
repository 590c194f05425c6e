"""Templates: one folder per plugin, the house's own before ours, the same globals everywhere."""

import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from core import clock
from core.ids import new_id
from core.text import _
from core.web.static import Static

ROOT = Path(__file__).parent / "templates"
MODULES = "modules"
STYLES = ("css/tokens.css", "css/base.css", "css/components.css")

WEEKDAYS = "一二三四五六日"


def environment(folders: list[Path], static: Static, *, house: Path | None = None) -> jinja2.Environment:
    """Build the template environment.

    Args:
        folders: Template folders of plugins, each holding `<plugin>/…`.
        static: Where addresses of static files come from.
        house: The site's own templates, which replace ours by name.
    """
    places = [str(folder) for folder in ([house] if house else []) + [ROOT, *folders]]
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(places),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.template_class = _Template
    env.globals.update(
        _=_,
        asset=cache(static.address),  # addresses stay the same while the process lives
        icon=cache(_icon(static)),
        new_request_id=new_id,
        inline_style=_inline_style(static),
    )
    env.globals["todo_card"] = _todo_card(env)
    env.filters.update(when=when, money=money, filesize=filesize, clock=clock_time, day=day)
    return env


def _todo_card(env: jinja2.Environment) -> Any:
    """Draw the card of a to-do and remember it: lists show the same ones again and again."""

    @cache
    def ui() -> Any:
        return env.get_template("ui.html").module

    @lru_cache(maxsize=20_000)
    def drawn(
        key: str, title: str, path: str, texts: tuple[tuple[str, ...], ...], marks: tuple[bool, ...]
    ) -> Markup:
        facts, meta, chips = texts
        is_urgent, is_overdue = marks
        item = {
            "id": key,
            "title": title,
            "path": path,
            "facts": facts,
            "meta": meta,
            "chips": [
                {"text": text, "tone": tone} for text, tone in zip(chips[::2], chips[1::2], strict=True)
            ],
            "is_urgent": is_urgent,
            "is_overdue": is_overdue,
        }
        return Markup(ui().todo(item))  # noqa: S704 - the macro escapes

    def todo_card(item: Mapping[str, Any]) -> Markup:
        chips = tuple(
            part for chip in item.get("chips") or () for part in (chip["text"], chip.get("tone", ""))
        )
        return drawn(
            item["id"],
            item["title"],
            item["path"],
            (tuple(item["facts"]), tuple(item["meta"]), chips),
            (bool(item.get("is_urgent")), bool(item.get("is_overdue"))),
        )

    return todo_card


class _Template(jinja2.Template):
    """A template whose macros are made once for a page, though base, page and fragments all import them."""

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> jinja2.environment.TemplateModule:
        """Return the macros of this template; they see the values of the page, not of the importing place."""
        made: dict[str | None, jinja2.environment.TemplateModule] = (vars or {}).get(MODULES, {})
        if self.name not in made:
            made[self.name] = super().make_module(vars, shared, locals)
        return made[self.name]


def new_nonce() -> str:
    """Return a nonce for one answer's content security policy."""
    return secrets.token_urlsafe(18)


def _icon(static: Static) -> Any:
    def icon(name: str) -> Markup:
        sprite = static.address("vendor/icons.svg")
        return Markup('<svg class="qb-icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
            sprite, name
        )

    return icon


def _inline_style(static: Static) -> Any:
    squeezed: dict[tuple[str, ...], str] = {}

    @jinja2.pass_context
    def inline_style(context: jinja2.runtime.Context, *names: str) -> Markup:
        if names not in squeezed:
            squeezed[names] = _squeeze("".join(static.text(name) for name in (*STYLES, *names)))
        if remember := context.get("remember_style"):
            remember(squeezed[names])
        return Markup(f'<style nonce="{escape(context["nonce"])}">{squeezed[names]}</style>')  # noqa: S704 - our own files

    return inline_style


def _squeeze(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"\s*([{};,>])\s*", r"\1", css)).strip()


def when(moment: datetime | int | None) -> str:
    """Say when, as people do: 今天 10:32, 昨天 08:41, 11-23 08:41, 2025-11-23."""
    if moment is None:
        return ""
    ms = moment if isinstance(moment, int) else clock.to_ms(moment)
    return _when(ms // 60_000, clock.now_ms() // 3_600_000)


@lru_cache(maxsize=20_000)
def _when(minute: int, present_hour: int) -> str:
    """Say it for a whole minute, seen from an hour; days begin on the hour."""
    local = clock.from_ms(minute * 60_000).astimezone(clock.LOCAL)
    today = clock.from_ms(present_hour * 3_600_000).astimezone(clock.LOCAL).date()
    days = (today - local.date()).days
    if days == 0:
        return f"今天 {local:%H:%M}"
    if days == 1:
        return f"昨天 {local:%H:%M}"
    if local.year == today.year:
        return f"{local:%m-%d %H:%M}"
    return f"{local:%Y-%m-%d}"


def clock_time(moment: datetime) -> str:
    """Say the time of day: 10:32."""
    return f"{moment.astimezone(clock.LOCAL):%H:%M}"


def day(value: date) -> str:
    """Say a day with its weekday: 11-23 周一."""
    return f"{value:%m-%d} 周{WEEKDAYS[value.weekday()]}"


def money(cents: int | None) -> str:
    """Write cents as an amount: 286,000.00."""
    return "" if cents is None else f"{cents / 100:,.2f}"


def filesize(size: int) -> str:
    """Write a number of bytes: 48 KB."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"
