"""Opening an account: confirmation, letters, and what strangers can't learn."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.db import connections, transaction
from django.test import Client, override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from books4all.lib.mail import Letter, post
from tests.accounts.conftest import PASSWORD


def _sign_up(client: Any, email: str = "carol@example.org", **more: str) -> Any:
    return client.post("/auth/signup/", {"email": email, "password1": PASSWORD, **more})


def _link(letter: Any) -> str:
    line: str = next(line for line in letter.body.splitlines() if "/auth/" in line)
    return line


def test_account_is_open_after_the_link(client: Any, db: None, deliver: Any) -> None:
    response = _sign_up(client, email="Carol@Example.org", name="Carol")
    assert response.url == "/auth/confirm-email/"
    assert client.get(response.url).status_code == 200
    user = User.objects.get()
    assert (user.email, user.name, user.language) == ("carol@example.org", "Carol", "en-gb")
    assert not get_user(client).is_authenticated

    (letter,) = deliver()
    assert letter.subject == "Confirm your email address"
    assert letter.to == ["carol@example.org"]
    assert "Hello Carol," in letter.body
    link = _link(letter)
    assert link.startswith("http://localhost:8000/auth/confirm-email/")
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    assert link in html
    assert letter.message()["Message-ID"].endswith("@localhost>")

    path = link.removeprefix("http://localhost:8000")
    page = client.get(path)  # looking is not confirming: mail programmes open links by themselves
    assert page.status_code == 200
    assert not EmailAddress.objects.get().verified
    client.post(path)
    assert EmailAddress.objects.get().verified
    assert get_user(client) == user  # the same browser is signed in at once


def test_link_opened_elsewhere_confirms_without_signing_in(
    client: Any, db: None, deliver: Any
) -> None:
    _sign_up(client)
    path = _link(deliver()[0]).removeprefix("http://localhost:8000")
    other = Client()
    assert other.post(path).url == "/auth/login/"
    assert EmailAddress.objects.get().verified
    assert not get_user(other).is_authenticated


def test_wrong_link_says_what_to_do(client: Any, db: None) -> None:
    response = client.get("/auth/confirm-email/Mg:1xxxxx:nonsense/")
    assert response.status_code == 200
    assert "too old" in response.content.decode()


def test_name_is_optional_and_password_is_not(client: Any, db: None) -> None:
    assert _sign_up(client).status_code == 302
    response = client.post("/auth/signup/", {"email": "d@example.org", "password1": ""})
    assert list(response.context["form"].errors) == ["password1"]


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "carol@example.org"])
def test_weak_passwords_are_refused(client: Any, db: None, password: str) -> None:
    response = client.post("/auth/signup/", {"email": "carol@example.org", "password1": password})
    assert "password1" in response.context["form"].errors
    assert not User.objects.exists()


def test_taken_address_answers_the_same(client: Any, alice: User, deliver: Any) -> None:
    new = _sign_up(client, email="new@example.org")
    taken = _sign_up(Client(), email=alice.email)
    assert (taken.status_code, taken.url, taken.content) == (new.status_code, new.url, new.content)
    assert User.objects.filter(email=alice.email).count() == 1
    letters = {letter.to[0]: letter.subject for letter in deliver()}
    assert letters[alice.email] == "You have an account already"


def test_taken_address_takes_a_hash_too(client: Any, alice: User, monkeypatch: Any) -> None:
    hashed: list[str] = []
    monkeypatch.setattr("accounts.forms.make_password", hashed.append)
    _sign_up(client, email=alice.email)
    assert hashed == [PASSWORD]


@pytest.mark.django_db(transaction=True)
def test_signing_up_twice_at_once_makes_one_account() -> None:
    barrier = threading.Barrier(6)

    def send(_n: int) -> int:
        client = Client()
        barrier.wait()
        try:
            return int(_sign_up(client).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(send, range(6))) == [302] * 6
    assert User.objects.count() == 1


def test_sign_ups_of_one_connection_are_counted(client: Any, db: None) -> None:
    statuses = [_sign_up(Client(), email=f"n{n}@example.org").status_code for n in range(21)]
    assert statuses == [302] * 20 + [429]


def test_letters_to_one_person_are_counted(client: Any, alice: User) -> None:
    for _ in range(10):
        _sign_up(Client(), email=alice.email)
    assert ProcrastinateJob.objects.count() == 6


@override_settings(PUBLIC_URL="https://books.example", ALLOWED_HOSTS=["*"])
def test_links_never_follow_the_host_header(client: Any, db: None, deliver: Any) -> None:
    client.post(
        "/auth/signup/",
        {"email": "carol@example.org", "password1": PASSWORD},
        headers={"Host": "evil.example"},
    )
    client.post(
        "/auth/password/reset/", {"email": "x@example.org"}, headers={"Host": "evil.example"}
    )
    for letter in deliver():
        assert "evil.example" not in letter.body + letter.alternatives[0].content
        assert "https://books.example/auth/" in letter.body


def test_letter_is_written_with_the_transaction(db: None) -> None:
    with transaction.atomic():
        post(Letter("x@example.org", "Subject", "Text"))
        assert ProcrastinateJob.objects.exists()
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_delivers_the_letter(client: Any, mailoutbox: list[Any]) -> None:
    """With the real worker, as ``manage.py procrastinate worker`` runs it."""
    from procrastinate.contrib.django import app

    _sign_up(client)
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    assert [letter.to for letter in mailoutbox] == [["carol@example.org"]]
    # Nor its letter, nor the link in it. A worker that starts as the minute turns defers the periodic
    # jobs too, and may stop before it has tidied them away.
    assert not ProcrastinateJob.objects.filter(task_name="deliver_mail").exists()


def test_signed_in_visitors_are_sent_on(client: Any, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/auth/signup/").url == "/account/"
    assert client.get("/auth/login/").url == "/account/"
