"""One box for staff: an order, a payment, a shop or a reader by whatever of it somebody has in hand.

What was typed is asked for only where it can be: at most four queries, each on an index, each bounded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.isbn import to_isbn13
from catalog.constants import IdentifierType
from orders.models import Order, Payment, Refund, SellerOrder, Shipment

# Rows of a kind; who needs more types more.
SHOWN = 10
LONGEST = 120
_NUMBER = re.compile(r"^[0-9A-Z]{4}-?[0-9A-Z]{4}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one kind, at most ``SHOWN``; ``more`` if there are others."""

    label: str | Promise
    rows: Sequence[Model]
    more: bool = False


Query = tuple[str | Promise, QuerySet[Model]]


def find(text: str) -> list[Found]:
    """Return what ``text`` is of: a number, an e-mail address, a reference, a shop or an ISBN."""
    typed = text.replace("\0", "").strip()[:LONGEST]
    found = []
    for label, rows in _queries(typed) if typed else ():
        first = list(rows[: SHOWN + 1])
        if first:
            found.append(Found(label, first[:SHOWN], len(first) > SHOWN))
    return found


def _queries(typed: str) -> Iterator[Query]:
    """Yield at most four queries for what ``typed`` can be."""
    if (key := _key(typed)) is not None:
        yield from _by_key(key)
    elif "@" in typed:
        yield from _by_email(typed)
    elif isbn := to_isbn13(typed):
        yield _("Parts of orders with this book"), _by_isbn(isbn)
        yield from _by_reference(typed)
    elif _NUMBER.match(typed):
        yield from _by_number(typed)
        yield from _by_reference(typed)
    else:
        yield from _by_reference(typed)
        yield _("Shops"), _shops(typed)


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed) if len(typed) in (32, 36) else None
    except ValueError:
        return None


def _by_key(key: UUID) -> Iterator[Query]:
    yield _("Orders"), Order.objects.filter(pk=key)
    yield _("Parts of orders"), _parts(SellerOrder.objects.filter(pk=key))
    yield _("Payments"), Payment.objects.filter(pk=key).select_related("order")
    yield _("Refunds"), Refund.objects.filter(pk=key).select_related("payment__order")


def _by_email(typed: str) -> Iterator[Query]:
    begins = Q(email__startswith=typed) | Q(email__startswith=typed.lower())
    yield _("Orders"), Order.objects.filter(begins).order_by("-pk")
    yield _("Readers"), User.objects.filter(begins).order_by("pk")
    yield _("Shops"), Seller.objects.filter(members__email__iexact=typed).order_by("pk")


def _by_number(typed: str) -> Iterator[Query]:
    letters = typed.upper().replace("-", "")
    number = f"{letters[:4]}-{letters[4:]}"
    yield _("Orders"), Order.objects.filter(number=number)


def _by_isbn(isbn: str) -> QuerySet[SellerOrder]:
    rows = SellerOrder.objects.filter(
        lines__listing__edition__identifiers__value=isbn,
        lines__listing__edition__identifiers__type=IdentifierType.ISBN13,
    )
    return _parts(rows.order_by("-pk"))


def _by_reference(typed: str) -> Iterator[Query]:
    paid = Payment.objects.filter(reference=typed).select_related("order")
    yield _("Payments"), paid.exclude(reference="").order_by("pk")
    back = Refund.objects.filter(reference=typed).select_related("payment__order")
    yield _("Refunds"), back.exclude(reference="").order_by("pk")
    sent = Shipment.objects.filter(tracking_number=typed)
    yield (
        _("Parcels"),
        sent.exclude(tracking_number="").select_related("seller_order__order").order_by("pk"),
    )


def _shops(typed: str) -> QuerySet[Seller]:
    return Seller.objects.filter(slug__startswith=slugify(typed) or "-").order_by("slug")


def _parts(rows: QuerySet[SellerOrder]) -> QuerySet[SellerOrder]:
    return rows.select_related("order", "seller")
