"""Set up a trial installation once, then start all of it."""

import os
import socket
import sys
import time
import tomllib
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from core import platform
from core import site as sites
from core.auth.actor import system
from core.config import Config, from_table, make_keys
from core.db import database
from core.db.migrate import upgrade
from core.directory import extras
from core.directory.jobs import sync_now
from core.directory.models import Person
from core.entry import supervisor
from core.entry.supervisor import Program
from core.errors import Unavailable
from deploy.demo.hospital import Hospital, generate
from deploy.demo.hospital.corp import as_wecom
from deploy.demo.hospital.extras import as_extras

PATIENCE = 20.0

TEMPLATE = """# 试用环境的部署文件，由 qingban demo 写出。正式部署的样例见 deploy/config/。
data_dir = "."
origin = "http://localhost:{port}"
keys_dir = "keys"
plugins_dir = "plugins"
visitors_per_address = {phones}

[wecom]
corpid = "{corpid}"
agentid = {agentid}
secret = "{secret}"
contacts_secret = "{contacts_secret}"
callback_token = "{token}"
callback_aes_key = "{aes_key}"
api_base = "http://localhost:{simulator_port}/cgi-bin/"
authorize_url = "http://localhost:{simulator_port}/connect/oauth2/authorize"
login_url = "http://localhost:{simulator_port}/wwlogin/sso/login"
"""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial on this machine."""

    var: Path
    """Where its data lives."""
    port: int
    """Port of Qingban."""
    simulator_port: int
    """Port of the simulated WeCom."""
    phone_ports: list[int]
    """Ports of the simulated phones."""

    def run(self) -> None:
        """Set up what is missing, start everything, stop on Ctrl-C.

        Raises:
            Unavailable: A port is taken; the sentence says which.
        """
        os.umask(0o077)
        self._check_ports()
        hospital = generate()
        config = self._config(hospital)
        simulator = self._simulator()
        programs = [simulator, supervisor.web("127.0.0.1", self.port, 2), supervisor.worker()]
        supervisor.run(programs, before=lambda: self._load(config, hospital), ready=self._greet)

    def _check_ports(self) -> None:
        for port in (self.port, self.simulator_port, *self.phone_ports):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise Unavailable(
                        f"端口 {port} 被占用。关掉占用它的程序，或换端口：make run PORT=… SIM_PORT=…"
                    ) from None

    def _config(self, hospital: Hospital) -> Config:
        self.var.mkdir(parents=True, exist_ok=True)
        (self.var / "plugins").mkdir(exist_ok=True)
        agent = self._corp(hospital)["agents"][0]
        text = TEMPLATE.format(
            port=self.port,
            simulator_port=self.simulator_port,
            phones=max(len(self.phone_ports), 1),
            corpid=self._corp(hospital)["corpid"],
            contacts_secret=self._corp(hospital)["contacts_secret"],
            agentid=agent["agentid"],
            secret=agent["secret"],
            token=agent["callback"]["token"],
            aes_key=agent["callback"]["aes_key"],
        )
        path = self.var / "qingban.toml"
        path.write_text(text, "utf-8")
        os.environ["QINGBAN_CONFIG"] = str(path.resolve())
        make_keys(self.var / "keys")
        return from_table(tomllib.loads(text), base=self.var.resolve())

    def _corp(self, hospital: Hospital) -> dict[str, Any]:
        return as_wecom(hospital, qingban_url=self.address, simulator_url=self.simulator_address)

    @property
    def address(self) -> str:
        """Where Qingban answers."""
        return f"http://localhost:{self.port}"

    @property
    def simulator_address(self) -> str:
        """Where the simulated WeCom answers."""
        return f"http://localhost:{self.simulator_port}"

    def _simulator(self) -> Program:
        return Program(
            name="simulator",
            command=(
                sys.executable, "-m", "core.cli", "simulator", "--port", str(self.simulator_port),
                "--phone-ports", ",".join(map(str, self.phone_ports)), "--qingban", self.address,
                "--state", str(self.var / "wecom.db"),
            ),
        )  # fmt: skip

    def _load(self, config: Config, hospital: Hospital) -> None:
        running = platform.start(config)
        upgrade(running.migrations)
        if not Person.select().exists():
            click.echo("第一次启动：从模拟企业微信同步 2,900 人的通讯录…")
            _wait_for(f"{self.simulator_address}/cgi-bin/gettoken")
            sync_now({})
            self._set_up(running, hospital)
        database.close()

    def _set_up(self, running: platform.Platform, hospital: Hospital) -> None:
        wanted = as_extras(hospital)
        # Plugins are switched on by the platform, which tells them; here only the sites are made.
        extras.load_extras({**wanted, "sites": [{**one, "plugins": []} for one in wanted["sites"]]})
        for one in wanted["sites"]:
            site = sites.get(one["slug"])
            for name in one["plugins"]:
                if name in running.registry.plugins:
                    running.enable(site, name, by=system(site))

    def _greet(self) -> None:
        _wait_for(f"{self.address}/-/health")
        _wait_for(f"{self.simulator_address}/cgi-bin/gettoken")
        click.echo(
            f"\n  轻办已就绪。打开  {self.simulator_address}  ，用两部模拟手机走一遍请假。\n  停止：Ctrl-C\n"
        )


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise Unavailable(f"{url} 没有在 {PATIENCE:.0f} 秒内应答，请看上面的日志")
