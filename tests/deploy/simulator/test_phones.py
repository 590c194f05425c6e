"""A phone logs its person in and carries requests to the real app."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from deploy.demo.simulator.clients import CLIENTS
from deploy.demo.simulator.rewriting import Names
from tests.deploy.simulator.builders import AGENT, CORPID
from tests.deploy.simulator.conftest import Running


def phone(sim: Running, path: str = "/", **more: Any) -> requests.Response:
    """Open a path on the first phone with a browser that keeps no cookies."""
    return requests.get(f"http://127.0.0.1:{sim.phones[0]}{path}", timeout=5, **more)


def authorize(sim: Running, follow: bool = False, **change: str) -> requests.Response:
    """Open the login page on the first phone."""
    back = f"{sim.app.world.settings.origin}/login"
    query = {"appid": CORPID, "redirect_uri": back, "state": "abc", "scope": "snsapi_base", **change}
    return phone(sim, "/-sim/oauth2/authorize", params=query, allow_redirects=follow)


def test_a_phone_logs_its_person_in_and_keeps_the_cookie_to_itself(sim: Running) -> None:
    first, second = phone(sim), phone(sim)

    assert '<span id="who">n001</span>' in first.text
    assert len(first.history) == 3
    assert second.history == []
    assert "Set-Cookie" not in first.headers


def test_another_person_on_the_phone_is_another_login(sim: Running) -> None:
    phone(sim)
    sim.api.hook("phone", {"phone": 0, "userid": "h001"})
    assert '<span id="who">h001</span>' in phone(sim).text
    sim.api.hook("phone", {"phone": 0, "userid": "n001"})

    assert phone(sim).history == []


@pytest.mark.parametrize("client", list(CLIENTS))
def test_the_app_sees_the_chosen_client(sim: Running, client: str) -> None:
    phone(sim)
    sim.api.hook("phone", {"phone": 0, "client": client})
    sim.qingban.seen.clear()
    answer = phone(sim)

    [seen] = sim.qingban.seen
    assert seen["agent"] == CLIENTS[client]["ua"]
    assert seen["env"].get("HTTP_X_REQUESTED_WITH") == ("com.tencent.wework" if client == "android" else None)
    script = "bridge" if "wxwork" in CLIENTS[client]["ua"] else "agent"
    assert f'<head><script src="/-sim/{script}.js"></script>' in answer.text


def test_origin_and_referer_look_like_the_app_itself(sim: Running) -> None:
    here = f"http://127.0.0.1:{sim.phones[0]}"
    headers = {"Origin": here, "Referer": f"{here}/a?b=1", "Sec-Fetch-Site": "same-origin"}
    body = {"url": f"{here}/page"}
    answer = requests.post(f"{here}/echo", json=body, headers=headers, timeout=5)

    env, origin = sim.qingban.seen[-1]["env"], sim.app.world.settings.origin
    assert (env["HTTP_ORIGIN"], env["HTTP_REFERER"]) == (origin, f"{origin}/a?b=1")
    assert (env["HTTP_SEC_FETCH_SITE"], env["HTTP_HOST"]) == ("same-origin", urlsplit(origin).netloc)
    assert answer.json() == {"url": f"{origin}/page"}


def test_uploads_pass_untouched(sim: Running) -> None:
    data = bytes(range(256)) * 4000
    answer = requests.post(f"http://127.0.0.1:{sim.phones[0]}/echo", data=data, timeout=5)

    assert answer.content == data


def test_the_shell_may_frame_pages_and_nobody_else(sim: Running) -> None:
    policy = phone(sim).headers["Content-Security-Policy"]

    assert f"frame-ancestors 'self' http://127.0.0.1:{sim.port}" in policy
    assert "script-src 'self'" in policy


def test_frames_without_scripts_of_their_own_stay_untouched() -> None:
    names = Names(phone="http://p", qingban="http://q", main="http://m")
    html = b'<head></head><a href="http://q/x?a=1&amp;b=2">'

    assert names.page(html, "sandbox allow-scripts", "/s.js") == b'<head></head><a href="/x?a=1&amp;b=2">'
    nonce = names.page(b"<head>", "script-src 'nonce-n1'", "/s.js")
    assert nonce == b'<head><script src="/s.js" nonce="n1"></script>'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"redirect_uri": "http://evil.example/login"}, "50001"),
        ({"appid": "wwother"}, "40013"),
        ({"state": "a-b"}, "84025"),
        ({"agentid": "7"}, "40056"),
    ],
)
def test_wrong_login_addresses_are_explained(sim: Running, change: dict[str, str], words: str) -> None:
    answer = authorize(sim, **change)

    assert (answer.status_code, words in answer.text) == (200, True)


def test_a_code_works_once_and_for_five_minutes(sim: Running) -> None:
    code = parse_qs(urlsplit(authorize(sim).headers["Location"]).query)["code"][0]
    assert sim.api.get("auth/getuserinfo", code=code)["userid"] == "n001"
    assert sim.api.get("auth/getuserinfo", code=code)["errcode"] == 42022
    other = sim.api.hook("code", {"userid": "h001"})["code"]
    sim.api.hook("clock", {"advance": 301})

    assert sim.api.get("auth/getuserinfo", code=other)["errcode"] == 42003


def test_strangers_and_members_out_of_scope_are_told_apart(sim: Running) -> None:
    found = {}
    for identity in ("stranger", "outside"):
        sim.api.hook("phone", {"phone": 0, "identity": identity})
        code = parse_qs(urlsplit(authorize(sim).headers["Location"]).query)["code"][0]
        found[identity] = sim.api.get("auth/getuserinfo", code=code)

    assert "userid" not in found["stranger"]
    assert found["outside"]["userid"] == "o001"


def test_private_fields_need_a_yes(sim: Running) -> None:
    asked = authorize(sim, scope="snsapi_privateinfo", agentid=str(AGENT))
    assert "申请获取以下信息" in asked.text
    back = f"{sim.app.world.settings.origin}/login"
    query = {
        "appid": CORPID,
        "redirect_uri": back,
        "state": "abc",
        "scope": "snsapi_privateinfo",
        "agentid": str(AGENT),
    }
    yes = phone(sim, "/-sim/oauth2/answer", params=query | {"allow": "1"}, allow_redirects=False).headers[
        "Location"
    ]
    no = phone(sim, "/-sim/oauth2/answer", params=query | {"allow": "0"}, allow_redirects=False).headers[
        "Location"
    ]

    ticket = sim.api.get("auth/getuserinfo", code=parse_qs(urlsplit(yes).query)["code"][0])["user_ticket"]
    assert sim.api.post("auth/getuserdetail", {"user_ticket": ticket})["mobile"].startswith("138")
    assert parse_qs(urlsplit(no).query) == {"state": ["abc"]}


def test_web_login_lets_the_chosen_person_in(sim: Running) -> None:
    base = f"http://127.0.0.1:{sim.port}"
    back = f"{sim.app.world.settings.origin}/login"
    query = {
        "login_type": "CorpApp",
        "appid": CORPID,
        "agentid": str(AGENT),
        "redirect_uri": back,
        "state": "s1",
    }
    page = requests.get(f"{base}/wwlogin/sso/login", params=query, timeout=5)
    assert "用哪位的手机扫码确认" in page.text
    done = requests.get(
        f"{base}/-sim/sso/confirm", params=query | {"userid": "c001"}, timeout=5, allow_redirects=False
    )

    code = parse_qs(urlsplit(done.headers["Location"]).query)["code"][0]
    assert sim.api.get("user/getuserinfo", code=code)["UserId"] == "c001"


def test_second_verification_unlocks_once(sim: Running) -> None:
    tfa = sim.api.post("auth/get_tfa_info", {"code": sim.api.hook("code", {"userid": "n001"})["code"]})
    body = {"userid": "n001", "tfa_code": tfa["tfa_code"]}

    assert [sim.api.post("user/tfa_succ", body)["errcode"] for _ in range(2)] == [0, 40207]


def test_an_absent_app_gets_a_friendly_page(sim: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(sim.app.world.settings), "origin", property(lambda self: "http://127.0.0.1:9"))
    answer = phone(sim)

    assert (answer.status_code, "轻办还没有启动" in answer.text) == (502, True)


def test_scripted_answers_and_shown_codes_reach_the_phone(sim: Running) -> None:
    base = f"http://127.0.0.1:{sim.phones[0]}/-sim"
    sim.api.hook("answers", {"phone": 0, "name": "scanQRCode", "answer": {"text": "bed:3"}})
    calls = [requests.post(f"{base}/call", json={"name": "scanQRCode"}, timeout=5).json() for _ in range(2)]
    requests.post(f"{base}/codes", json={"codes": ["meeting:1"]}, timeout=5)

    assert calls == [{"answer": {"text": "bed:3"}}, {}]
    assert requests.get(f"{base}/codes", timeout=5).json()["codes"][0]["text"] == "meeting:1"
