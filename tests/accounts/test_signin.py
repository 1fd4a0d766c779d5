"""Signing in on the site: the page, the limits, the session."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.core.cache import cache
from django.db import connections
from django.test import Client

from accounts.errors import EmailNotVerifiedError, WrongCredentialsError
from accounts.models import User
from accounts.services import signin
from accounts.signals import visitor_signed_in
from books4all.lib.ratelimit import LimitExceededError
from tests.accounts.conftest import PASSWORD
from tests.factories.accounts import StaffFactory, UserFactory


def test_page_offers_everything(client: Any, db: None) -> None:
    response = client.get("/auth/login/?next=/account/addresses/")
    assert response.status_code == 200
    html = response.content.decode()
    assert 'autocomplete="username"' in html
    assert 'autocomplete="current-password"' in html
    assert "/auth/password/reset/" in html
    assert 'formaction="/auth/login/code/"' in html
    assert 'value="/account/addresses/"' in html
    assert "placeholder" not in html.split("<main")[1]
    assert " style=" not in html.split("<main")[1].split('class="sign__art"')[0]


def test_signs_in_and_goes_where_it_was_going(client: Any, alice: User, sign_in: Any) -> None:
    response = sign_in(next="/account/addresses/")
    assert response.status_code == 302
    assert response.url == "/account/addresses/"
    assert get_user(client) == alice


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_never_goes_to_other_sites(alice: User, sign_in: Any, target: str) -> None:
    assert sign_in(next=target).url == "/account/"


def test_address_in_any_case(client: Any, alice: User, sign_in: Any) -> None:
    sign_in(email=" Alice@Example.ORG ")
    assert get_user(client) == alice


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_wrong_password_and_unknown_address_look_alike(
    client: Any, alice: User, sign_in: Any, email: str
) -> None:
    response = sign_in(email=email, password="wrong")
    assert response.status_code == 200
    errors = response.context["form"].non_field_errors()
    assert errors == ["The email address or the password is not right."]
    assert "<title>Error:" in response.content.decode()


def test_unconfirmed_address_gets_a_letter_and_no_session(
    client: Any, db: None, sign_in: Any, deliver: Any
) -> None:
    user = UserFactory(email="new@example.org", password=PASSWORD)
    response = sign_in(email=user.email)
    assert response.url == "/auth/confirm-email/"
    assert not get_user(client).is_authenticated
    assert [letter.subject for letter in deliver()] == ["Confirm your email address"]


def test_closed_account_is_told_so(client: Any, alice: User, sign_in: Any) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert sign_in().url == "/auth/inactive/"
    assert client.get("/auth/inactive/").status_code == 200
    assert not get_user(client).is_authenticated


def test_session_key_changes_and_basket_survives(client: Any, alice: User, sign_in: Any) -> None:
    session = client.session
    session["basket"] = "token-of-the-visitor"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    seen: list[tuple[User, Any]] = []

    def receive(user: User, request: Any, **_kwargs: Any) -> None:
        seen.append((user, request.session.get("basket")))

    visitor_signed_in.connect(receive)
    try:
        sign_in()
    finally:
        visitor_signed_in.disconnect(receive)
    assert seen == [(alice, "token-of-the-visitor")]
    assert client.cookies["sessionid"].value != before
    assert not client.session.exists(before)


def test_basket_of_another_user_is_not_handed_over(client: Any, alice: User, sign_in: Any) -> None:
    bob = UserFactory()
    client.force_login(bob)
    session = client.session
    session["basket"] = "token-of-bob"
    session.save()
    client.logout()
    sign_in()
    assert "basket" not in client.session


# --- Limits -----------------------------------------------------------------------------------
def test_ninth_wrong_password_is_not_looked_at(client: Any, alice: User, sign_in: Any) -> None:
    for _ in range(8):
        assert sign_in(password="wrong").status_code == 200
    response = sign_in()  # the right one, now
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 600
    assert not get_user(client).is_authenticated


def test_others_are_not_shut_out(client: Any, alice: User, sign_in: Any) -> None:
    for _ in range(9):
        sign_in(password="wrong", address="198.51.100.7")
    assert sign_in(address="192.0.2.1").status_code == 302
    assert get_user(client) == alice


def test_header_of_the_client_does_not_make_a_new_visitor(client: Any, alice: User) -> None:
    statuses = [
        client.post(
            "/auth/login/",
            {"login": alice.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{n}, 192.0.2.1"},
        ).status_code
        for n in range(9)
    ]
    assert statuses == [200] * 8 + [429]


def test_mistyping_is_forgotten_after_signing_in(client: Any, alice: User, sign_in: Any) -> None:
    for _ in range(3):
        for _ in range(5):
            sign_in(password="wrong")
        assert sign_in().status_code == 302
        client.post("/auth/logout/")


def test_account_limit_over_many_addresses(alice: User, sign_in: Any) -> None:
    statuses = [sign_in(password="wrong", address=f"198.51.100.{n}").status_code for n in range(45)]
    assert statuses == [200] * 40 + [429] * 5


def test_new_password_by_mail_opens_the_account_again(
    client: Any, alice: User, sign_in: Any, deliver: Any
) -> None:
    for n in range(41):
        sign_in(password="wrong", address=f"198.51.100.{n}")
    assert sign_in().status_code == 429
    client.post("/auth/password/reset/", {"email": alice.email})
    link = next(line for line in deliver()[-1].body.splitlines() if "/reset/key/" in line)
    page = client.get(link.partition("localhost:8000")[2])
    client.post(page.url, {"password1": "a quite different one"})
    assert sign_in(password="a quite different one").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_limit_holds_under_parallel_requests(alice: User) -> None:
    """Thirty guesses at once: eight are looked at, not one more."""
    assert _statuses_in_parallel(30) == {200: 8, 429: 22}


@pytest.mark.django_db(transaction=True)
def test_limit_by_reading_and_writing_the_cache_would_not_hold(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the same requests, counted the usual way."""

    def check(*, email: str, address: str) -> None:
        count = cache.get(f"count-{email}-{address}", 0)
        if count >= 8:
            raise LimitExceededError(60)
        cache.set(f"count-{email}-{address}", count + 1, 600)

    monkeypatch.setattr("accounts.services.limits.check_sign_in", check)
    assert _statuses_in_parallel(30)[200] > 8


def _statuses_in_parallel(times: int) -> dict[int, int]:
    barrier = threading.Barrier(times)

    def guess(_n: int) -> int:
        try:
            client = Client()
            data = {"login": "alice@example.org", "password": "wrong"}
            barrier.wait()
            return client.post("/auth/login/", data, REMOTE_ADDR="192.0.2.1").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        statuses = list(pool.map(guess, range(times)))
    return {status: statuses.count(status) for status in set(statuses)}


# --- The admin --------------------------------------------------------------------------------
def test_admin_is_entered_by_the_sites_sign_in(client: Any, db: None) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response.url.startswith("/auth/login/?next=")
    # Its own form is out of use: a password sent there is not looked at.
    staff = StaffFactory(password=PASSWORD)
    response = client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    assert response.status_code == 302
    assert not get_user(client).is_authenticated


def test_admin_refuses_who_is_no_staff(client: Any, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/").status_code == 302


def test_staff_change_their_password_where_everybody_does(client: Any, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    client.force_login(alice)
    assert client.get("/admin/password_change/").url == "/auth/password/change/"


# --- The service, as programs meet it -----------------------------------------------------------
def test_service_returns_the_user(alice: User) -> None:
    found = signin.authenticate(email="Alice@example.org", password=PASSWORD, address="192.0.2.1")
    assert found == alice


def test_service_refuses(alice: User) -> None:
    with pytest.raises(WrongCredentialsError):
        signin.authenticate(email=alice.email, password="wrong", address="192.0.2.1")
    with pytest.raises(WrongCredentialsError):
        signin.authenticate(email="nobody@example.org", password=PASSWORD, address="192.0.2.1")
    EmailAddress.objects.filter(user=alice).update(verified=False)
    with pytest.raises(EmailNotVerifiedError):
        signin.authenticate(email=alice.email, password=PASSWORD, address="192.0.2.1")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(WrongCredentialsError):
        signin.authenticate(email=alice.email, password=PASSWORD, address="192.0.2.1")


def test_service_and_page_share_one_count(alice: User, sign_in: Any) -> None:
    for _ in range(8):
        sign_in(password="wrong")
    with pytest.raises(LimitExceededError):
        signin.authenticate(email=alice.email, password=PASSWORD, address="192.0.2.1")


def test_limited_attempt_does_not_hash(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        with pytest.raises(WrongCredentialsError):
            signin.authenticate(email=alice.email, password="wrong", address="192.0.2.1")
    hashed: list[str] = []
    monkeypatch.setattr("django.contrib.auth.authenticate", lambda *a, **k: hashed.append("x"))
    with pytest.raises(LimitExceededError):
        signin.authenticate(email=alice.email, password=PASSWORD, address="192.0.2.1")
    assert hashed == []


# --- By code ------------------------------------------------------------------------------------
def test_signs_in_by_code_from_the_sign_in_form(client: Any, alice: User, deliver: Any) -> None:
    # The second button of the sign-in form sends that form's fields.
    response = client.post("/auth/login/code/", {"login": alice.email, "password": ""})
    assert response.url == "/auth/login/code/confirm/"
    assert client.get(response.url).status_code == 200
    letter = deliver()[-1]
    code = next(line.strip() for line in letter.body.splitlines() if line.startswith("    "))
    assert code in letter.alternatives[0].content
    response = client.post("/auth/login/code/confirm/", {"code": code})
    assert response.url == "/account/"
    assert get_user(client) == alice


def test_code_can_be_guessed_three_times(client: Any, alice: User, deliver: Any) -> None:
    client.post("/auth/login/code/", {"email": alice.email})
    code = next(line.strip() for line in deliver()[-1].body.splitlines() if line.startswith("    "))
    for _ in range(3):
        client.post("/auth/login/code/confirm/", {"code": "WRONGX"})
    client.post("/auth/login/code/confirm/", {"code": code})
    assert not get_user(client).is_authenticated


def test_another_code_can_be_had(client: Any, alice: User, deliver: Any) -> None:
    client.post("/auth/login/code/", {"email": alice.email})
    assert 'value="resend"' in client.get("/auth/login/code/confirm/").content.decode()
    client.post("/auth/login/code/confirm/", {"action": "resend"})
    letters = deliver()
    assert len(letters) == 2
    code = next(line.strip() for line in letters[-1].body.splitlines() if line.startswith("    "))
    client.post("/auth/login/code/confirm/", {"code": code})
    assert get_user(client) == alice


def test_unknown_address_gets_the_same_page(client: Any, db: None, deliver: Any) -> None:
    response = client.post("/auth/login/code/", {"email": "nobody@example.org"})
    assert response.url == "/auth/login/code/confirm/"
    assert [letter.subject for letter in deliver()] == ["No account with this address"]


def test_codes_are_counted(alice: User) -> None:
    statuses = [
        Client().post("/auth/login/code/", {"email": alice.email}).status_code for _ in range(7)
    ]
    assert statuses == [302] * 6 + [429]
