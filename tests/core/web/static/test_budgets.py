"""What travels to a phone stays small, and every colour can be read."""

import gzip
import re

import pytest

from core.web.frontend import vendor
from core.web.static import ROOT

CSS = ("tokens", "base", "components")
DARK = r':root\[data-theme="dark"\] \{(.*?)\}'
AUTOMATIC = r':root:not\(\[data-theme="light"\]\) \{(.*?)\}'
TOKENS = (ROOT / "css" / "tokens.css").read_text(encoding="utf-8")


def zipped(*names: str) -> int:
    """Return how many bytes the files need together on the wire."""
    data = b"".join((ROOT / name).read_bytes() for name in names)
    return len(gzip.compress(data, 9))


@pytest.fixture(scope="module", autouse=True)
def packages():
    vendor.ensure()


@pytest.mark.parametrize(
    ("names", "most"),
    [
        ([f"css/{name}.css" for name in CSS], 8_000),
        ([f"css/{name}.css" for name in (*CSS, "desktop")], 9_000),
        (["js/qingban.js"], 6_000),
        (["js/qingban.js", "vendor/htmx.js"], 20_000),
        (
            [
                *(f"css/{name}.css" for name in (*CSS, "forms")),
                "js/qingban.js",
                "vendor/htmx.js",
                "vendor/icons.svg",
            ],
            42_000,
        ),
    ],
    ids=["styles", "styles-desk", "script", "scripts-phone", "phone-page"],
)
def test_budget_holds(names, most):
    assert zipped(*names) <= most


def colours(block: str) -> dict[str, str]:
    """Read the colour tokens of one block."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT_COLOURS = colours(TOKENS.split("@media")[0])
DARK_COLOURS = LIGHT_COLOURS | colours(re.findall(DARK, TOKENS, re.DOTALL)[0])


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    ("color-text", "color-card"),
    ("color-text", "color-page"),
    ("color-text", "color-fill"),
    ("color-text-soft", "color-card"),
    ("color-text-soft", "color-page"),
    ("color-text-soft", "color-fill"),
    ("color-text-softer", "color-card"),
    ("color-text-softer", "color-page"),
    ("color-text-softer", "color-fill"),
    ("color-on-fill", "color-brand"),
    ("color-on-fill", "color-badge"),
    ("color-brand-text", "color-card"),
    ("color-brand-text", "color-page"),
    ("color-brand-text", "color-brand-soft"),
    ("color-ok-text", "color-ok-soft"),
    ("color-warn-text", "color-warn-soft"),
    ("color-danger-text", "color-danger-soft"),
    ("color-danger-text", "color-card"),
    ("color-danger-text", "color-page"),
    ("color-toast-text", "color-toast"),
    ("color-toast-link", "color-toast"),
    ("color-on-fill", "color-node-start"),
    ("color-on-fill", "color-node-approve"),
    ("color-on-fill", "color-node-cc"),
    ("color-on-fill", "color-node-condition"),
]
themes = pytest.mark.parametrize("tokens", [LIGHT_COLOURS, DARK_COLOURS], ids=["light", "dark"])


@themes
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS, ids=[" on ".join(pair) for pair in TEXT_PAIRS])
def test_text_can_be_read(tokens, text, ground):
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@themes
def test_outlines_of_controls_can_be_seen(tokens):
    assert contrast(tokens["color-control"], tokens["color-card"]) >= 3


def test_chosen_dark_equals_automatic_dark():
    chosen, automatic = (re.findall(pattern, TOKENS, re.DOTALL)[0] for pattern in (DARK, AUTOMATIC))

    assert chosen.split() == automatic.split()


def test_every_token_in_use_exists():
    known = set(re.findall(r"(--[\w-]+):", TOKENS))
    used = {
        name
        for path in ROOT.glob("css/*.css")
        for name in re.findall(r"var\((--[\w-]+)", path.read_text("utf-8"))
    }

    assert used - known == set()


def test_sizes_are_relative_so_that_large_type_reaches_everything():
    """Pixels are for hairlines and for what only a screen reader meets."""
    fixed = re.compile(r"\b(?!1px\b)\d+px")

    assert [
        match for name in CSS for match in fixed.findall((ROOT / "css" / f"{name}.css").read_text("utf-8"))
    ] == []
