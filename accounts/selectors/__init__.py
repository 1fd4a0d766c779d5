"""Reads of accounts, for pages and endpoints."""

import uuid

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.constants import ReturnPostage, StandingDays
from accounts.models import Address, Closure, Seller, SellerMember, SellerStanding, User
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


def address_is_proven(user: User) -> bool:
    """Whether the user has shown that their e-mail address is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


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


def standing_of(seller: Seller, days: int = StandingDays.QUARTER) -> SellerStanding | None:
    """Return how well a shop kept its word in the days before last night, None before the first."""
    return SellerStanding.objects.filter(seller=seller, days=days).first()


def sells(user: User) -> bool:
    """Return whether the user is of the team of some shop."""
    return SellerMember.objects.filter(user=user).exists()


def memberships(user: User) -> QuerySet[SellerMember]:
    """Return the user's places in the teams of shops, by the shop's name."""
    return (
        SellerMember.objects.filter(user=user)
        .select_related("seller")
        .order_by("seller__name", "pk")
    )


# --- How a seller is told of ------------------------------------------------------------------
def kind_word(seller: Seller) -> str:
    """Return whether a trader or a private person sells: said beside every offer.

    EU Consumer Rights Directive, article 6a(1)(b), as a marketplace has to say it.
    """
    return _("Private seller") if seller.is_private else _("Trader")


def private_line(seller: Seller) -> str:
    """Return the sentence that article 6a(1)(c) asks for beside a private person's offer, else nothing."""
    if not seller.is_private:
        return ""
    return _("Sold by a private person: consumer rights under EU law don’t apply to this sale.")


def handling_line(seller: Seller) -> str:
    """Return how soon a seller posts."""
    return ngettext(
        "Posted within %(n)d working day", "Posted within %(n)d working days", seller.dispatch_days
    ) % {"n": seller.dispatch_days}


def returns_line(seller: Seller) -> str:
    """Return how long a copy can be sent back. Private sellers need not take anything back."""
    if not seller.return_days:
        return _("No returns, unless it is not as described")
    line = ngettext(
        "Return it within %(n)d day", "Return it within %(n)d days", seller.return_days
    ) % {"n": seller.return_days}
    if seller.return_postage == ReturnPostage.SELLER:
        return _("%(line)s; the shop pays the post") % {"line": line}
    return line


def returns_payer(seller: Seller) -> str:
    """Return who pays to send back a copy that is as it was described; nothing without returns."""
    if not seller.return_days:
        return ""
    if seller.return_postage == ReturnPostage.SELLER:
        return _("The shop pays to send it back.")
    return _("You pay to send it back, unless it is not as described.")


# --- A shop's plans ---------------------------------------------------------------------------
def closures_of(seller: Seller) -> QuerySet[Closure]:
    """Return the holidays of a shop that are not over (UTC), the next one first."""
    today = timezone.now().date()
    coming = Q(last_day__isnull=True) | Q(last_day__gte=today)
    return seller.closures.filter(coming).order_by("first_day", "pk")
