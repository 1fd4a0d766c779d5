"""Returns and claims: what both sides say, and what staff decide, seen before it is done."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.forms import MoneyField
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.admin.steps import Guided, StepForm, StepsMixin
from orders.constants import CASE_STEPS, Actor, CaseStatus, CaseStep, Ruling
from orders.models import Case, CaseLine, CasePhoto
from orders.selectors.case_files import photo_file
from orders.selectors.case_words import promise
from orders.selectors.cases import CasePage, case_page, photo_of, with_everything
from orders.services import case_rulings, cases
from orders.services.case_steps import By
from orders.services.staff_steps import DECIDE

# Words of conversations that are shown beside a case; the rest is a link away.
MESSAGES_SHOWN = 20


class DecideForm(StepForm):
    """What is to happen, and why."""

    ruling = forms.ChoiceField(
        label=gettext_lazy("What is to happen"), choices=Ruling.choices, widget=forms.RadioSelect
    )
    amount = MoneyField(
        label=gettext_lazy("The buyer gets"),
        required=False,
        help_text=gettext_lazy(
            "Left empty: all that the refund matrix says, as the page of the case shows it. Less is taken"
            " from the books first, then from their delivery."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=gettext_lazy("Both sides are told, word for word."),
        error_messages={"required": gettext_lazy("Say why, in a few words.")},
    )


class EscalateForm(forms.Form):
    """Why staff take a case."""

    words = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=250,
        help_text=gettext_lazy("Both sides are told, word for word."),
        error_messages={"required": gettext_lazy("Say why, in a few words.")},
    )


def _staff(actor: User) -> By:
    return By(Actor.STAFF, actor)


class CaseLineInline(RecentInline):
    """The books."""

    model = CaseLine
    related = ("order_line__seller_order__order",)
    fields = (link("order_line", gettext_lazy("book")), "quantity", "received", "resellable")
    show_change_link = False


@admin.register(Case)
class CaseAdmin(StepsMixin, ReadOnlyAdmin):
    """Returns and claims."""

    related = ("seller_order__order", "seller_order__seller", "refund__payment", "opened_by")
    list_display = (
        "created_at",
        link("seller_order", gettext_lazy("seller order")),
        "reason",
        "wants",
        "status",
        "outcome",
        "answer_by",
    )
    list_filter = ("status", "reason", "outcome")
    search_fields = (
        "=id",
        "=seller_order__order__number",
        "seller_order__order__email__startswith",
        "seller_order__seller__slug__startswith",
    )
    search_help_text = gettext_lazy(
        "An order’s number, or the beginning of an e-mail address or shop"
    )
    ordering = ("-pk",)
    inlines = (CaseLineInline,)
    guided_steps = (
        Guided(
            DECIDE,
            DecideForm,
            lambda case: case.status in CASE_STEPS[CaseStep.DECIDE][Actor.STAFF],
            danger=True,
        ),
    )
    object_actions = (
        Action(
            name="escalate",
            label=gettext_lazy("Take over"),
            done=gettext_lazy("waits for your decision. Both sides are told by mail."),
            run=lambda case, *, actor, words: cases.escalate(
                case_id=case.pk, words=words, by=_staff(actor)
            ),
            offered=lambda case: case.status in CASE_STEPS[CaseStep.ESCALATE][Actor.STAFF],
            explain=gettext_lazy("Neither side can go on without a decision of yours then."),
            form=EscalateForm,
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    link("seller_order", gettext_lazy("seller order")),
                    "status",
                    "outcome",
                    money("given_minor", gettext_lazy("given back")),
                    link("refund", gettext_lazy("refund")),
                    "answer_by",
                )
            },
        ),
        (
            gettext_lazy("The reader"),
            {
                "fields": (
                    "reason",
                    "wants",
                    money("asked_minor", gettext_lazy("asked for")),
                    "words",
                )
            },
        ),
        (
            gettext_lazy("The shop"),
            {
                "fields": (
                    "agreed",
                    money("offered_minor", gettext_lazy("offered")),
                    "back_carrier",
                    "back_tracking",
                    "has_proof",
                    "received_at",
                    "replacement",
                )
            },
        ),
        (
            gettext_lazy("To be decided"),
            {"fields": ("matrix", "decisions", "photographs", "story", "talk")},
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the address of photographs, which no other page of the administration shows."""
        route = path(
            "<uuid:object_id>/photographs/<uuid:photo>/<int:width>/",
            self.admin_site.admin_view(self.photograph),
            name="orders_case_photograph",
        )
        return [route, *super().get_urls()]

    def photograph(
        self, request: HttpRequest, object_id: str, photo: str, width: int
    ) -> HttpResponse:
        """Show a photograph to staff who may see cases."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        case: Any = self.get_object(request, str(object_id))
        if case is None:
            raise Http404
        try:
            data = photo_file(photo_of(case, photo), width)  # type: ignore[arg-type]  # a UUID
        except NotFoundError as error:
            raise Http404(error.message) from error
        return HttpResponse(
            data, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"}
        )

    @admin.display(description=gettext_lazy("the refund matrix says"))
    def matrix(self, case: Case) -> str:
        """Return what is owed by the rules."""
        return promise(_page(case).terms)

    @admin.display(description=gettext_lazy("what each decision does"))
    def decisions(self, case: Case) -> SafeString | str:
        """Return who would get and who would bear what, of all that the matrix says."""
        if case.status != CaseStatus.ESCALATED:
            return "-"
        return format_html_join(
            "", "<p><b>{}</b><br>{}</p>", [_previewed(case, ruling) for ruling in Ruling]
        )

    @admin.display(description=gettext_lazy("photographs"))
    def photographs(self, case: Case) -> SafeString | str:
        """Return links to what the two sides have shown."""
        shown = [
            (
                reverse("admin:orders_case_photograph", args=[case.pk, photo.pk, photo.widest]),
                n,
                photo.get_side_display(),
            )
            for n, photo in enumerate(case.photos.defer("original"), 1)
            if photo.widths
        ]
        return format_html_join(" · ", '<a href="{}">{} ({})</a>', shown) or "-"

    @admin.display(description=gettext_lazy("what has happened"))
    def story(self, case: Case) -> SafeString:
        """Return both sides' steps, in their order."""
        told = _page(case).story
        return format_html_join(
            "",
            "<p>{}: {} {}<br>{}</p>",
            [
                (f"{one.event.created_at:%Y-%m-%d %H:%M}", one.what, one.who, one.note)
                for one in told
            ],
        )

    @admin.display(description=gettext_lazy("what they wrote to each other"))
    def talk(self, case: Case) -> SafeString | str:
        """Return the last messages about the order."""
        thread = case.seller_order.threads.first()
        if thread is None:
            return "-"
        last = thread.messages.order_by("-created_at", "-pk")[:MESSAGES_SHOWN]
        said = [
            (f"{one.created_at:%Y-%m-%d %H:%M}", one.get_side_display(), one.text)
            for one in reversed(last)
        ]
        return format_html(
            '<p><a href="{}">{}</a></p>{}',
            change_url(thread),
            _("The conversation"),
            format_html_join("", "<p>{} {}: {}</p>", said),
        )


def _page(case: Case) -> CasePage:
    """Return what staff see of a case, worked out once for all that is shown of it."""
    if not hasattr(case, "seen_by_staff"):
        case.seen_by_staff = case_page(_whole(case), Actor.STAFF)  # type: ignore[attr-defined]
    return case.seen_by_staff  # type: ignore[attr-defined,no-any-return]


def _whole(case: Case) -> Case:
    return with_everything(Case.objects.filter(pk=case.pk)).get()


def _previewed(case: Case, ruling: Ruling) -> tuple[str, str]:
    try:
        seen = case_rulings.preview(_whole(case), ruling)
    except DomainError as error:
        return str(ruling.label), error.message
    words = _(
        "The reader gets %(buyer)s. The shop gives %(seller)s, the commission %(commission)s and its tax"
        " %(fee_tax)s, tax that we remit %(sales_tax)s; the marketplace pays %(marketplace)s."
    )
    told = words % {
        "buyer": seen.buyer,
        "seller": seen.seller,
        "commission": seen.commission,
        "fee_tax": seen.fee_tax,
        "sales_tax": seen.sales_tax,
        "marketplace": seen.marketplace,
    }
    return str(ruling.label), f"{told} {_('Once the book is back.')}" if seen.after_return else told


@admin.register(CasePhoto)
class CasePhotoAdmin(ReadOnlyAdmin):
    """Photographs of cases; they are shown with their case."""

    related = ("case__seller_order__order",)
    list_display = ("created_at", link("case", gettext_lazy("case")), "side", "status")
    fields = (link("case", gettext_lazy("case")), "side", "status", "problem", "created_at")
    list_filter = ("side", "status")
    search_fields = ("=id", "=case__id", "=case__seller_order__order__number")
    ordering = ("-pk",)
    secret = ("original",)


@admin.register(CaseLine)
class CaseLineAdmin(ReadOnlyAdmin):
    """Books of cases."""

    related = ("case__seller_order__order", "order_line")
    list_display = (
        link("case", gettext_lazy("case")),
        link("order_line", gettext_lazy("book")),
        "quantity",
        "received",
        "resellable",
    )
    search_fields = ("=case__seller_order__order__number", "=order_line__sku")
    ordering = ("-pk",)


@queue(20, "orders.view_case")
def cases_to_decide() -> Queue:
    """Return cases that were brought before staff, the oldest first."""
    rows = Case.objects.filter(status=CaseStatus.ESCALATED)
    first = rows.select_related("seller_order__order", "seller_order__seller")
    return Queue(
        title=gettext_lazy("Cases to decide"),
        empty=gettext_lazy("Readers and shops agree."),
        icon="rotate-ccw",
        urgent=True,
        url=changelist_url(Case, status__exact=CaseStatus.ESCALATED.value, o="1"),
        rows=[
            Row(
                label=f"{case.seller_order.order.number}, {case.seller_order.seller.name}",
                url=change_url(case),
                since=case.updated_at,
                note=str(case.get_reason_display()),
            )
            for case in first.order_by("created_at", "pk")[:SHOWN]
        ],
        count=count(rows),
    )
