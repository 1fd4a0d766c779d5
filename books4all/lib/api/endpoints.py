"""The base of every endpoint: strict input, early throttling, cacheable catalogue reads."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ListSerializer, Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from books4all.lib.api.pagination import Ordering, keyset, page_body
from books4all.lib.api.throttling import AddressThrottle, UserThrottle

M = TypeVar("M", bound=Model)


class Endpoint(APIView):
    """An address of the API. Methods parse, call one service or selector, and render."""

    early_throttles: tuple[type[BaseThrottle], ...] = (AddressThrottle,)
    throttle_classes: Sequence[type[BaseThrottle]] = (UserThrottle,)

    def perform_authentication(self, request: Request) -> None:
        """Count the request by address first: guessing at tokens is limited as well."""
        for throttle_class in self.early_throttles:
            throttle = throttle_class()
            if not throttle.allow_request(request, self):
                self.throttled(request, throttle.wait() or 1.0)
        super().perform_authentication(request)

    def body(self, serializer: type[Serializer[Any]], **kwargs: Any) -> dict[str, Any]:
        """Return the validated body of the request."""
        given = serializer(data=self.request.data, **kwargs)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        return values

    def query(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """Return the validated parameters of the address; lists repeat their parameter."""
        fields = serializer().fields
        params = self.request.query_params
        plain = {
            name: params.getlist(name) if _is_list(fields.get(name)) else params[name]
            for name in params
        }
        given = serializer(data=plain)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        return values

    def page(
        self,
        rows: QuerySet[M],
        *,
        ordering: Ordering,
        query: dict[str, Any],
        serializer: type[Serializer[Any]],
    ) -> Response:
        """Return the page of ``rows`` that ``query`` (a ``PageQuery``) asks for."""
        found = keyset(rows, ordering=ordering, limit=query["limit"], cursor=query["cursor"])
        return Response(
            page_body(self.request, found, lambda items: serializer(items, many=True).data)
        )


def _is_list(field: object) -> bool:
    return isinstance(field, ListSerializer) or hasattr(field, "child")


@method_decorator(conditional_page, name="dispatch")
class PublicEndpoint(Endpoint):
    """Reads that are the same for everybody: without authentication, cacheable, with an ETag."""

    authentication_classes = ()
    throttle_classes = ()
    max_age = 60

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Let caches keep what was found."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if final.status_code == 200:
            patch_cache_control(final, public=True, max_age=self.max_age)
        return final
