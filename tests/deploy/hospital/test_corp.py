"""The hospital as a WeCom corporation obeys WeCom's rules."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from deploy.demo.hospital import Hospital, generate
from deploy.demo.hospital.corp import as_wecom


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return generate()


@pytest.fixture(scope="module")
def corp(hospital: Hospital) -> dict[str, Any]:
    return describe(hospital)


def describe(hospital: Hospital) -> dict[str, Any]:
    return as_wecom(hospital, qingban_url="http://127.0.0.1:8700/", simulator_url="http://127.0.0.1:8800")


def digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def attributes(user: dict[str, Any]) -> dict[str, str]:
    return {attr["name"]: attr["text"]["value"] for attr in user["extattr"]["attrs"]}


def test_description_is_the_same_every_time(corp: dict[str, Any]) -> None:
    assert digest(corp) == digest(describe(generate()))


def test_addresses_lead_to_qingban_and_the_simulator(corp: dict[str, Any]) -> None:
    (agent,) = corp["agents"]

    assert corp["api_base"] == "http://127.0.0.1:8800/cgi-bin/"
    assert agent["home_url"] == "http://127.0.0.1:8700/"
    assert agent["redirect_domains"] == ["127.0.0.1:8700"]
    assert agent["callback"]["url"] == "http://127.0.0.1:8700/wecom/callback"
    assert agent["allow_departments"] == [1]


def test_secrets_have_the_shape_wecom_wants(corp: dict[str, Any]) -> None:
    callback = corp["agents"][0]["callback"]

    assert len(corp["contacts_secret"]) == len(corp["agents"][0]["secret"]) == 43
    assert re.fullmatch(r"[0-9A-Za-z]{1,32}", callback["token"])
    assert re.fullmatch(r"[0-9A-Za-z]{43}", callback["aes_key"])
    key = base64.b64decode(callback["aes_key"] + "=")
    assert len(key) == 32
    assert base64.b64encode(key).decode() == callback["aes_key"] + "="


def test_department_names_are_allowed(corp: dict[str, Any]) -> None:
    names = [department["name"] for department in corp["departments"]]

    assert [name for name in names if not re.fullmatch(r'[^\\:*?"<>｜|]{1,32}', name)] == []


def test_members_keep_to_the_limits_of_wecom(corp: dict[str, Any]) -> None:
    for user in corp["users"]:
        assert re.fullmatch(r"[0-9A-Za-z]{1,64}", user["userid"])
        assert 2 <= len(user["name"]) <= 64
        assert re.fullmatch(r"19900\d{6}", user["mobile"])
        assert user["gender"] in ("1", "2")
        assert len(user["direct_leader"]) <= 5
        assert len(user["position"]) <= 128


def test_userids_differ_even_without_case(corp: dict[str, Any]) -> None:
    assert len({user["userid"].lower() for user in corp["users"]}) == 2_900


def test_flags_and_orders_match_the_departments(corp: dict[str, Any]) -> None:
    known = {department["id"] for department in corp["departments"]}

    for user in corp["users"]:
        assert len(user["department"]) == len(user["is_leader_in_dept"]) == len(user["order"])
        assert user["main_department"] in user["department"]
        assert set(user["department"]) <= known


def test_leaders_of_departments_agree_with_flags_of_members(corp: dict[str, Any]) -> None:
    listed = {(d["id"], leader) for d in corp["departments"] for leader in d["department_leader"]}
    flagged = {
        (department, user["userid"])
        for user in corp["users"]
        for department, leads in zip(user["department"], user["is_leader_in_dept"], strict=True)
        if leads
    }

    assert listed == flagged


def test_only_disabled_members_may_not_enter(corp: dict[str, Any]) -> None:
    assert {(user["status"], user["enable"]) for user in corp["users"]} == {(1, 1), (2, 0), (4, 1), (5, 1)}


def test_attributes_tell_post_line_and_rank(corp: dict[str, Any]) -> None:
    heads = {user["userid"]: attributes(user) for user in corp["users"] if user["position"] == "科主任"}
    nurse = next(attributes(user) for user in corp["users"] if user["position"] == "护士")

    assert {head["岗位类别"] for head in heads.values()} == {"中层干部"}
    assert list(nurse) == ["工号", "岗位", "岗位类别", "职称", "条线"]
    assert (nurse["岗位"], nurse["岗位类别"], nurse["条线"]) == ("护士", "专业技术", "护理线")


def test_staff_numbers_are_a_letter_and_four_digits(corp: dict[str, Any]) -> None:
    assert all(re.fullmatch(r"[ABC]\d{4}", attributes(user)["工号"]) for user in corp["users"])


def test_tags_name_the_roles_and_have_active_members(hospital: Hospital, corp: dict[str, Any]) -> None:
    active = {person.userid for person in hospital.active}

    assert len({tag["tagname"] for tag in corp["tags"]}) == len(corp["tags"]) == 35
    assert all(tag["userlist"] and set(tag["userlist"]) <= active for tag in corp["tags"])
