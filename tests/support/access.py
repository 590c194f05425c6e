"""Whether everyone can use a page: readers by ear, by finger, by keyboard, on a narrow screen."""

from functools import cache

from playwright.sync_api import Page

from core.web.frontend import vendor
from tests.support.browser import overflow, small_targets

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """rules => axe
  .run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]})
  .then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.target} ${node.failureSummary}`)))"""

# Who tabs to it must see it, and the end of the page must come out from under the bar.
BEHIND = """() => {
  const bar = document.querySelector(".qb-bar, .qb-nav");
  if (!bar || document.querySelector("dialog[open]")) return [];
  const below = node => node.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1;
  const rest = nodes => [...nodes].filter(node =>
    node.checkVisibility({visibilityProperty: true})
    && !node.closest(".qb-bar, .qb-nav, dialog, [data-status]"));
  const found = [];
  for (const node of rest(document.querySelectorAll("main :is(a[href], button, input, select, textarea)"))) {
    node.focus();
    if (node === document.activeElement && node.offsetHeight < 200 && below(node)) found.push(node);
  }
  document.activeElement.blur();
  scrollTo(0, document.documentElement.scrollHeight);
  found.push(...rest(document.querySelectorAll("main *"))
    .filter(node => !node.children.length && below(node)));
  scrollTo(0, 0);
  return found.map(node => node.outerHTML.slice(0, 120));
}"""


@cache
def axe() -> str:
    """Return the source of the accessibility checker."""
    vendor.ensure()
    return (vendor.MODULES / "axe-core" / "axe.min.js").read_text("utf-8")


def problems(page: Page) -> list[str]:
    """Return everything a reader, a finger or a narrow screen would stumble over."""
    page.evaluate(axe())
    found: list[str] = page.evaluate(CHECK, RULES)
    if overflow(page):
        found.append(f"{overflow(page)} px wider than the screen")
    return found + [f"too small: {target}" for target in small_targets(page)]


def hidden_behind_bar(page: Page) -> list[str]:
    """Return what the bar at the bottom covers when it has the focus or the page is at its end."""
    found: list[str] = page.evaluate(BEHIND)
    return found
