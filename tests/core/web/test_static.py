"""Static files: an address that changes with the content, kept for ever, published by several at once."""

import gzip
import os
import threading
import time

import falcon.testing
import pytest

from core.errors import Misconfigured
from core.web.static import KEPT_SECONDS, TEN_YEARS, Static


@pytest.fixture
def tree(tmp_path):
    """Give two trees: core with a script and a picture, a plugin with a style."""
    for name, content in (
        ("core/js/app.js", "export const one = 1;\n" * 100),
        ("core/img/dot.png", "not really a picture"),
        ("alpha/alpha.css", ".alpha-x { color: red }\n" * 100),
    ):
        path = tmp_path / "trees" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "trees"


@pytest.fixture
def build(tree, tmp_path):
    return lambda: Static(
        {"core": tree / "core", "alpha": tree / "alpha", "none": tree / "none"}, tmp_path / "var" / "static"
    )


def client(static):
    static.publish()
    return falcon.testing.TestClient(static.wrap(falcon.App()))


def test_files_are_served_under_their_address_for_ever(build):
    static = build()

    answer = client(static).simulate_get(static.address("js/app.js"))

    assert (answer.status_code, answer.text.startswith("export const")) == (200, True)
    assert answer.headers["cache-control"] == f"max-age={TEN_YEARS}, public, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("name", "kind", "is_packed"),
    [
        ("js/app.js", "javascript", True),
        ("alpha/alpha.css", "text/css", True),
        ("img/dot.png", "image/png", False),
    ],
)
def test_text_is_packed_beforehand(build, name, kind, is_packed):
    static = build()
    browser = client(static)

    answer = browser.simulate_get(static.address(name), headers={"Accept-Encoding": "gzip"})

    assert kind in answer.headers["content-type"]
    assert (answer.headers.get("content-encoding") == "gzip") is is_packed
    if is_packed:
        assert gzip.decompress(answer.content) == browser.simulate_get(static.address(name)).content


def test_the_address_changes_with_the_content_of_its_own_tree(build, tree):
    before = {name: build().address(name) for name in ("js/app.js", "img/dot.png", "alpha/alpha.css")}

    (tree / "core" / "js" / "app.js").write_text("changed")
    after = {name: build().address(name) for name in before}

    assert {name for name in before if before[name] != after[name]} == {"js/app.js", "img/dot.png"}


def test_the_same_content_has_the_same_address(build):
    assert build().address("js/app.js") == build().address("js/app.js")


@pytest.mark.parametrize("name", ["js/none.js", "alpha/none.css", "nobody/x.css", "", "js", "alpha"])
def test_a_file_that_is_not_there_stops_the_page_that_names_it(build, name):
    with pytest.raises(Misconfigured, match="没有静态文件"):
        build().address(name)


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/core-0000000000/js/app.js", "/static/../../keys/csrf", "/static/%2e%2e/keys/csrf"],
)
def test_nothing_else_is_served(build, path):
    assert client(build()).simulate_get(path).status_code == 404


def test_pages_opened_before_an_update_keep_their_files_for_a_while(build, tree):
    old = build()
    old.publish()
    (tree / "core" / "js" / "app.js").write_text("changed")
    new = build()

    answer = client(new).simulate_get(old.address("js/app.js"))

    assert answer.status_code == 200


def test_trees_long_out_of_use_are_dropped(build, tree, tmp_path):
    build().publish()
    (tree / "core" / "js" / "app.js").write_text("changed")
    for path in (tmp_path / "var" / "static").iterdir():
        long_ago = time.time() - KEPT_SECONDS - 60
        os.utime(path, (long_ago, long_ago))

    build().publish()

    names = sorted(path.name.split("-")[0] for path in (tmp_path / "var" / "static").iterdir())
    assert names == ["alpha", "core"]


def test_processes_that_start_at_once_publish_one_whole_tree(build, tmp_path):
    statics = [build() for _ in range(8)]
    errors = []
    gate = threading.Barrier(len(statics))

    def publish(static):
        gate.wait()
        try:
            static.publish()
            static.wrap(falcon.App())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(one,)) for one in statics]
    [one.start() for one in threads]
    [one.join() for one in threads]

    assert errors == []
    assert client(statics[0]).simulate_get(statics[0].address("js/app.js")).status_code == 200
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["static"]


def test_the_text_of_a_file_is_read_for_inlining(build):
    assert build().text("alpha/alpha.css").startswith(".alpha-x")
