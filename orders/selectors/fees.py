"""What the marketplace would keep of a sale, for those who want to know before it is made."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.models import Seller
from books4all.lib.money import Money
from catalog.constants import Form
from catalog.models import Listing, Subject
from orders.constants import TaxKind
from orders.models import CommissionRule
from orders.selectors.commission import (
    Sale,
    charges_in_words,
    commission,
    conditions_in_words,
    rule_for,
    within_reach,
)
from orders.selectors.tax import rate_of
from orders.selectors.terms import (
    commission_rules,
    fee_rates,
    rates_on,
    subjects_of,
    traders_of,
)

# Subjects lie in trees of a few storeys; deeper ones are somebody's mistake.
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """What a sale would be charged, and by which rule. ``kept`` is left to the shop."""

    rule: CommissionRule | None
    fee: Money
    tax: Money
    price: Money

    @property
    def kept(self) -> Money:
        """The price less commission and the tax on it."""
        return self.price - self.fee - self.tax

    @property
    def whole_fee(self) -> Money:
        """Commission and the tax on it."""
        return self.fee + self.tax


def try_rules(
    *,
    seller: Seller,
    unit: Money,
    quantity: int = 1,
    delivery: Money | None = None,
    form: str = "",
    subject: str = "",
) -> Tried:
    """Return what a sale of ``seller`` would be charged now; ``subject`` is a slug."""
    sale = Sale(
        seller_id=seller.pk,
        subjects=_with_those_above(subject),
        form=form,
        unit=unit,
        quantity=quantity,
        delivery=delivery or Money(0, unit.currency),
    )
    return _tried(seller, sale, commission_rules())


def fee_of(listing: Listing) -> Tried | None:
    """Return what the sale of one copy of ``listing`` would be charged now, without its delivery.

    None where the marketplace charges nobody anything: then it is one query, else at most four.
    """
    rules = commission_rules()
    work = listing.edition.work_id
    sale = Sale(
        seller_id=listing.seller_id,
        subjects=subjects_of([work], rules).get(work, frozenset()),
        form=listing.edition.form,
        unit=listing.price,
        quantity=1,
        delivery=Money(0, listing.currency),
    )
    return _tried(listing.seller, sale, rules) if rules else None


@dataclass(frozen=True, slots=True)
class Published:
    """What the marketplace charges, for everybody to read: rules in words, and an example."""

    rules: list[tuple[str, str, str]]
    price: Money
    delivery: Money
    fee: Money
    tax: Money

    @property
    def paid(self) -> Money:
        """What the buyer pays in the example."""
        return self.price + self.delivery

    @property
    def kept(self) -> Money:
        """What is left to the shop in the example."""
        return self.paid - self.fee - self.tax


def published() -> Published:
    """Return the rules that are for every shop, and what a sale of 20.00 with 3.00 of post comes to.

    What was agreed with single shops is their own business. At most two queries.
    """
    currency, home = settings.MARKETPLACE_CURRENCY, settings.MARKETPLACE_COUNTRY
    rules = [rule for rule in commission_rules() if rule.seller_id is None]
    price, delivery = Money(20_00, currency), Money(3_00, currency)
    sale = Sale(0, frozenset(), Form.PAPERBACK, price, 1, delivery)
    bp = 0
    if rules and settings.MARKETPLACE_VAT_NUMBER:
        bp = rate_of(rates_on(timezone.localdate(), [home]), home, TaxKind.FEE) or 0
    fee, tax = within_reach(commission(sale, rule_for(sale, rules)).minor, bp=bp, most=price.minor)
    return Published(
        [(rule.name, conditions_in_words(rule), charges_in_words(rule)) for rule in rules],
        price,
        delivery,
        Money(fee, currency),
        Money(tax, currency),
    )


def _tried(seller: Seller, sale: Sale, rules: tuple[CommissionRule, ...]) -> Tried:
    rule = rule_for(sale, rules)
    rates = fee_rates([seller], traders=traders_of([seller]), on=timezone.localdate())
    fee, tax = within_reach(
        commission(sale, rule).minor, bp=rates[seller.pk], most=sale.price.minor
    )
    currency = sale.unit.currency
    return Tried(rule, Money(fee, currency), Money(tax, currency), sale.price)


def _with_those_above(slug: str) -> frozenset[int]:
    """Return the key of a subject and of all above it, a query a storey."""
    found: list[int] = []
    known = Subject.objects.values_list("pk", "parent_id")
    row = known.filter(slug=slug).first() if slug else None
    while row is not None and len(found) < _DEEPEST:
        found.append(row[0])
        row = known.filter(pk=row[1]).first() if row[1] else None
    return frozenset(found)
