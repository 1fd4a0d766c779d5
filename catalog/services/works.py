"""What a work's row keeps of other rows, so that a card needs no join."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from books4all.lib.text import sort_title
from catalog.constants import Role
from catalog.models import Contribution, Work, WorkSubject

BATCH = 500
_KEPT = ("author_line", "sort_title", "cover_subject")


def refresh(*, work: Work) -> Work:
    """Write ``author_line``, ``sort_title`` and ``cover_subject`` of ``work`` anew.

    Call it after a change of the title, of a contribution or of a main subject. The row is locked,
    so that two changes at a time can't leave the older line behind.
    """
    refresh_many([work.pk])
    return Work.objects.get(pk=work.pk)


def refresh_many(work_ids: Iterable[int]) -> int:
    """Do the same for many works; returns how many there are.

    Call it after a change of a person's name or a subject's. The works are locked in the order of
    their keys.
    """
    keys = sorted(set(work_ids))
    return sum(_refresh(keys[at : at + BATCH]) for at in range(0, len(keys), BATCH))


@transaction.atomic
def _refresh(keys: Sequence[int]) -> int:
    locked = Work.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = list(locked)
    authors, subjects = _authors(keys), _main_subjects(keys)
    now = timezone.now()
    changed = []
    for work in found:
        before = [getattr(work, name) for name in _KEPT]
        work.author_line = _line(authors[work.pk])
        work.sort_title = sort_title(work.title)[:500]
        work.cover_subject = subjects.get(work.pk, "").casefold()[:60]
        if before != [getattr(work, name) for name in _KEPT]:
            work.updated_at = now
            changed.append(work)
    Work.objects.bulk_update(changed, [*_KEPT, "updated_at"])
    return len(found)


def _authors(keys: Sequence[int]) -> defaultdict[int, list[str]]:
    rows = Contribution.objects.filter(
        work__in=keys, role=Role.AUTHOR, edition__isnull=True
    ).order_by("sequence", "pk")
    names: defaultdict[int, list[str]] = defaultdict(list)
    for work_id, name in rows.values_list("work_id", "person__name"):
        names[work_id].append(name)
    return names


def _line(names: Sequence[str]) -> str:
    """Return the authors as a title page has them: "A", "A and B", "A, B and C"."""
    if len(names) > 3:
        return f"{names[0]} and others"[:300]
    *rest, last = names or [""]
    return f"{', '.join(rest)} and {last}"[:300] if rest else last[:300]


def _main_subjects(keys: Sequence[int]) -> dict[int, str]:
    """Return the main subjects' names, in the words that the covers know."""
    rows = WorkSubject.objects.filter(work__in=keys, is_main=True)
    return dict(rows.values_list("work_id", "subject__name"))
