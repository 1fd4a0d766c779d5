"""Subjects: the tree of shelves, and one shelf with its books.

A shelf's books stand in ``SubjectWork`` in the order they are shown, and how many there are is the sum
of its ``SubjectTally``: no page counts or sorts the works of a subject.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from catalog.constants import SubjectScheme
from catalog.models import Subject, SubjectWork, Work
from catalog.querysets import WorkQuerySet
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import Page, bounds, page_number

BOOKS_A_PAGE = 24
# Thema has some thirty subjects under its fullest one.
MOST_CHILDREN = 200
# Deeper than any scheme goes; a loop of parents ends here.
MOST_ANCESTORS = 12

_COLUMNS = """
    s.id, s.parent_id, s.slug, s.name, s.description, s.scheme, s.code,
    coalesce((SELECT sum(t.works) FROM catalog_subjecttally t WHERE t.subject_id = s.id), 0)
"""
_TREE = f"""
    SELECT {_COLUMNS}
    FROM catalog_subject s
    WHERE s.scheme = %(scheme)s
    ORDER BY s.name, s.id
"""  # noqa: S608 - columns are ours
_TOP = f"""
    SELECT {_COLUMNS}
    FROM catalog_subject s
    WHERE s.scheme = ANY (%(schemes)s) AND s.parent_id IS NULL
        OR s.parent_id IN (
            SELECT id FROM catalog_subject WHERE scheme = ANY (%(schemes)s) AND parent_id IS NULL
        )
    ORDER BY s.name, s.id
    LIMIT 2000
"""  # noqa: S608 - columns are ours
# The subject, what is above it and what is right under it.
_FAMILY = f"""
    WITH RECURSIVE above (id, parent_id, steps) AS (
        SELECT id, parent_id, 0 FROM catalog_subject WHERE slug = %(slug)s
        UNION ALL
        SELECT s.id, s.parent_id, above.steps + 1
        FROM above JOIN catalog_subject s ON s.id = above.parent_id
        WHERE above.steps < {MOST_ANCESTORS}
    ),
    family (id, steps) AS (
        SELECT id, -steps FROM above
        UNION ALL
        SELECT * FROM (
            SELECT c.id, 1 FROM catalog_subject c
            JOIN above ON above.steps = 0 AND c.parent_id = above.id
            ORDER BY c.name LIMIT {MOST_CHILDREN}
        ) AS children
    )
    SELECT {_COLUMNS}, family.steps
    FROM family JOIN catalog_subject s ON s.id = family.id
    ORDER BY family.steps, s.name, s.id
"""  # noqa: S608 - columns and numbers are ours

_BEST_KNOWN = """
    SELECT wanted.id, ARRAY(
        SELECT sw.work_id FROM catalog_subjectwork sw WHERE sw.subject_id = wanted.id
        ORDER BY sw.popularity DESC, sw.work_id LIMIT %(count)s
    )
    FROM unnest(%(subjects)s::bigint[]) AS wanted (id)
"""


@dataclass(slots=True)
class Node:
    """A subject in the tree. ``works`` counts the books on it and on everything under it."""

    pk: int
    parent_id: int | None
    slug: str
    name: str
    description: str
    scheme: str
    code: str
    works: int
    children: list["Node"] = field(default_factory=list)

    @property
    def is_thema(self) -> bool:
        """Whether it is one of the trade's own subjects, which have codes that booksellers know."""
        return self.scheme == SubjectScheme.THEMA


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """A shelf: where it stands, what is under it, and its books."""

    subject: Node
    ancestors: Sequence[Node]
    books: Page[WorkCard]


def subject_tree(scheme: str = SubjectScheme.SHELF) -> dict[int, Node]:
    """Return all subjects of ``scheme`` by primary key, linked to their children, in one query.

    For schemes of some hundred subjects at most: the shop's own shelves.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TREE, {"scheme": scheme})
        return _linked(Node(*row) for row in cursor.fetchall())


def upper_levels(schemes: Sequence[str]) -> dict[str, list[Node]]:
    """Return the two upper levels of each of ``schemes``, by scheme, in one query.

    Subjects without a single book are left out, as nobody has use for an empty shelf.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOP, {"schemes": list(schemes)})
        nodes = _linked(Node(*row) for row in cursor.fetchall() if row[-1])
    found: dict[str, list[Node]] = {scheme: [] for scheme in schemes}
    for node in roots(nodes):
        found.setdefault(node.scheme, []).append(node)
    return found


def roots(tree: dict[int, Node]) -> list[Node]:
    """Return the subjects at the top of ``tree``, by name."""
    return [node for node in tree.values() if node.parent_id not in tree]


def subject_family(slug: str) -> tuple[Node, list[Node]]:
    """Return a subject with its children that have books, and its ancestors, the top first.

    Raises:
        Subject.DoesNotExist: there is no such subject.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, {"slug": slug})
        rows = cursor.fetchall()
    above = {row[0]: Node(*row[:-1]) for row in rows if row[-1] <= 0}
    if not above:
        raise Subject.DoesNotExist
    # In a loop of parents the subject stands among its own ancestors: its last place is its own.
    here = above.pop(next(row[0] for row in rows if row[-1] == 0))
    here.children = [Node(*row[:-1]) for row in rows if row[-1] == 1 and row[-2]]
    return here, list(above.values())


def subject_page(*, slug: str, country: str, number: int = 1) -> SubjectPage:
    """Read the page of the subject ``slug`` in two queries.

    Raises:
        Subject.DoesNotExist: there is no such subject.
    """
    here, ancestors = subject_family(slug)
    number = page_number(number)
    return SubjectPage(
        subject=here,
        ancestors=ancestors,
        books=Page(
            cards_for(_works_on(here.pk, bounds(number, BOOKS_A_PAGE)), country),
            number,
            BOOKS_A_PAGE,
            here.works,
        ),
    )


def best_known(
    shelves: Sequence[Node], *, country: str, count: int
) -> list[tuple[Node, list[WorkCard]]]:
    """Return each of ``shelves`` that has books with its ``count`` best-known ones; in two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_BEST_KNOWN, {"subjects": [shelf.pk for shelf in shelves], "count": count})
        works: dict[int, list[int]] = dict(cursor.fetchall())
    wanted = dict.fromkeys(work for found in works.values() for work in found)
    cards = {card.work.pk: card for card in cards_for(wanted, country)}
    return [
        (shelf, [cards[work] for work in works[shelf.pk] if work in cards])
        for shelf in shelves
        if works.get(shelf.pk)
    ]


def _works_on(subject: int, part: slice) -> WorkQuerySet:
    """Return works of a shelf in its order, to be read in one query with their prices."""
    places = SubjectWork.objects.filter(subject=subject).order_by("-popularity", "work")
    return Work.objects.filter(pk__in=places.values("work")[part]).by_popularity()


def _linked(nodes: Iterable[Node]) -> dict[int, Node]:
    tree = {node.pk: node for node in nodes}
    for node in tree.values():
        if node.parent_id in tree:
            tree[node.parent_id].children.append(node)
    return tree
