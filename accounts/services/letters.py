"""Who is written to about a shop. The letters themselves are in accounts.emails."""

from accounts.constants import SellerRole
from accounts.models import SellerEvent, SellerInvitation, SellerMember
from books4all.lib.jobs import enqueue, enqueue_many


def to_owners(*, event: SellerEvent) -> None:
    """Write to every owner of the shop about ``event``, by jobs in the current transaction."""
    owners = SellerMember.objects.filter(
        seller_id=event.seller_id, roles__contains=[SellerRole.OWNER], user__is_active=True
    ).order_by("pk")
    users = owners.values_list("user_id", flat=True)
    enqueue_many("accounts.send_news", [{"event": event.pk, "user": user} for user in users])


def to_invited(*, invitation: SellerInvitation) -> None:
    """Send the link that counts now, by a job in the current transaction. The job knows no secret."""
    enqueue("accounts.send_invitation", pk=str(invitation.pk), issue=invitation.issue)
