"""Callbacks are sealed, retried, doubled and shuffled as asked."""

from deploy.demo.simulator.crypt import Crypt
from tests.deploy.simulator.builders import AES_KEY, TOKEN
from tests.deploy.simulator.conftest import Running

RECEIVER = "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
PLAIN = "1616140317555161061"


def test_crypto_agrees_with_the_official_vector() -> None:
    crypt = Crypt(TOKEN, AES_KEY, RECEIVER)

    assert crypt.sign("1409659589", "263014780", ECHO) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert crypt.decrypt(ECHO) == PLAIN
    assert crypt.encrypt(PLAIN, bytes.fromhex("c41b64491c2468d0".ljust(32, "0"))) != ECHO
    assert crypt.decrypt(crypt.encrypt("中文 ✓")) == "中文 ✓"


def test_the_address_is_verified_by_its_echo(sim: Running) -> None:
    assert sim.api.hook("verify-callback", {})["verified"] is True


def test_contact_changes_are_told(sim: Running) -> None:
    sim.contacts.post("user/update", {"userid": "n001", "position": "主管护师"})
    sim.api.hook("wait")

    [event] = sim.qingban.events
    assert "<![CDATA[update_user]]>" in event
    assert "<Position><![CDATA[主管护师]]></Position>" in event


def results(sim: Running) -> list[object]:
    """Return the results of callbacks in the order of their attempts."""
    return [one["result"] for one in sim.api.hook("log")["log"] if one["kind"] == "callback"][::-1]


def write(sim: Running, *texts: str) -> None:
    """Let a nurse write to the app and wait for the callbacks."""
    for text in texts:
        sim.api.hook("write", {"userid": "n001", "text": text})
    sim.api.hook("wait")


def test_a_refused_callback_is_tried_three_times_when_asked(sim: Running) -> None:
    sim.qingban.status = "500 Oops"
    write(sim, "一")
    assert results(sim) == [500]
    sim.api.hook("faults", {"callbacks_retry_status": True})
    write(sim, "二")

    assert results(sim)[1:] == [500, 500, 500]


def test_an_unreachable_app_is_tried_three_times(sim: Running) -> None:
    sim.app.world.state.corp["agents"][0]["callback"]["url"] = "http://127.0.0.1:9/none"
    write(sim, "一")

    assert results(sim) == ["URLError"] * 3


def test_callbacks_can_be_doubled_and_lost(sim: Running) -> None:
    sim.api.hook("faults", {"callbacks_double": True})
    write(sim, "一")
    assert len(sim.qingban.events) == 2
    sim.api.hook("faults", {"callbacks_off": True})
    write(sim, "二")

    assert len(sim.qingban.events) == 2


def test_callbacks_can_change_their_order(sim: Running) -> None:
    sim.api.hook("faults", {"callbacks_shuffle": True})
    write(sim, "一", "二")

    assert ["二" in one for one in sim.qingban.events] == [True, False]


def test_a_text_reply_appears_in_the_chat(sim: Running) -> None:
    sim.qingban.reply = "<xml><MsgType>text</MsgType><Content>收到</Content></xml>"
    write(sim, "在吗")

    messages = sim.api.hook("messages", userid="n001")["messages"]
    assert [one.get("mine") or one["body"]["content"] for one in messages] == ["在吗", "收到"]
