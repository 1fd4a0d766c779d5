"""A batch of rows: looked up, decided, written and reported in one transaction, in a fixed number of statements.

A row that changes nothing costs no write but a line of the report, and that only once.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.constants import InventoryMode, RowOutcome
from catalog.importers.stock.row import StockAction, StockRow
from catalog.models import InventoryImport, InventoryRow, Listing
from catalog.models.inventory import IMPORT_AND_SKU
from catalog.services import identical, stock, want_matching
from catalog.services.imports import rows as shared
from catalog.services.inventory import books, packing, shelves
from catalog.services.inventory.deciding import Decision, Scene, decide
from catalog.services.inventory.facts import Facts, facts_of

# Outcomes that may be told as the check told them: their lines then need no writing anew.
_SETTLED = frozenset(
    {RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.GONE, RowOutcome.UNCHANGED, RowOutcome.IGNORED}
)
_ROW_COLUMNS = (
    "inventory_import_id", "number", "line", "sku", "title", "author", "outcome", "changes",
    "problems", "data", "corrected",
)  # fmt: skip


class Told(NamedTuple):
    """What the report has of a row already; ``data`` is the row as somebody has corrected it."""

    pk: int
    outcome: str
    changes: Any
    data: Any

    def tells(self, one: Decision) -> bool:
        """Whether the line says what has become of its row."""
        return (
            self.outcome == one.outcome
            and one.outcome in _SETTLED
            and not one.facts.problems
            and self.changes == packing.plain(one.changes)
        )


def apply(
    inventory_import: InventoryImport, rows: Sequence[StockRow], *, dry_run: bool
) -> Counter[str]:
    """Deal with ``rows`` and write their report; return how many there are by outcome.

    Call it in the transaction that writes the position. A row that the database refuses is found by
    halving and refused; the others are taken.
    """
    known = _reported(inventory_import, rows)
    rows = [_as_corrected(row, known.get(row.number)) for row in rows]
    decisions = _apply(inventory_import, rows, dry_run=dry_run)
    report(inventory_import, decisions, known)
    return Counter(str(one.outcome) for one in decisions)


def _apply(
    inventory_import: InventoryImport, rows: Sequence[StockRow], *, dry_run: bool
) -> list[Decision]:
    try:
        with transaction.atomic():
            return _Batch(inventory_import, dry_run=dry_run).take(rows)
    except (DataError, IntegrityError, UnicodeError, OverflowError) as error:
        if len(rows) == 1:
            return [_unstorable(rows[0], error)]
        half = len(rows) // 2
        first = _apply(inventory_import, rows[:half], dry_run=dry_run)
        return first + _apply(inventory_import, rows[half:], dry_run=dry_run)


class _Batch:
    """A batch at work."""

    def __init__(self, inventory_import: InventoryImport, *, dry_run: bool) -> None:
        self.inventory_import, self.dry_run = inventory_import, dry_run
        self.seller_id = inventory_import.seller_id
        self.mode = inventory_import.mode
        self.now = timezone.now()
        self.found = books.Books()

    def take(self, rows: Sequence[StockRow]) -> list[Decision]:
        facts = [facts_of(row) for row in rows]
        self._refuse_repeated(facts)
        standing = shelves.by_sku(self.seller_id, {one.row.sku for one in facts if one.row.sku})
        for one in facts:
            if one.row.sku in standing:
                one.forgive()
        self._find_books(facts, standing)
        decisions = self._decide(facts, standing)
        if not self.dry_run:
            decisions = self._decide_locked(decisions)
        self._cap(decisions)
        if not self.dry_run:
            write(self.inventory_import, decisions, self.now)
        return decisions

    # ---- reading ----

    def _refuse_repeated(self, facts: Sequence[Facts]) -> None:
        """Refuse a SKU that stands in an earlier row too: which of the two is meant, nobody knows."""
        firsts = _first_rows(self.inventory_import, facts)
        for one in facts:
            sku, number = one.row.sku, one.row.number
            if not sku or one.row.action == StockAction.IGNORE:
                continue
            first = firsts.setdefault(sku, number)
            if first != number:
                one.fail(
                    "sku_repeated", "sku", sku,
                    _("Row %(n)d has this SKU too.") % {"n": first},
                    remedy=_("Keep one of the two, or give this copy a SKU of its own."),
                )  # fmt: skip

    def _find_books(self, facts: Sequence[Facts], standing: Mapping[str, shelves.Standing]) -> None:
        wanting = [one for one in facts if self._needs_book(one)]
        isbns = {isbn for one in wanting for isbn in one.isbns}
        self.found, left = books.look_up(wanting, standing, shelves.by_isbn(isbns))
        source = f"shop:{self.seller_id}"
        books.find_or_make(left, self.found, source=source, dry_run=self.dry_run)

    def _needs_book(self, one: Facts) -> bool:
        upsert = one.row.action == StockAction.UPSERT and one.quantity != 0
        return upsert and self.mode != InventoryMode.DELETE and not one.refused

    # ---- deciding ----

    def _decide(
        self, facts: Iterable[Facts], standing: Mapping[str, shelves.Standing]
    ) -> list[Decision]:
        pairs = [(one, standing.get(one.row.sku)) for one in facts]
        asked = {
            stands.pk
            for one, stands in pairs
            if stands is not None and self._may_be_sold(one, stands)
        }
        scene = Scene(self.mode, self.now, shelves.sales(asked))
        return [
            decide(
                one,
                stands,
                self.found.editions.get(one.row.number, 0),
                self.found.titles.get(one.row.number, ""),
                scene,
            )
            for one, stands in pairs
        ]

    def _may_be_sold(self, one: Facts, stands: shelves.Standing) -> bool:
        """Whether it matters what was sold of a listing: it gets more copies, or another book."""
        edition = self.found.editions.get(one.row.number, stands.edition_id)
        more = (1 if one.quantity is None else one.quantity) > stands.on_hand
        return more or edition != stands.edition_id

    def _decide_locked(self, decisions: list[Decision]) -> list[Decision]:
        """Lock what is to be changed; decide anew where it has changed since it was read."""
        wanted = {one.stands.pk for one in decisions if one.stands is not None and one.writes}
        if not wanted:
            return decisions
        locked = shelves.locked(wanted)
        stale: dict[str, shelves.Standing] = {}
        for one in decisions:
            if one.writes and one.stands is not None:
                now = locked.get(one.stands.sku)
                if now is not None and now != one.stands:
                    stale[one.stands.sku] = now
        if not stale:
            return decisions
        again = [one for one in decisions if one.facts.row.sku in stale and one.writes]
        anew = [facts_of(one.facts.row) for one in again]
        for facts in anew:
            facts.forgive()
        fresh = {one.facts.row.number: one for one in self._decide(anew, stale)}
        return [fresh.get(one.facts.row.number, one) for one in decisions]

    def _cap(self, decisions: Sequence[Decision]) -> None:
        """Refuse a third listing of what is materially one copy: two, and the rest as a quantity."""
        new = [one for one in decisions if one.outcome == RowOutcome.NEW]
        editions = {one.edition_id for one in new if one.edition_id > 0}
        there: dict[identical.IdenticalKey, set[int]] = {}
        if editions:
            there = identical.listed(seller_id=self.seller_id, edition_ids=editions)
        for one in new:
            others = there.setdefault(identical.identical_key(one.columns), set())
            if identical.too_many(others):
                one.facts.fail(
                    "listed_twice", "quantity", "",
                    _("You have %(n)d listings of exactly this copy already.") % {"n": len(others)},
                    remedy=_("Raise the quantity of one of them, or say what is different here."),
                )  # fmt: skip
                one.outcome, one.columns, one.counted = RowOutcome.REFUSED, {}, None
            else:
                others.add(-one.facts.row.number)


def _first_rows(inventory_import: InventoryImport, facts: Sequence[Facts]) -> dict[str, int]:
    """Return the SKUs of these rows that the report knows already, with the number of their first row."""
    with connection.cursor() as cursor:
        key = str(inventory_import.pk)
        cursor.execute(_FIRST, [[key + one.row.sku for one in facts if one.row.sku]])
        return dict(cursor.fetchall())


# --- Writing --------------------------------------------------------------------------------------


def write(inventory_import: InventoryImport, decisions: Sequence[Decision], now: datetime) -> None:
    """Put on the shelves what was decided; the listings to be changed are locked."""
    reference, actor = inventory_import.file_name, inventory_import.started_by
    new = [one for one in decisions if one.outcome == RowOutcome.NEW]
    columns, rows = _new_rows(inventory_import.seller_id, new, now)
    keys = stock.shelve(columns=columns, rows=rows, reference=reference, actor=actor)
    for one, key in zip(new, keys, strict=True):
        one.listing_id = key
    changed = [one for one in decisions if one.writes and one.outcome != RowOutcome.NEW]
    _update([one for one in changed if one.columns], now)
    counted = {one.stands.pk: one.counted for one in changed
               if one.stands is not None and one.counted is not None}  # fmt: skip
    if counted:
        stock.count(
            listings={one.stands.pk: (one.stands.on_hand, one.stands.held)
                      for one in changed if one.stands is not None},
            counted=counted, reference=reference, actor=actor,
        )  # fmt: skip
    offered = [one.listing_id for one in decisions if one.offers and one.listing_id]
    if offered:
        want_matching.match(listing_ids=offered)


def _new_rows(
    seller_id: int, new: Sequence[Decision], now: datetime
) -> tuple[list[str], list[list[Any]]]:
    """Return the columns of new listings and their values: what a row is silent of is the model's default."""
    fields = [f for f in Listing._meta.concrete_fields if not f.primary_key]  # noqa: SLF001 documented
    fixed: dict[str, Any] = {str(f.column): f.get_default() for f in fields}
    fixed |= {"seller_id": seller_id, "created_at": now, "updated_at": now, "held": 0}
    columns = list(fixed)
    rows = []
    for one in new:
        full = {**fixed, **one.columns, "sku": one.facts.row.sku, "on_hand": one.counted}
        rows.append([full[column] for column in columns])
    return columns, rows


def _update(changed: Sequence[Decision], now: datetime) -> None:
    columns = sorted({column for one in changed for column in one.columns})
    if not columns:
        return
    rows: list[dict[str, Any]] = []
    for one in changed:
        assert one.stands is not None
        stands = one.stands
        before = {**stands.columns, "status": stands.status, "edition_id": stands.edition_id,
                  "listed_at": stands.listed_at}  # fmt: skip
        rows.append({
            "id": stands.pk,
            **{name: one.columns.get(name, before[name]) for name in columns},
            "updated_at": now,
        })  # fmt: skip
    shared.rewrite(Listing, [*columns, "updated_at"], rows)


# --- The report -----------------------------------------------------------------------------------


def report(
    inventory_import: InventoryImport,
    decisions: Sequence[Decision],
    known: Mapping[int, Told],
) -> None:
    """Write what became of rows, in the place of what the check said of them."""
    lines = []
    for one in decisions:
        before = known.get(one.facts.row.number)
        if before is None or not before.tells(one):
            corrected = before is not None and before.data is not None
            lines.append(_line(inventory_import, one, corrected=corrected))
    again = [known[line[1]].pk for line in lines if line[1] in known]
    if again:
        with connection.cursor() as cursor:
            cursor.execute(_DROP, [again])
    shared.copy(InventoryRow, _ROW_COLUMNS, lines)


def _line(inventory_import: InventoryImport, one: Decision, *, corrected: bool) -> tuple[Any, ...]:
    row = one.facts.row
    authors = [c.name for c in row.book.contributors[:3]]
    refused = one.outcome == RowOutcome.REFUSED
    return (
        inventory_import.pk,
        row.number,
        row.line,
        _plain(row.sku)[:60],
        _plain(row.book.title or one.title)[:200],
        _plain(", ".join(authors) or row.book.contributor_statement)[:200],
        str(one.outcome),
        packing.plain(one.changes),
        packing.plain([{**asdict(p), "severity": str(p.severity)} for p in one.facts.problems]),
        packing.packed(row) if refused or corrected else None,
        corrected,
    )


def _reported(inventory_import: InventoryImport, rows: Sequence[StockRow]) -> dict[int, Told]:
    """Return what the report has of these rows already, by their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [[row.number for row in rows], inventory_import.pk])
        return {
            number: Told(
                pk,
                outcome,
                json.loads(changes) if changes != "{}" else {},
                json.loads(data) if data else None,
            )
            for pk, number, outcome, changes, data in cursor.fetchall()
        }


# Row by row by their own index: of a table that is just being filled the planner knows nothing, and
# would read all of the import's rows for each batch.
_KNOWN = """
    SELECT r.id, r.number, r.outcome, r.changes::text, CASE WHEN r.corrected THEN r.data::text END
    FROM unnest(%s::int[]) AS asked (number) CROSS JOIN LATERAL (
        SELECT * FROM catalog_inventoryrow
        WHERE inventory_import_id = %s AND number = asked.number LIMIT 1
    ) AS r
"""
_FIRST = f"""
    SELECT sku, min(number) FROM catalog_inventoryrow
    WHERE {IMPORT_AND_SKU} = ANY(%s) AND outcome <> 'ignored' GROUP BY sku
"""  # noqa: S608 an expression of ours
_DROP = "DELETE FROM catalog_inventoryrow WHERE id = ANY(%s)"


def _as_corrected(row: StockRow, known: Told | None) -> StockRow:
    """Return a row as somebody has corrected it on its page."""
    return row if known is None or known.data is None else packing.unpacked(known.data)


def _unstorable(row: StockRow, error: Exception) -> Decision:
    facts = facts_of(row)
    facts.fail(
        "not_storable", "", "",
        _("The database can’t hold a value of this row: %(why)s")
        % {"why": str(error).splitlines()[0][:200]},
        remedy=_("Correct the value and upload the row again."),
    )  # fmt: skip
    return Decision(facts, RowOutcome.REFUSED)


def _plain(text: str) -> str:
    return text.replace("\0", "")
