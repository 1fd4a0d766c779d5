"""Books beside a book: bought together with it, by the same hand, on the same shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.constants import Role
from catalog.selectors.cards import WorkCard, cards_for

TOGETHER_SHOWN = 8
SHELF_SHOWN = 12
# What one buyer took home says nothing, and is nobody's business.
LEAST_ORDERS = 2
# Of somebody who wrote thousands of books these many are looked at.
MOST_OF_A_HAND = 500

# Keys of works beside ``w`` (catalog_work) as JSON: read with the work itself, in one statement.
BESIDE = """
    json_build_object(
        'together', ARRAY(
            SELECT b.other_id FROM catalog_boughttogether b
            WHERE b.work_id = w.id AND b.orders >= %(least_orders)s
            ORDER BY b.orders DESC, b.other_id LIMIT %(together)s
        ),
        'hand', ARRAY(
            SELECT near.id FROM (
                SELECT DISTINCT theirs.work_id
                FROM (
                    SELECT person_id FROM catalog_contribution
                    WHERE work_id = w.id AND role = %(author)s AND edition_id IS NULL LIMIT 5
                ) AS hands
                JOIN catalog_contribution theirs
                    ON theirs.person_id = hands.person_id AND theirs.role = %(author)s
                WHERE theirs.work_id <> w.id LIMIT %(most)s
            ) AS wrote JOIN catalog_work near ON near.id = wrote.work_id
            ORDER BY near.popularity DESC, near.id LIMIT %(shelf)s
        ),
        'shelf', ARRAY(
            SELECT sw.work_id FROM catalog_subjectwork sw
            WHERE sw.subject_id = (
                SELECT ws.subject_id FROM catalog_worksubject ws
                WHERE ws.work_id = w.id AND ws.is_main LIMIT 1
            )
            ORDER BY sw.popularity DESC, sw.work_id LIMIT %(shelf)s + 1
        )
    )
"""


@dataclass(frozen=True, slots=True)
class Related:
    """Cards of books beside a book, each in one row only."""

    together: Sequence[WorkCard]
    shelf: Sequence[WorkCard]


def terms() -> dict[str, object]:
    """Return the parameters of ``BESIDE``."""
    return {
        "least_orders": LEAST_ORDERS,
        "together": TOGETHER_SHOWN,
        "author": Role.AUTHOR,
        "most": MOST_OF_A_HAND,
        "shelf": SHELF_SHOWN,
    }


def related(work: int, beside: Mapping[str, Sequence[int]], country: str) -> Related:
    """Return the books beside ``work``, of whose keys ``BESIDE`` gave, in one query.

    On the shelf those by the same hand come first, half of it at most, then the best known of the
    same main subject.
    """
    together = [key for key in beside["together"] if key != work]
    by_hand = [key for key in beside["hand"] if key not in together]
    others = [key for key in beside["shelf"] if key not in {work, *together, *by_hand}]
    half = SHELF_SHOWN // 2
    room = max(half, SHELF_SHOWN - len(others))
    shelf = [*by_hand[:room], *others][:SHELF_SHOWN]
    cards = {card.work.pk: card for card in cards_for([*together, *shelf], country)}
    return Related(
        together=[cards[key] for key in together if key in cards],
        shelf=[cards[key] for key in shelf if key in cards],
    )
