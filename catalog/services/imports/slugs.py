"""Slugs for many new rows at once: readable, unique, and the same however often a batch is tried."""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2s
from itertools import count

from django.db import connection, models

from books4all.lib.text import slug_for
from catalog.services.imports.rows import Row

NUMBERED = 9


@dataclass(frozen=True, slots=True)
class Ladder:
    """Slugs to try for a row, the plainest first: its name, then with each further part.

    The last ends in a digest of all parts, for names that a hundred others have.
    """

    parts: tuple[str, ...]
    fallback: str
    longest: int

    @property
    def first(self) -> str:
        """The plainest."""
        slug = slug_for(self.parts[0], fallback=self.fallback)
        return slug[: self.longest].strip("-")

    def steps(self) -> list[str]:
        """Return all of them."""
        steps = [self.first]
        further = [part for part in self.parts[1:] if part]
        for n in range(1, len(further) + 1):
            slug = slug_for(self.parts[0], *further[:n], fallback=self.fallback)
            steps.append(slug[: self.longest].strip("-"))
        last = steps[-1]
        steps += [f"{last[: self.longest - 2]}-{n}" for n in range(2, NUMBERED + 1)]
        said = "\0".join(self.parts).encode("utf-8", "replace")
        steps.append(f"{steps[0][: self.longest - 11]}-{blake2s(said, digest_size=5).hexdigest()}")
        return list(dict.fromkeys(steps))


def ladder(*parts: str, fallback: str, longest: int = 80) -> Ladder:
    """Return the slugs to try for a row called by the first of ``parts``."""
    return Ladder(parts, fallback, longest)


def give(rows: list[Row]) -> None:
    """Give new rows of one model, whose ``slug`` is a ladder, the first slug of it that is free."""
    if not rows:
        return
    model = rows[0].model
    firsts = {row: row.values["slug"].first for row in rows}
    taken = _taken(model, set(firsts.values()))
    # Those whose first is gone, or will be.
    often = Counter(firsts.values())
    steps_of = {
        row: row.values["slug"].steps() if often[first] > 1 or first in taken else [first]
        for row, first in firsts.items()
    }
    taken |= _taken(model, {slug for steps in steps_of.values() for slug in steps[1:]})
    for row, steps in steps_of.items():
        slug = next((step for step in steps if step not in taken), "")
        numbers = count(2)
        while not slug:
            # More of one name, and of one digest, than any ladder foresees: count on.
            further = f"{steps[-1][:70]}-{next(numbers)}"
            slug = "" if further in taken or _taken(model, {further}) else further
        row.values["slug"] = slug
        taken.add(slug)


def _taken(model: type[models.Model], slugs: set[str]) -> set[str]:
    if not slugs:
        return set()
    table = model._meta.db_table  # noqa: SLF001 documented
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT slug FROM "{table}" WHERE slug = ANY(%s)',  # noqa: S608 a name of a table
            [sorted(slugs)],
        )
        return {row[0] for row in cursor.fetchall()}
