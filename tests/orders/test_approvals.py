"""Steps of staff that move money: previewed by the service itself, approved by a second person, done once."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.money import Money
from orders.constants import SellerOrderStatus, StaffRequestStatus
from orders.errors import ChangedMeanwhileError
from orders.models import JournalEntry, OrderEvent, Posting, Refund, SellerOrder, StaffRequest
from orders.selectors.ledger_check import ledger_differences
from orders.services import approvals, cases, payments, seller_orders
from orders.services.approvals import OwnRequestError
from orders.services.seller_orders import Asked
from orders.services.staff_steps import CANCEL, GOODWILL, REFUND
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.catalog import ListingFactory
from tests.orders.cases import complain, posted, shop
from tests.orders.journeys import (
    at_the_provider,
    basket_with,
    jobs_waiting,
    pay_at_the_bank,
    placed,
)

DEAR = 20_000
REASON = {"reason": "Damp"}


def part_of(price: int = 600) -> SellerOrder:
    """Return a paid seller order of one copy, and £2.80 of post."""
    part: SellerOrder = placed(ListingFactory(price_minor=price)).seller_orders.get()
    return part


def dear_request(actor: User) -> StaffRequest:
    """Return a cancellation above the limit that waits for a colleague."""
    return approvals.ask(
        step=CANCEL, subject=part_of(DEAR), payload=REASON, actor=actor, key=uuid4()
    )


def legs(preview: approvals.Preview) -> list[tuple[str, str]]:
    return [
        (leg.account, f"+{leg.debit}" if leg.debit else f"-{leg.credit}")
        for entry in preview.entries
        for leg in entry.legs
    ]


@pytest.mark.django_db
def test_a_preview_shows_what_the_service_writes_and_leaves_nothing() -> None:
    part, actor = part_of(), StaffFactory()
    before = (JournalEntry.objects.count(), OrderEvent.objects.count())
    waiting = jobs_waiting("orders.settle_refund")
    seen = approvals.preview(step=CANCEL, subject=part, payload=REASON, actor=actor)
    assert legs(seen) == [("Held for orders", "+£8.80"), ("Refunds to be paid", "-£8.80")]
    assert (seen.amount, seen.needs_approval) == (Money(880, "GBP"), False)
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.PLACED
    assert (JournalEntry.objects.count(), OrderEvent.objects.count()) == before
    assert jobs_waiting("orders.settle_refund") == waiting
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_what_was_shown_is_what_is_written() -> None:
    part, actor = part_of(), StaffFactory()
    seen = approvals.preview(step=CANCEL, subject=part, payload=REASON, actor=actor)
    done = approvals.ask(
        step=CANCEL, subject=part, payload=REASON, actor=actor, key=uuid4(), seen=seen.digest
    )
    refund = Refund.objects.get()
    assert (done.status, done.made) == (StaffRequestStatus.DONE, f"refund:{refund.pk}")
    rows = Posting.objects.filter(entry__source=done.made).order_by("pk")
    assert [(str(p.account), p.amount_minor) for p in rows] == [
        ("Held for orders", 880), ("Refunds to be paid", -880),
    ]  # fmt: skip
    assert list(ledger_differences()) == []


@pytest.mark.django_db
def test_a_step_that_would_do_something_else_now_is_not_taken() -> None:
    part, actor = part_of(), StaffFactory()
    with pytest.raises(ChangedMeanwhileError):
        approvals.ask(
            step=CANCEL, subject=part, payload=REASON, actor=actor, key=uuid4(), seen="another"
        )
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.PLACED
    assert not StaffRequest.objects.exists()


@pytest.mark.django_db
def test_a_step_sent_twice_is_one() -> None:
    part, actor, key = part_of(), StaffFactory(), uuid4()
    asked = [
        approvals.ask(step=CANCEL, subject=part, payload=REASON, actor=actor, key=key)
        for _ in range(2)
    ]
    assert asked[0] == asked[1]
    assert Refund.objects.count() == 1


@pytest.mark.django_db
def test_above_the_limit_nothing_happens_before_a_colleague_agrees() -> None:
    iris, rowan = StaffFactory(), StaffFactory()
    asked = dear_request(iris)
    assert (asked.status, asked.amount) == (StaffRequestStatus.WAITING, Money(20_280, "GBP"))
    assert not Refund.objects.exists()
    with pytest.raises(OwnRequestError):
        approvals.approve(request_id=asked.pk, actor=iris)
    done = approvals.approve(request_id=asked.pk, actor=rowan, words="Seen")
    assert (done.status, done.decided_by) == (StaffRequestStatus.DONE, rowan)
    assert done.made == f"refund:{Refund.objects.get().pk}"
    # In the name of who asked; a second approval finds nothing to do.
    assert OrderEvent.objects.filter(type="cancelled", actor=iris).exists()
    with pytest.raises(ConflictError):
        approvals.approve(request_id=asked.pk, actor=StaffFactory())
    assert Refund.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"status": "approved", "decided_by": "own"}, "staffrequest_second_person"),
        ({"status": "done", "done_at": "now"}, "staffrequest_approved_above_limit"),
        ({"status": "refused"}, "staffrequest_decided_by_somebody"),
        ({"status": "done"}, "staffrequest_approved_above_limit|staffrequest_done_has_time"),
    ],
)
def test_the_database_holds_to_the_second_person(change: dict[str, Any], rule: str) -> None:
    asked = dear_request(StaffFactory())
    values = {"own": asked.asked_by_id, "now": asked.created_at}
    fields = {
        ("decided_by_id" if k == "decided_by" else k): values.get(v, v) for k, v in change.items()
    }
    if "decided_by_id" in fields:
        fields["decided_at"] = asked.created_at
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        StaffRequest.objects.filter(pk=asked.pk).update(**fields)


@pytest.mark.django_db
def test_refused_and_withdrawn_requests_do_nothing() -> None:
    iris, rowan = StaffFactory(), StaffFactory()
    refused, taken_back = dear_request(iris), dear_request(iris)
    approvals.refuse(request_id=refused.pk, actor=rowan, words="Ask the shop first")
    with pytest.raises(DomainError):
        approvals.withdraw(request_id=taken_back.pk, actor=rowan)
    approvals.withdraw(request_id=taken_back.pk, actor=iris)
    for request in (refused, taken_back):
        with pytest.raises(ConflictError):
            approvals.approve(request_id=request.pk, actor=rowan)
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_what_can_not_be_done_any_more_stays_approved() -> None:
    asked = dear_request(StaffFactory())
    assert asked.seller_order is not None
    seller_orders.ship(seller_order_id=asked.seller_order.pk, carrier="Royal Mail", actor=None)
    with pytest.raises(DomainError, match="can’t become"):
        approvals.approve(request_id=asked.pk, actor=StaffFactory())
    asked.refresh_from_db()
    assert asked.status == StaffRequestStatus.APPROVED
    assert asked.made is None


@pytest.mark.django_db
def test_a_refund_finds_by_itself_what_is_held_and_what_was_earned() -> None:
    listing = ListingFactory(price_minor=701, on_hand=3)

    order = at_the_provider(basket_with(listing, quantity=3))
    pay_at_the_bank(order)
    part = payments.settle(payment_id=order.payment.pk).order.seller_orders.get()
    line = part.lines.get()
    seller_orders.post(
        seller_order_id=part.pk, carrier="Royal Mail", copies={line.pk: 2}, asked=Asked(None)
    )
    payload = {"lines": {str(line.pk): {"copies": 2, "amount": None}}, "delivery": 100, **REASON}
    done = approvals.ask(
        step=REFUND, subject=part, payload=payload, actor=StaffFactory(), key=uuid4()
    )
    stages = {r.stage: r.amount for r in Refund.objects.all()}
    assert stages == {"held": Money(701, "GBP"), "earned": Money(801, "GBP")}
    assert done.amount == Money(1502, "GBP")
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.SHIPPED
    assert list(ledger_differences()) == []


@pytest.mark.django_db
def test_goodwill_is_the_marketplaces() -> None:
    part = posted()
    payload = {"amount": 250, **REASON}
    seen = approvals.preview(step=GOODWILL, subject=part, payload=payload, actor=StaffFactory())
    assert legs(seen) == [
        ("Goodwill paid by the marketplace", "+£2.50"), ("Refunds to be paid", "-£2.50"),
    ]  # fmt: skip
    key = uuid4()
    done = approvals.ask(
        step=GOODWILL, subject=part, payload=payload, actor=StaffFactory(), key=key
    )
    assert (done.made, Refund.objects.get().pk) == (f"refund:{key}", key)
    assert list(ledger_differences()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("ruling", ["shop", "goodwill", "return", "deny"])
def test_a_case_is_decided_with_a_preview(client: Client, ruling: str) -> None:
    part = posted()
    case = cases.escalate(case_id=complain(part).pk, words="No.", by=shop(part.seller))
    client.force_login(StaffFactory())
    url = reverse("admin:orders_case_step", args=[case.pk, "decide"])
    looked = client.post(url, {"ruling": ruling, **REASON})
    preview = looked.context["preview"]
    whole = part.total if ruling in {"shop", "goodwill"} else Money(0, "GBP")
    assert preview.amount == whole
    agreed = {"ruling": ruling, **REASON, "key": looked.context["key"], "agreed": preview.digest}
    assert client.post(url, agreed).status_code == 302
    case.refresh_from_db()
    assert case.status != "escalated"
    assert sum(r.amount_minor for r in Refund.objects.all()) == whole.minor
    assert list(ledger_differences()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ruling", "amount", "words"),
    [
        ("shop", "0", "Give back something"),
        ("goodwill", "0.00", "Give back something"),
        ("deny", "3.00", "Leave it empty"),
        ("return", "3.00", "Leave it empty"),
    ],
)
def test_a_decision_never_passes_over_the_amount_that_was_typed(
    client: Client, ruling: str, amount: str, words: str
) -> None:
    part = posted()
    case = cases.escalate(case_id=complain(part).pk, words="No.", by=shop(part.seller))
    client.force_login(StaffFactory())
    url = reverse("admin:orders_case_step", args=[case.pk, "decide"])
    looked = client.post(url, {"ruling": ruling, "amount": amount, **REASON})
    assert looked.context["preview"] is None
    assert words in looked.context["form"].errors["amount"][0]


def in_threads(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at the same moment; returns what each gave or raised."""
    barrier, results = Barrier(len(calls)), [None] * len(calls)  # type: ignore[var-annotated]

    def run(n: int, call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[n] = call()
        except Exception as error:
            results[n] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_do_it_once() -> None:
    asked = dear_request(StaffFactory())
    approvers = [StaffFactory(), StaffFactory()]
    results = in_threads(
        *(lambda a=a: approvals.approve(request_id=asked.pk, actor=a) for a in approvers)
    )
    assert sorted(isinstance(one, ConflictError) for one in results) == [False, True]
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_asks_once() -> None:
    part, actor, key = part_of(), StaffFactory(), uuid4()
    call = lambda: approvals.ask(  # noqa: E731
        step=CANCEL, subject=part, payload=REASON, actor=actor, key=key
    )
    results = in_threads(call, call)
    assert [getattr(one, "pk", one) for one in results] == [key, key]
    assert Refund.objects.count() == 1


# ---- in the admin ----


def clerk(*permissions: str) -> User:
    """Return somebody of the staff with these permissions alone."""
    user: User = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.mark.django_db
def test_a_dear_step_goes_to_a_colleague_by_the_pages(client: Client) -> None:
    part = part_of(DEAR)
    iris = clerk("view_sellerorder", "change_sellerorder", "view_staffrequest")
    client.force_login(iris)
    url = reverse("admin:orders_sellerorder_step", args=[part.pk, "cancel"])
    looked = client.post(url, REASON)
    page = looked.content.decode()
    assert "It would move £202.80" in page
    assert "Held for orders" in page
    assert "Ask a colleague to approve it" in page
    agreed = {**REASON, "key": looked.context["key"], "agreed": looked.context["preview"].digest}
    sent = client.post(url, agreed)
    asked = StaffRequest.objects.get()
    change = reverse("admin:orders_staffrequest_change", args=[asked.pk])
    assert sent["Location"] == change
    act = reverse("admin:orders_staffrequest_act", args=[asked.pk, "approve"])
    assert client.post(act).status_code == 403
    assert act not in client.get(change).content.decode()

    client.force_login(clerk("view_staffrequest", "decide_staffrequest", "view_sellerorder"))
    assert "£202.80" in client.get(reverse("admin:index")).content.decode()
    page = client.get(change).content.decode()
    assert "It would move £202.80" in page
    assert act in page
    assert client.post(act, {"words": "Seen"}).status_code == 302
    asked.refresh_from_db()
    assert asked.status == StaffRequestStatus.DONE
    assert f"refund/{Refund.objects.get().pk}" in client.get(change).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("permissions", "status"),
    [((), 403), (("view_sellerorder",), 403), (("view_sellerorder", "change_sellerorder"), 200)],
)
def test_who_may_take_a_step(client: Client, permissions: tuple[str, ...], status: int) -> None:
    client.force_login(clerk(*permissions))
    url = reverse("admin:orders_sellerorder_step", args=[part_of().pk, "refund"])
    assert client.get(url).status_code == status


@pytest.mark.django_db
def test_a_refund_is_filled_in_by_book(client: Client) -> None:
    part = part_of()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    line = part.lines.get()
    client.force_login(StaffFactory())
    url = reverse("admin:orders_sellerorder_step", args=[part.pk, "refund"])
    assert line.title in client.get(url).content.decode()
    assert "Choose what is to be given back" in client.post(url, REASON).content.decode()
    too_much = client.post(url, {**REASON, f"amount_{line.pk.hex}": "9.00"}).content.decode()
    assert "at most £6.00" in too_much
    far = client.post(url, {**REASON, "delivery": "99999"}).context["form"]
    assert "Of the delivery, at most" in far.errors["delivery"][0]
    looked = client.post(url, {**REASON, f"amount_{line.pk.hex}": "1.50", "delivery": "1.00"})
    preview = looked.context["preview"]
    assert preview.amount == Money(250, "GBP")
    agreed = {"key": looked.context["key"], "agreed": preview.digest}
    client.post(url, {**REASON, f"amount_{line.pk.hex}": "1.50", "delivery": "1.00", **agreed})
    assert Refund.objects.get().amount == Money(250, "GBP")


@pytest.mark.django_db
def test_an_amount_beside_copies_that_are_not_posted_is_not_passed_over(client: Client) -> None:
    part = part_of()
    line = part.lines.get()
    client.force_login(StaffFactory())
    url = reverse("admin:orders_sellerorder_step", args=[part.pk, "refund"])
    typed = {**REASON, f"copies_{line.pk.hex}": "1", f"amount_{line.pk.hex}": "0.50"}
    form = client.post(url, typed).context["form"]
    assert "paid back in full" in form.errors[f"amount_{line.pk.hex}"][0]
    assert client.post(url, {**typed, f"amount_{line.pk.hex}": ""}).context["preview"]


@pytest.mark.django_db
def test_who_asked_is_not_offered_to_decide(client: Client) -> None:
    robin, sorrel = StaffFactory(), StaffFactory()
    asked = dear_request(robin)
    url = reverse("admin:orders_staffrequest_change", args=[asked.pk])

    def offered(to: User) -> set[str]:
        client.force_login(to)
        return {action.name for action in client.get(url).context["object_actions"]}

    assert offered(robin) == {"withdraw"}
    assert offered(sorrel) == {"approve", "refuse"}
