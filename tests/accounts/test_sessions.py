"""Sessions: what Redis may answer, and that an ended one stays ended."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core.cache import caches
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD


def _valkey_server() -> Path:
    from books4all.stack import binaries

    return binaries.valkey_server()


@pytest.fixture
def valkey(settings: Any, tmp_path_factory: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A Valkey of the test's own behind the site's cache, which it may stop and kill."""
    folder = tmp_path_factory.mktemp("v")
    socket = folder / "v.sock"
    process = subprocess.Popen(
        [
            str(_valkey_server()),
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--dir",
            str(folder),
        ],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 10
    while not socket.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    location = f"unix://{socket}?db=0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
    settings.REDIS_URL = location
    yield process
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()


@contextmanager
def hanging(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Let it take connections and answer nothing."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)
        deadline = time.monotonic() + 10
        while caches["default"].get("awake") is None and time.monotonic() < deadline:
            caches["default"].set("awake", 1, 60)


def _sign_in(client: Any) -> str:
    response = client.post("/auth/login/", {"login": "alice@example.org", "password": PASSWORD})
    assert response.status_code == 302
    return str(client.cookies["sessionid"].value)


def _who(key: str) -> Any:
    thief = Client()
    thief.cookies["sessionid"] = key
    return thief, get_user(thief)


def test_ended_session_stays_ended_though_redis_hung(client: Any, alice: User, valkey: Any) -> None:
    key = _sign_in(client)
    assert client.get("/account/").status_code == 200
    with hanging(valkey):
        assert client.post("/auth/logout/").status_code == 302
    thief, user = _who(key)
    assert not user.is_authenticated
    assert thief.get("/account/").status_code == 302


def test_plain_cached_db_would_bring_it_back(
    client: Any, alice: User, valkey: Any, settings: Any
) -> None:
    """Negative control: Django's own engine, the same steps."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    key = _sign_in(client)
    assert client.get("/account/").status_code == 200
    with hanging(valkey):
        assert client.post("/auth/logout/").status_code == 302
    thief, user = _who(key)
    assert user == alice
    assert thief.get("/account/").status_code == 200


def test_password_change_while_redis_hangs_ends_the_others(
    client: Any, alice: User, valkey: Any
) -> None:
    elsewhere = Client()
    key = _sign_in(elsewhere)
    _sign_in(client)
    with hanging(valkey):
        data = {"oldpassword": PASSWORD, "password1": "another good long one"}
        assert client.post("/auth/password/change/", data).status_code == 302
    assert not _who(key)[1].is_authenticated
    assert get_user(client) == alice


@pytest.mark.parametrize("state", ["hanging", "dead"])
def test_pages_work_without_redis(client: Any, alice: User, valkey: Any, state: str) -> None:
    os.kill(valkey.pid, signal.SIGSTOP if state == "hanging" else signal.SIGKILL)
    started = time.monotonic()
    _sign_in(client)
    assert get_user(client) == alice
    assert client.get("/account/").status_code == 200
    assert client.post("/auth/logout/").status_code == 302
    # Four requests with a few calls of 0.2 s each: slower, not stuck.
    assert time.monotonic() - started < 8


def test_session_written_while_redis_hung_is_read_afterwards(
    client: Any, alice: User, valkey: Any
) -> None:
    with hanging(valkey):
        _sign_in(client)
    assert get_user(client) == alice


def test_anonymous_session_costs_no_query(
    client: Any, db: None, django_assert_num_queries: Any
) -> None:
    session = client.session
    session["basket"] = "token"
    session.save()
    client.cookies["sessionid"] = session.session_key
    with django_assert_num_queries(0):
        fresh = client.session
        assert fresh["basket"] == "token"


def test_signed_in_session_costs_one(
    client: Any, alice: User, django_assert_num_queries: Any
) -> None:
    client.force_login(alice)
    with django_assert_num_queries(1):  # the session's row
        assert client.session["_auth_user_id"] == str(alice.pk)


def test_anonymous_session_is_not_believed_for_long(client: Any, db: None, settings: Any) -> None:
    session = client.session
    session["basket"] = "token"
    session.save()
    lifetime = caches["default"].ttl(session.cache_key)  # type: ignore[attr-defined]
    assert 0 < lifetime <= settings.SESSION_CACHE_SECONDS


def test_nothing_of_a_signed_in_session_is_in_redis(client: Any, alice: User) -> None:
    _sign_in(client)
    client.get("/account/")
    assert caches["default"].get(client.session.cache_key) is None


def test_keeping_signed_in(client: Any, alice: User) -> None:
    data = {"login": alice.email, "password": PASSWORD}
    client.post("/auth/login/", data)
    assert client.cookies["sessionid"]["expires"] == ""
    client.post("/auth/logout/")
    client.post("/auth/login/", {**data, "remember": "on"})
    assert client.cookies["sessionid"]["max-age"] == 30 * 24 * 60 * 60
