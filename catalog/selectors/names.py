"""Who a name may mean: people by every name and spelling of theirs, many names in one query."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from books4all.lib.names import Agreement, agreement, is_nobody, sound_key, spelling_key

# People looked at a name: there may be hundreds of J. Smiths, and a match needs other evidence then.
MOST_BY_SPELLING = 20
MOST_BY_SOUND = 40

_FIND = """
    SELECT asked.at, near.person_id, near.name, p.name, p.slug, p.born, p.died
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS asked (spelling, sound, at)
    CROSS JOIN LATERAL (
        (SELECT person_id, name FROM catalog_personname n WHERE n.spelling = asked.spelling
            ORDER BY n.spelling, n.person_id LIMIT %s)
        UNION
        (SELECT person_id, name FROM catalog_personname n
            WHERE n.sound = asked.sound AND asked.sound <> ''
            ORDER BY n.sound, n.person_id LIMIT %s)
    ) AS near
    JOIN catalog_person p ON p.id = near.person_id
"""


@dataclass(frozen=True, slots=True)
class Namesake:
    """A person whom a name may mean: ``matched`` is the name of theirs that agrees with it best."""

    person_id: int
    name: str
    slug: str
    matched: str
    agreement: Agreement
    born: int | None
    died: int | None


def find_by_names(names: Iterable[str]) -> dict[str, list[Namesake]]:
    """Return, for each of ``names`` as given, the people it may mean, the best agreement first.

    One query for all. Each person stands once a name. ``Agreement.SPELLING`` and above is the same
    name; ``INITIALS`` and ``SOUND`` need other evidence (a title, dates). Names of nobody
    ("unknown", "various", "????") are found for nobody, and every name asked for has a list.
    """
    asked = list(dict.fromkeys(names))
    found: dict[str, list[Namesake]] = {name: [] for name in asked}
    somebody = [name for name in asked if not is_nobody(name)]
    if not somebody:
        return found
    with connection.cursor() as cursor:
        keys = [[spelling_key(n) for n in somebody], [sound_key(n) for n in somebody]]
        cursor.execute(_FIND, [*keys, MOST_BY_SPELLING, MOST_BY_SOUND])
        rows = cursor.fetchall()
    best: defaultdict[str, dict[int, Namesake]] = defaultdict(dict)
    for at, person_id, matched, name, slug, born, died in rows:
        one = somebody[at - 1]
        how = agreement(one, matched)
        known = best[one].get(person_id)
        if how and (known is None or how > known.agreement):
            best[one][person_id] = Namesake(person_id, name, slug, matched, how, born, died)
    for one, people in best.items():
        found[one] = sorted(people.values(), key=lambda n: (-n.agreement, n.person_id))
    return found
