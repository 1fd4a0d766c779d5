"""A shop's workplace: every page accessible and within its width, without scripts, by keyboard alone."""

import io
import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Seller, User
from books4all.demo import people
from catalog.models import Listing
from catalog.search import index
from catalog.services import inventory
from orders.services import documents, messages, posting
from tests.browser import selling_steps as selling
from tests.browser import stock
from tests.browser.checks import View, invalid, too_wide, violations
from tests.browser.keys import press, skip, tab_to
from tests.orders import journeys

Visit = Callable[..., Page]
VIEWS: tuple[View, ...] = ((390, "light"), (1280, "dark"))
NARROWEST = (320,)


@pytest.fixture
def shop(db: None) -> Seller:
    """The demo shopkeeper's."""
    return Seller.objects.get(sellermember__user__email=people.SHOPKEEPER)


def pages_of(shop: Seller) -> tuple[dict[str, str], dict[str, str]]:
    """Return the workplace's pages with something on each, name → address: those of every day, the rest."""
    file = inventory.upload(
        seller=shop, file=io.BytesIO(stock.stock_file(60)), name="stock.txt", enqueue=False
    )
    inventory.run(inventory_import=file)
    copy, other, sold = Listing.objects.on_sale().filter(seller=shop).order_by("pk")[:3]
    waiting = journeys.placed(sold).number
    part = journeys.placed(other).seller_orders.get()
    parcel = posting.Parcel(part.pk, part.order.number, "Royal Mail")
    posting.post_all(parcels=[parcel], actor=None)
    documents.issue_sale(shipment_id=part.shipments.get().pk)
    reader = User.objects.get(email=people.READER)
    said = messages.ask(buyer=reader, listing_id=copy.pk, text="Is the map still in it?")

    def at(name: str, *args: object) -> str:
        return reverse(f"selling:{name}", args=[shop.slug, *args])

    of_every_day = {
        "today": at("today"),
        "orders": at("orders"),
        "order": at("order", waiting),
        "listings": at("listings"),
        "find": at("listing_find"),
        "found": f"{at('listing_find')}?q={copy.edition.title.split()[-1]}",
        "copy": at("listing_new", copy.edition_id),
        "imports": at("imports"),
        "import": f"{at('import', file.pk)}?rows=refused",
        "front": at("front"),
        "delivery": at("delivery"),
        "tax": at("tax"),
        "team": at("team"),
        "demand": at("demand"),
        "documents": at("documents"),
        "messages": at("messages"),
    }
    rest = {
        "orders posted": f"{at('orders')}?tab=posted",
        "order posted": at("order", part.order.number),
        "order post": at("order_post", waiting),
        "order refuse": at("order_refuse", waiting),
        "labels": f"{at('orders_labels')}?order={waiting}",
        "listing": at("listing", copy.pk),
        "describe": at("listing_describe"),
        "import, new": f"{at('import', file.pk)}?rows=new",
        "export": at("stock_export"),
        "activity": at("activity"),
        "message": at("message", said.thread_id),
        "application": at("application"),
        "facts": at("facts"),
        "tax facts": at("tax_facts"),
        "identity": at("identity"),
        "declaration": at("declaration"),
        "close": at("close"),
        "shops": reverse("selling:shops"),
        "open": reverse("selling:open"),
    }
    return of_every_day, rest


@pytest.mark.parametrize("part", [0, pytest.param(1, marks=pytest.mark.proof)])
def test_pages_are_good(signed_in: Visit, shop: Seller, part: int) -> None:
    page = signed_in(people.SHOPKEEPER)
    wrong: dict[str, list[str]] = {}
    for name, address in pages_of(shop)[part].items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        found = invalid(answer.text()) + violations(page, VIEWS) + too_wide(page, NARROWEST)
        if found:
            wrong[name] = found
    assert wrong == {}


def test_stock_file_without_scripts(signed_in: Visit, shop: Seller) -> None:
    before = Listing.objects.on_sale().filter(seller=shop).count()
    walk = selling.Walk(signed_in(people.SHOPKEEPER, java_script_enabled=False))
    walk.page.goto(reverse("selling:today", args=[shop.slug]))
    selling.upload(walk, stock.stock_file(40))
    walk.page.reload()
    # What is wrong is put right on the page itself.
    walk.fill("Price, row 20", "4.50")
    walk.button("Save corrections")
    walk.sees("1 row is right now.")
    walk.page.get_by_label("Condition, row 40").select_option(label="Good")
    walk.button("Save corrections")
    selling.publish(walk, 40)
    assert Listing.objects.on_sale().filter(seller=shop).count() == before + 40
    index.catch_up()
    walk.page.goto(f"{reverse('catalog:search')}?q={stock.place(19)}")
    expect(walk.page.get_by_role("link", name=stock.title(19)).first).to_be_visible()


def test_book_is_listed_by_keyboard(signed_in: Visit, shop: Seller) -> None:
    isbn, _title = stock.known_isbns(1)[0]
    page = signed_in(people.SHOPKEEPER)
    page.goto(reverse("selling:today", args=[shop.slug]))
    skip(page)
    press(page, page.get_by_role("main").get_by_role("link", name="List a book"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Which book is it?")
    skip(page)
    tab_to(page, page.get_by_label("ISBN, or title and author"))
    page.keyboard.type(isbn)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The catalogue has this ISBN")).to_be_visible()
    skip(page)
    press(page, page.get_by_role("link", name=re.compile("This one")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Describe your copy")
    skip(page)
    tab_to(page, page.get_by_role("radio", name=re.compile("^New|^As new", re.IGNORECASE)).first)
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Price", exact=True))
    page.keyboard.type("6.50")
    press(page, page.get_by_role("button", name="Put it on sale"))
    expect(page.get_by_role("main")).to_contain_text("is on sale.")
    copy = Listing.objects.on_sale().filter(seller=shop).latest("pk")
    assert copy.price_minor == 650
    assert copy.edition.identifiers.filter(value=isbn).exists()
