"""A running simulator with a fake Qingban behind its phones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.simulator.server import create_app
from deploy.demo.simulator.settings import Settings
from tests.deploy.simulator.builders import Api, later, listening, make_corp
from tests.deploy.simulator.fake_qingban import FakeQingban

JSSDK = Path(__file__).parents[3] / "core/web/static/vendor/jssdk.js"


@dataclass(kw_only=True)
class Running:
    """A simulator, its ports and what stands behind it."""

    app: Any
    port: int
    phones: list[int]
    qingban: FakeQingban
    api: Api
    contacts: Api


@pytest.fixture(scope="module")
def sim() -> Iterator[Running]:
    """Run a simulator with two phones and a fake Qingban."""
    holder: dict[str, FakeQingban] = {}
    with listening(1, lambda ports: later(holder)) as (_, [back]):
        origin = f"http://127.0.0.1:{back}"

        def make(ports: list[int]) -> Any:
            holder["app"] = FakeQingban(f"http://127.0.0.1:{ports[0]}", JSSDK)
            corp = make_corp(callback=f"{origin}/wecom/callback", home=f"{origin}/")
            return create_app(
                corp,
                Settings(
                    port=ports[0], phone_ports=tuple(ports[1:]), qingban_url=origin, callback_pause=0.01
                ),
            )

        with listening(3, make) as (app, ports):
            yield Running(
                app=app,
                port=ports[0],
                phones=ports[1:],
                qingban=holder["app"],
                api=Api(ports[0]),
                contacts=Api(ports[0], "contacts-secret"),
            )


@pytest.fixture(autouse=True)
def _fresh(sim: Running) -> Iterator[None]:
    """Start each test from the seed."""
    sim.app.world.reset()
    sim.api.token = sim.contacts.token = ""
    sim.qingban.events.clear()
    sim.qingban.seen.clear()
    sim.qingban.reply, sim.qingban.status, sim.qingban.wrong_signature = None, "200 OK", False
    yield
    sim.app.world.callbacks.wait(5)
