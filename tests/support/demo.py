"""The whole demo as people start it: simulated WeCom, web, worker and the sample hospital."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from playwright.sync_api import APIResponse, BrowserContext, Page

from deploy.demo.hospital import Hospital, generate, scenes
from deploy.demo.hospital.corp import as_wecom
from deploy.demo.hospital.roles import all_roles
from deploy.demo.simulator.clients import CLIENTS
from tests.support.handset import Handset

PHONES = 4
PATIENCE = 60.0
CRASH = re.compile(r'Traceback|"level":"(error|critical)"|supervisor\.died|Segmentation')
IN_WECOM = CLIENTS["android"]["ua"]


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of the sample hospital."""

    userid: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A running demo and the people of its stories."""

    address: str
    """Where Qingban answers."""
    simulator: str
    """Where the simulated WeCom answers."""
    phones: tuple[int, ...]
    """Ports of the simulated phones."""
    cast: dict[str, Member]
    """The parts of the stories, such as nurse and head_nurse."""

    def ask(self, name: str, **query: Any) -> Any:
        """Read something from the simulated world."""
        return _json(f"{self.simulator}/-sim/api/{name}?{urlencode(query)}")

    def tell(self, name: str, **body: Any) -> Any:
        """Move something in the simulated world."""
        return _json(f"{self.simulator}/-sim/api/{name}", body)

    def call_wecom(self, path: str, **query: Any) -> Any:
        """Call one of WeCom's own interfaces as the contacts assistant."""
        corp = as_wecom(generate(), qingban_url=self.address, simulator_url=self.simulator)
        keys = {"corpid": corp["corpid"], "corpsecret": corp["contacts_secret"]}
        token = _json(f"{self.simulator}/cgi-bin/gettoken?{urlencode(keys)}")["access_token"]
        answer = _json(f"{self.simulator}/cgi-bin/{path}?{urlencode({'access_token': token, **query})}")
        assert answer["errcode"] == 0, answer
        return answer

    def sign_in(self, context: BrowserContext, who: Member) -> None:
        """Sign a browser context in, the way WeCom does it behind the scenes."""
        agent = {"User-Agent": IN_WECOM}
        start = context.request.get(f"{self.address}/auth/start", headers=agent, max_redirects=0)
        state = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
        code = quote(self.tell("code", userid=who.userid)["code"])
        back = f"{self.address}/auth/callback?code={code}&state={state}"
        assert context.request.get(back, headers=agent, max_redirects=0).status == 303

    def send(self, page: Page, path: str, fields: dict[str, str], form_page: str = "/") -> str:
        """Post a form as the signed-in person, as fast as limits allow; return the address it leads to."""
        text = _patiently(lambda: page.request.get(f"{self.address}{form_page}")).text()
        csrf = re.search(r'<meta name="csrf" content="([^"]+)"', text)
        assert csrf, "the page carries no token"
        form = {"_csrf": csrf[1], "request_id": os.urandom(13).hex(), **fields}
        answer = _patiently(
            lambda: page.request.post(
                f"{self.address}{path}",
                form=form,
                headers={"Origin": self.address, "Sec-Fetch-Site": "same-origin"},
                max_redirects=0,
            )
        )
        assert answer.status == 303, answer.text()
        return answer.headers["location"]


def _patiently(ask: Callable[[], APIResponse]) -> APIResponse:
    """Ask again after the time a rate limit names: the wire is quicker than any person."""
    for _ in range(20):
        answer = ask()
        if answer.status != 429:
            break
        time.sleep(int(answer.headers["retry-after"]))
    return answer


def _json(url: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def free_ports(count: int) -> list[int]:
    """Find ports nobody uses now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _wards(hospital: Hospital, userids: dict[str, str]) -> set[int]:
    taken = set(userids.values())
    return {unit for person in hospital.people if person.userid in taken for unit in person.departments}


def _cast() -> dict[str, Member]:
    hospital = generate()
    userids = scenes.cast(hospital)
    engineers = next(role for role in all_roles(hospital) if role.slug == "equip_engineer").members
    ward = next(
        one for one in hospital.departments if one.kind == "ward" and one.id not in _wards(hospital, userids)
    )
    nurses = [p.userid for p in hospital.active if p.departments == (ward.id,) and p.post == "护士"]
    userids |= {
        "engineer": engineers[0].userid,
        "second_engineer": engineers[1].userid,
        "neighbour": nurses[0],
        "neighbour_head": hospital.leaders[ward.id][0].userid,
        "leaver": nurses[1],
    }
    names = {person.userid: person.name for person in hospital.people}
    return {part: Member(userid=userid, name=names[userid]) for part, userid in userids.items()}


def _await_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        said = log.read_text("utf-8", "replace")
        if "轻办已就绪" in said:
            return
        assert process.poll() is None, f"the demo ended by itself:\n{said[-2000:]}"
        time.sleep(0.1)
    raise AssertionError(f"the demo was not ready in {PATIENCE:.0f} s:\n{said[-2000:]}")


def sign_in_at_the_desk(demo: Demo, page: Page, who: Member, path: str) -> None:
    """Open a page at the desk, choose the scan code, and choose who scans it."""
    page.goto(f"{demo.address}{path}")
    page.get_by_role("link", name="扫码登录").click()
    page.goto(f"{page.url}&q={who.userid}")
    page.locator(f"button[value='{who.userid}']").click()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run the demo on free ports; in the end it stops on Ctrl-C and its log tells of no crash."""
    folder = tmp_path_factory.mktemp("demo")
    port, simulator, *phones = free_ports(2 + PHONES)
    log = folder / "demo.log"
    command = [
        *(sys.executable, "-m", "core.cli", "demo", "--port", str(port), "--simulator-port", str(simulator)),
        *("--phone-ports", ",".join(map(str, phones)), "--var", str(folder / "var")),
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _await_ready(process, log)
        yield Demo(
            address=f"http://localhost:{port}",
            simulator=f"http://localhost:{simulator}",
            phones=tuple(phones),
            cast=_cast(),
        )
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
    said = log.read_text("utf-8", "replace")
    crashes = [line for line in said.splitlines() if CRASH.search(line)]
    assert (code, crashes) == (0, []), said


HandPhone = Callable[..., Handset]


@pytest.fixture
def handset(demo: Demo, phone: Callable[..., Page]) -> HandPhone:
    """Give phones to people: `nurse = handset("nurse")`; options are those of `phone`."""
    free = list(demo.phones)

    def hand(part: str | Member, *, client: str = "android", **options: Any) -> Handset:
        who = demo.cast[part] if isinstance(part, str) else part
        port = free.pop(0)
        demo.tell("phone", port=port, userid=who.userid, client=client, identity="self")
        page = phone(device_scale_factor=1, reduced_motion="reduce", **options)
        page.goto(f"http://localhost:{port}/-sim/phone")
        page.wait_for_selector("body[data-ready]")
        return Handset(page=page, name=who.name, port=port)

    return hand


Visit = Callable[..., Page]


@pytest.fixture
def visit(demo: Demo, phone: Callable[..., Page]) -> Visit:
    """Open pages of Qingban itself, already signed in: `page = visit("clerk")`; options as for `phone`."""

    def open_page(part: str, *, theme: str = "light", **options: Any) -> Page:
        client = IN_WECOM.replace("ColorScheme/Light", f"ColorScheme/{theme.title()}")
        page = phone(
            user_agent=client,
            color_scheme=theme,
            device_scale_factor=1,
            reduced_motion="reduce",
            **options,
        )
        demo.sign_in(page.context, demo.cast[part])
        return page

    return open_page
