"""The WeCom client: tokens, patience, limits, circuit, and the calls the library lacks."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from core import clock
from core.config import WeComConfig
from core.db import atomic, connect, database
from core.errors import NotAllowed, QingbanError
from core.messaging import circuit, tokens, wecom
from core.messaging.tokens import Token
from core.messaging.wecom import WeComAway, WeComClient, WeComRefused, page_signature
from tests.core.messaging.wecom_server import ScriptedWeCom, serving

OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def far() -> ScriptedWeCom:
    return ScriptedWeCom()


@pytest.fixture
def config(far: ScriptedWeCom, tmp_path: Path) -> Iterator[WeComConfig]:
    connect(f"sqlite:///{tmp_path / 'tokens.db'}", durable=False)
    database.create_tables([Token])
    with serving(far) as address:
        yield WeComConfig(corpid="ww1", agentid=7, secret="s" * 43, api_base=f"{address}/cgi-bin/")
    database.close()


@pytest.fixture
def client(config: WeComConfig, monkeypatch: pytest.MonkeyPatch) -> WeComClient:
    monkeypatch.setattr(tokens, "GAP", timedelta(milliseconds=1))
    return new_client(config)


def new_client(config: WeComConfig) -> WeComClient:
    made = WeComClient(config)
    made.pauses_taken = []
    made.sleep = made.pauses_taken.append
    return made


def refused(code: int) -> dict[str, object]:
    return {"errcode": code, "errmsg": f"no, hint: [access_token=secret {code}]"}


# Tokens


def test_processes_share_one_token(far: ScriptedWeCom, config: WeComConfig) -> None:
    for _ in range(3):
        new_client(config).tags()

    assert far.calls == {"gettoken": 1, "tag/list": 3}


@pytest.mark.parametrize("code", [40014, 42001])
def test_a_dead_token_is_replaced_and_the_call_repeated_once(
    code: int, far: ScriptedWeCom, client: WeComClient
) -> None:
    far.plan("tag/list", refused(code), refused(code), refused(code))

    with pytest.raises(WeComAway):
        client.tags()

    assert far.calls == {"gettoken": 2, "tag/list": 2}


def test_a_token_somebody_else_stored_is_used_instead_of_fetching(
    far: ScriptedWeCom, client: WeComClient, config: WeComConfig
) -> None:
    client.tags()
    other = new_client(config)
    other.tags()
    far.spoil()
    other.tags()

    client.tags()

    assert far.calls["gettoken"] == 2


def test_a_stored_token_that_is_dead_too_is_replaced(
    far: ScriptedWeCom, client: WeComClient, config: WeComConfig
) -> None:
    client.tags()
    far.spoil()
    new_client(config).tags()
    far.spoil()

    assert client.tags() == []
    assert far.calls["gettoken"] == 3


def test_a_token_near_its_end_is_replaced(far: ScriptedWeCom, config: WeComConfig) -> None:
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        new_client(config).tags()
    with clock.frozen(datetime(2026, 1, 1, 1, 59, 30, tzinfo=UTC)):
        new_client(config).tags()

    assert far.calls["gettoken"] == 2


def test_two_fetches_keep_their_distance(
    far: ScriptedWeCom, config: WeComConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "GAP", timedelta(milliseconds=400))
    client = new_client(config)
    client.tags()
    far.spoil()
    started = clock.now()

    client.tags()

    assert clock.now() - started > timedelta(milliseconds=250)


def test_a_clock_that_was_set_back_holds_nobody_up(far: ScriptedWeCom, client: WeComClient) -> None:
    client.tags()
    with atomic():
        Token.update(tried_at=clock.now() + timedelta(days=3)).where(Token.key != "").execute()
    far.spoil()

    assert client.tags() == []


def test_a_fetcher_that_died_is_replaced(far: ScriptedWeCom, client: WeComClient) -> None:
    client.tags()
    far.spoil()
    with atomic():
        dead = clock.now() - timedelta(seconds=1)
        Token.update(claimed_until=dead, tried_at=dead).where(Token.key != "").execute()

    assert client.tags() == []


def test_many_clients_follow_a_token_that_keeps_dying(far: ScriptedWeCom, client: WeComClient) -> None:
    spoils, done, errors = 3, [0] * 6, []
    is_over = threading.Event()

    def work(number: int) -> None:
        mine = new_client(client.config)
        try:
            while not is_over.is_set():
                mine.tags()
                done[number] += 1
        except QingbanError as error:
            errors.append(error.facts)
        finally:
            database.close()

    def wait_for_all() -> None:
        before = list(done)
        while not errors and any(now < then + 2 for now, then in zip(done, before, strict=True)):
            is_over.wait(0.005)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(done))]
    for thread in threads:
        thread.start()
    for _ in range(spoils):
        wait_for_all()
        far.spoil()
    wait_for_all()
    is_over.set()
    for thread in threads:
        thread.join()

    assert errors == []
    assert far.calls["gettoken"] == spoils + 1


def test_a_wrong_secret_is_tried_once_by_all_processes(far: ScriptedWeCom, config: WeComConfig) -> None:
    far.plan("gettoken", refused(40001))

    for _ in range(3):
        with pytest.raises(WeComRefused) as caught:
            new_client(config).tags()
        assert caught.value.code == 40001

    assert far.calls == {"gettoken": 1}


def test_a_secret_refused_on_a_call_is_tried_once_more_and_then_nobody_asks(
    far: ScriptedWeCom, client: WeComClient, config: WeComConfig
) -> None:
    far.plan("tag/list", refused(40001), refused(40001))

    with pytest.raises(WeComRefused):
        client.tags()
    for other in (client, new_client(config)):
        with pytest.raises(WeComRefused):
            other.tags()

    assert far.calls == {"gettoken": 2, "tag/list": 2}


def test_after_a_while_a_mended_secret_works(far: ScriptedWeCom, config: WeComConfig) -> None:
    far.plan("gettoken", refused(40001))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.frozen(moment), pytest.raises(WeComRefused):
        new_client(config).tags()

    with clock.frozen(moment + timedelta(minutes=11)):
        assert new_client(config).tags() == []


# Patience and limits


def test_a_busy_moment_is_waited_out(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("tag/list", refused(-1), refused(45033), refused(-1))

    assert client.tags() == []
    assert all(1 <= seconds <= 3 for seconds in client.pauses_taken)
    assert far.calls["tag/list"] == 4


def test_a_long_busy_spell_is_given_up(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("tag/list", *[refused(-1)] * 9)

    with pytest.raises(WeComAway):
        client.tags()

    assert far.calls["tag/list"] == 4


def test_a_call_over_its_limit_rests_while_others_go_on(far: ScriptedWeCom, client: WeComClient) -> None:
    moment = [100.0]
    client.pauses = circuit.Pauses(timer=lambda: moment[0])
    far.plan("tag/list", refused(45009), refused(45009))

    for expected in (60, 61):
        with pytest.raises(WeComAway) as caught:
            client.tags()
        assert caught.value.retry_after == expected
    client.departments()
    assert far.calls["tag/list"] == 1

    moment[0] += 60
    with pytest.raises(WeComAway) as caught:
        client.tags()
    assert caught.value.retry_after == 3600
    moment[0] += 3600
    assert client.tags() == []
    assert far.calls["tag/list"] == 3


def test_a_refusal_carries_its_code_and_no_secret(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("user/get", refused(60111))

    with pytest.raises(WeComRefused) as caught:
        client.member("nobody")

    assert caught.value.code == 60111
    assert "secret" not in str(caught.value.facts)


@pytest.mark.parametrize(
    "content", [b"<html>502</html>", b"", b"[1]", b'{"errcode": NaN}', b'{"errcode": "x"}']
)
def test_an_answer_that_is_no_json_object_means_away(
    content: bytes, far: ScriptedWeCom, client: WeComClient
) -> None:
    far.plan("tag/list", content)

    with pytest.raises(WeComAway):
        client.tags()


def test_an_answer_above_four_mebibytes_is_cut_off(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("tag/list", b" " * (4 * 1024 * 1024 + 1))

    with pytest.raises(WeComAway) as caught:
        client.tags()

    assert caught.value.facts["reason"] == "answer_too_large"


def test_redirects_are_not_followed(far: ScriptedWeCom, client: WeComClient) -> None:
    client.tags()
    far.status, far.headers = "302 Found", {"Location": "http://127.0.0.1:9/elsewhere"}

    with pytest.raises(WeComAway):
        client.tags()


def test_proxies_of_the_environment_are_ignored(client: WeComClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert client.tags() == []


def test_nobody_home_says_so_without_the_address(config: WeComConfig) -> None:
    gone = WeComConfig(corpid="ww1", agentid=7, secret="s" * 43, api_base="http://127.0.0.1:9/cgi-bin/")

    with pytest.raises(WeComAway) as caught:
        WeComClient(gone).tags()

    assert "corpsecret" not in f"{caught.value.facts} {caught.value.__cause__}"


# Circuit


def test_the_circuit_opens_after_five_failures_and_probes_each_half_minute() -> None:
    moment = [0.0]
    way = circuit.Circuit("wecom", timer=lambda: moment[0])

    for _ in range(4):
        way.failed()
    assert way.wait() == 0
    way.failed()
    assert way.wait() == 30
    moment[0] += 30
    assert way.wait() == 0
    assert way.wait() == 30
    way.worked()
    assert way.wait() == 0


def test_an_open_circuit_calls_nobody(far: ScriptedWeCom, client: WeComClient) -> None:
    client.tags()
    far.status = "500 Oops"
    for _ in range(8):
        with pytest.raises(WeComAway):
            client.tags()

    assert far.calls["tag/list"] == 6


# Calls


def test_ids_are_read_page_by_page(far: ScriptedWeCom, client: WeComClient) -> None:
    client.tags()
    pages = [
        {**OK, "next_cursor": "2", "dept_user": [{"userid": "u1", "department": 1}]},
        {**OK, "next_cursor": "", "dept_user": [{"userid": "u2", "department": 2}]},
    ]
    far.plan("user/list_id", *pages)

    assert client.user_ids() == [("u1", 1), ("u2", 2)]
    assert orjson.loads(far.bodies["user/list_id"]) == {"cursor": "2", "limit": 10000}


def test_a_cursor_that_stands_still_is_no_endless_loop(far: ScriptedWeCom, client: WeComClient) -> None:
    page = {**OK, "next_cursor": "2", "dept_user": []}
    far.plan("user/list_id", page, page, page)

    with pytest.raises(WeComAway):
        client.user_ids()


def test_a_code_gives_the_member(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("auth/getuserinfo", {**OK, "userid": "u1"})

    assert client.user_for_code("c") == "u1"


@pytest.mark.parametrize("answer", [{"openid": "o"}, {"userid": "Corp/u1"}, {"userid": ""}])
def test_strangers_may_not_sign_in(answer: dict[str, str], far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("auth/getuserinfo", {**OK, **answer})

    with pytest.raises(NotAllowed):
        client.user_for_code("c")


def test_a_card_is_sent_in_raw_utf8_for_our_app(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("message/send", {**OK, "msgid": "m", "response_code": "rc"})

    answer = client.send_template_card("u1", {"main_title": {"title": "请假"}})

    assert answer["response_code"] == "rc"
    assert "请假".encode() in far.bodies["message/send"]
    assert orjson.loads(far.bodies["message/send"]) == {
        "touser": "u1",
        "agentid": 7,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 14_400,
        "msgtype": "template_card",
        "template_card": {"main_title": {"title": "请假"}},
    }


def test_a_card_is_updated_whole_or_in_its_button(far: ScriptedWeCom, client: WeComClient) -> None:
    client.update_template_card(["u1"], "rc", replace_name="已同意")
    button = orjson.loads(far.bodies["message/update_template_card"])
    client.update_template_card(["u1"], "rc2", {"card_type": "text_notice"})
    card = orjson.loads(far.bodies["message/update_template_card"])

    common = {"userids": ["u1"], "agentid": 7}
    assert button == {**common, "response_code": "rc", "button": {"replace_name": "已同意"}}
    assert card == {**common, "response_code": "rc2", "template_card": {"card_type": "text_notice"}}


def test_page_signatures_follow_the_official_vector() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    url = "http://mp.weixin.qq.com?params=value#hash"

    signature = page_signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url)

    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_tickets_are_fetched_once_and_kept_apart(
    far: ScriptedWeCom, client: WeComClient, config: WeComConfig
) -> None:
    far.plan("get_jsapi_ticket", {**OK, "ticket": "corp", "expires_in": 7200})
    far.plan("ticket/get", {**OK, "ticket": "agent", "expires_in": 7200})

    signed = [new_client(config).sign_page("https://h/a") for _ in range(3)]

    assert far.calls["get_jsapi_ticket"] == 1
    assert client.agent_ticket() == "agent"
    assert client.jsapi.get_jsapi_ticket() == "corp"
    first = signed[0]
    expected = page_signature("corp", first["nonceStr"], first["timestamp"], "https://h/a")
    assert (first["corpId"], first["agentId"], first["signature"]) == ("ww1", 7, expected)


def test_media_comes_with_its_chinese_name(far: ScriptedWeCom, client: WeComClient) -> None:
    client.tags()
    name = "报告.pdf".encode().decode("latin-1")
    far.headers = {"Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="{name}"'}
    far.plan("media/get", b"%PDF-1.7")

    assert client.download_media("m1") == ("报告.pdf", "application/pdf", b"%PDF-1.7")
    assert far.queries["media/get"]["media_id"] == "m1"


def test_media_that_is_gone_is_a_refusal(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("media/get/jssdk", refused(40007))

    with pytest.raises(WeComRefused) as caught:
        client.download_media("m1", voice=True)

    assert caught.value.code == 40007


def test_uploads_carry_the_raw_utf8_name(far: ScriptedWeCom, client: WeComClient) -> None:
    far.plan("media/upload", {**OK, "media_id": "m1"})

    assert client.upload_media("file", "报告.pdf", b"12345") == "m1"
    assert 'filename="报告.pdf"'.encode() in far.bodies["media/upload"]


def test_the_librarys_fixed_addresses_are_ours(client: WeComClient, config: WeComConfig) -> None:
    assert client.media.get_url("m").startswith(config.api_base)
    assert client.media.get_jssdk_url("m").startswith(config.api_base)
    assert client.oauth.authorize_url("https://h/", "s").startswith(config.authorize_url)


def test_one_client_per_secret_and_one_circuit_for_both() -> None:
    config = WeComConfig(corpid="ww1", agentid=7, secret="a", contacts_secret="b")

    assert wecom.client(config) is wecom.client(config)
    assert wecom.contacts_client(config) is not wecom.client(config)
    assert wecom.contacts_client(config).circuit is wecom.client(config).circuit
    plain = WeComConfig(corpid="ww1", agentid=7, secret="a")
    assert wecom.contacts_client(plain) is wecom.client(plain)
