"""Copies for sale as pages show them: the price with delivery leads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Seller
from accounts.selectors import handling_line, kind_word, private_line, returns_line
from books4all.lib.money import Money
from books4all.lib.paths import page_path
from books4all.lib.pictures import Picture
from catalog.constants import Condition, Jacket
from catalog.models import Edition, Listing, Work
from catalog.selectors.copies import pictures
from catalog.selectors.prices import reduced_from

# Looked up here and not by Django's get_…_display, which turns every choice into words each time.
_CONDITIONS = dict(Condition.choices)
_JACKETS = dict(Jacket.choices)
_MARKS = (
    gettext_lazy("First edition"),
    gettext_lazy("Signed"),
    gettext_lazy("Inscribed by the author"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A copy with its terms, flat, as the components of the design take it.

    ``total`` (price with delivery to the visitor's country) and ``delivery`` are None when the
    seller does not post there; ``item_price`` is the copy alone. ``before`` is the lowest price of the
    thirty days before a reduction of the copy, None without one; ``photos`` are of this very copy.
    """

    listing: Listing = field(repr=False)
    total: Money | None
    delivery: Money | None
    delivery_days: str
    before: Money | None = None
    photos: Sequence[Picture] = ()

    @property
    def listing_id(self) -> int:
        """What the basket's form posts."""
        return self.listing.pk

    @property
    def work(self) -> Work:
        """The book it is a copy of."""
        return self.listing.edition.work

    @property
    def edition(self) -> Edition:
        """The edition it is a copy of."""
        return self.listing.edition

    @property
    def item_price(self) -> Money:
        """Price of the copy without delivery."""
        return self.listing.price

    @property
    def quantity(self) -> int:
        """Copies that can be bought now."""
        return self.listing.available

    @property
    def condition_label(self) -> str:
        """The grade in words."""
        return str(_CONDITIONS.get(self.listing.condition, self.listing.condition))

    @property
    def condition_gauge(self) -> str:
        """Bars of the gauge, 1 to 5."""
        return self.listing.gauge

    @property
    def format_line(self) -> str:
        """What kind of book: "Paperback, Penguin, 1994"."""
        return edition_line(self.listing.edition)

    @property
    def badges(self) -> list[str]:
        """What makes the copy rare."""
        listing = self.listing
        flags = (listing.first_edition, listing.signed, listing.inscribed)
        return [str(words) for on, words in zip(flags, _MARKS, strict=True) if on]

    @property
    def note(self) -> str:
        """The seller's words on the copy, as written."""
        return self.listing.notes

    @property
    def remarks(self) -> str:
        """What must be said of the copy besides its grade: jacket, defects, printing on demand."""
        listing = self.listing
        parts = list(listing.defect_labels)
        if listing.jacket != Jacket.NOT_APPLICABLE:
            jacket = str(_JACKETS[listing.jacket]).lower()
            parts.append(_("Jacket: %(state)s") % {"state": jacket})
        if listing.print_on_demand:
            parts.append(_("Printed on demand"))
        if listing.available > 1:
            parts.append(
                ngettext("%(n)d copy", "%(n)d copies", listing.available) % {"n": listing.available}
            )
        return " · ".join(parts)

    @property
    def reduced(self) -> str:
        """A reduction in the words that the law asks for; empty without one."""
        if self.before is None:
            return ""
        words = {"now": self.item_price, "before": self.before}
        return _("Reduced to %(now)s. Lowest in the 30 days before: %(before)s") % words

    @property
    def seller_name(self) -> str:
        """Who sells it."""
        return self.listing.seller.name

    @property
    def seller_url(self) -> str:
        """The address of the shop's page."""
        return shop_url(self.listing.seller)

    @property
    def seller_place(self) -> str:
        """Whether a trader or a private person sells, and where."""
        return standing_line(self.listing.seller)

    @property
    def seller_said(self) -> str:
        """Who sells it, where there is room for a few words only: a private person is said to be one."""
        if not self.listing.seller.is_private:
            return self.seller_name
        return _("%(name)s, private seller") % {"name": self.seller_name}

    @property
    def seller_warning(self) -> str:
        """What a buyer must know of a private person's offer; nothing for a trader's."""
        return private_line(self.listing.seller)

    @property
    def seller_rating(self) -> float | None:
        """Mean of the shop's ratings."""
        return self.listing.seller.rating

    @property
    def seller_rating_count(self) -> int:
        """How many rated the shop."""
        return self.listing.seller.rating_count

    @property
    def handling(self) -> str:
        """How soon it is posted."""
        return handling_line(self.listing.seller)

    @property
    def returns(self) -> str:
        """How long it can be sent back."""
        return returns_line(self.listing.seller)

    @property
    def available(self) -> bool:
        """Whether it can be bought now."""
        return self.listing.available > 0


def offer_of(listing: Listing) -> Offer:
    """Return the offer of a listing read with ``ListingQuerySet.with_book().with_delivery()``.

    What it cost before and its photographs are known where ``copies.with_evidence`` has read them.
    """
    landed: int | None = listing.landed_minor  # type: ignore[attr-defined]  # annotated
    rate: dict[str, Any] | None = listing.delivery  # type: ignore[attr-defined]  # annotated
    # Only where the copies were read with their evidence.
    prices = getattr(listing, "price_rows", ())
    before = reduced_from(prices, timezone.now(), listing.currency) if len(prices) > 1 else None
    photos = pictures(getattr(listing, "photo_rows", ()))
    if landed is None or rate is None:
        return Offer(
            listing=listing,
            total=None,
            delivery=None,
            delivery_days="",
            before=before,
            photos=photos,
        )
    return Offer(
        listing=listing,
        total=Money(landed, listing.currency),
        delivery=Money(rate["minor"], listing.currency),
        delivery_days=days_line(rate["days_min"], rate["days_max"]),
        before=before,
        photos=photos,
    )


def shop_url(seller: Seller) -> str:
    """Return the address of a shop's page."""
    return page_path("catalog:shop", seller.slug)


def place_line(seller: Seller) -> str:
    """Return where a seller is; the country is said when it is not the marketplace's own."""
    # A country's name is a translation to look up: not for the many shops of this one.
    if seller.country.code == settings.DEFAULT_COUNTRY:
        return seller.place
    country = str(seller.country.name)
    parts = [seller.place, "" if seller.place.endswith(country) else country]
    return ", ".join(part for part in parts if part)


def standing_line(seller: Seller) -> str:
    """Return whether a trader or a private person sells, and where: "Trader, Hay-on-Wye"."""
    return ", ".join(part for part in (kind_word(seller), place_line(seller)) if part)


def days_line(least: int, most: int) -> str:
    """Return how long the post takes: "2 to 4 days"."""
    if least == most:
        return ngettext("%(n)d day", "%(n)d days", most) % {"n": most}
    return _("%(least)d to %(most)d days") % {"least": least, "most": most}


def edition_line(edition: Edition) -> str:
    """Return form, publisher and year of an edition: "Paperback, Penguin, 1994"."""
    parts = [
        edition.form_label,
        edition.publisher.name if edition.publisher else "",
        str(edition.published_year or ""),
    ]
    return ", ".join(part for part in parts if part)
