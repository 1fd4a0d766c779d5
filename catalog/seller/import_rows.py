"""Rows of a stock file as its page shows them: what changes, what is wrong, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books4all.lib.money import Money
from catalog.constants import Condition, Defect, Jacket, ListingStatus
from catalog.importers.stock.columns import FIELDS
from catalog.models import InventoryRow
from catalog.services.inventory import correcting

_LABELS = {
    "book": gettext_lazy("Book"), "on_hand": gettext_lazy("Copies"), "status": gettext_lazy("Status"),
    "price_minor": gettext_lazy("Price"), "currency": gettext_lazy("Currency"),
    "condition": gettext_lazy("Condition"), "jacket": gettext_lazy("Jacket"),
    "defects": gettext_lazy("Defects"), "signed": gettext_lazy("Signed"),
    "inscribed": gettext_lazy("Inscribed by the author"), "first_edition": gettext_lazy("First edition"),
    "print_on_demand": gettext_lazy("Printed on demand"), "notes": gettext_lazy("Description"),
    "private_notes": gettext_lazy("Private notes"), "shelf": gettext_lazy("Where it stands"),
    "edition_text": gettext_lazy("Edition, as stated"), "printing": gettext_lazy("Printing"),
    "keywords": gettext_lazy("Keywords"), "categories": gettext_lazy("Your categories"),
    "weight_g": gettext_lazy("Weight in grams"), "cost_minor": gettext_lazy("What it cost you"),
}  # fmt: skip
_WORDS: dict[str, dict[Any, Any]] = {
    "condition": dict(Condition.choices),
    "jacket": dict(Jacket.choices),
    "status": dict(ListingStatus.choices),
}
_INPUTS = {
    "price": gettext_lazy("Price"), "condition": gettext_lazy("Condition"), "title": gettext_lazy("Title"),
    "sku": gettext_lazy("SKU"), "quantity": gettext_lazy("Quantity"), "isbn": gettext_lazy("ISBN"),
    "author": gettext_lazy("Author"), "notes": gettext_lazy("Description"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A field, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An input of the row's correction: its name in the form, its words, what it says and what was wrong."""

    name: str
    kind: str
    label: str
    value: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a stock file."""

    row: InventoryRow
    changes: list[Change]
    asked: list[Asked]

    @property
    def problems(self) -> list[dict[str, Any]]:
        """What is wrong, the gravest first; ``about`` names the column that says something wrong."""
        gravest = sorted(self.row.problems, key=lambda one: one["severity"] != "error")
        return [{**one, "about": _about(one) if one["value"] else ""} for one in gravest]


def shown(
    row: InventoryRow,
    *,
    currency: str,
    errors: Mapping[tuple[int, str], str],
    typed: Mapping[str, str],
) -> ShownRow:
    """Return a row for its page; what was ``typed`` and could not be taken is kept."""
    # A price is said in the currency of its own side.
    was_in, is_in = (
        str(code or currency) for code in row.changes.get("currency", (currency, currency))
    )
    changes = [
        Change(
            str(_LABELS.get(name, name)), _words(name, before, was_in), _words(name, after, is_in)
        )
        for name, (before, after) in row.changes.items()
    ]
    names = list(correcting.asked_for(row.problems)) if row.data is not None else []
    if "title" in names and not row.author:
        names.append("author")
    asked = [_asked(row, name, errors, typed) for name in names]
    return ShownRow(row, changes, asked)


def _about(problem: Mapping[str, Any]) -> str:
    name = problem["field"]
    return str(_INPUTS.get(name) or FIELDS.get(name, name))


def _asked(
    row: InventoryRow, kind: str, errors: Mapping[tuple[int, str], str], typed: Mapping[str, str]
) -> Asked:
    name = f"row-{row.number}-{kind}"
    value = typed.get(name, correcting.said(row, kind))
    return Asked(name, kind, str(_INPUTS[kind]), value, errors.get((row.number, kind), ""))


def _words(name: str, value: Any, currency: str) -> str:
    if name in {"price_minor", "cost_minor"}:
        return "" if value is None else str(Money(int(value), currency))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "defects":
        labels = dict(Defect.choices)
        return ", ".join(str(labels.get(one, one)) for one in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if value is None:
        return ""
    return str(_WORDS.get(name, {}).get(value, value))
