"""A buyer's steps in a case: to open it, to take an offer or not, to post the book back, to end it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.constants import (
    Actor,
    CaseOutcome,
    CaseReason,
    CaseStatus,
    CaseStep,
    CaseWant,
    EventType,
)
from orders.models import Case, CaseLine, SellerOrder
from orders.models.cases import WORDS_LENGTH
from orders.selectors.case_money import Account, account_of, terms_for
from orders.selectors.case_words import why_not
from orders.selectors.cases import wants_of
from orders.services import steps
from orders.services.case_steps import (
    By,
    check,
    close,
    give_back,
    locked,
    move,
    record,
    wanted,
)
from orders.services.transactions import business_transaction

# Copies by the key of their order line.
Copies = Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a buyer says, and wants. ``asked``: what they would like back for keeping the book."""

    reason: str
    wants: str = CaseWant.REFUND
    words: str = ""
    asked: Money | None = None


@business_transaction
def open_case(
    *,
    seller_order_id: UUID,
    complaint: Complaint,
    copies: Copies,
    by: By,
    key: UUID | None = None,
) -> Case:
    """Open a case about ``copies`` that were posted.

    A sound book that the buyer may send back needs nobody's consent: the case begins with its way back,
    unless the shop owes the label for it. ``key`` becomes the case's own: the same request sent twice
    opens one.

    Raises:
        NotFoundError: there is no such seller order.
        DomainError: the reason, the wish or the copies are none; words are missing; it is too early or
            too late for it; nothing is left to be given back, or less than is asked for.
        ConflictError: there is an open case about one of the books.
    """
    seller_order = steps.locked(seller_order_id)
    made = Case.objects.filter(pk=key, seller_order=seller_order).first() if key else None
    if made is not None:
        return made
    words = _checked(seller_order, complaint)
    account = account_of(seller_order)
    chosen = _chosen(account, copies)
    terms = terms_for(seller_order, complaint.reason)
    if not account.due(chosen, terms.delivery).total:
        raise DomainError(_("Everything that was paid for these books has gone back to you."))
    if CaseLine.objects.filter(order_line__in=chosen, is_open=True).exists():
        raise ConflictError(_("There is an open case about this book. Go on in that one."))
    _check_asked(account, chosen, complaint.asked)
    case = Case(
        pk=key or uuid7(),
        seller_order=seller_order,
        reason=complaint.reason,
        wants=complaint.wants,
        words=words,
        currency=seller_order.currency,
        asked_minor=complaint.asked.minor if complaint.asked else None,
        opened_by=by.user,
    )
    waits_for_shop = not case.is_return or terms.shop_pays_return
    move(case, CaseStatus.OPEN if waits_for_shop else CaseStatus.APPROVED)
    CaseLine.objects.bulk_create(
        CaseLine(case=case, order_line_id=key, quantity=n) for key, n in chosen.items()
    )
    record(case, EventType.CASE_OPENED, by, note=_in_short(case))
    return case


@business_transaction
def take_offer(*, case_id: UUID, by: By) -> Case:
    """Take the part of the money that the shop offers, and keep the book. Raises TransitionError."""
    case = locked(case_id)
    check(case, CaseStep.TAKE_OFFER, by)
    assert case.offered is not None  # by the constraint case_offer_has_amount
    copies = {line.order_line_id: line.quantity for line in case.lines.all()}
    due = account_of(case.seller_order).part(copies, case.offered)
    give_back(case, due, by, outcome=CaseOutcome.PARTLY)
    return case


@business_transaction
def refuse_offer(*, case_id: UUID, words: str = "", by: By) -> Case:
    """Refuse the part that the shop offers: it has to answer again. Raises TransitionError."""
    case = locked(case_id)
    check(case, CaseStep.REFUSE_OFFER, by)
    note = words.strip() or str(case.offered)
    move(case, CaseStatus.OPEN, offered_minor=None)
    record(case, EventType.CASE_OFFER_REFUSED, by, note=note)
    return case


@business_transaction
def post_back(
    *, case_id: UUID, carrier: str, tracking: str = "", proof: bool = False, by: By
) -> Case:
    """Say that the book is on its way back; a tracking number is a ``proof`` of that, or a receipt.

    Raises:
        DomainError: the carrier is missing.
        TransitionError: it is not to be sent back (any more).
    """
    if not carrier.strip():
        message = _("Name the carrier.")
        raise DomainError(message, fields={"carrier": [message]})
    case = locked(case_id)
    check(case, CaseStep.POST, by)
    move(
        case,
        CaseStatus.POSTED,
        back_carrier=carrier.strip()[:80],
        back_tracking=tracking.strip()[:80],
        has_proof=proof or bool(tracking.strip()),
        posted_at=timezone.now(),
    )
    record(case, EventType.CASE_POSTED, by, note=case.back)
    return case


@business_transaction
def cancel(*, case_id: UUID, by: By) -> Case:
    """Take a case back: all is well. Raises TransitionError once the book is on its way back."""
    case = locked(case_id)
    check(case, CaseStep.CANCEL, by)
    close(case, CaseStatus.CANCELLED)
    record(case, EventType.CASE_CANCELLED, by)
    return case


@business_transaction
def escalate(*, case_id: UUID, words: str, by: By) -> Case:
    """Bring a case before the marketplace's staff, from any side.

    Raises:
        DomainError: words are missing.
        TransitionError: staff have it, it is closed, or the shop has not had its time to answer.
    """
    note = wanted(words)
    case = locked(case_id)
    check(case, CaseStep.ESCALATE, by)
    if by.side == Actor.BUYER and case.status == CaseStatus.OPEN and case.answered_at is None:
        message = _(
            "Give the shop time to answer first. If it stays silent, you get your money back."
        )
        raise ConflictError(message)
    move(case, CaseStatus.ESCALATED)
    record(case, EventType.CASE_ESCALATED, by, note=note)
    return case


def _checked(seller_order: SellerOrder, complaint: Complaint) -> str:
    """Return the buyer's words, once everything that can be said without the books is right."""
    reason = complaint.reason
    if reason not in CaseReason.values:
        message = _("Choose what is wrong.")
        raise DomainError(message, fields={"reason": [message]})
    terms = terms_for(seller_order, reason)
    if not terms.may_ask or seller_order.shipped_at is None:
        message = why_not(seller_order, reason, terms)
        raise DomainError(message, fields={"reason": [message]})
    if complaint.wants not in wants_of(reason):
        message = _("Choose what you would like.")
        raise DomainError(message, fields={"wants": [message]})
    words = complaint.words.strip()
    if reason not in (CaseReason.CHANGED_MIND, CaseReason.NOT_ARRIVED):
        words = wanted(words)
    return words[:WORDS_LENGTH]


def _chosen(account: Account, copies: Copies) -> dict[UUID, int]:
    """Return the copies that are meant; they were posted, and their money is still with the shop."""
    chosen = {key: n for key, n in copies.items() if n}
    if not chosen or any(key not in account.lines for key in chosen):
        message = _("Choose at least one book that was posted.")
        raise DomainError(message, fields={"copies": [message]})
    for key, n in chosen.items():
        line = account.lines[key]
        if not 0 < n <= line.copies_left:
            message = _("Of “%(title)s”, it can be about %(n)s at most.")
            words = message % {"title": line.order_line.title, "n": line.copies_left}
            raise DomainError(words, fields={"copies": [words]})
    return chosen


def _check_asked(account: Account, chosen: Copies, asked: Money | None) -> None:
    """Nobody who keeps a book gets more for it than was paid."""
    if asked is None:
        return
    left = Money(account.most_of(chosen), asked.currency)
    if not 0 < asked.minor <= left.minor:
        message = _("Ask for at most %(left)s: what was paid for it.") % {"left": left}
        raise DomainError(message, fields={"asked": [message]})


def _in_short(case: Case) -> str:
    return f"{case.get_reason_display()}. {case.words}".strip()
