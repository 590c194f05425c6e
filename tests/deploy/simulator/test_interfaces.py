"""Tokens, contacts and media answer as the real servers do, errors included."""

import pytest
import requests

from deploy.demo.simulator.server import create_app
from deploy.demo.simulator.settings import Settings
from deploy.demo.simulator.sounds import amr
from tests.deploy.simulator.builders import AGENT, CORPID, PNG, Api, listening, make_corp
from tests.deploy.simulator.conftest import Running


def test_token_is_the_same_while_valid_and_new_after_it_expired(sim: Running) -> None:
    wanted = {"corpid": CORPID, "corpsecret": "app-secret", "access_token": ""}
    first = sim.api.get("gettoken", **wanted)
    again = sim.api.get("gettoken", **wanted)
    sim.api.hook("clock", {"advance": 7201})
    later = sim.api.get("gettoken", **wanted)

    assert first["access_token"] == again["access_token"] != later["access_token"]
    assert first["expires_in"] == 7200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"corpid": CORPID, "corpsecret": "guess"}, 40001),
        ({"corpid": "wwother", "corpsecret": "app-secret"}, 40013),
        ({"corpsecret": "app-secret"}, 41002),
        ({"corpid": CORPID}, 41004),
    ],
)
def test_wrong_credentials_are_named(sim: Running, query: dict[str, str], code: int) -> None:
    answer = requests.get(f"http://127.0.0.1:{sim.port}/cgi-bin/gettoken", params=query, timeout=5).json()

    assert answer["errcode"] == code


def test_many_wrong_secrets_block_the_address(sim: Running) -> None:
    codes = [sim.api.get("gettoken", corpid=CORPID, corpsecret="guess")["errcode"] for _ in range(21)]

    assert (codes[0], codes[-1]) == (40001, 45009)


def test_token_states_are_told_apart(sim: Running) -> None:
    assert sim.api.get("user/get", userid="n001", access_token="")["errcode"] == 41001
    assert sim.api.get("user/get", userid="n001", access_token="nonsense")["errcode"] == 40014
    sim.api.get("user/get", userid="n001")
    sim.api.hook("tokens", {"action": "expire"})
    assert sim.api.get("user/get", userid="n001")["errcode"] == 42001
    sim.api.hook("tokens", {"action": "revoke"})
    assert sim.api.get("user/get", userid="n001")["errcode"] == 40014


def test_rights_of_the_two_kinds_of_tokens_differ(sim: Running) -> None:
    assert sim.api.post("user/create", {"userid": "a"})["errcode"] == 48002
    assert sim.api.post("user/list_id", {})["errcode"] == 48002
    assert sim.contacts.get("user/get", userid="n001")["errcode"] == 48009
    assert sim.contacts.post("message/send", {"agentid": AGENT})["errcode"] == 48002


def test_visible_scope_hides_departments_and_members(sim: Running) -> None:
    assert sim.api.get("user/get", userid="o001")["errcode"] == 60011
    assert sim.api.get("department/get", id=40)["errcode"] == 60011
    assert 40 not in [one["id"] for one in sim.api.get("department/list")["department"]]
    assert 40 in [one["id"] for one in sim.contacts.get("department/simplelist")["department_id"]]


def test_ids_of_more_than_ten_thousand_rows_come_in_pages() -> None:
    with listening(1, lambda ports: create_app(make_corp(crowd=8000), Settings(port=ports[0]))) as (_, ports):
        api = Api(ports[0], "contacts-secret")
        first = api.post("user/list_id", {"cursor": "", "limit": 10000})
        second = api.post("user/list_id", {"cursor": first["next_cursor"], "limit": 10000})

    assert len(first["dept_user"]) == 10000
    assert (len(second["dept_user"]), second["next_cursor"]) == (2010, "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"userid": "N001", "name": "甲", "department": [13], "mobile": "13700000000"}, 60102),
        ({"userid": "-bad", "name": "甲", "department": [13], "mobile": "13700000000"}, 40003),
        ({"userid": "a1", "name": "", "department": [13], "mobile": "13700000000"}, 60112),
        ({"userid": "a1", "name": "甲", "department": [13]}, 60129),
        ({"userid": "a1", "name": "甲", "department": [999], "mobile": "13700000000"}, 60003),
        ({"userid": "a1", "name": "甲", "mobile": "13700000000"}, 41019),
        (
            {
                "userid": "a1",
                "name": "甲",
                "department": [13],
                "mobile": "13700000000",
                "is_leader_in_dept": [1, 0],
            },
            60132,
        ),
    ],
)
def test_member_rules_are_enforced(sim: Running, body: dict[str, object], code: int) -> None:
    assert sim.contacts.post("user/create", body)["errcode"] == code


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("department/delete", {"id": 1}, 60007),
        ("department/delete", {"id": 2}, 60006),
        ("department/delete", {"id": 31}, 60005),
        ("department/delete", {"id": 99}, 60003),
    ],
)
def test_departments_in_use_stay(sim: Running, path: str, query: dict[str, int], code: int) -> None:
    assert sim.contacts.get(path, **query)["errcode"] == code


def test_department_names_and_cycles_are_checked(sim: Running) -> None:
    assert sim.contacts.post("department/create", {"name": "心内科", "parentid": 2})["errcode"] == 60008
    assert sim.contacts.post("department/create", {"name": "a:b", "parentid": 2})["errcode"] == 60009
    assert sim.contacts.post("department/update", {"id": 12, "parentid": 14})["errcode"] == 60010


def test_batch_delete_is_all_or_nothing(sim: Running) -> None:
    assert sim.contacts.post("user/batchdelete", {"useridlist": ["n001", "nobody"]})["errcode"] == 40031
    assert sim.api.get("user/get", userid="n001")["errcode"] == 0


def test_escaped_characters_in_a_body_are_refused(sim: Running) -> None:
    sim.api.get("agent/get", agentid=AGENT)
    url = f"http://127.0.0.1:{sim.port}/cgi-bin/message/send"
    body = '{"touser":"n001","msgtype":"text","agentid":1000002,"text":{"content":"\\u4f60"}}'
    answer = requests.post(url, params={"access_token": sim.api.token}, data=body, timeout=5).json()

    assert answer["errcode"] == 40033


def test_get_where_post_is_needed_fails(sim: Running) -> None:
    assert sim.api.get("message/send")["errcode"] == 40058


def test_partly_bad_tag_changes_report_the_bad_ones(sim: Running) -> None:
    answer = sim.api.post("tag/addtagusers", {"tagid": 1, "userlist": ["d001", "Ghost"], "partylist": [777]})
    assert (answer["errcode"], answer["invalidlist"], answer["invalidparty"]) == (0, "ghost", [777])
    assert sim.api.post("tag/addtagusers", {"tagid": 1, "userlist": ["ghost"]})["errcode"] == 40070


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("image", b"GIF89a-not-allowed", 40005),
        ("image", b"\xff\xd8\xff-broken", 40123),
        ("file", b"1234", 40006),
        ("voice", b"RIFF....", 40005),
        ("voice", amr(61), 45007),
        ("video", b"not a film at all", 40005),
        ("poem", b"12345", 40004),
        ("voice", b"#!AMR\n" + bytes(2 * 1024 * 1024), 45001),
    ],
)
def test_media_of_wrong_kind_or_size_is_refused(sim: Running, kind: str, data: bytes, code: int) -> None:
    assert sim.api.upload(kind, "文件.bin", data)["errcode"] == code


def test_media_dies_after_three_days(sim: Running) -> None:
    media_id = sim.api.upload("image", "图.png", PNG)["media_id"]
    sim.api.hook("clock", {"advance": 3 * 86400 + 1})
    sim.api.token = ""

    assert sim.api.get("media/get", media_id=media_id)["errcode"] == 40007


def test_import_adds_members_and_tells_the_result(sim: Running) -> None:
    rows = "姓名,帐号,手机号,所在部门,职位\n新甲,imp1,13700000001,13;12,护士\n坏乙,imp2,,13,护士\n".encode(
        "utf-8-sig"
    )
    media_id = sim.contacts.upload("file", "人员.csv", rows)["media_id"]
    job = sim.contacts.post("batch/syncuser", {"media_id": media_id})["jobid"]

    result = sim.contacts.get("batch/getresult", jobid=job)
    assert [one["errcode"] for one in result["result"]] == [0, 60129]
    assert sim.api.get("user/get", userid="imp1")["department"] == [13, 12]


def test_faults_come_as_planned_and_go_away(sim: Running) -> None:
    sim.api.get("user/get", userid="n001")
    sim.api.hook("faults", {"code": 45009, "path": "user/get", "times": 2})

    codes = [sim.api.get("user/get", userid="n001")["errcode"] for _ in range(3)]
    assert codes == [45009, 45009, 0]
    sim.api.hook("faults", {"untrusted_ip": True})
    answer = sim.api.get("user/get", userid="n001")
    assert (answer["errcode"], "from ip: 127.0.0.1" in answer["errmsg"]) == (60020, True)


def test_state_survives_a_restart(tmp_path) -> None:
    path = str(tmp_path / "state.db")

    def make(ports: list[int]):
        return create_app(make_corp(), Settings(port=ports[0], state_path=path))

    with listening(1, make) as (app, ports):
        api = Api(ports[0])
        api.post(
            "message/send", {"touser": "n001", "agentid": AGENT, "msgtype": "text", "text": {"content": "留"}}
        )
        media_id = api.upload("image", "图.png", PNG)["media_id"]
        app.world.store.save()

    with listening(1, make) as (app, ports):
        later = Api(ports[0])
        later.token = api.token
        kept = requests.get(
            f"{later.base}/cgi-bin/media/get",
            params={"access_token": api.token, "media_id": media_id},
            timeout=5,
        )
        assert kept.content == PNG
        assert [one["body"] for one in later.hook("messages", userid="n001")["messages"]] == [
            {"content": "留"}
        ]
