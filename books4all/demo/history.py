"""A year of demo orders and what readers said, so that every page and chart has something to show."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db.models import Model

from accounts.models import Seller, User
from books4all.demo.editions import BookRow
from books4all.demo.people import address_for
from books4all.demo.source import Source, dice
from books4all.demo.subjects import review_kind
from catalog.constants import MovementKind, ReviewStatus, Service
from catalog.models import DeliveryRate, Listing, Load, Review, StockMovement, Work
from orders.constants import (
    Actor,
    BasketStatus,
    EventType,
    HoldStatus,
    OrderStatus,
    PaymentStatus,
    SellerOrderStatus,
)
from orders.models import (
    Basket,
    Hold,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    SellerOrder,
    Shipment,
    ShipmentLine,
)
from orders.models.amounts import columns
from orders.selectors.quotes import Quote, QuoteLine, QuoteParcel, ServiceOption
from orders.selectors.quotes.settling import FeeTerms, Terms, settle
from orders.selectors.tax import TaxTerms
from orders.selectors.terms import commission_rules, fee_rates, rates_on, traders_of
from orders.services.order_rows import order_line_of, seller_order_of

# Where the demo's shops are, and what they post is taxed.
TAXED = ("GB", "IE", "FR", "DE", "NL", "ES", "IT", "BE")
# Orders of the two whose sign-ins are printed, so many days old, so that something can be open between
# them (see matters); and until when nobody has looked at a new one.
OPEN_DAYS, UNSEEN = (0.1, 0.15, 12, 14, 17, 19), timedelta(hours=5)
# Who took these steps: readers say that it has arrived.
SIDES = {
    EventType.CREATED: Actor.BUYER,
    EventType.ACCEPTED: Actor.SELLER,
    EventType.SHIPPED: Actor.SELLER,
    EventType.DELIVERED: Actor.BUYER,
}
CARRIERS = {"GB": "Royal Mail", "IE": "An Post", "FR": "La Poste", "DE": "DHL", "NL": "PostNL"}


@dataclass
class Rows:
    """Rows of past orders, gathered to be written together."""

    baskets: list[Basket] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    seller_orders: list[SellerOrder] = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    shipment_lines: list[ShipmentLine] = field(default_factory=list)
    events: list[OrderEvent] = field(default_factory=list)
    movements: list[StockMovement] = field(default_factory=list)

    def write(self) -> None:
        """Write everything, rows before those that point at them."""
        tables: tuple[Sequence[Model], ...] = (
            self.baskets,
            self.orders,
            self.seller_orders,
            self.lines,
            self.holds,
            self.payments,
            self.shipments,
            self.shipment_lines,
            self.events,
            self.movements,
        )
        for rows in tables:
            if rows:
                manager = type(rows[0])._default_manager  # noqa: SLF001 Django's documented interface
                manager.bulk_create(rows, batch_size=2000)


def add_orders(readers: list[User], sold: list[Listing], now: datetime) -> Rows:
    """Write a year of orders in which readers bought the ``sold`` copies, and return its rows."""
    choose = dice("orders")
    rates = _home_rates()
    terms = _terms({listing.seller for listing in sold}, now)
    rows = Rows()
    by_the_sea = [copy for copy in sold if copy.seller.slug == "saltmarsh-books"]
    for age, copy in zip(OPEN_DAYS, by_the_sea, strict=False):
        _Sale(rows, choose, rates, terms, readers[0], now - timedelta(days=age), now).of([copy])
    kept = set(by_the_sea[: len(OPEN_DAYS)])
    waiting = [copy for copy in sold if copy not in kept]
    choose.shuffle(waiting)
    while waiting:
        wanted = [
            waiting.pop() for _ in range(min(len(waiting), choose.choice((1, 1, 1, 2, 2, 3, 4))))
        ]
        # The first reader is the one whose sign-in is printed: they have orders of every age.
        reader = readers[0] if choose.random() < 0.02 else choose.choice(readers)
        # The shop is growing, and the last days' orders still stand to be posted: most of them in the
        # shop whose keeper's sign-in is printed.
        recent = choose.random() < (0.25 if wanted[0].seller.slug == "saltmarsh-books" else 0.06)
        age = choose.random() * 2 if recent else min(choose.expovariate(1 / 150), 364)
        placed = now - timedelta(days=age, minutes=choose.randrange(0, 600))
        _Sale(rows, choose, rates, terms, reader, placed, now).of(wanted)
    rows.write()
    return rows


def _home_rates() -> dict[tuple[int, str], DeliveryRate]:
    rates = DeliveryRate.objects.filter(service=Service.STANDARD)
    return {(rate.seller_id, rate.destination): rate for rate in rates}


def _terms(sellers: set[Seller], now: datetime) -> Terms:
    """Return the terms of all sales: the taxes of all countries, and what the marketplace charges."""
    traders = traders_of(sellers)
    taxes = TaxTerms(rates=rates_on(now.date(), TAXED), traders=traders)
    fees = FeeTerms(commission_rules(), fee_rates(sellers, traders=traders, on=now.date()))
    return Terms(taxes, fees)


@dataclass
class _Sale:
    """One past order in the making."""

    rows: Rows
    choose: Random
    rates: dict[tuple[int, str], DeliveryRate]
    terms: Terms
    reader: User
    placed: datetime
    now: datetime

    def of(self, listings: list[Listing]) -> None:
        """Add the order's rows."""
        home = address_for(self.reader)
        basket = Basket(user=self.reader, status=BasketStatus.ORDERED, created_at=self.placed)
        order = Order(
            basket=basket,
            user=self.reader,
            email=self.reader.email,
            status=OrderStatus.PLACED,
            currency="GBP",
            items_minor=0,
            delivery_minor=0,
            total_minor=0,
            placed_at=self.placed,
            created_at=self.placed - timedelta(minutes=3),
            **{name: getattr(home, name) for name in home.ADDRESS_FIELDS},
        )
        by_seller: dict[Seller, list[Listing]] = defaultdict(list)
        for listing in listings:
            by_seller[listing.seller].append(listing)
        self.rows.baskets.append(basket)
        self.rows.orders.append(order)
        self._event(order, None, EventType.CREATED, order.created_at)
        self._event(order, None, EventType.PLACED, self.placed)
        for seller, theirs in by_seller.items():
            self._parcel(order, seller, theirs)
        order.total_minor = order.items_minor + order.delivery_minor + order.tax_added_minor
        self.rows.payments.append(
            Payment(
                order=order,
                placing=order,
                provider="sandbox",
                reference=f"demo_{order.number}",
                status=PaymentStatus.CAPTURED,
                amount_minor=order.total_minor,
                currency="GBP",
                captured_at=self.placed,
                created_at=order.created_at,
            )
        )

    def _rate(self, seller: Seller, country: str) -> DeliveryRate:
        for destination in (country, "EU" if country in {"IE", "FR", "DE", "NL"} else "*", "*"):
            if rate := self.rates.get((seller.pk, destination)):
                return rate
        msg = f"{seller} does not deliver to {country}"
        raise LookupError(msg)

    def _parcel(self, order: Order, seller: Seller, listings: list[Listing]) -> None:
        rate = self._rate(seller, str(order.country))
        quoted = self._quoted(order, seller, rate, listings)
        parcel = seller_order_of(order, quoted)
        order.items_minor += parcel.items_minor
        order.delivery_minor += parcel.delivery_minor
        order.tax_added_minor += parcel.tax_added_minor
        shipped = self.placed + timedelta(
            hours=self.choose.randrange(5, 24 * seller.dispatch_days + 6)
        )
        delivered = shipped + timedelta(
            days=self.choose.randrange(rate.days_min, rate.days_max + 2)
        )
        # How long after its arrival a book could be sent back: then an order was completed.
        returned_by = delivered + timedelta(days=parcel.withdrawal_days or settings.WITHDRAWAL_DAYS)
        parcel.status = self._status(shipped, delivered, returned_by)
        parcel.completed_at = returned_by if parcel.status == SellerOrderStatus.COMPLETED else None
        parcel.created_at = order.created_at
        self.rows.seller_orders.append(parcel)
        for line in quoted.lines:
            self._line(parcel, line)
        lines = self.rows.lines[-len(listings) :]
        self._history(parcel, lines, shipped, delivered)

    def _quoted(
        self, order: Order, seller: Seller, rate: DeliveryRate, listings: list[Listing]
    ) -> QuoteParcel:
        """Price the copies as the shop's checkout did then: sold by now, they were there."""
        service = ServiceOption(
            code=rate.service,
            name="",
            cost=rate.cost(Load.of((copy.posted_g, 1) for copy in listings)),
            days_min=rate.days_min,
            days_max=rate.days_max,
            by=self.placed.date(),
            selected=True,
        )
        lines = tuple(
            QuoteLine(
                pk=None,
                listing=listing,
                wanted=1,
                quantity=1,
                most=1,
                unit=listing.price,
                seen=listing.price,
                problems=(),
            )
            for listing in listings
        )
        parcel = QuoteParcel(seller, lines, (service,), (), "GBP")
        return settle(Quote((parcel,), "GBP", str(order.country)), terms=self.terms).parcels[0]

    def _status(
        self, shipped: datetime, delivered: datetime, returned_by: datetime
    ) -> SellerOrderStatus:
        if returned_by < self.now:
            return SellerOrderStatus.COMPLETED
        if delivered < self.now:
            return SellerOrderStatus.DELIVERED
        if shipped < self.now:
            return SellerOrderStatus.SHIPPED
        seen = self.choose.choice((False, True)) and self.now - self.placed > UNSEEN
        return SellerOrderStatus.ACCEPTED if seen else SellerOrderStatus.PLACED

    def _line(self, parcel: SellerOrder, quoted: QuoteLine) -> None:
        listing = quoted.listing
        self.rows.lines.append(order_line_of(parcel, quoted))
        self.rows.holds.append(
            Hold(
                order=parcel.order,
                listing=listing,
                quantity=1,
                status=HoldStatus.CONSUMED,
                expires_at=self.placed + timedelta(minutes=15),
                created_at=parcel.created_at,
            )
        )
        listed = min(listing.listed_at or self.placed, self.placed - timedelta(days=1))
        for kind, quantity, when in (
            (MovementKind.RECEIVED, 1, listed),
            (MovementKind.SOLD, -1, self.placed),
        ):
            self.rows.movements.append(
                StockMovement(
                    listing=listing,
                    kind=kind,
                    quantity=quantity,
                    reference=parcel.order.number if kind == MovementKind.SOLD else "",
                    created_at=when,
                )
            )

    def _history(
        self,
        parcel: SellerOrder,
        lines: Sequence[OrderLine],
        shipped: datetime,
        delivered: datetime,
    ) -> None:
        order = parcel.order
        if parcel.status == SellerOrderStatus.PLACED:
            return
        accepted = self.placed + (min(shipped, self.now) - self.placed) / 2
        parcel.accepted_at = accepted
        self._event(order, parcel, EventType.ACCEPTED, accepted)
        if parcel.status == SellerOrderStatus.ACCEPTED:
            return
        done = parcel.status == SellerOrderStatus.COMPLETED
        arrived = delivered if done or parcel.status == SellerOrderStatus.DELIVERED else None
        parcel.shipped_at, parcel.delivered_at = shipped, arrived
        shipment = Shipment(
            seller_order=parcel,
            carrier=CARRIERS.get(str(parcel.seller.country), "Post"),
            tracking_number=f"{self.choose.choice('ABCDEF')}{self.choose.randrange(10**8, 10**9)}"
            f"{parcel.seller.country}",
            shipped_at=shipped,
            delivered_at=arrived,
            created_at=shipped,
        )
        self.rows.shipments.append(shipment)
        for line in lines:
            line.posted = line.quantity
            self.rows.shipment_lines.append(
                ShipmentLine(
                    shipment=shipment,
                    order_line=line,
                    quantity=line.quantity,
                    currency=line.currency,
                    **columns(line.parts),
                )
            )
        self._event(order, parcel, EventType.SHIPPED, shipped)
        if arrived:
            self._event(order, parcel, EventType.DELIVERED, arrived)
        if parcel.completed_at:
            self._event(order, parcel, EventType.COMPLETED, parcel.completed_at)

    def _event(
        self, order: Order, parcel: SellerOrder | None, kind: EventType, when: datetime
    ) -> None:
        self.rows.events.append(
            OrderEvent(
                order=order,
                seller_order=parcel,
                type=kind,
                side=SIDES.get(kind, Actor.SYSTEM),
                created_at=when,
            )
        )


def add_reviews(
    source: Source, books: list[BookRow], shops: dict[str, Seller], now: datetime
) -> None:
    """Write reviews of the books most looked for and of every shop, and count their ratings."""
    choose = dice("reviews")
    readers = source.voices["readers"]
    reviews: list[Review] = []
    shelves: dict[Work, str] = {row.work: row.shelf for row in books}

    def review(
        words: dict[str, Any], status: ReviewStatus = ReviewStatus.PUBLISHED, **about: Any
    ) -> None:
        shown = status == ReviewStatus.PUBLISHED
        when = now - timedelta(days=choose.random() * (420 if shown else 3))
        reviews.append(
            Review(
                author_name=choose.choice(readers),
                rating=words["rating"],
                text=words["text"],
                status=status,
                verified=choose.random() < 0.6,
                published_at=when if shown else None,
                created_at=when,
                **about,
            )
        )

    for work, shelf in shelves.items():
        table = source.voices["review"][review_kind(shelf)]
        number = min(int(choose.random() * (1 + work.popularity / 220)), len(table), 14)
        for words in choose.sample(table, number):
            review(words, work=work)
            work.rating_sum += words["rating"]
            work.rating_count += 1
    for row in source.shops:
        seller = shops[row["key"]]
        table = source.voices["shop_review"]
        for words in choose.sample(table, min(len(table), 4 + row["stock"] * 3)):
            review(words, seller=seller)
            seller.rating_sum += words["rating"]
            seller.rating_count += 1
    for work in choose.sample(list(shelves), min(3, len(shelves))):
        # For staff to look at: not shown, and not counted.
        review(choose.choice(source.voices["review"]["fiction"]), ReviewStatus.PENDING, work=work)
    Review.objects.bulk_create(reviews, batch_size=2000)
    Work.objects.bulk_update(shelves, ["rating_sum", "rating_count"], batch_size=500)
    Seller.objects.bulk_update(shops.values(), ["rating_sum", "rating_count"])
