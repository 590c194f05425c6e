"""Settings: declared with words, checked on the way in, secrets sealed."""

import pytest

from core import settings
from core.contributions import Setting
from core.errors import Invalid
from core.settings import SettingValue
from core.site import Site
from tests.support.plugins import sample

DECLARED = [
    Setting(key="alpha.word", type=str, default="你好", title="问候", help="送什么话"),
    Setting(key="alpha.days", type=int, default=7, title="天数", help="留几天"),
    Setting(key="alpha.loud", type=bool, default=True, title="大声", help="要不要大声"),
    Setting(key="alpha.wards", type=list, default=["一区"], title="病区", help="哪些病区"),
    Setting(key="alpha.mode", type=str, default="早", title="班次", help="哪一班", choices=("早", "晚")),
    Setting(key="alpha.size", type=int, default=1, title="大小", help="多大", choices=("1", "2")),
    Setting(
        key="alpha.days_on", type=list, default=[], title="周几", help="周几送", choices=("周一", "周二")
    ),
    Setting(key="alpha.token", type=str, default="", title="口令", help="对接口令", secret=True),
]


@pytest.fixture
def site(house_of):
    return house_of(sample("alpha", register_settings=DECLARED)).site


def test_settings_are_listed_in_the_order_they_were_declared(site):
    assert settings.declared("alpha") == DECLARED
    assert settings.declared("nobody") == []


@pytest.mark.parametrize("setting", DECLARED, ids=lambda one: one.key)
def test_the_default_counts_until_somebody_changes_it(site, setting):
    assert settings.value(site, setting.key) == setting.default


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("alpha.word", "  早安 ", "早安"),
        ("alpha.word", "", ""),
        ("alpha.word", "<b>&'\"", "<b>&'\""),
        ("alpha.days", " 30 ", 30),
        ("alpha.days", "-1", -1),
        ("alpha.days", "007", 7),
        ("alpha.loud", "1", True),
        ("alpha.loud", "on", True),
        ("alpha.loud", "", False),
        ("alpha.loud", "0", False),
        ("alpha.loud", "what", False),
        ("alpha.wards", " 一区\r\n\r\n二区 \n", ["一区", "二区"]),
        ("alpha.wards", ["一区", " 二区"], ["一区", "二区"]),
        ("alpha.wards", "", []),
        ("alpha.mode", "晚", "晚"),
        ("alpha.size", "2", 2),
        ("alpha.days_on", "周二\n周一", ["周二", "周一"]),
        ("alpha.token", "s3cret", "s3cret"),
    ],
)
def test_a_value_is_stored_as_its_type(site, key, raw, value):
    settings.store(site, key, raw, by="")

    assert settings.value(site, key) == value


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("alpha.days", ""),
        ("alpha.days", "七"),
        ("alpha.days", "1.5"),
        ("alpha.days", "1_000"),
        ("alpha.days", "１２"),
        ("alpha.days", "9" * 30),
        ("alpha.days", "9" * 5000),
        ("alpha.days", "nan"),
        ("alpha.days", None),
        ("alpha.days", True),
        ("alpha.mode", "夜"),
        ("alpha.mode", ""),
        ("alpha.size", "3"),
        ("alpha.days_on", "周一\n周日"),
        ("alpha.word", "长" * 5000),
        ("alpha.unknown", "x"),
        ("beta.word", "x"),
        ("", "x"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(site, key, raw):
    with pytest.raises(Invalid) as refusal:
        settings.store(site, key, raw, by="")

    assert list(refusal.value.fields) == [key]
    assert SettingValue.select().count() == 0


def test_changing_again_keeps_one_row(site):
    settings.store(site, "alpha.days", "1", by="甲")
    settings.store(site, "alpha.days", "2", by="乙")

    assert [(row.value, row.set_by) for row in SettingValue.select()] == [(2, "乙")]


def test_each_site_has_its_own_value(site):
    other = Site.create(slug="other", title="别处")

    settings.store(site, "alpha.days", "1", by="")

    assert (settings.value(site, "alpha.days"), settings.value(other, "alpha.days")) == (1, 7)


def test_a_secret_is_sealed_in_the_table(site):
    settings.store(site, "alpha.token", "canary-4711", by="")

    stored = SettingValue.get().value
    assert "canary" not in str(stored)
    assert settings.value(site, "alpha.token") == "canary-4711"


def test_the_same_secret_looks_different_each_time(site):
    texts = []
    for _ in range(2):
        settings.store(site, "alpha.token", "canary-4711", by="")
        texts.append(SettingValue.get().value)

    assert texts[0] != texts[1]


def test_a_sealed_value_moved_to_another_key_does_not_open(house_of):
    twin = Setting(key="alpha.other", type=str, default="", title="另一个", help="另一个", secret=True)
    site = house_of(sample("alpha", register_settings=[*DECLARED, twin])).site
    settings.store(site, "alpha.token", "canary-4711", by="")

    SettingValue.update(key="alpha.other").where(SettingValue.key == "alpha.token").execute()

    with pytest.raises(Exception, match=r".*"):
        settings.value(site, "alpha.other")


def test_asking_for_what_nobody_declared_is_a_mistake_of_ours(site):
    with pytest.raises(KeyError):
        settings.value(site, "alpha.unknown")


def test_stored_rows_are_those_of_one_plugin(site):
    settings.store(site, "alpha.days", "1", by="")
    settings.store(site, "core.help_contact", "设备科", by="")

    assert list(settings.stored(site, "alpha")) == ["alpha.days"]
