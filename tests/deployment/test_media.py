"""Where pictures lie: a folder that nginx serves, or a store that speaks S3."""

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured

from books4all.lib import media
from books4all.lib.pictures import KINDS, Picture, path_of
from books4all.settings import media as settings_media
from books4all.stack.console import Console
from books4all.stack.processes import end, start
from books4all.stack.proxy import Proxy

NAME = "ab" * 16
PATH = path_of(NAME, 320, "avif")


# ---- a folder ----------------------------------------------------------------------------------


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    where = settings_media.store("", root=str(tmp_path), url="/media/", key="", secret="")
    settings.STORAGES = {**settings.STORAGES, "media": where}
    return tmp_path


def test_a_file_is_there_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media.put(PATH, b"picture", "image/avif")
    media.put(PATH, b"picture", "image/avif")
    assert (folder / PATH).read_bytes() == b"picture"
    assert (folder / PATH).stat().st_mode & 0o777 == 0o644
    assert len(list(folder.rglob("*"))) == 3  # two folders and the file

    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        media.put(path_of("cd" * 16, 320, "avif"), b"picture", "image/avif")
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [f"{NAME}-320.avif"]


def test_what_is_not_there_can_be_dropped(folder: Path) -> None:
    media.drop(PATH)
    media.put(PATH, b"picture", "image/avif")
    media.drop(PATH)
    assert not (folder / PATH).exists()


# ---- nginx in front of it ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve a folder of pictures, and of things that are none, as the launcher does."""
    local = tmp_path_factory.mktemp("local")
    for name in ("nginx", "logs", "media/covers/ab", "media/originals"):
        (local / name).mkdir(parents=True)
    for kind in KINDS:
        (local / "media" / path_of(NAME, 320, kind)).write_bytes(kind.encode() * 1000)
    for secret in ("originals/x.jpg", "covers/ab/.new-x", "covers/ab/x.html", "secret.jpg"):
        (local / "media" / secret).write_text("secret")
    (local / "secret.jpg").write_text("secret")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    proxy = Proxy(local / "nginx", "127.0.0.1", number, [local / "nobody.sock"])
    proxy.configure(Console(), local / "check.log")
    nginx = start(proxy.program(), local / "nginx.log")
    deadline = time.monotonic() + 20
    while not accepts(number):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield number
    end([nginx], proxy.program().end)


def accepts(port: int) -> bool:
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str]]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request(method, path, headers=headers)
    answer = link.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    found["body"] = answer.read().decode(errors="replace")
    link.close()
    return answer.status, found


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_kept_for_ever_and_are_nothing_but_pictures(port: int, kind: str) -> None:
    status, found = ask(port, f"/media/{path_of(NAME, 320, kind)}")
    assert status == 200
    assert found["content-type"] == KINDS[kind]
    assert found["cache-control"] == "public, max-age=31536000, immutable"
    assert found["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found["content-security-policy"]
    again = ask(port, f"/media/{path_of(NAME, 320, kind)}", **{"If-None-Match": found["etag"]})
    assert again[0] == 304


@pytest.mark.parametrize(
    "path",
    ["/media/", "/media/covers/", "/media/covers/ab/", "/media/secret.jpg", "/media/originals/x.jpg",
     "/media/covers/ab/.new-x", "/media/covers/ab/x.html", "/media/covers/ab/../../secret.jpg",
     "/media/covers/ab/%2e%2e/%2e%2e/%2e%2e/secret.jpg", "/media../secret.jpg", "/media/../secret.jpg",
     "/media/covers/ab/..%2f..%2f..%2fsecret.jpg", f"/media/covers/ab/{NAME}-320.avif/x",
     f"/media/covers/ab/{NAME}-320.jpg%00.html", f"/media/covers/cd/{NAME}-320.jpg"],
)  # fmt: skip
def test_nothing_else_in_the_folder_can_be_had(port: int, path: str) -> None:
    status, found = ask(port, path)
    assert status >= 400
    assert found["body"] != "secret"
    assert "immutable" not in found.get("cache-control", "")


def test_nothing_is_written_through_nginx(port: int) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert ask(port, f"/media/{PATH}", method)[0] >= 400


# ---- a store that speaks S3 --------------------------------------------------------------------


class Store(ThreadingHTTPServer):
    """As much of S3 as is used, in a dictionary; ``away`` counts down how often it is out of order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Bucket)
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.away = 0


class Bucket(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        pass

    def _answer(self, status: int) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path))
        if self.server.away:
            self.server.away -= 1
            status = 503
        elif not self.headers.get("Authorization", "").startswith(
            "AWS4-HMAC-SHA256 Credential=key/"
        ):
            status = 403
        elif self.command == "PUT":
            self.server.objects[self.path] = (body, dict(self.headers.items()))
        elif self.command == "DELETE":
            self.server.objects.pop(self.path, None)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("ETag", '"x"')
        self.end_headers()

    def do_PUT(self) -> None:
        self._answer(200)

    def do_DELETE(self) -> None:
        self._answer(204)


@pytest.fixture
def bucket(settings: Any) -> Iterator[Store]:
    server = Store()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    address = (
        f"s3://books/live?endpoint=http://127.0.0.1:{server.server_port}&region=eu-1&style=path"
    )
    where = settings_media.store(
        address, root="", url="https://media.example.org/live/", key="key", secret="secret"
    )
    settings.STORAGES = {**settings.STORAGES, "media": where}
    settings.MEDIA_URL = "https://media.example.org/live/"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_pictures_go_into_the_bucket_and_out_of_it(bucket: Store) -> None:
    media.put(PATH, b"picture", "image/avif")
    media.put(PATH, b"picture", "image/avif")
    [(path, (body, headers))] = bucket.objects.items()
    assert (path, body) == (f"/books/live/{PATH}", b"picture")
    assert headers["Content-Type"] == "image/avif"
    assert headers["Cache-Control"] == settings_media.FOR_EVER
    # Who may read is the bucket's policy, and nothing is asked that only AWS knows.
    assert not [name for name in headers if "acl" in name.lower() or "trailer" in name.lower()]
    media.drop(PATH)
    assert bucket.objects == {}


def test_pages_point_into_the_bucket(bucket: Store) -> None:
    picture = Picture(name=NAME, width=320, height=480, widths=(320,))
    assert picture.absolute("avif") == f"https://media.example.org/live/{PATH}"
    assert bucket.asked == []


def test_a_store_that_stumbles_is_asked_again_and_one_that_is_away_is_an_error(
    bucket: Store,
) -> None:
    bucket.away = 1
    media.put(PATH, b"picture", "image/avif")
    assert len(bucket.objects) == 1
    bucket.away = 10
    with pytest.raises((BotoCoreError, ClientError)):
        media.put(path_of("cd" * 16, 320, "jpg"), b"picture", "image/jpeg")
    assert len(bucket.objects) == 1


# ---- its settings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://bucket.example", "https://media.example.org/"),
        ("s3://", "https://media.example.org/"),
        ("bucket", "https://media.example.org/"),
        ("s3://bucket?endpint=https://x", "https://media.example.org/"),
        ("s3://bucket?style=sideways", "https://media.example.org/"),
        ("s3://bucket", "/media/"),
    ],
)
def test_an_address_that_is_not_understood_stops_the_start(address: str, url: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        settings_media.store(address, root="", url=url, key="", secret="")


def test_the_content_security_policy_lets_the_bucket_s_pictures_in() -> None:
    assert settings_media.origin("/media/") == []
    assert settings_media.origin("https://media.example.org:8443/live/") == [
        "https://media.example.org:8443"
    ]
