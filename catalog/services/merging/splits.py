"""One work becomes two: chosen editions leave to a new work."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.text import slug_for, sort_title
from catalog.constants import Mergeable, MergeAction
from catalog.errors import MergeError
from catalog.models import Contribution, Edition, Merge, Work, WorkSubject
from catalog.services.merging import kinds, rows
from catalog.services.merging.journal import VERSION, Journal
from catalog.services.merging.transactions import merging_transaction


@merging_transaction
def split(
    *, work_id: int, edition_ids: Sequence[int], title: str, actor: User | None, reason: str = ""
) -> Merge:
    """Move editions of a work to a new work called ``title``; ``gone_id`` of the result is its key.

    Authors and subjects are copied. Reviews, wants and reading lists stay: nobody knows which of the
    two their readers meant.

    Raises:
        MergeError: no editions or all of them were chosen, or they are of another work by now.
    """
    rows.lock(Edition, "work_id", [work_id])
    rows.lock(Work, "id", [work_id])
    work = Work.objects.filter(pk=work_id).first()
    own = list(Edition.objects.filter(work=work_id).order_by("pk").values_list("pk", flat=True))
    chosen = sorted(set(edition_ids))
    if work is None or not chosen or not set(chosen) <= set(own):
        raise MergeError(_("Choose editions of this work."))
    if len(chosen) == len(own):
        raise MergeError(_("Leave the work an edition at least."))
    if not title.strip():
        raise MergeError(_("Write the title of the new work."))
    journal = Journal()
    new = _new_work(journal, work, title.strip())
    journal.move(Edition, "work_id", chosen, old=work_id, new=new.pk)
    parts = Contribution.objects.filter(work=work_id, edition__in=chosen).order_by("pk")
    journal.move(
        Contribution,
        "work_id",
        list(parts.values_list("pk", flat=True)),
        old=work_id,
        new=new.pk,
    )
    record = Merge.objects.create(
        kind=Mergeable.WORK,
        action=MergeAction.SPLIT,
        kept_id=work_id,
        kept_name=kinds.name_of(work),
        gone_id=new.pk,
        gone_name=kinds.name_of(new),
        reason=reason[:300],
        manifest={"version": VERSION, "entries": journal.entries, "horizons": {}},
        summary={"moved": [[str(Edition._meta.verbose_name_plural), len(chosen)]]},  # noqa: SLF001
        actor=actor,
    )
    kinds.refresh(Mergeable.WORK, [work_id, new.pk])
    return record


def _new_work(journal: Journal, work: Work, title: str) -> Work:
    new = Work(
        slug=_free_slug(slug_for(title, fallback=f"work-{work.pk}")),
        title=title[:500],
        sort_title=sort_title(title)[:500],
        original_language=work.original_language,
        author_line=work.author_line,
        cover_subject=work.cover_subject,
    )
    journal.create(new)
    for part in Contribution.objects.filter(work=work, edition=None).order_by("pk"):
        part.pk, part.work = None, new
        part._state.adding = True  # noqa: SLF001 Django's documented way to copy a row
        journal.create(part)
    for place in WorkSubject.objects.filter(work=work).order_by("pk"):
        place.pk, place.work = None, new
        place._state.adding = True  # noqa: SLF001
        journal.create(place)
    return new


def _free_slug(wanted: str) -> str:
    taken = set(Work.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted[:90]}-{number}"
    return slug
