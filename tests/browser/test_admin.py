"""The admin in a browser: our policy forbids nothing it needs, in both themes and at both widths."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Seller, User
from catalog.models import Listing, Work
from orders.models import Order, SellerOrder
from tests.factories.accounts import StaffFactory
from tests.factories.orders import OrderLineFactory, PaymentFactory, SellerOrderFactory
from tests.factories.staff import World

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("ADMIN_SHOTS")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    # Playwright runs an event loop in this thread; the queries here are our own.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    world = World()
    world.grow(3)
    OrderLineFactory(seller_order=world.first[SellerOrder])
    Seller.objects.filter(name__endswith="1").update(status="ready_for_review")
    return world


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the console said against a page; asserted empty at the end."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


@pytest.fixture
def staff(client: Client, page: Page, live_server: LiveServer, world: World) -> str:
    """Sign staff in, and return the site's address."""
    assert world
    client.force_login(StaffFactory(name="Iris Vale"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    return str(live_server.url)


def addresses(world: World) -> dict[str, str]:
    first = world.first
    part = first[SellerOrder]
    return {
        "index": reverse("admin:index"),
        "listings": reverse("admin:catalog_listing_changelist"),
        "orders": reverse("admin:orders_order_changelist"),
        "order": reverse("admin:orders_order_change", args=[first[Order].pk]),
        "seller-order": reverse("admin:orders_sellerorder_change", args=[part.pk]),
        "cancel": reverse("admin:orders_sellerorder_step", args=[part.pk, "cancel"]),
        "work": reverse("admin:catalog_work_change", args=[first[Work].pk]),
        "listing": reverse("admin:catalog_listing_change", args=[first[Listing].pk]),
        "seller": reverse("admin:accounts_seller_change", args=[first[Seller].pk]),
        "user": reverse("admin:accounts_user_change", args=[first[User].pk]),
        "history": reverse("admin:catalog_listing_history", args=[first[Listing].pk]),
    }


@pytest.mark.parametrize("look", [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_pages_meet_the_policy_and_fit(
    page: Page, staff: str, world: World, complaints: list[str], look: tuple[int, str]
) -> None:
    width, theme = look
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    for name, address in addresses(world).items():
        page.goto(staff + address)
        page.wait_for_load_state("networkidle")
        assert complaints == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide}px at {width}"
        if SHOTS:
            Path(SHOTS).mkdir(exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{theme}.png", full_page=True)


def test_a_seller_order_is_posted_by_hand(
    page: Page, staff: str, world: World, complaints: list[str]
) -> None:
    # Of the world's own, a wish to cancel and extra postage are open: nothing is posted meanwhile.
    part = SellerOrderFactory()
    OrderLineFactory(seller_order=part)
    PaymentFactory(order=part.order)
    page.goto(staff + reverse("admin:orders_sellerorder_change", args=[part.pk]))
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("accepted.")).to_be_visible()
    page.get_by_role("link", name="Mark as posted").click()
    page.get_by_label("Carrier").fill("Royal Mail")
    page.get_by_role("button", name="Mark as posted").click()
    expect(page.get_by_text("posted. The buyer is told by mail.")).to_be_visible()
    assert complaints == []


def test_a_related_row_is_looked_up_as_you_type(
    page: Page, staff: str, world: World, complaints: list[str]
) -> None:
    page.goto(staff + reverse("admin:catalog_listing_add"))
    page.locator(".field-seller .select2-selection").click()
    page.locator(".select2-search__field").fill(world.first[Seller].name)
    option = page.locator(".select2-results__option--highlighted")
    expect(option).to_have_text(world.first[Seller].name)
    option.click()
    expect(page.locator(".field-seller .select2-selection")).to_contain_text("Shop")
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_our_pages_are_accessible(page: Page, staff: str, world: World, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    for name in ("index", "cancel", "orders"):
        page.goto(staff + addresses(world)[name])
        found = Axe().run(page).response["violations"]
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == [], name
