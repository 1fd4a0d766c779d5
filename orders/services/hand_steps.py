"""Steps of staff that move money by a button or a form of its own: they too wait for a second person above the limit.

``orders.services.approvals.ask`` takes them, as it takes those of ``staff_steps``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Seller, User
from books4all.lib.errors import ConflictError
from books4all.lib.money import Money
from orders.constants import AccountKind, GiftFunding
from orders.models import BankLine, Refund, SettlementLine
from orders.services import gift_cards, matching, payouts, settlements, transfers
from orders.services.staff_steps import Payload, Step, words_of


def _nothing(payload: Payload) -> dict[str, Any]:
    del payload
    return {}


def _step(
    kind: str,
    label: str | Promise,
    model: type[Model],
    read: Callable[[Payload], dict[str, Any]],
    run: Callable[..., str | None],
) -> Step:
    return Step(
        kind=kind,
        label=label,
        explain="",
        model=model,
        permission="change",
        read=read,
        run=run,
        sum=kind,
    )


def _pay_out(*, subject: Seller, payload: Payload, actor: User, key: UUID) -> str:
    del payload, actor, key  # what is paid is claimed: a second time there is nothing left
    payout = payouts.make_for(seller=subject, currency=settings.MARKETPLACE_CURRENCY)
    if payout is None:
        raise ConflictError(
            _("Nothing can be paid: too little is ready, or the shop can’t be paid just now.")
        )
    return f"payout:{payout.pk}"


PAY_OUT = _step("pay-out", gettext_lazy("Pay out now"), Seller, _nothing, _pay_out)


def _read_booking(payload: Payload) -> dict[str, Any]:
    """An account (none: nothing is booked), and what it was."""
    return {"account": payload["account"] or None, "reason": words_of({"reason": payload["note"]})}


def _book_line(*, subject: BankLine, payload: Payload, actor: User, key: UUID) -> str:
    del key  # a line is matched once
    matching.adjust(
        line_id=subject.pk,
        account=AccountKind(payload["account"]),
        note=payload["reason"],
        actor=actor,
    )
    return f"bank_line:{subject.pk}"


BOOK_LINE = _step("book-line", gettext_lazy("Book it"), BankLine, _read_booking, _book_line)


def _resolve(*, subject: SettlementLine, payload: Payload, actor: User, key: UUID) -> str:
    del key  # a line is resolved once
    account = payload["account"]
    settlements.resolve(
        line_id=subject.pk,
        note=payload["reason"],
        account=AccountKind(account) if account else None,
        actor=actor,
    )
    return f"settlement_line:{subject.pk}"


RESOLVE = _step("resolve", gettext_lazy("Resolve it"), SettlementLine, _read_booking, _resolve)


def _refund_sent(*, subject: Refund, payload: Payload, actor: User, key: UUID) -> None:
    """Say that a refund was sent. Nothing is made: the refund is there."""
    del payload, actor, key  # a refund is paid once
    transfers.refund_paid(refund_id=subject.pk)


REFUND_SENT = _step(
    "refund-sent", gettext_lazy("Sent by bank transfer"), Refund, _nothing, _refund_sent
)


def _read_card(payload: Payload) -> dict[str, Any]:
    expires_at: datetime | None = payload["expires_at"]
    return {
        "amount": payload["amount"],
        "funding": str(payload["funding"]),
        "recipient": payload["recipient"],
        "reason": payload["reason"],
        "expires_at": expires_at.isoformat() if expires_at else None,
    }


def issue_card(*, payload: Payload, actor: User) -> tuple[str, str]:
    """Issue the card that ``payload`` describes; returns its key, and its code, which is shown once."""
    until = payload["expires_at"]
    card, code = gift_cards.issue(
        worth=Money(payload["amount"], settings.MARKETPLACE_CURRENCY),
        funding=GiftFunding(payload["funding"]),
        actor=actor,
        recipient=payload["recipient"],
        note=payload["reason"],
        expires_at=datetime.fromisoformat(until) if until else None,
    )
    return str(card.pk), code


def _gift_card(*, subject: User, payload: Payload, actor: User, key: UUID) -> str:
    """Issue a card that a colleague has approved: its code goes by mail, to who asked if to nobody else."""
    del subject, key  # a request is carried out once
    payload = {**payload, "recipient": payload["recipient"] or actor.email}
    pk, _code = issue_card(payload=payload, actor=actor)
    return f"gift_card:{pk}"


# About whoever asks: before it is issued there is no card.
GIFT_CARD = _step("gift-card", gettext_lazy("Gift card"), User, _read_card, _gift_card)

STEPS: Sequence[Step] = (PAY_OUT, BOOK_LINE, RESOLVE, REFUND_SENT, GIFT_CARD)
