"""Accounts and their address books, for staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.models import Permission
from django.db.models import ManyToManyField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, SellerMember, User
from accounts.services import passwords
from books4all.lib.staff.display import link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin, StaffInline


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
