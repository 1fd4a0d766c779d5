"""How much a refund gives back, and what is in it: divided as the sale was, by the amounts frozen on its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import Stage
from orders.models import OrderLine, Parts, Refund, RefundLine, SellerOrder, ShipmentLine
from orders.selectors.case_money import account_of
from orders.selectors.order_money import delivery_of, parts_of


@dataclass(frozen=True, slots=True)
class Back:
    """What is given back of one line: ``parts`` of its amounts, for ``quantity`` copies.

    No copies where a part of the price is given back for one that stays.
    """

    order_line: OrderLine
    parts: Parts
    quantity: int = 0


def of_earned(*, order_line: OrderLine, amount: Money, quantity: int = 0) -> Back:
    """Return ``amount`` of what was paid for a line's posted copies, with its part of all that is in it.

    However often parts are given back, in the end they are what posting the copies earned. Copies that a
    promotion paid for wholly go by their number: what the marketplace paid for them goes back to it.

    Raises:
        DomainError: more than was paid for what was posted, less what was given back.
    """
    earned = parts_of(ShipmentLine.objects.filter(order_line=order_line))
    gone = parts_of(RefundLine.objects.filter(order_line=order_line, refund__stage=Stage.EARNED))
    left = Money(earned.paid - gone.paid, order_line.currency)
    if not 0 <= amount.minor <= left.minor:
        message = _("Of “%(title)s”, at most %(left)s can be given back.")
        words = message % {"title": order_line.title, "left": left}
        raise DomainError(words, fields={"amount": [words]})
    if earned.paid:
        return Back(order_line, next_parts(earned, gone, amount.minor), quantity)
    return Back(order_line, _next_copies(order_line, earned, gone, quantity), quantity)


def _next_copies(order_line: OrderLine, earned: Parts, gone: Parts, copies: int) -> Parts:
    """Return what was ``earned`` by the next ``copies`` that come back of a line whose buyer paid nothing."""
    back = RefundLine.objects.filter(order_line=order_line, refund__stage=Stage.EARNED)
    returned = int(back.aggregate(n=Sum("quantity", default=0))["n"])
    upto = min(returned + copies, order_line.posted)
    return earned.upto(upto, order_line.posted) - gone if copies and order_line.posted else Parts()


def check_lines(lines: Sequence[Back]) -> None:
    """Say in words what the database would refuse: more for a line than was paid for it."""
    for back in lines:
        line = back.order_line
        gone = parts_of(RefundLine.objects.filter(order_line=line)).paid
        if gone + back.parts.paid > line.paid_minor:
            left = Money(line.paid_minor - gone, line.currency)
            message = _("Of “%(title)s”, at most %(left)s can be given back.")
            words = message % {"title": line.title, "left": left}
            raise DomainError(words, fields={"amount": [words]})


def check_left(seller_order: SellerOrder, amount: Money) -> None:
    """Say in words what the database would refuse: more than posting earned, less what went back."""
    left = Money(account_of(seller_order).left, seller_order.currency)
    if left < amount:
        message = _("Of this order, at most %(left)s can be given back.") % {"left": left}
        raise DomainError(message, fields={"amount": [message]})


def of_delivery(seller_order: SellerOrder, amount: Money) -> Parts:
    """Return the parts of the next ``amount`` of the delivery that is given back.

    Raises:
        DomainError: more than was paid for it, less what was given back.
    """
    whole, gone = delivery_so_far(seller_order, amount)
    return next_parts(whole, gone, amount.minor)


def delivery_so_far(seller_order: SellerOrder, amount: Money) -> tuple[Parts, Parts]:
    """Return the parts of the delivery, and what was given back of it. Raises as ``of_delivery``."""
    whole = seller_order.delivery_parts
    gone = delivery_of(Refund.objects.filter(seller_order=seller_order))
    left = Money(whole.paid - gone.paid, seller_order.currency)
    if not 0 <= amount.minor <= left.minor:
        message = _("Of the delivery, at most %(left)s can be given back.") % {"left": left}
        raise DomainError(message, fields={"delivery": [message]})
    return whole, gone


def next_parts(whole: Parts, gone: Parts, paid: int) -> Parts:
    """Return what goes with the next ``paid`` of ``whole``, of which ``gone`` went before.

    Once all of ``whole`` is given back, its parts are too, to the penny; but where that ends with a single
    penny, which can't be commission and the tax on it at once: what is missing comes with the next.
    """
    if not whole.paid or not paid:
        return Parts()
    upto = whole.upto(gone.paid + paid, whole.paid)
    return _at_most(upto - gone, Parts(paid, *upto.tuple[1:]))


def within(parts: Parts, left: Parts) -> Parts:
    """Return ``parts`` with no more in them than is ``left``.

    A bank takes of all lines at once, in proportion: what the marketplace added to one of them may be its
    own again before that line's money goes back.
    """
    return _at_most(parts, Parts(parts.paid, *left.tuple[1:]))


def _at_most(parts: Parts, most: Parts) -> Parts:
    """Return ``most.paid`` with what is in ``parts``, each of it at most that of ``most`` and what fits."""
    inside = zip(parts.tuple[1:], most.tuple[1:], strict=True)
    subsidy, tax, commission, fee_tax = (max(0, min(n, limit)) for n, limit in inside)
    commission = min(commission, most.paid + subsidy)
    fee_tax = min(fee_tax, most.paid + subsidy - commission)
    return Parts(most.paid, subsidy, min(tax, most.paid), commission, fee_tax)
