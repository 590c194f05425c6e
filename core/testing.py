"""Fixtures for everybody who tests a plugin: people, browsers that sign in, a WeCom that records.

`house` is what most tests need::

    def test_a_nurse_sees_the_page(house):
        house.enable("greetings")
        nurse = house.person("护士甲")

        page = house.browser(nurse).get("/greetings/")

        assert "你好" in page.text
"""

import importlib
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import falcon.testing
import pytest

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 "
    "wxwork/4.1.30 MicroMessenger/7.0.1 Language/zh ColorScheme/Light"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36"
ORIGIN = "http://localhost:8700"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy from: migrations run once per test process."""
    from core import platform
    from core.db import database
    from core.db.migrate import upgrade

    folder = tmp_path_factory.mktemp("template")
    config = make_config(folder, f"sqlite:///{folder / 'template.db'}")
    running = platform.start(config)
    upgrade(running.migrations)
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder / "template.db"


def make_config(folder: Path, database_url: str, **changes: Any) -> Any:
    """Build a deployment for tests in `folder`."""
    from core.config import Config, WeComConfig, make_keys

    make_keys(folder / "keys")
    values: dict[str, Any] = {
        "data_dir": folder,
        "database_url": database_url,
        "origin": ORIGIN,
        "keys_dir": folder / "keys",
        "wecom": WeComConfig(
            corpid="wwtest0000000001",
            agentid=1000002,
            secret="s" * 43,
            contacts_secret="c" * 43,
            callback_token="tokentokentoken1",  # noqa: S106 - a sample
            callback_aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        ),
        "entry_points": False,
        "limits": False,
    }
    return Config(**{**values, **changes})


@pytest.fixture
def db(migrated_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    """Open a fresh SQLite database with all tables; gives its address."""
    from core.db import connect, database

    path = tmp_path / "qingban.db"
    shutil.copy(migrated_sqlite, path)
    connect(f"sqlite:///{path}", durable=False)
    yield f"sqlite:///{path}"
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_db(request: pytest.FixtureRequest) -> Iterator[str]:
    """Open a fresh database of each kind in turn; gives its address."""
    from core import platform
    from core.db import connect, database
    from core.db.migrate import upgrade

    if request.param == "sqlite":
        yield request.getfixturevalue("db")
        return
    url = request.getfixturevalue("empty_postgres_url")
    connect(url)
    folder = request.getfixturevalue("tmp_path")
    upgrade(platform.start(make_config(folder, url)).migrations)
    yield url
    database.obj.close_all()


@dataclass
class Wecom:
    """A WeCom that records what it is sent and answers like the real one."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    updated: list[tuple[list[str], str, Any]] = field(default_factory=list)
    failure: Exception | None = None

    def send_template_card(self, userid: str, card: dict[str, Any]) -> dict[str, Any]:
        """Record a card."""
        if self.failure:
            raise self.failure
        self.sent.append((userid, card))
        number = len(self.sent)
        return {"msgid": f"msg-{number}", "response_code": f"rc-{number}", "invaliduser": ""}

    def update_template_card(
        self, userids: list[str], response_code: str, card: Any = None, replace_name: str | None = None
    ) -> dict[str, Any]:
        """Record a change of a card."""
        if self.failure:
            raise self.failure
        self.updated.append((userids, response_code, card or replace_name))
        return {"invaliduser": []}

    def user_for_code(self, code: str) -> str:
        """Treat the code as the userid."""
        return code

    def sign_page(self, url: str) -> dict[str, Any]:
        """Sign nothing."""
        return {"timestamp": 1, "nonceStr": "n", "signature": url}


class Browser:
    """A signed-in browser without a screen: keeps the cookie, sends the token, follows nothing."""

    def __init__(self, app: Any, token: str, csrf: str, user_agent: str) -> None:
        self.client = falcon.testing.TestClient(app)
        self.csrf = csrf
        self.headers = {"User-Agent": user_agent, "Host": "localhost:8700", "Sec-Fetch-Site": "same-origin"}
        if token:
            self.headers["Cookie"] = f"qb={token}"

    def get(self, path: str, **headers: str) -> falcon.testing.Result:
        """Open a page."""
        return self.client.simulate_get(path, headers={**self.headers, "Accept": "text/html", **headers})

    def post(self, path: str, form: Any = None, **headers: str) -> falcon.testing.Result:
        """Send a form; a dict or (name, text) pairs."""
        body = urlencode([*_pairs(form), ("_csrf", self.csrf)])
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        return self.client.simulate_post(path, body=body, headers={**self.headers, **kind, **headers})

    def post_json(self, path: str, value: Any, **headers: str) -> falcon.testing.Result:
        """Send JSON."""
        return self.client.simulate_post(
            path, json=value, headers={**self.headers, "X-QB-CSRF": self.csrf, **headers}
        )

    def request(self, method: str, path: str, **options: Any) -> falcon.testing.Result:
        """Send anything."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.simulate_request(method, path, headers=headers, **options)


def _pairs(form: Any) -> list[tuple[str, str]]:
    if not form:
        return []
    if isinstance(form, dict):
        return [
            (name, str(one))
            for name, value in form.items()
            for one in (value if isinstance(value, list | tuple) else [value])
        ]
    return list(form)


class House:
    """A small hospital: one site, a tree of three departments, people on demand."""

    def __init__(self, platform: Any, wecom: Wecom) -> None:
        from core.directory.models import Department
        from core.site import Site, SiteRoot
        from core.web.app import create_app

        self.platform = platform
        self.wecom = wecom
        self.app = create_app(platform)
        self.site = Site.create(slug="main", title="示例医院", name="示例医院")
        SiteRoot.create(site=self.site, department_id=1)
        for key, parent, name, path in (
            (1, None, "示例医院", "/1/"),
            (10, 1, "内科", "/1/10/"),
            (12, 10, "心内科", "/1/10/12/"),
            (20, 1, "人事科", "/1/20/"),
        ):
            Department.create(id=key, parent_id=parent, name=name, path=path, site=self.site)
        self._count = 0

    def enable(self, name: str, site: Any = None) -> None:
        """Switch a plugin on."""
        from core.auth.actor import system

        self.platform.enable(site or self.site, name, by=system(site or self.site))

    def department(self, key: int, name: str, parent: int = 1, **values: Any) -> Any:
        """Make a department."""
        from core.directory.models import Department

        above = Department.get_by_id(parent)
        values = {"site": self.site, **values}
        return Department.create(id=key, parent_id=parent, name=name, path=f"{above.path}{key}/", **values)

    def person(self, name: str = "护士甲", *, department: int = 12, head: bool = False, **values: Any) -> Any:
        """Make a person; `head=True` makes them head of their department; `roles=[…]` gives roles."""
        from core.directory.models import Department, Membership, Person, Role, RoleMember

        self._count += 1
        roles = values.pop("roles", [])
        values = {
            "userid": f"u{self._count:04d}",
            "staff_no": f"A{self._count:04d}",
            "site": self.site,
            "department": department,
            **values,
        }
        person = Person.create(name=name, **values)
        Membership.create(person=person, department_id=department, is_head=head)
        if head:
            row = Department.get_by_id(department)
            Department.update(heads=[*row.heads, person.userid]).where(Department.id == department).execute()
        for slug in roles:
            role = Role.get_or_none(Role.slug == slug) or Role.create(slug=slug, title=slug)
            RoleMember.create(role=role, person=person)
        return person

    def actor(self, person: Any) -> Any:
        """Return the person as an actor."""
        from core.auth.actor import from_person
        from core.directory.models import Person

        fresh: Any = Person.get_by_id(person.id)
        return from_person(fresh, fresh.site)

    def browser(self, person: Any = None, *, user_agent: str = IPHONE) -> Browser:
        """Return a browser, signed in as `person` if there is one."""
        from core.auth import client, csrf, session

        if person is None:
            return Browser(self.app, "", "", user_agent)
        token = session.start(person, client=client.read(user_agent).kind, device="test")
        mark = csrf.token(self.platform.config.key("csrf"), session.token_hash(token))
        return Browser(self.app, token, mark, user_agent)

    def run_jobs(self) -> None:
        """Do all background work that is due."""
        from core import jobs

        jobs.run_now()


@pytest.fixture
def wecom() -> Wecom:
    """Give a WeCom that records."""
    return Wecom()


@pytest.fixture
def platform(db: str, tmp_path: Path) -> Any:
    """Start the platform with every built-in plugin on a fresh SQLite database."""
    return _start(tmp_path, db)


@pytest.fixture
def house(platform: Any, wecom: Wecom) -> Iterator[House]:
    """Give a small hospital on SQLite."""
    yield from _house(platform, wecom)


@pytest.fixture
def any_house(any_db: str, tmp_path: Path, wecom: Wecom) -> Iterator[House]:
    """Give a small hospital on SQLite and on PostgreSQL in turn."""
    yield from _house(_start(tmp_path, any_db), wecom)


def _start(folder: Path, url: str) -> Any:
    from core import platform
    from core.db import connect, database
    from core.loader import find

    config = make_config(folder, url)
    running = platform.assemble(config, find(config))
    if pool := getattr(database.obj, "close_all", None):
        pool()  # the pool that ran the migrations
    connect(url, durable=False)
    return running


def _house(platform: Any, wecom: Wecom) -> Iterator[House]:
    from core import messaging
    from core.auth import permissions

    permissions.forget()
    messaging.install_client(lambda: wecom)
    yield House(platform, wecom)


@pytest.fixture
def frozen_clock() -> Iterator[Any]:
    """Hold the clock at Tuesday 2026-11-24 10:00 in the hospital; `advance(hours=1)` moves it."""
    from core import clock

    with clock.frozen(datetime(2026, 11, 24, 10, 0, tzinfo=clock.LOCAL).astimezone()):
        yield lambda **step: clock.advance(timedelta(**step))


@pytest.fixture
def tmp_plugin(tmp_path: Path) -> Iterator[Any]:
    """Write a plugin for one test: `tmp_plugin("greetings", {"__init__.py": …})` gives the drop-in folder."""
    place = tmp_path / "dropin"
    written: list[str] = []

    def write(name: str, files: dict[str, str]) -> Path:
        for path, text in files.items():
            target = place / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        written.append(name)
        return place

    yield write
    plugins = importlib.import_module("plugins")

    if str(place) in plugins.__path__:
        plugins.__path__.remove(str(place))
    gone = [name for name, module in sys.modules.items() if _lies_in(module, place)]
    for name in gone:
        del sys.modules[name]
        if name.count(".") == 1 and name.startswith("plugins."):
            plugins.__dict__.pop(name.removeprefix("plugins."), None)


def _lies_in(module: Any, place: Path) -> bool:
    return str(getattr(module, "__file__", None) or "").startswith(f"{place}/")
