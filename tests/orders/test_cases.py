"""Cases: what can be done in which state, and to the penny where the money goes."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.constants import ReturnPostage
from books4all.lib.errors import ConflictError, DomainError
from catalog.models import Listing
from orders.constants import (
    CASE_STEPS,
    AccountKind,
    Actor,
    CaseReason,
    CaseStatus,
    CaseStep,
    EventType,
    Ruling,
    Stage,
)
from orders.errors import TransitionError
from orders.models import Case, CaseLine, OrderEvent, Refund, SellerOrder
from orders.selectors.case_money import account_of, due_of, terms_of
from orders.selectors.ledger import balances_of_seller
from orders.selectors.open_matters import has_open_matter
from orders.services import (
    case_answers,
    case_clock,
    case_rulings,
    cases,
    goodwill,
    postings,
    refund_parts,
    refunds,
)
from orders.services.case_steps import By
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.catalog import DeliveryRateFactory, ListingFactory
from tests.factories.orders import BasketLineFactory, CaseFactory
from tests.orders.cases import (
    READER,
    balances,
    complain,
    days_on,
    given_back,
    money,
    posted,
    posted_basket,
    shop,
)
from tests.orders.journeys import basket_with, run_jobs

pytestmark = pytest.mark.django_db

LABEL = b"%PDF-1.7 label"


def arrived(case: Case, *, resellable: int | None = None) -> dict[Any, case_answers.Arrived]:
    """Return everything of a case as having come back."""
    return {
        line.order_line_id: case_answers.Arrived(
            line.quantity, line.quantity if resellable is None else resellable
        )
        for line in case.lines.all()
    }


# --- Every state by every step ----------------------------------------------------------------
def _to(status: CaseStatus) -> Case:
    """Return a case in ``status``, that got there by steps."""
    part = posted()
    case = complain(part)
    keeper = shop(part.seller)
    ways: dict[CaseStatus, tuple[Callable[[], object], ...]] = {
        CaseStatus.OPEN: (),
        CaseStatus.OFFERED: (
            lambda: case_answers.offer(case_id=case.pk, amount=money(100), by=keeper),
        ),
        CaseStatus.DECLINED: (
            lambda: case_answers.decline(case_id=case.pk, words="It was sound.", by=keeper),
        ),
        CaseStatus.APPROVED: (
            lambda: case_answers.approve(case_id=case.pk, label=LABEL, by=keeper),
        ),
        CaseStatus.ESCALATED: (
            lambda: cases.escalate(case_id=case.pk, words="Please look.", by=keeper),
        ),
        CaseStatus.RESOLVED: (lambda: case_answers.refund(case_id=case.pk, by=keeper),),
        CaseStatus.CANCELLED: (lambda: cases.cancel(case_id=case.pk, by=READER),),
    }
    ways[CaseStatus.POSTED] = (
        *ways[CaseStatus.APPROVED],
        lambda: cases.post_back(case_id=case.pk, carrier="Evri", by=READER),
    )
    ways[CaseStatus.DENIED] = (
        *ways[CaseStatus.ESCALATED],
        lambda: case_rulings.decide(
            case_id=case.pk, ruling=Ruling.DENY, words="No.", by=By(Actor.STAFF, StaffFactory())
        ),
    )
    for step in ways[status]:
        step()
    case.refresh_from_db()
    assert case.status == status
    return case


def _take(step: CaseStep, case: Case, by: By) -> object:
    pk = case.pk
    return {
        CaseStep.REFUND: lambda: case_answers.refund(case_id=pk, by=by),
        CaseStep.APPROVE: lambda: case_answers.approve(case_id=pk, label=LABEL, by=by),
        CaseStep.TAKE_BACK: lambda: case_answers.take_back(case_id=pk, words="Well.", by=by),
        CaseStep.OFFER: lambda: case_answers.offer(case_id=pk, amount=money(50), by=by),
        CaseStep.REPLACE: lambda: case_answers.replace(case_id=pk, carrier="Evri", by=by),
        CaseStep.DECLINE: lambda: case_answers.decline(case_id=pk, words="No.", by=by),
        CaseStep.RECEIVE: lambda: case_answers.receive(case_id=pk, arrived=arrived(case), by=by),
        CaseStep.TAKE_OFFER: lambda: cases.take_offer(case_id=pk, by=by),
        CaseStep.REFUSE_OFFER: lambda: cases.refuse_offer(case_id=pk, by=by),
        CaseStep.POST: lambda: cases.post_back(case_id=pk, carrier="Evri", by=by),
        CaseStep.CANCEL: lambda: cases.cancel(case_id=pk, by=by),
        CaseStep.ESCALATE: lambda: cases.escalate(case_id=pk, words="Look.", by=by),
        CaseStep.DECIDE: lambda: case_rulings.decide(
            case_id=pk, ruling=Ruling.DENY, words="No.", by=by
        ),
    }[step]()


# Where a step leads from a state that it is allowed in; what is missing leads nowhere for a damaged book.
LEADS = {
    CaseStep.REFUND: CaseStatus.RESOLVED,
    CaseStep.APPROVE: CaseStatus.APPROVED,
    CaseStep.OFFER: CaseStatus.OFFERED,
    CaseStep.REPLACE: CaseStatus.RESOLVED,
    CaseStep.DECLINE: CaseStatus.DECLINED,
    CaseStep.RECEIVE: CaseStatus.RESOLVED,
    CaseStep.TAKE_OFFER: CaseStatus.RESOLVED,
    CaseStep.REFUSE_OFFER: CaseStatus.OPEN,
    CaseStep.POST: CaseStatus.POSTED,
    CaseStep.CANCEL: CaseStatus.CANCELLED,
    CaseStep.ESCALATE: CaseStatus.ESCALATED,
    CaseStep.DECIDE: CaseStatus.DENIED,
}


@pytest.mark.parametrize("status", CaseStatus)
def test_every_step_from_every_state(status: CaseStatus) -> None:
    """The steps of CASE_STEPS lead where they should; all others, and other people's, are refused."""
    case = _to(status)
    sides = {
        Actor.BUYER: READER,
        Actor.SELLER: shop(case.seller_order.seller),
        Actor.STAFF: By(Actor.STAFF, StaffFactory()),
        Actor.SYSTEM: By(Actor.SYSTEM),
    }
    money_before = given_back(case.seller_order)
    for step in CaseStep:
        for side, by in sides.items():
            may = status in CASE_STEPS[step].get(side, ())
            if step == CaseStep.TAKE_BACK and may:
                continue  # below
            if (step, side, status) == (CaseStep.ESCALATE, Actor.BUYER, CaseStatus.OPEN):
                continue  # below
            with transaction.atomic():
                if may:
                    _take(step, case, by)
                    case.refresh_from_db()
                    assert case.status == LEADS[step], (step, side)
                else:
                    with pytest.raises(TransitionError):
                        _take(step, case, by)
                transaction.set_rollback(True)
            case.refresh_from_db()
    assert case.status == status
    assert given_back(case.seller_order) == money_before


def test_what_the_reason_forbids() -> None:
    part = posted()
    case, keeper = complain(part, CaseReason.NOT_AS_DESCRIBED), shop(part.seller)
    with pytest.raises(ConflictError, match="can’t be declined"):
        case_answers.decline(case_id=case.pk, words="It is.", by=keeper)
    with pytest.raises(ConflictError, match="time to answer"):
        cases.escalate(case_id=case.pk, words="Now!", by=READER)
    case_answers.take_back(case_id=case.pk, words="It is as I wrote.", by=keeper)
    case.refresh_from_db()
    assert (case.status, case.agreed) == (CaseStatus.APPROVED, False)
    assert terms_of(case).return_paid_by == ReturnPostage.BUYER

    other = complain(posted())
    with pytest.raises(ConflictError, match="can’t be answered so"):
        case_answers.take_back(
            case_id=other.pk, words="It is sound.", by=shop(other.seller_order.seller)
        )


# --- Opening ----------------------------------------------------------------------------------
def test_a_line_has_one_open_case() -> None:
    part = posted()
    case = complain(part)
    with pytest.raises(ConflictError, match="open case about this book"):
        complain(part)
    assert has_open_matter(part)
    cases.cancel(case_id=case.pk, by=READER)
    assert not has_open_matter(part)
    complain(part, CaseReason.WRONG_BOOK)


def test_the_database_holds_a_line_to_one_open_case() -> None:
    line = complain(posted()).lines.get()
    other = CaseFactory(seller_order=line.case.seller_order)
    with pytest.raises(IntegrityError, match="caseline_one_open"), transaction.atomic():
        CaseLine.objects.create(case=other, order_line=line.order_line, quantity=1)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": "bored"}, "Choose what is wrong"),
        ({"words": " "}, "Say why"),
        ({"wants": "a pony"}, "Choose what you would like"),
        ({"reason": "changed_mind", "wants": "replacement"}, "Choose what you would like"),
        ({"reason": "not_arrived"}, "come back here"),
        ({"wants": "partial", "asked": money(99_900)}, "at most £6.00"),
        ({"wants": "partial", "asked": money(0)}, "at most"),
    ],
)
def test_what_can_not_be_asked(said: dict[str, Any], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        complain(posted(), **said)


def test_too_late_and_nothing_posted() -> None:
    part = posted()
    with time_machine.travel(days_on(31)), pytest.raises(DomainError, match="Write to the shop"):
        complain(part)
    with time_machine.travel(days_on(15)), pytest.raises(DomainError, match="could be said until"):
        complain(part, CaseReason.CHANGED_MIND)


def test_the_same_request_opens_one_case() -> None:
    part, key = posted(), uuid4()
    given: dict[str, Any] = {
        "seller_order_id": part.pk,
        "complaint": cases.Complaint(reason="damaged", words="Torn."),
        "copies": {part.lines.get().pk: 1},
        "by": READER,
        "key": key,
    }
    assert cases.open_case(**given) == cases.open_case(**given)
    assert Case.objects.count() == 1


def test_more_copies_than_were_posted() -> None:
    part = posted()
    with pytest.raises(DomainError, match="at most"):
        complain(part, copies={part.lines.get().pk: 2})


# --- Money ------------------------------------------------------------------------------------
def listed(minor: int = 600, copies: int = 1, **seller: Any) -> Listing:
    """Return copies at a price, of a shop that posts for £2.80 and £1.00 a further one."""
    listing: Listing = ListingFactory(
        price_minor=minor, on_hand=copies, seller=SellerFactory(**seller)
    )
    return listing


def test_a_damaged_book_price_and_delivery_and_the_books_balance() -> None:
    part = posted(listed())
    whole = part.total_minor
    case = complain(part)
    keeper = shop(part.seller)
    with pytest.raises(DomainError, match="Add the label"):
        case_answers.approve(case_id=case.pk, by=keeper)
    with pytest.raises(DomainError, match="no PDF"):
        case_answers.approve(case_id=case.pk, label=b"<html>", by=keeper)
    case_answers.approve(case_id=case.pk, label=LABEL, by=keeper)
    cases.post_back(case_id=case.pk, carrier="Evri", tracking="E1", by=READER)
    assert given_back(part) == 0
    case_answers.receive(case_id=case.pk, arrived=arrived(case, resellable=0), by=keeper)
    case.refresh_from_db()
    assert (case.status, case.outcome) == ("resolved", "refunded")
    assert case.refund is not None
    assert case.refund.pk == case.pk
    assert given_back(part) == whole == case.refund.amount_minor
    # It came back broken, so it is not for sale.
    listing = part.lines.get().listing
    assert (listing.on_hand, listing.status) == (0, "sold")
    assert balances_of_seller(part.seller, "GBP")[AccountKind.SELLER_PENDING] == money(0)
    run_jobs(only=["orders.settle_refund"])
    # Everything of the order is where it came from: nothing is left on any account.
    assert balances(part) == {}


def test_a_sound_book_goes_back_on_sale_and_its_delivery_is_given_back() -> None:
    part = posted(listed())
    case = complain(part, CaseReason.CHANGED_MIND)
    # Nobody has to agree with that.
    assert case.status == CaseStatus.APPROVED
    cases.post_back(case_id=case.pk, carrier="Post office", by=READER)
    case_answers.receive(case_id=case.pk, arrived=arrived(case), by=shop(part.seller))
    assert given_back(part) == part.total_minor
    listing = part.lines.get().listing
    listing.refresh_from_db()
    assert (listing.on_hand, listing.status) == (1, "active")


def test_express_is_not_given_back_beyond_standard() -> None:
    part = posted(listed())
    charged = part.delivery_paid_minor
    assert charged
    SellerOrder.objects.filter(pk=part.pk).update(
        service="express", standard_delivery_minor=charged - 30
    )
    part.refresh_from_db()
    # A discount on the delivery is one on its standard part, too.
    changed = complain(part, CaseReason.CHANGED_MIND)
    assert due_of(changed).delivery == money(charged - 30)
    cases.cancel(case_id=changed.pk, by=READER)
    assert due_of(complain(part)).delivery == money(charged)


def test_a_private_seller_gives_back_the_price_alone() -> None:
    part = posted(listed(kind="private", return_days=10))
    case = complain(part, CaseReason.CHANGED_MIND)
    assert part.withdrawal_days == 10
    case_answers.receive(case_id=case.pk, arrived=arrived(case), by=shop(part.seller))
    assert given_back(part) == part.items_minor


def test_what_was_promised_with_the_order_holds() -> None:
    part = posted(listed(return_days=30, return_postage="seller"))
    part.seller.return_days, part.seller.return_postage = 14, "buyer"
    part.seller.save()
    with time_machine.travel(days_on(20)):
        case = complain(part, CaseReason.CHANGED_MIND)
        # The shop has promised to pay the way back: it owes the label first.
        assert case.status == CaseStatus.OPEN
        # Past the law's fourteen days it is its own promise: the price.
        assert due_of(case).total == money(part.items_minor)


def test_copies_one_by_one_come_to_the_whole() -> None:
    seller = SellerFactory()
    DeliveryRateFactory(seller=seller, destination="GB", first_minor=281, further_minor=0)
    three = ListingFactory(price_minor=333, on_hand=3, seller=seller)
    other = ListingFactory(price_minor=100, on_hand=1, seller=seller)
    basket = basket_with(three, quantity=3)
    BasketLineFactory(basket=basket, listing=other)
    part = posted_basket(basket)
    keeper = shop(seller)
    lines = {line.listing_id: line.pk for line in part.lines.all()}
    back = []
    for listing in (three, other, three, three):
        case = complain(part, copies={lines[listing.pk]: 1})
        case_answers.refund(case_id=case.pk, by=keeper)
        case.refresh_from_db()
        assert case.refund is not None
        back.append((case.refund.amount_minor, case.refund.delivery_minor))
    # The delivery of 2.81 in four: as the copies come, and the rest with the last.
    assert back == [(403, 70), (170, 70), (403, 70), (404, 71)]
    assert given_back(part) == part.total_minor
    with pytest.raises(DomainError, match="0 at most"):
        complain(part, copies={lines[other.pk]: 1})


def test_part_of_the_money_for_a_book_that_stays() -> None:
    part = posted(listed())
    case = complain(part, CaseReason.INCOMPLETE, wants="partial", asked=money(300))
    keeper = shop(part.seller)
    with pytest.raises(DomainError, match="at most"):
        case_answers.offer(case_id=case.pk, amount=money(601), by=keeper)
    case_answers.offer(case_id=case.pk, amount=money(150), words="A plate is a plate.", by=keeper)
    cases.refuse_offer(case_id=case.pk, words="Too little.", by=READER)
    case_answers.offer(case_id=case.pk, amount=money(200), by=keeper)
    cases.take_offer(case_id=case.pk, by=READER)
    case.refresh_from_db()
    assert case.outcome == "partly"
    assert given_back(part) == 200
    # A later claim can't bring back more than the rest.
    rest = complain(part)
    assert due_of(rest).total == money(part.total_minor - 200)


def test_not_arrived_is_refunded_without_a_book() -> None:
    part = posted(listed(), arrived=False)
    with time_machine.travel(days_on(40)):
        case = complain(part, CaseReason.NOT_ARRIVED)
        with pytest.raises(ConflictError, match="nothing to be sent back"):
            case_answers.approve(case_id=case.pk, by=shop(part.seller))
        case_answers.refund(case_id=case.pk, by=shop(part.seller))
    assert given_back(part) == part.total_minor


def test_another_copy_is_taken_off_the_shelf() -> None:
    listing = listed(copies=3)
    part = posted(listing)
    case = complain(part, wants="replacement")
    case_answers.replace(
        case_id=case.pk, carrier="Evri", tracking="E2", from_stock=True, by=shop(part.seller)
    )
    case.refresh_from_db()
    listing.refresh_from_db()
    assert (case.outcome, case.replacement, listing.on_hand) == ("replaced", "Evri E2", 1)
    assert given_back(part) == 0


def test_goodwill_of_the_shop() -> None:
    part = posted(listed())
    keeper = shop(part.seller)
    with pytest.raises(DomainError, match="at most"):
        goodwill.give(
            seller_order_id=part.pk, amount=money(part.total_minor + 1), words="Sorry", by=keeper
        )
    goodwill.give(seller_order_id=part.pk, amount=money(120), words="For the wait", by=keeper)
    assert given_back(part) == 120
    goodwill.give(
        seller_order_id=part.pk, amount=money(part.total_minor - 120), words="All", by=keeper
    )
    assert account_of(part).left == 0
    run_jobs(only=["orders.settle_refund"])
    assert balances(part) == {}
    assert OrderEvent.objects.filter(type=EventType.GOODWILL).count() == 2


# --- Staff ------------------------------------------------------------------------------------
def escalated(part: SellerOrder) -> Case:
    case = complain(part)
    return cases.escalate(case_id=case.pk, words="We see it otherwise.", by=shop(part.seller))


def test_staff_are_told_of_what_comes_before_them(settings: Any) -> None:
    settings.STAFF_EMAIL = "staff@books4all.example"
    case = escalated(posted())
    late = complain(posted())
    Case.objects.filter(pk=late.pk).update(
        status=CaseStatus.POSTED, has_proof=False, reminded_at=timezone.now()
    )
    with time_machine.travel(days_on(60)):
        case_clock.advance(case_id=late.pk)
    run_jobs(only=["orders.send_case_mail"])
    told = [letter for letter in mail.outbox if letter.to == [settings.STAFF_EMAIL]]
    assert [letter.subject for letter in told] == [
        f"A claim about order {one.seller_order.order.number} waits for a decision"
        for one in (case, late)
    ]
    assert "by: Shop. In their words:\nWe see it otherwise." in told[0].body
    assert f"/admin/orders/case/{case.pk}/change/" in told[0].body
    assert "In their words" not in told[1].body


def test_staff_are_not_asked_for_what_is_settled_or_what_they_brought_up_themselves(
    settings: Any,
) -> None:
    settings.STAFF_EMAIL = "staff@books4all.example"
    part = posted()
    case_answers.refund(case_id=escalated(part).pk, by=shop(part.seller))
    cases.escalate(case_id=complain(posted()).pk, words="I take this one.", by=staff())
    run_jobs(only=["orders.send_case_mail"])
    assert not [letter for letter in mail.outbox if letter.to == [settings.STAFF_EMAIL]]


def staff() -> By:
    return By(Actor.STAFF, StaffFactory())


def test_staff_have_the_shop_pay_a_part() -> None:
    part = posted(listed())
    case = escalated(part)
    seen = case_rulings.preview(case, Ruling.SHOP_PAYS, money(250))
    earned = balances_of_seller(part.seller, "GBP")[AccountKind.SELLER_PENDING]
    case_rulings.decide(
        case_id=case.pk, ruling=Ruling.SHOP_PAYS, amount=money(250), words="Half.", by=staff()
    )
    left = balances_of_seller(part.seller, "GBP")[AccountKind.SELLER_PENDING]
    assert (seen.buyer, seen.seller) == (money(250), earned - left)
    assert given_back(part) == 250


def test_the_marketplace_pays_and_the_shop_keeps_what_it_earned() -> None:
    part = posted(listed())
    case = escalated(part)
    earned = balances_of_seller(part.seller, "GBP")
    case_rulings.decide(case_id=case.pk, ruling=Ruling.GOODWILL, words="Ours.", by=staff())
    run_jobs(only=["orders.settle_refund"])
    assert balances_of_seller(part.seller, "GBP") == earned
    found = balances(part)
    assert found[AccountKind.GOODWILL] == part.total_minor == given_back(part)
    assert found[AccountKind.CLEARING if AccountKind.CLEARING in found else AccountKind.GOODWILL]
    assert AccountKind.REFUNDS_PAYABLE not in found
    # The card has had all back: nobody can give more.
    with pytest.raises(DomainError, match="at most"):
        goodwill.give(seller_order_id=part.pk, amount=money(1), words="More", by=shop(part.seller))
    back = [refund_parts.of_earned(order_line=part.lines.get(), amount=money(1))]
    with pytest.raises(DomainError, match="at most"):
        refunds.grant(seller_order=part, stage=Stage.EARNED, lines=back, reason="Once more")


def test_staff_send_the_book_back_first() -> None:
    part = posted(listed())
    case = escalated(part)
    case_rulings.decide(case_id=case.pk, ruling=Ruling.SEND_BACK, words="Back.", by=staff())
    assert given_back(part) == 0
    case.refresh_from_db()
    assert case.status == CaseStatus.APPROVED
    case_answers.receive(case_id=case.pk, arrived=arrived(case), by=shop(part.seller))
    assert given_back(part) == part.total_minor


def test_a_claim_on_an_order_that_is_over_takes_from_what_is_ready_for_payout() -> None:
    part = posted(listed())
    earned = balances_of_seller(part.seller, "GBP")[AccountKind.SELLER_PENDING]
    postings.released(part, amount=earned)
    SellerOrder.objects.filter(pk=part.pk).update(status="completed")
    case = complain(part)
    case_answers.refund(case_id=case.pk, by=shop(part.seller))
    assert set(balances_of_seller(part.seller, "GBP").values()) == {money(0)}


# --- The clock --------------------------------------------------------------------------------
def tick(days: float) -> None:
    with time_machine.travel(days_on(days)):
        case_clock.advance_all()


def test_a_silent_shop_is_reminded_once_then_the_reader_is_right() -> None:
    part = posted(listed())
    case = complain(part)
    tick(2.9)
    case.refresh_from_db()
    assert case.reminded_at is None
    tick(3.1)
    tick(4)
    case.refresh_from_db()
    assert case.reminded_at is not None
    assert OrderEvent.objects.filter(type=EventType.CASE_REMINDED).count() == 1
    tick(10)
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN
    tick(10.2)
    case.refresh_from_db()
    assert (case.status, case.outcome) == ("resolved", "refunded")
    assert given_back(part) == part.total_minor
    tick(11)
    assert Refund.objects.count() == 1


def test_proof_of_posting_brings_the_money_after_fourteen_days() -> None:
    part = posted(listed())
    case = complain(part, CaseReason.CHANGED_MIND)
    cases.post_back(case_id=case.pk, carrier="Evri", tracking="E1", by=READER)
    tick(7.1)
    assert given_back(part) == 0
    tick(14.2)
    assert given_back(part) == part.total_minor


def test_without_proof_staff_decide() -> None:
    case = complain(posted(listed()), CaseReason.CHANGED_MIND)
    cases.post_back(case_id=case.pk, carrier="Evri", by=READER)
    tick(7.1)
    tick(14.2)
    case.refresh_from_db()
    assert case.status == CaseStatus.ESCALATED
    assert given_back(case.seller_order) == 0


@pytest.mark.parametrize(
    ("status", "after", "ends"),
    [
        (CaseStatus.OFFERED, 3, CaseStatus.CANCELLED),
        (CaseStatus.DECLINED, 3, CaseStatus.DENIED),
        (CaseStatus.APPROVED, 14, CaseStatus.CANCELLED),
    ],
)
def test_a_reader_who_does_not_answer(status: CaseStatus, after: int, ends: CaseStatus) -> None:
    case = _to(status)
    tick(after + 0.1)
    case.refresh_from_db()
    assert case.status == status
    tick(after + 7.2)
    case.refresh_from_db()
    assert case.status == ends
    assert given_back(case.seller_order) == 0


def test_a_case_that_can_not_go_on_goes_to_staff_and_holds_nobody_up() -> None:
    stuck, other = complain(posted(listed())), complain(posted(listed()))
    part = stuck.seller_order
    goodwill.give(
        seller_order_id=part.pk, amount=money(part.total_minor), words="Sorry", by=shop(part.seller)
    )
    tick(3.1)
    tick(10.2)
    stuck.refresh_from_db()
    other.refresh_from_db()
    assert (stuck.status, other.status) == (CaseStatus.ESCALATED, CaseStatus.RESOLVED)
