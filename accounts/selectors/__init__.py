"""Reads of accounts, for pages and endpoints."""

import uuid

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Address, SellerMember, User
from books4all.lib.errors import NotFoundError


def signed_in_user(request: HttpRequest) -> User:
    """Return who is signed in. Only for views that let nobody else in (``login_required``)."""
    user = request.user
    assert isinstance(user, User)
    return user


def visitor_country(request: HttpRequest) -> str:
    """Return the country (ISO 3166) that prices and deliveries are worked out for."""
    country: str = request.visitor.country  # type: ignore[attr-defined]  # VisitorMiddleware sets it
    return country


def addresses_of(user: User) -> QuerySet[Address]:
    """Return the user's address book, the one used first in front, then the latest."""
    return user.addresses.order_by("-is_default", "-created_at", "-pk")


def address_of(user: User, address_id: uuid.UUID) -> Address:
    """Return one address of the user. Raises NotFoundError for one of somebody else."""
    address = user.addresses.filter(pk=address_id).first()
    if address is None:
        raise NotFoundError(_("There is no such address in your address book."))
    return address


def default_address_of(user: User) -> Address | None:
    """Return the address that is used first, None when the book is empty."""
    return addresses_of(user).first()


def membership(user: User, shop: str) -> SellerMember:
    """Return the user's place in the team of the shop with the slug ``shop``, with the shop.

    ``has_other_shops`` on it says whether there is one to switch to.

    Raises:
        NotFoundError: there is no such shop, or the user is not of its team. Which is not told.
    """
    others = SellerMember.objects.filter(user=user).exclude(pk=OuterRef("pk"))
    member = (
        SellerMember.objects.select_related("seller", "user")
        .filter(user=user, seller__slug=shop)
        .annotate(has_other_shops=Exists(others))
        .first()
    )
    if member is None:
        raise NotFoundError(_("There is no such shop among yours."))
    return member


def memberships(user: User) -> QuerySet[SellerMember]:
    """Return the user's places in the teams of shops, by the shop's name."""
    return (
        SellerMember.objects.filter(user=user)
        .select_related("seller")
        .order_by("seller__name", "pk")
    )
