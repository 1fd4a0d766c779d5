"""Cases as their two sides and staff see them. Every read starts from the order or the shop of who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.constants import ReturnPostage
from accounts.models import Seller, User
from books4all.lib.errors import NotFoundError
from catalog.constants import CoverStatus
from orders.constants import (
    CASE_OPEN,
    CASE_STEPS,
    Actor,
    CaseReason,
    CaseStatus,
    CaseStep,
    CaseWant,
)
from orders.models import Case, CaseLine, CasePhoto, Order, OrderEvent, SellerOrder
from orders.selectors.case_money import (
    Account,
    Due,
    LineMoney,
    account_of,
    due_of,
    terms_for,
    terms_of,
)
from orders.selectors.refund_matrix import Terms

# Cases the clock takes on at a time; what is left comes next time.
PORTION = 200
STEPS_SHOWN = 200


# --- Rules ------------------------------------------------------------------------------------
def wants_of(reason: str) -> tuple[str, ...]:
    """Return what somebody may want who writes for ``reason``."""
    if reason == CaseReason.CHANGED_MIND:
        return (CaseWant.REFUND,)
    if reason == CaseReason.NOT_ARRIVED:
        return (CaseWant.REFUND, CaseWant.REPLACEMENT)
    return tuple(CaseWant.values)


def waits_for(case: Case) -> Actor:
    """Return the side that has to act."""
    if case.status in (CaseStatus.OPEN, CaseStatus.POSTED):
        return Actor.SELLER
    return Actor.STAFF if case.status == CaseStatus.ESCALATED else Actor.BUYER


def steps_of(case: Case, side: Actor) -> list[CaseStep]:
    """Return what ``side`` can do about a case now, in the order of CaseStep."""
    terms = terms_of(case)
    shut = {
        CaseStep.REPLACE: case.is_return,
        CaseStep.DECLINE: not terms.may_decline,
        CaseStep.TAKE_BACK: not terms.may_dispute,
        CaseStep.APPROVE: not terms.needs_return,
        CaseStep.OFFER: not terms.needs_return,
        CaseStep.ESCALATE: side == Actor.BUYER
        and case.status == CaseStatus.OPEN
        and case.answered_at is None,
    }
    return [
        step
        for step in CaseStep
        if case.status in CASE_STEPS[step].get(side, ()) and not shut.get(step, False)
    ]


def late_cases() -> list[UUID]:
    """Return the cases in which a side is late, the latest first; at most PORTION."""
    late = Case.objects.filter(answer_by__lte=timezone.now())
    return list(late.order_by("answer_by").values_list("pk", flat=True)[:PORTION])


# --- Finding ----------------------------------------------------------------------------------
def with_everything(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Load what a case's page and the API show: lines and photographs in two more queries."""
    lines = CaseLine.objects.select_related("order_line__listing__edition__work").order_by("pk")
    photos = CasePhoto.objects.defer("original").order_by("created_at", "pk")
    return cases.select_related(
        "seller_order__order", "seller_order__seller", "refund"
    ).prefetch_related(Prefetch("lines", queryset=lines), Prefetch("photos", queryset=photos))


def _one(cases: QuerySet[Case]) -> Case:
    found = with_everything(cases).first()
    if found is None:
        raise NotFoundError(_("There is no such case."))
    return found


def case_of_order(order: Order, pk: UUID) -> Case:
    """Return a case about ``order``, whoever its buyer is. Raises NotFoundError."""
    return _one(Case.objects.filter(seller_order__order=order, pk=pk))


def case_of_buyer(user: User, pk: UUID) -> Case:
    """Return a case about an order of ``user``. Raises NotFoundError."""
    return _one(cases_of_buyer(user).filter(pk=pk))


def case_of_seller(seller: Seller, pk: UUID) -> Case:
    """Return a case about what ``seller`` sold. Raises NotFoundError."""
    return _one(Case.objects.filter(seller_order__seller=seller, pk=pk))


def cases_of_buyer(user: User) -> QuerySet[Case]:
    """Return the cases about orders of ``user``, the newest first."""
    return Case.objects.filter(seller_order__order__user=user).order_by("-created_at", "-pk")


def cases_of_seller(seller: Seller, show: str = "") -> QuerySet[Case]:
    """Return a shop's cases: those that wait for it, all open ones (``open``), or all (``all``)."""
    rows = Case.objects.filter(seller_order__seller=seller)
    if show == "all":
        return rows.order_by("-created_at", "-pk")
    if show == "open":
        rows = rows.filter(status__in=CASE_OPEN)
    else:
        rows = rows.filter(status__in=(CaseStatus.OPEN, CaseStatus.POSTED))
    # The first deadline first; staff have none.
    return rows.order_by("answer_by", "pk")


def counts_of_seller(seller: Seller) -> tuple[int, int]:
    """Return how many of a shop's cases wait for it, and how many are open; one query."""
    rows = Case.objects.filter(seller_order__seller=seller, status__in=CASE_OPEN)
    states = list(rows.values_list("status", flat=True)[:1000])
    mine = sum(status in (CaseStatus.OPEN, CaseStatus.POSTED) for status in states)
    return mine, len(states)


def cases_about(orders: Sequence[UUID]) -> dict[UUID, list[Case]]:
    """Return the cases about seller orders by these; one query."""
    found: dict[UUID, list[Case]] = {key: [] for key in orders}
    for case in Case.objects.filter(seller_order__in=orders).order_by("created_at", "pk"):
        found[case.seller_order_id].append(case)
    return found


def photo_of(case: Case, pk: UUID) -> CasePhoto:
    """Return a photograph of a case that is ready to be shown. Raises NotFoundError."""
    photo = case.photos.filter(pk=pk, status=CoverStatus.READY).defer("original").first()
    if photo is None:
        raise NotFoundError(_("There is no such photograph."))
    return photo


# --- Pages ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be wrong, on the page that asks; ``may_ask`` as the matrix says."""

    reason: CaseReason
    terms: Terms


@dataclass(frozen=True, slots=True)
class Askable:
    """What a case about a seller order can be about."""

    seller_order: SellerOrder
    account: Account
    lines: Sequence[LineMoney]
    choices: Sequence[Choice]

    @property
    def is_possible(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.lines) and any(choice.terms.may_ask for choice in self.choices)


def askable(order: Order, seller_order_id: UUID) -> Askable:
    """Return what a case about a part of ``order`` can be about; eight queries at any size.

    Raises:
        NotFoundError: it is a part of another order, or nothing of it was posted.
    """
    parts = SellerOrder.objects.filter(order=order, shipped_at__isnull=False)
    seller_order = parts.select_related("order", "seller").filter(pk=seller_order_id).first()
    if seller_order is None:
        raise NotFoundError(_("There is no such order."))
    account = account_of(seller_order)
    busy = set(
        CaseLine.objects.filter(order_line__seller_order=seller_order, is_open=True).values_list(
            "order_line", flat=True
        )
    )
    return Askable(
        seller_order=seller_order,
        account=account,
        lines=[
            line
            for key, line in account.lines.items()
            if key not in busy and line.copies_left and line.left
        ],
        choices=[Choice(reason, terms_for(seller_order, reason)) for reason in CaseReason],
    )


def may_ask(part: SellerOrder, order: Order) -> bool:
    """Return whether it is still time to say that something of ``order`` is wrong; no queries."""
    if part.shipped_at is None:
        return False
    part.order = order
    return any(terms_for(part, reason).may_ask for reason in CaseReason)


@dataclass(frozen=True, slots=True)
class Told:
    """A step of a case, as its page tells it."""

    event: OrderEvent
    what: str
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as a page for one side."""

    case: Case
    side: Actor
    terms: Terms
    due: Due | None
    steps: Sequence[CaseStep]
    story: Sequence[Told]
    send_to: Sequence[str]

    @property
    def lines(self) -> Sequence[CaseLine]:
        """The books."""
        return list(self.case.lines.all())

    @property
    def photos(self) -> Sequence[CasePhoto]:
        """What both sides have shown."""
        return list(self.case.photos.all())

    @property
    def shop_pays_return(self) -> bool:
        """Whether the way back is the shop's to pay."""
        return self.terms.return_paid_by == ReturnPostage.SELLER


def case_page(case: Case, side: Actor) -> CasePage:
    """Return a case that was loaded ``with_everything`` as a page; seven more queries."""
    order = case.seller_order.order
    events = OrderEvent.objects.filter(
        order=order, seller_order=case.seller_order, data__case=str(case.pk)
    ).order_by("created_at", "pk")
    names = {
        Actor.BUYER: order.full_name,
        Actor.SELLER: case.seller_order.seller.name,
        Actor.STAFF: _("Our staff"),
        Actor.SYSTEM: "",
    }
    return CasePage(
        case=case,
        side=side,
        terms=terms_of(case),
        due=due_of(case) if case.is_open else None,
        steps=steps_of(case, side),
        story=[
            Told(event, str(event.get_type_display()), names[Actor(event.side)], event.note)
            for event in events[:STEPS_SHOWN]
        ],
        send_to=send_to(case),
    )


def send_to(case: Case) -> list[str]:
    """Return the address that a book goes back to, line by line."""
    seller, order = case.seller_order.seller, case.seller_order.order
    return [
        line
        for line in (
            seller.name,
            seller.street,
            f"{seller.postcode} {seller.place}".strip(),
            "" if seller.country == order.country else str(seller.country.name),
        )
        if line
    ]
