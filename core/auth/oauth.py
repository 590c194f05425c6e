"""Sign-in through WeCom: a state used once, a code spent once, a way back that stays in the house."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, urlsplit

from core.auth import session
from core.auth.client import Client
from core.auth.models import SignIn
from core.clock import now
from core.config import Config
from core.db import atomic
from core.directory.models import Person
from core.errors import NotAllowed, NotSignedIn

LIFE = timedelta(minutes=10)

_STATE = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


def cookie_name(*, secure: bool) -> str:
    """Name the short-lived cookie that ties a sign-in to its browser."""
    return "__Host-qbl" if secure else "qbl"


def safe_path(wanted: str) -> str:
    """Return `wanted` when it is a plain path of ours, else the workbench."""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    if (
        not wanted.startswith("/")
        or parts.scheme
        or parts.netloc
        or _CONTROL.search(wanted)
        or len(wanted) > 1000
        or wanted.startswith(("//", "/auth/"))
    ):
        return "/"
    return wanted


def begin(config: Config, client: Client, wanted: str) -> tuple[str, str]:
    """Start a sign-in.

    Returns:
        The address to send the browser to, and the value of the sign-in cookie.
    """
    state, browser = secrets.token_hex(32), secrets.token_urlsafe(32)
    with atomic():
        SignIn.delete().where(SignIn.created_at < now() - LIFE).execute()
        SignIn.create(state=state, browser_hash=_hash(browser), wanted=safe_path(wanted))
    back = quote(f"{config.origin}/auth/callback", safe="")
    wecom = config.wecom
    if client.in_wecom:
        return (
            f"{wecom.authorize_url}?appid={wecom.corpid}&redirect_uri={back}&response_type=code"
            f"&scope=snsapi_base&state={state}&agentid={wecom.agentid}#wechat_redirect"
        ), browser
    return (
        f"{wecom.login_url}?login_type=CorpApp&appid={wecom.corpid}&agentid={wecom.agentid}"
        f"&redirect_uri={back}&state={state}&lang=zh"
    ), browser


def finish(
    *, state: str, code: str, browser: str, client: Client, userid_for: Callable[[str], str]
) -> tuple[str, str]:
    """Complete a sign-in.

    Args:
        userid_for: Spends the code with WeCom and returns the member's userid.

    Returns:
        The session cookie's value and the page the person wanted.

    Raises:
        NotSignedIn: The state is unknown, used, late or of another browser; WeCom refuses the code.
        NotAllowed: The person is not in our directory, has left or is disabled, or has no site.
    """
    wanted = _spend(state, browser)
    if not code or len(code) > 512:
        raise NotSignedIn("你没有同意登录。需要时再点一次就好", reason="no_code")
    userid = userid_for(code)
    person = Person.get_or_none(Person.userid == userid)
    if person is None:
        raise NotAllowed("通讯录里还没有你，请联系信息科同步通讯录后再试", reason="unknown_person")
    if not person.is_active:
        raise NotAllowed("你的账号已停用。如有疑问请联系信息科", reason="inactive_person")
    if person.site_id is None:
        raise NotAllowed("你的科室还没有分到站点，请联系信息科", reason="no_site")
    return session.start(person, client=client.kind, device=client.device), wanted


def _spend(state: str, browser: str) -> str:
    problem = NotSignedIn("登录已过期，请重新打开", reason="state")
    if not _STATE.fullmatch(state):
        raise problem
    with atomic():
        row = SignIn.get_or_none(SignIn.state == state)
        # Deleting decides: of two callbacks with one state only one sees a row go.
        if row is None or not SignIn.delete().where(SignIn.state == state).execute():
            raise problem
    if now() - row.created_at > LIFE or not hmac.compare_digest(row.browser_hash, _hash(browser)):
        raise problem
    return str(row.wanted)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
