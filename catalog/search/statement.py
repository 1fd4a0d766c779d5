"""The one statement that finds works, their copies and what every filter would bring.

Which copies are on sale and what their delivery costs comes from the querysets that all pages use;
the rest is written out, because it has no like in the ORM: each copy is graded once, gets the bits
of the filters that it misses, and everything else is counted from that.
"""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Min

from books4all.lib.text import sort_title
from catalog.constants import Defect, SubjectScheme
from catalog.models import DeliveryRate, Listing
from catalog.search.query import PAGE_SIZE, Query
from catalog.search.text import asked, tsquery
from catalog.search.vocabulary import (
    CLASS_BITS,
    CONDITION_CLASSES,
    FORM_CLASSES,
    KIND_BITS,
    PERIODS,
    PRICE_BANDS,
    WITHOUT_BITS,
    Bit,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Sort,
    Without,
)


@dataclass(slots=True)
class Sql:
    """A statement in the making, with its parameters by name."""

    parts: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    def param(self, value: Any) -> str:
        """Add a parameter and return its placeholder."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def inline(self, text: str, params: Sequence[Any]) -> str:
        """Return ``text``, written for parameters by position, with parameters by name."""
        pieces = text.split("%s")
        names = [self.param(value) for value in params]
        return "".join(a + b for a, b in zip(pieces, [*names, ""], strict=True))


# Copies on sale, with what filters ask about. The names are in the order of the columns.
_COLUMNS = {
    "id": "pk",
    "work_id": "edition__work_id",
    "seller_id": "seller_id",
    "price_minor": "price_minor",
    "condition": "condition",
    "form": "edition__form",
    "language": "edition__language",
    "country": "seller__country",
    "signed": "signed",
    "first_edition": "first_edition",
    "rare": "rare",
    "on_demand": "print_on_demand",
    "defects": "defects",
    "listed_at": "listed_at",
}

_FAMILY = """
    RECURSIVE family (root, member) AS (
        SELECT id, id FROM catalog_subject WHERE scheme = {scheme}
        UNION
        SELECT family.root, child.id
        FROM family JOIN catalog_subject child ON child.parent_id = family.member
    )
"""

# A copy is graded once: its classes, its price to the visitor's door, then what it misses.
_COPIES = """
    on_sale ({names}) AS ({on_sale}),
    rates (seller_id, first_minor) AS MATERIALIZED ({rates}),
    graded AS (
        SELECT o.id, o.work_id, o.seller_id, o.listed_at, o.language, o.country,
            o.price_minor + r.first_minor AS landed, {condition} AS condition, {form} AS form,
            {period} AS period, o.condition = 'new' AS new, o.rare, o.first_edition AS first,
            o.signed, {ex_library} = ANY(o.defects) AS ex_library,
            {book_club} = ANY(o.defects) AS book_club, o.on_demand
        FROM on_sale o
        JOIN matches m ON m.work_id = o.work_id
        JOIN catalog_work w ON w.id = o.work_id
        LEFT JOIN rates r ON r.seller_id = o.seller_id
    ),
    banded AS (SELECT *, {price} AS price FROM graded),
    copies AS MATERIALIZED (SELECT *, {misses} AS misses FROM banded)
"""

_TOTALS = """
    found AS MATERIALIZED (
        SELECT work_id, min(landed) AS price, count(*) AS copies, max(listed_at) AS newest,
            min(landed) FILTER (WHERE new) AS new_price,
            min(landed) FILTER (WHERE NOT new) AS used_price,
            min(landed) FILTER (WHERE rare) AS rare_price
        FROM copies WHERE misses = 0 GROUP BY work_id
    ),
    page AS (
        SELECT m.work_id, f.price, coalesce(f.copies, 0) AS copies,
            f.new_price, f.used_price, f.rare_price,
            row_number() OVER (ORDER BY {order}) AS place
        FROM matches m {join} found f ON f.work_id = m.work_id
        JOIN catalog_work w ON w.id = m.work_id
        ORDER BY place LIMIT {limit} OFFSET {offset}
    )
"""

_ORDERS = {
    Sort.BEST: "m.score DESC",
    Sort.PRICE: "f.price ASC NULLS LAST, m.score DESC",
    Sort.NEWEST: "f.newest DESC NULLS LAST, m.score DESC",
    Sort.PUBLISHED: "w.first_published DESC NULLS LAST, m.score DESC",
}

_SELECT = """
    SELECT
        (SELECT json_build_array(
            count(*), coalesce(sum(copies), 0),
            (SELECT count(DISTINCT seller_id) FROM copies WHERE misses = 0),
            (SELECT count(*) FROM matches)) FROM found),
        (SELECT coalesce(json_agg(json_build_array(
            work_id, price, copies, new_price, used_price, rare_price) ORDER BY place), '[]')
            FROM page),
        (SELECT coalesce(json_agg(json_build_array(facet, value, n)), '[]') FROM ({counts}) counts),
        ({shelves})
"""

_FLAGS = """
    SELECT 'flag' AS facet, flag.name AS value, flag.n
    FROM (SELECT {counts} FROM copies) AS sums CROSS JOIN LATERAL (VALUES {pairs}) AS flag (name, n)
    WHERE flag.n > 0
"""

# A subject has the copies of its own works and of those of every subject under it, each once.
_SHELVES = """
    SELECT coalesce(json_agg(json_build_array(s.slug, s.name, parent.slug, shelf.n)
                             ORDER BY s.name, s.id), '[]')
    FROM (
        SELECT kin.root, sum(stock.n) AS n
        FROM (SELECT work_id, count(*) AS n FROM copies WHERE misses & ~{bit} = 0 GROUP BY work_id)
            AS stock
        JOIN (
            SELECT DISTINCT family.root, ws.work_id
            FROM family JOIN catalog_worksubject ws ON ws.subject_id = family.member
        ) AS kin ON kin.work_id = stock.work_id
        GROUP BY kin.root
    ) AS shelf
    JOIN catalog_subject s ON s.id = shelf.root
    LEFT JOIN catalog_subject parent ON parent.id = s.parent_id
    WHERE s.parent_id IS NULL OR parent.parent_id IS NULL
"""


def build(query: Query, text: str, work_ids: Sequence[int] | None) -> Sql:
    """Return the statement for ``query`` with the words of ``text`` (which may be corrected ones).

    ``work_ids`` replaces the words by certain works. The statement answers one row: totals (works,
    copies, sellers, works whatever their stock), the page, the counts, the subjects.
    """
    sql = Sql()
    unsold = bool(text or work_ids) and not query.filtered
    sql.parts = [
        "WITH " + _FAMILY.format(scheme=sql.param(SubjectScheme.SHELF)),
        f", matches AS MATERIALIZED ({_matches(sql, text, work_ids)})",
        "," + _copies(sql, query),
        "," + _TOTALS.format(
            order=f"f.work_id IS NULL, {_ORDERS[Sort(query.sort)]}, w.popularity DESC, m.work_id",
            join="LEFT JOIN" if unsold else "JOIN",
            limit=PAGE_SIZE,
            offset=(query.page - 1) * PAGE_SIZE,
        ),
        _SELECT.format(counts=_counts(), shelves=_SHELVES.format(bit=Bit.SUBJECT.value)),
    ]  # fmt: skip
    return sql


def _matches(sql: Sql, text: str, work_ids: Sequence[int] | None) -> str:
    """Return the works asked for, each with its score."""
    popular = "ln(2 + w.popularity)"
    if work_ids is not None:
        return (
            f"SELECT w.id AS work_id, {popular} AS score FROM catalog_work w"
            f" WHERE w.id = ANY({sql.param(list(work_ids))})"
        )
    required = asked(text)
    if not required:
        # Signs without a word ("???") match nothing; nothing typed means everything.
        nothing = " WHERE false" if text else ""
        return f"SELECT w.id AS work_id, {popular} AS score FROM catalog_work w{nothing}"
    asked_for = sql.inline(*tsquery(required))
    # A title that is just what was typed comes first, whoever else is popular.
    title = sql.param(sort_title(text))
    return (
        f"SELECT d.work_id, ts_rank(d.vector, {asked_for}) * {popular}"
        f" + CASE WHEN w.sort_title = {title} THEN 1000 ELSE 0 END AS score"
        " FROM catalog_searchdocument d JOIN catalog_work w ON w.id = d.work_id"
        f" WHERE d.vector @@ {asked_for}"
    )


def _copies(sql: Sql, query: Query) -> str:
    listings = Listing.objects.on_sale().order_by().values_list(*_COLUMNS.values())
    # What a parcel of one book costs: the querysets' rule, once a seller instead of once a copy.
    rates = (
        DeliveryRate.objects.applying_to(query.to)
        .order_by()
        .values("seller_id")
        .annotate(first=Min("first_minor"))
    )
    return _COPIES.format(
        names=", ".join(_COLUMNS),
        on_sale=sql.inline(*listings.query.sql_with_params()),
        rates=sql.inline(*rates.query.sql_with_params()),
        condition=_classes("o.condition", CONDITION_CLASSES),
        form=_classes("o.form", FORM_CLASSES, FormClass.OTHER),
        period=_steps("w.first_published", PERIODS, Period.C21),
        price=_steps("landed", PRICE_BANDS, PriceBand.FROM_100),
        ex_library=f"'{Defect.EX_LIBRARY}'",
        book_club=f"'{Defect.BOOK_CLUB}'",
        misses=" | ".join(_misses(sql, query)) or "0",
    )


def _classes(column: str, classes: Mapping[str, Sequence[str]], rest: str = "") -> str:
    """Return SQL for the class that a code belongs to. Codes are ours, never a visitor's."""
    whens = []
    for name, codes in classes.items():
        listed = ", ".join(f"'{code}'" for code in codes)
        whens.append(f"WHEN {column} IN ({listed}) THEN '{name}'")
    otherwise = f" ELSE '{rest}'" if rest else ""
    return f"CASE {' '.join(whens)}{otherwise} END"


def _steps(column: str, steps: Mapping[str, int], last: str) -> str:
    """Return SQL for the step that a number stands on; NULL for no number."""
    whens = " ".join(f"WHEN {column} < {end} THEN '{name}'" for name, end in steps.items())
    return f"CASE {whens} WHEN {column} IS NOT NULL THEN '{last}' END"


def _misses(sql: Sql, query: Query) -> list[str]:
    """Return SQL of the bit of each filter that is on, where a copy does not meet it."""
    wanted: list[tuple[Bit, str]] = []
    for name, bit in CLASS_BITS.items():
        if values := getattr(query, name):
            wanted.append((bit, f"{name} = ANY({sql.param(list(values))})"))
    if query.least or query.most:
        low = query.least.minor if query.least else 0
        high = query.most.minor if query.most else 2**62
        wanted.append((Bit.RANGE, f"landed BETWEEN {sql.param(low)} AND {sql.param(high)}"))
    if query.subject:
        wanted.append((Bit.SUBJECT, _of_subjects(sql, query.subject)))
    flags = {Kind.NEW: "new", Kind.USED: "NOT new", Kind.RARE: "rare"}
    wanted += [(KIND_BITS[Kind(kind)], flags[Kind(kind)]) for kind in query.kind]
    wanted += [(WITHOUT_BITS[Without(out)], f"NOT {out}") for out in query.without]
    if query.first:
        wanted.append((Bit.FIRST, "first"))
    if query.signed:
        wanted.append((Bit.SIGNED, "signed"))
    return [f"CASE WHEN {meets} THEN 0 ELSE {bit.value} END" for bit, meets in wanted]


def _of_subjects(sql: Sql, slugs: Sequence[str]) -> str:
    """Return SQL for the works of these subjects.

    A subject chosen together with one under it only leads there: it does not widen the choice.
    """
    chosen = sql.param(list(slugs))
    return f"""work_id IN (
        SELECT ws.work_id FROM catalog_worksubject ws
        JOIN family ON family.member = ws.subject_id
        JOIN catalog_subject top ON top.id = family.root AND top.slug = ANY({chosen})
        WHERE NOT EXISTS (
            SELECT FROM family below JOIN catalog_subject s ON s.id = below.member
            WHERE below.root = top.id AND below.member <> top.id AND s.slug = ANY({chosen})
        )
    )"""


def _counts() -> str:
    """Return SQL for the copies that each option would bring, its own filter left out."""
    groups = [
        f"SELECT '{name}' AS facet, {name}::text AS value, count(*) AS n FROM copies"
        f" WHERE {name} IS NOT NULL AND misses & ~{bit.value} = 0 GROUP BY {name}"
        for name, bit in CLASS_BITS.items()
    ]
    flags = [
        ("new", Bit.NEW, "new"), ("used", Bit.USED, "NOT new"), ("rare", Bit.RARE, "rare"),
        ("first", Bit.FIRST, "first"), ("signed", Bit.SIGNED, "signed"),
        ("ex_library", Bit.EX_LIBRARY, "NOT ex_library"),
        ("book_club", Bit.BOOK_CLUB, "NOT book_club"),
        ("on_demand", Bit.ON_DEMAND, "NOT on_demand"),
    ]  # fmt: skip
    counts = ", ".join(
        f"count(*) FILTER (WHERE ({yes}) AND misses & ~{bit.value} = 0) AS n_{name}"
        for name, bit, yes in flags
    )
    pairs = ", ".join(f"('{name}', n_{name})" for name, _, _ in flags)
    return " UNION ALL ".join([*groups, _FLAGS.format(counts=counts, pairs=pairs)])
