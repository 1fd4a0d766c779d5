"""Rows that were merged into others: the API says where they are now, and clients may follow."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.response import Response

from books4all.lib.api import problems
from books4all.lib.api.endpoints import PublicEndpoint
from catalog.constants import Mergeable
from catalog.selectors.redirects import edition_now, slug_now


class MovedEndpoint(PublicEndpoint):
    """A read of one row of ``kind``: 308 with ``Location`` and ``moved_to`` if it was merged away."""

    kind: Mergeable
    # The route of the row, without its namespace.
    route: str

    def handle_exception(self, exc: Exception) -> Response:
        """Look for the row's new address before it is said not to exist."""
        if isinstance(exc, ObjectDoesNotExist) and (url := self._now()):
            body = problems.document(
                308, code="moved", detail=_("It was merged into another."), extra={"moved_to": url}
            )
            return Response(
                body, status=308, headers={"Location": url}, content_type=problems.CONTENT_TYPE
            )
        response: Response = super().handle_exception(exc)
        return response

    def _now(self) -> str:
        given: Any = self.kwargs.get("slug", self.kwargs.get("pk"))
        now = edition_now(given) if self.kind == Mergeable.EDITION else slug_now(self.kind, given)
        if now is None:
            return ""
        query = self.request.META.get("QUERY_STRING", "")
        return reverse(f"api:{self.route}", args=[now]) + (f"?{query}" if query else "")
