"""People, sellers and their teams, for staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.models import Permission
from django.db.models import ManyToManyField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.constants import SELLER_TRANSITIONS, SellerStatus
from accounts.models import Address, Seller, SellerMember, User
from accounts.services import passwords, sellers
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin, StaffInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue


class NewPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not generic when it runs
    """A new password ends what was opened with the old one, as it does on the account page."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 Django's signature
        """Set the password by the service."""
        user: User = self.user
        passwords.set_password(user=user, password=self.cleaned_data["password1"])
        return user


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]  # not generic when it runs
    """An account by e-mail address."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """Write addresses in lower case, as all of them are."""
        return str(self.cleaned_data["email"]).lower()


class EmailAddressInline(StaffInline):
    """Addresses a user has shown to be theirs. Staff may vouch for one."""

    model = EmailAddress
    fields = ("email", "verified", "primary")
    show_change_link = False


class AddressInline(RecentInline):
    """The address book, to look at."""

    model = Address
    fields = ("full_name", "line1", "city", "postcode", "country", "is_default")


class MembershipInline(RecentInline):
    """Teams that a user belongs to."""

    model = SellerMember
    related = ("seller", "user")
    fields = (link("seller", _("seller")), "roles")
    verbose_name_plural = _("works for")


RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(StaffAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Accounts. Nobody is removed here: an account that is not active can't sign in."""

    add_form = NewUserForm
    change_password_form = NewPasswordForm
    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email__startswith", "name__istartswith")
    search_help_text = _("The beginning of an e-mail address or name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "password")}),
        (_("May do"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Single permissions"), {"fields": ("user_permissions",), "classes": ("collapse",)}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    inlines = (EmailAddressInline, AddressInline, MembershipInline)

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 Django's signature
        **kwargs: Any,
    ) -> Any:
        """Use the short form for a new account."""
        if obj is None:
            kwargs["form"] = self.add_form
        return super(DjangoUserAdmin, self).get_form(request, obj, change=change, **kwargs)

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Load permissions with the models that their names speak of."""
        if db_field.name == "user_permissions":
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show what belongs to an account once there is one."""
        return super().get_inlines(request, obj) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave rights to those who have them all: nobody may raise themselves."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep other staff's accounts, and so their passwords, out of ordinary staff's hands."""
        mine = request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser)
        return mine and super().has_change_permission(request, obj)

    def has_delete_permission(self, *_args: Any) -> bool:
        """Accounts are made inactive: orders and reviews refer to them."""
        return False


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin):
    """Address books, to look at: their owners keep them."""

    related = ("user",)
    list_display = (
        "full_name",
        link("user", _("user")),
        "city",
        "postcode",
        "country",
        "is_default",
    )
    search_fields = ("user__email__startswith", "postcode__istartswith")
    search_help_text = _("The beginning of an e-mail address or postcode")
    ordering = ("-pk",)


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


class ReasonForm(forms.Form):
    """Why: kept in the history of the row."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("For colleagues: kept in the history.")
    )


def _may_become(status: SellerStatus) -> Any:
    return lambda seller: status in SELLER_TRANSITIONS[seller.status]


SELLER_ACTIONS = (
    Action(
        name="submit",
        label=_("Send to review"),
        done=_("waiting for review."),
        run=lambda seller, *, actor: sellers.submit(seller=seller),
        offered=_may_become(SellerStatus.READY_FOR_REVIEW),
    ),
    Action(
        name="approve",
        label=_("Approve"),
        done=_("approved."),
        run=lambda seller, *, actor: sellers.approve(seller=seller),
        offered=_may_become(SellerStatus.APPROVED),
        several=True,
    ),
    Action(
        name="reject",
        label=_("Turn down"),
        done=_("turned down."),
        run=lambda seller, *, actor, reason: sellers.reject(seller=seller),
        offered=_may_become(SellerStatus.REJECTED),
        explain=_("The application goes back; it can be mended and sent again."),
        form=ReasonForm,
        several=True,
        danger=True,
    ),
    Action(
        name="suspend",
        label=_("Suspend"),
        done=_("suspended."),
        run=lambda seller, *, actor, reason: sellers.suspend(seller=seller),
        offered=_may_become(SellerStatus.SUSPENDED),
        explain=_(
            "All copies leave the search and can’t be bought. Orders that are paid stay to be posted."
            " Approving brings the shop back."
        ),
        form=ReasonForm,
        several=True,
        danger=True,
    ),
    Action(
        name="close",
        label=_("Close for good"),
        done=_("closed."),
        run=lambda seller, *, actor, reason: sellers.close(seller=seller),
        offered=_may_become(SellerStatus.CLOSED),
        explain=_("This can’t be undone. Orders that are paid stay to be posted."),
        form=ReasonForm,
        danger=True,
    ),
)


@admin.register(Seller)
class SellerAdmin(StaffAdmin):
    """Shops and private sellers. Their status changes by the buttons."""

    list_display = ("name", "status", "kind", "place", "country", "created_at")
    list_filter = ("status", "kind")
    search_fields = ("name__icontains", "slug__startswith", "email__startswith")
    search_help_text = _("Part of a name, or the beginning of an e-mail address")
    date_hierarchy = "created_at"
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("status", "reviews", "created_at", "updated_at")
    inlines = (SellerMemberInline,)
    object_actions = SELLER_ACTIONS
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "kind", "reviews")}),
        (_("Shop front"), {"fields": ("paint", "keeper", "tagline", "story", "hours", "since")}),
        (_("Where"), {"fields": ("street", "postcode", "place", "country", "email")}),
        (_("In the registers"), {"fields": ("register_number", "vat_number")}),
        (_("Promises"), {"fields": ("dispatch_days", "return_days")}),
        (_("On holiday"), {"fields": ("closed_from", "closed_to", "closure_note")}),
        (_("When"), {"fields": ("created_at", "updated_at")}),
    )

    @admin.display(description=_("rating"))
    def reviews(self, seller: Seller) -> str | None:
        """Return the mean of the published reviews, and how many there are."""
        return f"{seller.rating:.1f} ({seller.rating_count})" if seller.rating else None

    def has_delete_permission(self, *_args: Any) -> bool:
        """Sellers are closed: orders refer to them."""
        return False


@queue(10, "accounts.view_seller")
def sellers_waiting() -> Queue:
    """Return applications to look at."""
    rows = Seller.objects.filter(status=SellerStatus.READY_FOR_REVIEW)
    return Queue(
        title=_("Sellers waiting for review"),
        empty=_("Every application has been looked at."),
        icon="store",
        url=changelist_url(Seller, status__exact=SellerStatus.READY_FOR_REVIEW.value),
        rows=[
            Row(
                label=seller.name,
                url=change_url(seller),
                since=seller.updated_at,
                note=seller.place,
            )
            for seller in rows.order_by("updated_at")[:SHOWN]
        ],
        count=count(rows),
    )
