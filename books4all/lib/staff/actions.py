"""Buttons on a row's page, and the same for several rows of a list: each calls one service.

What can't be undone, or needs an answer, has a page of its own before it happens. Whoever lacks the
permission neither sees a button nor gets past its address.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books4all.lib.errors import DomainError

Text = str | Promise
# Rows that one action on a list may be about: each is a transaction of its own.
MOST_AT_ONCE = 100


def always(obj: Any) -> bool:
    """Offer an action whatever the row's state."""
    return True


def anybody(obj: Any, user: Any) -> bool:
    """Offer an action to whoever has its permission."""
    return True


class Waits(str):
    """What ``run`` of an action returns where it is not done yet: the words that say so."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button.

    ``run`` is called with the row, ``actor=`` (the user) and the form's cleaned values, and may
    raise ``DomainError``; what it returns is not looked at, unless it ``Waits``. ``explain`` says what
    will happen; an action that has it, or a form, is confirmed on a page of its own. ``several`` offers it
    on lists too.
    """

    name: str
    label: Text
    done: Text
    run: Callable[..., object]
    offered: Callable[[Any], bool] = always
    # To whom, of those who have the permission: called with the row and the user.
    to: Callable[[Any, Any], bool] = anybody
    permission: str = "change"
    explain: Text = ""
    form: type[forms.Form] = forms.Form
    initial: Callable[[Any], dict[str, object]] | None = None
    several: bool = False
    danger: bool = False
    # Whether its form takes a file.
    multipart: bool = False

    @property
    def confirmed(self) -> bool:
        """Whether it has a page of its own."""
        return bool(self.explain) or bool(self.form.base_fields)


class ActionsMixin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Adds ``object_actions`` to a model admin."""

    object_actions: ClassVar[Sequence[Action]] = ()

    def may(self, request: HttpRequest, action: Action) -> bool:
        """Whether the user has the permission that the action asks for."""
        name = f"{self.opts.app_label}.{action.permission}_{self.opts.model_name}"
        return bool(request.user.has_perm(name))

    # ---- one row ----

    def get_urls(self) -> list[URLPattern]:
        """Add an address for the buttons of a row."""
        route = path(
            "<path:object_id>/do/<slug:name>/",
            self.admin_site.admin_view(self.act),
            name=f"{self.opts.app_label}_{self.opts.model_name}_act",
        )
        return [route, *super().get_urls()]

    def act(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask before an action on one row, or do it."""
        obj = self.get_object(request, unquote(object_id))
        action = next((one for one in self.object_actions if one.name == name), None)
        if obj is None or action is None:
            raise Http404
        if not self.may(request, action):
            raise PermissionDenied
        initial = action.initial(obj) if action.initial else None
        sent = request.method == "POST"
        files = request.FILES if sent and action.multipart else None
        form = action.form(request.POST if sent else None, files, initial=initial)
        if sent and form.is_valid() and self._run(request, action, obj, form):
            return HttpResponseRedirect(self._page_of(obj))
        return self._ask(request, action, [obj], form)

    def _page_of(self, obj: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def _run(self, request: HttpRequest, action: Action, obj: Model, form: forms.Form) -> bool:
        """Run the action on one row; an error goes to the field it names, or to the page."""
        try:
            made = action.run(obj, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            known = {name: texts for name, texts in error.fields.items() if name in form.fields}
            for name, texts in known.items():
                form.add_error(name, [str(text) for text in texts])
            if not known:
                self.message_user(request, f"{obj}: {error.message}", messages.ERROR)
            # Without a form there is nothing to mend here: show the row as it is now.
            return not form.fields
        self.log_change(request, obj, self._entry(action, form))
        if isinstance(made, Waits):
            self.message_user(request, f"{obj}: {made}", messages.WARNING)
        else:
            self.message_user(request, f"{obj}: {action.done}", messages.SUCCESS)
        return True

    def _entry(self, action: Action, form: forms.Form) -> str:
        said = "; ".join(str(value) for value in form.cleaned_data.values() if value)
        return f"{action.label}: {said}" if said else str(action.label)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page the buttons that its row and its reader may have."""
        obj = context.get("original")
        context["object_actions"] = [
            action
            for action in self.object_actions
            if obj is not None
            and action.offered(obj)
            and action.to(obj, request.user)
            and self.may(request, action)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    # ---- several rows ----

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Add the actions that are offered for several rows."""
        actions: dict[str, Any] = super().get_actions(request)
        if "_popup" in request.GET:
            return actions
        for action in self.object_actions:
            if action.several and self.may(request, action):
                actions[action.name] = (self._for_list(action), action.name, action.label)
        return actions

    def _for_list(self, action: Action) -> Callable[..., HttpResponse | None]:
        def run(
            _admin: object, request: HttpRequest, queryset: QuerySet[Any]
        ) -> HttpResponse | None:
            return self._act_on_list(request, queryset, action)

        return run

    def _act_on_list(
        self, request: HttpRequest, queryset: QuerySet[Any], action: Action
    ) -> HttpResponse | None:
        rows = list(queryset.order_by("pk")[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            text = _("Choose at most %(n)d at a time.") % {"n": MOST_AT_ONCE}
            self.message_user(request, text, messages.ERROR)
            return None
        confirmed = "confirmed" in request.POST
        form = action.form(request.POST if confirmed else None)
        if action.confirmed and not (confirmed and form.is_valid()):
            return self._ask(request, action, rows, form)
        if not action.confirmed:
            form = action.form({})
            form.full_clean()
        self._run_all(request, action, rows, form)
        return None

    def _run_all(
        self, request: HttpRequest, action: Action, rows: list[Any], form: forms.Form
    ) -> None:
        done = 0
        for row in rows:
            try:
                made = action.run(row, actor=request.user, **form.cleaned_data)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
                continue
            self.log_change(request, row, self._entry(action, form))
            if isinstance(made, Waits):
                self.message_user(request, f"{row}: {made}", messages.WARNING)
            else:
                done += 1
        if done:
            text = ngettext("%(n)d row: %(done)s", "%(n)d rows: %(done)s", done)
            self.message_user(request, text % {"n": done, "done": action.done}, messages.SUCCESS)

    def _ask(
        self, request: HttpRequest, action: Action, rows: list[Any], form: forms.Form
    ) -> HttpResponse:
        one = (
            rows[0]
            if request.resolver_match and "object_id" in request.resolver_match.kwargs
            else None
        )
        context = {
            **self.admin_site.each_context(request),
            "title": action.label,
            "action": action,
            "rows": rows,
            "form": form,
            "opts": self.opts,
            "one": one,
            "back": self._page_of(one) if one else request.get_full_path(),
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/action.html", context)
