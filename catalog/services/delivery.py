"""What a shop charges for post: the whole table at once, of destinations and services."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib.errors import DomainError
from catalog.constants import ANYWHERE, EU_ZONE, RateBasis
from catalog.models import DeliveryRate

# Every country of the world twice over would not be a table that anybody keeps.
MOST_RATES = 200


@dataclass(frozen=True, slots=True)
class Terms:
    """A cell of the table: ``destination`` is a country (ISO 3166), ``EU`` or ``*``.

    Amounts are minor units, weights grams, days working days in the post. Without ``posts`` nothing
    is sent there by that service, though a wider destination's rate would.
    """

    destination: str
    service: str
    posts: bool = True
    basis: str = RateBasis.ITEM
    first_minor: int = 0
    further_minor: int = 0
    first_g: int = 1000
    further_g: int = 500
    days_min: int = 1
    days_max: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """Where and how: once in a table."""
        return self.destination, self.service


@transaction.atomic
def replace(*, seller: Seller, actor: User | None, table: Sequence[Terms]) -> int:
    """Charge by ``table`` from now on, and return how many rates were written or removed.

    Rates that stay the same are not touched: search looks at every copy of a shop whose rates move.

    Raises:
        DomainError: a cell stands twice or is wrong; ``fields`` names it, as "FR.express.days_max".
    """
    # One table at a time; a checkout that reads the shop FOR SHARE waits, or is waited for.
    locked = Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    _check(locked, table)
    there = {(rate.destination, rate.service): rate for rate in locked.delivery_rates.all()}
    gone = there.keys() - {terms.key for terms in table}
    new, changed = [], []
    for terms in table:
        rate = there.get(terms.key)
        if rate is None:
            new.append(_rate(locked, terms))
        elif any(getattr(rate, name) != value for name, value in asdict(terms).items()):
            for name, value in asdict(terms).items():
                setattr(rate, name, value)
            changed.append(rate)
    _write(locked, gone, new, changed)
    written = len(gone) + len(new) + len(changed)
    if written:
        activity.record(
            seller=locked,
            actor=actor,
            action="delivery.changed",
            subject=", ".join(
                sorted({d for d, _s in gone} | {r.destination for r in new + changed})
            ),
        )
    return written


def _write(
    seller: Seller,
    gone: Iterable[tuple[str, str]],
    new: list[DeliveryRate],
    changed: list[DeliveryRate],
) -> None:
    """Write each kind of change in one statement."""
    keys = [
        rate.pk for rate in seller.delivery_rates.all() if (rate.destination, rate.service) in gone
    ]
    if keys:
        seller.delivery_rates.filter(pk__in=keys).delete()
    if new:
        DeliveryRate.objects.bulk_create(new)
    if changed:
        names = [name for name in Terms.__slots__ if name not in {"destination", "service"}]
        DeliveryRate.objects.bulk_update(changed, names)


def _rate(seller: Seller, terms: Terms) -> DeliveryRate:
    return DeliveryRate(seller=seller, currency=settings.MARKETPLACE_CURRENCY, **asdict(terms))


def _check(seller: Seller, table: Sequence[Terms]) -> None:
    """Refuse a table with wrong cells, all of them named."""
    fields: dict[str, list[str]] = {}
    if len(table) > MOST_RATES:
        message = _("A table holds up to %(n)d rates. Use zones in the place of single countries.")
        raise DomainError(message % {"n": MOST_RATES})
    seen: set[tuple[str, str]] = set()
    for terms in table:
        name = f"{terms.destination}.{terms.service}"
        if terms.key in seen:
            fields[name] = [_("This stands in the table twice. Remove one of the two.")]
        seen.add(terms.key)
        if terms.destination not in {ANYWHERE, EU_ZONE} and terms.destination not in countries:
            fields[f"{name}.destination"] = [
                _("There is no such country. Use two letters, like FR.")
            ]
            continue
        try:
            _rate(seller, terms).full_clean(
                exclude={"seller"}, validate_unique=False, validate_constraints=False
            )
        except ValidationError as error:
            fields |= {f"{name}.{field}": texts for field, texts in error.message_dict.items()}
        for field, texts in _out_of_range(terms).items():
            fields.setdefault(f"{name}.{field}", []).append(texts)
    if fields:
        raise DomainError(_("Some of the rates are not right."), fields=fields)


def _out_of_range(terms: Terms) -> dict[str, str]:
    """Return what the database would refuse, by field."""
    wrong = {}
    if terms.days_min > terms.days_max:
        wrong["days_max"] = _("The last day is before the first.")
    for field in ("first_g", "further_g"):
        if getattr(terms, field) < 1:
            wrong[field] = _("A weight is at least 1 g.")
    return wrong
