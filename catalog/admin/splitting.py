"""The page that splits a work."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors import signed_in_user
from catalog.admin.mergeable import MergeMixin
from catalog.errors import BusyError, MergeError
from catalog.models import Edition
from catalog.services import merging

MOST_EDITIONS = 500


class SplitForm(forms.Form):
    """Which editions leave, and what the new work is called."""

    editions = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Editions that leave"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(label=gettext_lazy("Title of the new work"), max_length=500)
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)


class SplitMixin(MergeMixin):
    """Adds the page "Split" to the admin of works."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page that splits."""
        view = self.admin_site.admin_view(self.split_view)
        route = path("<path:object_id>/split/", view, name="catalog_work_split")
        return [route, *super().get_urls()]

    def split_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask which editions leave, and let them."""
        work = self.get_object(request, object_id)
        if work is None:
            raise Http404
        if not self.has_change_permission(request, work):
            raise PermissionDenied
        editions = Edition.objects.filter(work=work).select_related("publisher").order_by("pk")
        form = SplitForm(request.POST if request.method == "POST" else None)
        choices: Any = form.fields["editions"]
        choices.choices = [(edition.pk, str(edition)) for edition in editions[:MOST_EDITIONS]]
        back = reverse("admin:catalog_work_change", args=[work.pk])
        if form.is_valid():
            try:
                return self._split(request, work, form)
            except (MergeError, BusyError) as error:
                form.add_error(None, str(error.message))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Split"),
            "opts": self.opts,
            "work": work,
            "form": form,
            "back": back,
        }
        return TemplateResponse(request, "admin/catalog/split.html", context)

    def _split(self, request: HttpRequest, work: Any, form: SplitForm) -> HttpResponse:
        given = form.cleaned_data
        done = merging.split(
            work_id=work.pk,
            edition_ids=given["editions"],
            title=given["title"],
            actor=signed_in_user(request),
            reason=given["reason"],
        )
        words = _("Split: %(n)d editions left to “%(new)s”.")
        said = words % {"n": len(given["editions"]), "new": done.gone_name}
        self.log_change(request, work, said)
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:catalog_work_change", args=[done.gone_id]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page the way to the page that splits."""
        obj = context.get("original")
        if obj is not None and self.has_change_permission(request, obj):
            context["split_url"] = reverse("admin:catalog_work_split", args=[obj.pk])
        return super().render_change_form(request, context, *args, **kwargs)
