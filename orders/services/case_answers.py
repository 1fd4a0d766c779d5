"""A shop's answers to a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.money import Money
from catalog.services import stock
from orders.constants import CaseOutcome, CaseStatus, CaseStep, EventType
from orders.models import Case, CaseLine
from orders.selectors.case_money import account_of, due_of, terms_of
from orders.services.case_steps import (
    By,
    answered,
    check,
    close,
    give_back,
    locked,
    move,
    record,
    wanted,
)
from orders.services.transactions import business_transaction

MOST_LABEL_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came back of a line: copies, and how many of these can be sold again."""

    quantity: int
    resellable: int


@business_transaction
def refund(*, case_id: UUID, words: str = "", by: By) -> Case:
    """Give back what is owed; the buyer keeps the book, if there is one.

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: nothing is left to be given back.
    """
    case = locked(case_id)
    check(case, CaseStep.REFUND, by)
    settle_whole(case, by, note=words.strip())
    return case


def settle_whole(case: Case, by: By, *, note: str = "") -> None:
    """Give back all that a locked case comes to, without waiting for a book."""
    case.agreed = case.agreed is not False
    answered(case)
    give_back(case, due_of(case), by, outcome=CaseOutcome.REFUNDED, note=note)


@business_transaction
def approve(*, case_id: UUID, label: bytes = b"", words: str = "", by: By) -> Case:
    """Agree, and have the book sent back: with a ``label`` (PDF) where the shop owes its post.

    What the way back costs can't go to the card it did not come from, so the shop buys the label, or
    lets the book go (``refund``).

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: the label is missing, or is no PDF of a reasonable size.
        ConflictError: there is no book to be sent back.
    """
    case = locked(case_id)
    check(case, CaseStep.APPROVE, by)
    terms = terms_of(case, agreed=True)
    if not terms.needs_return:
        raise ConflictError(_("There is nothing to be sent back. Give the money back instead."))
    if terms.shop_pays_return or label:
        _keep_label(case, label)
    answered(case)
    move(case, CaseStatus.APPROVED, agreed=True)
    record(case, EventType.CASE_APPROVED, by, note=words.strip())
    return case


@business_transaction
def take_back(*, case_id: UUID, words: str, by: By) -> Case:
    """Take a book back without agreeing that it is not as described; the buyer pays its way.

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: words are missing.
        ConflictError: the case is about something else.
    """
    note = wanted(words)
    case = locked(case_id)
    check(case, CaseStep.TAKE_BACK, by)
    if not terms_of(case).may_dispute:
        raise ConflictError(_("This can’t be answered so. Decline it, or give the money back."))
    answered(case)
    move(case, CaseStatus.APPROVED, agreed=False)
    record(case, EventType.CASE_APPROVED, by, note=note)
    return case


@business_transaction
def decline(*, case_id: UUID, words: str, by: By) -> Case:
    """Decline, with the reason in words; the buyer may bring it before staff.

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: words are missing.
        ConflictError: for this reason a shop can't decline (see the refund matrix).
    """
    note = wanted(words)
    case = locked(case_id)
    check(case, CaseStep.DECLINE, by)
    if not terms_of(case).may_decline:
        message = _("This can’t be declined. Without agreeing, you can still take the book back.")
        raise ConflictError(message)
    answered(case)
    move(case, CaseStatus.DECLINED, agreed=False)
    record(case, EventType.CASE_DECLINED, by, note=note)
    return case


@business_transaction
def offer(*, case_id: UUID, amount: Money, words: str = "", by: By) -> Case:
    """Offer part of the money to a buyer who keeps the book.

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: nothing, or more than is left of what was paid for the books.
        ConflictError: there is no book to be kept, or the buyer sends back a sound one.
    """
    case = locked(case_id)
    check(case, CaseStep.OFFER, by)
    terms = terms_of(case)
    if not terms.needs_return:
        raise ConflictError(_("There is no book to keep. Give the money back, or decline."))
    account = account_of(case.seller_order)
    lines = case.lines.values_list("order_line", flat=True)
    left = account.most_of(lines)
    if not 0 < amount.minor <= left:
        message = _("Offer something, and at most %(left)s.")
        told = message % {"left": Money(left, case.currency)}
        raise DomainError(told, fields={"amount": [told]})
    answered(case)
    move(case, CaseStatus.OFFERED, offered_minor=amount.minor)
    note = f"{amount}. {words}".strip() if words.strip() else str(amount)
    record(case, EventType.CASE_OFFERED, by, note=note, data={"amount": amount.minor})
    return case


@business_transaction
def replace(
    *, case_id: UUID, carrier: str, tracking: str = "", from_stock: bool = False, by: By
) -> Case:
    """Say that another copy is on its way; ``from_stock`` takes it off the shelf.

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: the carrier is missing.
        OutOfStockError: there are not as many on the shelf.
        ConflictError: the buyer has changed their mind.
    """
    if not carrier.strip():
        message = _("Name the carrier.")
        raise DomainError(message, fields={"carrier": [message]})
    case = locked(case_id)
    check(case, CaseStep.REPLACE, by)
    if case.is_return:
        raise ConflictError(_("The reader does not want this book: give the money back."))
    if from_stock:
        copies = {line.order_line.listing_id: line.quantity for line in _lines(case)}
        stock.sell_free(quantities=copies, reference=case.seller_order.order.number)
    answered(case)
    parcel = f"{carrier.strip()} {tracking.strip()}".strip()[:160]
    close(case, CaseStatus.RESOLVED, outcome=CaseOutcome.REPLACED, replacement=parcel, agreed=True)
    record(case, EventType.CASE_RESOLVED, by, note=parcel)
    return case


@business_transaction
def receive(*, case_id: UUID, arrived: Mapping[UUID, Arrived], words: str = "", by: By) -> Case:
    """Say what came back, by order line: it is paid for, and what can be sold again is back on sale.

    A shop that finds something wrong with what came back brings it before staff instead.

    Raises:
        NotFoundError, TransitionError: as every step.
        DomainError: nothing came back, or more than was sent.
    """
    case = locked(case_id)
    check(case, CaseStep.RECEIVE, by)
    copies: dict[UUID, int] = {}
    shelved: dict[int, int] = {}
    for line in _lines(case):
        came = arrived.get(line.order_line_id, Arrived(0, 0))
        if not 0 <= came.resellable <= came.quantity <= line.quantity:
            message = _("Of “%(title)s”, at most %(n)s can come back, and be sold again.")
            told = message % {"title": line.order_line.title, "n": line.quantity}
            raise DomainError(told, fields={"arrived": [told]})
        line.received, line.resellable = came.quantity, came.resellable
        line.save(update_fields=["received", "resellable"])
        if came.quantity:
            copies[line.order_line_id] = came.quantity
        if came.resellable:
            shelved[line.order_line.listing_id] = came.resellable
    if not copies:
        told = _("Say which copies came back. If nothing did, ask us to decide.")
        raise DomainError(told, fields={"arrived": [told]})
    case.received_at = timezone.now()
    answered(case)
    if shelved:
        # Listings are locked before gift cards, which get their part by the refund.
        reference = case.seller_order.order.number
        stock.restock(quantities=shelved, reference=reference, actor=by.user)
    due = due_of(case, copies)
    give_back(case, due, by, outcome=CaseOutcome.REFUNDED, note=words.strip())
    return case


def _lines(case: Case) -> list[CaseLine]:
    return list(case.lines.select_related("order_line").order_by("pk"))


def _keep_label(case: Case, label: bytes) -> None:
    problem = ""
    if not label:
        problem = _(
            "Add the label (PDF) for the way back, or give the money back without the book."
        )
    elif not label.startswith(b"%PDF-") or len(label) > MOST_LABEL_BYTES:
        problem = _("This is no PDF, or larger than 5 MB. Save the label as PDF.")
    if problem:
        raise DomainError(problem, fields={"label": [problem]})
    case.label.save("label.pdf", ContentFile(label), save=False)
