"""What a work's row keeps of other rows, so that a card needs no join."""

from django.db import transaction

from books4all.lib.text import sort_title
from catalog.constants import Role
from catalog.models import Work
from catalog.search import index


@transaction.atomic
def refresh(*, work: Work) -> Work:
    """Write ``author_line``, ``sort_title`` and ``cover_subject`` of ``work`` anew.

    Call it after a change of the title, of a contribution or of a main subject. The row is locked,
    so that two changes at a time can't leave the older line behind.
    """
    work = Work.objects.select_for_update().get(pk=work.pk)
    work.author_line = _author_line(work)
    work.sort_title = sort_title(work.title)[:500]
    work.cover_subject = _cover_subject(work)
    work.save(update_fields=["author_line", "sort_title", "cover_subject", "updated_at"])
    index.refresh([work.pk])
    return work


def _author_line(work: Work) -> str:
    """Return the authors as a title page has them: "A", "A and B", "A, B and C"."""
    authors = work.contributions.filter(role=Role.AUTHOR, edition__isnull=True)
    names = list(authors.order_by("sequence", "pk").values_list("person__name", flat=True))
    if len(names) > 3:
        return f"{names[0]} and others"[:300]
    *rest, last = names or [""]
    return f"{', '.join(rest)} and {last}"[:300] if rest else last[:300]


def _cover_subject(work: Work) -> str:
    """Return the main subject's name, in the words that the covers know."""
    main = work.work_subjects.filter(is_main=True).select_related("subject").first()
    return main.subject.name.casefold()[:60] if main else ""
