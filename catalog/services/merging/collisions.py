"""Two rows that can't both stand after a merge: which one stays, and what it takes from the other.

A reader who reviewed both books has two reviews of one, say. Each kind of row has a rule here; what
has none keeps the row that stood on the kept side.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from catalog.constants import GRADES, ReviewStatus, WantStatus
from catalog.services.merging import rows
from catalog.services.merging.relations import Relation, Rule, rules_of
from catalog.services.merging.rows import Row


@dataclass(frozen=True, slots=True)
class Solution:
    """``stays`` and ``goes`` of a pair, what changes in the one that stays, and why in words."""

    stays: Row
    goes: Row
    words: str
    changes: Row = field(default_factory=dict)


Solver = Callable[[Row, Row], Solution]


def pairs(relation: Relation, rule: Rule, gone: Any, kept: Any) -> list[tuple[Row, Row]]:
    """Return pairs of rows (of ``gone``, of ``kept``) that ``rule`` forbids to stand together."""
    mine = _by_values(relation, rule, gone)
    theirs = _by_values(relation, rule, kept) if mine else {}
    found = [(row, theirs[values]) for values, row in mine.items() if values in theirs]
    # Only what is to be decided is locked on the kept side: it may have very many rows.
    key = rows.key_of(relation.model)
    locked = {
        row[key]: row
        for row in rows.read(relation.model, key, [row[key] for pair in found for row in pair])
    }
    return [
        (locked[a[key]], locked[b[key]]) for a, b in found if a[key] in locked and b[key] in locked
    ]


def all_pairs(relation: Relation, gone: Any, kept: Any) -> list[tuple[Row, Row]]:
    """Return the first pairs that any rule forbids: ask again when they are solved."""
    for rule in rules_of(relation):
        if found := pairs(relation, rule, gone, kept):
            return found
    return []


def _by_values(relation: Relation, rule: Rule, owner: Any) -> dict[tuple[Any, ...], Row]:
    manager = relation.model._base_manager  # noqa: SLF001 rows that a default manager hides move too
    keys = manager.filter(**{relation.field.attname: owner}).filter(rule.condition)
    found: dict[tuple[Any, ...], Row] = {}
    model = relation.model
    options: Any = model._meta  # noqa: SLF001
    columns = [str(options.get_field(name).column) for name in rule.columns]
    there = list(keys.values_list("pk", flat=True))
    for row in rows.read(model, rows.key_of(model), there, lock=False):
        values = tuple(_hashable(row[column]) for column in columns)
        if rule.nulls_distinct and None in values:
            continue
        found[values] = row
    return found


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def solve(model: type[Model], mine: Row, theirs: Row) -> Solution:
    """Decide between a row of the side that goes and one of the side that stays."""
    solver = SOLVERS.get(model._meta.label, _keep_theirs)  # noqa: SLF001
    return solver(mine, theirs)


def _keep_theirs(mine: Row, theirs: Row) -> Solution:
    return Solution(theirs, mine, _("The one on the kept side stays."))


def _filled(*columns: str) -> Solver:
    """Return a rule that keeps their row and fills what is empty in it."""

    def solver(mine: Row, theirs: Row) -> Solution:
        changes = {c: mine[c] for c in columns if mine[c] and not theirs[c]}
        return Solution(theirs, mine, _("The same on both sides: one stays."), changes)

    return solver


def _review(mine: Row, theirs: Row) -> Solution:
    """Keep what the reader wrote last; that they bought the book here holds for either."""
    newer, older = sorted((mine, theirs), key=lambda row: row["updated_at"], reverse=True)
    verified = {"verified": True} if older["verified"] else {}
    words = _("One reader, two reviews: what was written last stays.")
    return Solution(newer, older, words, verified)


# What a want may ask of a copy: less asks for more copies.
_DEMANDS = ("jacket", "signed", "first_edition", "no_ex_library", "no_print_on_demand")


def _want(mine: Row, theirs: Row) -> Solution:
    """Keep the one that has waited longer, on the wider of the two terms."""
    older, newer = sorted((mine, theirs), key=lambda row: row["created_at"])
    prices = (older["max_price_minor"], newer["max_price_minor"])
    grades = (older["least_condition"], newer["least_condition"])
    changes: Row = {
        "max_price_minor": None if None in prices else max(prices),
        "least_condition": "" if "" in grades else max(grades, key=lambda g: GRADES[g].rank),
    }
    changes |= {name: older[name] and newer[name] for name in _DEMANDS}
    if WantStatus.ACTIVE in (older["status"], newer["status"]):
        changes["status"] = WantStatus.ACTIVE.value
    return Solution(older, newer, _("One reader waits for both: on the wider terms."), changes)


def _list_item(mine: Row, theirs: Row) -> Solution:
    older, newer = sorted((mine, theirs), key=lambda row: row["created_at"])
    return Solution(older, newer, _("On one list twice: once is enough."))


def _subject(mine: Row, theirs: Row) -> Solution:
    """Keep theirs; two different main subjects are dealt with before (``before_moving``)."""
    changes = {"is_main": True} if mine["is_main"] and not theirs["is_main"] else {}
    return Solution(theirs, mine, _("Under the same subject: one stays."), changes)


def _doubt(mine: Row, theirs: Row) -> Solution:
    changes = (
        {} if theirs["state"] != "open" or mine["state"] == "open" else {"state": mine["state"]}
    )
    return Solution(theirs, mine, _("The same question twice: one stays."), changes)


SOLVERS: dict[str, Solver] = {
    "catalog.Contribution": _filled("name_as_printed"),
    "catalog.EditionSource": _keep_theirs,
    "catalog.Identifier": _filled("as_printed"),
    "catalog.MatchDoubt": _doubt,
    "catalog.ReadingListItem": _list_item,
    "catalog.Review": _review,
    "catalog.SeriesEntry": _filled("number", "position"),
    "catalog.Want": _want,
    "catalog.WorkSubject": _subject,
}


def published_rating(label: str, row: Row) -> int:
    """Return the rating that a review's row adds to its work's sums, 0 for none."""
    if label != "catalog.Review" or row["status"] != ReviewStatus.PUBLISHED or not row["work_id"]:
        return 0
    return int(row["rating"])
