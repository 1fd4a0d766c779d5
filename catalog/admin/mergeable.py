"""Buttons and pages for merging, on the admin of everything that can be merged."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import signed_in_user
from catalog.admin.comparison import compare
from catalog.constants import Mergeable
from catalog.errors import BusyError, MergeError
from catalog.services import derived, merging

# Rows that fit beside one another on a page.
MOST_SIDE_BY_SIDE = 8


def merge_url(kind: str, *pks: int) -> str:
    """Return the address of the page that merges these rows."""
    return f"{reverse(f'admin:catalog_{kind}_merge')}?{urlencode({'id': pks}, doseq=True)}"


def _ids(values: list[str]) -> list[int]:
    """Return the keys among what a form or an address holds, each once."""
    good = [int(v) for v in values if v.isascii() and v.isdigit() and len(v) < 19]
    return list(dict.fromkeys(good))[: MOST_SIDE_BY_SIDE + 1]


class MergeForm(forms.Form):
    """Which row is kept, and why."""

    kept = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why (kept in the history)"), max_length=300, required=False
    )


class MergeMixin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Adds the page "Merge", and writes anew what is derived when a row is saved."""

    kind: ClassVar[Mergeable]
    # A foreign key to the model, by which its autocomplete finds others to add.
    found_by: ClassVar[tuple[type[Model], str]]
    change_form_template = "admin/catalog/mergeable_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that merges."""
        route = path(
            "merge/",
            self.admin_site.admin_view(self.merge_view),
            name=f"catalog_{self.kind}_merge",
        )
        return [route, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to merge the rows chosen in a list."""
        actions: dict[str, Any] = super().get_actions(request)
        if "_popup" not in request.GET and self.may_merge(request):
            label = gettext_lazy("Merge…")
            actions["merge"] = (type(self).merge_chosen, "merge", label)
        return actions

    def may_merge(self, request: HttpRequest) -> bool:
        """Whether the user may change and remove such rows: merging does both."""
        return self.has_change_permission(request) and self.has_delete_permission(request)

    def merge_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Go on to the page that merges."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_SIDE_BY_SIDE + 1])
        if not 2 <= len(keys) <= MOST_SIDE_BY_SIDE:
            words = _("Choose two to %(n)d rows to merge.") % {"n": MOST_SIDE_BY_SIDE}
            self.message_user(request, words, messages.ERROR)
            return None
        return HttpResponseRedirect(merge_url(self.kind, *keys))

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Compare rows, choose which is kept, see what would happen, and do it."""
        if not self.may_merge(request):
            raise PermissionDenied
        asked = _ids(request.GET.getlist("id"))
        compared = compare(self.kind, asked[:MOST_SIDE_BY_SIDE])
        sent = request.method == "POST"
        form = MergeForm(request.POST if sent else None, initial={"kept": compared.best})
        field: Any = form.fields["kept"]
        field.choices = [(row.pk, row.name) for row in compared.rows]
        shown: list[merging.Preview] = []
        if sent and len(compared.rows) < 2:
            words = _("There is only one of them (any more): somebody was quicker.")
            self.message_user(request, words, messages.ERROR)
        if sent and form.is_valid() and len(compared.rows) > 1:
            kept = form.cleaned_data["kept"]
            gone = [row.pk for row in compared.rows if row.pk != kept]
            try:
                if "confirmed" in request.POST:
                    return self._merge(request, kept, gone, form.cleaned_data["reason"])
                shown = merging.preview(kind=self.kind, kept_id=kept, gone_ids=gone)
            except (MergeError, BusyError) as error:
                self.message_user(request, str(error.message), messages.ERROR)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge"),
            "opts": self.opts,
            "compared": compared,
            "form": form,
            "kept": str(form["kept"].value() or ""),
            "previews": shown,
            "add": self._add_form(asked),
            "media": self.media + self._add_form(asked).media,
        }
        return TemplateResponse(request, "admin/catalog/merge.html", context)

    def _merge(self, request: HttpRequest, kept: int, gone: list[int], reason: str) -> HttpResponse:
        done = merging.merge(
            kind=self.kind,
            kept_id=kept,
            gone_ids=gone,
            actor=signed_in_user(request),
            reason=reason,
        )
        obj = self.model._base_manager.get(pk=kept)  # noqa: SLF001
        for one in done:
            words = _("Merged “%(gone)s” (%(key)s) into it.")
            self.log_change(request, obj, words % {"gone": one.gone_name, "key": one.gone_id})
        words = _("%(kept)s: merged. The history can take it back.")
        self.message_user(request, words % {"kept": obj}, messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:catalog_{self.kind}_change", args=[kept]))

    def _add_form(self, asked: list[int]) -> forms.Form:
        """Return a form whose field looks another row up as you type."""
        model, name = self.found_by
        related = model._meta.get_field(name)  # noqa: SLF001 Django's documented interface
        assert isinstance(related, ForeignKey)
        form = forms.Form()
        form.fields["id"] = forms.ModelChoiceField(
            label=_("Another one"),
            queryset=self.model._base_manager.all(),  # noqa: SLF001
            widget=AutocompleteSelect(related, self.admin_site, attrs={"id": "id_other"}),
        )
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page the way to the page that merges."""
        obj = context.get("original")
        if obj is not None and self.may_merge(request):
            context["merge_url"] = merge_url(self.kind, obj.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Write anew what is derived from the row: lines of authors, names, completeness, search."""
        super().save_related(request, form, formsets, change)
        derived.refresh(self.model, [form.instance.pk])
