"""What the pages of conversations share, whichever side looks at them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from books4all.lib.errors import DomainError, NotFoundError
from orders.models import Message, Thread
from orders.selectors import messages as reads
from orders.services import messages as writes

THREADS_A_PAGE = 25
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def tried(view: View[P]) -> View[P]:
    """Answer 404 for rows that don't exist or are somebody else's."""

    @wraps(view)
    def found(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError as error:
            raise Http404(error.message) from error

    return found


def asked_filter(request: HttpRequest) -> str:
    """Return the part of the inbox that is asked for; all that is not put away by default."""
    only = request.GET.get("show", "")
    return only if only in reads.FILTERS else ""


def page_of_threads(request: HttpRequest, threads: QuerySet[Thread]) -> Page[Thread]:
    """Return a page of the inbox, each conversation with its last message."""
    paginator = Paginator(reads.with_last_message(threads), THREADS_A_PAGE)
    return paginator.get_page(request.GET.get("page"))


def thread_context(
    request: HttpRequest, view: reads.ThreadView, form: forms.Form
) -> dict[str, Any]:
    """Return what the page of a conversation shows, and note what is on it as read."""
    pages = Paginator(reads.messages_of(view.thread), reads.MESSAGES_SHOWN)
    page: Page[Message] = pages.get_page(request.GET.get("page"))
    latest = list(page)
    if view.thread.unread(view.side) and page.number == 1 and latest:
        writes.mark_read(thread_id=view.thread.pk, side=view.side, until=latest[0].created_at)
    return {
        "view": view,
        "thread": view.thread,
        "side": view.side,
        "page": page,
        # As they were written, the oldest on top.
        "sent": latest[::-1],
        "form": form,
        "error_title": bool(form.errors),
    }


def add_error(form: forms.Form, error: DomainError) -> None:
    """Say what a service refused, at the field it names or at the top of the form."""
    known = {name: texts for name, texts in error.fields.items() if name in form.fields}
    for name, texts in known.items():
        form.add_error(name, texts)
    if not known:
        form.add_error(None, error.message)
