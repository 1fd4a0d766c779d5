"""Money that a shop gives back of itself, without a case: a word of apology in pence."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.services import activity
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import Actor, EventType, Stage
from orders.models import Refund, SellerOrder
from orders.selectors.case_money import Due, account_of
from orders.services import refund_parts, refunds, steps, timeline
from orders.services.case_steps import By, tell, wanted
from orders.services.transactions import business_transaction


@business_transaction
def give(
    *, seller_order_id: UUID, amount: Money, words: str, by: By, key: UUID | None = None
) -> Refund:
    """Give back ``amount`` of what an order earned, with ``words`` that the buyer reads; books stay.

    Of the books in proportion to what is left of them, then of their delivery. ``key`` becomes the
    refund's own. Before anything is posted there is nothing earned: refuse the copies instead.

    Raises:
        NotFoundError: there is no such seller order.
        DomainError: words are missing; nothing, or more than is left.
    """
    note = wanted(words)
    seller_order = steps.locked(seller_order_id)
    made = seller_order.refunds.filter(pk=key).first() if key else None
    if made is not None:
        return made
    account = account_of(seller_order)
    left = Money(account.left if account.lines else 0, seller_order.currency)
    if not 0 < amount.minor <= left.minor:
        message = _("Give back something, and at most %(left)s.") % {"left": left}
        raise DomainError(message, fields={"amount": [message]})
    books = Money(sum(one.left for one in account.lines.values()), amount.currency)
    due: Due = account.part(dict.fromkeys(account.lines, 0), min(amount, books))
    refund = refunds.grant(
        seller_order=seller_order,
        stage=Stage.EARNED,
        lines=[
            refund_parts.of_earned(order_line=one.order_line, amount=one.amount)
            for one in due.lines
        ],
        delivery=amount - due.books,
        reason=note,
        actor=by.user,
        side=by.side,
        key=key,
    )
    _tell(refund, amount, seller_order, note, by)
    return refund


def _tell(refund: Refund, amount: Money, seller_order: SellerOrder, words: str, by: By) -> None:
    """Write it into the order's history, tell the buyer, and log it where the shop gave it.

    ``refund`` is the first of several where extra postage was paid; ``amount`` is what they come to.
    """
    event = timeline.record(
        seller_order.order,
        EventType.GOODWILL,
        seller_order=seller_order,
        actor=by.user,
        side=by.side,
        note=f"{amount}: {words}",
        data={"refund": str(refund.pk), "amount": amount.minor},
    )
    tell(event, to=Actor.BUYER)
    if by.side == Actor.SELLER:
        activity.record(
            seller=seller_order.seller,
            actor=by.user,
            action="order.goodwill",
            subject=seller_order.order.number,
            note=str(amount),
        )
