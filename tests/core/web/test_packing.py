"""Packing: whatever is laid together opens as the same bytes."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from core.web.packing import pack

STYLE = b".qb-card{color:#123456;padding:1rem}" * 200


@given(before=st.binary(max_size=3000), after=st.binary(max_size=3000))
def test_a_page_with_a_piece_packed_before_opens_as_it_was(before, after):
    page = before + STYLE + after

    assert gzip.decompress(pack(page, STYLE)) == page


@given(st.binary(max_size=3000))
def test_a_page_without_the_piece_opens_as_it_was(page):
    assert gzip.decompress(pack(page, STYLE)) == page


def test_the_piece_costs_little_more_than_packed_in_one_go():
    page = b"<html><style>" + STYLE + b"</style><p>" + b"words and words " * 100 + b"</p></html>"

    assert len(pack(page, STYLE)) < len(gzip.compress(page, 3)) + 64


def test_a_page_opens_for_a_browser_that_asked_for_gzip(house):
    browser = house.browser(house.person())

    plain = browser.get("/me")
    packed = browser.get("/me", **{"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(packed.content).decode()
    assert page.count("<style") == plain.text.count("<style") == 1
