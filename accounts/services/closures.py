"""A shop's holidays: a plan of them, and the one that is on or comes next.

Buyers' pages, search and checkout read that one alone, from the seller's own columns
(``catalog.querysets.open_today`` is the rule). Two closures are at least a day apart, so that the
clock has a day to take up the next one.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Closure, Seller, User
from accounts.selectors import closures_of
from accounts.services import activity
from books4all.lib.errors import ConflictError, DomainError, NotFoundError

MOST_PLANNED = 20


@transaction.atomic
def plan(
    *,
    seller: Seller,
    actor: User | None,
    first_day: date,
    last_day: date | None = None,
    note: str = "",
) -> Closure:
    """Close a shop from ``first_day`` to ``last_day``, both included (UTC); None: until it is opened.

    Raises:
        DomainError: it would be over before it is planned, or too many are planned.
        ConflictError: another takes up some of these days, or the day beside them.
        ValidationError: the days are in the wrong order, or the note is too long.
    """
    locked = _lock(seller)
    today = timezone.now().date()
    if last_day is not None and last_day < today:
        message = _("Those days are over. Choose a last day from today on.")
        raise DomainError(message, fields={"last_day": [message]})
    if closures_of(locked).count() >= MOST_PLANNED:
        raise DomainError(_("That is enough of a plan. Remove a closure first."))
    closure = Closure(seller=locked, first_day=first_day, last_day=last_day, note=note)
    closure.full_clean(exclude={"seller"}, validate_constraints=False)
    if last_day is not None and last_day < first_day:
        message = _("The last day closed is before the first.")
        raise DomainError(message, fields={"last_day": [message]})
    try:
        with transaction.atomic():
            closure.save()
    except IntegrityError:
        message = _(
            "Another closure takes up some of these days, or the day beside them. Remove that one first."
        )
        raise ConflictError(message, fields={"first_day": [message]}) from None
    _settle(locked, today)
    activity.record(seller=locked, actor=actor, action="closure.planned", subject=str(closure))
    return closure


@transaction.atomic
def remove(*, seller: Seller, actor: User | None, closure_id: int) -> None:
    """Take a closure out of the plan; the one that is on ends at once.

    Raises:
        NotFoundError: the shop has no such closure.
    """
    locked = _lock(seller)
    closure = Closure.objects.filter(seller=locked, pk=closure_id).first()
    if closure is None:
        raise NotFoundError(_("There is no such closure in your plan."))
    closure.delete()
    _settle(locked, timezone.now().date())
    activity.record(seller=locked, actor=actor, action="closure.removed", subject=str(closure))


@transaction.atomic
def settle(*, seller: Seller) -> None:
    """Take up the closure that is on or comes next; for those who change the plan by hand (staff)."""
    _settle(_lock(seller), timezone.now().date())


def follow_the_clock() -> int:
    """Take up the next closure of each shop whose last one is over, and return how many did."""
    today = timezone.now().date()
    over = Seller.objects.filter(closed_to__lt=today).order_by("pk").values_list("pk", flat=True)
    moved = 0
    for pk in list(over[:1000]):
        with transaction.atomic():
            moved += _settle(Seller.objects.select_for_update(no_key=True).get(pk=pk), today)
    return moved


def _settle(seller: Seller, today: date) -> bool:
    """Copy the closure that is on or comes next to the seller's own columns, if it is another one."""
    coming = Q(last_day__isnull=True) | Q(last_day__gte=today)
    closure = seller.closures.filter(coming).order_by("first_day", "pk").first()
    columns = (closure.first_day, closure.last_day, closure.note) if closure else (None, None, "")
    if columns == (seller.closed_from, seller.closed_to, seller.closure_note):
        return False
    seller.closed_from, seller.closed_to, seller.closure_note = columns
    seller.save(update_fields=["closed_from", "closed_to", "closure_note", "updated_at"])
    return True


def _lock(seller: Seller) -> Seller:
    return Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
