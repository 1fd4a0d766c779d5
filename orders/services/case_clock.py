"""What happens to a case when a side does not act: it is reminded once, then the case goes on.

| waits for | after the reminder and the days of grace |
| --- | --- |
| the shop's answer | the buyer is right: the money goes back, or a sound book may be sent back |
| the buyer's answer to an offer; a book to be sent back | the case is closed, and can be opened again |
| the buyer, who may bring a declined case before staff | the case is closed without a refund |
| the shop, to say that the book is back | proof of posting: the money goes back; without: staff decide |
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from books4all.lib.errors import DomainError
from orders.constants import CaseOutcome, CaseStatus, EventType
from orders.models import Case
from orders.selectors.case_money import due_of, terms_of
from orders.selectors.cases import late_cases, waits_for
from orders.services.case_answers import settle_whole
from orders.services.case_steps import SYSTEM, close, give_back, locked, move, record
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)


def advance_all() -> int:
    """Take one step in each case that is late, each in a transaction of its own; return how many."""
    done = 0
    for case_id in late_cases():
        try:
            done += advance(case_id=case_id)
        except DomainError as error:
            # One that can't go on (a line was given back meanwhile, say) holds no other up.
            log.warning("case_stuck", case=str(case_id), problem=error.message)
            _to_staff(case_id=case_id, why=error.message)
        except Exception:  # nor one that should not be possible
            log.exception("case_failed", case=str(case_id))
    return done


@business_transaction
def advance(*, case_id: UUID) -> bool:
    """Remind the side that is late, or go on without it; False when nobody is late (any more)."""
    case = locked(case_id)
    now = timezone.now()
    if case.answer_by is None or case.answer_by > now:
        return False
    if case.reminded_at is None:
        case.reminded_at = now
        case.answer_by = now + timedelta(days=settings.CASE_GRACE_DAYS)
        case.save(update_fields=["reminded_at", "answer_by", "updated_at"])
        record(case, EventType.CASE_REMINDED, SYSTEM, to=waits_for(case))
    else:
        _go_on(case)
    return True


def _go_on(case: Case) -> None:
    if case.status == CaseStatus.OPEN:
        _without_the_shop(case)
    elif case.status == CaseStatus.POSTED:
        _proved(case)
    elif case.status == CaseStatus.DECLINED:
        close(case, CaseStatus.DENIED)
        record(case, EventType.CASE_DENIED, SYSTEM, note=_("The reader left it at that."))
    else:
        close(case, CaseStatus.CANCELLED)
        record(case, EventType.CASE_CANCELLED, SYSTEM, note=_("The reader did not answer."))


def _without_the_shop(case: Case) -> None:
    note = _("The shop did not answer.")
    if case.is_return and terms_of(case).needs_return:
        move(case, CaseStatus.APPROVED)
        record(case, EventType.CASE_APPROVED, SYSTEM, note=note)
    else:
        # There is no label for the way back, so the book stays where it is.
        settle_whole(case, SYSTEM, note=note)


def _proved(case: Case) -> None:
    if case.has_proof:
        note = _("The book was posted back, with proof of it.")
        give_back(case, due_of(case), SYSTEM, outcome=CaseOutcome.REFUNDED, note=note)
    else:
        move(case, CaseStatus.ESCALATED)
        note = _("The shop has not said that the book is back, and there is no proof of posting.")
        record(case, EventType.CASE_ESCALATED, SYSTEM, note=note)


@business_transaction
def _to_staff(*, case_id: UUID, why: str) -> None:
    case = locked(case_id)
    if case.is_open and case.status != CaseStatus.ESCALATED:
        move(case, CaseStatus.ESCALATED)
        record(case, EventType.CASE_ESCALATED, SYSTEM, note=why)
