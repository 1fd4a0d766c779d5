"""Who made a work, and who an edition of it: the contributions that a record names."""

from collections.abc import Sequence
from dataclasses import dataclass

from books4all.lib.names import spelling_key
from catalog.importers.record import BookRecord, ContributorIn
from catalog.models import Contribution
from catalog.services.imports.described import names_of
from catalog.services.imports.naming import Names, clean
from catalog.services.imports.rows import Batch, Row
from catalog.services.imports.shelf import WorkFacts

# Parts in the work itself; the others (translators, illustrators, readers) are an edition's.
WORK_ROLES = frozenset(
    {"A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A38"}
)
_AUTHOR = "A01"
MOST_CONTRIBUTORS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part in the book that a record names, and the person if they are known."""

    contributor: ContributorIn
    role: str
    known: Row | None

    @property
    def of_work(self) -> bool:
        """Whether it is a part in the work itself."""
        return self.role in WORK_ROLES


class Contributions:
    """Writes the contributions of records on one batch."""

    def __init__(self, batch: Batch, names: Names) -> None:
        """Write to ``batch``, with the people of ``names``."""
        self.batch, self.names = batch, names

    def contribute(self, record: BookRecord, edition: Row, work: Row, *, replace: bool) -> bool:
        """Give the work its authors and the edition its translators, and return whether that is new.

        A work that has authors keeps them: one edition's file does not decide for all, but where it
        is the only one. Who else stands in the file is the edition's.
        """
        facts: WorkFacts = work.extra
        scene = _Scene(
            edition=edition,
            there=[part for part in facts.contributions if not part.dropped],
            replace=replace,
            alone=facts.edition_count <= 1,
        )
        wanted = self._wanted(record)
        changed = self._drop(scene, wanted)
        for one in wanted:
            where = scene.place(one)
            if scene.stands(one, where) or not scene.may_add(one, where):
                continue
            changed = True
            self._add(work, where, one)
        if changed:
            work.set("author_line", author_line(facts.contributions))
        return changed

    def _wanted(self, record: BookRecord) -> list[Wanted]:
        found: dict[tuple[object, str], Wanted] = {}
        for one in record.contributors[:MOST_CONTRIBUTORS]:
            if not names_of(one):
                continue
            known = self.names.known(one)
            for role in one.roles:
                # Who is not known yet is told apart by name: nobody is made who isn't needed.
                key = (known or spelling_key(names_of(one)[0]), role[:3])
                found.setdefault(key, Wanted(one, role[:3], known))
        return list(found.values())

    def _drop(self, scene: "_Scene", wanted: Sequence[Wanted]) -> bool:
        """Take away who the source no longer names, of what it may decide about."""
        if not scene.replace or not wanted or scene.edition.is_new:
            return False
        named = {(one.known, one.role) for one in wanted}
        dropped = False
        for part in scene.there:
            if scene.decides(part) and (part["person_id"], part["role"]) not in named:
                part.dropped = dropped = True
                if not part.is_new:
                    self.batch.removed.append(part)
        return dropped

    def _add(self, work: Row, edition: Row | None, wanted: Wanted) -> None:
        person = self.names.person(wanted.contributor)
        printed = clean(wanted.contributor.name, 200)
        values = {
            "work_id": work,
            "edition_id": edition,
            "person_id": person,
            "role": wanted.role,
            "sequence": max(1, min(wanted.contributor.sequence, 30_000)),
            "name_as_printed": "" if printed == person["name"] else printed,
        }
        work.extra.contributions.append(self.batch.add(Row(Contribution, values)))


@dataclass(frozen=True, slots=True)
class _Scene:
    """An edition, who is named already, and how far the source may decide."""

    edition: Row
    there: list[Row]
    replace: bool
    alone: bool

    def place(self, one: Wanted) -> Row | None:
        """Return where a contribution belongs: None for the work, else the edition."""
        if not one.of_work:
            return self.edition
        has_authors = any(part["edition_id"] is None for part in self.there)
        return None if not has_authors or (self.replace and self.alone) else self.edition

    def stands(self, one: Wanted, where: Row | None) -> bool:
        """Whether it is there already, of the work or where it belongs."""
        return any(
            part["person_id"] is one.known
            and part["role"] == one.role
            and (part["edition_id"] is None or (where is not None and self._is_ours(part)))
            for part in self.there
            if not part.dropped
        )

    def may_add(self, one: Wanted, where: Row | None) -> bool:
        """Whether it fills a gap, or the source may overwrite."""
        if self.replace or self.edition.is_new:
            return True
        if one.of_work:
            return where is None
        return not any(
            part["role"] == one.role and (part["edition_id"] is None or self._is_ours(part))
            for part in self.there
            if not part.dropped
        )

    def decides(self, part: Row) -> bool:
        """Whether the source may take a contribution away."""
        return (self.alone and part["edition_id"] is None) or self._is_ours(part)

    def _is_ours(self, part: Row) -> bool:
        where = part["edition_id"]
        return where is not None and (where is self.edition or where == self.edition.key)


def author_line(parts: Sequence[Row]) -> str:
    """Return the authors as a title page has them, as catalog.services.works does."""
    authors = [
        p for p in parts if p["role"] == _AUTHOR and p["edition_id"] is None and not p.dropped
    ]
    names = [p["person_id"]["name"] for p in sorted(authors, key=lambda p: p["sequence"])]
    if len(names) > 3:
        return f"{names[0]} and others"[:300]
    *rest, last = names or [""]
    return f"{', '.join(rest)} and {last}"[:300] if rest else last[:300]
