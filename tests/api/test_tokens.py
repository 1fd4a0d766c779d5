"""Tokens: getting, exchanging, checking and ending them, and forgeries."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings as project
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken as StockRefreshToken

from accounts.models import User
from accounts.services import passwords, tokens
from tests.api.conftest import verified
from tests.factories.accounts import PASSWORD, UserFactory

URL = "/api/v1/auth/token/"
AT_ONCE = 16


def sign_in(api: APIClient, **changes: object) -> Any:
    return api.post(URL, {"email": "hester@example.org", "password": PASSWORD, **changes})


def me(api: APIClient, access: str) -> int:
    return api.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {access}").status_code


def refresh(api: APIClient, token: str) -> Any:
    return api.post(f"{URL}refresh/", {"refresh": token})


def test_sign_in_refresh_verify_and_sign_out(api: APIClient, reader: User) -> None:
    first = sign_in(api)
    assert first.status_code == 200
    assert set(first.json()) == {"access", "refresh", "expires_in"}
    assert first.json()["expires_in"] == 300
    assert me(api, first.json()["access"]) == 200

    second = refresh(api, first.json()["refresh"])
    assert second.status_code == 200
    assert second.json()["refresh"] != first.json()["refresh"]
    for kind in ("access", "refresh"):
        assert api.post(f"{URL}verify/", {"token": second.json()[kind]}).status_code == 204

    ended = api.post("/api/v1/auth/logout/", {"refresh": second.json()["refresh"]})
    assert ended.status_code == 204
    assert me(api, second.json()["access"]) == 401
    assert me(api, first.json()["access"]) == 401
    assert refresh(api, second.json()["refresh"]).status_code == 401
    for kind in ("access", "refresh"):
        assert api.post(f"{URL}verify/", {"token": second.json()[kind]}).status_code == 401


def test_signing_out_on_one_device_leaves_the_other(api: APIClient, reader: User) -> None:
    phone, desk = tokens.issue(user=reader), tokens.issue(user=reader)
    api.post("/api/v1/auth/logout/", {"refresh": phone.refresh})
    assert me(api, phone.access) == 401
    assert me(api, desk.access) == 200


def test_wrong_password_unknown_address_and_closed_account_look_the_same(
    api: APIClient, reader: User
) -> None:
    verified(email="closed@example.org", is_active=False)
    answers = [
        sign_in(api, password="wrong password"),
        sign_in(api, email="nobody@example.org"),
        sign_in(api, email="closed@example.org"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "wrong_credentials"
    assert answers[0]["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_an_unconfirmed_address_gets_no_token(api: APIClient) -> None:
    UserFactory(email="new@example.org")
    answer = sign_in(api, email="new@example.org")
    assert answer.status_code == 403
    assert answer.json()["code"] == "email_not_verified"


def test_attempts_are_limited_before_the_password_is_looked_at(
    api: APIClient, reader: User, settings: Any
) -> None:
    settings.SIGN_IN_LIMITS = {**settings.SIGN_IN_LIMITS, "account_and_address": "3/10 minutes"}
    for _ in range(3):
        assert sign_in(api, password="wrong password").status_code == 401
    # The right password, too: nothing was hashed.
    answer = sign_in(api)
    assert answer.status_code == 429
    assert answer.json()["code"] == "rate_limited"
    assert int(answer["Retry-After"]) > 0


def test_using_an_old_refresh_token_ends_the_whole_family(api: APIClient, reader: User) -> None:
    stolen = tokens.issue(user=reader)
    successor = tokens.rotate(refresh=stolen.refresh)
    assert refresh(api, stolen.refresh).status_code == 401
    assert refresh(api, successor.refresh).status_code == 401
    assert me(api, successor.access) == 401


@pytest.mark.parametrize("what", ["delete", "close", "new password", "everywhere"])
def test_what_ends_every_token_of_a_user(api: APIClient, reader: User, what: str) -> None:
    pair = tokens.issue(user=reader)
    if what == "delete":
        reader.delete()
    elif what == "close":
        User.objects.filter(pk=reader.pk).update(is_active=False)
    elif what == "new password":
        passwords.set_password(user=reader, password="another good password")
    else:
        passwords.sign_out_everywhere(user=reader)
    assert me(api, pair.access) == 401
    assert refresh(api, pair.refresh).status_code == 401
    assert api.post(f"{URL}verify/", {"token": pair.refresh}).status_code == 401


def test_access_ends_after_five_minutes(api: APIClient, reader: User) -> None:
    pair = tokens.issue(user=reader)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=6), tick=False):
        assert me(api, pair.access) == 401
        assert refresh(api, pair.refresh).status_code == 200


def claims(reader: User, **changes: object) -> dict[str, object]:
    pair = tokens.issue(user=reader)
    payload = jwt.decode(pair.access, options={"verify_signature": False})
    return {**payload, **changes}


def forged(reader: User) -> dict[str, str]:
    """Return tokens that must not work, by what is wrong with them."""
    key = str(project.SIMPLE_JWT["SIGNING_KEY"])
    now = int(timezone.now().timestamp())
    pair = tokens.issue(user=reader)
    head, body, signature = pair.access.split(".")
    no_algorithm = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    raised = (
        base64.urlsafe_b64encode(json.dumps(claims(reader, user_id="1")).encode())
        .rstrip(b"=")
        .decode()
    )
    wrong: dict[str, dict[str, object]] = {
        "audience": {"aud": "another-api"},
        "issuer": {"iss": "somebody"},
        "expired": {"exp": now - 60},
        "type": {"token_type": "sliding"},
        "no family": {"family": None},
        "other family": {"family": "0" * 32},
        "epoch": {"epoch": 7},
        "epoch of text": {"epoch": "0; --"},
        "user of text": {"user_id": "x"},
        "user of nothing": {"user_id": None},
        "huge user": {"user_id": "9" * 40},
    }
    made = {
        name: jwt.encode(claims(reader, **changes), key, "HS256") for name, changes in wrong.items()
    }
    without = {
        f"without {claim}": jwt.encode(
            {k: v for k, v in claims(reader).items() if k != claim}, key, "HS256"
        )
        for claim in ("aud", "iss", "exp", "jti", "token_type", "user_id", "family", "epoch")
    }
    return {
        **made,
        **without,
        "no algorithm": f"{no_algorithm}.{body}.",
        "no algorithm, signed": f"{no_algorithm}.{body}.{signature}",
        "other key": jwt.encode(claims(reader), "another key of enough length, surely", "HS256"),
        "other algorithm": jwt.encode(claims(reader), key * 2, "HS512"),
        "refresh as access": pair.refresh,
        "other claims": f"{head}.{raised}.{signature}",
        "cut": pair.access[:-2],
        "not a token": "a.b.c",
    }


def test_forged_tokens_are_refused(api: APIClient, reader: User) -> None:
    for name, token in forged(reader).items():
        answer = api.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code == 401, name
        assert answer.json()["code"] == "token_refused", name
        if name != "refresh as access":
            assert refresh(api, token).status_code == 401, name
    # They were refused for what is wrong with them: the same claims, left alone, are good.
    good = jwt.encode(claims(reader), project.SIMPLE_JWT["SIGNING_KEY"], "HS256")
    assert me(api, good) == 200
    assert refresh(api, tokens.issue(user=reader).access).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Basic aGk6aGk=", "Bearer \xff", "Bearer a b c"])
@pytest.mark.django_db
def test_a_header_that_is_no_token_is_401(api: APIClient, header: str) -> None:
    assert api.get("/api/v1/me/", HTTP_AUTHORIZATION=header).status_code == 401


@pytest.mark.django_db
def test_without_a_token_it_says_how(api: APIClient) -> None:
    answer = api.get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def at_once(work: Callable[[], bool]) -> int:
    """Run ``work`` in threads that start together; return how many succeeded."""
    barrier = Barrier(AT_ONCE)

    def run(_number: int) -> bool:
        try:
            barrier.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(run, range(AT_ONCE)))


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_exactly_one_succeeds() -> None:
    reader = verified(email="hester@example.org")
    for _ in range(5):
        pair = tokens.issue(user=reader)
        assert at_once(lambda: refresh(APIClient(), pair.refresh).status_code == 200) == 1  # noqa: B023 run in this turn


@pytest.mark.django_db(transaction=True)
def test_control_the_stock_rotation_lets_several_through() -> None:
    """The race that the lock is for: without it this test of ours must be able to fail."""
    reader = verified(email="hester@example.org")

    def stock(token: str) -> bool:
        serializer = TokenRefreshSerializer(data={"refresh": token})
        try:
            return serializer.is_valid()
        except Exception:
            return False

    most = 0
    for _ in range(20):
        token = str(StockRefreshToken.for_user(reader))
        most = max(most, at_once(lambda: stock(token)))  # noqa: B023 run in this turn
        if most > 1:
            break
    assert most > 1


def test_expired_tokens_are_forgotten_and_live_families_are_not(
    api: APIClient, reader: User
) -> None:
    pair = tokens.issue(user=reader)
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        pair = tokens.rotate(refresh=pair.refresh)
        ended = tokens.issue(user=reader)
        tokens.end(refresh=ended.refresh)
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        # The first token of the family is long gone; the family lives on in its second.
        assert tokens.forget_expired() > 0
        assert refresh(api, pair.refresh).status_code == 200
        assert refresh(api, ended.refresh).status_code == 401
    with time_machine.travel(timezone.now() + timedelta(days=100), tick=False):
        tokens.forget_expired()
        assert not OutstandingToken.objects.exists()
