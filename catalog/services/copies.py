"""A copy described by its seller: listed, described anew, counted, deleted while nobody has seen it.

Its way on and off sale is in ``catalog.services.listings``, its stock in ``catalog.services.stock``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from catalog.constants import ListingStatus
from catalog.errors import StockError
from catalog.models import Edition, Listing
from catalog.services import identical, listings, skus, stock, want_matching

# Fields of a listing that its seller writes; the rest has services of its own.
TERMS = (
    "condition", "jacket", "defects", "signed", "inscribed", "first_edition", "rare",
    "print_on_demand", "notes", "private_notes", "shelf", "edition_text", "printing", "keywords",
    "categories", "weight_g", "cost_minor", "price_minor",
)  # fmt: skip
MOST_COPIES = 9_999
MOST_CATEGORIES = 10
MOST_MINOR = 2**31 - 1
# What a movement says of itself when a shop has counted.
COUNTED = gettext_lazy("Counted by the shop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a seller says of a copy. Amounts are minor units, the weight is grams."""

    condition: str
    price_minor: int
    jacket: str = ""
    defects: tuple[str, ...] = ()
    signed: bool = False
    inscribed: bool = False
    first_edition: bool = False
    rare: bool = False
    print_on_demand: bool = False
    notes: str = ""
    private_notes: str = ""
    shelf: str = ""
    edition_text: str = ""
    printing: str = ""
    keywords: str = ""
    categories: tuple[str, ...] = ()
    weight_g: int | None = None
    cost_minor: int | None = None


@transaction.atomic
def create(
    *,
    seller: Seller,
    edition: Edition,
    terms: Terms,
    quantity: int,
    actor: User | None,
    sku: str = "",
    on_sale: bool = True,
) -> Listing:
    """List ``quantity`` identical copies of ``edition``, on sale or as a draft.

    Without a ``sku`` the shop's next one is given. A SKU whose copies were sold or withdrawn may be
    used again for the same edition: its row is taken up again, with its history.

    Raises:
        SkuTakenError: the SKU stands for another book, or for copies that are still listed.
        IdenticalListingError: the shop lists this very copy twice already.
        DomainError: a value is not possible; ``fields`` names it.
    """
    listing = _row_for(seller, edition, sku.strip())
    _describe(listing, asdict(terms))
    check_quantity(quantity)
    _check(listing)
    identical.ensure_room(listing=listing)
    _write(listing)
    _count(listing.pk, quantity, actor)
    if on_sale:
        listings.put_on_sale(listing=listing)
        want_matching.match(listing_ids=[listing.pk])
    activity.record(
        seller=seller, actor=actor, action="listing.created", subject=listing.sku,
        title=edition.title[:200],
    )  # fmt: skip
    listing.refresh_from_db()
    return listing


@transaction.atomic
def edit(
    *,
    seller: Seller,
    listing_id: int,
    changes: Mapping[str, Any],
    actor: User | None,
    quantity: int | None = None,
    seen: int | None = None,
    sku: str = "",
) -> Listing:
    """Change what is said of a copy (keys of ``TERMS``), and how many there are.

    ``seen`` is how many there were when the asker looked: a ``quantity`` that says the same says nothing,
    so that what is sold meanwhile stays sold. A SKU can be changed until the copy has first been on sale.

    Raises:
        NotFoundError: the shop has no such listing.
        StockError: more copies are promised to checkouts than ``quantity``, or there are no longer as many
            as were ``seen``.
        SkuTakenError, IdenticalListingError, DomainError: as ``create``.
    """
    listing = lock_own(seller=seller, listing_id=listing_id)
    before = {name: getattr(listing, name) for name in (*TERMS, "sku")}
    key, price = identical.key_of(listing), listing.price_minor
    _describe(listing, changes)
    _rename(listing, sku.strip())
    changed = [name for name, value in before.items() if getattr(listing, name) != value]
    if changed:
        _check(listing)
        if identical.key_of(listing) != key:
            identical.ensure_room(listing=listing)
        _write(listing, update_fields=[*changed, "updated_at"])
    if quantity is not None and quantity not in {listing.on_hand, seen}:
        check_quantity(quantity)
        _check_seen(listing, seen)
        _count(listing.pk, quantity, actor)
        changed.append("on_hand")
    if changed:
        _tell(listing, changed, price, actor)
        listing.refresh_from_db()
    return listing


@transaction.atomic
def move(*, seller: Seller, listing_id: int, to: ListingStatus, actor: User | None) -> Listing:
    """Put a copy on sale, take it off for now (PAUSED) or for good (WITHDRAWN).

    Raises:
        NotFoundError: the shop has no such listing.
        ConflictError: it can't go there from where it is, staff have hidden it, or, coming back, it is
            one too many of its like.
    """
    listing = lock_own(seller=seller, listing_id=listing_id)
    if to == ListingStatus.ACTIVE:
        if listing.status == ListingStatus.WITHDRAWN:
            identical.ensure_room(listing=listing)
        if not listing.on_hand:
            message = _("You have no copies of this left. Raise the quantity first.")
            raise ConflictError(message, fields={"quantity": [message]})
        moved = listings.put_on_sale(listing=listing)
        want_matching.match(listing_ids=[listing.pk])
    elif to == ListingStatus.PAUSED:
        moved = listings.pause(listing=listing)
    elif to == ListingStatus.WITHDRAWN:
        if listing.status == ListingStatus.BLOCKED:
            raise ConflictError(_("This copy is hidden by staff."))
        moved = listings.withdraw(listing=listing)
    else:
        raise ConflictError(_("A seller can’t do that to a copy."))
    activity.record(
        seller=seller, actor=actor, action="listing.moved", subject=listing.sku, to=to.value
    )
    return moved


@transaction.atomic
def delete_draft(*, seller: Seller, listing_id: int, actor: User | None) -> None:
    """Delete a copy that has never been on sale; its SKU is free again.

    Raises:
        NotFoundError: the shop has no such listing.
        ConflictError: the copy has been on sale: it is withdrawn and not deleted.
    """
    listing = lock_own(seller=seller, listing_id=listing_id)
    if not may_be_deleted(listing):
        raise ConflictError(_("This copy has been on sale. Withdraw it instead."))
    remove(listing, actor=actor)
    activity.record(seller=seller, actor=actor, action="listing.deleted", subject=listing.sku)


def may_be_deleted(listing: Listing) -> bool:
    """Whether nobody can have seen the copy: it may go without a trace in the shop."""
    return listing.status == ListingStatus.DRAFT and listing.listed_at is None


def remove(listing: Listing, *, actor: User | None) -> None:
    """Remove a locked draft. Its movements stay, and add up to nothing."""
    _count(listing.pk, 0, actor, reason=_("Draft deleted"))
    listing.photos.all().delete()
    # Past Django's guard, which keeps every listing that has a history.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_listing WHERE id = %s", [listing.pk])


def own(*, seller: Seller, listing_id: int) -> Listing:
    """Return a listing of the shop with its book. Raises NotFoundError for anybody else's."""
    found = Listing.objects.with_book().filter(seller=seller, pk=listing_id).first()
    if found is None:
        raise _nowhere()
    return found


def lock_own(*, seller: Seller, listing_id: int) -> Listing:
    """Lock a listing of the shop and return it. Raises NotFoundError for anybody else's."""
    own(seller=seller, listing_id=listing_id)
    listing = stock.lock_listings([listing_id]).get(listing_id)
    if listing is None:
        raise _nowhere()
    return listing


def _nowhere() -> NotFoundError:
    return NotFoundError(_("There is no such copy in your stock."))


def _row_for(seller: Seller, edition: Edition, sku: str) -> Listing:
    """Return the row to write: a new one, or that of copies that have ended under the same SKU."""
    taken = skus.holder(seller=seller, sku=sku) if sku else None
    if taken is None:
        return Listing(
            seller=seller,
            edition=edition,
            sku=sku or skus.suggest(seller=seller),
            currency=settings.MARKETPLACE_CURRENCY,
        )
    # Under its lock: of two who take it up at once, the second finds it listed.
    listing = stock.lock_listings([taken.pk])[taken.pk]
    if listing.status not in skus.ENDED or listing.edition_id != edition.pk:
        raise skus.refuse(taken_by=listing)
    # Counting copies of what was sold out would put it on sale before it is described anew.
    listing.status = ListingStatus.DRAFT
    return listing


def _describe(listing: Listing, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in TERMS:
            msg = f"{name} is not written like this"
            raise ValueError(msg)
        setattr(listing, name, list(value) if name in {"defects", "categories"} else value)
    listing.categories = list(dict.fromkeys(c.strip() for c in listing.categories if c.strip()))
    listing.defects = list(dict.fromkeys(listing.defects))


def _rename(listing: Listing, sku: str) -> None:
    if not sku or sku == listing.sku:
        return
    if listing.listed_at is not None:
        message = _("A copy that has been on sale keeps its SKU.")
        raise DomainError(message, fields={"sku": [message]})
    if taken := skus.holder(seller=listing.seller, sku=sku):
        raise skus.refuse(taken_by=taken)
    listing.sku = sku


def check_quantity(quantity: int) -> None:
    """Raise DomainError for a number of copies that nobody has."""
    if not 0 <= quantity <= MOST_COPIES:
        message = _("Write how many copies you have, 0 to %(most)d.") % {"most": MOST_COPIES}
        raise DomainError(message, fields={"quantity": [message]})


def _check(listing: Listing) -> None:
    """Raise DomainError, by field, for values that the columns or the rules don't take."""
    errors: dict[str, list[str]] = {}
    try:
        # The keys are rows that we hold: asking for them again would prove nothing.
        listing.clean_fields(exclude={"seller", "edition"})
    except ValidationError as error:
        errors = {name: list(messages) for name, messages in error.message_dict.items()}
    if "price_minor" not in errors and not 1 <= listing.price_minor <= MOST_MINOR:
        errors["price_minor"] = [_("Write a price of at least a penny, and below 20 million.")]
    if len(listing.categories) > MOST_CATEGORIES:
        errors["categories"] = [_("Name at most %(most)d categories.") % {"most": MOST_CATEGORIES}]
    if errors:
        first = next(iter(errors.values()))[0]
        raise DomainError(first, fields=errors)


def _check_seen(listing: Listing, seen: int | None) -> None:
    """Refuse a count that was made when there were other copies than now."""
    if seen is not None and seen != listing.on_hand:
        message = ngettext(
            "%(n)d copy is left now: it changed while you looked. Write how many there are.",
            "%(n)d copies are left now: it changed while you looked. Write how many there are.",
            listing.on_hand,
        ) % {"n": listing.on_hand}
        raise StockError(message, fields={"on_hand": [message]})


def _write(listing: Listing, **how: Any) -> None:
    """Write the row, whose SKU somebody else may have taken this very moment."""
    given = listing.sku
    try:
        with transaction.atomic():
            listing.save(**how)
    except IntegrityError:
        taken = skus.holder(seller=listing.seller, sku=given)
        if taken is None:
            raise
        raise skus.refuse(taken_by=taken) from None


def _count(listing_id: int, quantity: int, actor: User | None, *, reason: str = "") -> None:
    """Bring the stock to ``quantity``: a first delivery is received, everything else counted anew."""
    listing = Listing.objects.get(pk=listing_id)
    if quantity and not listing.on_hand and not listing.movements.exists():
        stock.receive(listing_id=listing_id, quantity=quantity, actor=actor)
    else:
        stock.correct(
            listing_id=listing_id,
            counted=quantity,
            reason=reason or str(COUNTED),
            actor=actor,
        )


def _tell(listing: Listing, changed: list[str], price: int, actor: User | None) -> None:
    """Log a change, and let those hear of it who wait for the book."""
    details: dict[str, Any] = {"changed": changed}
    if listing.price_minor != price:
        details["price_minor"] = [price, listing.price_minor]
    activity.record(
        seller=listing.seller,
        actor=actor,
        action="listing.changed",
        subject=listing.sku,
        **details,
    )
    if listing.status == ListingStatus.ACTIVE:
        want_matching.match(listing_ids=[listing.pk])
