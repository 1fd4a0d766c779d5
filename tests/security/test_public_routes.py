"""Every address of the site, from the URLconf: what a stranger may share is the same for everybody.

test_shared_pages.py follows links; here no route is left out, however it is reached. A new route with
parameters has to be given something to show, or the test says so.
"""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from redis import Redis

from accounts.models import Seller
from catalog.models import Edition, Listing, Person, Publisher, Series, Subject, Work
from tests.factories.catalog import (
    ContributionFactory,
    ListingFactory,
    PersonFactory,
    ReviewFactory,
    SeriesEntryFactory,
    SubjectFactory,
    WorkFactory,
)
from tests.factories.covers import CoverFactory
from tests.security.routes import Route, address, routes
from tests.security.test_shared_pages import (  # noqa: F401 one_moment is for every test here
    ANNOUNCED,
    is_public,
    one_moment,
    person,
)

pytestmark = pytest.mark.django_db

SECRETS = (b"Onlyhers", b"onlyhers", ANNOUNCED.encode(), b"csrfmiddlewaretoken", b"sessionid")
# A search shows what its parameters say; a plain address would leave most of the page out.
QUERIES = {
    "catalog:search": "?q=book&kind=used&sort=price",
    "catalog:suggest": "?q=bo",
    "catalog:suggest_json": "?q=bo",
    "catalog:search_feed": "?q=book",
    "catalog:opds_search": "?q=book",
    "api:search": "?q=book",
    "api:suggest": "?q=bo",
}


@pytest.fixture(autouse=True)
def shop_window(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    subject = SubjectFactory()
    for n in range(3):
        work = WorkFactory(subject=subject)
        ContributionFactory(work=work, person=PersonFactory())
        listing = ListingFactory(edition__work=work, rare=n == 0)
        SeriesEntryFactory(work=work)
        ReviewFactory(work=work)
        CoverFactory(edition=listing.edition)


def value_of(route: Route, name: str) -> str | None:
    """Return something that the route can show, None if it is not known what."""
    last = route.pattern.split("<")[0].rstrip("/").rpartition("/")[2]
    slugs: dict[str, Any] = {
        "books": Work, "authors": Person, "series": Series, "publishers": Publisher,
        "subjects": Subject, "shops": Seller, "works": Work, "people": Person,
    }  # fmt: skip
    keys: dict[str, Any] = {"editions": Edition, "listings": Listing}
    if name == "slug" and last in slugs:
        row = slugs[last].objects.order_by("pk").first()
        return str(row.slug)
    if name == "pk" and last in keys:
        return str(keys[last].objects.order_by("pk").first().pk)
    return {"section": "books", "number": "1"}.get(name)


# Routes that show nobody's page: they need a key, or change something.
CLOSED = (
    "accounts:",
    "account_",
    "orders:",
    "selling:invitation",
    "api:message",
    "dev_mail",
    "catalog:review",
    "catalog:want",
    "api:api/",
)
CLOSED_API = {
    "api:address",
    "api:basket_code",
    "api:basket_line",
    "api:case",
    "api:case_label",
    "api:case_photograph",
    "api:case_photographs",
    "api:case_steps",
    "api:order",
    "api:order_document",
    "api:order_documents",
    "api:part_arrived",
    "api:part_cancel",
    "api:part_postage",
    "api:track",
    "api:track_arrived",
    "api:track_cancel",
    "api:track_postage",
    "api:want",
}


def known(route: Route) -> bool:
    # An address with a shop in it belongs to the shop's team.
    own = "shop" in dict(route.parameters)
    return own or route.is_admin or route.name.startswith(CLOSED) or route.name in CLOSED_API


def open_addresses() -> dict[str, str]:
    """Return name and address of every route that can be asked without a key."""
    found, puzzling = {}, []
    for route in routes():
        if "logout" in route.pattern or route.pattern.startswith("dev/"):
            continue
        values = {name: value_of(route, name) for name, _kind in route.parameters}
        if None in values.values():
            if not known(route):
                puzzling.append(route.name)
            continue
        path = address(route, {name: str(value) for name, value in values.items()})
        found[f"{route.name} {route.pattern}"] = path + QUERIES.get(route.name, "")
    assert puzzling == [], "say in value_of what these can show"
    return found


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["buyer", "staff"])
def test_every_public_address_is_the_same_for_everybody(kind: str) -> None:
    somebody = person(kind)
    public = []
    for name, path in open_addresses().items():
        stranger, response = Client().get(path), somebody.get(path)
        shared, text = is_public(stranger), body(stranger)
        if shared:
            public.append(name.split()[0])
            assert not stranger.cookies, path
            assert "cookie" not in stranger.headers.get("Vary", "").lower(), path
        # In both directions: nginx gives those who are signed in what it has kept of strangers.
        assert is_public(response) is shared, path
        if not shared:
            continue
        own = body(response)
        assert own == text, path
        assert response.status_code == stranger.status_code, path
        for secret in SECRETS:
            assert secret not in own, (path, secret)
    # All that the catalogue shows is public, and most of the API.
    assert len(public) >= 45, sorted(public)
    for name in (
        "home",
        "book",
        "search",
        "new",
        "rare",
        "subject",
        "shop",
        "author",
        "publisher",
        "opds",
    ):
        assert f"catalog:{name}" in public


def test_what_is_not_public_is_nobody_s_to_keep() -> None:
    buyer = person("buyer")
    for path in open_addresses().values():
        response = buyer.get(path)
        if response.status_code == 200 and not is_public(response):
            control = response.headers["Cache-Control"]
            assert "no-store" in control or "private" in control or "no-cache" in control, path
