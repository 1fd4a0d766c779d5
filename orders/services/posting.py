"""Many orders at once: each in a transaction of its own, so that one that fails holds nobody up."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from books4all.lib.errors import DomainError
from orders.services import seller_orders


@dataclass(frozen=True, slots=True)
class Parcel:
    """An order to be posted in one parcel, as far as something is left of it."""

    seller_order_id: UUID
    number: str
    carrier: str
    tracking_number: str = ""
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one order; ``problem`` is empty when it went well."""

    number: str
    problem: str = ""


def post_all(*, parcels: Sequence[Parcel], actor: User | None) -> list[Result]:
    """Post the parcels, and say of each what became of it. Not to be called in a transaction."""
    results = []
    for parcel in parcels:
        try:
            seller_orders.ship(
                seller_order_id=parcel.seller_order_id,
                carrier=parcel.carrier,
                tracking_number=parcel.tracking_number,
                tracking_url=parcel.tracking_url,
                actor=actor,
            )
        except DomainError as error:
            results.append(Result(parcel.number, error.message))
        else:
            results.append(Result(parcel.number))
    return results


def accept_all(*, orders: Sequence[tuple[UUID, str]], actor: User | None) -> list[Result]:
    """Accept orders, given by key and number, and say of each what became of it."""
    results = []
    for pk, number in orders:
        try:
            seller_orders.accept(seller_order_id=pk, actor=actor)
        except DomainError as error:
            results.append(Result(number, error.message))
        else:
            results.append(Result(number))
    return results
