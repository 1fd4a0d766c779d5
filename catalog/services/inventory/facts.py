"""What a row says of its copy, as columns of a listing: cut to their length, checked, compared."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.importers.problems import shorten
from catalog.importers.record import Problem, Severity
from catalog.importers.stock.row import StockRow
from catalog.services.imports.described import worldwide

SKU_LENGTH = 60
# Prices above this are a slip of the decimal point: a million pounds.
MOST_PRICE = 100_000_000
MOST_COPIES = 100_000

_TEXTS: dict[str, int] = {
    "notes": 4000, "private_notes": 4000, "shelf": 40, "edition_text": 120, "printing": 60,
    "keywords": 500,
}  # fmt: skip
_FLAGS = ("signed", "inscribed", "first_edition", "print_on_demand")
_CODES = ("condition", "jacket")
# Columns of a listing that a row may speak of, but for its edition, SKU, stock and state.
SPOKEN = (
    *_CODES, "defects", *_FLAGS, *_TEXTS, "categories", "weight_g", "cost_minor", "price_minor",
    "currency",
)  # fmt: skip
_WITH_PRICE = frozenset({"currency"})


_NAMELESS = frozenset({"book_unknown", "title_missing"})


@dataclass(slots=True)
class Facts:
    """What a row says. ``columns`` holds what it speaks of; ``quantity`` is None where it is silent."""

    row: StockRow
    isbns: tuple[str, ...] = ()
    columns: dict[str, Any] = field(default_factory=dict)
    quantity: int | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether something is so wrong that the row can't be taken."""
        return bool(self.problems) and any(p.severity == Severity.ERROR for p in self.problems)

    def forgive(self) -> None:
        """Drop what is missing to tell the book by: the copy is listed already, and stays with its book."""
        self.problems = [one for one in self.problems if one.code not in _NAMELESS]

    def fail(self, code: str, name: str, value: object, message: str, *, remedy: str) -> None:
        """Report what makes the row unusable; ``name`` is a field of StockRow, or "book.…"."""
        self._add(code, name, value, message, remedy, Severity.ERROR)

    def warn(self, code: str, name: str, value: object, message: str, *, remedy: str) -> None:
        """Report what is done otherwise than the row says."""
        self._add(code, name, value, message, remedy, Severity.WARNING)

    def _add(  # noqa: PLR0917 - the two faces above are keyword-only
        self, code: str, name: str, value: object, message: str, remedy: str, severity: Severity
    ) -> None:
        line = self.row.line
        self.problems.append(Problem(code, name, shorten(value), message, remedy, line, severity))


def facts_of(row: StockRow) -> Facts:
    """Return what ``row`` says, and what is wrong with it so far."""
    found = Facts(row, problems=list(row.problems))
    found.isbns = tuple([v for kind, v in worldwide(row.book.identifiers) if kind == "isbn"])
    found.columns = {name: value(getattr(row, name)) for name, value in _spoken(row.said)}
    for name, longest in _TEXTS.items():
        if len(text := getattr(row, name)) > longest:
            _shortened(found, name, text, longest)
    found.quantity = row.quantity
    _check(found)
    return found


@lru_cache(maxsize=256)
def _spoken(said: frozenset[str]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Return the columns that rows of a file speak of, each with what makes its value of the row's."""
    return tuple(
        (name, _VALUE[name])
        for name in SPOKEN
        if name in said or (name in _WITH_PRICE and "price_minor" in said)
    )


def _check(found: Facts) -> None:
    row = found.row
    if not row.sku and not row.refused:
        found.fail("sku_missing", "sku", "", _("The SKU is missing."),
                   remedy=_("Give the copy a number of your own."))  # fmt: skip
    elif len(row.sku) > SKU_LENGTH:
        found.fail(
            "sku_too_long", "sku", row.sku,
            _("The SKU is longer than %(n)d characters.") % {"n": SKU_LENGTH},
            remedy=_("Shorten it."),
        )  # fmt: skip
    price = found.columns.get("price_minor")
    if price is not None and not 0 < price <= MOST_PRICE:
        found.fail("price_impossible", "price_minor", price, _("The price can’t be right."),
                   remedy=_("Write it as 4.50."))  # fmt: skip
    currency = found.columns.get("currency")
    if price is not None and currency and currency != settings.MARKETPLACE_CURRENCY:
        # Baskets, orders and comparisons of prices are of one currency.
        found.fail("currency_foreign", "price_minor", currency,
                   _("Prices here are in %(ours)s, and this one is in %(theirs)s.")
                   % {"ours": settings.MARKETPLACE_CURRENCY, "theirs": currency},
                   remedy=_("Write the price in %(ours)s.") % {"ours": settings.MARKETPLACE_CURRENCY})  # fmt: skip
    if row.quantity is not None and not 0 <= row.quantity <= MOST_COPIES:
        found.fail("quantity_impossible", "quantity", row.quantity,
                   _("The number of copies can’t be right."), remedy=_("Write it as 1, 2, 3."))  # fmt: skip


def _shortened(found: Facts, name: str, text: str, longest: int) -> None:
    found.warn(
        "text_shortened", name, text,
        _("Longer than %(n)d characters: the rest was left out.") % {"n": longest},
        remedy=_("Shorten it if the end matters."),
    )  # fmt: skip


def _text(longest: int) -> Callable[[str], str]:
    return lambda text: text.replace("\0", "")[:longest].strip()


def _list(longest: int) -> Callable[[Iterable[str]], list[str]]:
    return lambda values: [value.replace("\0", "")[:longest] for value in values][:30]


def _same(value: Any) -> Any:
    return value


_VALUE: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(SPOKEN, _same),
    **{name: _text(longest) for name, longest in _TEXTS.items()},
    "defects": _list(16),
    "categories": _list(100),
}

# What a new listing has where its row is silent.
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys((*_CODES, *_TEXTS), ""),
    **dict.fromkeys(_FLAGS, False),
    "defects": [], "categories": [], "weight_g": None, "cost_minor": None, "price_minor": None,
    "currency": settings.MARKETPLACE_CURRENCY,
}  # fmt: skip
