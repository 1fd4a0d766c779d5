"""The reading list: a personal page, and the forms that fill it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import signed_in_user, visitor_country
from books4all.lib.sameorigin import same_origin_required
from catalog.forms import WorkForm
from catalog.models import Work
from catalog.selectors import lists
from catalog.services import pending, reading_lists
from catalog.views.saving import saved, sign_in_first
from catalog.views.shared import page_of


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
        return sign_in_first(request, work.title, reverse("catalog:reading_list"))
    return saved(
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
