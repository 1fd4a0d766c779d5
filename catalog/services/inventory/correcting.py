"""Rows mended on the page: what can be asked of a person, and how their answer is taken."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import ShopNotOpenError
from accounts.models import User
from accounts.services import activity
from books4all.lib import isbn as isbns
from catalog.constants import Condition, InventoryStatus, RowOutcome
from catalog.errors import ImportBusyError, ImportStateError
from catalog.importers.record import ContributorIn, IdentifierIn, Severity
from catalog.importers.stock import amounts
from catalog.importers.stock.row import StockRow
from catalog.models import InventoryImport, InventoryRow
from catalog.services.imports.locks import alone
from catalog.services.inventory import batches, packing, running
from catalog.services.inventory.facts import SKU_LENGTH

# The first word of a problem's code → what is asked for. What is not here can't be mended on the page.
_ASKED = {
    "price": "price", "currency": "price", "condition": "condition", "title": "title", "book": "title",
    "sku": "sku", "quantity": "quantity", "isbn": "isbn",
}  # fmt: skip
# Problems of which the row itself says nothing wrong: they go when the file is checked again.
_PASSING = frozenset({"held", "listed_twice", "sku_repeated", "sku_retired", "not_storable"})
_ASKED_OF_CODE = {"listed_twice": "notes", "isbn_unknown": "title"}

Corrections = Mapping[int, Mapping[str, str]]


@dataclass(slots=True)
class Corrected:
    """What came of corrections: rows by their outcome now, and answers that can't be taken."""

    outcomes: Counter[str] = field(default_factory=Counter)
    # (row, input) → what is wrong with the answer.
    errors: dict[tuple[int, str], str] = field(default_factory=dict)


def asked_for(problems: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the inputs that a row's problems ask for, each with its problem."""
    found: dict[str, Mapping[str, Any]] = {}
    for problem in problems:
        if problem["severity"] != Severity.ERROR:
            continue
        name = _input_of(problem["code"])
        if name:
            found.setdefault(name, problem)
    return found


def said(row: InventoryRow, name: str) -> str:
    """Return what a row says of an input now, as a person would type it."""
    data: dict[str, Any] = row.data or {}
    book = data.get("book", {})
    problem = asked_for(row.problems).get(name)
    shown = str(problem["value"]) if problem else ""
    values: dict[str, Any] = {
        "sku": row.sku,
        "title": book.get("title", ""),
        "author": ", ".join(one["name"] for one in book.get("contributors", ())),
        "condition": data.get("condition", ""),
        "notes": data.get("notes", ""),
    }
    return str(values.get(name, shown) or shown)


def correct(
    *, inventory_import: InventoryImport, corrections: Corrections, actor: User | None
) -> Corrected:
    """Take answers for rows that need a correction, and check these rows anew.

    Of a file that is on the shelves already the mended rows are published at once.

    Raises:
        ImportBusyError: another file of the shop is being worked on.
        ImportStateError: the file is neither checked nor published.
        ShopNotOpenError: it is published, and the shop is not approved any more.
    """
    with alone((running.LOCK, inventory_import.seller_id)) as mine, transaction.atomic():
        if not mine:
            raise ImportBusyError(running.busy(inventory_import))
        found = (
            InventoryImport.objects.select_related("seller", "started_by")
            .select_for_update(of=("self",))
            .get(pk=inventory_import.pk)
        )
        if found.status not in {InventoryStatus.CHECKED, InventoryStatus.PUBLISHED}:
            raise ImportStateError(_("Wait until the file has been checked."))
        if found.status == InventoryStatus.PUBLISHED and not found.seller.is_approved:
            raise ShopNotOpenError
        return _correct(found, corrections, actor)


def _correct(found: InventoryImport, corrections: Corrections, actor: User | None) -> Corrected:
    made = Corrected()
    refused = found.rows.filter(outcome=RowOutcome.REFUSED, number__in=list(corrections))
    mended: list[InventoryRow] = []
    for line in refused.order_by("number").exclude(data=None):
        row = packing.unpacked(line.data or {})
        # What stands there as it stood is no answer.
        given = corrections[line.number].items()
        answers = {name: text for name, text in given if text.strip() != said(line, name)}
        if not answers:
            continue
        errors = mend(row, answers)
        made.errors |= {(line.number, name): why for name, why in errors.items()}
        if not errors:
            line.data, line.corrected = packing.packed(row), True
            mended.append(line)
    if not mended:
        return made
    InventoryRow.objects.bulk_update(mended, ["data", "corrected"])
    dry_run = found.status == InventoryStatus.CHECKED
    rows = [packing.unpacked(line.data or {}) for line in mended]
    made.outcomes = batches.apply(found, rows, dry_run=dry_run)
    figures = Counter(found.checked if dry_run else found.counts)
    figures[RowOutcome.REFUSED.value] -= len(mended)
    figures += made.outcomes
    if dry_run:
        found.checked = dict(figures)
    else:
        found.counts = dict(figures)
    found.save(update_fields=["checked", "counts", "updated_at"])
    activity.record(
        seller=found.seller, actor=actor, action="stock.corrected", subject=found.file_name,
        rows=len(mended),
    )  # fmt: skip
    return made


def mend(row: StockRow, answers: Mapping[str, str]) -> dict[str, str]:
    """Put answers into a row, and drop what was wrong there; return what can't be taken, by input."""
    errors: dict[str, str] = {}
    for name, answer in answers.items():
        setter = _SETTERS.get(name)
        if setter is None:
            continue
        if error := setter(row, answer.replace("\0", "").strip()):
            errors[name] = error
        else:
            row.problems = [p for p in row.problems if _input_of(p.code) != name]
    row.problems = [p for p in row.problems if p.code not in _PASSING]
    return errors


def _input_of(code: str) -> str:
    return _ASKED_OF_CODE.get(code, _ASKED.get(code.partition("_")[0], ""))


def _speak(row: StockRow, *names: str) -> None:
    row.said = row.said | set(names)


def _price(row: StockRow, text: str) -> str:
    found = amounts.price(text, settings.MARKETPLACE_CURRENCY, ".")
    if found.wrong or not text:
        return _("Use a point, like 4.50")
    row.price_minor, row.currency = found.minor, found.currency
    _speak(row, "price_minor", "currency")
    return ""


def _condition(row: StockRow, text: str) -> str:
    if text not in Condition.values:
        return _("Choose a condition.")
    row.condition = text
    _speak(row, "condition")
    return ""


def _quantity(row: StockRow, text: str) -> str:
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        return _("Write a number, like 1.")
    row.quantity = int(text)
    _speak(row, "quantity")
    return ""


def _sku(row: StockRow, text: str) -> str:
    if not text:
        return _("Give the copy a number of your own.")
    if len(text) > SKU_LENGTH:
        return _("At most %(n)d characters.") % {"n": SKU_LENGTH}
    row.sku = text
    return ""


def _title(row: StockRow, text: str) -> str:
    if not text:
        return _("Write the title.")
    row.book.title = text[:500]
    _speak(row, "book.title")
    return ""


def _author(row: StockRow, text: str) -> str:
    if text and not row.book.contributors:
        row.book.contributors = [ContributorIn(text[:200])]
    return ""


def _notes(row: StockRow, text: str) -> str:
    row.notes = text
    _speak(row, "notes")
    return ""


def _isbn(row: StockRow, text: str) -> str:
    others = [one for one in row.book.identifiers if one.type not in {"02", "15", "03"}]
    if text:
        number = isbns.to_isbn13(text)
        if not number:
            return _("This is not an ISBN: its last digit does not fit the others.")
        others.append(IdentifierIn("15", number, as_printed=text[:80]))
    row.book.identifiers = others
    return ""


_SETTERS: dict[str, Callable[[StockRow, str], str]] = {
    "price": _price, "condition": _condition, "quantity": _quantity, "sku": _sku, "title": _title,
    "author": _author, "notes": _notes, "isbn": _isbn,
}  # fmt: skip
