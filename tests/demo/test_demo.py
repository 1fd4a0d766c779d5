"""The demo: large, diverse, consistent, and the same every time."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.plugin import DjangoDbBlocker
from stdnum import isbn

from accounts.constants import SellerStatus
from accounts.models import Address, Seller, User
from books4all.demo import loader
from catalog.constants import IdentifierType, ReviewStatus, Role, Service
from catalog.models import (
    Contribution,
    DeliveryRate,
    Edition,
    Identifier,
    Listing,
    Person,
    PriceChange,
    Review,
    SearchDocument,
    StockMovement,
    Want,
    Work,
)
from orders.constants import SellerOrderStatus
from orders.models import Order, OrderLine, Payment, SellerOrder, Shipment
from orders.selectors.stock_check import stock_differences

DATA = Path(loader.__file__).parent / "data"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

# What a table says without its keys, which the database counts up or draws by lot.
SAID: dict[Any, tuple[str, ...]] = {
    User: ("email", "name", "is_staff", "date_joined"),
    Address: ("user__email", "full_name", "line1", "city", "postcode", "country"),
    Seller: ("slug", "name", "country", "paint", "rating_sum", "rating_count"),
    DeliveryRate: ("seller__slug", "destination", "service", "first_minor", "further_minor"),
    Person: ("slug", "name", "native_name", "born", "died", "bio"),
    Work: ("slug", "title", "original_title", "original_language", "first_published", "rating_sum"),
    Edition: ("work__slug", "title", "language", "form", "published_year", "pages", "statement"),
    Identifier: ("edition__work__slug", "value"),
    Contribution: ("work__slug", "person__slug", "role", "sequence"),
    Listing: (
        *("seller__slug", "sku", "edition__work__slug", "condition", "jacket", "price_minor"),
        *("on_hand", "held", "signed", "notes", "listed_at"),
    ),
    StockMovement: ("listing__seller__slug", "listing__sku", "kind", "quantity", "created_at"),
    Review: ("work__slug", "seller__slug", "author_name", "rating", "text", "published_at"),
    Order: ("email", "items_minor", "delivery_minor", "total_minor", "status", "placed_at"),
    SellerOrder: ("order__email", "seller__slug", "status", "total_minor", "created_at"),
    OrderLine: ("seller_order__seller__slug", "sku", "title", "quantity", "unit_minor"),
    Shipment: ("carrier", "tracking_number", "shipped_at", "delivered_at"),
}


def digest() -> str:
    """Return a fingerprint of all that the demo says."""
    said = hashlib.sha256()
    for model, names in SAID.items():
        rows = sorted(repr(row) for row in model.objects.values_list(*names))
        said.update(f"{model.__name__}: {rows}\n".encode())
    return said.hexdigest()


@dataclass(frozen=True)
class Loads:
    """Fingerprints of loads into empty databases."""

    sample: str
    sample_again: str
    sample_later: str
    whole: str


def sample(now: datetime) -> str:
    with transaction.atomic():
        loader.load(lambda _step, _share: None, works=25, now=now)
        found = digest()
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loads]:
    """The whole demo, loaded once for all tests here and rolled back; instead of pytest-django's."""
    with django_db_blocker.unblock(), transaction.atomic():
        samples = sample(NOW), sample(NOW), sample(NOW.replace(month=7))
        shares: list[float] = []
        loader.load(lambda _step, share: shares.append(share), now=NOW)
        assert shares == sorted(shares)
        assert shares[-1] == 1
        yield Loads(*samples, whole=digest())
        transaction.set_rollback(True)


def test_the_same_every_time(db: Loads) -> None:
    assert db.sample == db.sample_again
    assert db.sample != db.sample_later


def test_loading_again_changes_nothing(db: Loads) -> None:
    said = StringIO()
    call_command("load_demo", "--anyway", stdout=said)
    assert "loaded already" in said.getvalue()
    with pytest.raises(CommandError, match="empty"):
        loader.load(lambda _step, _share: None, now=NOW)
    assert digest() == db.whole


@pytest.mark.parametrize("path", sorted(DATA.glob("*.toml")), ids=lambda path: path.stem)
def test_words_are_what_they_were_written_as(path: Path) -> None:
    # Text that was decoded with the wrong alphabet somewhere is full of control characters.
    text = path.read_text(encoding="utf-8")
    assert [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"] == []
    assert "\ufffd" not in text


def test_size(db: Loads) -> None:
    authors = Person.objects.filter(contributions__role=Role.AUTHOR).distinct()
    assert Work.objects.count() >= 400
    assert authors.count() >= 200
    assert Edition.objects.count() >= 1_200
    assert Listing.objects.on_sale().count() >= 5_000
    assert Seller.objects.approved().count() == 30
    assert Seller.objects.filter(status=SellerStatus.READY_FOR_REVIEW).count() == 2
    assert Review.objects.filter(status=ReviewStatus.PENDING).count() == 3
    assert Seller.objects.approved().values("country").distinct().count() == 8
    assert SearchDocument.objects.count() == Work.objects.count()


def test_works_come_from_the_whole_world(db: Loads) -> None:
    languages = Counter(Work.objects.values_list("original_language", flat=True))
    assert len(languages) >= 15
    assert languages["eng"] < languages.total() / 2
    scripts = {
        unicodedata.name(letter).split()[0]
        for title in Work.objects.exclude(original_title="").values_list(
            "original_title", flat=True
        )
        for letter in title
        if letter.isalpha()
    }
    assert scripts >= {"LATIN", "CYRILLIC", "GREEK", "CJK"}


def test_works_are_whole(db: Loads) -> None:
    works: QuerySet[Any] = Work.objects.annotate(
        authors=Count("contributions", filter=Q(contributions__role=Role.AUTHOR), distinct=True),
        kept=Count("editions", distinct=True),
        shelves=Count("work_subjects", distinct=True),
    )
    for work in works:
        assert work.author_line or not work.authors, work
        assert work.kept >= 1, work
        assert work.shelves >= 1, work
        assert work.description, work
    translated = Edition.objects.exclude(language=F("work__original_language"))
    assert translated.count() > 100
    # Nobody publishes a book before it is written, nor in the future.
    early = Edition.objects.filter(published_year__lt=F("work__first_published"))
    assert list(early.values_list("work__slug", "published_year", "work__first_published")) == []
    assert not Edition.objects.filter(published_year__gt=NOW.year).exists()


def test_works_are_in_the_public_domain(db: Loads) -> None:
    # Everywhere seventy years after the author's death, or in the United States after 95 years.
    protected = Work.objects.filter(
        contributions__role=Role.AUTHOR,
        contributions__person__died__gte=NOW.year - 70,
        first_published__gte=NOW.year - 95,
    )
    assert list(protected.values_list("title", "first_published")) == []
    assert not Work.objects.filter(first_published__gte=NOW.year - 70).exists()


def test_isbns_are_valid_and_of_their_time(db: Loads) -> None:
    values = list(
        Identifier.objects.filter(type=IdentifierType.ISBN13).values_list("value", flat=True)
    )
    assert len(values) > 300
    assert [value for value in values if not isbn.is_valid(value)] == []
    assert len(set(values)) == len(values)
    old = Identifier.objects.filter(type=IdentifierType.ISBN13, edition__published_year__lt=1967)
    assert list(old.values_list("value", "edition__published_year")) == []


def test_stock_is_the_sum_of_its_movements(db: Loads) -> None:
    assert stock_differences() == []
    assert not Listing.objects.filter(held__gt=0).exists()
    moved = StockMovement.objects.aggregate(total=Sum("quantity"))["total"]
    assert moved == Listing.objects.aggregate(total=Sum("on_hand"))["total"]
    assert not StockMovement.objects.filter(created_at__gt=NOW).exists()


def test_listings_are_believable(db: Loads) -> None:
    assert not Listing.objects.filter(price_minor__lt=50).exists()
    notes = list(Listing.objects.exclude(notes="").values_list("notes", flat=True))
    assert len(notes) > 2_000
    assert len(set(notes)) > 100
    # A jacket that is there or missing is a hardback's matter.
    assert not Listing.objects.filter(signed=True, edition__published_year__gte=1950).exists()
    shops: QuerySet[Any] = Seller.objects.approved().annotate(stock=Count("listings"))
    for seller in shops:
        assert seller.stock >= 10, seller
        assert seller.delivery_rates.filter(service=Service.STANDARD).exists(), seller


def test_orders_add_up(db: Loads) -> None:
    orders = list(Order.objects.all())
    assert len(orders) >= 300
    parts = _sums(SellerOrder, "order_id", "items_minor", "delivery_minor", "total_minor")
    paid = dict(Payment.objects.values_list("order_id", "amount_minor"))
    for order in orders:
        amounts = (order.items_minor, order.delivery_minor, order.total_minor)
        assert parts[order.pk] == amounts
        assert order.items_minor + order.delivery_minor == order.total_minor
        assert paid[order.pk] == order.total_minor
        assert order.placed_at is not None
        assert order.placed_at <= NOW
    lines = dict(
        OrderLine.objects.values("seller_order_id")
        .annotate(sum_minor=Sum(F("unit_minor") * F("quantity")))
        .values_list("seller_order_id", "sum_minor")
    )
    assert lines == dict(SellerOrder.objects.values_list("pk", "items_minor"))


def _sums(model: Any, key: str, *names: str) -> dict[Any, tuple[int, ...]]:
    sums = {f"sum_{name}": Sum(name) for name in names}
    rows = model.objects.values(key).annotate(**sums).values_list(key, *sums)
    return {row[0]: tuple(row[1:]) for row in rows}


def test_a_year_of_orders_in_every_state(db: Loads) -> None:
    states = Counter(SellerOrder.objects.values_list("status", flat=True))
    for status in ("placed", "accepted", "shipped", "delivered"):
        assert states[SellerOrderStatus(status)] >= 3, states
    dates = [order.placed_at for order in Order.objects.all() if order.placed_at]
    assert (max(dates) - min(dates)).days > 300
    months = {(date.year, date.month) for date in dates}
    assert len(months) >= 12
    # What is posted was sent before it arrived, and nothing arrives tomorrow.
    assert not Shipment.objects.filter(delivered_at__lt=F("shipped_at")).exists()
    assert not Shipment.objects.filter(Q(shipped_at__gt=NOW) | Q(delivered_at__gt=NOW)).exists()


def test_ratings_are_those_of_the_reviews(db: Loads) -> None:
    published = Review.objects.filter(status=ReviewStatus.PUBLISHED)
    for model, key in ((Work, "work_id"), (Seller, "seller_id")):
        rows = published.exclude(**{key: None}).values(key).annotate(s=Sum("rating"), n=Count("pk"))
        counted = {row[key]: (row["s"], row["n"]) for row in rows}
        kept = {row.pk: (row.rating_sum, row.rating_count) for row in model.objects.all()}
        assert {pk: pair for pk, pair in kept.items() if pair[1]} == counted
    assert published.count() > 300


def test_everybody_can_sign_in_with_the_printed_password(db: Loads) -> None:
    said = StringIO()
    call_command("load_demo", "--print-signins", stdout=said)
    for line in said.getvalue().splitlines():
        email, password = line.split()[-2:]
        user = User.objects.get(email=email)
        assert user.check_password(password)
        assert EmailAddress.objects.get(user=user).verified


def test_the_shopkeeper_has_something_to_do(db: Loads) -> None:
    """The workplace that anyone can sign in to shows every part of itself."""
    shop = Seller.objects.get(slug="saltmarsh-books")
    assert shop.seller_orders.filter(status__in=("placed", "accepted")).count() >= 3
    assert shop.threads.filter(seller_unread__gt=0).exists()
    assert shop.sellermember_set.count() == 2
    assert shop.closures.exists()
    assert shop.standings.filter(orders__gte=5).exists()
    assert Want.objects.count() > 200
    cheaper = PriceChange.objects.filter(listing__seller=shop).values("listing")
    assert cheaper.annotate(n=Count("pk")).filter(n__gt=1).exists()
    # Its bill and its statement of last month are on their way.
    asked = ProcrastinateJob.objects.filter(task_name="orders.issue_month_of_shop")
    assert asked.filter(args__seller_id=shop.pk).exists()
