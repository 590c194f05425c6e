"""The deployment file and the environment, read once, as one frozen record.

A file names paths of secrets, never secrets: `qingban doctor` refuses sample, short or world-readable ones.
"""

import os
import secrets
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import Misconfigured

MIN_SECRET_BYTES = 32
LEAST_DIFFERENT = 8
"""Fewer different bytes than this never come from chance."""


@dataclass(frozen=True, kw_only=True)
class WeComConfig:
    """How this installation reaches WeCom; every address may point at the simulator."""

    corpid: str
    """The corporation's id, `ww…`."""
    agentid: int
    """The self-built app's id."""
    secret: str
    """The app's secret."""
    contacts_secret: str = ""
    """The contacts-sync assistant's secret; empty when the app token alone reads the directory."""
    callback_token: str = ""
    """Token of the callback settings."""
    callback_aes_key: str = ""
    """EncodingAESKey of the callback settings, 43 characters."""
    api_base: str = "https://qyapi.weixin.qq.com/cgi-bin/"
    """Base of the server API, with a slash at the end."""
    authorize_url: str = "https://open.weixin.qq.com/connect/oauth2/authorize"
    """Sign-in inside WeCom."""
    login_url: str = "https://login.work.weixin.qq.com/wwlogin/sso/login"
    """Sign-in by scanning a code in a desktop browser."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """One deployment."""

    data_dir: Path
    """Where everything that changes lives: database, attachments, spool."""
    database_url: str
    """`sqlite:///path` or `postgresql://…`."""
    origin: str
    """The only origin pages are served from, for example `https://oa.example.cn`."""
    keys_dir: Path
    """Files of secret keys, mode 0600, one per purpose."""
    wecom: WeComConfig
    """The WeCom side."""
    plugins_dir: Path | None = None
    """The drop-in folder for the site's own plugins."""
    entry_points: bool = True
    """Whether installed packages may bring plugins."""
    site_templates: Path | None = None
    """Templates of the house that replace ours by name."""
    trusted_proxy: str = ""
    """Address of the one proxy whose X-Forwarded-For is believed; empty = none."""
    limits: bool = True
    """Whether rate limits count; only measurements and tests do without."""
    web_processes: int = 2
    """How many web processes run; each gives out its share of a rate limit."""
    visitors_per_address: int = 1
    """By how much limits for one network address grow; a house behind one gateway needs more than 1."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Tables for plugins that need deployment facts."""

    @property
    def is_secure(self) -> bool:
        """Whether pages travel over TLS; decides cookie names and flags."""
        return self.origin.startswith("https://")

    @property
    def host(self) -> str:
        """Host and port of the origin, as a Host header shows them."""
        return urlsplit(self.origin).netloc

    def key(self, purpose: str) -> bytes:
        """Read the secret key for one purpose.

        Raises:
            Misconfigured: The file is missing, short or readable by others.
        """
        path = self.keys_dir / purpose
        if not path.exists():
            raise Misconfigured(f"缺少密钥文件 {path}。运行 qingban keys init 生成")
        if path.stat().st_mode & 0o077:
            raise Misconfigured(f"密钥文件 {path} 对其他用户可读。运行 chmod 600 {path}")
        value = path.read_bytes()
        if len(value) < MIN_SECRET_BYTES:
            raise Misconfigured(f"密钥文件 {path} 太短，至少 {MIN_SECRET_BYTES} 字节")
        if len(set(value)) < LEAST_DIFFERENT:
            raise Misconfigured(f"密钥文件 {path} 像是样例。删掉它，再运行 qingban keys init")
        return value

    def check_keys(self) -> None:
        """Refuse to run with keys that are missing, weak, readable by others or the same.

        Raises:
            Misconfigured: One of these.
        """
        seen: dict[bytes, str] = {}
        for purpose in KEY_PURPOSES:
            value = self.key(purpose)
            if value in seen:
                both = f"{seen[value]} 和 {purpose}"
                raise Misconfigured(f"密钥 {both} 内容相同。删掉其中一个，再运行 qingban keys init")
            seen[value] = purpose


KEY_PURPOSES = ("csrf", "audit", "fields", "links")


def make_keys(keys_dir: Path) -> list[str]:
    """Write the key files that are missing; return their names."""
    keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for purpose in KEY_PURPOSES:
        path = keys_dir / purpose
        if path.exists():
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(MIN_SECRET_BYTES))
        made.append(purpose)
    return made


def load(path: Path) -> Config:
    """Read the deployment file at `path`; relative paths count from its folder.

    Raises:
        Misconfigured: The file is missing, malformed, or lacks a value.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Misconfigured(f"没有找到配置文件 {path}。样例见 deploy/config/") from None
    except OSError as error:
        raise Misconfigured(f"配置文件 {path} 读不了：{error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"配置文件 {path} 写法有误：{error}") from None
    return from_table(table, base=path.resolve().parent)


def from_table(table: dict[str, Any], *, base: Path) -> Config:
    """Build the record from the parsed file.

    Raises:
        Misconfigured: A value is missing, unknown or of the wrong kind, or `check` refuses the whole.
    """
    _check_names(table, Config, "配置")
    try:
        wecom = _wecom(table["wecom"], base)
        data_dir = _path(base, table.get("data_dir", "var"))
        config = Config(
            data_dir=data_dir,
            database_url=table.get("database_url") or f"sqlite:///{data_dir / 'qingban.db'}",
            origin=str(table["origin"]).rstrip("/"),
            keys_dir=_path(base, table.get("keys_dir", "keys")),
            wecom=wecom,
            plugins_dir=_path(base, table["plugins_dir"]) if table.get("plugins_dir") else None,
            entry_points=bool(table.get("entry_points", True)),
            site_templates=_path(base, table["site_templates"]) if table.get("site_templates") else None,
            trusted_proxy=str(table.get("trusted_proxy", "")),
            limits=bool(table.get("limits", True)),
            web_processes=int(table.get("web_processes", 2)),
            visitors_per_address=int(table.get("visitors_per_address", 1)),
            extra=dict(table.get("extra", {})),
        )
    except KeyError as error:
        raise Misconfigured(f"配置缺少 {error.args[0]}") from None
    except (TypeError, ValueError) as error:
        raise Misconfigured(f"配置里有写法不对的项：{error}") from None
    return check(config)


def check(config: Config) -> Config:
    """Refuse what must never run; return the config unchanged.

    Raises:
        Misconfigured: Plain http on an address other people can reach, an origin with a path, no processes.
    """
    try:
        parts = urlsplit(config.origin)
    except ValueError:
        raise Misconfigured(f"origin 应写成 https://域名，现在是 {config.origin}") from None
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise Misconfigured(f"origin 应写成 https://域名，现在是 {config.origin}")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Misconfigured("origin 用了不加密的 http，只有本机试用可以这样")
    if config.web_processes < 1 or config.visitors_per_address < 1:
        raise Misconfigured("web_processes 和 visitors_per_address 至少是 1")
    return config


def _path(base: Path, text: str) -> Path:
    path = Path(text)
    return path if path.is_absolute() else base / path


def _wecom(table: Any, base: Path) -> WeComConfig:
    if not isinstance(table, dict):
        raise Misconfigured("配置里的 wecom 应是一节：[wecom]")
    values = _with_secret_files(dict(table), base)
    _check_names(values, WeComConfig, "[wecom] ")
    for name in ("corpid", "agentid", "secret"):
        if not values.get(name):
            raise Misconfigured(f"配置缺少 wecom.{name}")
    if not isinstance(values["agentid"], int):
        raise Misconfigured("wecom.agentid 应是数字，不加引号")
    return WeComConfig(**values)


def _check_names(table: dict[str, Any], record: type, where: str) -> None:
    known = {one.name for one in fields(record)}
    if unknown := sorted(set(table) - known):
        raise Misconfigured(f"{where}里有不认识的项：{'、'.join(unknown)}")


def _with_secret_files(table: dict[str, Any], base: Path) -> dict[str, Any]:
    for name in ("secret", "contacts_secret", "callback_token", "callback_aes_key"):
        file_name = table.pop(f"{name}_file", None)
        if file_name:
            path = _path(base, file_name)
            try:
                table[name] = path.read_text("ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Misconfigured(f"wecom.{name}_file 指的文件 {path} 读不了：{error}") from None
    return table
