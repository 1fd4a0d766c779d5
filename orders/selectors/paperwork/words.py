"""How amounts, rates and days are written on documents, and the words that the law wants."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from orders.constants import AccountKind, EntryKind
from orders.selectors.paperwork.drafts import Content


def amount(minor: int, currency: str) -> str:
    """Write an amount with all its digits, also where ``str(Money)`` leaves the pence off."""
    money = Money(minor, currency)
    return _symbolled(money, number_format(abs(money.amount), money.exponent, force_grouping=True))


def share(minor: int, of: int, currency: str) -> str:
    """Write one of ``of`` equal parts of an amount; what isn't whole pence has four digits more."""
    money = Money(minor, currency)
    if minor % of == 0:
        return amount(minor // of, currency)
    digits = (abs(money.amount) / of).quantize(Decimal(1).scaleb(-money.exponent - 2))
    return _symbolled(money, number_format(digits, money.exponent + 2, force_grouping=True))


def _symbolled(money: Money, digits: str) -> str:
    # The sign and symbol of money as it is written everywhere.
    symbol = str(Money(1, money.currency)).rstrip("0123456789.,")
    return f"{'−' if money.minor < 0 else ''}{symbol}{digits}"


def rate(basis_points: int) -> str:
    """Write a rate: ``20%``, ``5.5%``."""
    percent = Decimal(basis_points) / 100
    digits = number_format(percent.normalize() if percent % 1 else int(percent))
    return f"{digits}%"


def day(iso: str, form: str = "j F Y") -> str:
    """Write a day of a document's content."""
    return date_format(date.fromisoformat(iso), form)


def month(content: Content) -> str:
    """Write the month that a document is about."""
    return date_format(date.fromisoformat(content["period"]), "F Y")


def entry(kind: str) -> str:
    """Say what happened to money."""
    return str(EntryKind(kind).label) if kind in EntryKind.values else kind


def account(kind: str) -> str:
    """Name an account."""
    return str(AccountKind(kind).label)


def notes(content: Content) -> list[str]:
    """Return the sentences that the law wants, or the reader needs."""
    named = {
        "shop": content["shop"],
        "market": content["market"],
        "operator": content["issuer"]["name"],
    }
    return [str(_sentences()[code] % named) for code in content["notes"]]


def _sentences() -> Mapping[str, str]:
    return {
        # Directive 2006/112/EC, article 226(14): these words exactly.
        "margin": _("Margin scheme – second-hand goods"),
        # Article 226(11a): these words exactly.
        "reverse_charge": _("Reverse charge"),
        "unregistered": _("No VAT is charged: %(shop)s is not registered for VAT."),
        "operator_unregistered": _("No VAT is charged: %(operator)s is not registered for VAT."),
        "private": _("Sold by a private person. No VAT is charged."),
        "behalf": _("Issued by %(market)s in the name and on behalf of %(shop)s."),
        "deemed": _("Sold and posted by %(shop)s. %(operator)s pays the VAT to the state."),
    }
