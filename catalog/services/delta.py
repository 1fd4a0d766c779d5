"""Many copies brought up to date by their SKUs: prices, quantities, states, from a shop's own system.

Rows are judged one by one: a wrong one stops no other, and a connection that breaks leaves whole rows
behind. Prices alone are written together. The same rows sent again change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib import isbn as isbns
from books4all.lib.errors import DomainError
from catalog.constants import IdentifierType, ListingStatus
from catalog.models import Edition, Identifier, Listing
from catalog.services import columns, copies, stock, want_matching

CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A copy by its SKU with what it is now; None says nothing. Prices are minor units."""

    sku: str
    price_minor: int | None = None
    quantity: int | None = None
    status: str | None = None
    condition: str | None = None
    notes: str | None = None
    edition: int | None = None
    isbn: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row; ``code`` and ``fields`` say why it was refused."""

    outcome: str
    listing: int | None = None
    code: str = ""
    message: str = ""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


def upsert(*, seller: Seller, rows: Sequence[Row], actor: User | None) -> list[Result]:
    """Bring the copies of ``rows`` up to date, in their order; returns what became of each.

    A SKU that comes twice is refused the second time: which of the two is true is not told.
    """
    skus = {row.sku for row in rows}
    known = {one.sku: one for one in Listing.objects.filter(seller=seller, sku__in=skus)}
    seen: set[str] = set()
    first = {row.sku: row for row in reversed(rows)}
    quick = _reprice(
        [row for row in first.values() if _is_price_only(row, known.get(row.sku))], known
    )
    results = []
    for row in rows:
        if row.sku in seen:
            message = _("This SKU stands in an earlier row too. Send it once.")
            results.append(Result(REFUSED, None, "sku_twice", message, {"sku": [message]}))
            continue
        seen.add(row.sku)
        done = quick.pop(row.sku, None)
        results.append(done or _one(seller, row, known.get(row.sku), actor))
    changed = sum(result.outcome in {CREATED, UPDATED} for result in results)
    if changed:
        activity.record(
            seller=seller, actor=actor, action="listings.sent", rows=len(rows), changed=changed
        )
    return results


def _is_price_only(row: Row, listing: Listing | None) -> bool:
    """Whether nothing of a row but its price differs from what is listed: most rows of most deltas."""
    return (
        listing is not None
        and row.price_minor is not None
        and row.edition is None
        and row.isbn is None
        and row.quantity in {None, listing.on_hand}
        and row.status in {None, listing.status}
        and row.condition in {None, listing.condition}
        and row.notes in {None, listing.notes}
    )


@transaction.atomic
def _reprice(rows: Sequence[Row], known: Mapping[str, Listing]) -> dict[str, Result]:
    """Write the prices of rows in a few statements, whatever their number; returns results by SKU.

    Those that have changed otherwise since they were looked at are left for one by one.
    """
    wanted = {row.sku: row for row in rows}
    differ = [sku for sku, row in wanted.items() if known[sku].price_minor != row.price_minor]
    done = {sku: Result(UNCHANGED, known[sku].pk) for sku in wanted.keys() - set(differ)}
    changed = []
    for listing in stock.lock_listings(known[sku].pk for sku in differ).values():
        row = wanted[listing.sku]
        if _is_price_only(row, listing):
            listing.price_minor = row.price_minor or listing.price_minor
            changed.append(listing)
            done[listing.sku] = Result(UPDATED, listing.pk)
    columns.write(listings=changed, names=("price_minor",))
    on_sale = [one.pk for one in changed if one.status == ListingStatus.ACTIVE]
    if on_sale:
        want_matching.match(listing_ids=on_sale)
    return done


def _one(seller: Seller, row: Row, listing: Listing | None, actor: User | None) -> Result:
    try:
        with transaction.atomic():
            if listing is None:
                made = _create(seller, row, actor)
                return Result(CREATED, made.pk)
            changed = _update(seller, row, listing, actor)
            return Result(UPDATED if changed else UNCHANGED, listing.pk)
    except DomainError as error:
        return Result(
            REFUSED, listing.pk if listing else None, error.code, error.message, error.fields
        )


def _create(seller: Seller, row: Row, actor: User | None) -> Listing:
    edition = edition_for(edition_id=row.edition, isbn=row.isbn)
    missing = [
        name
        for name, value in (("condition", row.condition), ("price", row.price_minor))
        if value is None
    ]
    if missing:
        message = _("A new copy needs its condition and its price.")
        raise DomainError(message, fields={name: [message] for name in missing})
    if row.status == ListingStatus.WITHDRAWN:
        message = _("There is no such copy to withdraw.")
        raise DomainError(message, fields={"status": [message]})
    return copies.create(
        seller=seller,
        edition=edition,
        terms=copies.Terms(
            condition=row.condition or "", price_minor=row.price_minor or 0, notes=row.notes or ""
        ),
        quantity=1 if row.quantity is None else row.quantity,
        sku=row.sku,
        on_sale=row.status != ListingStatus.PAUSED,
        actor=actor,
    )


def edition_for(*, edition_id: int | None, isbn: str | None) -> Edition:
    """Return the edition of a key or of an ISBN: of several that bear it, the fullest described.

    Raises:
        DomainError: nothing names one, or there is none.
    """
    if edition_id is not None:
        found = Edition.objects.select_related("work").filter(pk=edition_id).first()
        name, message = "edition", _("There is no such edition.")
    elif isbn:
        number = isbns.to_isbn13(isbn)
        bearers = Identifier.objects.filter(type=IdentifierType.ISBN13, value=number or "none")
        editions = Edition.objects.select_related("work").filter(pk__in=bearers.values("edition"))
        found = editions.order_by("-completeness", "pk").first()
        name, message = "isbn", _("The catalogue has no edition with this ISBN.")
    else:
        found, name = None, "isbn"
        message = _("There is no copy with this SKU; for a new one name its ISBN or edition.")
    if found is None:
        raise DomainError(message, fields={name: [message]})
    return found


def _update(seller: Seller, row: Row, listing: Listing, actor: User | None) -> bool:
    _same_book(row, listing)
    wanted: dict[str, Any] = {
        "price_minor": row.price_minor,
        "condition": row.condition,
        "notes": row.notes,
    }
    changes = {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(listing, name)
    }
    counted = row.quantity if row.quantity not in {None, listing.on_hand} else None
    changed = bool(changes) or counted is not None
    if changed:
        listing = copies.edit(
            seller=seller, listing_id=listing.pk, changes=changes, quantity=counted, actor=actor
        )
    # A copy of which there are none left is on sale as soon as there are: that is asked for, not wrong.
    waits = listing.status == ListingStatus.SOLD and row.status == ListingStatus.ACTIVE
    if row.status and row.status != listing.status and not waits:
        copies.move(seller=seller, listing_id=listing.pk, to=ListingStatus(row.status), actor=actor)
        changed = True
    return changed


def _same_book(row: Row, listing: Listing) -> None:
    """Refuse a row that names another book than the one its SKU stands for."""
    if row.edition is not None and row.edition != listing.edition_id:
        message = _("This SKU stands for another edition. A SKU is never given to a second book.")
        raise DomainError(message, fields={"edition": [message]})
    if row.isbn:
        number = isbns.to_isbn13(row.isbn)
        numbers = Identifier.objects.filter(
            edition=listing.edition_id, type=IdentifierType.ISBN13
        ).values_list("value", flat=True)
        if numbers and number not in list(numbers):
            message = _("This SKU stands for a book with another ISBN.")
            raise DomainError(message, fields={"isbn": [message]})
