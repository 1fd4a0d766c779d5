"""Wants and the reading list: personal pages, and the forms on the book's page that fill them."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import signed_in_user, visitor_country
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.http import safe_redirect_target
from books4all.lib.sameorigin import same_origin_required
from catalog.constants import Condition
from catalog.forms import WantForm, WantQueryForm, WorkForm
from catalog.models import Work
from catalog.selectors import lists
from catalog.services import pending, reading_lists, wants
from catalog.views.shared import page_of


@login_required
@require_safe
def want_list(request: HttpRequest) -> HttpResponse:
    """Show what the reader is waiting for."""
    page = lists.wants_of(
        signed_in_user(request), country=visitor_country(request), number=page_of(request)
    )
    context = {"page": page, "tab": "wants", "conditions": Condition.choices}
    return render(request, "catalog/want_list.html", context)


@same_origin_required
@require_POST
def want_add(request: HttpRequest) -> HttpResponse:
    """Wait for a book, or for what a search will find; a stranger signs in first."""
    if "q" in request.POST:
        return _want_query(request)
    form = WantForm(request.POST)
    if not form.is_valid():
        if "work" in form.errors:
            raise Http404(_("There is no such book."))
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("catalog:wants")
    work: Work = form.cleaned_data["work"]
    if not request.user.is_authenticated:
        pending.remember(session=request.session, kind=pending.WANT, work=work)
        return _sign_in_first(request, work.title, reverse("catalog:wants"))
    return _saved(
        request,
        lambda: wants.add(
            user=signed_in_user(request),
            work=work,
            least_condition=form.cleaned_data["least_condition"],
            max_price=form.cleaned_data["max_price"],
        ),
        _("%(title)s is among your wants.") % {"title": work.title},
        reverse("catalog:wants"),
    )


@login_required
@same_origin_required
@require_POST
def want_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop waiting for a book."""
    try:
        wants.remove(user=signed_in_user(request), want_id=pk)
    except NotFoundError as error:
        raise Http404(error.message) from error
    messages.success(request, _("Removed from your wants."))
    return redirect("catalog:wants")


@login_required
@require_safe
def reading_list(request: HttpRequest) -> HttpResponse:
    """Show the books that the reader means to read."""
    page = lists.reading_list_of(
        signed_in_user(request), country=visitor_country(request), number=page_of(request)
    )
    return render(request, "catalog/reading_list.html", {"page": page, "tab": "reading-list"})


@same_origin_required
@require_POST
def reading_list_add(request: HttpRequest) -> HttpResponse:
    """Put a book on the reading list; a stranger signs in first and finds it there then."""
    work = _work(request)
    if not request.user.is_authenticated:
        pending.remember(session=request.session, kind=pending.READING_LIST, work=work)
        return _sign_in_first(request, work.title, reverse("catalog:reading_list"))
    return _saved(
        request,
        lambda: reading_lists.add(user=signed_in_user(request), work=work),
        _("%(title)s is on your reading list.") % {"title": work.title},
        reverse("catalog:reading_list"),
    )


@login_required
@same_origin_required
@require_POST
def reading_list_remove(request: HttpRequest) -> HttpResponse:
    """Take a book off the reading list."""
    work = _work(request)
    reading_lists.remove(user=signed_in_user(request), work_id=work.pk)
    messages.success(request, _("Taken off your reading list."))
    return redirect("catalog:reading_list")


def _work(request: HttpRequest) -> Work:
    form = WorkForm(request.POST)
    if not form.is_valid():
        raise Http404(_("There is no such book."))
    work: Work = form.cleaned_data["work"]
    return work


def _want_query(request: HttpRequest) -> HttpResponse:
    form = WantQueryForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("catalog:wants")
    text: str = form.cleaned_data["q"]
    if not request.user.is_authenticated:
        pending.remember(session=request.session, kind=pending.WANT_QUERY, text=text)
        return _sign_in_first(request, f"“{text}”", reverse("catalog:wants"))
    return _saved(
        request,
        lambda: wants.add_query(
            user=signed_in_user(request),
            text=text,
            least_condition=form.cleaned_data["least_condition"],
            max_price=form.cleaned_data["max_price"],
        ),
        _("“%(words)s” is among your wants.") % {"words": text},
        reverse("catalog:wants"),
    )


def _sign_in_first(request: HttpRequest, title: str, after: str) -> HttpResponse:
    messages.info(request, _("Sign in, and %(title)s will be saved.") % {"title": title})
    return redirect_to_login(after)


def _saved(
    request: HttpRequest, save: Callable[[], object], words: str, after: str
) -> HttpResponse:
    try:
        save()
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect(safe_redirect_target(request, request.POST.get("next", ""), after))
