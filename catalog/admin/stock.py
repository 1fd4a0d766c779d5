"""Copies for sale, how many there are, and what it costs to have them sent."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import SellerAdmin
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin, StaffInline
from catalog.admin.books import BookSearch
from catalog.constants import Defect, ListingStatus
from catalog.models import DeliveryRate, Listing, StockMovement
from catalog.services import listings


class CountForm(forms.Form):
    """How many copies stand on the shelf, and how that came to be known."""

    counted = forms.IntegerField(label=_("Copies on the shelf"), min_value=0)
    reason = forms.CharField(label=_("Reason"), max_length=80)


class ReceiveForm(forms.Form):
    """New copies."""

    quantity = forms.IntegerField(label=_("Copies"), min_value=1)
    reference = forms.CharField(label=_("Delivery note"), max_length=80, required=False)


class HideForm(forms.Form):
    """Why a copy is hidden: kept in the history."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


LISTING_ACTIONS = (
    Action(
        name="put-on-sale",
        label=_("Put on sale"),
        done=_("on sale."),
        run=lambda listing, *, actor: listings.put_on_sale(listing=listing),
        offered=lambda listing: (
            listing.status != ListingStatus.BLOCKED
            and listings.may_become(listing, ListingStatus.ACTIVE)
        ),
        several=True,
    ),
    Action(
        name="pause",
        label=_("Take off sale"),
        done=_("off sale."),
        run=lambda listing, *, actor: listings.pause(listing=listing),
        offered=lambda listing: listings.may_become(listing, ListingStatus.PAUSED),
        several=True,
    ),
    Action(
        name="correct-stock",
        label=_("Count anew"),
        done=_("counted."),
        run=lambda listing, *, actor, counted, reason: listings.correct_stock(
            listing=listing, counted=counted, reason=reason, actor=actor
        ),
        explain=_("The difference is written to the stock movements."),
        form=CountForm,
        initial=lambda listing: {"counted": listing.on_hand},
    ),
    Action(
        name="receive",
        label=_("Receive copies"),
        done=_("received."),
        run=lambda listing, *, actor, quantity, reference: listings.receive(
            listing=listing, quantity=quantity, reference=reference, actor=actor
        ),
        form=ReceiveForm,
    ),
    Action(
        name="hide",
        label=_("Hide"),
        done=_("hidden."),
        run=lambda listing, *, actor, reason: listings.hide(listing=listing),
        offered=lambda listing: listings.may_become(listing, ListingStatus.BLOCKED),
        explain=_("Nobody can find or buy it until staff show it again."),
        form=HideForm,
        several=True,
        danger=True,
    ),
    Action(
        name="unhide",
        label=_("Show again"),
        done=_("shown again."),
        run=lambda listing, *, actor: listings.unhide(listing=listing),
        offered=lambda listing: listing.status == ListingStatus.BLOCKED,
        several=True,
    ),
)


class ListingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A copy's description, with defects to tick."""

    defects = forms.MultipleChoiceField(
        label=_("Defects"),
        choices=Defect.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class MovementInline(RecentInline):
    """The latest changes of the stock."""

    model = StockMovement
    related = ("actor",)
    fields = ("created_at", "kind", "quantity", "reference", link("actor", _("by")))
    ordering = ("-created_at", "-pk")


@admin.register(Listing)
class ListingAdmin(BookSearch):
    """Copies. Status and stock change by the buttons, so that every change is written down."""

    document = "edition__work__search_document__names__contains"
    identifier = "edition__identifiers__value"
    title = "sku__istartswith"
    search_help_text = _("Words of a title or name, an ISBN, or the beginning of a SKU")
    related = ("seller", "edition__work", "edition__publisher")
    list_display = (
        "sku",
        link("edition__work", _("book")),
        link("seller", _("seller")),
        "status",
        "condition",
        money("price_minor", _("price")),
        "on_hand",
        "held",
    )
    list_filter = ("status", "condition", "signed", "first_edition", "rare")
    search_fields = ("sku",)
    ordering = ("-pk",)
    readonly_fields = (
        "status",
        "on_hand",
        "held",
        "currency",
        "listed_at",
        "created_at",
        "updated_at",
    )
    inlines = (MovementInline,)
    object_actions = LISTING_ACTIONS
    fieldsets = (
        (None, {"fields": ("seller", "edition", "sku", "status", "price_minor", "currency")}),
        (_("Stock"), {"fields": ("on_hand", "held", "shelf", "listed_at")}),
        (_("The copy"), {"fields": ("condition", "jacket", "defects", "notes", "private_notes")}),
        (
            _("Its edition, in the seller’s words"),
            {"fields": ("edition_text", "printing", "keywords", "categories", "weight_g")},
        ),
        (
            _("Also"),
            {"fields": ("signed", "inscribed", "first_edition", "rare", "print_on_demand")},
        ),
        (_("When"), {"fields": ("created_at", "updated_at")}),
    )

    def has_delete_permission(self, *_args: object) -> bool:
        """Listings are withdrawn: a SKU is never used again, and history refers to it."""
        return False


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """The stock's history."""

    related = ("listing__edition__publisher", "actor")
    list_display = (
        "created_at",
        link("listing", _("listing")),
        "kind",
        "quantity",
        "reference",
        "actor",
    )
    list_filter = ("kind",)
    search_fields = ("=listing__sku", "=reference")
    search_help_text = _("A whole SKU, or an order’s number")
    ordering = ("-pk",)


class DeliveryRateInline(StaffInline):
    """What a seller charges for post."""

    model = DeliveryRate
    related = ("seller",)
    fields = (
        "destination",
        "service",
        "posts",
        "basis",
        "first_minor",
        "further_minor",
        "first_g",
        "further_g",
        "days_min",
        "days_max",
    )
    show_change_link = False


@admin.register(DeliveryRate)
class DeliveryRateAdmin(StaffAdmin):
    """Delivery rates of all sellers."""

    related = ("seller",)
    list_display = (
        link("seller", _("seller")),
        "destination",
        "service",
        "posts",
        "basis",
        money("first_minor", _("first")),
        money("further_minor", _("each further")),
        "days_min",
        "days_max",
    )
    list_display_links = ("destination",)
    list_filter = ("service", "basis", "posts")
    search_fields = ("seller__name__istartswith", "seller__slug__startswith", "=destination")
    ordering = ("-pk",)
    readonly_fields = ("currency",)


SellerAdmin.extend(
    inlines=(DeliveryRateInline,),
    lists=((_("Listings"), Listing, "seller__id__exact"),),
)
