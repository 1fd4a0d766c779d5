"""The names that people are found by, kept true to the rows of the people."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef

from books4all.lib.names import is_nobody, sound_key, spelling_key
from catalog.constants import NameKind
from catalog.models import Person, PersonName

BATCH = 2000


@transaction.atomic
def keep_names(person_ids: Iterable[int]) -> int:
    """Write the names of these people anew, and return how many there are.

    Call it in the transaction that wrote the people, after it. The people are locked in the order of
    their keys, so that of two changes at a time the later one's names stay.
    """
    keys = sorted(set(person_ids))
    return sum(_write(keys[at : at + BATCH]) for at in range(0, len(keys), BATCH))


def keep_all_names() -> int:
    """Write the names of people who have none, a batch a transaction; returns how many people.

    For rows that were loaded in bulk or changed by hand.
    """
    nameless = Person.objects.filter(
        ~Exists(PersonName.objects.filter(person=OuterRef("pk")))
    ).order_by("pk")
    keys = iter(list(nameless.values_list("pk", flat=True)))
    count = 0
    while batch := list(islice(keys, BATCH)):
        with transaction.atomic():
            _write(batch)
        count += len(batch)
    return count


def _write(keys: Sequence[int]) -> int:
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    rows = [row for person in people for row in names_of(person)]
    PersonName.objects.filter(person__in=keys).delete()
    PersonName.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def names_of(person: Person) -> Iterator[PersonName]:
    """Yield every name of ``person`` once; a sort name only if it tells more than the name."""
    given = [
        (person.name, NameKind.NAME),
        (person.native_name, NameKind.NATIVE),
        *((name, NameKind.OTHER) for name in person.other_names),
        (person.sort_name, NameKind.SORT),
    ]
    seen: set[object] = set()
    for name, kind in given:
        if is_nobody(name):
            continue
        keys = (spelling_key(name), sound_key(name))
        if name in seen or (kind == NameKind.SORT and keys in seen):
            continue
        seen |= {name, keys}
        yield PersonName(person=person, name=name, kind=kind, spelling=keys[0], sound=keys[1])
