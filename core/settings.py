"""Per-site settings: declared by plugins, edited by IT, secrets sealed and never shown again."""

import re
from typing import Any

import peewee

from core.clock import now
from core.contributions import Setting
from core.crypto import fields
from core.db import BaseModel, JSONField, TimeField
from core.errors import Invalid
from core.site import Site

MOST_TEXT = 4_000
MOST_NUMBER = 2**53

_WHOLE = re.compile(r"[+-]?[0-9]{1,17}")
_declared: dict[str, Setting] = {}
_owners: dict[str, str] = {}
_key: list[bytes] = []


class SettingValue(BaseModel):
    """A value somebody set; everything else is the declared default."""

    site = peewee.ForeignKeyField(Site, backref="+", on_delete="CASCADE")
    key = peewee.CharField(max_length=80)
    value = JSONField(null=True)
    set_by = peewee.CharField(max_length=33, default="")
    set_at = TimeField(default=now)

    class Meta:
        """One value per site and key."""

        indexes = ((("site", "key"), True),)


def install(items: list[tuple[str, Setting]]) -> None:
    """Take the declared settings; replaces what was installed before."""
    _declared.clear()
    _owners.clear()
    for owner, setting in items:
        _declared[setting.key] = setting
        _owners[setting.key] = owner


def use_key(key: bytes) -> None:
    """Take the key that seals secret values."""
    _key[:] = [key]


def declared(owner: str) -> list[Setting]:
    """List the settings of one plugin in the order it declared them."""
    return [setting for key, setting in _declared.items() if _owners[key] == owner]


def value(site: Site, key: str) -> Any:
    """Return the present value of a setting for a site.

    Raises:
        KeyError: Nobody declared `key`.
    """
    setting = _declared[key]
    row = SettingValue.get_or_none(SettingValue.site == site.id, SettingValue.key == key)
    if row is None:
        return setting.default
    return fields.open_text(row.value, purpose=key, key=_key[0]) if setting.secret else row.value


def stored(site: Site, owner: str) -> dict[str, SettingValue]:
    """Return the stored rows of one plugin's settings by key, for the admin page."""
    keys = [setting.key for setting in declared(owner)]
    rows = SettingValue.select().where(SettingValue.site == site.id, SettingValue.key.in_(keys))
    return {row.key: row for row in rows}


def store(site: Site, key: str, raw: Any, *, by: str) -> None:
    """Check and store a value; the caller writes the audit row in the same transaction.

    Raises:
        Invalid: The value is of the wrong type or not among the choices.
    """
    setting = _declared.get(key)
    if setting is None:
        raise Invalid({key: "没有这个设置项"})
    parsed = _parse(setting, raw)
    if setting.secret:
        parsed = fields.seal_text(parsed, purpose=key, key=_key[0])
    SettingValue.insert(site=site.id, key=key, value=parsed, set_by=by, set_at=now()).on_conflict(
        conflict_target=[SettingValue.site, SettingValue.key],
        update={SettingValue.value: parsed, SettingValue.set_by: by, SettingValue.set_at: now()},
    ).execute()


def _parse(setting: Setting, raw: Any) -> Any:
    text = raw.strip() if isinstance(raw, str) else raw
    if setting.type is bool:
        return text in (True, "1", "on", "true", "yes")
    if setting.type is int:
        parsed: Any = _whole_number(setting, text)
    elif setting.type is list:
        lines = text if isinstance(text, list) else str(text).splitlines()
        parsed = [str(line).strip() for line in lines if str(line).strip()]
    else:
        parsed = str(text)
    chosen = parsed if isinstance(parsed, list) else [str(parsed)]
    if setting.choices and not set(chosen) <= set(setting.choices):
        raise Invalid({setting.key: f"请在 {'、'.join(setting.choices)} 里选一个"})
    if len(str(parsed)) > MOST_TEXT:
        raise Invalid({setting.key: f"太长了，最多 {MOST_TEXT} 个字"})
    return parsed


def _whole_number(setting: Setting, text: Any) -> int:
    if not _WHOLE.fullmatch(str(text)) or abs(int(text)) > MOST_NUMBER:
        raise Invalid({setting.key: "请填整数"})
    return int(text)
