"""The to-do page of a signed-in person costs at most seven times what saying hello costs."""

import io
from collections.abc import Callable
from typing import Any

import falcon.testing

from bench import applications, hello
from bench.common import (
    Options,
    Result,
    Side,
    alternate,
    analyze,
    house,
    one_by_one,
    options,
    server_version,
    versions,
)
from bench.servers import gunicorn, over_http, write_config
from core.testing import IPHONE, House
from tests.support.statements import counting

PATH = "/todo"
PLACES = ((20, 2_000), (5_000, 10_000))
"""Open tasks of the person, applications in the table."""


def main(arguments: list[str] | None = None) -> None:
    """Measure and print one line."""
    asked = options(arguments)
    result = Result(name="todo_page", target=0.15, rounds=asked.rounds, versions=versions())
    for kind in asked.databases:
        with house(kind) as opened:
            result.versions |= server_version()
            measure(opened, kind, asked, result)
    print(result.line())


def measure(opened: House, kind: str, asked: Options, result: Result) -> None:
    """Measure a short and a long list, in process and over HTTP, on one database."""
    sample = applications.send(opened)
    there = 1
    config = write_config(opened.platform.config)
    with (
        gunicorn("core.entry.internal:app", config=config) as our_port,
        gunicorn("bench.hello:app") as their_port,
    ):
        for usual_open, usual_all in PLACES:
            waiting, total = asked.amount(usual_open), asked.amount(usual_all)
            reader = opened.person("科室主任")
            applications.copy(sample, waiting, head=reader)
            applications.copy(sample, max(total - there - waiting, 0))
            there = max(total, there + waiting)
            analyze()
            headers = headers_of(opened, reader)
            product, floor = in_process(opened.app, headers), in_process(hello.app, headers)
            facts = {"open": waiting, "instances": there, **page_facts(opened.app, headers)}
            result.add(
                f"{kind}, in process, {waiting} open",
                _short(product, floor, asked),
                target=None,  # without a web server there is next to nothing below the page
                **facts,
            )
            product, floor = (over_http(port, PATH, headers) for port in (our_port, their_port))
            result.add(f"{kind}, over HTTP, {waiting} open", _long(product, floor, asked), **facts)


def _short(product: Side, floor: Side, asked: Options) -> dict[str, Any]:
    return alternate(
        product,
        floor,
        rounds=asked.rounds,
        product_calls=asked.amount(300),
        floor_calls=asked.amount(3_000),
    )


def _long(product: Side, floor: Side, asked: Options) -> dict[str, Any]:
    return alternate(
        product, floor, rounds=asked.rounds, product_calls=asked.amount(400), floor_calls=asked.amount(2_000)
    )


def headers_of(opened: House, reader: Any) -> dict[str, str]:
    """Return what a phone sends: a session, and that it reads compressed pages."""
    signed_in = opened.browser(reader).headers
    return {**signed_in, "User-Agent": IPHONE, "Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"}


def in_process(app: Any, headers: dict[str, str]) -> Side:
    """Make a side that calls a WSGI app with a prepared environment."""
    call = caller(app, headers)
    return one_by_one(lambda: call()[0].startswith("200"))


def caller(app: Any, headers: dict[str, str]) -> Callable[[], tuple[str, bytes]]:
    """Prepare the environment once; the call gives status and body."""
    prepared = falcon.testing.create_environ(path=PATH, headers=headers)

    def call() -> tuple[str, bytes]:
        status: list[str] = []
        body = app(
            {**prepared, "wsgi.input": io.BytesIO()}, lambda line, _headers, _error=None: status.append(line)
        )
        return status[0], b"".join(body)

    return call


def page_facts(app: Any, headers: dict[str, str]) -> dict[str, int]:
    """Count the statements of one page and the bytes of its answer."""
    call = caller(app, headers)
    call()
    with counting() as seen:
        _status, body = call()
    return {"statements": len(seen), "bytes": len(body)}


if __name__ == "__main__":
    main()
