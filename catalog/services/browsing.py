"""The tables that browsing reads: folding their tallies, working them out anew, books bought together.

Triggers keep shelves, tallies and the index of people true (migration 0010_browse_triggers); what is
here only tidies them, or restores them after rows were loaded past the triggers.
"""

from collections.abc import Callable, Iterable

from django.db import connection, transaction
from django.db.models import Model

from catalog.models import BoughtTogether, Person, SubjectTally, Work

Progress = Callable[[str, int], None]
AT_ONCE = 5_000

_FOLD = """
    WITH many AS (
        SELECT subject_id FROM catalog_subjecttally GROUP BY subject_id HAVING count(*) > 1
    ),
    gone AS (
        DELETE FROM catalog_subjecttally WHERE subject_id IN (SELECT subject_id FROM many)
        RETURNING subject_id, works
    )
    INSERT INTO catalog_subjecttally (subject_id, works)
    SELECT subject_id, sum(works) FROM gone GROUP BY subject_id HAVING sum(works) <> 0
"""


def fold_tallies() -> int:
    """Put the rows of each subject's tally together into one; return how many subjects had several.

    Safe at any time: rows that are added meanwhile stay, and two that fold at once wait for each
    other, after which the later finds nothing to do.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)
        folded: int = cursor.rowcount
    return folded


def rebuild(*, progress: Progress | None = None) -> None:
    """Work out shelves, tallies and the index of people anew, some thousand rows a transaction.

    For a catalogue that was loaded with its triggers off. It may be read meanwhile, and written to:
    each piece is worked out under the same locks as a trigger's. ``progress`` is told what is being
    written and how many rows of it are done.
    """
    report = progress or (lambda _what, _done: None)
    _in_pieces(Work, "SELECT b4a_shelve(%s::bigint[])", report)
    _recount()
    _in_pieces(Person, "SELECT b4a_index_people(%s::bigint[])", report)


def _in_pieces(model: type[Model], statement: str, report: Progress) -> None:
    keys = model._default_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001 Django's
    done, last = 0, 0
    while piece := list(keys.filter(pk__gt=last)[:AT_ONCE]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [piece])
        last, done = piece[-1], done + len(piece)
        report(str(model._meta.verbose_name_plural), done)  # noqa: SLF001 Django's


@transaction.atomic
def _recount() -> None:
    """Count every shelf anew. Whoever shelves meanwhile waits."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalog_subjectwork IN SHARE MODE")
        SubjectTally.objects.all().delete()
        cursor.execute(
            "INSERT INTO catalog_subjecttally (subject_id, works)"
            " SELECT subject_id, count(*) FROM catalog_subjectwork GROUP BY subject_id"
        )


@transaction.atomic
def write_bought_together(*, pairs: Iterable[tuple[int, int, int]]) -> int:
    """Replace what is known of books bought together; return how many pairs there are.

    A pair is a work, another, and in how many orders they stood together. Readers see the old ones
    until all new ones are written.
    """
    BoughtTogether.objects.all().delete()
    written = 0
    piece: list[BoughtTogether] = []
    for work, other, orders in pairs:
        piece.append(BoughtTogether(work_id=work, other_id=other, orders=orders))
        if len(piece) == AT_ONCE:
            written += len(BoughtTogether.objects.bulk_create(piece))
            piece = []
    return written + len(BoughtTogether.objects.bulk_create(piece))
