"""Messages reach who they should, within limits; cards change as they are answered."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from deploy.demo.simulator.cards import from_xml
from tests.deploy.simulator.builders import AGENT, CORPID, make_card
from tests.deploy.simulator.conftest import Running


def send(sim: Running, to: str = "n001", kind: str = "text", part: Any = None, **more: Any) -> dict[str, Any]:
    """Send a message, a text when nothing else is asked."""
    body = {"touser": to, "agentid": AGENT, "msgtype": kind, kind: part or {"content": "你好"}, **more}
    return sim.api.post("message/send", body)


def inbox(sim: Running, userid: str = "n001") -> list[dict[str, Any]]:
    """Return what a member sees."""
    return sim.api.hook("messages", userid=userid)["messages"]


def send_card(sim: Running, to: str = "h001", **card: Any) -> dict[str, Any]:
    """Send a card with two buttons."""
    return send(sim, to, "template_card", make_card(**card))


def test_bad_receivers_are_listed_in_lower_case_and_the_rest_gets_it(sim: Running) -> None:
    answer = send(sim, "n001|Ghost|x002|O001", toparty="30|777", totag="1|99")

    assert (answer["invaliduser"], answer["invalidparty"], answer["invalidtag"]) == (
        "ghost|x002|o001",
        "777",
        "99",
    )
    assert len(inbox(sim)) == len(inbox(sim, "p001")) == 1
    assert inbox(sim, "o001") == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"touser": "ghost"}, 81013),
        ({"touser": ""}, 81012),
        ({"touser": "|".join(f"u{n}" for n in range(1001))}, 40032),
        ({"toparty": "|".join(map(str, range(101))), "touser": ""}, 82002),
        ({"agentid": 1000009}, 301002),
        ({"agentid": ""}, 41011),
        ({"msgtype": "song"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"msgtype": "markdown", "markdown": {"content": "字" * 700}}, 45002),
        ({"msgtype": "textcard", "textcard": {"title": "t", "description": "d", "url": "x.cn"}}, 45034),
        ({"msgtype": "textcard", "textcard": {"title": "t", "description": "d"}}, 41010),
        ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": "http://x"}] * 9}}, 45008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "textcard", "textcard": {"title": "t"}, "safe": 1}, 40074),
    ],
)
def test_messages_outside_the_limits_are_refused(sim: Running, body: dict[str, Any], code: int) -> None:
    whole = {"touser": "n001", "agentid": AGENT, "msgtype": "text", "text": {"content": "x"}, **body}

    assert sim.api.post("message/send", whole)["errcode"] == code
    assert inbox(sim) == []


def test_long_text_is_cut_at_a_whole_character(sim: Running) -> None:
    send(sim, part={"content": "字" * 700})

    assert inbox(sim)[0]["body"]["content"] == "字" * 682


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"card_type": "poem"}, 42031),
        ({"task_id": "有中文"}, 42014),
        ({"main_title": {}}, 42033),
        ({"horizontal_content_list": [{"keyname": "a", "value": "b"}] * 7}, 42035),
        ({"button_list": [{"text": "", "key": "a"}]}, 42038),
        ({"button_list": [{"text": "a", "key": "k"}, {"text": "b", "key": "k"}]}, 42039),
        ({"action_menu": {"action_list": [{"text": "a", "key": "k"}, {"text": "b", "key": "k"}]}}, 42051),
        ({"card_action": {"type": 1, "url": "no"}}, 42045),
        ({"button_selection": {"question_key": "q", "option_list": []}}, 42037),
        ({"card_type": "vote_interaction", "checkbox": {"option_list": []}}, 42043),
        ({"card_type": "multiple_interaction", "select_list": []}, 42047),
        ({"card_type": "news_notice", "card_action": {"type": 1, "url": "http://x"}}, 42044),
        ({"card_type": "text_notice"}, 42045),
    ],
)
def test_card_fields_are_checked(sim: Running, change: dict[str, Any], code: int) -> None:
    assert send_card(sim, **change)["errcode"] == code


def test_a_task_id_is_used_once_per_app(sim: Running) -> None:
    assert send_card(sim)["errcode"] == 0
    assert send_card(sim)["errcode"] == 42014


def test_more_than_thirty_a_minute_are_dropped_in_silence(sim: Running) -> None:
    answers = [send(sim, part={"content": str(n)})["errcode"] for n in range(33)]

    assert (set(answers), len(inbox(sim))) == ({0}, 30)
    sim.api.hook("clock", {"advance": 61})
    send(sim)
    assert len(inbox(sim)) == 31


def test_duplicate_check_delivers_the_same_request_once(sim: Running) -> None:
    first = send(sim, enable_duplicate_check=1)
    second = send(sim, enable_duplicate_check=1)

    assert first == second
    assert len(inbox(sim)) == 1
    [effect] = sim.api.hook("ledger")["effects"].values()
    assert effect == {"delivered": {"n001": 1}, "dropped": {}, "duplicates": 1, "sends": 1}


def test_recall_works_for_a_day(sim: Running) -> None:
    first, second = send(sim)["msgid"], send(sim, part={"content": "二"})["msgid"]
    assert sim.api.post("message/recall", {"msgid": first})["errcode"] == 0
    sim.api.hook("clock", {"advance": 86401})
    sim.api.token = ""

    assert sim.api.post("message/recall", {"msgid": second})["errcode"] == 42052
    assert [one["recalled"] for one in inbox(sim)] == [True, False]


def test_a_response_code_updates_a_card_once(sim: Running) -> None:
    code = send_card(sim, "n001|h001")["response_code"]
    update = {
        "agentid": AGENT,
        "userids": ["H001", "ghost"],
        "response_code": code,
        "button": {"replace_name": "已同意"},
    }

    assert sim.api.post("message/update_template_card", update)["invaliduser"] == ["ghost"]
    assert sim.api.post("message/update_template_card", update)["errcode"] == 60140
    assert (inbox(sim, "h001")[0]["replaced"], inbox(sim)[0]["replaced"]) == ("已同意", "")


def test_a_response_code_dies_after_three_days(sim: Running) -> None:
    code = send_card(sim)["response_code"]
    sim.api.hook("clock", {"advance": 72 * 3600 + 1})
    sim.api.token = ""

    body = {"agentid": AGENT, "atall": 1, "response_code": code, "button": {"replace_name": "x"}}
    assert sim.api.post("message/update_template_card", body)["errcode"] == 60140


def test_only_clickable_cards_get_a_response_code(sim: Running) -> None:
    plain = {
        "card_type": "text_notice",
        "main_title": {"title": "t"},
        "card_action": {"type": 1, "url": "http://x"},
    }
    menu = {"action_menu": {"action_list": [{"text": "a", "key": "k"}]}, "task_id": "menu-1"}

    assert "response_code" not in send(sim, "n001", "template_card", plain)
    assert "response_code" in send(sim, "n001", "template_card", plain | menu)


def test_a_click_reaches_the_app_with_a_fresh_code(sim: Running) -> None:
    first = send_card(sim)["response_code"]
    click = sim.api.hook("click", {"userid": "h001", "task_id": "leave-1", "key": "approve"})
    sim.api.hook("wait")

    [event] = sim.qingban.events
    root = ElementTree.fromstring(event)
    fields = {one.tag: one.text for one in root}
    assert (fields["Event"], fields["EventKey"], fields["TaskId"]) == (
        "template_card_event",
        "approve",
        "leave-1",
    )
    assert (fields["FromUserName"], fields["ToUserName"], fields["AgentID"]) == ("h001", CORPID, str(AGENT))
    assert fields["ResponseCode"] == click["response_code"] != first
    for code in (first, click["response_code"]):
        body = {
            "agentid": AGENT,
            "userids": ["h001"],
            "response_code": code,
            "button": {"replace_name": "已同意"},
        }
        assert sim.api.post("message/update_template_card", body)["errcode"] == 0


def test_a_vote_sends_what_was_chosen(sim: Running) -> None:
    options = [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]
    card = {
        "card_type": "vote_interaction",
        "task_id": "vote",
        "main_title": {"title": "投票"},
        "checkbox": {"question_key": "q", "mode": 1, "option_list": options},
        "submit_button": {"text": "提交", "key": "go"},
    }
    send(sim, "n001", "template_card", card)
    sim.api.hook("click", {"userid": "n001", "key": "go", "selected": {"q": ["a", "b"]}})
    sim.api.hook("wait")

    [item] = ElementTree.fromstring(sim.qingban.events[0]).iter("SelectedItem")
    assert (item.findtext("QuestionKey"), [one.text for one in item.iter("OptionId")]) == ("q", ["a", "b"])


def test_a_menu_click_is_an_event_of_its_own(sim: Running) -> None:
    send_card(sim, action_menu={"action_list": [{"text": "静音", "key": "mute"}]})
    sim.api.hook("click", {"userid": "h001", "key": "mute"})
    sim.api.hook("wait")

    assert "<![CDATA[template_card_menu_event]]>" in sim.qingban.events[0]


def test_a_passive_reply_changes_the_card_and_kills_the_buttons(sim: Running) -> None:
    send_card(sim)
    sim.qingban.reply = (
        "<xml><MsgType>update_button</MsgType><Button><ReplaceName>已同意</ReplaceName></Button></xml>"
    )
    sim.api.hook("click", {"userid": "h001", "key": "approve"})
    sim.api.hook("wait")

    assert inbox(sim, "h001")[0]["replaced"] == "已同意"
    assert sim.api.hook("click", {"userid": "h001", "key": "reject"})["error"] == 42018


def test_a_passive_reply_may_bring_a_whole_card() -> None:
    xml = (
        "<TemplateCard><CardType>text_notice</CardType><MainTitle><Title>已办</Title></MainTitle>"
        "<HorizontalContentList><KeyName>一</KeyName><Value>1</Value></HorizontalContentList>"
        "<HorizontalContentList><KeyName>二</KeyName><Value>2</Value></HorizontalContentList>"
        "<CheckBox><QuestionKey>q</QuestionKey><Disable>true</Disable></CheckBox></TemplateCard>"
    )

    assert from_xml(ElementTree.fromstring(xml)) == {
        "card_type": "text_notice",
        "main_title": {"title": "已办"},
        "horizontal_content_list": [{"keyname": "一", "value": "1"}, {"keyname": "二", "value": "2"}],
        "checkbox": {"question_key": "q", "disable": True},
    }
