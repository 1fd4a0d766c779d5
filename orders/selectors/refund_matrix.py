"""What is owed to a buyer, by why they write: the refund matrix (RULES.md), as a pure function.

| why | price | delivery | book comes back | its post is paid by | the shop may |
| --- | --- | --- | --- | --- | --- |
| not arrived, from 15 days past the last day expected, or known to be lost | yes | yes | no | - | decline |
| damaged | yes | yes | yes, unless the shop lets it go | the shop | decline |
| another book, incomplete, not as described: agreed | yes | yes | the same | the shop | - |
| the same, and the shop does not agree | yes | yes | yes | the buyer | not decline |
| changed mind, consumer's right to withdraw | yes | standard | yes | as the shop promised | not decline |
| changed mind, by the shop's own promise | yes | no | yes | as the shop promised | not decline |

The right to withdraw (Directive 2011/83/EU, articles 9, 13, 14; in the United Kingdom the Consumer Contracts
Regulations 2013) is that of consumers in the Union and the United Kingdom against traders: 14 days from the
arrival, and the delivery given back is at most what standard delivery would have cost. A shop that promises
more days, a private person, and a trader who posts elsewhere, keep what they have promised.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from accounts.constants import ReturnPostage
from catalog.constants import EU
from orders.constants import CaseReason

# By law, counted from the day after the arrival (2011/83/EU, article 9(2); 2013/3134, regulation 30).
STATUTORY_DAYS = 14
_CONSUMERS = EU | {"GB"}
# What is held against the description.
_DESCRIPTION = (CaseReason.NOT_AS_DESCRIBED, CaseReason.WRONG_BOOK, CaseReason.INCOMPLETE)


class Delivery(StrEnum):
    """How much of the delivery is given back, for copies that are all that was sent."""

    NONE = "none"
    # At most what standard delivery would have cost.
    STANDARD = "standard"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Limits:
    """Days: until a parcel counts as lost, and for saying that something is wrong."""

    not_arrived: int
    claim: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the matrix has to know.

    ``expected`` is the last day on which the parcel should have come; ``arrived`` when it came, None where
    nobody has said so. ``withdrawal_days`` and ``return_postage`` are what was promised with the order.
    ``lost``: it is known that the parcel is, or that it went back to the shop.
    ``agreed``: whether the shop agrees with the buyer, until it has said that it does not.
    """

    reason: str
    private: bool
    country: str
    withdrawal_days: int
    return_postage: str
    expected: date
    arrived: date | None
    today: date
    agreed: bool = True
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be asked for, from the first to the last day, and what is owed then."""

    first_day: date | None
    last_day: date
    may_ask: bool
    delivery: Delivery
    needs_return: bool
    return_paid_by: str
    may_decline: bool
    may_dispute: bool

    @property
    def shop_pays_return(self) -> bool:
        """Whether the shop owes the post of the way back: a label, or it lets the book go."""
        return self.needs_return and self.return_paid_by == ReturnPostage.SELLER


def statutory(*, private: bool, country: str) -> bool:
    """Return whether the law gives the buyer a right to withdraw: a consumer here, from a trader."""
    return not private and country in _CONSUMERS


def withdrawal_days(*, private: bool, country: str, promised: int, least: int) -> int:
    """Return within how many days a book may be sent back without a reason: 0 not at all.

    ``promised`` are the shop's own days, ``least`` the marketplace's for consumers.
    """
    if statutory(private=private, country=country):
        return max(promised, least, STATUTORY_DAYS)
    return promised


def terms(facts: Facts, limits: Limits) -> Terms:
    """Return the row of the matrix for ``facts``. Pure.

    A parcel of which nobody has said that it came counts as come when it would count as lost.
    """
    lost = facts.expected + timedelta(days=limits.not_arrived)
    came = facts.arrived or lost
    if facts.reason == CaseReason.CHANGED_MIND:
        return _withdrawal(facts, came)
    if facts.reason == CaseReason.NOT_ARRIVED:
        first = facts.today if facts.lost else lost
        last = max(first, lost) + timedelta(days=limits.claim)
        return Terms(
            first_day=first,
            last_day=last,
            may_ask=first <= facts.today <= last,
            delivery=Delivery.WHOLE,
            needs_return=False,
            return_paid_by="",
            may_decline=True,
            may_dispute=False,
        )
    last = came + timedelta(days=limits.claim)
    described = facts.reason in _DESCRIPTION
    return Terms(
        first_day=None,
        last_day=last,
        may_ask=facts.today <= last,
        delivery=Delivery.WHOLE,
        needs_return=True,
        return_paid_by=ReturnPostage.SELLER if facts.agreed else ReturnPostage.BUYER,
        may_decline=not described,
        may_dispute=described,
    )


def _withdrawal(facts: Facts, came: date) -> Terms:
    last = came + timedelta(days=facts.withdrawal_days)
    by_law = statutory(private=facts.private, country=facts.country)
    in_time = facts.today <= came + timedelta(days=STATUTORY_DAYS)
    return Terms(
        first_day=None,
        last_day=last,
        may_ask=facts.withdrawal_days > 0 and facts.today <= last,
        delivery=Delivery.STANDARD if by_law and in_time else Delivery.NONE,
        needs_return=True,
        return_paid_by=facts.return_postage,
        may_decline=False,
        may_dispute=False,
    )
