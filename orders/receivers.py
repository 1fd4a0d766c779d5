"""What orders brings to the apps below: receivers of their signals, one function a signal; and words."""

from typing import Any

from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.selectors.sentences import tell
from accounts.signals import program_signed_in, visitor_signed_in
from books4all.lib.errors import DomainError
from orders.selectors.baskets import find_basket
from orders.services import baskets
from orders.services.checkout import abandon

SESSION_KEY = "basket"
BASKET_HEADER = "X-Basket-Token"

# The log of a shop in words, as they follow a name.
tell(
    {
        "order.accepted": gettext_lazy("accepted the order %(subject)s"),
        "order.posted": gettext_lazy("posted the order %(subject)s: %(note)s"),
        "order.tracking_corrected": gettext_lazy(
            "put the tracking number of the order %(subject)s right: %(note)s"
        ),
        "order.delivered": gettext_lazy("marked the order %(subject)s as delivered"),
        "order.refused": gettext_lazy("refused copies of the order %(subject)s"),
        "tax.changed": gettext_lazy("changed the shop’s tax settings: %(subject)s"),
        "promotion.made": gettext_lazy("made the offer “%(subject)s”"),
        "promotion.changed": gettext_lazy("changed the offer “%(subject)s”"),
        "promotion.ended": gettext_lazy("ended the offer “%(subject)s”"),
        "promotion.joined": gettext_lazy("took part in the offer “%(subject)s”"),
        "promotion.left": gettext_lazy("left the offer “%(subject)s”"),
        "webhook.added": gettext_lazy("added a webhook: %(subject)s"),
        "webhook.changed": gettext_lazy("changed the webhook %(subject)s"),
        "webhook.removed": gettext_lazy("removed the webhook %(subject)s"),
        "webhook.secret_rotated": gettext_lazy("made a new secret for the webhook %(subject)s"),
        "webhook.switched_on": gettext_lazy("switched the webhook %(subject)s on"),
        "webhook.switched_off": gettext_lazy("switched the webhook %(subject)s off"),
        "webhook.tested": gettext_lazy("sent a test to the webhook %(subject)s"),
        "webhook.replayed": gettext_lazy("sent %(n)s messages to the webhook %(subject)s again"),
        "order.goodwill": gettext_lazy("gave back some of the order %(subject)s: %(note)s"),
        "case.approved": gettext_lazy("agreed to take a book back: %(subject)s"),
        "case.offered": gettext_lazy("offered the reader part of the money: %(subject)s"),
        "case.declined": gettext_lazy("declined what a reader asked for: %(subject)s"),
        "case.escalated": gettext_lazy("asked the marketplace to decide: %(subject)s"),
        "case.resolved": gettext_lazy("settled what was wrong with the order %(subject)s"),
        "payout.failed": gettext_lazy("could not pay the payout %(subject)s"),
        "payout.given_up": gettext_lazy(
            "gave the payout %(subject)s up: its money is ready for the next"
        ),
        "payout.retried": gettext_lazy("tried the payout %(subject)s again"),
        "payout_account.changed": gettext_lazy("changed where the shop is paid to: %(subject)s"),
        "order.parcel_followed": gettext_lazy(
            "told news of a parcel of the order %(subject)s: %(note)s"
        ),
        "order.postage_asked": gettext_lazy(
            "asked for extra postage for the order %(subject)s: %(note)s"
        ),
        "order.postage_withdrawn": gettext_lazy(
            "withdrew the extra postage for the order %(subject)s: %(note)s"
        ),
        "order.cancel_agreed": gettext_lazy(
            "cancelled the order %(subject)s, as its buyer had asked"
        ),
        "order.cancel_declined": gettext_lazy("declined to cancel the order %(subject)s: %(note)s"),
        "message.sent": gettext_lazy("wrote a message: %(subject)s"),
        "message.reported": gettext_lazy("reported a conversation: %(subject)s"),
        "reader.blocked": gettext_lazy("blocked the reader of a conversation: %(subject)s"),
        "reader.unblocked": gettext_lazy("unblocked the reader of a conversation: %(subject)s"),
    }
)


@receiver(visitor_signed_in, dispatch_uid="orders.merge_basket")
def merge_basket(sender: Any, *, user: User, request: HttpRequest, **_kwargs: Any) -> None:
    """Put the visitor's basket into that of the user they turned out to be."""
    source = find_basket(user=None, token=request.session.get(SESSION_KEY, ""))
    if source is None:
        return
    try:
        _open_again(source.pk, user)
        merged = baskets.merge(source=source, user=user)
    except DomainError as error:
        # Signing in must not fail for it; the basket stays under its token, and the next try takes it.
        messages.warning(request, error.message)
        return
    request.session.pop(SESSION_KEY, None)
    for text in merged.messages:
        messages.warning(request, text)


@receiver(program_signed_in, dispatch_uid="orders.merge_named_basket")
def merge_named_basket(sender: Any, *, user: User, request: HttpRequest, **_kwargs: Any) -> None:
    """Put the basket that a program names in ``X-Basket-Token`` into that of the user it signed in."""
    source = find_basket(user=None, token=request.headers.get(BASKET_HEADER, ""))
    if source is None:
        return
    try:
        _open_again(source.pk, user)
        baskets.merge(source=source, user=user)
    except DomainError:
        # Signing in must not fail for it; the basket stays under its token, and the next try takes it.
        return


def _open_again(source_pk: Any, user: User) -> None:
    """End checkouts that were begun before: the merged basket is another than was to be paid."""
    mine = find_basket(user=user)
    for pk in (source_pk, mine.pk if mine else None):
        if pk is not None:
            abandon(basket_id=pk)
