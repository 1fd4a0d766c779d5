"""Webhooks of shops and the marketplace's own: staff see all, and set up the latter."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from books4all.lib.errors import DomainError
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link
from books4all.lib.staff.fields import KnownForm
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.constants import HookState
from orders.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from orders.selectors.webhook_types import types
from orders.selectors.webhooks import dead_deliveries, readable
from orders.services import webhook_sending, webhooks


class EndpointForm(KnownForm):
    """An endpoint of the marketplace's own."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text="https://…",
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )
    types = forms.MultipleChoiceField(
        label=_("What it is told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: everything, of every shop."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "description", "types")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "types" in self.fields:
            named = [(name, f"{label} ({name})") for name, label in types().items()]
            self.fields["types"].choices = named  # type: ignore[attr-defined]  # has choices

    def clean(self) -> dict[str, Any]:
        """Ask the service whether it would write this."""
        given: dict[str, Any] = super().clean() or {}
        if {"url", "types"} <= given.keys():
            try:
                webhooks.must_fit(None, given["url"], given["types"], but=self.instance.pk)
            except DomainError as error:
                known = {name: texts for name, texts in error.fields.items() if name in self.fields}
                raise ValidationError(known or error.message) from error
        return given


class ReplaySinceForm(forms.Form):
    """From when on."""

    since = forms.DateTimeField(
        label=_("Since (UTC)"), help_text=_("Like 2026-01-31 08:00"), initial=timezone.now
    )


# One column, named twice: Django knows it by itself.
_SHOP = link("seller", _("seller"))
_SHOWN = (
    "failing_since",
    "disabled_at",
    "disabled_reason",
    "previous_until",
    "created_at",
    "updated_at",
)
# Where a new secret waits to be shown: once, on the row's page.
_FRESH = "admin_webhook_secret"


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StaffAdmin):
    """Endpoints. A shop's own are its business: staff look, and switch them off and on."""

    form = EndpointForm
    related = ("seller",)
    list_display = ("url", link("seller", _("seller")), "state", "failing_since", "created_at")
    list_filter = ("disabled_reason",)
    search_fields = ("=id", "url__startswith", "seller__slug__startswith")
    search_help_text = _("The beginning of an address or of a shop’s")
    ordering = ("-pk",)
    related_lists = ((_("Deliveries"), WebhookDelivery, "endpoint__id__exact"),)
    object_actions = (
        Action(
            name="test",
            label=_("Send a test"),
            done=_("a test is on its way."),
            run=lambda endpoint, *, actor: webhooks.test(endpoint_id=endpoint.pk, actor=None),
            offered=lambda endpoint: endpoint.enabled,
        ),
        Action(
            name="rotate",
            label=_("New secret"),
            done=_("has a new secret."),
            run=lambda endpoint, *, actor: webhooks.rotate(endpoint_id=endpoint.pk, actor=None),
            offered=lambda endpoint: endpoint.seller_id is None and not endpoint.removed,
            explain=_("The new one is shown once. The one before signs beside it for 24 hours."),
        ),
        Action(
            name="off",
            label=_("Switch off"),
            done=_("off."),
            run=lambda endpoint, *, actor: webhooks.switch_off(endpoint_id=endpoint.pk, actor=None),
            offered=lambda endpoint: endpoint.enabled,
            several=True,
        ),
        Action(
            name="on",
            label=_("Switch on"),
            done=_("on."),
            run=lambda endpoint, *, actor: webhooks.switch_on(endpoint_id=endpoint.pk, actor=None),
            offered=lambda endpoint: not endpoint.enabled and not endpoint.removed,
            several=True,
        ),
        Action(
            name="replay",
            label=_("Send again what failed"),
            done=_("what failed is sent again."),
            run=lambda endpoint, *, actor, since: webhook_sending.replay_failed(
                endpoint_id=endpoint.pk, since=since, actor=None
            ),
            offered=lambda endpoint: endpoint.enabled,
            form=ReplaySinceForm,
        ),
        Action(
            name="remove",
            label=_("Remove"),
            done=_("removed."),
            run=lambda endpoint, *, actor: webhooks.remove(endpoint_id=endpoint.pk, actor=None),
            offered=lambda endpoint: endpoint.seller_id is None and not endpoint.removed,
            explain=_("Nothing is sent to it any more, and its secret is forgotten."),
            danger=True,
        ),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for as little as there is to say; show the rest of a row that is there."""
        asked = ("url", "description", "types")
        return asked if obj is None else (_SHOP, *asked, *_SHOWN)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that follows from what was sent."""
        return () if obj is None else (_SHOP, *_SHOWN)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A shop's own is its business."""
        own = obj is None or (obj.seller_id is None and not obj.removed)
        return own and super().has_change_permission(request, obj)

    def has_delete_permission(self, *_args: Any) -> bool:
        """Remove it: events that are being told may still name it."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Have the service write it."""
        given = {name: form.cleaned_data[name] for name in ("url", "description", "types")}
        if change:
            webhooks.amend(endpoint_id=obj.pk, actor=None, **given)
            return
        made = webhooks.add(seller=None, actor=None, **given)
        obj.pk = made.pk
        obj._state.adding = False  # noqa: SLF001 Django's documented interface
        request.session[_FRESH] = {str(made.pk): made.secret}

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go where the secret is shown."""
        return HttpResponseRedirect(change_url(obj))

    def _run(self, request: HttpRequest, action: Action, obj: Any, form: forms.Form) -> bool:
        done = super()._run(request, action, obj, form)
        if done and action.name == "rotate":
            obj.refresh_from_db(fields=["secret"])
            request.session[_FRESH] = {str(obj.pk): obj.secret}
        return done

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show a secret that was just made; it is said in this answer, and kept nowhere."""
        obj = context.get("original")
        secret = request.session.get(_FRESH, {}).get(str(obj.pk), "") if obj else ""
        if secret:
            del request.session[_FRESH]
            text = _("The secret, shown this once: %(secret)s") % {"secret": secret}
            self.message_user(request, text, messages.WARNING)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("state"))
    def state(self, endpoint: WebhookEndpoint) -> str:
        """Return whether it is on, and why not."""
        return str(_("On") if endpoint.enabled else endpoint.get_disabled_reason_display())


class DeliveryInline(RecentInline):
    """Whom a message was sent to."""

    model = WebhookDelivery
    related = ("endpoint", "message")
    fields = (link("endpoint", _("webhook")), "state", "attempts", "next_at", "delivered_at")
    ordering = ("-pk",)


class AttemptInline(RecentInline):
    """What came of each try."""

    model = WebhookAttempt
    fields = ("at", "status", "duration_ms", "error", "answer")
    ordering = ("-pk",)
    show_change_link = False


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdmin):
    """What happened, as it is told."""

    related = ("seller",)
    list_display = ("created_at", "type", link("seller", _("seller")))
    search_fields = ("=id", "type__startswith", "seller__slug__startswith")
    search_help_text = _("The beginning of a type or of a shop’s name in addresses")
    ordering = ("-pk",)
    fields = ("id", "type", link("seller", _("seller")), "created_at", "content")
    inlines = (DeliveryInline,)

    @admin.display(description=_("content"))
    def content(self, message: WebhookMessage) -> str:
        """Return what is sent, indented."""
        return format_html("<pre>{}</pre>", readable(message))


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Messages on their way."""

    related = ("message", "endpoint__seller")
    list_display = (
        "happened",
        "message_type",
        link("endpoint", _("webhook")),
        "state",
        "attempts",
        "next_at",
    )
    list_filter = ("state",)
    search_fields = ("=id", "=message__id", "endpoint__url__startswith")
    search_help_text = _("A message’s id, or the beginning of a webhook’s address")
    ordering = ("-pk",)
    inlines = (AttemptInline,)
    object_actions = (
        Action(
            name="replay",
            label=_("Send again"),
            done=_("waiting to be sent."),
            run=lambda delivery, *, actor: webhook_sending.replay(
                delivery_id=delivery.pk, actor=None
            ),
            offered=lambda delivery: (
                delivery.state != HookState.WAITING and delivery.endpoint.enabled
            ),
            several=True,
        ),
    )

    @admin.display(description=_("happened"), ordering="pk")
    def happened(self, delivery: WebhookDelivery) -> Any:
        """Return when it happened."""
        return delivery.message.created_at

    @admin.display(description=_("what"))
    def message_type(self, delivery: WebhookDelivery) -> str:
        """Return what happened."""
        return delivery.message.type


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(ReadOnlyAdmin):
    """Single tries."""

    related = ("delivery__message", "delivery__endpoint")
    list_display = ("at", link("delivery", _("delivery")), "status", "duration_ms", "error")
    search_fields = ("=delivery__id", "=delivery__message__id")
    ordering = ("-pk",)


@queue(80, "orders.view_webhookdelivery")
def webhooks_given_up() -> Queue:
    """Return messages that no attempt could deliver, the oldest first."""
    rows = dead_deliveries()
    return Queue(
        title=_("Webhook messages given up"),
        empty=_("Every program has heard what it asked for."),
        icon="link",
        url=changelist_url(WebhookDelivery, state__exact=HookState.DEAD.value),
        rows=[
            Row(
                label=f"{delivery.message.type} → {delivery.endpoint.host}",
                url=change_url(delivery),
                since=delivery.message.created_at,
                note=str(delivery.endpoint.seller or _("the marketplace’s own")),
            )
            for delivery in rows.select_related("message", "endpoint__seller")[:SHOWN]
        ],
        count=count(rows),
    )
