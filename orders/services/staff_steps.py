"""Steps of staff that move money: what each is told, and which service takes it.

A step is described once and then goes through ``orders.services.approvals``: previewed, asked for, approved by
a second person above the limit, carried out once. Here are those about an order, by pages with a preview; those
that are taken by a button are in ``hand_steps``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import Actor, RefusalReason, Ruling, Stage
from orders.models import Case, SellerOrder
from orders.selectors.case_money import LineMoney, account_of
from orders.services import case_rulings, refund_parts, refunds, seller_orders, steps
from orders.services.case_steps import By
from orders.services.seller_orders import Asked

Payload = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step that moves money.

    ``read`` brings a payload into the form in which it is kept (JSON), or raises DomainError. ``run`` calls the
    service, in the caller's transaction, with ``subject``, ``payload``, ``actor`` and ``key`` (the request's
    id: what is made bears it), and returns what it made as the journal names it.
    """

    kind: str
    label: str | Promise
    explain: str | Promise
    model: type[Model]
    # Who may ask for it, and approve of it: a permission of the row's model.
    permission: str
    read: Callable[[Payload], dict[str, Any]]
    run: Callable[..., str | None]
    # Steps of one name here are added up, where the same person takes them alone.
    sum: str = "refund"


@dataclass(frozen=True, slots=True)
class _Line:
    copies: int
    amount: int | None


def words_of(payload: Payload) -> str:
    """Return the reason that was given. Raises DomainError: there is none."""
    reason = str(payload.get("reason", "")).strip()
    if not reason:
        raise DomainError(_("Give a reason."), fields={"reason": [_("Give a reason.")]})
    return reason[:200]


def _whole(value: object) -> int:
    """Read a whole number of nothing or more."""
    if type(value) is not int or value < 0:
        raise DomainError(_("Write a number of nothing or more."))
    return value


# ---- refund ----


def _read_refund(payload: Payload) -> dict[str, Any]:
    """Lines by key: copies, or an amount in minor units, or both; an amount for the delivery."""
    lines: dict[str, dict[str, int | None]] = {}
    for key, line in dict(payload.get("lines", {})).items():
        copies, amount = _whole(line.get("copies", 0)), line.get("amount")
        if copies or amount:
            known = None if amount is None else _whole(amount)
            lines[str(UUID(str(key)))] = {"copies": copies, "amount": known}
    delivery = _whole(payload.get("delivery", 0))
    if not (lines or delivery):
        raise DomainError(_("Choose what is to be given back: copies, an amount, or the delivery."))
    return {
        "lines": lines,
        "delivery": delivery,
        "restock": bool(payload.get("restock")),
        "reason": words_of(payload),
    }


def _refund(*, subject: SellerOrder, payload: Payload, actor: User, key: UUID) -> str | None:
    """Give back what is still held by refusing the copies, and what was earned by a refund of it.

    Copies that are not posted go first: they never go, so their money is all there.
    """
    part = steps.locked(subject.pk)
    chosen = {UUID(pk): _Line(**line) for pk, line in payload["lines"].items()}
    lines = {line.pk: line for line in part.lines.filter(pk__in=chosen)}
    if len(lines) < len(chosen):
        raise DomainError(_("Such a book is not in this order."))
    unposted = {pk: min(lines[pk].left, line.copies) for pk, line in chosen.items()}
    unposted = {pk: n for pk, n in unposted.items() if n}
    for pk in unposted:
        if chosen[pk].amount is not None:
            message = _("Copies that are not posted are paid back in full. Leave this empty.")
            raise DomainError(message, fields={amount_field(pk): [message]})
    account = account_of(part)
    earned = [
        _of_posted(
            account.lines.get(pk) or LineMoney(lines[pk], 0, 0, 0, 0),
            line.copies - unposted.get(pk, 0),
            line.amount,
        )
        for pk, line in chosen.items()
        if line.copies > unposted.get(pk, 0) or (line.amount and not line.copies)
    ]
    made = _refuse(part, unposted, payload, actor, key) if unposted else None
    delivery = Money(payload["delivery"], part.currency)
    if earned or delivery:
        _check_delivery(part, delivery)
        refund = refunds.grant(
            seller_order=part,
            stage=Stage.EARNED,
            lines=earned,
            delivery=delivery,
            reason=payload["reason"],
            actor=actor,
            side=Actor.STAFF,
            key=key,
        )
        made = f"refund:{refund.pk}"
    return made


def _refuse(
    part: SellerOrder, copies: Mapping[UUID, int], payload: Payload, actor: User, key: UUID
) -> str:
    refusal = seller_orders.refuse(
        seller_order_id=part.pk,
        reason=RefusalReason.OTHER,
        words=payload["reason"],
        copies=copies,
        restock=payload["restock"],
        asked=Asked(actor, key=uuid5(key, "held")),
    )
    part.refresh_from_db()
    return f"refund:{refusal.refund_id}"


def _of_posted(money: LineMoney, copies: int, amount: int | None) -> refund_parts.Back:
    """Give back an amount of posted copies; that of ``copies`` is what so many of them are worth."""
    line = money.order_line
    if copies > money.copies_left:
        message = _("Of “%(title)s”, %(n)s posted copies are left to be given back.")
        raise DomainError(message % {"title": line.title, "n": money.copies_left})
    pence = money.worth(copies) if amount is None else amount
    try:
        return refund_parts.of_earned(
            order_line=line, amount=Money(pence, line.currency), quantity=copies
        )
    except DomainError as error:
        raise DomainError(
            error.message, fields={amount_field(line.pk): error.fields["amount"]}
        ) from error


def amount_field(line: UUID) -> str:
    """Return the name of the field with the amount for a line, by which an error about it is told."""
    return f"amount_{line.hex}"


def _check_delivery(part: SellerOrder, delivery: Money) -> None:
    if delivery and part.shipped_at is None:
        message = _(
            "The delivery is given back with the last of the copies, or once it was posted."
        )
        raise DomainError(message, fields={"delivery": [message]})


REFUND = Step(
    kind="refund",
    label=gettext_lazy("Refund"),
    explain=gettext_lazy(
        "Copies that are not posted are refused and paid back; of posted ones the shop and the commission give "
        "back their parts. The buyer is told by mail."
    ),
    model=SellerOrder,
    permission="change",
    read=_read_refund,
    run=_refund,
)


# ---- cancel ----


def _read_cancel(payload: Payload) -> dict[str, Any]:
    return {"reason": words_of(payload), "restock": bool(payload.get("restock"))}


def _cancel(*, subject: SellerOrder, payload: Payload, actor: User, key: UUID) -> str | None:
    del key  # an order is cancelled once by its state
    part = seller_orders.cancel(
        seller_order_id=subject.pk,
        reason=payload["reason"],
        restock=payload["restock"],
        actor=actor,
    )
    refusal = part.refusals.order_by("-created_at", "-pk").first()
    return f"refund:{refusal.refund_id}" if refusal else None


CANCEL = Step(
    kind="cancel",
    label=gettext_lazy("Cancel order"),
    explain=gettext_lazy(
        "The buyer gets all of the money for this seller’s books and post back, and is told by mail. "
        "This can’t be undone."
    ),
    model=SellerOrder,
    permission="change",
    read=_read_cancel,
    run=_cancel,
)


# ---- goodwill ----


def _read_goodwill(payload: Payload) -> dict[str, Any]:
    return {"amount": _whole(payload.get("amount") or 0), "reason": words_of(payload)}


def _goodwill(*, subject: SellerOrder, payload: Payload, actor: User, key: UUID) -> str | None:
    part = steps.locked(subject.pk)
    refund = refunds.goodwill(
        seller_order=part,
        amount=Money(payload["amount"], part.currency),
        reason=payload["reason"],
        actor=actor,
        key=key,
    )
    return f"refund:{refund.pk}"


GOODWILL = Step(
    kind="goodwill",
    label=gettext_lazy("Goodwill"),
    explain=gettext_lazy(
        "The marketplace gives the buyer something of its own; the shop keeps what it has earned."
    ),
    model=SellerOrder,
    permission="change",
    read=_read_goodwill,
    run=_goodwill,
)


# ---- decision of a case ----


def _read_decision(payload: Payload) -> dict[str, Any]:
    ruling, amount = str(payload.get("ruling", "")), payload.get("amount")
    if ruling not in Ruling.values:
        message = _("Choose what is to happen.")
        raise DomainError(message, fields={"ruling": [message]})
    if amount is not None:
        _check_decided(Ruling(ruling), _whole(amount))
    return {
        "ruling": ruling,
        "amount": amount,
        "reason": words_of(payload),
    }


def _check_decided(ruling: Ruling, amount: int) -> None:
    """Refuse an amount that the ruling would pass over: nothing typed is all that is owed, not nothing."""
    gives = ruling in (Ruling.SHOP_PAYS, Ruling.GOODWILL)
    if gives and not amount:
        message = _("Give back something, or leave it empty for all that is owed.")
    elif amount and not gives:
        message = _("This decision gives back no amount of its own. Leave it empty.")
    else:
        return
    raise DomainError(message, fields={"amount": [message]})


def _decide(*, subject: Case, payload: Payload, actor: User, key: UUID) -> str | None:
    del key  # a case is decided once by its state
    amount = payload["amount"]
    case = case_rulings.decide(
        case_id=subject.pk,
        ruling=payload["ruling"],
        amount=Money(amount, subject.currency) if amount else None,
        words=payload["reason"],
        by=By(Actor.STAFF, actor),
    )
    return f"refund:{case.refund_id}" if case.refund_id else None


DECIDE = Step(
    kind="decide",
    label=gettext_lazy("Decide"),
    explain=gettext_lazy(
        "What each decision does to whom stands on the page of the case. Both sides are told by mail."
    ),
    model=Case,
    permission="change",
    read=_read_decision,
    run=_decide,
)


STEPS: Sequence[Step] = (REFUND, CANCEL, GOODWILL, DECIDE)
