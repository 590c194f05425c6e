"""The directory from the simulated WeCom: a hospital of 2,900 people, and pages that fail."""

from collections.abc import Iterator
from typing import Any

import falcon
import pytest

from core.config import Config, WeComConfig
from core.directory import extras, jobs, sync
from core.directory.lookup import departments, lines, people, roles
from core.directory.models import Department, Person, SyncRun
from core.directory.wecom_source import WECOM, fetch
from core.messaging import wecom
from core.messaging.wecom import WeComAway, WeComRefused
from deploy.demo.hospital import Hospital, generate
from deploy.demo.hospital.corp import as_wecom
from deploy.demo.hospital.extras import as_extras
from deploy.demo.simulator.server import create_app
from tests.core.messaging.wecom_server import serving

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return generate()


def small_corp() -> dict[str, Any]:
    return {
        "corpid": "ww-small",
        "name": "卫生院",
        "contacts_secret": "c" * 43,
        "agents": [{"agentid": 7, "secret": "s" * 43, "name": "轻办", "allow_departments": [1]}],
        "departments": [
            {"id": 1, "name": "卫生院", "parentid": 0, "order": 1, "department_leader": ["u1"]},
            {"id": 2, "name": "内科", "parentid": 1, "order": 1, "department_leader": ["u2"]},
            {"id": 3, "name": "外科", "parentid": 1, "order": 2, "department_leader": []},
        ],
        "users": [member(f"u{number}", 1 + number % 3) for number in range(1, 7)],
        "tags": [],
    }


def member(userid: str, department: int, **facts: Any) -> dict[str, Any]:
    values = {
        "工号": userid.upper(),
        "岗位": "护士",
        "岗位类别": "专业技术",
        "职称": "护师",
        "条线": "护理线",
    }
    attrs = [{"type": 0, "name": name, "text": {"value": value}} for name, value in values.items()]
    return {
        "userid": userid,
        "name": f"王{userid}",
        "department": [department],
        "order": [0],
        "is_leader_in_dept": [0],
        "direct_leader": ["u1"],
        "main_department": department,
        "position": "",
        "status": 1,
        "enable": 1,
        "extattr": {"attrs": attrs},
        **facts,
    }


@pytest.fixture
def world() -> falcon.App:
    return create_app(small_corp()).world


def make_config(corp: dict[str, Any], address: str) -> Config:
    agent = corp["agents"][0]
    settings = WeComConfig(
        corpid=corp["corpid"],
        agentid=agent["agentid"],
        secret=agent["secret"],
        contacts_secret=corp["contacts_secret"],
        api_base=f"{address}/cgi-bin/",
    )
    return Config(data_dir=None, database_url="", origin="", keys_dir=None, wecom=settings)


@pytest.fixture
def small() -> Iterator[tuple[Any, Config]]:
    app = create_app(small_corp())
    with serving(app) as address:
        yield app.world, make_config(small_corp(), address)


def test_members_come_with_their_attributes(small: tuple[Any, Config]) -> None:
    sync.run(small[1], [WECOM])

    person = people.by_userid("u1")
    assert (person.name, person.staff_no, person.position, person.post) == ("王u1", "U1", "护士", "专业技术")
    assert (person.title, person.line, person.superior_userid) == ("护师", "护理线", "u1")
    assert departments.heads(2) == [people.by_userid("u2").id]


@pytest.mark.parametrize("call", ["department/simplelist", "department/list", "user/list_id", "user/list"])
def test_a_page_that_fails_leaves_everything_as_it_was(call: str, small: tuple[Any, Config]) -> None:
    world, config = small
    sync.run(config, [WECOM])
    with world.state.lock:
        del world.state.users["u6"]
    before = list(Person.select().order_by(Person.id).tuples())

    world.faults.plan(code=60020, path=call)
    with pytest.raises(WeComRefused):
        sync.run(config, [WECOM])

    assert list(Person.select().order_by(Person.id).tuples()) == before
    assert SyncRun.select().order_by(SyncRun.id.desc()).first().state == "failed"
    sync.run(config, [WECOM])
    assert people.by_userid("u6").status == "left"


def test_html_instead_of_json_means_away(small: tuple[Any, Config]) -> None:
    world, config = small
    world.faults.change({"html": True})

    with pytest.raises(WeComAway):
        fetch(config)


def test_who_is_outside_the_apps_sight_is_reported_and_kept(small: tuple[Any, Config]) -> None:
    world, config = small
    sync.run(config, [WECOM])
    with world.state.lock:
        world.state.corp["agents"][0]["allow_departments"] = [2]

    record = sync.run(config, [WECOM])

    assert record.state == "done"
    assert {row["about"] for row in record.refused} >= {"user:u2", "department:3"}
    assert people.by_userid("u2").status == "active"
    assert departments.get(3).name == "外科"


def test_one_person_is_read_again_without_waiting_for_the_night(small: tuple[Any, Config]) -> None:
    world, config = small
    jobs.install(config)
    jobs.sync_now({})
    with world.state.lock:
        world.state.users["u3"]["name"] = "王改名"
        del world.state.users["u6"]

    for userid in ("u3", "u6", "stranger"):
        jobs.reread({"userid": userid})

    assert people.by_userid("u3").name == "王改名"
    assert people.by_userid("u6").status == "left"
    assert people.by_userid("stranger") is None


def test_a_hospital_of_2900_people_loads_and_a_second_run_finds_nothing_new(hospital: Hospital) -> None:
    corp = as_wecom(hospital, qingban_url="http://localhost:8700", simulator_url="http://localhost:8800")
    with serving(create_app(corp)) as address:
        config = make_config(corp, address)
        first = sync.run(config, [WECOM])
        second = sync.run(config, [WECOM])

    missing = extras.load_extras(as_extras(hospital))

    present = [person for person in hospital.people if person.status != 5]
    assert (first.state, first.counts["added"], first.refused) == ("done", len(present), [])
    assert (second.counts["added"], second.counts["changed"], second.counts["removed"]) == (0, 0, 0)
    assert Department.select().count() == len(hospital.departments)
    assert missing == []
    check_lookups(hospital)


def check_lookups(hospital: Hospital) -> None:
    ward = next(d for d in hospital.departments if d.kind == "ward")
    nurse = next(
        p for p in hospital.active if p.main_department == ward.id and p.line == "护理线" and not p.leads
    )
    person = people.by_userid(nurse.userid)
    assert people.search(person.staff_no)[0].id == person.id
    assert len(departments.chain(ward.id, starter=person.id)) >= 2
    assert len(lines.heads("护理线", ward.id)) >= 2
    assert departments.with_code("hr").name == "人事科"
    assert any(roles.members(slug, ward.id) for slug, _ in roles.titles())


def test_clients_are_kept_per_address(small: tuple[Any, Config]) -> None:
    assert wecom.client(small[1]) is wecom.client(small[1].wecom)
