"""The document of a mini-app, `qingban.miniapp/1`: its shape, and what stops it from being published."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from qingban import Invalid, clock, forms

SCHEMA = "qingban.miniapp/1"
ALL = "all"
MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
MAX_PLACES = 100_000

FIELD_TYPES = {
    "text": "单行文字",
    "textarea": "多行文字",
    "select": "单选",
    "multiselect": "多选",
    "session": "场次",
    "phone": "手机号",
    "number": "数字",
    "date": "日期",
}
"""What the designer offers, with the words for it."""
WITH_OPTIONS = frozenset({"select", "multiselect", "session"})

Scope = Literal["site", "departments", "installation"]
Count = Annotated[int, msgspec.Meta(ge=1, le=MAX_PLACES)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A piece of a document: unknown keys are errors."""


class OptionCount(Part, frozen=True, kw_only=True):
    """A quota that counts one option of one field."""

    field: str
    option: str


class Wait(Part, frozen=True, kw_only=True):
    """A waiting list: how long it may be; the first one moves up by itself."""

    limit: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    mode: Literal["auto"] = "auto"


class QuotaRule(Part, frozen=True, kw_only=True):
    """How many places, and what takes one."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.]{0,65}$")]
    counts: Literal["all"] | OptionCount = "all"
    limit: Count | None = None
    wait: Wait = Wait()


class Windows(Part, frozen=True, kw_only=True):
    """From when until when, ISO text in the hospital's time zone."""

    open_at: str = ""
    close_at: str = ""


class Edit(Part, frozen=True, kw_only=True):
    """Until when people may change or cancel: `close`, `never`, or a moment."""

    until: str = "close"


class Notify(Part, frozen=True, kw_only=True):
    """Which messages go out; who moves up from the waiting list is always told."""

    accepted: bool = True
    waiting: bool = True


class Audience(Part, frozen=True, kw_only=True):
    """Who may take part."""

    scope: Scope = "site"
    departments: list[int] = []


class Document(Part, frozen=True, kw_only=True):
    """Everything a department decides about its app."""

    schema: Literal["qingban.miniapp/1"]
    kind: Literal["signup"] = "signup"
    title: Annotated[str, msgspec.Meta(max_length=30)] = ""
    intro: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    fields: list[dict[str, Any]] = []
    quotas: list[QuotaRule] = []
    windows: Windows = Windows()
    once: Literal["person"] = "person"
    edit: Edit = Edit()
    audience: Audience = Audience()
    notify: Notify = Notify()
    thanks: Annotated[str, msgspec.Meta(max_length=300)] = ""

    @property
    def total(self) -> QuotaRule:
        """The rule that counts everybody."""
        return next((quota for quota in self.quotas if quota.counts == ALL), QuotaRule(id=ALL))

    @property
    def by_option(self) -> dict[tuple[str, str], QuotaRule]:
        """The rules that count one option."""
        return {
            (quota.counts.field, quota.counts.option): quota
            for quota in self.quotas
            if isinstance(quota.counts, OptionCount)
        }


def read(text: str | bytes) -> Document:
    """Read a document from JSON text.

    Raises:
        Invalid: Too large or too deep, a key twice, an unknown key, a value of the wrong shape.
    """
    if len(text) > MAX_BYTES:
        raise Invalid(title="应用文档太大，最多 512 KB")
    try:
        raw = json.loads(text, object_pairs_hook=_unique)
        if _depth(raw) > MAX_DEPTH:
            raise ValueError("too deep")
    except (ValueError, RecursionError) as wrong:
        raise Invalid(title=f"应用文档不是可用的 JSON：{wrong}") from None
    return convert(raw)


def convert(raw: Any) -> Document:
    """Read a document from plain values.

    Raises:
        Invalid: An unknown key or a value of the wrong shape; the sentence names the place.
    """
    try:
        return msgspec.convert(raw, Document)
    except msgspec.ValidationError as wrong:
        raise Invalid(title=f"应用文档写得不对：{wrong}") from None


@lru_cache(maxsize=512)
def stored(text: str) -> Document:
    """Read a document we stored ourselves; published ones never change, so they are read once per process."""
    return msgspec.json.decode(text, type=Document)


@lru_cache(maxsize=512)
def stored_fields(text: str) -> tuple[forms.Field, ...]:
    """Read the fields of a stored document."""
    return forms.fields_from(stored(text).fields)


def plain(document: Document) -> dict[str, Any]:
    """Return the document as plain values, the way it is stored."""
    values: dict[str, Any] = msgspec.to_builtins(document)
    return values


def moment(text: str) -> datetime | None:
    """Read a time of a document; None when it is empty or none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL) if text else None
    except ValueError:
        return None


def touched(document: Document, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the quotas a record with these answers needs: the `all` row first, then ascending."""
    keys = {
        quota.id
        for (field, option), quota in document.by_option.items()
        if answers.get(field) == option or (isinstance(answers.get(field), list) and option in answers[field])
    }
    return (ALL, *sorted(keys))


def problems(document: Document, *, now: datetime | None = None) -> dict[str, str]:
    """Say what stops a document from being published: sentences by name of the control that mends it."""
    found: dict[str, str] = {}
    if len(document.title.strip()) < 2:
        found["title"] = "请填写名称，2 到 30 个字"
    found |= _window_problems(document, now or clock.now())
    if document.audience.scope == "departments" and not document.audience.departments:
        found["departments"] = "请至少选一个科室"
    found |= _field_problems(document.fields)
    return found or _quota_problems(document)


def _window_problems(document: Document, now: datetime) -> dict[str, str]:
    opens, closes = moment(document.windows.open_at), moment(document.windows.close_at)
    if opens is None:
        return {"open_at": "请填写开始时间"}
    if closes is None:
        return {"close_at": "请填写截止时间"}
    if closes <= opens:
        return {"close_at": "截止时间要晚于开始时间"}
    if closes <= now:
        return {"close_at": "截止时间已经过去，请往后改"}
    until = document.edit.until
    if until not in ("close", "never") and moment(until) is None:
        return {"until": "请选择修改和取消的期限"}
    return {}


def _field_problems(fields: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found = {}
    for raw in fields:
        name = f"field.{raw.get('id', '')}"
        if not str(raw.get("label", "")).strip():
            found[f"{name}.label"] = "请填写题目"
        elif raw.get("type") not in FIELD_TYPES:
            found[f"{name}.label"] = f"报名表里不能放这种题：{raw.get('type')}"
        elif raw["type"] in WITH_OPTIONS and not raw.get("options"):
            found[f"{name}.options"] = "请至少填写一个选项"
        else:
            found |= _misshapen(name, raw)
    if not found:
        try:
            forms.fields_from(fields)
        except forms.BadField as wrong:
            found["fields"] = str(wrong)
    return found


def _misshapen(name: str, raw: Mapping[str, Any]) -> dict[str, str]:
    try:
        field = forms.from_dict(raw)
    except forms.BadField as wrong:
        return {f"{name}.label": str(wrong)}
    said = forms.lint_form([field])
    return {f"{name}.label": said[0]} if said else {}


def _quota_problems(document: Document) -> dict[str, str]:
    ids = [quota.id for quota in document.quotas]
    if len(set(ids)) != len(ids):
        return {"places": "名额编号重复"}
    fields = {field.id: field for field in forms.fields_from(document.fields)}
    for quota in document.quotas:
        if (quota.counts == ALL) != (quota.id == ALL):
            return {"places": "总名额的编号应为 all"}
        if isinstance(quota.counts, OptionCount):
            field = fields.get(quota.counts.field)
            if field is None or field.option(quota.counts.option) is None:
                return {"places": "有名额对应的选项已经不在了，请重新填写该选项的名额"}
    return {}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)
