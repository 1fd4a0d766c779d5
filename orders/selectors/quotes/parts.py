"""What a quote is made of: lines in parcels, priced."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Seller
from accounts.selectors import private_line
from books4all.lib.money import Money, total
from catalog.models import Edition, Listing, Work
from catalog.selectors.offers import standing_line
from orders.constants import TaxScheme
from orders.selectors.quotes.charges import NOTHING, Charge, Share
from orders.selectors.quotes.codes import Code
from orders.selectors.quotes.discounts import Applied
from orders.selectors.tax import UNTAXED, Supply
from orders.selectors.tax_lines import TaxLine, grouped, taxed


class Problem(StrEnum):
    """What is wrong with a line or a parcel. All but the first keep the basket from being ordered."""

    PRICE_CHANGED = "price_changed"
    SOLD = "sold"
    FEWER = "fewer"
    SELLER_CLOSED = "seller_closed"
    NO_DELIVERY = "no_delivery"
    BELOW_MINIMUM = "below_minimum"


BLOCKING = frozenset(Problem) - {Problem.PRICE_CHANGED}


@dataclass(frozen=True, slots=True)
class Item:
    """A line to be priced: ``quantity`` copies of ``listing``, for which ``seen`` was the price shown.

    ``held`` of the listing's copies are this shopper's own, and so count as free for them.
    """

    listing: Listing
    quantity: int
    seen: Money
    pk: UUID | None = None
    held: int = 0


@dataclass(frozen=True)
class QuoteLine:
    """A priced line. ``quantity`` is what can be had; ``wanted`` is what was asked for."""

    pk: UUID | None
    listing: Listing
    wanted: int
    quantity: int
    most: int
    unit: Money
    seen: Money
    problems: tuple[Problem, ...]
    charge: Charge = NOTHING

    @property
    def price(self) -> Money:
        """Price of the copies that can be had."""
        return self.unit * self.quantity

    @property
    def work(self) -> Work:
        """The book, for its cover and links."""
        return self.listing.edition.work

    @property
    def edition(self) -> Edition:
        """The edition of the copies, whose picture may stand for them."""
        return self.listing.edition

    @property
    def title(self) -> str:
        """The title as published."""
        return self.listing.edition.title

    @property
    def condition_label(self) -> str:
        """The condition in words."""
        return self.listing.get_condition_display()

    @property
    def condition_gauge(self) -> str:
        """Bars of the condition gauge."""
        return self.listing.gauge

    @property
    def format_line(self) -> str:
        """Form and year of the edition: ``paperback, 1978``."""
        edition = self.listing.edition
        year = str(edition.published_year) if edition.published_year else ""
        return ", ".join(part for part in (edition.form_label.lower(), year) if part)

    @property
    def note(self) -> str:
        """A true word about scarcity."""
        return _("The only copy in this shop") if self.most == 1 and not self.problem else ""

    @property
    def problem(self) -> str:
        """What is wrong, in words, with the remedy."""
        if Problem.SOLD in self.problems:
            return _("No longer for sale. Remove it to go on.")
        if Problem.SELLER_CLOSED in self.problems:
            return _("The shop is closed for now. Remove it to go on, or come back later.")
        if Problem.FEWER in self.problems:
            only = ngettext("Only %(n)s copy is left.", "Only %(n)s copies are left.", self.most)
            return only % {"n": self.most} + " " + _("Change the number to go on.")
        if Problem.PRICE_CHANGED in self.problems:
            return _("The price has changed from %(old)s to %(new)s.") % {
                "old": self.seen,
                "new": self.unit,
            }
        return ""


@dataclass(frozen=True)
class ServiceOption:
    """A speed of delivery that a seller offers for a parcel. ``by`` is the last day it may take."""

    code: str
    name: str
    cost: Money
    days_min: int
    days_max: int
    by: date
    selected: bool

    @property
    def label(self) -> str:
        """All in one line, for a choice: ``Standard, £3.30, by Tue 18 Nov``."""
        return _("%(name)s, %(cost)s, by %(day)s") % {
            "name": self.name,
            "cost": self.cost or _("free"),
            "day": date_format(self.by, "D j M"),
        }

    @property
    def detail(self) -> str:
        """When it arrives: ``Arrives by Tuesday 18 November``."""
        return _("Arrives by %(day)s") % {"day": date_format(self.by, "l j F")}


@dataclass(frozen=True)
class QuoteParcel:
    """What one seller posts. Without ``services`` it can't be posted to the country."""

    seller: Seller
    lines: tuple[QuoteLine, ...]
    services: tuple[ServiceOption, ...]
    problems: tuple[Problem, ...]
    currency: str
    # What it comes to with discounts and tax: orders.selectors.quotes.settling.
    how: Supply = UNTAXED
    post: Charge = NOTHING
    shares: tuple[Share, ...] = ()

    @cached_property
    def service(self) -> ServiceOption | None:
        """The chosen speed of delivery."""
        return next((option for option in self.services if option.selected), None)

    @cached_property
    def count(self) -> int:
        """Copies in the parcel."""
        return sum(line.quantity for line in self.lines)

    @cached_property
    def items(self) -> Money:
        """Price of the books."""
        return total((line.price for line in self.lines), self.currency)

    @cached_property
    def delivery(self) -> Money:
        """Price of the post; nothing for an empty parcel."""
        service = self.service if self.count else None
        return service.cost if service else Money(0, self.currency)

    @cached_property
    def charges(self) -> tuple[Charge, ...]:
        """Of the lines, and of the delivery at the end."""
        return (*(line.charge for line in self.lines), self.post)

    @cached_property
    def discount(self) -> Money:
        """What is taken off."""
        return self._sum(charge.discount for charge in self.charges)

    @cached_property
    def tax_added(self) -> Money:
        """Tax that comes on top; elsewhere it is within the prices."""
        return self._sum(charge.added for charge in self.charges)

    @cached_property
    def tax(self) -> Money:
        """All tax, within the total: what comes on top, too."""
        return self._sum(charge.tax for charge in self.charges)

    @cached_property
    def total(self) -> Money:
        """What is paid for the parcel."""
        return self.items + self.delivery - self.discount + self.tax_added

    @cached_property
    def tax_lines(self) -> list[TaxLine]:
        """The tax, rate by rate."""
        return grouped(self._taxed(), self.currency)

    def _taxed(self) -> Iterator[TaxLine]:
        of_lines = [Share(c.scheme, c.bp, c.net, c.tax) for c in self.charges[:-1]]
        return taxed((*of_lines, *self.shares), self.how, self.currency)

    @property
    def margin_scheme(self) -> bool:
        """Whether there are books in it that are sold under the margin scheme."""
        return any(line.charge.scheme == TaxScheme.MARGIN for line in self.lines if line.quantity)

    def _sum(self, amounts: Iterable[int]) -> Money:
        return Money(sum(amounts), self.currency)

    @property
    def missing(self) -> Money:
        """What the books fall short of the shop's smallest order; nothing, if they don't."""
        short = self.seller.minimum_minor - self.items.minor if self.count else 0
        return Money(max(0, short), self.currency)

    @property
    def problem(self) -> str:
        """What keeps the parcel from being ordered, in words, with the remedy."""
        if Problem.NO_DELIVERY in self.problems:
            return _("This shop does not post to your country.")
        if Problem.BELOW_MINIMUM in self.problems:
            return _(
                "This shop’s smallest order is %(minimum)s of books: %(missing)s is missing."
                " Add more of its books, or remove these."
            ) % {"minimum": self.seller.minimum, "missing": self.missing}
        return ""

    @property
    def seller_id(self) -> int:
        """The seller's key."""
        return self.seller.pk

    @property
    def field_name(self) -> str:
        """The name of its choice of delivery in the checkout form."""
        return f"service-{self.seller.pk}"

    @property
    def seller_name(self) -> str:
        """The seller's name."""
        return self.seller.name

    @property
    def seller_url(self) -> str:
        """The address of the seller's page."""
        return reverse("catalog:shop", args=[self.seller.slug])

    @property
    def seller_place(self) -> str:
        """Whether a trader or a private person sells, and where."""
        return standing_line(self.seller)

    @property
    def seller_warning(self) -> str:
        """What a buyer must know of a private person's offer; nothing for a trader's."""
        return private_line(self.seller)

    @property
    def seller_rating(self) -> float | None:
        """Mean of the seller's ratings."""
        return self.seller.rating

    @property
    def paint(self) -> str:
        """The colour of the seller's shop front."""
        return self.seller.paint


@dataclass(frozen=True)
class Quote:
    """What a basket costs, parcel by parcel."""

    parcels: tuple[QuoteParcel, ...]
    currency: str
    country: str
    problems: frozenset[Problem] = field(default_factory=frozenset)
    discounts: tuple[Applied, ...] = ()
    codes: tuple[Code, ...] = ()
    gift_minor: int = 0

    @property
    def gift(self) -> Money:
        """What gift cards pay of the total."""
        return Money(self.gift_minor, self.currency)

    @property
    def to_pay(self) -> Money:
        """What is left to be paid."""
        return self.total - self.gift

    @cached_property
    def count(self) -> int:
        """Copies that can be had."""
        return sum(parcel.count for parcel in self.parcels)

    @cached_property
    def items(self) -> Money:
        """Price of all books."""
        return total((parcel.items for parcel in self.parcels), self.currency)

    @cached_property
    def delivery(self) -> Money:
        """Price of all parcels."""
        return total((parcel.delivery for parcel in self.parcels), self.currency)

    @cached_property
    def discount(self) -> Money:
        """What is taken off."""
        return total((parcel.discount for parcel in self.parcels), self.currency)

    @cached_property
    def tax_added(self) -> Money:
        """Tax that comes on top of the prices."""
        return total((parcel.tax_added for parcel in self.parcels), self.currency)

    @cached_property
    def tax(self) -> Money:
        """All tax, within the total."""
        return total((parcel.tax for parcel in self.parcels), self.currency)

    @cached_property
    def tax_lines(self) -> list[TaxLine]:
        """The tax of all parcels, rate by rate."""
        return grouped((line for p in self.parcels for line in p.tax_lines), self.currency)

    @property
    def margin_scheme(self) -> bool:
        """Whether there are books in it that are sold under the margin scheme."""
        return any(parcel.margin_scheme for parcel in self.parcels)

    @cached_property
    def total(self) -> Money:
        """What is to be paid."""
        return total((parcel.total for parcel in self.parcels), self.currency)

    @property
    def is_empty(self) -> bool:
        """Whether there is no line at all, not even one that has been sold."""
        return not self.parcels

    @property
    def can_be_ordered(self) -> bool:
        """Whether nothing stands in the way of paying for exactly this."""
        return bool(self.parcels) and not (self.problems & BLOCKING)

    @property
    def parcel_count(self) -> int:
        """Parcels in which something is sent."""
        return sum(1 for parcel in self.parcels if parcel.count)
