"""What the marketplace would keep of a sale, for those who want to know before it is made."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Seller
from books4all.lib.money import Money
from catalog.models import Listing, Subject
from orders.models import CommissionRule
from orders.selectors.commission import Sale, commission, rule_for, within_reach
from orders.selectors.terms import commission_rules, fee_rates, subjects_of, traders_of

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


def fee_of(listing: Listing) -> Tried:
    """Return what the sale of one copy of ``listing`` would be charged now, without its delivery."""
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
    return _tried(listing.seller, sale, rules)


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
