"""Upload and download over HTTP."""

from typing import Any

import falcon
import falcon.testing
import pytest

from core import attachments
from core.attachments.pages import Download, FromWeCom, Upload
from core.errors import QingbanError
from core.site import Site
from tests.core.attachments.support import ME, picture


class Signed:
    """Signs everybody in as ME."""

    def __init__(self, site: Site) -> None:
        self.site, self.actor = site, ME

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        req.context.actor, req.context.site = self.actor, self.site


@pytest.fixture
def signed(site: Site) -> Signed:
    return Signed(site)


@pytest.fixture
def client(signed: Signed) -> falcon.testing.TestClient:
    def answer(req: Any, resp: falcon.Response, error: QingbanError, params: Any) -> None:
        resp.status, resp.media = error.status, {"title": error.title}

    app = falcon.App(middleware=[signed])
    app.add_error_handler(QingbanError, answer)
    app.add_route("/-/attachments", Upload())
    app.add_route("/-/attachments/wecom", FromWeCom(lambda media_id: (media_id, "image/jpeg", picture())))
    download = Download(sensitive=("flows.small",))
    app.add_route("/-/attachments/{attachment_id}", download)
    app.add_route("/-/attachments/{attachment_id}/thumb", download, suffix="thumb")
    return falcon.testing.TestClient(app)


def upload(client: Any, content: bytes, name: str, kind: str = "flows.file", **more: Any) -> Any:
    boundary = "----line"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode() + content
    return client.simulate_post(
        "/-/attachments",
        body=body + f"\r\n--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        **more,
    )


def test_an_upload_answers_what_the_page_shows(client: Any) -> None:
    answer = upload(client, picture(), "照片.jpg")

    stored = answer.json
    assert answer.status_code == 200
    assert stored == {
        "id": stored["id"],
        "name": "照片.jpg",
        "size": stored["size"],
        "mime": "image/jpeg",
        "url": f"/-/attachments/{stored['id']}",
        "thumb": f"/-/attachments/{stored['id']}/thumb",
    }


def test_the_kind_may_stand_in_the_address(client: Any) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1\r\n--b--\r\n'

    answer = client.simulate_post(
        "/-/attachments?kind=flows.file",
        body=body,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )

    assert answer.json["mime"] == "application/pdf"


@pytest.mark.parametrize(
    ("content", "name", "kind", "status"),
    [
        (b"<svg/>", "a.svg", "flows.file", 422),
        (b"%PDF-1", "a.pdf", "nothing", 404),
        (b"%PDF-" + b"x" * 2000, "a.pdf", "flows.small", 413),
        (b"%PDF-" + b"x" * 80_000, "a.pdf", "flows.small", 413),
    ],
)
def test_refusals_travel_as_our_errors(
    content: bytes, name: str, kind: str, status: int, client: Any
) -> None:
    assert upload(client, content, name, kind).status_code == status


def test_a_form_without_a_file_is_refused(client: Any) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nflows.file\r\n--b--\r\n'

    answer = client.simulate_post(
        "/-/attachments", body=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert answer.status_code == 422


def test_a_file_of_the_phone_comes_through_wecom(client: Any) -> None:
    answer = client.simulate_post("/-/attachments/wecom", json={"media_id": "m-1", "kind": "flows.photo"})

    assert (answer.json["name"], answer.json["mime"]) == ("m-1.jpg", "image/jpeg")


@pytest.mark.parametrize("media_id", ["", "../x", "a&b=c", 7.5])
def test_odd_media_ids_are_refused(media_id: Any, client: Any) -> None:
    answer = client.simulate_post("/-/attachments/wecom", json={"media_id": media_id, "kind": "flows.photo"})

    assert answer.status_code == 422


def test_a_download_cannot_run_in_our_pages(client: Any) -> None:
    url = upload(client, "说明".encode(), "说明.txt").json["url"]

    answer = client.simulate_get(url)

    assert answer.content.decode() == "说明"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E8%AF%B4%E6%98%8E.txt" in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, max-age=300"


@pytest.mark.parametrize(
    ("content", "name", "disposition"),
    [(picture(), "a.jpg", "inline"), (b"#!AMR\n1", "a.amr", "inline"), (b"%PDF-1", "a.pdf", "attachment")],
)
def test_only_pictures_and_recordings_show_in_the_page(
    content: bytes, name: str, disposition: str, client: Any
) -> None:
    url = upload(client, content, name).json["url"]

    assert client.simulate_get(f"{url}?inline=1").headers["content-disposition"].split(";")[0] == disposition


def test_the_small_picture_has_its_own_address(client: Any) -> None:
    stored = upload(client, picture((500, 500), "PNG"), "a.png").json

    answer = client.simulate_get(stored["thumb"])

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert len(answer.content) == int(answer.headers["content-length"])


def test_sensitive_kinds_are_never_kept_by_the_browser(client: Any) -> None:
    url = upload(client, b"%PDF-1", "a.pdf", "flows.small").json["url"]

    assert client.simulate_get(url).headers["cache-control"] == "no-store"


def test_an_unchanged_file_is_not_sent_again(client: Any) -> None:
    url = upload(client, b"%PDF-1", "a.pdf").json["url"]
    tag = client.simulate_get(url).headers["etag"]

    again = client.simulate_get(url, headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("bytes=0-3", 206, b"#!AM"),
        ("bytes=6-", 206, b"voice"),
        ("bytes=-5", 206, b"voice"),
        ("bytes=6-999", 206, b"voice"),
        ("bytes=99-", 416, None),
    ],
)
def test_players_may_ask_for_a_piece(wanted: str, status: int, content: bytes | None, client: Any) -> None:
    url = upload(client, b"#!AMR\nvoice", "a.amr").json["url"]

    answer = client.simulate_get(url, headers={"Range": wanted})

    assert answer.status_code == status
    assert content is None or answer.content == content


def test_strangers_find_nothing(client: Any, signed: Signed) -> None:
    url = upload(client, b"%PDF-1", "a.pdf").json["url"]
    assert client.simulate_get(url).status_code == 200

    signed.actor = None

    assert client.simulate_get(url).status_code == 401
    assert upload(client, b"%PDF-1", "a.pdf").status_code == 401
    assert client.simulate_get("/-/attachments/unknown").status_code == 401


def test_routes_name_an_action_each(tmp_path: Any) -> None:
    class Deployment:
        data_dir = tmp_path

    assert [(route.path, route.action) for route in attachments.routes(Deployment())] == [
        ("/-/attachments", "core.use"),
        ("/-/attachments/wecom", "core.use"),
        ("/-/attachments/{attachment_id}", "core.use"),
        ("/-/attachments/{attachment_id}/thumb", "core.use"),
    ]
