"""What is asked for: read from an address, and written back in its one canonical form."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, Self, TypeVar
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
# Years that an edition may be of; before Christ they are negative.
YEARS = range(-3000, 2101)

_End = TypeVar("_End", int, Money)

_AMOUNT = re.compile(
    r"\s*[£€$]?\s*(?:[0-9]{1,7}|[0-9]{1,3},[0-9]{3}|[0-9](?:,[0-9]{3}){2})(?:[.][0-9]{1,2})?\s*"
)


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
    matched = _AMOUNT.fullmatch(text)
    if not matched:
        raise ValueError(_("Use a point, like 4.50"))
    return Money.parse(matched[0], currency)


def _year(text: str) -> int | None:
    """Return what was typed as a year; nothing for nothing.

    Raises:
        ValueError: not a year that a book may be of.
    """
    if not text.strip():
        return None
    if not re.fullmatch(r"\s*-?[0-9]{1,4}\s*", text) or int(text) not in YEARS:
        raise ValueError(_("Use a year, like 1925"))
    return int(text)


def _between(
    params: Params,
    names: tuple[str, str],
    read: Callable[[str], _End | None],
    problems: dict[str, str],
) -> tuple[_End | None, _End | None]:
    """Read the two ends of a range, in their order; note in ``problems`` what can't be read."""
    ends: list[_End | None] = []
    for name in names:
        try:
            ends.append(read(params.get(name, "")))
        except ValueError as error:
            problems[name] = str(error)
            ends.append(None)
    low, high = ends
    return (high, low) if low is not None and high is not None and high < low else (low, high)


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


# Parameters that are on ("1") or off.
FLAGS = ("first", "signed", "jacket")
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

    ``text`` empty means everything on sale. ``year_min`` and ``year_max`` are those of the edition,
    or the work's where the edition has none. Values of one filter are alternatives; different
    filters must all be met by one and the same copy. ``exact`` searches for the words as typed,
    whatever they may have been meant to be. ``problems`` says what could not be read, by
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
    year_min: int | None = None
    year_max: int | None = None
    first: bool = False
    signed: bool = False
    jacket: bool = False
    without: tuple[str, ...] = ()
    sort: str = Sort.BEST
    view: str = View.COVERS
    exact: bool = False
    page: int = 1
    problems: Mapping[str, str] | None = None

    @classmethod
    def from_params(cls, params: Params, *, to: str) -> Self:
        """Read the parameters of a page or an endpoint. What is unknown or wrong is left out."""
        problems: dict[str, str] = {}
        currency = settings.MARKETPLACE_CURRENCY
        least, most = _between(
            params, ("min", "max"), partial(_amount, currency=currency), problems
        )
        year_min, year_max = _between(params, ("year_min", "year_max"), _year, problems)
        page, sort, view = params.get("page", ""), params.get("sort", ""), params.get("view", "")
        text = clean(params.get("q", ""))
        chosen: dict[str, Any] = {
            name: read(params.getlist(name)) for name, read in _READERS.items()
        }
        return cls(
            text=text,
            to=to,
            least=least if least and least.minor else None,
            most=most,
            year_min=year_min,
            year_max=year_max,
            **{name: params.get(name, "") == "1" for name in FLAGS},
            sort=sort if sort in Sort.values else Sort.BEST,
            view=view if view in View.values else View.COVERS,
            exact=bool(text) and params.get("exact", "") == "1",
            page=min(LAST_PAGE, max(1, int(page))) if re.fullmatch("[0-9]{1,5}", page) else 1,
            problems=problems,
            **chosen,
        )

    @property
    def filtered(self) -> bool:
        """Whether any filter is on."""
        return bool(
            self.least or self.most or self.year_min is not None or self.year_max is not None
            or any(getattr(self, name) for name in FLAGS)
            or any(getattr(self, name) for name in _READERS)
        )  # fmt: skip

    @property
    def leads_on(self) -> bool:
        """Whether related searches are worth showing: on the first page of words alone."""
        return bool(self.text) and self.page == 1 and not self.filtered

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameters in their canonical order, without those that say nothing."""
        pairs = [("q", self.text)]
        for name in _READERS:
            pairs += [(name, value) for value in getattr(self, name)]
        pairs += [
            ("min", f"{self.least.amount:f}" if self.least else ""),
            ("max", f"{self.most.amount:f}" if self.most else ""),
            ("year_min", "" if self.year_min is None else str(self.year_min)),
            ("year_max", "" if self.year_max is None else str(self.year_max)),
            *((name, "1" if getattr(self, name) else "") for name in FLAGS),
            ("sort", self.sort if self.sort != Sort.BEST else ""),
            ("view", self.view if self.view != View.COVERS else ""),
            ("exact", "1" if self.exact else ""),
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
        if name in FLAGS:
            return self.but(**{name: not getattr(self, name)})
        values: tuple[str, ...] = getattr(self, name)
        new = [v for v in values if v != value] if value in values else [*values, value]
        return self.but(**{name: _READERS[name](new)})

    def unfiltered(self) -> Self:
        """Return the query with its words, order and view alone."""
        none: dict[str, Any] = dict.fromkeys(_READERS, ())
        ends = dict.fromkeys(("least", "most", "year_min", "year_max"))
        return self.but(**none, **ends, **dict.fromkeys(FLAGS, False))
