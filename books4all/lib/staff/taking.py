"""Rows that staff add by a service of their own: a file that is read, or made."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise

from books4all.lib.errors import DomainError
from books4all.lib.staff.models import ReadOnlyAdmin

Text = str | Promise


class TakingAdmin(ReadOnlyAdmin):
    """Rows to look at, and a form whose answer is given to ``take``: it returns where to go on."""

    taking_form: ClassVar[type[forms.Form]]
    taking_title: ClassVar[Text]
    taking_explain: ClassVar[Text] = ""
    taking_label: ClassVar[Text]

    def take(self, request: HttpRequest, form: forms.Form) -> str | None:
        """Do what was asked for, and return the address to show next.

        May raise DomainError; None where it has written errors to the form.
        """
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Whoever may add rows may send the form."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form, or do what it says."""
        del form_url, extra_context
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = self.taking_form(request.POST, request.FILES) if sent else self.taking_form()
        if form.is_valid():
            try:
                address = self.take(request, form)
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                if address:
                    return HttpResponseRedirect(address)
        context = {
            **self.admin_site.each_context(request),
            "title": self.taking_title,
            "explain": self.taking_explain,
            "label": self.taking_label,
            "form": form,
            "opts": self.opts,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/taking.html", context)
