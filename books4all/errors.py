"""Pages for errors that Django raises before a view or around it."""

import sys

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from books4all.lib.api import problems
from books4all.lib.middleware import is_database_down, unavailable


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old, and how to go on."""
    return render(request, "403.html", {"form_expired": True}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 500 page, or the 503 page when the cause is the database.

    Django calls it while it handles the exception. The page is rendered without the request, so that
    nothing that may just be broken (session, user, database) is needed for it.
    """
    error = sys.exc_info()[1]
    if error is not None and is_database_down(error):
        return unavailable(request, error)
    if request.path.startswith("/api/"):
        return problems.server_error()
    return HttpResponseServerError(render_to_string("500.html"))
