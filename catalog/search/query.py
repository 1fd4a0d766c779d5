"""What is asked for: read from an address, and written back in its one canonical form."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from catalog.languages import LANGUAGES
from catalog.search.text import clean
from catalog.search.vocabulary import (
    ConditionClass,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Sort,
    View,
    Without,
)

PAGE_SIZE = 24
# Deeper pages cost the database more than anybody reads: filters narrow better than paging.
LAST_PAGE = 50
MOST_VALUES = 20

_AMOUNT = re.compile(r"\s*[£€$]?\s*([0-9]{1,7})(?:[.]([0-9]{1,2}))?\s*")


class Params(Protocol):
    """The part of Django's ``QueryDict`` that is read."""

    def get(self, key: str, default: str, /) -> Any: ...
    def getlist(self, key: str, /) -> list[str]: ...


def _amount(text: str, currency: str) -> Money | None:
    """Return what was typed as money; nothing for nothing.

    Raises:
        ValueError: not an amount of at most seven figures and two places.
    """
    if not text.strip():
        return None
    matched = _AMOUNT.fullmatch(text.replace(",", ""))
    if not matched:
        raise ValueError(_("Use a point, like 4.50"))
    return Money.parse(matched[0], currency)


def _known(choices: Sequence[str]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a reader that keeps known values, in the order of ``choices``."""
    return lambda values: tuple(str(c) for c in choices if c in values)


def _slugs(values: list[str]) -> tuple[str, ...]:
    slugs = {v for v in values if re.fullmatch(r"[-a-zA-Z0-9_]{1,80}", v)}
    return tuple(sorted(slugs)[:MOST_VALUES])


def _countries(values: list[str]) -> tuple[str, ...]:
    return tuple(sorted({v for v in values if re.fullmatch(r"[A-Z]{2}", v)})[:MOST_VALUES])


def _kinds(values: list[str]) -> tuple[str, ...]:
    # New and used at once is everything.
    kinds = _known(Kind.values)(values)
    return (
        kinds
        if not {Kind.NEW, Kind.USED} <= {*kinds}
        else tuple(k for k in kinds if k == Kind.RARE)
    )


# Parameters of many values: the reader of each.
_READERS: dict[str, Callable[[list[str]], tuple[str, ...]]] = {
    "kind": _kinds,
    "condition": _known(ConditionClass.values),
    "form": _known(FormClass.values),
    "subject": _slugs,
    "period": _known(Period.values),
    "language": lambda values: _known(sorted(LANGUAGES))(values)[:MOST_VALUES],
    "country": _countries,
    "price": _known(PriceBand.values),
    "without": _known(Without.values),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search. ``to`` is the country (ISO 3166) that prices with delivery are worked out for.

    ``text`` empty means everything on sale. Values of one filter are alternatives; different
    filters must all be met by one and the same copy. ``problems`` says what could not be read, by
    parameter.
    """

    text: str = ""
    to: str = "GB"
    kind: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    price: tuple[str, ...] = ()
    least: Money | None = None
    most: Money | None = None
    first: bool = False
    signed: bool = False
    without: tuple[str, ...] = ()
    sort: str = Sort.BEST
    view: str = View.COVERS
    page: int = 1
    problems: Mapping[str, str] | None = None

    @classmethod
    def from_params(cls, params: Params, *, to: str) -> Self:
        """Read the parameters of a page or an endpoint. What is unknown or wrong is left out."""
        problems: dict[str, str] = {}
        amounts: dict[str, Money | None] = {"min": None, "max": None}
        for name in amounts:
            try:
                amounts[name] = _amount(params.get(name, ""), settings.MARKETPLACE_CURRENCY)
            except ValueError as error:
                problems[name] = str(error)
        least, most = amounts["min"], amounts["max"]
        if least and most and most < least:
            least, most = most, least
        page, sort, view = params.get("page", ""), params.get("sort", ""), params.get("view", "")
        return cls(
            text=clean(params.get("q", "")),
            to=to,
            least=least if least and least.minor else None,
            most=most,
            first=params.get("first", "") == "1",
            signed=params.get("signed", "") == "1",
            sort=sort if sort in Sort.values else Sort.BEST,
            view=view if view in View.values else View.COVERS,
            page=min(LAST_PAGE, max(1, int(page))) if re.fullmatch("[0-9]{1,5}", page) else 1,
            problems=problems,
            **{name: read(params.getlist(name)) for name, read in _READERS.items()},
        )

    @property
    def filtered(self) -> bool:
        """Whether any filter is on."""
        return bool(
            self.least or self.most or self.first or self.signed
            or any(getattr(self, name) for name in _READERS)
        )  # fmt: skip

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameters in their canonical order, without those that say nothing."""
        pairs = [("q", self.text)]
        for name in _READERS:
            pairs += [(name, value) for value in getattr(self, name)]
        pairs += [
            ("min", f"{self.least.amount:f}" if self.least else ""),
            ("max", f"{self.most.amount:f}" if self.most else ""),
            ("first", "1" if self.first else ""),
            ("signed", "1" if self.signed else ""),
            ("sort", self.sort if self.sort != Sort.BEST else ""),
            ("view", self.view if self.view != View.COVERS else ""),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    @property
    def querystring(self) -> str:
        """The canonical query string, empty for "everything"."""
        return urlencode(self.params)

    def but(self, **changes: Any) -> Self:
        """Return the query with other values, from its first page."""
        return replace(self, **{"page": 1, **changes})

    def toggled(self, name: str, value: str) -> Self:
        """Return the query with ``value`` of the filter ``name`` put on, or taken off."""
        if name in {"first", "signed"}:
            return self.but(**{name: not getattr(self, name)})
        values: tuple[str, ...] = getattr(self, name)
        new = [v for v in values if v != value] if value in values else [*values, value]
        return self.but(**{name: _READERS[name](new)})

    def unfiltered(self) -> Self:
        """Return the query with its words, order and view alone."""
        none: dict[str, Any] = dict.fromkeys(_READERS, ())
        return self.but(**none, least=None, most=None, first=False, signed=False)
