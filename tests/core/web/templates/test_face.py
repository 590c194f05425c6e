"""The pages of the house in a real browser: readable by everyone, at every size, under the strict policy."""

import pytest

from tests.core.web.templates.kitchen import serving
from tests.support.access import problems
from tests.support.browser import overflow

pytestmark = pytest.mark.journey

PHONE_PAGES = ["home", "todo", "batch", "detail", "form", "me", "login", "error"]
DESK_PAGES = ["plugins", "matrix", "plugin", "sites", "roles", "audit", "sync", "jobs"]
LOOKS = [("light", "", 390), ("light", "xl", 320), ("dark", "", 320), ("dark", "xl", 390)]
"""Any two of theme, size and width meet once; contrast does not depend on width, nor layout on the theme."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the samples are served."""
    with serving(tmp_path_factory.mktemp("static")) as base:
        yield base


@pytest.mark.parametrize(("theme", "size", "width"), LOOKS)
def test_phone_pages_can_be_used_by_everyone(phone, address, theme, size, width):
    page = phone(viewport={"width": width, "height": 640 if width == 320 else 844}, reduced_motion="reduce")

    found = {}
    for name in PHONE_PAGES:
        page.goto(f"{address}/{name}?theme={theme}&size={size}")
        found[name] = problems(page)

    assert found == {name: [] for name in PHONE_PAGES}


@pytest.mark.parametrize(
    ("theme", "names"), [("light", DESK_PAGES), ("dark", ["plugins", "plugin", "roles"])]
)
def test_admin_pages_can_be_used_by_everyone(desktop, address, theme, names):
    page = desktop(reduced_motion="reduce")

    found = {}
    for name in names:
        page.goto(f"{address}/{name}?theme={theme}")
        found[name] = problems(page)

    assert found == {name: [] for name in names}


def test_admin_pages_fit_a_phone(phone, address):
    page = phone()

    found = {}
    for name in DESK_PAGES:
        page.goto(f"{address}/{name}")
        found[name] = overflow(page)

    assert found == dict.fromkeys(DESK_PAGES, 0)


def test_open_sheet_can_be_used_by_everyone(phone, address):
    page = phone(reduced_motion="reduce")
    page.goto(f"{address}/detail")

    page.locator("[data-sheet=approve]").click()
    page.get_by_role("button", name="已阅，同意").click()

    assert page.get_by_label("审批意见（选填）").input_value() == "已阅，同意"
    assert problems(page) == []


def test_sheet_closes_by_escape_and_gives_the_focus_back(phone, address):
    page = phone()
    page.goto(f"{address}/detail")

    page.locator("[data-sheet=reject]").click()
    page.wait_for_selector("#reject[open]")
    page.keyboard.press("Escape")

    assert page.locator("#reject[open]").count() == 0
    assert page.evaluate("document.activeElement.dataset.sheet") == "reject"


def test_decision_replaces_the_part_and_says_what_happened(phone, address):
    page = phone()
    page.goto(f"{address}/detail")

    page.locator("[data-sheet=approve]").click()
    page.get_by_role("button", name="确认同意").click()

    toast = page.locator("[data-status] .qb-toast")
    toast.wait_for()
    assert toast.inner_text().split("\n") == ["已同意", "撤销", "下一条（还有 6 条）"]
    assert page.locator("dialog[open]").count() == 0


def test_second_submit_is_dropped(phone, address):
    page = phone()
    page.goto(f"{address}/detail")
    posts = []
    page.on(
        "request",
        lambda request: posts.append(request.headers["x-qb-csrf"]) if request.method == "POST" else None,
    )
    page.route("**/act", lambda route: (page.wait_for_timeout(200), route.continue_()))

    page.locator("[data-sheet=approve]").click()
    page.evaluate(
        "() => { for (const _ of 'abc') document.querySelector('#approve [type=submit]').click(); }"
    )
    page.locator("[data-status] .qb-toast").wait_for()

    assert posts == ["token"]


def test_lost_network_keeps_the_words_and_retries_the_same_request(phone, address):
    page = phone(allow=["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to fetch"])
    page.goto(f"{address}/detail")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)

    page.locator("[data-sheet=approve]").click()
    page.get_by_label("审批意见（选填）").fill("按预算执行")
    page.route("**/act", lambda route: route.abort("failed"))
    page.get_by_role("button", name="确认同意").click()
    page.locator("[data-alert]", has_text="网络不稳，内容还在").wait_for()
    kept = page.get_by_label("审批意见（选填）").input_value()
    page.unroute("**/act")
    page.get_by_role("button", name="重试").click()
    page.locator("[data-status] .qb-toast").wait_for()

    assert kept == "按预算执行"
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert "request_id=R1" in sent[0]


def test_batch_counts_what_is_chosen(phone, address):
    page = phone()
    page.goto(f"{address}/batch")

    disabled = page.locator("[data-go]").is_disabled()
    page.get_by_role("button", name="全选").click()

    assert disabled
    assert page.locator("[data-go]").inner_text() == "批量同意（2）"


def test_first_error_has_the_focus_when_the_page_opens(phone, address):
    page = phone()
    page.goto(f"{address}/form")

    assert page.evaluate("document.activeElement.name") == "text"


def test_more_loads_in_place(phone, address):
    page = phone()
    page.goto(f"{address}/todo")

    with page.expect_response("**/todo?page=2"):
        page.get_by_role("link", name="更多").click()
    page.wait_for_selector("[data-part=items] article")

    assert page.url == f"{address}/todo"
    assert page.locator("[data-part=items]").count() == 1


def test_page_reads_and_posts_without_script(phone, address):
    page = phone(java_script_enabled=False)
    page.goto(f"{address}/detail")

    assert page.get_by_role("link", name="同意").get_attribute("href") == "/detail?act=approve"
    assert "每半年巡检一次" in page.locator("main").inner_text()


def test_settings_tell_what_has_changed(desktop, address):
    page = desktop()
    page.goto(f"{address}/plugin")

    before = page.locator("[data-changes]").inner_text()
    page.get_by_label("提前多久可以签到（分钟）").fill("15")

    assert (before, page.locator("[data-changes]").inner_text()) == ("没有改动", "已改 1 项")


def test_paper_shows_the_matter_and_no_bars(phone, address):
    page = phone()
    page.goto(f"{address}/detail?flash=1")

    page.emulate_media(media="print")

    gone = page.locator(".qb-bar, .qb-toast, .qb-skip")
    assert [node.is_visible() for node in gone.all()] == [False] * gone.count()
    assert page.get_by_text("同意。夜间备机确有必要。").is_visible()


def test_page_that_comes_back_refreshes_its_counters(phone, address):
    page = phone()
    page.goto(f"{address}/home")

    with page.expect_response("**/-/counts"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.locator(".qb-nav [data-count=todo]", has_text="5").wait_for()
