"""People, publishers, series and subjects that records name: found on the shelf, or made."""

from collections.abc import Sequence
from typing import Any

from books4all.lib.names import sound_key, spelling_key
from catalog.constants import NameKind
from catalog.importers.record import ContributorIn
from catalog.models import Person, PersonName, Publisher, Series, Subject
from catalog.services.imports.described import names_of
from catalog.services.imports.rows import Row, name_key
from catalog.services.imports.shelf import Shelf
from catalog.services.imports.slugs import ladder


def clean(text: str, longest: int) -> str:
    """Return a text without what PostgreSQL can't store, cut to ``longest`` characters."""
    if not text:
        return ""
    return text.replace("\0", "").strip()[:longest].strip()


def small(number: int | None) -> int | None:
    """Return a year that fits its column, or None."""
    return number if number is not None and -10_000 < number < 10_000 else None


class Names:
    """Finds and makes what records name, on one shelf."""

    def __init__(self, shelf: Shelf) -> None:
        """Find on ``shelf``, and put there what is new."""
        self.shelf, self.add = shelf, shelf.batch.add

    def known(self, contributor: ContributorIn) -> Row | None:
        """Return the person a contributor is by any name of theirs, and remember new names."""
        found = self.shelf.named(contributor)
        if not found:
            return None
        self._more_names(found[0], contributor, names_of(contributor))
        return found[0]

    def person(self, contributor: ContributorIn) -> Row:
        """Return the person a contributor is; a new one if nobody is."""
        if person := self.known(contributor):
            return person
        names = names_of(contributor)
        name = clean(contributor.name if contributor.name in names else names[0], 200)
        native = "" if name.isascii() else next((n for n in names if not _latin(n)), "")
        others = [clean(n, 200) for n in contributor.other_names if n in names and n != name]
        values = {
            "name": name,
            "sort_name": clean(contributor.inverted, 200) or name,
            "native_name": clean(native, 200) if native != name else "",
            "other_names": list(dict.fromkeys(others)),
            "born": small(contributor.born),
            "died": small(contributor.died),
            "slug": ladder(name, str(contributor.born or ""), fallback="person"),
        }
        person = self.add(Row(Person, values))
        person.extra = set()
        self._write_names(person)
        return person

    def _write_names(self, person: Row) -> None:
        """Write the names that a new person is found by, as catalog.services.people does."""
        given: list[tuple[str, NameKind]] = [
            (person["name"], NameKind.NAME),
            (person["native_name"], NameKind.NATIVE),
            *((name, NameKind.OTHER) for name in person["other_names"]),
            (person["sort_name"], NameKind.SORT),
        ]
        seen: set[object] = set()
        for name, kind in given:
            if not name or not spelling_key(name):
                continue
            keys = (spelling_key(name), sound_key(name))
            self.shelf.name_person(person, keys[0])
            if name in seen or (kind == NameKind.SORT and keys in seen):
                continue
            seen |= {name, keys}
            values: dict[str, Any] = {"person_id": person, "name": name, "kind": kind.value}
            values |= {"spelling": keys[0], "sound": keys[1]}
            self.add(Row(PersonName, values))

    def _more_names(self, person: Row, contributor: ContributorIn, names: Sequence[str]) -> None:
        """Remember spellings that are new, and years that were missing."""
        for name in names:
            spelling = spelling_key(name)
            if spelling in person.extra:
                continue
            kept = clean(name, 200)
            person.set("other_names", [*person["other_names"], kept])
            self.shelf.name_person(person, spelling)
            if person.is_new:
                # A known person's names are written anew when the row is.
                kinds: dict[str, Any] = {"kind": NameKind.OTHER.value, "spelling": spelling}
                kinds |= {"person_id": person, "name": kept, "sound": sound_key(name)}
                self.add(Row(PersonName, kinds))
        for column, year in (("born", contributor.born), ("died", contributor.died)):
            if year is not None and person[column] is None:
                person.set(column, small(year))

    def publisher(self, name: str) -> Row | None:
        """Return the publisher of this name, or None for no name."""
        key = name_key(name)
        if not key:
            return None
        if key not in self.shelf.publishers:
            name = clean(name, 200)
            values = {"name": name, "slug": ladder(name, fallback="publisher")}
            self.shelf.publishers[key] = self.add(Row(Publisher, values))
        return self.shelf.publishers[key]

    def series(self, name: str) -> Row:
        """Return the series of this name."""
        key = name_key(name)
        if key not in self.shelf.series:
            name = clean(name, 200)
            values = {"name": name, "slug": ladder(name, fallback="series")}
            self.shelf.series[key] = self.add(Row(Series, values))
        return self.shelf.series[key]

    def subject(self, key: tuple[str, str], heading: str) -> Row:
        """Return the subject with this scheme and code."""
        if key not in self.shelf.subjects:
            name = heading or key[1]
            values: dict[str, Any] = {"scheme": key[0], "code": key[1], "name": name}
            values["slug"] = ladder(name, key[1], key[0], fallback="subject")
            self.shelf.subjects[key] = self.add(Row(Subject, values))
        return self.shelf.subjects[key]


def _latin(name: str) -> bool:
    return any("a" <= c <= "z" for c in name.casefold())
