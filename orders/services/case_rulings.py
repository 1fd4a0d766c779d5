"""What staff decide in a case, and what that does to whom: seen before it is done."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.money import Money
from orders.constants import CaseOutcome, CaseStatus, CaseStep, EventType, Ruling
from orders.models import Case, Parts
from orders.selectors.case_money import Due, Given, due_of, terms_of
from orders.services import postings, refund_parts, refunds
from orders.services.case_steps import By, check, close, give_back, locked, move, record, wanted
from orders.services.transactions import business_transaction


@dataclass(frozen=True, slots=True)
class Preview:
    """What a ruling would do: what the buyer gets, and who bears it."""

    buyer: Money
    seller: Money
    commission: Money
    fee_tax: Money
    sales_tax: Money
    marketplace: Money
    # Whether all this waits until the book is back.
    after_return: bool


@business_transaction
def decide(*, case_id: UUID, ruling: str, amount: Money | None = None, words: str, by: By) -> Case:
    """Decide a case that was brought before staff; both sides read ``words``.

    ``amount`` is what the buyer gets where it is not all that the refund matrix says.

    Raises:
        NotFoundError: there is no such case.
        TransitionError: it does not wait for staff (any more).
        DomainError: words are missing, the ruling is none, or the amount is more than is left.
        ConflictError: there is no book to be sent back.
    """
    note = wanted(words)
    if ruling not in Ruling.values:
        message = _("Choose what is to happen.")
        raise DomainError(message, fields={"ruling": [message]})
    case = locked(case_id)
    check(case, CaseStep.DECIDE, by)
    if ruling == Ruling.DENY:
        close(case, CaseStatus.DENIED)
        record(case, EventType.CASE_DENIED, by, note=note)
    elif ruling == Ruling.SEND_BACK:
        if not terms_of(case).needs_return:
            raise ConflictError(_("This case is not about a book that could be sent back."))
        # There is no label of the shop’s: the buyer pays, as for a return that is disputed.
        move(case, CaseStatus.APPROVED, agreed=False)
        record(case, EventType.CASE_APPROVED, by, note=note)
    elif ruling == Ruling.GOODWILL:
        _pay_ourselves(case, amount or due_of(case).total, note, by)
    else:
        due = _due(case, amount)
        whole = due.total == due_of(case).total
        outcome = CaseOutcome.REFUNDED if whole else CaseOutcome.PARTLY
        give_back(case, due, by, outcome=outcome, note=note)
    return case


def preview(case: Case, ruling: str, amount: Money | None = None) -> Preview:
    """Return what ``decide`` would do, without doing it.

    Raises:
        DomainError: the amount is more than is left.
    """
    nothing = Money(0, case.currency)
    if ruling == Ruling.DENY:
        return Preview(nothing, nothing, nothing, nothing, nothing, nothing, after_return=False)
    if ruling == Ruling.GOODWILL:
        given = amount or due_of(case).total
        return Preview(given, nothing, nothing, nothing, nothing, given, after_return=False)
    due = _due(case, amount if ruling == Ruling.SHOP_PAYS else None)
    share = postings.share_of(case.seller_order, _parts(case, due))
    return Preview(
        buyer=due.total,
        seller=share.seller,
        commission=share.commission,
        fee_tax=share.fee_tax,
        sales_tax=share.sales_tax,
        # What the marketplace added to a discount comes back to it.
        marketplace=share.subsidy * -1,
        after_return=ruling == Ruling.SEND_BACK,
    )


def _parts(case: Case, due: Due) -> Parts:
    backs = (
        refund_parts.of_earned(order_line=one.order_line, amount=one.amount) for one in due.lines
    )
    post = refund_parts.of_delivery(case.seller_order, due.delivery)
    return sum((back.parts for back in backs), start=post + Parts(subsidy=due.free_delivery))


def _due(case: Case, amount: Money | None) -> Due:
    """Return what the matrix says, or ``amount`` of it: of the books first, then of their delivery."""
    whole = due_of(case)
    if amount is None or amount == whole.total:
        return whole
    if not 0 < amount.minor <= whole.total.minor:
        message = _("Give back something, and at most %(most)s.") % {"most": whole.total}
        raise DomainError(message, fields={"amount": [message]})
    rest, lines = amount, []
    for one in whole.lines:
        part = min(rest, one.amount)
        lines.append(Given(one.order_line, one.quantity if part == one.amount else 0, part))
        rest -= part
    return Due([one for one in lines if one.amount], rest)


def _pay_ourselves(case: Case, amount: Money, note: str, by: By) -> None:
    refund = refunds.goodwill(
        seller_order=case.seller_order,
        amount=amount,
        reason=str(case.get_reason_display()),
        actor=by.user,
        key=case.pk,
    )
    given = amount.minor
    outcome = CaseOutcome.GOODWILL
    close(case, CaseStatus.RESOLVED, outcome=outcome, refund=refund, given_minor=given)
    data = {"amount": given}
    record(case, EventType.CASE_RESOLVED, by, note=note, data=data)
