"""Where the links of letters about wants lead: no sign-in, the address holds a secret.

Nothing happens by following a link alone: programs that look at mail follow them too.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from books4all.lib.errors import NotFoundError
from books4all.lib.sameorigin import same_origin_required
from catalog.models import Want
from catalog.selectors import lists, waiting
from catalog.selectors.waiting import Waiter
from catalog.services import wants
from catalog.views.shared import page_of
from catalog.views.wants import act, edit


@require_safe
def want_sent(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way."""
    return render(request, "catalog/want_sent.html")


@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def want_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Begin to look for what a guest asked for."""
    found = waiting.to_confirm(token)
    if found is None:
        raise Http404(_("This link is too old, or not one of ours."))
    key, email = found
    if request.method == "POST":
        try:
            wants.confirm(want_id=key, email=email)
        except NotFoundError as error:
            raise Http404(error.message) from error
        return redirect("catalog:want_guest", waiting.guest_token(email))
    want = Waiter(email=email).wants.filter(pk=key).select_related("work", "edition__work").first()
    if want is None:
        raise Http404(_("This is not among your wants."))
    title = want.book.title if want.book else f"“{want.query}”"
    return render(request, "catalog/want_confirm.html", {"want": want, "title": title})


@require_safe
def want_guest(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guest what they wait for, and what has been found."""
    who = _guest(token)
    page = lists.wants_of(who, number=page_of(request))
    context = {"page": page, "token": token, "stop": waiting.stop_token(who)}
    return render(request, "catalog/want_guest.html", context)


@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
def want_guest_edit(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Change the terms of a guest's want."""
    who = _guest(token)
    want: Want | None = lists.want_of(who, pk)
    if want is None:
        raise Http404(_("This is not among your wants."))
    return edit(request, who, want, reverse("catalog:want_guest", args=[token]))


@same_origin_required
@require_POST
def want_guest_act(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Pause a guest's want, look again, or close it."""
    return act(request, _guest(token), pk, reverse("catalog:want_guest", args=[token]))


def _guest(token: str) -> Waiter:
    who = waiting.guest_of(token)
    if who is None:
        raise Http404(_("This link is not one of ours."))
    return who


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def want_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop letters about wants: a person by a button, a mail program by one POST (RFC 8058, 3.2).

    Whoever has the link may: there is no session whose powers another site could borrow.
    """
    who = waiting.to_stop(token)
    if who is None:
        raise Http404(_("This link is not one of ours."))
    if request.method == "POST":
        wants.stop_letters(who=who)
        return render(request, "catalog/want_stopped.html", {"guest": who.user is None})
    return render(request, "catalog/want_stop.html", {"guest": who.user is None})
