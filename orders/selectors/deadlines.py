"""By when something has to happen: worked out from when it was paid, posted or delivered.

Days are UTC, and a deadline is the moment after its day has ended.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.constants import ReminderKind
from orders.models import SellerOrder
from orders.selectors.quotes import working_day_after

_SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for posting. ``kind`` is a badge's: "bad" when it is over, "warn" today."""

    day: date
    words: str
    kind: str

    @property
    def is_over(self) -> bool:
        """Whether the day has passed."""
        return self.kind == "bad"


def post_by(paid: datetime, dispatch_days: int, *, stood_still: int = 0) -> date:
    """Return the last day for posting what was paid at the moment ``paid``; see ``last_day``.

    The days for which it ``stood_still``, since the buyer was asked for extra postage, are added.
    """
    return last_day(timezone.localdate(paid), dispatch_days) + DAY * stood_still


def last_day(day: date, dispatch_days: int) -> date:
    """Return the last day for posting what was paid on ``day``: working days are Monday to Friday.

    Holidays are not known here. With zero days it is the day itself, or the Monday after a weekend.
    """
    while dispatch_days == 0 and day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return working_day_after(day, dispatch_days)


def deadline(paid: datetime, dispatch_days: int, *, today: date, stood_still: int = 0) -> Deadline:
    """Return ``post_by`` as a shop's pages say it on the day ``today``."""
    day = post_by(paid, dispatch_days, stood_still=stood_still)
    away = (day - today).days
    if away < 0:
        return Deadline(day, _("Overdue since %(day)s") % {"day": date_format(day, "j F")}, "bad")
    if away == 0:
        return Deadline(day, _("Today"), "warn")
    if away == 1:
        return Deadline(day, _("Tomorrow"), "")
    return Deadline(day, date_format(day, "l" if away < 7 else "j F"), "")


# --- Deadlines that are kept -----------------------------------------------------------------
def end_of(day: date) -> datetime:
    """Return the moment at which ``day`` is over."""
    return datetime.combine(day + DAY, time(), tzinfo=UTC)


def accept_until(paid: datetime) -> datetime:
    """Return when a shop that has not accepted what was paid at the moment ``paid`` is late."""
    return end_of(last_day(timezone.localdate(paid), settings.ACCEPT_DAYS))


def post_until(paid: datetime, dispatch_days: int) -> datetime:
    """Return until when the shop may still post: the day that it promised, and days of grace."""
    return end_of(post_by(paid, dispatch_days) + DAY * settings.POSTING_GRACE_DAYS)


def arrives(part: SellerOrder, *, posted: date | None = None) -> date:
    """Return the last day on which a parcel was promised; later, if it was ``posted`` later."""
    paid = timezone.localdate(part.order.placed_at or part.order.created_at)
    promised = working_day_after(paid, part.promised_days(part.seller) + part.days_max)
    return max(promised, working_day_after(posted, part.days_max)) if posted else promised


def delivered_after(part: SellerOrder, *, posted: date) -> datetime:
    """Return when a seller order that was ``posted`` counts as delivered, if nobody says otherwise."""
    return end_of(arrives(part, posted=posted) + DAY * settings.DELIVERED_AFTER_DAYS)


def completed_after(part: SellerOrder, *, delivered: date) -> datetime:
    """Return when a seller order that was ``delivered`` is completed, if nothing is open then."""
    withdrawal = settings.WITHDRAWAL_DAYS if part.withdrawal_days is None else part.withdrawal_days
    return end_of(delivered + DAY * max(withdrawal, settings.PAYOUT_HOLD_DAYS))


def reminders(since: datetime, until: datetime) -> list[tuple[ReminderKind, datetime]]:
    """Return when to remind of a promise made at ``since`` for ``until``: at half time, a day before.

    Where half time is no earlier than the day before, one reminder is enough.
    """
    half, day = since + (until - since) / 2, until - DAY
    found = [(ReminderKind.DAY, day)] if day > since else []
    return [(ReminderKind.HALF, half), *found] if half < day or not found else found
