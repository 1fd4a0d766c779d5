"""How much may be written: generous for people who talk about books, useless for advertising."""

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.ratelimit import Limit, LimitExceededError, limiter
from orders.constants import Side
from orders.errors import TooManyMessagesError

READER_MESSAGES = Limit("messages-reader", "20/hour")
# New conversations about copies: whoever asks many shops at once is not asking about a book.
READER_QUESTIONS = Limit("messages-questions", "10/day")
# A shop answers many readers on a morning, and each of its team counts alone.
SHOP_MESSAGES = Limit("messages-shop", "120/hour")
REPORTS = Limit("messages-reports", "10/day")


def check_message(*, author: User, side: str, is_new_question: bool = False) -> None:
    """Count a message of ``author``, and the conversation that it begins about a copy.

    Raises:
        TooManyMessagesError: too many for now; it says when to try again.
    """
    if side == Side.SELLER:
        _count(SHOP_MESSAGES, author, _("You have sent very many messages in the last hour."))
        return
    if is_new_question:
        _count(READER_QUESTIONS, author, _("You have asked about many copies in the last day."))
    _count(READER_MESSAGES, author, _("You have sent many messages in the last hour."))


def check_report(*, reporter: User) -> None:
    """Count a report. Raises TooManyMessagesError."""
    _count(REPORTS, reporter, _("You have reported many conversations in the last day."))


def _count(limit: Limit, who: User, told: str) -> None:
    try:
        limiter().hit(limit, str(who.pk))
    except LimitExceededError as error:
        raise TooManyMessagesError(error.retry_after, told=f"{told} {_again(error)}") from error


def _again(error: LimitExceededError) -> str:
    when = localtime(now() + timedelta(seconds=error.retry_after))
    same_day = when.date() == localtime().date()
    shown = date_format(when, "H:i" if same_day else "j F, H:i")
    return _("You can write again after %(when)s (UTC).") % {"when": shown}
