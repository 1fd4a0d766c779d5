"""What staff decide about two rows that may be one."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError
from catalog.constants import DoubtState, Mergeable
from catalog.models import Duplicate, MatchDoubt


@transaction.atomic
def decide(*, doubt: MatchDoubt | Duplicate, state: DoubtState, actor: User) -> None:
    """Note that the two are different, or to be decided later, or open again.

    That they are the same is said by merging them (``merging.merge``), which notes it here.

    Raises:
        ConflictError: they were merged meanwhile.
    """
    if state == DoubtState.SAME:
        raise ConflictError(_("Merge the two to say that they are the same."))
    row = type(doubt)._base_manager.select_for_update(of=("self",)).get(pk=doubt.pk)  # noqa: SLF001
    if row.state == DoubtState.SAME:
        raise ConflictError(_("They were merged meanwhile."))
    row.state = state
    decided = state == DoubtState.DIFFERENT
    row.decided_by = actor if decided else None
    row.decided_at = timezone.now() if decided else None
    row.save(update_fields=["state", "decided_by", "decided_at", "updated_at"])


def pair_of(doubt: MatchDoubt | Duplicate) -> tuple[str, list[int]]:
    """Return the kind and the keys of the two rows a question is about; fewer when one is gone."""
    if isinstance(doubt, Duplicate):
        return str(doubt.kind), [doubt.first_id, doubt.second_id]
    if doubt.kind == Mergeable.EDITION:
        return str(doubt.kind), _given(doubt.edition_id, doubt.candidate_id)
    return str(doubt.kind), _given(doubt.work_id, doubt.candidate_work_id)


def _given(*keys: int | None) -> list[int]:
    return [key for key in dict.fromkeys(keys) if key is not None]
