"""Subjects: the tree of shelves, and one shelf with its books."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from catalog.constants import SubjectScheme
from catalog.models import Subject, Work, WorkSubject
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import Page, bounds, page_number

BOOKS_A_PAGE = 24

# Works of a subject are those of all subjects under it too, each counted once.
_TREE = """
    WITH RECURSIVE family (root, member) AS (
        SELECT id, id FROM catalog_subject WHERE scheme = %(scheme)s
        UNION
        SELECT family.root, child.id
        FROM family JOIN catalog_subject child ON child.parent_id = family.member
    )
    SELECT s.id, s.parent_id, s.slug, s.name, s.description, count(DISTINCT ws.work_id)
    FROM family
    JOIN catalog_subject s ON s.id = family.root
    LEFT JOIN catalog_worksubject ws ON ws.subject_id = family.member
    GROUP BY s.id
    ORDER BY s.name, s.id
"""


@dataclass(slots=True)
class Node:
    """A subject in the tree. ``works`` counts the books on it and on everything under it."""

    pk: int
    parent_id: int | None
    slug: str
    name: str
    description: str
    works: int
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """A shelf: where it stands, what is under it, and its books."""

    subject: Node
    ancestors: Sequence[Node]
    books: Page[WorkCard]


def subject_tree(scheme: str = SubjectScheme.SHELF) -> dict[int, Node]:
    """Return all subjects of ``scheme`` by primary key, linked to their children, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_TREE, {"scheme": scheme})
        nodes = {row[0]: Node(*row) for row in cursor.fetchall()}
    for node in nodes.values():
        if node.parent_id in nodes:
            nodes[node.parent_id].children.append(node)
    return nodes


def roots(tree: dict[int, Node]) -> list[Node]:
    """Return the subjects at the top of ``tree``, by name."""
    return [node for node in tree.values() if node.parent_id not in tree]


def subject_page(*, slug: str, country: str, number: int = 1) -> SubjectPage:
    """Read the page of the subject ``slug`` in three queries.

    Raises:
        Subject.DoesNotExist: there is no such subject.
    """
    subject = Subject.objects.get(slug=slug)
    tree = subject_tree(subject.scheme)
    node = tree[subject.pk]
    number = page_number(number)
    on_shelf = WorkSubject.objects.filter(subject__in=_under(node)).values("work")
    works = Work.objects.filter(pk__in=on_shelf).by_popularity()
    cards = cards_for(works[bounds(number, BOOKS_A_PAGE)], country)
    return SubjectPage(
        subject=node,
        ancestors=_ancestors(tree, node),
        books=Page(cards, number, BOOKS_A_PAGE, node.works),
    )


# A loop of parents can be written by two people at once; both walks end at a node they have met.


def _under(node: Node) -> set[int]:
    """Return the keys of ``node`` and of everything under it."""
    met: set[int] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.pk not in met:
            met.add(node.pk)
            waiting += node.children
    return met


def _ancestors(tree: dict[int, Node], node: Node) -> list[Node]:
    """Return what stands above ``node``, the top first."""
    above: list[Node] = []
    met = {node.pk}
    while node.parent_id in tree and node.parent_id not in met:
        node = tree[node.parent_id]
        met.add(node.pk)
        above.append(node)
    return above[::-1]
