"""Writing what suggestions read: the names of works, their authors and series, and their tiers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import connection

from books4all.lib.text import sort_title
from catalog.constants import Role
from catalog.models import Contribution, SeriesEntry, Work
from catalog.models.suggestions import TIERS, Suggested
from catalog.search.text import stored, words

BATCH = 2_000
KEY_LENGTH = 120
# Spellings of a name that lead to its books too.
MOST_VARIANTS = 8

Row = tuple[int, int, int, str, str]

# Rows that stay as they are are not written: most changes are of copies, not of names. What a
# person or a series weighs is summed up by settle(); a new one starts with the work it came with.
_WRITE = """
    INSERT INTO catalog_suggestion (kind, object_id, weight, tier, key, names, words)
    SELECT t.kind, t.id, t.weight, 3, t.key, t.names, array_to_tsvector(string_to_array(t.names, ' '))
    FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])
        AS t (kind, id, weight, key, names)
    ORDER BY t.kind, t.id
    ON CONFLICT (kind, object_id) DO UPDATE SET
        weight = CASE EXCLUDED.kind WHEN 1 THEN EXCLUDED.weight ELSE catalog_suggestion.weight END,
        key = EXCLUDED.key, names = EXCLUDED.names, words = EXCLUDED.words
    WHERE (catalog_suggestion.key, catalog_suggestion.names) <> (EXCLUDED.key, EXCLUDED.names)
        OR EXCLUDED.kind = 1 AND catalog_suggestion.weight <> EXCLUDED.weight
"""

_FORGET = """
    DELETE FROM catalog_suggestion s WHERE
        kind = 1 AND NOT EXISTS (SELECT FROM catalog_work o WHERE o.id = s.object_id)
        OR kind = 2 AND NOT EXISTS (SELECT FROM catalog_contribution o WHERE o.person_id = s.object_id)
        OR kind = 3 AND NOT EXISTS (SELECT FROM catalog_seriesentry o WHERE o.series_id = s.object_id)
"""
_WEIGH = """
    WITH weighed AS (
        SELECT 1 AS kind, w.id, w.popularity::bigint AS weight FROM catalog_work w
        UNION ALL
        SELECT 2, c.person_id, sum(w.popularity)
        FROM (SELECT DISTINCT person_id, work_id FROM catalog_contribution WHERE role = 'A01') c
        JOIN catalog_work w ON w.id = c.work_id GROUP BY c.person_id
        UNION ALL
        SELECT 3, e.series_id, sum(w.popularity)
        FROM catalog_seriesentry e JOIN catalog_work w ON w.id = e.work_id GROUP BY e.series_id
    )
    UPDATE catalog_suggestion s SET weight = weighed.weight FROM weighed
    WHERE s.kind = weighed.kind AND s.object_id = weighed.id AND s.weight <> weighed.weight
"""
_RANK = """
    UPDATE catalog_suggestion s SET tier = ranked.tier
    FROM (
        SELECT id, width_bucket(place, %s::bigint[]) AS tier
        FROM (
            SELECT id, row_number() OVER (PARTITION BY kind ORDER BY weight DESC, object_id) - 1 AS place
            FROM catalog_suggestion WHERE kind < 4
        ) AS placed
    ) AS ranked
    WHERE s.id = ranked.id AND s.tier <> ranked.tier
"""
# Words of what is well known, each as heavy as the heaviest that has it.
_WORDS = """
    WITH word AS (
        SELECT left(w, 60) AS word, max(s.weight) AS weight
        FROM catalog_suggestion s, unnest(string_to_array(s.names, ' ')) AS w
        WHERE s.tier < 3 AND length(w) >= 4 GROUP BY left(w, 60)
    ), gone AS (
        DELETE FROM catalog_suggestionword old
        WHERE NOT EXISTS (SELECT FROM word WHERE word.word = old.word)
    )
    INSERT INTO catalog_suggestionword AS w (word, weight) SELECT word, weight FROM word
    ON CONFLICT (word) DO UPDATE SET weight = EXCLUDED.weight WHERE w.weight <> EXCLUDED.weight
"""


def write(work_ids: Iterable[int]) -> None:
    """Write the rows of these works, their authors and their series, where they changed.

    Four statements a batch of works. catalog.search.index calls it where it writes their documents.
    """
    keys = sorted(set(work_ids))
    for at in range(0, len(keys), BATCH):
        rows = list(_rows(keys[at : at + BATCH]))
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def settle() -> None:
    """Weigh works, authors and series by popularity, and put every row into its tier.

    Daily, and after a great import: what is new stands in the last tier until then, where it is
    found when the tiers above have little to suggest.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_WEIGH)
        cursor.execute(_RANK, [list(TIERS)])
        # The planner guesses badly about a table that was just filled.
        cursor.execute("ANALYZE catalog_suggestion")
        cursor.execute(_WORDS)
        cursor.execute("ANALYZE catalog_suggestionword")


def _rows(work_ids: list[int]) -> Iterator[Row]:
    works = Work.objects.filter(pk__in=work_ids).only("title", "original_title", "popularity")
    authors, people = _people(work_ids)
    weights: dict[int, int] = {}
    for work in works:
        weights[work.pk] = work.popularity
        names = stored([work.title, work.original_title, *authors[work.pk]])
        yield from _row(Suggested.WORK, work.pk, work.popularity, work.title, names)
    for pk, (name, others, of) in people.items():
        weight = sum(weights.get(work, 0) for work in of)
        yield from _row(Suggested.AUTHOR, pk, weight, name, stored([name, *others]))
    series: dict[int, tuple[str, int]] = {}
    entries = SeriesEntry.objects.filter(work_id__in=work_ids).order_by("series_id")
    for work_id, pk, name in entries.values_list("work_id", "series_id", "series__name"):
        series[pk] = (name, series.get(pk, ("", 0))[1] + weights.get(work_id, 0))
    for pk, (name, weight) in series.items():
        yield from _row(Suggested.SERIES, pk, weight, name, stored([name]))


Person = tuple[str, list[str], set[int]]


def _people(work_ids: list[int]) -> tuple[dict[int, list[str]], dict[int, Person]]:
    """Return the authors' names of each work, and the authors with their other names and works."""
    authors: defaultdict[int, list[str]] = defaultdict(list)
    people: dict[int, Person] = {}
    rows = Contribution.objects.filter(
        work_id__in=work_ids, edition__isnull=True, role=Role.AUTHOR
    ).order_by("sequence", "pk")
    columns = ("work_id", "person_id", "person__name", "person__native_name", "person__other_names")
    for work_id, pk, name, native, others in rows.values_list(*columns):
        authors[work_id] += [name, native, *others[:MOST_VARIANTS]]
        people.setdefault(pk, (name, [native, *others], set()))[2].add(work_id)
    return authors, people


def _row(kind: Suggested, pk: int, weight: int, name: str, names: str) -> Iterator[Row]:
    """Yield the row of something that has a name in letters."""
    distinct = " ".join(dict.fromkeys(names.split()))
    if distinct:
        key = whole(name) if kind == Suggested.WORK else " ".join(words(name))
        yield (kind.value, pk, weight, key[:KEY_LENGTH], distinct)


def whole(title: str) -> str:
    """Return a title as it is compared as a whole: folded, without its leading article."""
    return " ".join(words(sort_title(title)))
