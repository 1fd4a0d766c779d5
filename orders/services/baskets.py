"""What a shopper puts in a basket, changes, and takes out again.

Every write locks the basket first. A basket with an order that waits for payment is refused with
``CheckoutInProgressError``: ``orders.services.checkout.abandon`` opens it again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from catalog.constants import Service
from catalog.models import DeliveryRate, Listing
from orders.constants import BasketStatus
from orders.errors import (
    BasketFullError,
    BasketLineNotFoundError,
    CheckoutInProgressError,
    NotOnSaleError,
)
from orders.models import Basket, BasketLine, BasketParcel
from orders.selectors.baskets import find_basket, waiting_order
from orders.services.transactions import business_transaction

# Different copies a basket may hold.
MOST_LINES = 100


@dataclass(frozen=True)
class Added:
    """What came of adding: ``added`` copies now, fewer than asked for if ``clamped``."""

    basket: Basket
    line: BasketLine
    added: int
    clamped: bool


@dataclass(frozen=True)
class Merged:
    """What came of merging: titles that could not be kept, and titles of which fewer were."""

    basket: Basket
    dropped: tuple[str, ...]
    clamped: tuple[str, ...]

    @property
    def messages(self) -> list[str]:
        """What to tell the shopper."""
        told = []
        if self.dropped:
            told.append(
                ngettext(
                    "%(titles)s is no longer for sale and left your basket.",
                    "%(titles)s are no longer for sale and left your basket.",
                    len(self.dropped),
                )
                % {"titles": ", ".join(self.dropped)}
            )
        if self.clamped:
            told.append(
                _("There are fewer copies than you wanted of: %(titles)s.")
                % {"titles": ", ".join(self.clamped)}
            )
        return told


def get_or_create_basket(*, user: User | None, token: str = "") -> Basket:
    """Return the open basket of ``user`` or of the holder of ``token``, made if there is none."""
    found = find_basket(user=user, token=token)
    if found is not None:
        return found
    if user is None:
        return Basket.objects.create()
    try:
        with transaction.atomic():
            return Basket.objects.create(user=user)
    except IntegrityError:  # the same person in another tab: one open basket a user
        return Basket.objects.get(user=user, status=BasketStatus.OPEN)


@business_transaction
def add(*, basket: Basket, listing_id: int, quantity: int = 1) -> Added:
    """Put copies of a listing in the basket, no more than are free.

    Raises:
        NotOnSaleError: there is no such copy on sale.
        BasketFullError: the basket holds ``MOST_LINES`` different copies already.
        CheckoutInProgressError: the basket waits for payment.
    """
    lock_open(basket)
    listing = Listing.objects.on_sale().with_book().filter(pk=listing_id).first()
    if listing is None:
        raise NotOnSaleError(_("That copy is no longer for sale."))
    lines = {line.listing_id: line for line in basket.lines.all()}
    line = lines.get(listing.pk)
    if line is None and len(lines) >= MOST_LINES:
        message = _("A basket holds up to %(n)s different copies. Order these first.")
        raise BasketFullError(message % {"n": MOST_LINES})
    line = line or BasketLine(basket=basket, listing=listing, quantity=0)
    line.listing = listing
    wanted, had = line.quantity + max(1, quantity), line.quantity
    line.quantity = min(wanted, listing.available)
    line.seen_minor = listing.price_minor
    line.save()
    return Added(basket, line, max(0, line.quantity - had), clamped=line.quantity < wanted)


@business_transaction
def set_quantity(*, basket: Basket, line_id: UUID, quantity: int) -> BasketLine | None:
    """Change how many copies are wanted, no more than are free; 0 removes the line (returns None).

    Raises:
        BasketLineNotFoundError: the basket has no such line.
        CheckoutInProgressError: the basket waits for payment.
    """
    lock_open(basket)
    line = basket.lines.select_related("listing").filter(pk=line_id).first()
    if line is None:
        raise BasketLineNotFoundError(_("That book is not in your basket any more."))
    # A line whose copies are gone stays, to be named as sold, until it is removed.
    free = max(line.listing.available, 0)
    if quantity <= 0:
        line.delete()
        return None
    line.quantity = max(1, min(quantity, free))
    line.seen_minor = line.listing.price_minor
    line.save(update_fields=["quantity", "seen_minor", "updated_at"])
    return line


def remove(*, basket: Basket, line_id: UUID) -> None:
    """Take a line out of the basket. Raises as ``set_quantity``."""
    set_quantity(basket=basket, line_id=line_id, quantity=0)


@business_transaction
def choose_delivery(*, basket: Basket, seller_id: int, service: str) -> None:
    """Choose the speed of delivery for one seller's parcel.

    Raises:
        NotOnSaleError: that seller has no book in the basket, or does not offer the service anywhere.
        CheckoutInProgressError: the basket waits for payment.
    """
    lock_open(basket)
    _choose(basket, {seller_id: service})


@business_transaction
def choose_deliveries(*, basket: Basket, services: Mapping[int, str]) -> None:
    """Choose for several sellers at once; raises as ``choose_delivery``."""
    lock_open(basket)
    _choose(basket, services)


def _choose(basket: Basket, services: Mapping[int, str]) -> None:
    sellers = set(basket.lines.values_list("listing__seller_id", flat=True))
    offered = set(
        DeliveryRate.objects.filter(seller_id__in=sellers, posts=True).values_list(
            "seller_id", "service"
        )
    )
    for pair in services.items():
        if pair not in offered or pair[1] not in Service.values:
            raise NotOnSaleError(_("That delivery is not offered for this parcel."))
    BasketParcel.objects.bulk_create(
        [BasketParcel(basket=basket, seller_id=k, service=v) for k, v in services.items()],
        update_conflicts=True,
        unique_fields=["basket", "seller"],
        update_fields=["service"],
    )


@business_transaction
def merge(*, source: Basket, user: User) -> Merged:
    """Put a visitor's basket into the basket of ``user``, who has just signed in.

    Of a copy in both the larger number is kept, no more than are free; what is no longer on sale
    is dropped. ``source`` is kept as merged. Merging it again changes nothing.

    Raises:
        CheckoutInProgressError: one of the two waits for payment.
    """
    target = get_or_create_basket(user=user)
    # In the order of their keys, so that two sign-ins at once can't wait for each other.
    locked = {b.pk: b for b in _locked([source.pk, target.pk])}
    if locked[target.pk].status != BasketStatus.OPEN:  # it was paid for just then
        target = get_or_create_basket(user=user)
        locked |= {b.pk: b for b in _locked([target.pk])}
    if locked[source.pk].status != BasketStatus.OPEN or source.pk == target.pk:
        return Merged(target, (), ())
    for basket in locked.values():
        _refuse_waiting(basket)
    dropped, clamped = _move_lines(source, target)
    taken = set(target.parcels.values_list("seller_id", flat=True))
    source.parcels.exclude(seller_id__in=taken).update(basket=target)
    if not target.codes.exists():
        source.codes.update(basket=target)
    Basket.objects.filter(pk=source.pk).update(status=BasketStatus.MERGED)
    return Merged(target, tuple(dropped), tuple(clamped))


def _move_lines(source: Basket, target: Basket) -> tuple[list[str], list[str]]:
    theirs = {line.listing_id: line for line in target.lines.all()}
    moving = list(source.lines.select_related("listing__edition").order_by("created_at", "pk"))
    on_sale = set(
        Listing.objects.on_sale()
        .filter(pk__in=[line.listing_id for line in moving])
        .values_list("pk", flat=True)
    )
    dropped, clamped, changed = [], [], []
    for line in moving:
        title, listing = line.listing.edition.title, line.listing
        mine = theirs.get(listing.pk)
        if listing.pk not in on_sale or (mine is None and len(theirs) >= MOST_LINES):
            dropped.append(title)
            continue
        wanted = max(line.quantity, mine.quantity if mine else 0)
        if wanted > listing.available:
            clamped.append(title)
        kept = mine or BasketLine(basket=target, listing=listing, seen_minor=line.seen_minor)
        kept.quantity = min(wanted, listing.available)
        theirs[listing.pk] = kept
        changed.append(kept)
    BasketLine.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["basket", "listing"],
        update_fields=["quantity"],
    )
    return dropped, clamped


def _locked(pks: Iterable[UUID]) -> list[Basket]:
    baskets = Basket.objects.filter(pk__in=set(pks)).order_by("pk")
    return list(baskets.select_for_update(no_key=True))


def lock_basket(basket_id: UUID) -> Basket | None:
    """Lock a basket and return it as it is now."""
    return next(iter(_locked([basket_id])), None)


def lock_open(basket: Basket) -> None:
    """Lock a basket that is to be changed.

    Raises:
        NotOnSaleError: it has been ordered.
        CheckoutInProgressError: it waits for payment.
    """
    locked = lock_basket(basket.pk)
    if locked is None or locked.status != BasketStatus.OPEN:
        raise NotOnSaleError(_("That basket has been ordered already."))
    _refuse_waiting(locked)


def _refuse_waiting(basket: Basket) -> None:
    order = waiting_order(basket)
    if order is not None:
        raise CheckoutInProgressError(
            _("This basket waits for its payment. Open it again to change it."), order=order
        )
