"""A shopper's basket: finding it, and pricing it in a constant number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from books4all.lib.money import Money
from catalog.models import DeliveryRate, Listing
from orders.constants import BasketStatus, HoldStatus, OrderStatus
from orders.models import Basket, BasketLine, BasketParcel, Hold, Order
from orders.selectors.quotes import Item, Quote, quote
from orders.selectors.reductions import reduced
from orders.selectors.terms import terms_for, with_fees


@dataclass(frozen=True)
class BasketView:
    """A basket as its page and the API show it. ``waiting`` is its order that waits for payment."""

    basket: Basket | None
    quote: Quote
    waiting: Order | None


def find_basket(*, user: User | None, token: str = "") -> Basket | None:
    """Return the open basket of ``user``, or of whoever holds ``token``; None before the first book.

    A token opens only baskets that belong to nobody: after sign-in it is worth nothing.
    """
    baskets = Basket.objects.filter(status=BasketStatus.OPEN)
    if user is not None:
        return baskets.filter(user=user).first()
    return baskets.filter(user=None, token=token).first() if _is_token(token) else None


def _is_token(text: str) -> bool:
    return bool(text) and text.isprintable()  # the database can't even be asked for a NUL


def waiting_order(basket: Basket) -> Order | None:
    """Return the basket's order that waits for payment."""
    waiting = Order.objects.filter(basket=basket, status=OrderStatus.PENDING)
    return waiting.select_related("payment").first()


def basket_view(*, user: User | None, token: str = "", country: str) -> BasketView:
    """Return the basket priced for delivery to ``country``, in at most eight queries."""
    basket = find_basket(user=user, token=token)
    if basket is None:
        return BasketView(None, empty_quote(country), None)
    return view_of(basket, country=country)


def view_of(basket: Basket, *, country: str) -> BasketView:
    """Return ``basket`` priced for delivery to ``country``, in at most eight queries."""
    waiting = waiting_order(basket)
    held = held_by(waiting) if waiting else {}
    quote = quote_of(basket, country=country, held=held, waiting=waiting)
    return BasketView(basket, quote, waiting)


def empty_quote(country: str) -> Quote:
    """Return the quote of no basket."""
    return Quote((), settings.MARKETPLACE_CURRENCY, country)


def held_by(order: Order) -> dict[int, int]:
    """Return how many copies of each listing are held for ``order``."""
    holds = Hold.objects.filter(order=order, status=HoldStatus.ACTIVE)
    return dict(holds.values_list("listing_id", "quantity"))


def quote_of(
    basket: Basket,
    *,
    country: str,
    listings: Mapping[int, Listing] | None = None,
    held: Mapping[int, int] | None = None,
    fees: bool = False,
    email: str = "",
    waiting: Order | None = None,
) -> Quote:
    """Price ``basket``; ``listings`` are its listings where they are locked and loaded already.

    ``fees`` works out the commission, too, as an order that is written keeps it. ``email`` is the buyer's,
    and ``waiting`` the basket's order that waits for payment (see ``reduced``).
    """
    lines = BasketLine.objects.filter(basket=basket).order_by("created_at", "pk")
    if listings is None:
        lines = lines.select_related(
            "listing__edition__work", "listing__edition__publisher", "listing__seller"
        )
    items = [
        Item(
            listing=line.listing if listings is None else listings[line.listing_id],
            quantity=line.quantity,
            seen=Money(line.seen_minor, settings.MARKETPLACE_CURRENCY),
            pk=line.pk,
            held=(held or {}).get(line.listing_id, 0),
        )
        for line in lines
    ]
    today = timezone.localdate()
    sellers = [item.listing.seller for item in items]
    terms = terms_for(sellers, country=country, on=today)
    if fees:
        works = [item.listing.edition.work_id for item in items]
        terms = with_fees(terms, sellers, works=works, on=today)
    plain = quote(
        items,
        rates=rates_for((seller.pk for seller in sellers), country),
        choices=choices_in(basket),
        country=country,
        currency=settings.MARKETPLACE_CURRENCY,
        today=today,
        terms=terms,
    )
    return reduced(basket, plain, terms=terms, email=email, waiting=waiting)


def rates_for(sellers: Iterable[int], country: str) -> Iterable[DeliveryRate]:
    """Return what these sellers charge to post to ``country``, the most exact rate first."""
    return DeliveryRate.objects.to(country).filter(
        seller_id__in=set(sellers), currency=settings.MARKETPLACE_CURRENCY
    )


def choices_in(basket: Basket) -> dict[int, str]:
    """Return the service chosen for each seller of ``basket``."""
    chosen = BasketParcel.objects.filter(basket=basket)
    return dict(chosen.values_list("seller_id", "service"))


def seller_in(basket: Basket, *, slug: str) -> int:
    """Return the key of the seller ``slug`` with books in ``basket``, 0 if there is none such."""
    lines = BasketLine.objects.filter(basket=basket, listing__seller__slug=slug)
    return lines.values_list("listing__seller_id", flat=True).first() or 0


def copies_in(*, user: User | None, token: str = "") -> int:
    """Return how many copies are in the basket, in one query."""
    lines = BasketLine.objects.filter(basket__status=BasketStatus.OPEN)
    if user is not None:
        lines = lines.filter(basket__user=user)
    elif _is_token(token):
        lines = lines.filter(basket__user=None, basket__token=token)
    else:
        return 0
    return lines.aggregate(n=Sum("quantity"))["n"] or 0
