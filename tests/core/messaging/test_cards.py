"""Cards keep within the lengths WeCom shows."""

from core.messaging import cards


def test_long_words_end_with_an_ellipsis():
    assert [cards.clip("请假  申请\n单", 10), cards.clip("一二三四五六", 5)] == ["请假 申请 单", "一二三四…"]


def test_a_card_with_buttons_is_within_all_lengths():
    long = "很长的文字" * 40
    card = cards.with_buttons(
        long,
        url="https://h.cn/1",
        desc=long,
        text=long,
        facts=[(long, long)] * 9,
        buttons=[("approve", long), ("reject", "驳回", 2)] * 4,
        source=long,
    )

    assert {name: len(value) for name, value in card["main_title"].items()} == {"title": 36, "desc": 44}
    assert (len(card["sub_title_text"]), len(card["source"]["desc"])) == (160, 20)
    assert [(len(fact["keyname"]), len(fact["value"])) for fact in card["horizontal_content_list"]] == [
        (5, 30)
    ] * 6
    assert [(button["style"], len(button["text"])) for button in card["button_list"]] == [(1, 10), (2, 2)] * 3


def test_a_notice_leads_somewhere():
    assert cards.notice("标题", url="https://h.cn/1", jumps=[("更多", "https://h.cn/2")]) == {
        "card_type": "text_notice",
        "source": {"desc": "轻办", "desc_color": 0},
        "main_title": {"title": "标题"},
        "card_action": {"type": 1, "url": "https://h.cn/1"},
        "jump_list": [{"type": 1, "title": "更多", "url": "https://h.cn/2"}],
    }


def test_a_settled_card_keeps_its_heading_and_loses_its_buttons():
    card = cards.with_buttons("请假", desc="护士甲", url="https://h.cn/1", buttons=[("approve", "同意")])

    assert cards.settled(card, "已撤回") == cards.notice(
        "请假", desc="护士甲", url="https://h.cn/1", text="已撤回"
    )
