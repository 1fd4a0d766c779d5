"""Every address of the site, from the URLconf itself: a route that is added is tested at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern


@dataclass(frozen=True, slots=True)
class Route:
    """``name`` with its namespaces, the pattern as it is written, and the kinds of its parameters."""

    name: str
    pattern: str
    parameters: tuple[tuple[str, str], ...]
    view: Any

    @property
    def is_admin(self) -> bool:
        """Whether it belongs to the administration."""
        return self.pattern.startswith("admin/")


def routes() -> list[Route]:
    """Return all routes in their order."""
    return list(_walk(get_resolver(), "", "", ()))


def _walk(
    resolver: URLResolver, above: str, space: str, parameters: tuple[tuple[str, str], ...]
) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = above + str(entry.pattern)
        own = (*parameters, *_parameters(entry))
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, pattern, inner, own)
        else:
            yield Route(f"{space}{entry.name or pattern}", pattern, own, entry.callback)


def _parameters(entry: URLPattern | URLResolver) -> tuple[tuple[str, str], ...]:
    if isinstance(entry.pattern, RoutePattern):
        return tuple(
            (name, type(converter).__name__.removesuffix("Converter").lower())
            for name, converter in entry.pattern.converters.items()
        )
    return tuple((name, "regex") for name in entry.pattern.regex.groupindex)


def address(route: Route, values: dict[str, str]) -> str:
    """Return the path of ``route`` with ``values``, quoted already, in its places."""

    path = route.pattern.replace("\\", "").replace("^", "").rstrip("$")
    for name, _kind in route.parameters:
        value = values[name]
        path = re.sub(
            rf"<(\w+:)?{name}>|\(\?P<{name}>(\[[^\]]*\]|\.)[+*]?\)", lambda _m, v=value: v, path
        )
    return f"/{path}"
