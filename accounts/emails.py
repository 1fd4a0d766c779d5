"""The messages to those who sell. Each returns it rendered, or None if there is nobody to send it to."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import SellerEvent, SellerInvitation, User
from accounts.selectors.checklist import checklist
from books4all.lib.mail import Letter, render

# Action of the log → the message about it.
NEWS = {
    "shop.submitted": "accounts/submitted",
    "shop.approved": "accounts/approved",
    "shop.changes_requested": "accounts/changes_requested",
    "shop.rejected": "accounts/rejected",
    "shop.suspended": "accounts/suspended",
    "shop.lifted": "accounts/lifted",
    "shop.closed": "accounts/closed",
    "account.changed": "accounts/account_changed",
}


def news(event_pk: int, user_pk: int) -> Letter | None:
    """Tell an owner what happened to the shop, and what to do next."""
    event = SellerEvent.objects.select_related("seller").get(pk=event_pk)
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if user is None:
        return None
    with translation.override(user.language):
        remarks = _remarks(event)
    context = {
        "shop": event.seller,
        "name": user.get_short_name(),
        "event": event,
        "reason": event.details.get("reason", ""),
        "remarks": remarks,
        "link": _link("selling:application", event.seller.slug),
        "terms_link": _link("pages:terms"),
    }
    return render(NEWS[event.action], to=user.email, context=context, language=user.language)


def invitation(pk: UUID, issue: int) -> Letter | None:
    """Ask somebody to join the team of a shop."""
    asked = (
        SellerInvitation.objects.select_related("seller", "invited_by")
        .filter(pk=pk, issue=issue)
        .first()
    )
    if asked is None or not asked.is_open:
        return None
    known = User.objects.filter(email=asked.email).first()
    context = {
        "shop": asked.seller,
        "invitation": asked,
        "roles": asked.role_labels,
        "link": _link("selling:invitation", asked.token),
    }
    language = known.language if known else ""
    return render("accounts/invitation", to=asked.email, context=context, language=language)


def _remarks(event: SellerEvent) -> list[tuple[str, str]]:
    """Return what staff said about items of the checklist, by the item's title."""
    said: dict[str, Any] = event.details.get("remarks", {})
    if not said:
        return []
    titles = {item.code: str(item.title) for item in checklist(event.seller).items}
    return [(titles.get(code, code), str(text)) for code, text in said.items()]


def _link(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"
