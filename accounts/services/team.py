"""The team of a shop: who is in it, with which roles, and who is asked to join.

Whatever could take the last owner away locks the rows of all members, in the order of their keys: of two
owners who leave at once, the second waits, and finds out that nobody would be left.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.constants import INVITATION_DAYS, SellerRole
from accounts.errors import InvitationError, TeamError
from accounts.models import Seller, SellerInvitation, SellerMember, User
from accounts.models.applications import token_hash
from accounts.selectors.team import member_of, owns_address
from accounts.services import letters, limits
from accounts.services.activity import record
from books4all.lib.errors import NotFoundError

MOST_MEMBERS = 50
MOST_INVITATIONS = 20


@transaction.atomic
def invite(*, seller: Seller, actor: User, email: str, roles: Sequence[str]) -> SellerInvitation:
    """Ask ``email`` by mail to join the team with ``roles``, within ``INVITATION_DAYS``.

    Raises:
        TeamError: no role, already in the team or asked, or the team is full; ``fields`` names it.
        LimitExceededError: too many letters to this address.
    """
    email = email.strip().lower()
    kept = _known(roles)
    _lock_team(seller)
    if SellerMember.objects.filter(seller=seller, user__email=email).exists():
        raise _wrong("email", _("%(email)s is in the team already.") % {"email": email})
    waiting = SellerInvitation.objects.filter(seller=seller, accepted_at=None, withdrawn_at=None)
    if waiting.filter(email=email).exists():
        text = _("%(email)s has been asked already. Send the invitation again instead.")
        raise _wrong("email", text % {"email": email})
    if waiting.count() >= MOST_INVITATIONS:
        raise _wrong("email", _("Too many invitations are open. Withdraw one first."))
    limits.check_invitation(email=email, seller_id=seller.pk)
    invitation = SellerInvitation(
        seller=seller, email=email, roles=kept, invited_by=actor, expires_at=_end()
    )
    invitation.token_hash = token_hash(invitation.token)
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        text = _("%(email)s has been asked already. Send the invitation again instead.")
        raise _wrong("email", text % {"email": email}) from error
    letters.to_invited(invitation=invitation)
    record(seller=seller, actor=actor, action="member.invited", subject=email, roles=kept)
    return invitation


@transaction.atomic
def resend(*, seller: Seller, actor: User, invitation: SellerInvitation) -> SellerInvitation:
    """Send a new link, which counts from today; the one before opens nothing any more.

    Raises:
        NotFoundError: it is not open, or another shop's.
        LimitExceededError: too many letters to this address.
    """
    locked = _lock_invitation(seller, invitation)
    limits.check_invitation(email=locked.email, seller_id=seller.pk)
    locked.issue += 1
    locked.token_hash = token_hash(locked.token)
    locked.expires_at = _end()
    locked.save(update_fields=["issue", "token_hash", "expires_at", "updated_at"])
    letters.to_invited(invitation=locked)
    record(seller=seller, actor=actor, action="member.invited_again", subject=locked.email)
    return locked


@transaction.atomic
def withdraw(*, seller: Seller, actor: User, invitation: SellerInvitation) -> None:
    """Take an invitation back. Raises NotFoundError: it is not open, or another shop's."""
    locked = _lock_invitation(seller, invitation)
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at", "updated_at"])
    record(seller=seller, actor=actor, action="member.invitation_withdrawn", subject=locked.email)


@transaction.atomic
def accept(*, invitation: SellerInvitation, user: User) -> SellerMember:
    """Join the team that ``user`` was asked into. It works once, whoever else tries at the same time.

    Raises:
        InvitationError: it has expired, was withdrawn or accepted, or went to another address.
        TeamError: the team is full.
    """
    locked = (
        SellerInvitation.objects.select_for_update(of=("self",))
        .select_related("seller")
        .get(pk=invitation.pk)
    )
    _check_acceptable(locked, user)
    _lock_team(locked.seller)
    if SellerMember.objects.filter(seller=locked.seller).count() >= MOST_MEMBERS:
        raise TeamError(_("This team is full. Ask its owner to make room."))
    member, created = SellerMember.objects.get_or_create(
        seller=locked.seller, user=user, defaults={"roles": locked.roles}
    )
    if not created:
        # They were let in another way meanwhile: what they were promised is added.
        member.roles = _known([*member.roles, *locked.roles])
        member.save(update_fields=["roles", "updated_at"])
    locked.accepted_at, locked.accepted_by = timezone.now(), user
    locked.save(update_fields=["accepted_at", "accepted_by", "updated_at"])
    record(
        seller=locked.seller,
        actor=user,
        action="member.joined",
        subject=user.email,
        roles=member.roles,
    )
    return member


@transaction.atomic
def change_roles(
    *, seller: Seller, actor: User, member: SellerMember, roles: Sequence[str]
) -> SellerMember:
    """Give a member other roles.

    Raises:
        NotFoundError: nobody of this team.
        TeamError: no role, or the last owner would be none any more.
    """
    kept = _known(roles)
    _lock_team(seller)
    found = member_of(seller, member.pk)
    if found.roles == kept:
        return found
    if SellerRole.OWNER not in kept:
        _check_owner_left(seller, found)
    before, found.roles = found.roles, kept
    found.save(update_fields=["roles", "updated_at"])
    record(
        seller=seller,
        actor=actor,
        action="member.roles_changed",
        subject=found.user.email,
        before=before,
        roles=kept,
    )
    return found


@transaction.atomic
def remove(*, seller: Seller, actor: User, member: SellerMember) -> None:
    """Take a member out of the team; one who takes themselves out leaves.

    Raises:
        NotFoundError: nobody of this team.
        TeamError: it is the last owner.
    """
    _lock_team(seller)
    found = member_of(seller, member.pk)
    _check_owner_left(seller, found)
    found.delete()
    action = "member.left" if found.user_id == actor.pk else "member.removed"
    record(seller=seller, actor=actor, action=action, subject=found.user.email)


def _lock_team(seller: Seller) -> None:
    members = SellerMember.objects.select_for_update(of=("self",)).filter(seller=seller)
    list(members.order_by("pk").values_list("pk", flat=True))


def _lock_invitation(seller: Seller, invitation: SellerInvitation) -> SellerInvitation:
    locked = (
        SellerInvitation.objects.select_for_update(of=("self",))
        .filter(seller=seller, pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        .first()
    )
    if locked is None:
        # Accepted or withdrawn a moment ago: the same answer as for one that is not there.
        raise NotFoundError(_("There is no such invitation."))
    return locked


def _check_owner_left(seller: Seller, member: SellerMember) -> None:
    if SellerRole.OWNER not in member.roles:
        return
    # Somebody whose account is shut can't run a shop.
    others = SellerMember.objects.filter(
        seller=seller, roles__contains=[SellerRole.OWNER], user__is_active=True
    )
    if not others.exclude(pk=member.pk).exists():
        text = _("A shop needs an owner. Make somebody else an owner first.")
        raise TeamError(text, fields={"roles": [text]})


def _check_acceptable(invitation: SellerInvitation, user: User) -> None:
    if invitation.accepted_at:
        raise InvitationError(_("This invitation has been accepted already."))
    if invitation.withdrawn_at:
        raise InvitationError(_("This invitation was withdrawn. Ask the shop for a new one."))
    if invitation.has_expired:
        raise InvitationError(_("This invitation has expired. Ask the shop to send it again."))
    if not owns_address(user, invitation.email):
        raise InvitationError(
            _("The invitation went to %(email)s. Sign in with that address to accept it.")
            % {"email": invitation.email}
        )


def _known(roles: Sequence[str]) -> list[str]:
    """Return ``roles`` once each, in the order of ``SellerRole``."""
    kept = [role.value for role in SellerRole if role.value in roles]
    if not kept:
        raise _wrong("roles", _("Choose at least one role."))
    return kept


def _wrong(field: str, text: str) -> TeamError:
    return TeamError(text, fields={field: [text]})


def _end() -> datetime:
    return timezone.now() + timedelta(days=INVITATION_DAYS)
