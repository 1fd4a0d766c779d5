"""Rows that are not there, or not the asker's, as pages answer them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse

from books4all.lib.errors import NotFoundError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def found_or_404(view: View[P]) -> View[P]:
    """Answer 404 where ``view`` looks for a row that does not exist or is somebody else's."""

    @wraps(view)
    def looked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError as error:
            raise Http404(error.message) from error

    return looked
