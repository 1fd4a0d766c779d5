"""New passwords, the address one signs in with, and ending what was opened."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.test import Client

from accounts.models import User
from accounts.services import passwords
from tests.accounts.conftest import PASSWORD

NEW = "another good long one"


def _reset_path(letter: Any) -> str:
    line = next(line for line in letter.body.splitlines() if "/reset/key/" in line)
    return str(line.removeprefix("http://localhost:8000"))


def test_reset_by_letter(client: Any, alice: User, sign_in: Any, deliver: Any) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    assert client.get("/auth/password/reset/").status_code == 200
    response = client.post("/auth/password/reset/", {"email": alice.email})
    assert response.url == "/auth/password/reset/done/"
    assert client.get(response.url).status_code == 200
    path = _reset_path(deliver()[0])

    page = client.get(path)
    assert page.url.endswith("-set-password/")  # the key leaves the address bar at once
    assert client.get(page.url).status_code == 200
    response = client.post(page.url, {"password1": NEW})
    assert response.url == "/auth/password/reset/key/done/"
    assert client.get(response.url).status_code == 200
    assert sign_in(password=NEW).status_code == 302
    assert get_user(client) == alice

    assert not get_user(elsewhere).is_authenticated
    alice.refresh_from_db()
    assert alice.token_epoch == 1
    assert "Your password was changed" in [letter.subject for letter in deliver()]

    again = Client().get(path)
    assert "too old" in again.content.decode()


def test_reset_of_unknown_address_answers_the_same(client: Any, alice: User, deliver: Any) -> None:
    known = client.post("/auth/password/reset/", {"email": alice.email})
    unknown = client.post("/auth/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [letter.subject for letter in deliver()] == [
        "Set a new password",
        "No account with this address",
    ]


def test_resets_are_counted(client: Any, alice: User) -> None:
    statuses = [
        client.post("/auth/password/reset/", {"email": alice.email}).status_code for _ in range(6)
    ]
    assert statuses == [302] * 5 + [429]


def test_change_ends_other_sessions_but_not_this_one(
    client: Any, alice: User, deliver: Any
) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    client.force_login(alice)
    page = client.get("/auth/password/change/").content.decode()
    assert 'href="/auth/password/change/" aria-current="page"' in page
    data = {"oldpassword": PASSWORD, "password1": NEW}
    assert client.post("/auth/password/change/", data).status_code == 302
    assert get_user(client) == alice
    assert not get_user(elsewhere).is_authenticated
    alice.refresh_from_db()
    assert alice.token_epoch == 1
    assert alice.check_password(NEW)
    assert [letter.subject for letter in deliver()] == ["Your password was changed"]


def test_change_needs_the_old_password_and_counts_tries(client: Any, alice: User) -> None:
    client.force_login(alice)
    wrong = {"oldpassword": "wrong", "password1": NEW}
    statuses = [client.post("/auth/password/change/", wrong).status_code for _ in range(9)]
    assert statuses == [200] * 8 + [429]
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_sign_out(client: Any, alice: User) -> None:
    client.force_login(alice)
    key = client.cookies["sessionid"].value
    assert client.get("/auth/logout/").status_code == 200
    assert get_user(client) == alice
    client.post("/auth/logout/")
    client.cookies["sessionid"] = key
    assert not get_user(client).is_authenticated


def test_sign_out_everywhere(client: Any, alice: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(alice)
    client.force_login(alice)
    assert client.get("/account/sign-out-everywhere/").status_code == 405
    assert client.post("/account/sign-out-everywhere/").url == "/auth/login/"
    assert not get_user(client).is_authenticated
    assert not get_user(elsewhere).is_authenticated
    alice.refresh_from_db()
    assert alice.token_epoch == 1


def test_changing_the_address_needs_the_password_again(
    client: Any, alice: User, sign_in: Any
) -> None:
    client.force_login(alice)
    assert client.get("/auth/email/").status_code == 200
    response = client.post("/auth/email/", {"action_add": "1", "email": "new@example.org"})
    assert response.url.startswith("/auth/reauthenticate/")
    assert client.get(response.url).status_code == 200
    assert not EmailAddress.objects.filter(email="new@example.org").exists()


def test_changing_the_address(client: Any, alice: User, sign_in: Any, deliver: Any) -> None:
    sign_in()
    response = client.post("/auth/email/", {"action_add": "1", "email": "new@example.org"})
    # Asked for the password first; what was sent before is then carried out.
    client.post(response.url, {"password": PASSWORD})
    assert "new@example.org is not confirmed" in client.get("/auth/email/").content.decode()
    letter = deliver()[-1]
    assert letter.to == ["new@example.org"]
    line = next(line for line in letter.body.splitlines() if "/confirm-email/" in line)
    client.post(line.removeprefix("http://localhost:8000"))
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    warned = [
        letter.to for letter in deliver() if letter.subject == "Your email address was changed"
    ]
    assert warned[-1] == ["alice@example.org"]


def test_epoch_never_repeats(alice: User) -> None:
    stale = User.objects.get(pk=alice.pk)
    passwords.sign_out_everywhere(user=alice)
    passwords.sign_out_everywhere(user=stale)
    assert User.objects.get(pk=alice.pk).token_epoch == 2


@pytest.mark.parametrize(
    "path", ["/auth/password/change/", "/auth/email/", "/account/", "/account/addresses/"]
)
def test_pages_are_for_who_is_signed_in(client: Any, db: None, path: str) -> None:
    assert client.get(path).url == f"/auth/login/?next={path}"
