"""What browser tests start with: the site on a street with books, and a shopper in front of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from books4all.demo import loader, people
from tests.browser import databases
from tests.browser.watch import Watch

pytest.register_assert_rewrite(
    *(f"tests.browser.{name}" for name in ("checks", "steps", "selling_steps", "stock", "keys"))
)

WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(scope="session")
def street(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database with a small demo, which tests copy."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_street"
        databases.copy(connection.settings_dict["NAME"], name)
        with databases.standing_on(name):
            loader.load(lambda _step, _share: None, works=databases.WORKS)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs")
                cursor.execute("ANALYZE")
    yield name
    with django_db_blocker.unblock():
        databases.drop(name)


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    """The site, on a port of its own."""
    running = LiveServer("127.0.0.1")
    yield running
    running.stop()


@pytest.fixture
def db(street: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the street for one test, instead of pytest-django's empty database.

    By this fixture's name pytest-django knows that a database is to be set up.
    """
    name = street.removesuffix("_street") + "_walk"
    with django_db_blocker.unblock():
        databases.copy(street, name)
        with databases.standing_on(name):
            yield
        databases.drop(name)


@pytest.fixture
def site(db: None, server: LiveServer, mailoutbox: list[Any]) -> Iterator[str]:
    """The site's address."""
    with override_settings(PUBLIC_URL=server.url, ALLOWED_HOSTS=["127.0.0.1", "testserver"]):
        yield server.url


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Complaints of the browser about any page of the test; there may be none."""
    watching = Watch()
    yield watching
    assert watching.complaints == []


@pytest.fixture
def visit(
    new_context: Callable[..., BrowserContext], site: str, watch: Watch
) -> Callable[..., Page]:
    """Open the site in a browser of one's own: ``visit(width="phone", java_script_enabled=False)``."""

    def open_browser(width: str = "desktop", **options: Any) -> Page:
        across, down = WIDTHS[width]
        context = new_context(
            base_url=site,
            viewport={"width": across, "height": down},
            reduced_motion="reduce",
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(5_000)
        watch.over(context)
        return context.new_page()

    return open_browser


@pytest.fixture
def signed_in(visit: Callable[..., Page], site: str) -> Callable[..., Page]:
    """Open the site as somebody whose session exists already: signing in has tests of its own."""

    def open_browser(email: str = people.READER, **options: Any) -> Page:
        client = Client()
        client.force_login(
            User.objects.get(email=email), "allauth.account.auth_backends.AuthenticationBackend"
        )
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page = visit(**options)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        return page

    return open_browser
