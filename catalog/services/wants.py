"""Books that readers are waiting for."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.money import Money
from catalog.constants import WantStatus
from catalog.models import Want, Work
from catalog.search.text import clean, words

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
    want = _active(user, Q(work=work)) or Want(user=user, work=work)
    return _on_terms(want, least_condition, max_price)


@transaction.atomic
def add_query(
    *, user: User, text: str, least_condition: str = "", max_price: Money | None = None
) -> Want:
    """Wait for what a search for ``text`` will find; the terms are those of ``add``.

    The words are kept as typed, on one line of at most 200 characters. Those that differ in case
    alone are one want.

    Raises:
        ValueError: no words in ``text``.
        ConflictError: the list is full.
    """
    text = clean(text)
    if not words(text):
        raise ValueError("a want needs words")
    want = _active(user, Q(query__iexact=text)) or Want(user=user, query=text)
    return _on_terms(want, least_condition, max_price)


def _active(user: User, which: Q) -> Want | None:
    """Return the want that stands already, or make sure that there is room for another."""
    # The reader's row is locked, so that two clicks make one want and the limit holds.
    User.objects.select_for_update().get(pk=user.pk)
    active = Want.objects.filter(user=user, status=WantStatus.ACTIVE)
    want = active.filter(which).first()
    if want is None and active.count() >= MOST_WANTS:
        message = _("Your wants are full (%(n)d books). Remove one first.")
        raise ConflictError(message % {"n": MOST_WANTS})
    return want


def _on_terms(want: Want, least_condition: str, max_price: Money | None) -> Want:
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
        raise NotFoundError(_("This is not among your wants."))
