"""What is said of cases: why one can't be opened, what comes next, and what a mail tells whom."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from orders.constants import Actor, CaseOutcome, CaseReason, CaseStatus, EventType
from orders.models import Case, OrderEvent, SellerOrder
from orders.selectors.refund_matrix import Delivery, Terms


def on_day(day: date | datetime) -> str:
    """Return a day as sentences say it."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return date_format(day, "l j F")


def why_not(seller_order: SellerOrder, reason: str, terms: Terms) -> str:
    """Return why nothing can be asked for now, and what remains."""
    if seller_order.shipped_at is None:
        return _("Nothing of it has been posted yet.")
    if reason == CaseReason.CHANGED_MIND and not seller_order.withdrawal_days:
        return _("This seller does not take books back that are as they were described.")
    days = {"first": terms.first_day and on_day(terms.first_day), "last": on_day(terms.last_day)}
    if terms.first_day and timezone.now().date() < terms.first_day:
        return _("Post can be slow. If it is not there on %(first)s, come back here.") % days
    return _("This could be said until %(last)s. Write to the shop: it may still help.") % days


def promise(terms: Terms) -> str:
    """Return in a sentence what a row of the matrix gives back."""
    back = {
        Delivery.NONE: _("You get back the price of the book, not its delivery."),
        Delivery.STANDARD: _("You get back the price of the book and its standard delivery."),
        Delivery.WHOLE: _("You get back the price of the book and its delivery."),
    }[terms.delivery]
    if not terms.needs_return:
        return back
    if terms.shop_pays_return:
        return back + " " + _("The shop pays the way back, or lets you keep the book.")
    return back + " " + _("You send it back at your own cost.")


def final_day(case: Case) -> str:
    """Return the last day for the side that has to act: the days of grace are in it."""
    if case.answer_by is None:
        return ""
    grace = timedelta(days=0 if case.reminded_at else settings.CASE_GRACE_DAYS)
    return on_day(case.answer_by + grace)


def what_next(case: Case, side: Actor, *, total: Money | None = None) -> str:
    """Return what ``side`` has to do, or waits for; ``total`` is what the case comes to."""
    known = {
        "shop": case.seller_order.seller.name,
        "day": final_day(case),
        "offer": case.offered,
        "total": total,
    }
    words = _for_shop if side == Actor.SELLER else _for_buyer
    if case.status == CaseStatus.RESOLVED:
        return settled_words(case)
    return str(words()[CaseStatus(case.status)]) % known


def _for_buyer() -> dict[str, str]:
    return {
        CaseStatus.OPEN: _("%(shop)s has until %(day)s to answer. If it stays silent, you are taken to be right."),
        CaseStatus.OFFERED: _("%(shop)s offers you %(offer)s if you keep the book. Please answer by %(day)s."),
        CaseStatus.DECLINED: _("%(shop)s does not agree. You can ask us to decide until %(day)s."),
        CaseStatus.APPROVED: _("Post the book to the address below by %(day)s, then say here how you sent it. You get %(total)s back."),
        CaseStatus.POSTED: _("The book is on its way back. You get %(total)s once it is there; with proof of posting, on %(day)s at the latest."),
        CaseStatus.ESCALATED: _("Our staff look at what you both say, and decide."),
        CaseStatus.DENIED: _("It is closed without a refund."),
        CaseStatus.CANCELLED: _("It is closed. You can write again while there is time."),
    }  # fmt: skip


def _for_shop() -> dict[str, str]:
    return {
        CaseStatus.OPEN: _("Please answer by %(day)s. Without an answer the reader is taken to be right."),
        CaseStatus.OFFERED: _("The reader has until %(day)s to take your %(offer)s."),
        CaseStatus.DECLINED: _("The reader can ask us to decide until %(day)s. You can still agree."),
        CaseStatus.APPROVED: _("The reader has until %(day)s to post the book. When it is here, say so: %(total)s goes back."),
        CaseStatus.POSTED: _("When the book is here, say so: %(total)s goes back. With proof of posting it goes back on %(day)s anyway."),
        CaseStatus.ESCALATED: _("Our staff look at what you both say, and decide."),
        CaseStatus.DENIED: _("It is closed without a refund."),
        CaseStatus.CANCELLED: _("The reader has closed it, or did not go on with it."),
    }  # fmt: skip


def settled_words(case: Case) -> str:
    """Return how a case was settled."""
    words = {
        CaseOutcome.REFUNDED: _("Settled: %(amount)s goes back to the reader."),
        CaseOutcome.PARTLY: _("Settled: %(amount)s goes back to the reader, who keeps the book."),
        CaseOutcome.GOODWILL: _("Settled: the marketplace gives the reader %(amount)s."),
        CaseOutcome.REPLACED: _("Settled: another copy is on its way, by %(parcel)s."),
    }[CaseOutcome(case.outcome)]
    return words % {"amount": case.given, "parcel": case.replacement}


def headline(event: OrderEvent, case: Case, side: Actor) -> str:
    """Return the subject of the mail that tells ``side`` of a step."""
    number = event.order.number
    shop = case.seller_order.seller.name
    known = {"number": number, "shop": shop}
    return _headlines(case, side).get(EventType(event.type), _("About order %(number)s")) % known


def _headlines(case: Case, side: Actor) -> dict[EventType, str]:
    mine = side == Actor.BUYER
    opened = (
        _("Order %(number)s: a book is sent back")
        if case.is_return
        else _("Order %(number)s: something is wrong")
    )
    return {
        EventType.CASE_OPENED: _("We have told %(shop)s") if mine else opened,
        EventType.CASE_APPROVED: _("Please send the book back: order %(number)s") if mine else _("A book is to come back: order %(number)s"),
        EventType.CASE_OFFERED: _("%(shop)s makes you an offer"),
        EventType.CASE_OFFER_REFUSED: _("Your offer was refused: order %(number)s"),
        EventType.CASE_DECLINED: _("%(shop)s does not agree"),
        EventType.CASE_POSTED: _("A book is on its way back to you: order %(number)s"),
        EventType.CASE_ESCALATED: _("Our staff decide about order %(number)s"),
        EventType.CASE_REMINDED: _("Please answer: order %(number)s"),
        EventType.CASE_RESOLVED: _("Settled: order %(number)s"),
        EventType.CASE_DENIED: _("Closed without a refund: order %(number)s"),
        EventType.CASE_CANCELLED: _("Closed: order %(number)s"),
    }  # fmt: skip
