"""By when a shop has to post: worked out from when it was paid and how quickly the shop posts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.selectors.quotes import working_day_after

_SATURDAY = 5


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


def post_by(paid: datetime, dispatch_days: int) -> date:
    """Return the last day for posting what was paid at the moment ``paid``; see ``last_day``."""
    return last_day(timezone.localdate(paid), dispatch_days)


def last_day(day: date, dispatch_days: int) -> date:
    """Return the last day for posting what was paid on ``day``: working days are Monday to Friday.

    Holidays are not known here. With zero days it is the day itself, or the Monday after a weekend.
    """
    while dispatch_days == 0 and day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return working_day_after(day, dispatch_days)


def deadline(paid: datetime, dispatch_days: int, *, today: date) -> Deadline:
    """Return ``post_by`` as a shop's pages say it on the day ``today``."""
    day = post_by(paid, dispatch_days)
    away = (day - today).days
    if away < 0:
        return Deadline(day, _("Overdue since %(day)s") % {"day": date_format(day, "j F")}, "bad")
    if away == 0:
        return Deadline(day, _("Today"), "warn")
    if away == 1:
        return Deadline(day, _("Tomorrow"), "")
    return Deadline(day, date_format(day, "l" if away < 7 else "j F"), "")
