"""Which commission a line bears, and how much it comes to. Pure: rows in, amounts out."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from books4all.lib.money import Money
from catalog.constants import form_label
from orders.models import CommissionRule
from orders.selectors.tax_lines import percent

_WHOLE = 10_000  # a hundred percent, in hundredths of a percent


@dataclass(frozen=True, slots=True)
class Sale:
    """What a rule asks of a line. ``subjects`` are the book's subjects and all those above them;
    ``delivery`` is the line's share of its parcel's delivery, ``off`` what the shop bears of a discount.
    """

    seller_id: int
    subjects: frozenset[int]
    form: str
    unit: Money
    quantity: int
    delivery: Money
    off: int = 0

    @property
    def price(self) -> Money:
        """Price of the line without delivery, as the shop sells at it."""
        return self.unit * self.quantity - Money(self.off, self.unit.currency)


def rule_for(sale: Sale, rules: Iterable[CommissionRule]) -> CommissionRule | None:
    """Return the first of ``rules``, which stand in their order, that fits; None when none does."""
    return next((rule for rule in rules if _fits(sale, rule)), None)


def commission(sale: Sale, rule: CommissionRule | None) -> Money:
    """Return what ``rule`` charges for the line; without a rule, nothing.

    Percentages are rounded half up to the minor unit, then bounded by floor and cap. A commission is
    never more than the line's price.
    """
    if rule is None:
        return Money(0, sale.unit.currency)
    if rule.percent_bp is None:
        wanted = (rule.flat_minor or 0) * sale.quantity
    else:
        base = sale.price + sale.delivery if rule.of_delivery else sale.price
        wanted = percentage(base, rule.percent_bp).minor
        wanted = max(wanted, rule.floor_minor or 0)
        if rule.cap_minor is not None:
            wanted = min(wanted, rule.cap_minor)
    return Money(min(wanted, sale.price.minor), sale.unit.currency)


def percentage(amount: Money, bp: int) -> Money:
    """Return ``bp`` hundredths of a percent of an ``amount`` of zero or more, rounded half up."""
    return Money((amount.minor * bp + _WHOLE // 2) // _WHOLE, amount.currency)


def within_reach(wanted: int, *, bp: int, most: int) -> tuple[int, int]:
    """Return a commission and the tax on it (``bp``) that together are no more than ``most``.

    The commission is what was ``wanted`` or what fits; the tax is rounded half up.
    """
    fee = min(wanted, most * _WHOLE // (_WHOLE + bp))
    return fee, percentage(Money(fee, ""), bp).minor


def _fits(sale: Sale, rule: CommissionRule) -> bool:
    return (
        rule.active
        and rule.currency == sale.unit.currency
        and rule.seller_id in (None, sale.seller_id)
        and (rule.subject_id is None or rule.subject_id in sale.subjects)
        and rule.form in ("", sale.form)
        and (rule.price_from_minor is None or sale.unit.minor >= rule.price_from_minor)
        and (rule.price_below_minor is None or sale.unit.minor < rule.price_below_minor)
    )


def conditions_in_words(rule: CommissionRule) -> str:
    """Say which sales a rule is for; seller and subject are loaded."""
    parts = []
    if rule.seller is not None:
        parts.append(_("of %(shop)s") % {"shop": rule.seller})
    if rule.subject is not None:
        parts.append(_("under %(subject)s") % {"subject": rule.subject})
    if rule.form:
        parts.append(form_label(rule.form).lower())
    if rule.price_from_minor is not None:
        parts.append(_("from %(price)s") % {"price": _money(rule, rule.price_from_minor)})
    if rule.price_below_minor is not None:
        parts.append(_("below %(price)s") % {"price": _money(rule, rule.price_below_minor)})
    return ", ".join(parts) or _("every sale")


def charges_in_words(rule: CommissionRule) -> str:
    """Say how much a rule charges."""
    if rule.percent_bp is None:
        flat = _money(rule, rule.flat_minor or 0)
        return _("%(amount)s a copy") % {"amount": flat}
    of = _("of books and delivery") if rule.of_delivery else _("of the price")
    parts = [f"{percent(rule.percent_bp)} {of}"]
    if rule.floor_minor is not None:
        parts.append(_("at least %(amount)s") % {"amount": _money(rule, rule.floor_minor)})
    if rule.cap_minor is not None:
        parts.append(_("at most %(amount)s") % {"amount": _money(rule, rule.cap_minor)})
    return ", ".join(parts)


def _money(rule: CommissionRule, minor: int) -> Money:
    return Money(minor, rule.currency)
