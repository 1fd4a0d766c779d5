"""What is open between readers and the shop whose keeper signs in: deadlines, extra postage, returns and claims.

All of it goes the way that people's own would, so letters and histories are there as well. A demo that is loaded
for another day than today has none of it: deadlines and rights are those of the day.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import Seller, User
from books4all.demo.people import SHOPKEEPER
from books4all.lib.money import Money
from orders.constants import Actor, CaseReason, SellerOrderStatus, Side
from orders.models import Case, Payment, SandboxPayment, SellerOrder
from orders.models.sandbox import SandboxStatus
from orders.selectors.case_money import terms_for
from orders.selectors.deadlines import accept_until
from orders.services import case_answers, cases, messages, postage, promises
from orders.services.case_steps import By
from orders.services.cases import Complaint
from orders.services.steps import Asked

# Payments of so many days can still be given back: the sandbox knows of them.
KNOWN = timedelta(days=60)
# So long at least a deadline is still to come.
AHEAD = timedelta(hours=12)
_TALK = (
    (Side.BUYER, "I have put in a claim about the map. Was it there when you packed the book?"),
    (
        Side.SELLER,
        "I am sorry. I can’t say for certain, so I look at the photographs today and answer you there.",
    ),
)


def add_matters(shops: dict[str, Seller], reader: User, now: datetime) -> None:
    """Leave things open between ``reader`` and the shop by the sea, for both to go on with."""
    _tell_the_sandbox(now)
    if abs(timezone.now() - now) > AHEAD:
        return
    shop, keeper = shops["saltmarsh"], User.objects.get(email=SHOPKEEPER)
    parts = _parts_of(shop, reader)
    _deadlines(parts, keeper)
    arrived = iter(parts.filter(status=SellerOrderStatus.DELIVERED).order_by("-delivered_at", "pk"))
    buyer, seller = By(Actor.BUYER, reader), By(Actor.SELLER, keeper)
    claim = _complain(
        arrived, CaseReason.INCOMPLETE, "The folding map at the end is missing.", buyer
    )
    if claim is not None:
        _talk_about(claim.seller_order, reader, keeper)
    before_staff = _complain(
        arrived, CaseReason.DAMAGED, "The spine is cracked: the parcel was hardly padded.", buyer
    )
    if before_staff is not None:
        words = "It left here in a box with two layers of paper. The crack was in our description."
        case_answers.decline(case_id=before_staff.pk, words=words, by=seller)
        cases.escalate(
            case_id=before_staff.pk, words="The description says “light wear”, no more.", by=buyer
        )
    back = _complain(
        arrived, CaseReason.WRONG_BOOK, "It is another edition than the page shows.", buyer
    )
    if back is not None:
        words = "It is the one we photographed, but send it back and you have your money."
        case_answers.take_back(case_id=back.pk, words=words, by=seller)


def _tell_the_sandbox(now: datetime) -> None:
    """Have the sandbox know of the payments that can be given back, so that it does."""
    recent = Payment.objects.filter(captured_at__gt=now - KNOWN)
    SandboxPayment.objects.bulk_create(
        SandboxPayment(
            reference=payment.reference,
            key=str(payment.pk),
            status=SandboxStatus.SUCCEEDED,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
        )
        for payment in recent.order_by("pk")
    )


def _parts_of(shop: Seller, reader: User) -> QuerySet[SellerOrder]:
    """Return what ``reader`` bought of ``shop`` alone."""
    alone = SellerOrder.objects.annotate(shops=Count("order__seller_orders")).filter(shops=1)
    return alone.filter(seller=shop, order__user=reader).select_related("order", "seller")


def _deadlines(parts: QuerySet[SellerOrder], keeper: User) -> None:
    """Have one order wait for the shop, and one for the buyer, who is asked for extra postage."""
    placed = parts.filter(status=SellerOrderStatus.PLACED).order_by("-order__placed_at", "pk")
    soon = timezone.now() + AHEAD
    waiting = [
        part
        for part in placed
        if part.order.placed_at and accept_until(part.order.placed_at) > soon
    ]
    for part in waiting[:2]:
        promises.begin(part.order)
    for part in waiting[1:2]:
        postage.propose(
            seller_order_id=part.pk,
            amount=Money(350, part.currency),
            reason="It weighs more than two kilos once it is packed.",
            asked=Asked(keeper),
        )


def _complain(arrived: Iterator[SellerOrder], reason: str, words: str, by: By) -> Case | None:
    """Open a case about the next order of which ``by`` may still say so."""
    for part in arrived:
        if terms_for(part, reason).may_ask:
            return cases.open_case(
                seller_order_id=part.pk,
                complaint=Complaint(reason=reason, words=words),
                copies={line.pk: line.quantity for line in part.lines.order_by("pk")},
                by=by,
            )
    return None


def _talk_about(part: SellerOrder, reader: User, keeper: User) -> None:
    for side, text in _TALK:
        author = reader if side == Side.BUYER else keeper
        messages.write_about_order(seller_order=part, side=side, author=author, text=text)
