"""Books that readers mean to read."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError
from catalog.models import ReadingList, ReadingListItem, Work

DEFAULT_NAME = "To read"
MOST_BOOKS = 1000


@transaction.atomic
def add(*, user: User, work: Work) -> ReadingListItem:
    """Put ``work`` on the user's list, which is made when there is none; twice is once.

    Raises:
        ConflictError: the list is full.
    """
    # The reader's row is locked, so that two clicks make one list and the limit holds.
    User.objects.select_for_update().get(pk=user.pk)
    reading_list, _made = ReadingList.objects.get_or_create(user=user, name=DEFAULT_NAME)
    item = reading_list.items.filter(work=work).first()
    if item is not None:
        return item
    if reading_list.items.count() >= MOST_BOOKS:
        message = _("Your reading list is full (%(n)d books). Remove one first.")
        raise ConflictError(message % {"n": MOST_BOOKS})
    return ReadingListItem.objects.create(reading_list=reading_list, work=work)


def remove(*, user: User, work_id: int) -> None:
    """Take a book off the user's lists; one that is not there is left out already."""
    ReadingListItem.objects.filter(reading_list__user=user, work=work_id).delete()
