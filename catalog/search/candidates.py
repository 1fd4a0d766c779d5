"""Works that may be what was meant, with the texts that tell."""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.search import statement
from catalog.search.documents import KEY
from catalog.search.filters import Filter, all_but_one_met, all_met, lexemes, misses
from catalog.search.sql import Sql
from catalog.search.statement import DOCUMENTS, OFFERS, TIERS

if TYPE_CHECKING:
    from catalog.search.asked import Attempt

# As many works as the ranking compares, most popular first.
RANKED, FILTERED = 300, 120
# Looser attempts bring fewer.
LOOSER = 120
# The sample by which it is guessed how many works there are.
GUESSED = 3
# With fewer by titles and names, words of descriptions are asked too.
FEW = 24
# Works of one title that are candidates however unpopular.
NAMESAKES = 60


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A work that an attempt found, before ranking.

    ``attempt`` is the place of the attempt that found it, counted over all rounds. ``called`` says
    that its title is one of the keys; ``told`` that only its description has the words. ``copies``
    is how many there are on sale, or with filters how many of them meet the filters. ``score`` is
    set by the ranking.
    """

    work_id: int
    titles: list[str]
    subtitle: str
    people: list[str]
    series: list[str]
    year: int | None
    popularity: int
    completeness: int
    tier: int
    copies: int = 0
    attempt: int = 0
    called: bool = False
    told: bool = False
    score: float = 0.0


_FOUND = """
    (SELECT DISTINCT ON (f.work_id) f.work_id, f.attempt, f.called, f.told, f.n, d.texts, d.year,
        d.popularity, d.completeness, d.tier, d.standing
    FROM ({found}) AS f JOIN {documents} d ON d.work_id = f.work_id
    ORDER BY f.work_id, f.called DESC, f.told, f.attempt)
"""

# Whether the words find anything at all when no work has a copy that meets the filters.
# Beside the works, a row an attempt: how many works of the guessing sample it finds, with all filters
# and with all but one; and whether the words find anything at all when no copy meets the filters.
_GUESSED = """
    UNION ALL SELECT 0, {number}, {matched}, false, ({near}), '', 0, 0, 0, 0, ({guess})
"""
_MATCHED = """
    NOT EXISTS (SELECT FROM ({found}) AS f) AND EXISTS (SELECT FROM {documents} d WHERE {words})
"""

Guess = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, most popular first. ``matched`` says that there are works, whatever the filters.

    ``guesses`` has for each attempt the works of a sample that meet all filters, and all but one.
    """

    candidates: list[Candidate]
    matched: bool
    guesses: dict[int, Guess]


def find(
    attempts: Sequence["Attempt"],
    filters: Sequence[Filter],
    sql: Sql,
    *,
    to: str,
    first: int = 0,
    most: int = RANKED,
) -> Found:
    """Return what the attempts find, in one statement: at least ``most`` works, and namesakes.

    ``filters`` are made with ``sql``; ``first`` is the number of the first attempt. The tiers are
    asked one after the other, each only while those before it had too little, so that a common word
    costs as little as a rare one.
    """
    making = _Making(sql, filters, most)
    for number, attempt in enumerate(attempts, start=first):
        making.add(number, attempt)
        making.most = min(most, LOOSER)
    return _read(statement.run(making.text(to), sql))


def most_popular(
    filters: Sequence[Filter], sql: Sql, *, to: str, most: int
) -> tuple[list[int], Guess]:
    """Return the keys of the ``most`` popular works on sale that meet the filters, and a guess."""
    making = _Making(sql, filters, most, on_sale=True)
    making.add_tiers("0", "")
    making.guess(0, "")
    found = _read(statement.run(making.text(to), sql))
    return [one.work_id for one in found.candidates[:most]], found.guesses[0]


class _Making:
    """The statement, tier by tier and attempt by attempt."""

    def __init__(
        self, sql: Sql, filters: Sequence[Filter], most: int, *, on_sale: bool = False
    ) -> None:
        self.sql = sql
        self.filters = filters
        self.most = most
        self.facets = lexemes(sql, all_met(filters), text=not on_sale)
        self.near = lexemes(sql, all_but_one_met(filters), text=not on_sale)
        self.tables: list[str] = []
        self.names: list[str] = []
        self.words: list[str] = []
        self.guesses: list[tuple[int, str, str]] = []

    def add(self, number: int, attempt: "Attempt") -> None:
        """Add an attempt."""
        query = self.sql.inline(attempt.sql, attempt.params)
        own = self.add_tiers(str(number), f"d.head @@ {query}")
        self.guess(number, f"d.head @@ {query}")
        self.words += [f"d.tier = {tier} AND d.head @@ {query}" for tier in TIERS]
        if attempt.keys:
            keys = self.sql.param(" | ".join(f"'{KEY}{key}'" for key in attempt.keys))
            marks = f"{number} AS attempt, true AS called, false AS told"
            for tier in TIERS:
                conditions = [f"d.tier = {tier}", f"d.head @@ {keys}::tsquery"]
                self._table(f"a{number}k{tier}", conditions, marks, NAMESAKES)
        if attempt.body:
            conditions = [f"d.body @@ {query}", _fewer(own, FEW)]
            marks = f"{number} AS attempt, false AS called, true AS told"
            self._table(f"a{number}b", conditions, marks, self.most)
            self.words.append(f"d.body @@ {query}")

    def add_tiers(self, number: str, condition: str) -> list[str]:
        """Add a condition on the head, or none, tier by tier; return the names of the tables.

        With filters each tier is asked for its most popular works first: mostly they are enough.
        """
        own: list[str] = []
        for tier in TIERS:
            marks = f"{number} AS attempt, false AS called, false AS told"
            parts = (f"LIMIT {2 * self.most}", f"OFFSET {2 * self.most}") if self.filters else ("",)
            for part, which in enumerate(parts):
                conditions = [f"d.tier = {tier}", condition, _fewer(own, self.most)]
                name = f"a{number}t{tier}p{part}"
                own.append(self._table(name, conditions, marks, self.most, which))
        return own

    def guess(self, number: int, condition: str) -> None:
        """Have a sample tell how many works there are."""
        guesses = [
            f"SELECT count(*) FROM {DOCUMENTS} d WHERE "
            + " AND ".join(filter(None, (statement.SAMPLES[GUESSED], condition, facets)))
            for facets in (self.facets, self.near)
        ]
        self.guesses.append((number, guesses[0], guesses[1] if self.filters else "0"))

    def _table(
        self, name: str, conditions: Sequence[str], marks: str, most: int, which: str = ""
    ) -> str:
        met = " AND ".join(f"({c})" for c in (*conditions, self.facets) if c)
        if self.filters:
            works = f"SELECT {OFFERS} FROM {DOCUMENTS} d WHERE {met}"
            works += f" ORDER BY d.standing DESC {which}" if which else ""
            select = f"""
                SELECT c.work_id, {marks}, count(*) AS n FROM {statement.copies(f"({works})")}
                WHERE {misses(self.filters)} = 0 GROUP BY c.work_id, c.standing
                ORDER BY c.standing DESC LIMIT {most}
            """
        else:
            select = f"""
                SELECT d.work_id, {marks}, d.copies AS n FROM {DOCUMENTS} d WHERE {met}
                ORDER BY d.standing DESC LIMIT {most}
            """
        self.tables.append(f"{name} AS MATERIALIZED ({select})")
        self.names.append(name)
        return name

    def text(self, to: str) -> str:
        """Return the statement."""
        shops = [statement.shops(self.sql, to)] if self.filters else []
        found = " UNION ALL ".join(
            f"SELECT work_id, attempt, called, told, n FROM {name}" for name in self.names
        )
        matched = "false"
        if self.filters and self.words:
            words = " OR ".join(f"({condition})" for condition in self.words)
            matched = _MATCHED.format(found=found, documents=DOCUMENTS, words=words)
        text = f"WITH {', '.join([*shops, *self.tables])} "
        text += _FOUND.format(found=found, documents=DOCUMENTS)
        for number, guess, near in self.guesses:
            text += _GUESSED.format(number=number, matched=matched, guess=guess, near=near)
            matched = "false"
        return text


def _fewer(names: Iterable[str], enough: int) -> str:
    """Return the condition that these tables have fewer rows than ``enough``."""
    counts = " + ".join(f"(SELECT count(*) FROM {name})" for name in names)
    return f"{counts} < {enough}" if counts else ""


def _read(rows: Sequence[tuple[Any, ...]]) -> Found:
    # Most popular first: the order that equals keep.
    found = sorted((row for row in rows if row[0]), key=lambda row: -row[-1])
    guessed = [row for row in rows if not row[0]]
    return Found(
        candidates=[_candidate(row) for row in found],
        matched=bool(found) or any(row[2] for row in guessed),
        guesses={row[1]: (row[-1], row[4]) for row in guessed},
    )


def _candidate(row: tuple[Any, ...]) -> Candidate:
    work_id, attempt, called, told, copies, texts, year, popularity, completeness, tier, _ = row
    titles, subtitle, people, series = json.loads(texts)
    return Candidate(
        work_id=work_id, titles=titles, subtitle=subtitle, people=people, series=series, year=year,
        popularity=popularity, completeness=completeness, tier=tier, copies=copies,
        attempt=attempt, called=called, told=told,
    )  # fmt: skip
