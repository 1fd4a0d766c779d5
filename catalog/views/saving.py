"""What the small forms on books' pages answer: saved, or sign in first."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from books4all.lib.errors import ConflictError
from books4all.lib.http import safe_redirect_target


def sign_in_first(request: HttpRequest, title: str, after: str) -> HttpResponse:
    """Send a visitor to sign in; what they asked for is kept until then."""
    messages.info(request, _("Sign in, and %(title)s will be saved.") % {"title": title})
    return redirect_to_login(after)


def saved(request: HttpRequest, save: Callable[[], object], words: str, after: str) -> HttpResponse:
    """Save, say so or why not, and go back to the page of the form, else to ``after``."""
    try:
        save()
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect(safe_redirect_target(request, request.POST.get("next", ""), after))
