"""Who runs a shop, who is asked to, and what they did."""

import uuid

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Seller, SellerEvent, SellerInvitation, SellerMember, User
from accounts.models.applications import token_hash
from books4all.lib.errors import NotFoundError

# Rows of a page that a team has never more of.
MOST_SHOWN = 100


def team_of(seller: Seller) -> QuerySet[SellerMember]:
    """Return the members of the team with their users, the longest in it first."""
    members = SellerMember.objects.filter(seller=seller).select_related("user", "seller")
    return members.order_by("created_at", "pk")


def member_of(seller: Seller, pk: int) -> SellerMember:
    """Return a member of the shop's team. Raises NotFoundError for one of another's."""
    member = team_of(seller).filter(pk=pk).first()
    if member is None:
        raise NotFoundError(_("There is no such person in this team."))
    return member


def open_invitations(seller: Seller) -> QuerySet[SellerInvitation]:
    """Return invitations that were neither accepted nor withdrawn, the latest first."""
    return (
        SellerInvitation.objects.filter(seller=seller, accepted_at=None, withdrawn_at=None)
        .select_related("invited_by", "seller")
        .order_by("-created_at", "-pk")
    )


def invitation_of(seller: Seller, pk: uuid.UUID) -> SellerInvitation:
    """Return an open invitation of the shop. Raises NotFoundError for one of another's."""
    invitation = open_invitations(seller).filter(pk=pk).first()
    if invitation is None:
        raise NotFoundError(_("There is no such invitation."))
    return invitation


def invitation_by_token(token: str) -> SellerInvitation:
    """Return the invitation that the link's secret is of, whatever has become of it.

    Raises:
        NotFoundError: no link has this secret (any more).
    """
    invitation = (
        SellerInvitation.objects.select_related("seller", "invited_by")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if invitation is None:
        raise NotFoundError(_("There is no such invitation. Perhaps a newer one was sent since."))
    return invitation


def owns_address(user: User, email: str) -> bool:
    """Whether ``user`` has shown that mail to ``email`` reaches them."""
    owned = EmailAddress.objects.filter(user=user, email__iexact=email, verified=True)
    return bool(owned.exists())


def invitations_for(user: User) -> list[SellerInvitation]:
    """Return the invitations that wait for ``user`` under an address they have confirmed."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values("email")
    waiting = SellerInvitation.objects.filter(
        email__in=addresses, accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    )
    return list(waiting.select_related("seller").order_by("-created_at", "-pk")[:20])


def activity_of(seller: Seller, *, person: int | None = None) -> QuerySet[SellerEvent]:
    """Return what was done in the shop, with who did it; by one ``person`` (a user's id) if named."""
    events = SellerEvent.objects.filter(seller=seller).select_related("actor")
    return events if person is None else events.filter(actor_id=person)


def people_who_acted(seller: Seller) -> list[User]:
    """Return those who are in the team now, to filter the log by."""
    return [member.user for member in team_of(seller)[:MOST_SHOWN]]
