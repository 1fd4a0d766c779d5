"""What is owed for copies of a seller order: the refund matrix in money, from the frozen amounts.

A copy is worth its share of what was paid for its line, in whole pence; with the last copy of a line the
rest of it goes. The delivery goes back in proportion to the copies, and whole with the last one that was
posted. Never more than was earned by posting and has not been given back yet, by whomever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from books4all.lib.money import Money
from catalog.constants import Service
from orders.constants import CaseReason, ParcelStatus, Stage
from orders.models import (
    Case,
    OrderLine,
    Refund,
    RefundLine,
    SellerOrder,
    ShipmentLine,
)
from orders.selectors.order_money import kept_by_banks
from orders.selectors.quotes import working_day_after
from orders.selectors.refund_matrix import Delivery, Facts, Limits, Terms, terms


@dataclass(frozen=True, slots=True)
class Given:
    """Copies of a line and the money for them."""

    order_line: OrderLine
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Due:
    """What a buyer is owed: for books, and for their delivery.

    Of a delivery that cost the buyer nothing, ``free_delivery`` is what the marketplace has paid the shop for
    it and gets back, in pence.
    """

    lines: Sequence[Given]
    delivery: Money
    free_delivery: int = 0

    @property
    def books(self) -> Money:
        """For the books."""
        return sum((one.amount for one in self.lines), start=self.delivery * 0)

    @property
    def total(self) -> Money:
        """All of it."""
        return self.books + self.delivery


@dataclass(frozen=True, slots=True)
class LineMoney:
    """What posting copies of a line has earned, and what went back of it: pence and copies."""

    order_line: OrderLine
    posted: int
    earned: int
    returned: int
    given_back: int

    @property
    def copies_left(self) -> int:
        """Copies that were posted, and for which no money went back whole."""
        return self.posted - self.returned

    @property
    def left(self) -> int:
        """Pence that can still be given back."""
        return self.earned - self.given_back

    def worth(self, copies: int) -> int:
        """Return what the next ``copies`` that come back are worth."""
        if copies >= self.copies_left:
            return self.left
        upto = self.earned * (self.returned + copies) // self.posted
        return min(self.left, upto - self.earned * self.returned // self.posted)


@dataclass(frozen=True, slots=True)
class Account:
    """The money of a seller order that was earned by posting: what can be given back of it."""

    seller_order: SellerOrder
    lines: Mapping[UUID, LineMoney]
    delivery_back: int
    goodwill: int
    # What the buyer's bank has taken back, and may keep.
    disputed: int

    @property
    def delivery_left(self) -> int:
        """Of the delivery, in pence."""
        return self.seller_order.delivery_parts.paid - self.delivery_back

    @property
    def left(self) -> int:
        """Of all, in pence: less what the marketplace gave of its own, for the card takes no more."""
        books = sum(one.left for one in self.lines.values())
        return max(0, self.delivery_left + books - self.goodwill - self.disputed)

    def most_of(self, lines: Iterable[UUID]) -> int:
        """Return how much can be given back for the books of ``lines`` alone, in pence."""
        return min(self.left, sum(self.lines[key].left for key in lines))

    def due(self, copies: Mapping[UUID, int], delivery: Delivery) -> Due:
        """Return what is owed for ``copies``, by the key of their order line."""
        currency = self.seller_order.currency
        room = self.left
        given = []
        for key, n in copies.items():
            amount = min(self.lines[key].worth(n), room)
            room -= amount
            given.append(Given(self.lines[key].order_line, n, Money(amount, currency)))
        whole, n = self.seller_order.delivery_parts, sum(copies.values())
        if not whole.paid:
            free = self._delivery(n, _most(self.seller_order, whole.subsidy, delivery))
            return Due(given, Money(0, currency), free)
        post = self._delivery(n, _most(self.seller_order, whole.paid, delivery))
        post = min(post, self.delivery_left, room)
        return Due(given, Money(max(0, post), currency))

    def _delivery(self, copies: int, whole: int) -> int:
        """Return what of ``whole`` goes back with the next ``copies``."""
        posted = sum(one.posted for one in self.lines.values())
        returned = sum(one.returned for one in self.lines.values())
        if not posted:
            return 0
        return whole * (returned + copies) // posted - whole * returned // posted

    def part(self, copies: Mapping[UUID, int], amount: Money) -> Due:
        """Return ``amount`` divided over ``copies`` that stay: in proportion to what is left of them."""
        return _spread([self.lines[key] for key in copies], amount)


def _spread(rows: Sequence[LineMoney], amount: Money) -> Due:
    given, room, rest = [], sum(one.left for one in rows), amount.minor
    for one in rows:
        # What is left of the amount, in proportion to what is left of the rows: ends at nothing.
        share = min(one.left, rest * one.left // room if room else 0)
        share = max(share, rest - (room - one.left))
        given.append(Given(one.order_line, 0, Money(share, amount.currency)))
        rest, room = rest - share, room - one.left
    return Due([one for one in given if one.amount], amount * 0)


def _most(seller_order: SellerOrder, paid: int, how: Delivery) -> int:
    """Return how much goes back of what was ``paid`` for the delivery, by whomever."""
    if how == Delivery.NONE:
        return 0
    standard, charged = seller_order.standard_delivery_minor, seller_order.delivery_minor
    if how == Delivery.WHOLE or seller_order.service == Service.STANDARD:
        return paid
    if standard is None or not charged:
        return paid
    # With discount and tax, as they stood to the price of the service that was chosen.
    return min(paid, paid * standard // charged)


def account_of(seller_order: SellerOrder) -> Account:
    """Return the money of a seller order; six queries."""
    lines = {line.pk: line for line in seller_order.lines.order_by("pk")}
    earned = _by_line(ShipmentLine.objects.filter(order_line__in=lines))
    back = _by_line(RefundLine.objects.filter(order_line__in=lines, refund__stage=Stage.EARNED))
    refunds = Refund.objects.filter(seller_order=seller_order)
    post = refunds.aggregate(n=Sum("delivery_minor", default=0))["n"]
    goodwill = refunds.filter(stage=Stage.GOODWILL).aggregate(n=Sum("amount_minor", default=0))
    taken = kept_by_banks(seller_order, Stage.EARNED)
    return Account(
        seller_order=seller_order,
        lines={
            key: LineMoney(line, *earned.get(key, (0, 0)), *back.get(key, (0, 0)))
            for key, line in lines.items()
            if key in earned
        },
        delivery_back=int(post),
        goodwill=int(goodwill["n"]),
        disputed=int(taken.aggregate(n=Sum("paid_minor", default=0))["n"]),
    )


def _by_line(rows: object) -> dict[UUID, tuple[int, int]]:
    """Return copies and pence by order line."""
    found = (
        rows.order_by()  # type: ignore[attr-defined]
        .values_list("order_line")
        .annotate(n=Sum("quantity"), paid=Sum("paid_minor"))
    )
    return {key: (int(n), int(paid)) for key, n, paid in found}


def expected_by(seller_order: SellerOrder) -> date:
    """Return the last day on which the parcel should have come, as it was promised."""
    order, seller = seller_order.order, seller_order.seller
    start = (order.placed_at or order.created_at).astimezone(UTC).date()
    days = seller_order.promised_days(seller) + seller_order.days_max
    return working_day_after(start, days)


def terms_for(
    seller_order: SellerOrder, reason: str, *, agreed: bool = True, on: datetime | None = None
) -> Terms:
    """Return the row of the refund matrix for a seller order, today or ``on`` a day.

    The seller order comes with its order and its seller; of one that has not arrived the parcels are
    looked at.
    """
    arrived = seller_order.delivered_at
    facts = Facts(
        reason=reason,
        private=seller_order.seller.is_private,
        country=str(seller_order.order.country),
        withdrawal_days=(
            settings.WITHDRAWAL_DAYS
            if seller_order.withdrawal_days is None
            else seller_order.withdrawal_days
        ),
        return_postage=seller_order.return_postage,
        expected=expected_by(seller_order),
        arrived=arrived.astimezone(UTC).date() if arrived else None,
        today=(on or timezone.now()).astimezone(UTC).date(),
        agreed=agreed,
        lost=reason == CaseReason.NOT_ARRIVED and _is_lost(seller_order),
    )
    return terms(facts, Limits(not_arrived=settings.NOT_ARRIVED_DAYS, claim=settings.CLAIM_DAYS))


def _is_lost(seller_order: SellerOrder) -> bool:
    """Return whether a parcel of it is known not to come; no query where they are loaded."""
    astray = (ParcelStatus.LOST, ParcelStatus.RETURNED)
    return any(
        parcel.tracking_status in astray and parcel.delivered_at is None
        for parcel in seller_order.shipments.all()
    )


def terms_of(case: Case, *, agreed: bool | None = None) -> Terms:
    """Return the row of the matrix that a case stands in, as it was when the case was opened."""
    if agreed is None:
        agreed = case.agreed is not False
    return terms_for(case.seller_order, case.reason, agreed=agreed, on=case.created_at)


def due_of(case: Case, copies: Mapping[UUID, int] | None = None) -> Due:
    """Return what a case comes to by the matrix: for all of its copies, or for those that came back."""
    if copies is None:
        copies = {line.order_line_id: line.quantity for line in case.lines.all()}
    return account_of(case.seller_order).due(copies, terms_of(case).delivery)
