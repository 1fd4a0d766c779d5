"""What the marketplace charges, rule by rule, and which of them a book would meet."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.money import Money
from books4all.lib.staff.actions import Action
from books4all.lib.staff.fields import MoneyField
from books4all.lib.staff.models import StaffAdmin
from catalog.constants import Form
from orders.admin.fields import PercentMixin
from orders.models import CommissionRule
from orders.selectors.commission import charges_in_words, conditions_in_words
from orders.selectors.fees import Tried, try_rules
from orders.services import commission


def _earlier(rule: CommissionRule, *, actor: User) -> None:
    del actor  # the log of the administration names them
    commission.move(rule=rule, steps=-1)


def _later(rule: CommissionRule, *, actor: User) -> None:
    del actor
    commission.move(rule=rule, steps=1)


class TryForm(forms.Form):
    """A book to try the rules on."""

    shop = forms.CharField(
        label=_("Shop"),
        max_length=80,
        help_text=_("The end of its page’s address, such as brow-books"),
    )
    price = MoneyField(label=_("Price of a copy"))
    quantity = forms.IntegerField(label=_("Copies"), min_value=1, max_value=999, initial=1)
    delivery = MoneyField(label=_("Delivery"), required=False)
    form = forms.ChoiceField(label=_("Form"), required=False)
    subject = forms.CharField(
        label=_("Subject"),
        max_length=80,
        required=False,
        help_text=_("The end of its page’s address"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [("", "–"), *Form.choices]  # type: ignore[attr-defined]  # a choice field

    def clean_shop(self) -> Seller:
        """Find the shop."""
        found = Seller.objects.filter(slug=self.cleaned_data["shop"].strip()).first()
        if found is None:
            raise forms.ValidationError(_g("There is no shop at this address."))
        return found

    def tried(self) -> Tried:
        """Return what the rules say."""
        given, currency = self.cleaned_data, settings.MARKETPLACE_CURRENCY
        return try_rules(
            seller=given["shop"],
            unit=Money(given["price"], currency),
            quantity=given["quantity"],
            delivery=Money(given["delivery"] or 0, currency),
            form=given["form"],
            subject=given["subject"].strip(),
        )


@admin.register(CommissionRule)
class CommissionRuleAdmin(PercentMixin, StaffAdmin):
    """Rules, in the order they are asked. The first that fits counts; orders keep what they were charged."""

    related = ("seller", "subject")
    change_list_template = "admin/orders/commissionrule/change_list.html"
    list_display = ("position", "name", "whom", "charges", "active")
    list_display_links = ("name",)
    list_filter = ("active",)
    search_fields = ("name__icontains", "seller__name__istartswith")
    ordering = ("position", "pk")
    readonly_fields = ("position",)
    object_actions = (
        Action(name="up", label=_("Ask it earlier"), done=_("Is asked earlier"), run=_earlier, several=True),
        Action(name="down", label=_("Ask it later"), done=_("Is asked later"), run=_later, several=True),
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("name", "active", "position")}),
        (
            _("Which sales"),
            {
                "description": _("All that is given must fit. Left empty, it fits every sale."),
                "fields": ("seller", "subject", "form", "price_from_minor", "price_below_minor"),
            },
        ),
        (
            _("How much"),
            {
                "description": _(
                    "A percentage of the price, between bounds if you like; or an amount a copy."
                ),
                "fields": (
                    "percent_bp",
                    "of_delivery",
                    "floor_minor",
                    "cap_minor",
                    "flat_minor",
                    "currency",
                ),
            },
        ),
    )

    @admin.display(description=_("which sales"))
    def whom(self, rule: CommissionRule) -> str:
        """Return the conditions in words."""
        return conditions_in_words(rule)

    @admin.display(description=_("how much"))
    def charges(self, rule: CommissionRule) -> str:
        """Return the amount in words."""
        return charges_in_words(rule)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Put a new rule at the end: what others say before it still counts."""
        if not change:
            last = CommissionRule.objects.aggregate(last=Max("position"))["last"]
            obj.position = (last or 0) + 1
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that tries the rules."""
        view = self.admin_site.admin_view(self.try_view)
        return [path("try/", view, name="orders_commissionrule_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Say which rule a book meets, and how much it comes to."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.GET or None)
        tried = form.tried() if form.is_bound and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": _g("Try the rules"),
            "opts": self.opts,
            "form": form,
            "tried": tried,
        }
        return TemplateResponse(request, "admin/orders/commissionrule/try.html", context)
