"""What became of the money of an order, or of one seller's part of it, by what the ledger says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from orders.constants import AccountKind as Account
from orders.constants import EntryKind as Kind
from orders.models import Order, Posting, SellerOrder

# Minor units by what happened and to which kind of account, debits positive.
Sums = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount, and which postings it is the sum of (lookups of ``Posting``)."""

    label: str | Promise
    amount: Money
    postings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a figure is added up: of these kinds of account, in entries of these kinds (any, if none)."""

    label: str | Promise
    accounts: Sequence[str]
    entries: Sequence[str] = ()
    # Debits count as they are, credits are shown without their sign.
    sign: int = -1


_SELLERS = Account.of_sellers()
_OPEN = (_Rule(_("Held until it is posted"), (Account.HELD,)),)
_RULES = (
    *_OPEN,
    _Rule(_("Earned by shops"), _SELLERS, (Kind.FULFILLED,)),
    _Rule(_("Of it ready for payout"), (Account.SELLER_AVAILABLE,), (Kind.RELEASED,)),
    _Rule(_("Commission"), (Account.COMMISSION,)),
    _Rule(_("VAT on commission"), (Account.FEE_TAX,)),
    _Rule(_("Tax remitted for shops"), (Account.SALES_TAX,)),
    _Rule(
        _("Given back"),
        (Account.REFUNDS_PAYABLE, Account.GIFT_CARDS),
        (Kind.REFUNDED_HELD, Kind.REFUNDED_EARNED),
    ),
    _Rule(_("Of it still to be paid back"), (Account.REFUNDS_PAYABLE,)),
    _Rule(_("Disputed"), (Account.DISPUTES,), sign=1),
    _Rule(_("Goodwill by the marketplace"), (Account.GOODWILL,), sign=1),
)
_OF_ORDERS = (
    _Rule(_("Paid by the buyer"), (Account.CLEARING,), (Kind.CAPTURED,), sign=1),
    _Rule(_("Paid by gift cards"), (Account.GIFT_CARDS,), (Kind.PLACED,), sign=1),
    _Rule(_("Discounts by the marketplace"), (Account.PROMOTIONS,), sign=1),
    *_RULES,
)
# Shown even when they are nothing: their absence would be a question.
_ALWAYS = (_OPEN[0], _OF_ORDERS[0])


def of_order(order: Order) -> list[Figure]:
    """Return what was paid for ``order`` and what became of it (one query)."""
    return _figures(_OF_ORDERS, {"entry__order__id__exact": str(order.pk)}, order.currency)


def of_seller_order(seller_order: SellerOrder) -> list[Figure]:
    """Return what became of the money of one seller's part (one query)."""
    wanted = {"entry__seller_order__id__exact": str(seller_order.pk)}
    # What came in, came in for the order as a whole; what of it is held for a part is not told apart.
    return _figures(_RULES[1:], wanted, seller_order.currency)


def _figures(rules: Sequence[_Rule], wanted: Mapping[str, str], currency: str) -> list[Figure]:
    sums = _sums(wanted)
    found = ((rule, rule.sign * _add(sums, rule)) for rule in rules)
    return [
        Figure(rule.label, Money(minor, currency), {**wanted, **_lookups(rule)})
        for rule, minor in found
        if minor or rule in _ALWAYS
    ]


def _sums(wanted: Mapping[str, str]) -> Sums:
    rows = Posting.objects.filter(**wanted).order_by()
    grouped = rows.values_list("entry__kind", "account__kind").annotate(sum=Sum("amount_minor"))
    return {(entry, account): int(total) for entry, account, total in grouped}


def _add(sums: Sums, rule: _Rule) -> int:
    return sum(
        total
        for (entry, account), total in sums.items()
        if account in rule.accounts and (not rule.entries or entry in rule.entries)
    )


def _lookups(rule: _Rule) -> dict[str, str]:
    found = {"account__kind__in": ",".join(rule.accounts)}
    if rule.entries:
        found["entry__kind__in"] = ",".join(rule.entries)
    return found
