"""A work as a card: its lowest price to the visitor’s door, and how many copies there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from books4all.lib.money import Money
from catalog.models import Work

if TYPE_CHECKING:
    from catalog.querysets import WorkQuerySet


@dataclass(frozen=True, slots=True)
class WorkCard:
    """A work with what its copies cost.

    ``from_price`` is the lowest price of a copy with its delivery to the visitor's country, or None
    when no copy on sale can be sent there. ``copies`` counts the offers on sale, wherever they can
    be sent (a pile of identical copies counts once, as it is one line on the book's page).
    """

    work: Work
    from_price: Money | None
    copies: int


def card_of(work: Work) -> WorkCard:
    """Return the card of a work that was read with ``WorkQuerySet.with_prices``."""
    prices = work.prices or {"landed_minor": None, "copies": 0}  # type: ignore[attr-defined]  # annotated
    minor = prices["landed_minor"]
    return WorkCard(
        work=work,
        from_price=None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY),
        copies=prices["copies"],
    )


def cards_for(works: "WorkQuerySet | Iterable[int]", country: str) -> list[WorkCard]:
    """Return cards of ``works`` in their order, in one query.

    ``works`` is a bounded, ordered queryset of works, or their primary keys (those that don't exist
    are left out). ``country`` (ISO 3166) is where the parcel goes.
    """
    if hasattr(works, "with_prices"):
        return [card_of(work) for work in works.with_prices(country)]
    keys = list(works)
    if not keys:
        return []
    found = {
        work.pk: card_of(work) for work in Work.objects.filter(pk__in=keys).with_prices(country)
    }
    return [found[key] for key in keys if key in found]
