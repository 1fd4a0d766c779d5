"""The account's first page, and the preferences of whoever visits."""

from typing import Any

import pytest

from accounts.models import User
from tests.factories.accounts import AddressFactory

SAME = {"Sec-Fetch-Site": "same-origin"}


def test_account_page(client: Any, alice: User, django_assert_num_queries: Any) -> None:
    AddressFactory(user=alice, line1="3 Mill Lane", is_default=True)
    client.force_login(alice)
    with django_assert_num_queries(3):  # session, user, the address used first
        response = client.get("/account/")
    html = response.content.decode()
    assert "Good to see you, Alice" in html
    assert "3 Mill Lane" in html
    assert "/account/orders/" in html
    assert response["Cache-Control"] == "private, no-store"


def test_names_are_escaped(client: Any, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(name="<script>alert(1)</script>")
    client.force_login(alice)
    assert "<script>alert" not in client.get("/account/").content.decode()


def test_preferences_are_cookies(client: Any, db: None, settings: Any) -> None:
    settings.LANGUAGES = [("en-gb", "English"), ("fr", "Français")]
    data = {
        "theme": "dark",
        "country": "FR",
        "language": "fr",
        "next": "/auth/login/?next=/account/",
    }
    response = client.post("/preferences/", data, headers=SAME)
    assert response.url == "/auth/login/?next=/account/"
    assert {name: client.cookies[name].value for name in ("theme", "country", "django_language")} == {
        "theme": "dark", "country": "FR", "django_language": "fr",
    }  # fmt: skip
    assert client.cookies["theme"]["samesite"] == "Lax"
    page = client.get("/auth/login/").content.decode()
    assert 'data-theme="dark"' in page
    assert '<html lang="fr"' in page
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("theme", ["", "auto", "purple"])
def test_theme_of_the_system(client: Any, db: None, theme: str) -> None:
    client.cookies["theme"] = "dark"
    client.post("/preferences/", {"theme": theme}, headers=SAME)
    assert client.cookies["theme"].value == ""


@pytest.mark.parametrize("data", [{"country": "ZZ"}, {"language": "tlh"}, {"country": ""}])
def test_values_that_are_not_ours_change_nothing(client: Any, data: dict[str, str]) -> None:
    response = client.post("/preferences/", data, headers=SAME)
    assert response.status_code == 302
    assert not response.cookies


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/x", "///evil.example", "http:evil.example", "\\\\evil.example",
     "/\\evil.example", "javascript:alert(1)", "https:///evil.example", "\thttps://evil.example", ""],
)  # fmt: skip
def test_goes_back_to_pages_of_ours_only(client: Any, target: str) -> None:
    assert client.post("/preferences/", {"next": target}, headers=SAME).url == "/"


def test_other_sites_can_not_set_them(client: Any) -> None:
    response = client.post(
        "/preferences/", {"country": "FR"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert not response.cookies
    assert client.get("/preferences/").status_code == 405
