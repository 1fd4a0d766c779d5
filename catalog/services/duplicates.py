"""Likely duplicates: works of one title and author, people of one name in other letters.

Looked for in the database, a set at a time; what staff have decided is never asked again.
"""

from typing import Any

from django.db import connection, transaction

from books4all.lib.names import agreement, is_nobody
from catalog.constants import DoubtState, Mergeable
from catalog.models import Duplicate

# Pairs noted a run: more than staff can look at before the next.
MOST_A_RUN = 2000
# A name or title that more than so many rows share ("Poems", "John Smith") says nothing.
MOST_ALIKE = 8

# Works whose titles (folded, without the article) are one, and who share an author by any name in
# any spelling.
_WORKS = """
    WITH titles AS (
        SELECT sort_title FROM catalog_work WHERE sort_title <> ''
        GROUP BY sort_title HAVING count(*) > 1
    ),
    written AS (
        SELECT DISTINCT w.sort_title, w.id, n.spelling
        FROM titles JOIN catalog_work w USING (sort_title)
        JOIN catalog_contribution c ON c.work_id = w.id AND c.edition_id IS NULL AND c.role = 'A01'
        JOIN catalog_personname n ON n.person_id = c.person_id
    )
    SELECT DISTINCT ON (a.id, b.id) a.id, b.id, wa.title, wb.title, wa.author_line, wb.author_line
    FROM written a JOIN written b USING (sort_title, spelling)
    JOIN catalog_work wa ON wa.id = a.id JOIN catalog_work wb ON wb.id = b.id
    WHERE a.id < b.id
        AND NOT EXISTS (SELECT FROM catalog_duplicate d
            WHERE d.kind = 'work' AND d.first_id = a.id AND d.second_id = b.id)
    ORDER BY a.id, b.id LIMIT %s
"""

# People with a name of one spelling key, whose dates don't contradict.
_PEOPLE = """
    WITH alike AS (
        SELECT spelling FROM catalog_personname WHERE spelling LIKE '%% %%'
        GROUP BY spelling HAVING count(DISTINCT person_id) BETWEEN 2 AND %s
    ),
    named AS (SELECT DISTINCT person_id, spelling FROM alike JOIN catalog_personname USING (spelling))
    SELECT DISTINCT ON (a.person_id, b.person_id) a.person_id, b.person_id, p.name, q.name,
        EXISTS (
            SELECT FROM catalog_contribution c JOIN catalog_work w ON w.id = c.work_id
            JOIN catalog_work v ON v.sort_title = w.sort_title
            JOIN catalog_contribution d ON d.work_id = v.id
            WHERE c.person_id = p.id AND d.person_id = q.id
        ) AS same_book,
        p.born, q.born
    FROM named a JOIN named b USING (spelling)
    JOIN catalog_person p ON p.id = a.person_id JOIN catalog_person q ON q.id = b.person_id
    WHERE a.person_id < b.person_id
        AND coalesce(p.born = q.born, true) AND coalesce(p.died = q.died, true)
        AND NOT EXISTS (SELECT FROM catalog_duplicate x
            WHERE x.kind = 'person' AND x.first_id = p.id AND x.second_id = q.id)
    ORDER BY a.person_id, b.person_id LIMIT %s
"""


@transaction.atomic
def find() -> int:
    """Note pairs of works and of people that are likely one; returns how many are new.

    Pairs about rows that are gone, and that nobody has answered, are forgotten.
    """
    _forget_gone()
    fresh = [*_works(), *_people()]
    Duplicate.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _works() -> list[Duplicate]:
    return [
        Duplicate(
            kind=Mergeable.WORK,
            first_id=first,
            second_id=second,
            reason="same_title_and_author",
            score=90 if title == other and author == whose else 80,
            evidence=[_line("title", title, other), _line("author", author, whose)],
        )
        for first, second, title, other, author, whose in _rows(_WORKS, [MOST_A_RUN])
    ]


def _people() -> list[Duplicate]:
    found = []
    for first, second, name, other, same_book, born, born2 in _rows(
        _PEOPLE, [MOST_ALIKE, MOST_A_RUN]
    ):
        if is_nobody(name) or is_nobody(other):
            continue
        evidence = [_line("name", name, other)]
        score = 60
        if same_book:
            evidence.append(_line("a book of one title", "", ""))
            score += 30
        if born and born == born2:
            evidence.append(_line("born", born, born2))
            score += 20
        latin = name.isascii() == other.isascii()
        reason = "same_name" if latin and agreement(name, other) > 3 else "transliterated_name"
        found.append(
            Duplicate(
                kind=Mergeable.PERSON,
                first_id=first,
                second_id=second,
                reason=reason,
                score=score,
                evidence=evidence,
            )
        )
    return found


def _line(what: str, ours: object, theirs: object) -> dict[str, str]:
    return {"what": what, "ours": str(ours), "theirs": str(theirs)}


def _forget_gone() -> None:
    for kind, table in (("work", "catalog_work"), ("person", "catalog_person")):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                DELETE FROM catalog_duplicate d WHERE kind = %s AND state IN (%s, %s) AND (
                    NOT EXISTS (SELECT FROM {table} t WHERE t.id = d.first_id)
                    OR NOT EXISTS (SELECT FROM {table} t WHERE t.id = d.second_id))
                """,  # noqa: S608 the two tables above
                [kind, DoubtState.OPEN, DoubtState.LATER],
            )


def _rows(statement: str, params: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # It reads the whole catalogue, and at night.
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute(statement, params)
        return list(cursor.fetchall())
