"""The real project under the real launcher, with every part of it killed under way (make proof)."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.deployment.stand_in import PROJECT, Running, descendants, gone

pytestmark = pytest.mark.proof
START_SECONDS = 180


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="b4a-") as name:
        Path(name).chmod(0o755)
        local, output = Path(name) / ".local", Path(name) / "output"
        unset = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DB_POOL", "DJANGO_SETTINGS_MODULE"}
        env = {key: value for key, value in os.environ.items() if key not in unset}
        with output.open("w") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "books4all.stack", "run", "--no-demo", "--with-parent"],
                cwd=PROJECT,
                env={**env, "BOOKS4ALL_LOCAL": str(local)},
                stdout=sink,
                stderr=sink,
                text=True,
            )
        running = Running(process, local, output)
        try:
            yield running.wait_until_open(START_SECONDS)
        finally:
            family = descendants(process.pid)
            running.stop()
            assert gone(family) == set()


def ask(running: Running, path: str, **headers: str) -> HTTPResponse:
    request = urllib.request.Request(f"{running.address}{path}", headers=headers)
    try:
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=15)
    except urllib.error.HTTPError as error:
        return error  # type: ignore[return-value]  # it is read like any other answer
    return answer


def test_the_first_page_and_its_static_files(stack: Running) -> None:
    page = ask(stack, "/")
    assert page.status == 200
    html = page.read().decode()
    sheet = next(part for part in html.split('"') if part.startswith("/static/") and ".css" in part)
    first = ask(stack, sheet, **{"Accept-Encoding": "gzip, br"})
    again = ask(stack, sheet + "?anything", **{"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})
    assert "immutable" in first.headers["Cache-Control"]
    assert first.headers["Content-Encoding"] == "br"
    assert again.headers["X-Cache"] == "HIT"
    assert ask(stack, sheet).headers["Content-Encoding"] is None


def test_health(stack: Running) -> None:
    assert ask(stack, "/healthz").status == 200
    assert ask(stack, "/readyz").status == 200


# What may be killed, and which answers are allowed meanwhile. The database being away is said so
# (503); everything else must not be noticed at all.
@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("web1", {200}),
        ("web2", {200}),
        ("valkey", {200}),
        ("worker", {200}),
        ("search", {200}),
        ("postgres", {200, 503}),
    ],
)
def test_killed_under_load(stack: Running, name: str, allowed: set[int]) -> None:
    seen: list[int] = []
    until = time.monotonic() + 8
    threads = [threading.Thread(target=visit, args=(stack, seen, until)) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    killed = stack.pid(name)
    os.kill(killed, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert len(seen) > 50
    assert set(seen) <= allowed
    assert stack.pid(name) != killed
    wait_for(lambda: ask(stack, "/readyz").status == 200)


def visit(running: Running, seen: list[int], until: float) -> None:
    number = 0
    while time.monotonic() < until:
        number += 1
        # A page that nobody has kept: each has to be made by a replica.
        seen.append(ask(running, f"/?visit={number}-{threading.get_ident()}").status)


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)
