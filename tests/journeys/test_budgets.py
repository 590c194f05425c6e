"""What a page may cost on a cold phone: bytes on the wire, requests, movement. No clock is asked."""

import gzip
import re
from dataclasses import dataclass, fields

import pytest

from tests.journeys import leave, signup

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]

WATCH_SHIFT = """
window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) window.shifted += entry.value;
})).observe({type: "layout-shift", buffered: true});
"""
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
PICTURE = "/-/attachments/"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What opening a page took; bytes are gzip on the wire."""

    html: int
    """The page without its inline style."""
    styles: int
    scripts: int
    total: int
    """Everything but the pictures of people."""
    requests: int
    shift: float


LIMIT = Cost(html=15_000, styles=12_000, scripts=28_000, total=45_000, requests=8, shift=0.02)


def packed(text):
    return len(gzip.compress(text.encode(), 5))


def is_counted(url):
    """Leave out pictures of people, and the browser's own pictures in its controls."""
    return PICTURE not in url and not url.startswith("data:")


def cost_of(page, address):
    """Open a page in a browser that has seen nothing yet and add up what came over the wire."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds, sizes = {}, {}
    wire.on(
        "Network.responseReceived",
        lambda event: kinds.update({event["requestId"]: (event["type"], event["response"]["url"])}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.add_init_script(WATCH_SHIFT)
    answer = page.goto(address, wait_until="networkidle")
    assert answer.status == 200, address
    html = answer.text()
    came = [(*kinds[id], size) for id, size in sizes.items() if is_counted(kinds[id][1])]
    inline = "".join(STYLE.findall(html))
    return Cost(
        html=packed(STYLE.sub("", html)),
        styles=packed(inline) + sum(size for kind, _, size in came if kind == "Stylesheet"),
        scripts=sum(size for kind, _, size in came if kind == "Script"),
        total=int(sum(size for _, _, size in came)),
        requests=len(came),
        shift=round(page.evaluate("window.shifted"), 4),
    )


def too_much(cost, limit):
    return {
        one.name: getattr(cost, one.name)
        for one in fields(Cost)
        if getattr(cost, one.name) > getattr(limit, one.name)
    }


def test_pages_stay_within_their_budgets(demo, visit):
    starter = visit("neighbour")
    sent = [leave.send_by_wire(demo, starter, days=number % 3 + 1) for number in range(20)]
    clerk = visit("clerk")
    clerk.goto(f"{demo.address}/miniapps/new")
    clerk.get_by_role("button", name="使用").first.click()
    code = signup.make(clerk, title="消防演练报名", places=60, waiting=10)
    paths = {
        "workbench": "/",
        "to-do": "/todo",
        "choose": "/flows/",
        "form": leave.FORM,
        "detail": sent[0],
        "sign-up": signup.path_of(code),
    }

    costs = {name: cost_of(visit("neighbour_head"), demo.address + path) for name, path in paths.items()}

    print()
    for name, cost in costs.items():
        print(f"{name:10}", *(f"{one.name} {getattr(cost, one.name):>6}" for one in fields(Cost)), sep="  ")
    over = {name: too_much(cost, LIMIT) for name, cost in costs.items()}
    assert over == {name: {} for name in costs}
