"""Writing between readers and shops. Each write locks the conversation it is about.

Who may open a conversation is decided by whoever looked it up (orders.selectors.messages starts from the
reader or the shop); what may be said in it is decided here.
"""

import unicodedata
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import activity
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.jobs import enqueue
from orders.constants import ReportReason, SellerOrderStatus, Side
from orders.errors import MessagesBlockedError, ThreadClosedError
from orders.models import Message, MessageBlock, MessageReport, SellerOrder, Thread
from orders.models.messages import MESSAGE_LENGTH
from orders.selectors.messages import copy_to_ask_about
from orders.services import message_limits
from orders.services.transactions import business_transaction


@business_transaction
def ask(*, buyer: User, listing_id: int, text: str) -> Message:
    """Ask a shop about a copy; a second question about one copy goes on in its conversation.

    Raises:
        NotFoundError: there is no such copy on sale.
        DomainError: the text is empty or too long, or the asker sells it themselves.
        MessagesBlockedError, ThreadClosedError, TooManyMessagesError: see ``reply``.
    """
    listing = copy_to_ask_about(listing_id)
    if listing.seller.sellermember_set.filter(user=buyer).exists():
        raise DomainError(_("This is a copy of your own shop."))
    words = _checked(text)
    # The reader's row is locked, so that a form sent twice begins one conversation.
    User.objects.select_for_update(no_key=True).get(pk=buyer.pk)
    thread = Thread.objects.filter(buyer=buyer, listing=listing).first()
    if thread is not None:
        return _write(thread.pk, Side.BUYER, buyer, words)
    return _begin(
        Thread(
            seller=listing.seller,
            buyer=buyer,
            listing=listing,
            subject=listing.edition.title[:200],
            begun_by=Side.BUYER,
        ),
        buyer,
        words,
    )


@business_transaction
def write_about_order(*, seller_order: SellerOrder, side: str, author: User, text: str) -> Message:
    """Write about an order that the caller has found to be the author's, or their shop's.

    Raises:
        NotFoundError: the order was never paid.
        ThreadClosedError: it was bought without an account, or the account is gone.
        DomainError, MessagesBlockedError, TooManyMessagesError: see ``reply``.
    """
    words = _checked(text)
    locked = SellerOrder.objects.select_for_update(of=("self",), no_key=True).get(
        pk=seller_order.pk
    )
    if locked.status in (SellerOrderStatus.PENDING, SellerOrderStatus.EXPIRED):
        raise NotFoundError(_("There is no such order."))
    thread = Thread.objects.filter(seller_order=locked).first()
    if thread is not None:
        return _write(thread.pk, side, author, words)
    if locked.order.user is None:
        raise ThreadClosedError(
            _("This was bought without an account: there is nobody here to write to.")
        )
    return _begin(
        Thread(
            seller=locked.seller,
            buyer=locked.order.user,
            seller_order=locked,
            subject=_("Order %(number)s") % {"number": locked.order.number},
            begun_by=side,
        ),
        author,
        words,
    )


@business_transaction
def reply(*, thread_id: UUID, side: str, author: User, text: str) -> Message:
    """Write on in a conversation that the caller has found to be the author's, or their shop's.

    The other side is told by mail, unless something older is still unread there: one letter is enough.

    Raises:
        DomainError: the text is empty, or longer than ``MESSAGE_LENGTH``.
        ThreadClosedError: staff have closed it, or the reader is gone.
        MessagesBlockedError: one of the two has blocked the other.
        TooManyMessagesError: the author has written too much for now.
    """
    return _write(thread_id, side, author, _checked(text))


@business_transaction
def mark_read(*, thread_id: UUID, side: str, until: datetime) -> None:
    """Note that ``side`` has seen what was sent up to ``until``; nothing to do is done quickly."""
    thread = _locked(thread_id)
    other = Side.BUYER if side == Side.SELLER else Side.SELLER
    newer = thread.messages.filter(side=other, created_at__gt=until).count()
    name = f"{side}_unread"
    if getattr(thread, name) > newer:
        setattr(thread, name, newer)
        thread.save(update_fields=[name])


@business_transaction
def archive(*, thread_id: UUID, side: str, archived: bool) -> None:
    """Put a conversation away for ``side``, or get it out again. A new message gets it out too."""
    Thread.objects.filter(pk=thread_id).update(**{f"{side}_archived": archived})


@business_transaction
def block(*, thread_id: UUID, side: str, actor: User) -> None:
    """Stop the other side of a conversation from writing, but about orders that are on their way.

    Raises:
        ConflictError: this conversation is about such an order: report it instead.
    """
    thread = _locked(thread_id)
    if thread.is_about_open_order:
        raise ConflictError(
            _(
                "While the order is on its way, or a claim about it is open, you need each other."
                " Report the messages instead."
            )
        )
    if thread.buyer is not None:
        MessageBlock.objects.get_or_create(seller=thread.seller, buyer=thread.buyer, side=side)
        _log(thread, side, actor, "reader.blocked")


@business_transaction
def unblock(*, thread_id: UUID, side: str, actor: User) -> None:
    """Let the other side of a conversation write again."""
    thread = _locked(thread_id)
    MessageBlock.objects.filter(seller=thread.seller, buyer=thread.buyer, side=side).delete()
    _log(thread, side, actor, "reader.unblocked")


@business_transaction
def report(
    *, thread_id: UUID, side: str, reporter: User, reason: str, details: str = ""
) -> MessageReport:
    """Ask staff to look at a conversation; while they have not, reporting again adds nothing.

    Raises:
        DomainError: the reason is none of ``ReportReason``.
        TooManyMessagesError: the reporter has reported very much.
    """
    if reason not in ReportReason.values:
        message = _("Choose what is wrong.")
        raise DomainError(message, fields={"reason": [message]})
    thread = _locked(thread_id)
    known = thread.reports.filter(side=side, handled_at=None).first()
    if known is not None:
        return known
    message_limits.check_report(reporter=reporter)
    _log(thread, side, reporter, "message.reported")
    return MessageReport.objects.create(
        thread=thread, side=side, reporter=reporter, reason=reason, details=details.strip()[:1000]
    )


# --- Staff ------------------------------------------------------------------------------------
@business_transaction
def hide(*, message_id: UUID) -> None:
    """Take the words of a message away from both sides; the row stays for staff."""
    Message.objects.filter(pk=message_id, hidden_at=None).update(hidden_at=Now())


@business_transaction
def show(*, message_id: UUID) -> None:
    """Give a hidden message back."""
    Message.objects.filter(pk=message_id).update(hidden_at=None)


@business_transaction
def close(*, thread_id: UUID) -> None:
    """End a conversation: both can read it, nobody writes any more."""
    Thread.objects.filter(pk=thread_id, closed_at=None).update(closed_at=Now())


@business_transaction
def reopen(*, thread_id: UUID) -> None:
    """Let both write again."""
    Thread.objects.filter(pk=thread_id).update(closed_at=None)


@business_transaction
def settle_report(*, report_id: UUID) -> None:
    """Note that staff have looked at a report."""
    MessageReport.objects.filter(pk=report_id, handled_at=None).update(handled_at=Now())


# --- One step each ----------------------------------------------------------------------------
def _checked(text: str) -> str:
    """Return ``text`` as it is kept: composed, with plain line ends, without control characters."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Also the marks that turn the direction of what follows: they make one address look like another.
    kept = "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) != "Cc")
    words = kept.translate(dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))).strip()
    problem = ""
    if not words:
        problem = _("Write your message.")
    elif len(words) > MESSAGE_LENGTH:
        problem = _("Write at most %(most)d characters; this is %(n)d.") % {
            "most": MESSAGE_LENGTH,
            "n": len(words),
        }
    if problem:
        raise DomainError(problem, fields={"text": [problem]})
    return words


def _locked(thread_id: UUID) -> Thread:
    return (
        Thread.objects.select_for_update(of=("self",), no_key=True)
        .select_related("seller", "buyer", "seller_order")
        .get(pk=thread_id)
    )


def _begin(thread: Thread, author: User, words: str) -> Message:
    _check_blocked(thread)
    message_limits.check_message(
        author=author,
        side=thread.begun_by,
        is_new_question=thread.begun_by == Side.BUYER and thread.seller_order is None,
    )
    moment = timezone.now()
    thread.created_at = thread.last_at = moment
    thread.last_by = thread.begun_by
    thread.save(force_insert=True)
    return _add(thread, thread.begun_by, author, words, moment)


def _write(thread_id: UUID, side: str, author: User, words: str) -> Message:
    thread = _locked(thread_id)
    if thread.closed_at is not None:
        raise ThreadClosedError(_("Our staff have closed this conversation."))
    if not thread.has_buyer:
        raise ThreadClosedError(_("The reader’s account is gone: nobody would read it."))
    _check_blocked(thread)
    message_limits.check_message(author=author, side=side)
    return _add(thread, side, author, words, timezone.now())


def _add(thread: Thread, side: str, author: User, words: str, moment: datetime) -> Message:
    other = Side.BUYER if side == Side.SELLER else Side.SELLER
    message = Message.objects.create(
        thread=thread, side=side, author=author, text=words, created_at=moment
    )
    is_first_unread = thread.unread(other) == 0
    # Whoever answers has read what is above their words.
    Thread.objects.filter(pk=thread.pk).update(
        last_at=moment,
        last_by=side,
        seller_archived=False,
        buyer_archived=False,
        **{f"{other}_unread": F(f"{other}_unread") + 1, f"{side}_unread": 0},
    )
    _log(thread, side, author, "message.sent")
    if is_first_unread:
        enqueue("orders.send_mail", kind="message", pk=str(message.pk))
    return message


def _log(thread: Thread, side: str, actor: User, action: str) -> None:
    """Write down what somebody of a shop's team did; readers' doings are their own."""
    if side == Side.SELLER:
        activity.record(
            seller=thread.seller,
            actor=actor,
            action=action,
            subject=thread.subject,
            thread=str(thread.pk),
        )


def _check_blocked(thread: Thread) -> None:
    if thread.is_about_open_order:
        return
    blocks = MessageBlock.objects.filter(seller=thread.seller, buyer=thread.buyer)
    if blocks.exists():
        raise MessagesBlockedError(
            _("One of you does not want messages from the other, so this was not sent.")
        )
