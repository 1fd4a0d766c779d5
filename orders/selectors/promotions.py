"""Which promotions a basket gets, and how much each takes off.

``decide`` is pure: what is offered and what is in the basket in, discounts for the quote out. The rest
reads what it needs, in a constant number of queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from catalog.models import SubjectWork
from orders.constants import OrderStatus, PromotionKind, UseStatus
from orders.models import (
    Basket,
    BasketCode,
    BasketLine,
    Order,
    Promotion,
    PromotionShop,
    PromotionUse,
)
from orders.selectors.quotes import Discount, Quote
from orders.selectors.quotes.discounts import apply

_WHOLE = 10_000
# Automatic offers that are looked at for a basket.
MOST_AUTOMATIC = 50


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies in a basket, as promotions look at them. ``subjects`` are of its work, with all above."""

    listing: int
    seller: int
    condition: str
    unit: int
    quantity: int
    subjects: frozenset[int] = frozenset()

    @property
    def price(self) -> int:
        """Price of all of them."""
        return self.unit * self.quantity


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion that runs, and what the basket's buyer may get of it.

    ``joined`` are the sellers that bear a part of it; uses are of placed and waiting orders.
    """

    promotion: Promotion
    joined: frozenset[int] = frozenset()
    used_by_buyer: int = 0
    used_in_all: int = 0
    typed: bool = False


@dataclass(frozen=True)
class Decision:
    """What is taken off; ``refused`` says of typed codes why they take nothing off, by promotion."""

    discounts: tuple[Discount, ...] = ()
    used: tuple[Promotion, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def decide(
    offers: Sequence[Offer],
    *,
    copies: Sequence[Copies],
    deliveries: Mapping[int, int],
    currency: str,
    has_ordered: bool,
    now: datetime,
) -> Decision:
    """Choose the discounts of a basket: typed codes and automatic offers, in their order.

    ``deliveries`` are the prices of parcels by seller; all amounts are minor units of ``currency``. One
    that stands alone is used instead of all the others when it takes more off than they do together.
    """
    refused: dict[str, str] = {}
    found: list[tuple[Offer, list[Discount]]] = []
    for offer in offers:
        why = _why_not(offer, copies, currency, has_ordered=has_ordered, now=now)
        discounts = [] if why else _discounts(offer, copies, deliveries)
        if not why and not discounts:
            why = _("This code is not for these books.")
        if why and offer.typed:
            refused[str(offer.promotion.pk)] = why
        if discounts:
            found.append((offer, discounts))
    together = [pair for pair in found if not pair[0].promotion.alone]
    sets = [together, *([pair] for pair in found if pair[0].promotion.alone)]
    best = max(sets, key=lambda pairs: _worth(pairs, copies, deliveries))
    chosen = [offer for offer, _discounts in best]
    for offer in (offer for offer, _discounts in found if offer.typed):
        if offer not in chosen:
            refused[str(offer.promotion.pk)] = _("You get more off by another offer.")
    return Decision(
        tuple(discount for _offer, discounts in best for discount in discounts),
        tuple(offer.promotion for offer in chosen),
        refused,
    )


def _worth(
    pairs: Sequence[tuple[Offer, list[Discount]]],
    copies: Sequence[Copies],
    deliveries: Mapping[int, int],
) -> int:
    applied = apply(
        (discount for _offer, discounts in pairs for discount in discounts),
        prices={c.listing: c.price for c in copies},
        deliveries=deliveries,
    )
    return sum(one.minor for one in applied)


def _why_not(
    offer: Offer, copies: Sequence[Copies], currency: str, *, has_ordered: bool, now: datetime
) -> str:
    """Return why a promotion doesn't apply, in words with the remedy; nothing if it does."""
    promotion = offer.promotion
    if not promotion.runs_at(now):
        later = promotion.active and now < promotion.starts_at
        return _("This code can’t be used yet.") if later else _("This code has run out.")
    if promotion.uses_total is not None and offer.used_in_all >= promotion.uses_total:
        return _("This code has been used up.")
    if promotion.uses_each is not None and offer.used_by_buyer >= promotion.uses_each:
        return _("You have used this code before.")
    if promotion.first_order and has_ordered:
        return _("This code is for a first order.")
    books = [c for c in copies if _fits(offer, c)]
    if not books:
        return _("This code is not for these books.")
    short = (promotion.minimum_minor or 0) - sum(c.price for c in books)
    if short > 0:
        words = _("Add books for %(missing)s more to use this code.")
        return words % {"missing": Money(short, currency)}
    return ""


def _fits(offer: Offer, copies: Copies) -> bool:
    promotion = offer.promotion
    if promotion.seller_id is not None:
        ours = copies.seller == promotion.seller_id
    else:
        # A shop that bears a part of it has agreed to.
        ours = promotion.borne_bp == _WHOLE or copies.seller in offer.joined
    return (
        ours
        and (promotion.subject_id is None or promotion.subject_id in copies.subjects)
        and (not promotion.conditions or copies.condition in promotion.conditions)
    )


def _discounts(
    offer: Offer, copies: Sequence[Copies], deliveries: Mapping[int, int]
) -> list[Discount]:
    promotion = offer.promotion
    books = [c for c in copies if _fits(offer, c) and c.quantity]
    discount = partial(
        Discount, code=str(promotion.pk), name=promotion.name, borne_bp=promotion.borne_bp
    )
    if promotion.kind == PromotionKind.FREE_DELIVERY:
        sellers = sorted({c.seller for c in books})
        return [
            discount(minor=deliveries[seller], delivery_of=seller)
            for seller in sellers
            if deliveries.get(seller)
        ]
    weights = {c.listing: c.price for c in books}
    if promotion.kind == PromotionKind.FIXED:
        minor = promotion.amount_minor or 0
    elif promotion.kind == PromotionKind.PERCENT:
        minor = _percent(sum(weights.values()), promotion.percent_bp or 0)
    else:
        weights = _cheapest(books, promotion.bundle or 1, promotion.reduced or 0)
        minor = _percent(sum(weights.values()), promotion.percent_bp or 0)
    return [discount(minor=minor, lines=weights)] if minor and weights else []


def _percent(minor: int, bp: int) -> int:
    return (minor * bp + _WHOLE // 2) // _WHOLE


def _cheapest(books: Iterable[Copies], bundle: int, reduced: int) -> dict[int, int]:
    """Return the prices of the copies that are reduced, by listing: the cheapest of all, so many a bundle."""
    units = sorted((c.unit, c.listing) for c in books for _copy in range(c.quantity))
    weights: dict[int, int] = {}
    for unit, listing in units[: len(units) // bundle * reduced]:
        weights[listing] = weights.get(listing, 0) + unit
    return weights


def decision_for(
    basket: Basket,
    plain: Quote,
    *,
    typed: Sequence[BasketCode],
    email: str = "",
    waiting: Order | None = None,
) -> Decision:
    """Decide on the promotions of ``basket``, whose ``plain`` quote is without any, in at most five queries.

    ``typed`` are its codes; ``email`` is the buyer's, where it is known: a signed-in buyer's is.
    """
    buyer = email or (basket.user.email if basket.user else "")
    offers = [] if plain.is_empty else _offers(basket, typed, buyer, waiting)
    if not offers:
        return Decision()
    with_subjects = any(offer.promotion.subject_id for offer in offers)
    first_only = any(offer.promotion.first_order for offer in offers)
    return decide(
        offers,
        copies=copies_in(plain, with_subjects=with_subjects),
        deliveries={parcel.seller_id: parcel.delivery.minor for parcel in plain.parcels},
        currency=plain.currency,
        has_ordered=first_only and _has_ordered(basket, buyer),
        now=timezone.now(),
    )


def copies_in(quote: Quote, *, with_subjects: bool) -> list[Copies]:
    """Return what is in a quote as promotions look at it."""
    lines = [line for parcel in quote.parcels for line in parcel.lines if line.quantity]
    shelves: dict[int, set[int]] = {}
    if with_subjects:
        works = {line.work.pk for line in lines}
        rows = SubjectWork.objects.filter(work_id__in=works).values_list("work_id", "subject_id")
        for work, subject in rows:
            shelves.setdefault(work, set()).add(subject)
    return [
        Copies(
            listing=line.listing.pk,
            seller=line.listing.seller_id,
            condition=line.listing.condition,
            unit=line.unit.minor,
            quantity=line.quantity,
            subjects=frozenset(shelves.get(line.work.pk, ())),
        )
        for line in lines
    ]


def promotion_with(code: str) -> Promotion | None:
    """Return the promotion of a code, however it was typed."""
    wanted = code.strip().upper()
    # The database can't even be asked for a NUL.
    known = wanted and wanted.isprintable()
    return Promotion.objects.filter(code=wanted).first() if known else None


def of_seller(seller_id: int) -> QuerySet[Promotion]:
    """Return a shop's own promotions, the newest first."""
    return Promotion.objects.filter(seller_id=seller_id).order_by("-created_at", "-pk")


def open_to_shops(seller_id: int, *, now: datetime) -> QuerySet[Promotion]:
    """Return the marketplace's promotions that need shops to join, with whether this one has (``joined``)."""
    return (
        Promotion.objects.filter(seller=None, borne_bp__lt=_WHOLE, active=True)
        .filter(Q(ends_at=None) | Q(ends_at__gt=now))
        .annotate(joined=Count("shops", filter=Q(shops__seller_id=seller_id)))
        .order_by("starts_at", "pk")[:MOST_AUTOMATIC]
    )


def _offers(
    basket: Basket, typed: Sequence[BasketCode], email: str, waiting: Order | None
) -> list[Offer]:
    """Return what the basket may get, typed codes first. What ``waiting`` uses doesn't count against it."""
    now = timezone.now()
    running = Q(active=True, starts_at__lte=now) & (Q(ends_at=None) | Q(ends_at__gt=now))
    automatic = Promotion.objects.filter(running, code="").order_by("position", "pk")
    found = {row.promotion.pk: row.promotion for row in typed if row.promotion}
    keys = set(found)
    found |= {row.pk: row for row in automatic[:MOST_AUTOMATIC]}
    joined, used, own = _joined(basket, found), {}, set[object]()
    limited = [p.pk for p in found.values() if p.uses_each is not None]
    if waiting is not None and found:
        taken = PromotionUse.objects.filter(order=waiting, status=UseStatus.TAKEN)
        own = set(taken.values_list("promotion", flat=True))
    if email and limited:
        used = uses_by(email, limited)
    offers = [
        Offer(
            promotion,
            joined=joined.get(pk, frozenset()),
            used_by_buyer=used.get(pk, 0) - (pk in own),
            used_in_all=promotion.used - (pk in own),
            typed=pk in keys,
        )
        for pk, promotion in found.items()
    ]
    return sorted(offers, key=lambda offer: (not offer.typed, offer.promotion.position))


def _joined(basket: Basket, found: Mapping[UUID, Promotion]) -> dict[UUID, frozenset[int]]:
    """Return which of the basket's shops have joined which promotions."""
    shared = [p.pk for p in found.values() if p.seller_id is None and p.borne_bp < _WHOLE]
    if not shared:
        return {}
    sellers = BasketLine.objects.filter(basket=basket).values("listing__seller")
    rows = PromotionShop.objects.filter(promotion__in=shared, seller__in=sellers)
    shops: dict[UUID, set[int]] = {}
    for promotion, seller in rows.values_list("promotion_id", "seller_id"):
        shops.setdefault(promotion, set()).add(seller)
    return {pk: frozenset(sellers) for pk, sellers in shops.items()}


def uses_by(email: str, promotions: Sequence[UUID]) -> dict[UUID, int]:
    """Return how often a buyer has used each promotion; orders that wait for payment count."""
    rows = PromotionUse.objects.filter(
        promotion__in=promotions, email=email.lower(), status=UseStatus.TAKEN
    )
    return dict(rows.values_list("promotion").annotate(n=Count("pk")).order_by())


def _has_ordered(basket: Basket, email: str) -> bool:
    orders = Order.objects.filter(status=OrderStatus.PLACED)
    by_mail = Q(email__iexact=email) if email else Q(pk=None)
    by_user = Q(user=basket.user_id) if basket.user_id else Q(pk=None)
    return orders.filter(by_mail | by_user).exists()
