"""Books that readers are waiting for."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.money import Money
from catalog.constants import WantStatus
from catalog.models import Want, Work

# More than anybody looks for, and few enough for a page and a mail.
MOST_WANTS = 300


@transaction.atomic
def add(
    *, user: User, work: Work, least_condition: str = "", max_price: Money | None = None
) -> Want:
    """Wait for ``work``; waiting for it already changes the terms.

    ``least_condition`` is a grade or empty for any, ``max_price`` the most to pay with delivery.

    Raises:
        ConflictError: the list is full.
    """
    # The reader's row is locked, so that two clicks make one want and the limit holds.
    User.objects.select_for_update().get(pk=user.pk)
    active = Want.objects.filter(user=user, status=WantStatus.ACTIVE)
    want = active.filter(work=work).first()
    if want is None:
        if active.count() >= MOST_WANTS:
            message = _("Your wants are full (%(n)d books). Remove one first.")
            raise ConflictError(message % {"n": MOST_WANTS})
        want = Want(user=user, work=work)
    want.least_condition = least_condition
    want.max_price_minor = None if max_price is None else max_price.minor
    want.full_clean(exclude=["user", "work"], validate_constraints=False)
    want.save()
    return want


def remove(*, user: User, want_id: int) -> None:
    """Stop waiting.

    Raises:
        NotFoundError: no active want of this user.
    """
    own = Want.objects.filter(user=user, pk=want_id, status=WantStatus.ACTIVE)
    if not own.update(status=WantStatus.CLOSED):
        raise NotFoundError(_("This book is not among your wants."))
