"""The teams of shops, who is asked to join them, and what they did, for staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerEvent, SellerInvitation, SellerMember
from accounts.selectors.sentences import sentence
from books4all.lib.staff.display import Column, link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin, StaffInline


class SellerMemberInline(StaffInline):
    """The people who run a shop."""

    model = SellerMember
    related = ("user", "seller")


@admin.register(SellerMember)
class SellerMemberAdmin(StaffAdmin):
    """People in teams."""

    related = ("user", "seller")
    list_display = (
        "pk",
        link("user", _("user")),
        link("seller", _("seller")),
        "roles",
        "created_at",
    )
    search_fields = (
        "user__email__startswith",
        "seller__name__istartswith",
        "seller__slug__startswith",
    )
    ordering = ("-pk",)


@admin.register(SellerInvitation)
class SellerInvitationAdmin(ReadOnlyAdmin):
    """Invitations, to look at: owners send and withdraw them."""

    related = ("seller", "invited_by", "accepted_by")
    secret = ("token_hash", "issue")
    list_display = (
        "email",
        link("seller", _("seller")),
        "roles",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
    )
    search_fields = ("email__startswith", "seller__slug__startswith")
    search_help_text = _("The beginning of an e-mail address, or of a shop’s word in addresses")
    ordering = ("-pk",)


@admin.display(description=_("what was done"))
def _sentence(event: SellerEvent) -> str:
    """Return the event in words, with the reason if one was given."""
    reason = event.details.get("reason", "")
    return f"{sentence(event)}: {reason}" if reason else sentence(event)


said: Column = _sentence


class EventInline(RecentInline):
    """What was done in a shop lately, decisions of staff among it."""

    model = SellerEvent
    related = ("actor",)
    fields = ("created_at", link("actor", _("who")), said)
    verbose_name_plural = _("latest activity")


@admin.register(SellerEvent)
class SellerEventAdmin(ReadOnlyAdmin):
    """What was done in shops, to look at."""

    related = ("seller", "actor")
    list_display = ("created_at", link("seller", _("seller")), link("actor", _("who")), said)
    list_display_links = ("created_at",)
    search_fields = ("seller__slug__startswith", "=action", "=subject")
    search_help_text = _("The beginning of a shop’s word in addresses, an action, or a subject")
    ordering = ("-pk",)
