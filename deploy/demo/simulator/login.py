"""Login pages: silent and asking inside a phone, choosing a phone in a desktop browser."""

from typing import Any

import falcon

from . import oauth, people, phones
from .errors import ApiError
from .pages import Pages
from .proxy import names_of
from .scope import sees_user
from .world import World

LOGIN_FIELDS = ("appid", "agentid", "redirect_uri", "state", "scope", "response_type", "login_type", "lang")


class Login:
    """The pages a person meets on the way into an app."""

    def __init__(self, world: World, pages: Pages) -> None:
        self.world = world
        self.pages = pages

    def authorize(self, req: falcon.Request, resp: falcon.Response, port: int | None) -> None:
        """Log the phone's person in, at once or after asking."""
        params = _fields(req)
        if port is None or phones.of(self.world, port)["client"] == "browser":
            return self.pages.notice(resp, "请在企业微信客户端打开链接", "这个登录地址只能在手机里打开。")
        try:
            agent = oauth.check_request(self.world.state, params)
        except ApiError as error:
            return self._refuse(resp, error)
        userid = phones.login_userid(self.world, port)
        user = self.world.state.user(userid)
        if params.get("scope") == "snsapi_privateinfo":
            if user is None or not sees_user(self.world.state, agent, user):
                return self.pages.notice(resp, "不能授权", "你不在这个应用的可见范围内。（50002）")
            shown = people.view(self.world.state, user)
            return self.pages.render(resp, "consent.html", agent=agent, person=shown, params=params)
        if user is not None and not people.active(user):
            return self.pages.notice(resp, "账号不可用", f"{user['name']}已停用或已离开企业，不能登录。")
        return self._leave(req, resp, params, oauth.new_code(self.world.state, agent, userid))

    def answer(self, req: falcon.Request, resp: falcon.Response, port: int) -> None:
        """Go back with a code when the person agreed, else without one."""
        params = _fields(req)
        try:
            agent = oauth.check_request(self.world.state, params)
        except ApiError as error:
            return self._refuse(resp, error)
        code = None
        if req.get_param("allow") == "1":
            userid = phones.login_userid(self.world, port)
            code = oauth.new_code(self.world.state, agent, userid, params.get("scope", ""))
        return self._leave(req, resp, params, code)

    def web(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Show the panel that a desktop browser gets."""
        params = _fields(req)
        try:
            agent = oauth.check_request(self.world.state, params | {"scope": "snsapi_base"})
        except ApiError as error:
            return self._refuse(resp, error)
        cast = people.suggest(self.world.state)
        ports = [phones.describe(self.world, port) for port in self.world.settings.phone_ports]
        holders = [one["person"] for one in ports if one["person"]]
        cast = list({one["userid"]: one for one in [*holders, *cast]}.values())
        found = people.search(self.world.state, req.get_param("q") or "", 8) if req.get_param("q") else cast
        return self.pages.render(
            resp,
            "sso.html",
            agent=agent,
            corp=self.world.state.corp["name"],
            people=found,
            params=params,
            q=req.get_param("q") or "",
            holders={one["userid"] for one in holders},
            action=req.path,
        )

    def confirm(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Let the chosen person in on a desktop browser."""
        params = _fields(req)
        try:
            agent = oauth.check_request(self.world.state, params | {"scope": "snsapi_base"})
        except ApiError as error:
            return self._refuse(resp, error)
        user = self.world.state.user(req.get_param("userid"))
        if user is None or not people.active(user):
            return self.pages.notice(resp, "账号不可用", "这位成员已停用或已离开企业，不能登录。")
        return self._leave(req, resp, params, oauth.new_code(self.world.state, agent, user["userid"]))

    def _leave(
        self, req: falcon.Request, resp: falcon.Response, params: dict[str, str], code: str | None
    ) -> None:
        address = oauth.back_to(params, code)
        here = req.env.get("SERVER_PORT")
        on_phone = here and int(here) in self.world.settings.phone_ports
        resp.status = falcon.HTTP_302
        resp.set_header("Location", names_of(req, self.world).location(address) if on_phone else address)
        self.world.state.note("page", "登录授权", "ok" if code else "拒绝")

    def _refuse(self, resp: falcon.Response, error: ApiError) -> None:
        texts: dict[int, Any] = {
            40013: "企业标识 appid 不正确。",
            50001: "redirect_uri 的域名与端口不在应用的可信域名里。",
            84025: "state 只能是字母和数字，最多 128 字节。",
            40056: "没有这个应用 agentid。",
        }
        self.pages.notice(resp, "登录地址有误", f"{texts.get(error.code, error.text)}（{error.code}）")


def _fields(req: falcon.Request) -> dict[str, str]:
    return {name: value for name in LOGIN_FIELDS if (value := req.get_param(name)) is not None}
