"""Promotions and gift cards, for staff."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.forms import MOST_MINOR
from books4all.lib.ids import uuid7
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin
from orders.constants import PromotionKind
from orders.models import (
    BasketCode,
    GiftCard,
    GiftCardUse,
    Promotion,
    PromotionShop,
    PromotionUse,
    StaffRequest,
)
from orders.services import approvals, gift_cards
from orders.services.hand_steps import GIFT_CARD, issue_card


class PromotionUseInline(RecentInline):
    """Orders that used it, the latest first."""

    model = PromotionUse
    related = ("order", "promotion")
    fields = (
        "created_at",
        link("order", _("order")),
        "status",
        money("amount_minor", _("taken off")),
        money("subsidy_minor", _("borne by the marketplace")),
    )
    ordering = ("-pk",)


class PromotionShopInline(RecentInline):
    """Shops that have joined it."""

    model = PromotionShop
    related = ("seller", "promotion")
    fields = (link("seller", _("shop")), "joined_at")
    ordering = ("-pk",)


class PromotionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A promotion, whose code is written as it is looked up before it is held against others."""

    def clean_code(self) -> str:
        """Return the code in capitals; of a code there is one."""
        code = str(self.cleaned_data["code"]).strip().upper()
        others = Promotion.objects.filter(code=code).exclude(pk=self.instance.pk)
        if code and others.exists():
            raise forms.ValidationError(_t("This code is taken. Choose another."))
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind takes off, at the field where it is missing."""
        given = super().clean() or self.cleaned_data
        if given.get("kind") in {PromotionKind.PERCENT, PromotionKind.BUNDLE}:
            self._ask("percent_bp", 1, 10_000, _t("Write hundredths of a percent, 1000 for 10%."))
        if given.get("kind") == PromotionKind.FIXED:
            self._ask("amount_minor", 1, MOST_MINOR, _t("Say how much is taken off."))
        if given.get("kind") == PromotionKind.BUNDLE:
            self._ask("bundle", 2, 100, _t("Say of how many books, up to 100."))
            most = (given.get("bundle") or 100) - 1
            self._ask("reduced", 1, most, _t("Say how many of them, fewer than all."))
        most = 0 if given.get("seller") else 10_000
        self._ask("borne_bp", 0, most, _t("Write 0 to 10000; 0 for a shop’s own offer."))
        return given

    def _ask(self, name: str, least: int, most: int, words: str) -> None:
        value = self.cleaned_data.get(name)
        if name not in self.errors and (value is None or not least <= value <= most):
            self.add_error(name, words)


@admin.register(Promotion)
class PromotionAdmin(StaffAdmin):
    """Codes and automatic offers, of the marketplace and of shops."""

    form = PromotionForm
    related = ("seller", "subject")
    list_display = (
        "name",
        "code",
        "kind",
        link("seller", _("shop")),
        "active",
        "starts_at",
        "ends_at",
        "used",
    )
    list_filter = ("active", "kind")
    search_fields = ("=code", "name__istartswith", "seller__slug__startswith")
    ordering = ("-pk",)
    readonly_fields = ("used",)
    inlines = (PromotionShopInline, PromotionUseInline)
    fieldsets = (
        (None, {"fields": ("name", "code", "seller", "active", "starts_at", "ends_at")}),
        (
            _("What is taken off"),
            {"fields": ("kind", "percent_bp", "amount_minor", "bundle", "reduced")},
        ),
        (_("Which books"), {"fields": ("subject", "conditions", "minimum_minor")}),
        (
            _("Who, and how often"),
            {"fields": ("first_order", "alone", "position", "uses_total", "uses_each", "used")},
        ),
        (_("Who pays for it"), {"fields": ("borne_bp",)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether it may go: what an order used stays, ended."""
        unused = obj is None or not obj.used
        return unused and super().has_delete_permission(request, obj)


@admin.register(GiftCardUse)
class GiftCardUseAdmin(ReadOnlyAdmin):
    """What gift cards paid."""

    related = ("card", "order")
    list_display = (
        link("card", _("gift card")),
        link("order", _("order")),
        "status",
        money("amount_minor", _("amount")),
        money("returned_minor", _("given back")),
    )
    list_filter = ("status",)
    search_fields = ("=order__number",)
    ordering = ("-pk",)


@admin.register(PromotionUse)
class PromotionUseAdmin(ReadOnlyAdmin):
    """What promotions took off orders."""

    related = ("promotion", "order")
    list_display = (
        "name",
        link("order", _("order")),
        "status",
        money("amount_minor", _("taken off")),
        money("subsidy_minor", _("borne by the marketplace")),
    )
    list_filter = ("status",)
    search_fields = ("=order__number", "=code", "email__startswith")
    ordering = ("-pk",)


@admin.register(PromotionShop)
class PromotionShopAdmin(ReadOnlyAdmin):
    """Shops that have joined promotions of the marketplace."""

    related = ("promotion", "seller")
    list_display = (link("promotion", _("promotion")), link("seller", _("shop")), "joined_at")
    search_fields = ("seller__slug__startswith",)
    ordering = ("-pk",)


@admin.register(BasketCode)
class BasketCodeAdmin(ReadOnlyAdmin):
    """Codes typed for baskets."""

    related = ("basket__user", "promotion", "gift_card")
    list_display = (
        link("basket", _("basket")),
        link("promotion", _("promotion")),
        link("gift_card", _("gift card")),
    )
    search_fields = ("=basket__id",)
    ordering = ("-pk",)


class IssueForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A gift card to be issued."""

    class Meta:
        model = GiftCard
        fields = ("initial_minor", "funding", "recipient", "expires_at", "note")

    def clean(self) -> dict[str, Any]:
        """Say at the fields what the service would refuse, before it is asked."""
        given = super().clean() or self.cleaned_data
        if given.get("initial_minor") == 0:
            self.add_error("initial_minor", _t("Say what the card is worth."))
        until = given.get("expires_at")
        if until is not None and until <= timezone.now():
            self.add_error("expires_at", _t("This day has passed."))
        return given


ISSUED = (
    "hint",
    money("balance_minor", _("left")),
    money("initial_minor", _("worth when issued")),
    "funding",
    "blocked",
    "expires_at",
    "recipient",
    "note",
    link("issued_by", _("issued by")),
    "created_at",
)


class GiftCardUseInline(RecentInline):
    """Orders that it paid."""

    model = GiftCardUse
    related = ("order", "card")
    fields = (
        "created_at",
        link("order", _("order")),
        "status",
        money("amount_minor", _("amount")),
        money("returned_minor", _("given back")),
    )
    ordering = ("-pk",)


def _set_blocked(*, blocked: bool) -> Any:
    return lambda card, *, actor: gift_cards.block(card=card, blocked=blocked, actor=actor)


GIFT_CARD_ACTIONS = (
    Action(
        name="block",
        label=_("Block"),
        done=_("can’t be spent any more."),
        run=_set_blocked(blocked=True),
        offered=lambda card: not card.blocked,
        explain=_("Nobody can spend it until it is let go again. What is on it stays."),
    ),
    Action(
        name="unblock",
        label=_("Let it be spent again"),
        done=_("can be spent again."),
        run=_set_blocked(blocked=False),
        offered=lambda card: card.blocked,
    ),
)


@admin.register(GiftCard)
class GiftCardAdmin(StaffAdmin):
    """Gift cards. A code is shown once, when its card is issued."""

    related = ("issued_by",)
    list_display = (
        "__str__",
        money("balance_minor", _("left")),
        money("initial_minor", _("worth when issued")),
        "funding",
        "blocked",
        "expires_at",
        "recipient",
    )
    list_filter = ("blocked", "funding")
    search_fields = ("=hint", "recipient__startswith")
    search_help_text = _("The last four signs of a code, or the beginning of an e-mail address")
    ordering = ("-pk",)
    inlines = (GiftCardUseInline,)

    object_actions = GIFT_CARD_ACTIONS

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 Django's signature
        **kwargs: Any,
    ) -> Any:
        """Ask for what a new card needs; an issued one is only looked at."""
        if obj is None:
            kwargs["form"] = IssueForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what a card is issued with, and of an issued one everything but its digest."""
        return list(IssueForm.Meta.fields) if obj is None else ISSUED

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return all of an issued card: it changes by what is bought with it."""
        return () if obj is None else ISSUED

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Return the orders that an issued card paid."""
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: GiftCard, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Issue the card, and show its code this once."""
        if change:
            return
        assert isinstance(request.user, User)
        codes: list[str] = []

        def issue(*, payload: Any, actor: User, **_about: Any) -> str:
            pk, code = issue_card(payload=payload, actor=actor)
            codes.append(code)
            return f"gift_card:{pk}"

        asked = approvals.ask(
            # The code is for who issues the card at once, and is written down nowhere.
            step=replace(GIFT_CARD, run=issue),
            subject=request.user,
            payload={
                "amount": obj.initial_minor,
                "funding": obj.funding,
                "recipient": obj.recipient,
                "reason": obj.note,
                "expires_at": obj.expires_at,
            },
            actor=request.user,
            key=uuid7(),
        )
        if asked.made is None:
            request.waits = asked  # type: ignore[attr-defined]  # for what follows in this request
            return
        card = GiftCard.objects.get(pk=asked.made.partition(":")[2])
        obj.__dict__.update(card.__dict__)
        words = _t("The code is %(code)s. Write it down: it is shown this once, and kept nowhere.")
        messages.warning(request, words % {"code": codes[-1]})

    def log_addition(self, request: HttpRequest, obj: GiftCard, message: Any) -> Any:
        """Write it into the history; nothing while there is no card."""
        return None if hasattr(request, "waits") else super().log_addition(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: GiftCard, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the request where a colleague has to approve the card first."""
        asked: StaffRequest | None = getattr(request, "waits", None)
        if asked is None:
            return super().response_add(request, obj, post_url_continue)
        messages.warning(request, approvals.taken(asked))
        return HttpResponseRedirect(change_url(asked))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody removes money."""
        return False
