"""Many copies brought up to date by their SKUs: prices, quantities, states, from a shop's own system.

Rows are judged one by one: a wrong one stops no other, and a connection that breaks leaves whole rows
behind. Prices and quantities, which most rows of most deltas are about, are written together. The same
rows sent again change nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib import isbn as isbns
from books4all.lib.errors import DomainError
from catalog.constants import IdentifierType, ListingStatus, MovementKind
from catalog.models import Edition, Identifier, Listing, StockMovement
from catalog.services import columns, copies, stock, want_matching

CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"

# The ISBNs of editions, by their keys.
Isbns = Mapping[int, Sequence[str]]


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
    isbns_of = _isbns_of(known[row.sku].edition_id for row in rows if row.isbn and row.sku in known)
    seen: set[str] = set()
    first = {row.sku: row for row in reversed(rows)}
    plain = [
        row
        for row in first.values()
        if row.sku in known and _is_plain(row, known[row.sku], isbns_of)
    ]
    quick = _write_together(plain, known, isbns_of, actor)
    results = []
    for row in rows:
        if row.sku in seen:
            message = _("This SKU stands in an earlier row too. Send it once.")
            results.append(Result(REFUSED, None, "sku_twice", message, {"sku": [message]}))
            continue
        seen.add(row.sku)
        done = quick.pop(row.sku, None)
        results.append(done or _one(seller, row, known.get(row.sku), isbns_of, actor))
    changed = sum(result.outcome in {CREATED, UPDATED} for result in results)
    if changed:
        activity.record(
            seller=seller, actor=actor, action="listings.sent", rows=len(rows), changed=changed
        )
    return results


def _is_plain(row: Row, listing: Listing, isbns_of: Isbns) -> bool:
    """Whether a row changes nothing but the price and the quantity, and nothing stands against it."""
    quantity = listing.on_hand if row.quantity is None else row.quantity
    becomes = stock.status_with(listing, quantity)
    # As in _update: a copy of which there are none left goes on sale when there are.
    waits = becomes == ListingStatus.SOLD and row.status == ListingStatus.ACTIVE
    return (
        _book_error(row, listing, isbns_of) is None
        and (row.price_minor is None or 1 <= row.price_minor <= copies.MOST_MINOR)
        and (quantity == listing.on_hand or listing.held <= quantity <= copies.MOST_COPIES)
        and (row.status in {None, becomes} or waits)
        and row.condition in {None, listing.condition}
        and row.notes in {None, listing.notes}
    )


def _differs(row: Row, listing: Listing) -> bool:
    return row.price_minor not in {None, listing.price_minor} or row.quantity not in {
        None,
        listing.on_hand,
    }


@transaction.atomic
def _write_together(
    rows: Sequence[Row], known: Mapping[str, Listing], isbns_of: Isbns, actor: User | None
) -> dict[str, Result]:
    """Write prices and quantities in a few statements, whatever their number; returns results by SKU.

    Those that have changed otherwise since they were looked at are left for one by one.
    """
    wanted = {row.sku: row for row in rows}
    differ = [row.sku for row in rows if _differs(row, known[row.sku])]
    done = {sku: Result(UNCHANGED, known[sku].pk) for sku in wanted.keys() - set(differ)}
    changed = [
        listing
        for listing in stock.lock_listings(known[sku].pk for sku in differ).values()
        if _is_plain(wanted[listing.sku], listing, isbns_of)
    ]
    repriced, counted = [], {}
    for listing in changed:
        row = wanted[listing.sku]
        different = _differs(row, listing)
        done[listing.sku] = Result(UPDATED if different else UNCHANGED, listing.pk)
        if row.price_minor not in {None, listing.price_minor}:
            listing.price_minor = row.price_minor or 0
            repriced.append(listing)
        if row.quantity not in {None, listing.on_hand}:
            counted[listing.pk] = row.quantity or 0
    columns.write(listings=repriced, names=("price_minor",))
    _count({one.pk: one for one in changed}, counted, actor)
    on_sale = [
        one.pk
        for one in changed
        if stock.status_with(one, counted.get(one.pk, one.on_hand)) == ListingStatus.ACTIVE
    ]
    if on_sale:
        want_matching.match(listing_ids=on_sale)
    return done


def _count(listings: Mapping[int, Listing], counted: stock.Quantities, actor: User | None) -> None:
    """Write quantities as ``copies.edit`` does: a first delivery is received, all else counted anew."""
    empty = [pk for pk in counted if not listings[pk].on_hand]
    moved = StockMovement.objects.filter(listing__in=empty).values_list("listing", flat=True)
    received = set(empty) - set(moved.distinct()) if empty else set()
    standing = {pk: (listings[pk].on_hand, listings[pk].held) for pk in counted}
    stock.count(
        listings=standing,
        counted={pk: n for pk, n in counted.items() if pk not in received},
        reference=str(copies.COUNTED),
        actor=actor,
    )
    stock.count(
        listings=standing,
        counted={pk: n for pk, n in counted.items() if pk in received},
        reference="",
        actor=actor,
        kind=MovementKind.RECEIVED,
    )


def _one(
    seller: Seller, row: Row, listing: Listing | None, isbns_of: Isbns, actor: User | None
) -> Result:
    try:
        with transaction.atomic():
            if listing is None:
                made = _create(seller, row, actor)
                return Result(CREATED, made.pk)
            changed = _update(seller, row, listing, isbns_of, actor)
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


def _update(
    seller: Seller, row: Row, listing: Listing, isbns_of: Isbns, actor: User | None
) -> bool:
    if error := _book_error(row, listing, isbns_of):
        raise error
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


def _book_error(row: Row, listing: Listing, isbns_of: Isbns) -> DomainError | None:
    """Return what is wrong with a row that names another book than the one its SKU stands for."""
    if row.edition is not None and row.edition != listing.edition_id:
        message = _("This SKU stands for another edition. A SKU is never given to a second book.")
        return DomainError(message, fields={"edition": [message]})
    numbers = isbns_of.get(listing.edition_id) if row.isbn else None
    if numbers and isbns.to_isbn13(row.isbn or "") not in numbers:
        message = _("This SKU stands for a book with another ISBN.")
        return DomainError(message, fields={"isbn": [message]})
    return None


def _isbns_of(editions: Iterable[int]) -> dict[int, list[str]]:
    """Return the ISBNs of editions; one that has none is left out."""
    keys = set(editions)
    found: dict[int, list[str]] = {}
    rows = Identifier.objects.filter(edition__in=keys, type=IdentifierType.ISBN13)
    for edition, value in rows.values_list("edition", "value") if keys else ():
        found.setdefault(edition, []).append(value)
    return found
