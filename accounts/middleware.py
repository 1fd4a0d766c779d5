"""Who visits: the little that catalogue pages know about an anonymous visitor."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_countries import countries

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Visitor:
    """``country`` (ISO 3166) prices deliveries; ``theme`` is light, dark or empty for the system's."""

    country: str
    theme: str


class VisitorMiddleware:
    """Set ``request.visitor`` from the cookies that the preferences form writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the cookies; a value that is not one of ours counts as absent."""
        country = request.COOKIES.get("country", "")
        theme = request.COOKIES.get("theme", "")
        request.visitor = Visitor(  # type: ignore[attr-defined]  # the middleware's contract
            country=country if country in countries else settings.DEFAULT_COUNTRY,
            theme=theme if theme in THEMES else "",
        )
        return self.get_response(request)
