"""The terms that quotes are settled by, read from their tables: taxes, and what the marketplace charges."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.conf import settings
from django.db.models import Q

from accounts.models import Seller
from catalog.models import SubjectWork
from orders.models import CommissionRule, RemitRule, ShopTax, TaxRate
from orders.selectors.quotes import FeeTerms, Terms
from orders.selectors.tax import Rates, TaxTerms, Trader, fee_rate


def terms_for(sellers: Iterable[Seller], *, country: str, on: date) -> Terms:
    """Return how parcels of ``sellers`` to ``country`` are taxed on a day, without fees.

    At most three queries: none for private people alone, and no rates where nobody owes any tax.
    """
    traders = traders_of(sellers)
    if not any(trader.taxable for trader in traders.values()):
        return Terms(TaxTerms(traders=traders))
    rules = _remit_rules()
    owed = bool(rules) or any(trader.registered for trader in traders.values())
    countries = {country, *(trader.country for trader in traders.values())}
    return Terms(TaxTerms(rates_on(on, countries) if owed else {}, rules, traders))


def with_fees(terms: Terms, sellers: Iterable[Seller], *, works: Iterable[int], on: date) -> Terms:
    """Return ``terms`` with what the marketplace charges for ``works`` of ``sellers`` on a day.

    At most three queries: rules, subjects if a rule asks for one, and rates of fees.
    """
    rules = commission_rules()
    if not rules:
        return Terms(terms.tax, FeeTerms())
    tax_bp = fee_rates(sellers, traders=terms.tax.traders, on=on)
    return Terms(terms.tax, FeeTerms(rules, tax_bp, subjects_of(works, rules)))


def traders_of(sellers: Iterable[Seller]) -> dict[int, Trader]:
    """Return how each of ``sellers`` stands to the tax office, by key, in at most one query."""
    known = {seller.pk: seller for seller in sellers}
    shops = [pk for pk, seller in known.items() if not seller.is_private]
    said = {row.pk: row for row in ShopTax.objects.filter(pk__in=shops)} if shops else {}
    return {pk: _trader(seller, said.get(pk)) for pk, seller in known.items()}


def _trader(seller: Seller, said: ShopTax | None) -> Trader:
    country = str(seller.country)
    if seller.is_private:
        return Trader(country)
    if said is None:
        return Trader(country, taxable=True, registered=bool(seller.vat_number))
    return Trader(
        country,
        taxable=True,
        registered=said.registered,
        margin=said.margin,
        destination=said.destination,
    )


def rates_on(on: date, countries: Iterable[str]) -> Rates:
    """Return the rates of ``countries`` that are in force on a day, in one query."""
    rows = TaxRate.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), country__in=set(countries), valid_from__lte=on
    ).values_list("country", "kind", "rate_bp")
    return {(country, kind): bp for country, kind, bp in rows}


def _remit_rules() -> tuple[RemitRule, ...]:
    return tuple(RemitRule.objects.filter(active=True).order_by("destination", "pk"))


def commission_rules() -> tuple[CommissionRule, ...]:
    """Return the rules in use, in the order they are asked."""
    rules = CommissionRule.objects.filter(active=True).select_related("seller", "subject")
    return tuple(rules.order_by("position", "pk"))


def fee_rates(
    sellers: Iterable[Seller], *, traders: Mapping[int, Trader], on: date
) -> dict[int, int]:
    """Return the rate of tax on what each of ``sellers`` is charged, in at most one query."""
    registered = bool(settings.MARKETPLACE_VAT_NUMBER)
    home = settings.MARKETPLACE_COUNTRY
    known = {seller.pk: seller for seller in sellers}
    countries = {home, *(str(seller.country) for seller in known.values())}
    rates = rates_on(on, countries) if registered else {}
    return {
        pk: fee_rate(
            traders[pk],
            country=home,
            registered=registered,
            has_number=bool(seller.vat_number),
            rates=rates,
        )
        for pk, seller in known.items()
    }


def subjects_of(works: Iterable[int], rules: Iterable[CommissionRule]) -> dict[int, frozenset[int]]:
    """Return those subjects of works, or above theirs, that ``rules`` ask for; at most one query."""
    asked = {rule.subject_id for rule in rules if rule.subject_id is not None}
    if not asked:
        return {}
    found: dict[int, set[int]] = {}
    rows = SubjectWork.objects.filter(work_id__in=set(works), subject_id__in=asked)
    for work, subject in rows.values_list("work_id", "subject_id"):
        found.setdefault(work, set()).add(subject)
    return {work: frozenset(subjects) for work, subjects in found.items()}
