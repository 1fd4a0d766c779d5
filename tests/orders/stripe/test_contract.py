"""What we say to Stripe and understand of it, over HTTP with the official SDK."""

from typing import Any

import pytest
import stripe

from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.constants import DisputeStatus
from orders.constants import PaymentEventKind as Kind
from orders.errors import ProviderError, ProviderRefusedError, WebhookRefusedError
from orders.payments.base import EvidenceFile, Intent, ProviderState, RefundState
from orders.payments.stripe import connect, reading
from orders.payments.stripe.client import StripeProvider
from tests.orders.stripe.fake_stripe import OLD_SECRET, FakeStripe

PROVIDER = StripeProvider()
AMOUNT = Money(880, "GBP")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once."""
    monkeypatch.setattr(
        stripe.HTTPClient if hasattr(stripe, "HTTPClient") else stripe._http_client.HTTPClient,
        "_sleep_time_seconds",
        lambda *_a: 0,
    )


def intent(*, later: bool = False) -> Intent:
    return Intent(str(uuid7()), AMOUNT, "Order 7K3M", "http://localhost/back/", capture_later=later)


class TestPaying:
    """From an intent to money."""

    def test_opened_and_paid(self, fake: FakeStripe) -> None:
        asked = intent()
        opened = PROVIDER.create(asked)
        assert (opened.key, opened.state, opened.amount) == (asked.key, ProviderState.OPEN, AMOUNT)
        assert opened.page_url.startswith("https://checkout.stripe.com/")
        fake.pay(opened.reference)
        paid = PROVIDER.fetch(opened.reference)
        assert (paid.state, paid.amount) == (ProviderState.CAPTURED, AMOUNT)
        assert PROVIDER.fetch(paid.money) == paid

    def test_opening_twice_is_opening_once(self, fake: FakeStripe) -> None:
        asked = intent()
        assert PROVIDER.create(asked) == PROVIDER.create(asked)
        other = Intent(asked.key, Money(881, "GBP"), "Order 7K3M", "http://localhost/back/")
        with pytest.raises(ProviderRefusedError):
            PROVIDER.create(other)

    def test_a_lost_answer_is_asked_for_again_with_the_same_key(self, fake: FakeStripe) -> None:
        fake.lose = ["POST /v1/checkout/sessions"]
        opened = PROVIDER.create(intent())
        assert fake.asked.count(("POST", "/v1/checkout/sessions")) == 2
        assert [pk for pk in fake.objects if pk.startswith("cs_")] == [opened.reference]

    def test_found_by_our_key_alone(self, fake: FakeStripe) -> None:
        asked = intent()
        assert PROVIDER.find(asked.key) is None
        for _n in range(3):
            PROVIDER.create(intent())
        assert PROVIDER.find(asked.key) is None
        opened = PROVIDER.create(asked)
        assert PROVIDER.find(asked.key) == opened

    def test_authorised_then_captured(self, fake: FakeStripe) -> None:
        opened = PROVIDER.create(intent(later=True))
        fake.pay(opened.reference)
        assert PROVIDER.fetch(opened.reference).state is ProviderState.AUTHORIZED
        for _time in range(2):
            assert PROVIDER.capture(opened.reference).state is ProviderState.CAPTURED

    def test_capture_whose_answer_was_lost(self, fake: FakeStripe) -> None:
        opened = PROVIDER.create(intent(later=True))
        fake.pay(opened.reference)
        fake.lose = ["POST /v1/payment_intents"] * 3
        with pytest.raises(ProviderError):
            PROVIDER.capture(opened.reference)
        assert PROVIDER.capture(opened.reference).state is ProviderState.CAPTURED

    @pytest.mark.parametrize(
        ("outcome", "left"),
        [
            ("", ProviderState.CANCELLED),
            ("paid", ProviderState.CAPTURED),
            ("processing", ProviderState.PROCESSING),
            ("authorised", ProviderState.CANCELLED),
        ],
    )
    def test_cancelling(self, fake: FakeStripe, outcome: str, left: ProviderState) -> None:
        opened = PROVIDER.create(intent(later=outcome == "authorised"))
        if outcome:
            fake.pay(opened.reference, "paid" if outcome == "authorised" else outcome)
        assert PROVIDER.cancel(opened.reference).state is left

    @pytest.mark.parametrize(
        ("yes", "left"), [(True, ProviderState.CAPTURED), (False, ProviderState.CANCELLED)]
    )
    def test_slow_bank(self, fake: FakeStripe, yes: bool, left: ProviderState) -> None:
        opened = PROVIDER.create(intent())
        paid = fake.pay(opened.reference, "processing")
        fake.bank_answers(paid["id"], yes=yes)
        assert PROVIDER.fetch(opened.reference).state is left

    @pytest.mark.parametrize("status", [500, 429, 401])
    def test_trouble_is_not_a_refusal(self, fake: FakeStripe, status: int) -> None:
        opened = PROVIDER.create(intent())
        fake.fail = {f"GET /v1/checkout/sessions{'/' * n}": status for n in (0, 1)}
        fake.fail["GET"] = status
        with pytest.raises(ProviderError) as caught:
            PROVIDER.fetch(opened.reference)
        assert not isinstance(caught.value, ProviderRefusedError)

    def test_nobody_there(self, fake: FakeStripe, settings: Any) -> None:
        settings.STRIPE_API_BASE = "http://127.0.0.1:9"
        with pytest.raises(ProviderError):
            PROVIDER.create(intent())

    def test_without_a_key(self, fake: FakeStripe, settings: Any) -> None:
        settings.STRIPE_SECRET_KEY = ""
        with pytest.raises(ProviderError, match="STRIPE_SECRET_KEY"):
            PROVIDER.create(intent())


class TestRefunds:
    """Money back."""

    def paid(self, fake: FakeStripe) -> str:
        opened = PROVIDER.create(intent())
        fake.pay(opened.reference)
        return opened.reference

    def test_given_back_once_a_key(self, fake: FakeStripe) -> None:
        reference = self.paid(fake)
        first = PROVIDER.refund(reference=reference, key="r1", amount=Money(300, "GBP"))
        fake.answers.clear()  # a day later Stripe has forgotten the keys
        assert PROVIDER.refund(reference=reference, key="r1", amount=Money(300, "GBP")) == first
        assert (first.key, first.state) == ("r1", RefundState.SUCCEEDED)
        assert sum(pk.startswith("re_") for pk in fake.objects) == 1

    def test_more_than_was_paid_is_refused(self, fake: FakeStripe) -> None:
        with pytest.raises(ProviderRefusedError):
            PROVIDER.refund(reference=self.paid(fake), key="r1", amount=Money(881, "GBP"))

    def test_pending_and_later_failed(self, fake: FakeStripe) -> None:
        reference = self.paid(fake)
        fake.refunds_are = "pending"
        made = PROVIDER.refund(reference=reference, key="r1", amount=AMOUNT)
        assert made.state is RefundState.PENDING
        fake.objects[made.reference]["status"] = "failed"
        told = PROVIDER.fetch_refund(reference=made.reference, key="r1", amount=AMOUNT)
        assert told.state is RefundState.FAILED


class TestMessages:
    """What Stripe tells, verified by its own code."""

    def test_what_a_session_says(self, fake: FakeStripe) -> None:
        opened = PROVIDER.create(intent())
        fake.pay(opened.reference)
        session = fake.objects[opened.reference]
        body, headers = fake.message("checkout.session.completed", session)
        event = PROVIDER.parse_webhook(headers, body)
        assert event.about == opened.reference
        assert event.moved is not None
        assert (event.moved.kind, event.moved.amount) == (Kind.CHARGE_SUCCESS, AMOUNT)
        assert "hester" not in str(event.payload).lower()

    @pytest.mark.parametrize(
        ("kind", "changes", "moves"),
        [
            ("payment_intent.succeeded", {}, Kind.CHARGE_SUCCESS),
            ("payment_intent.amount_capturable_updated", {"amount_capturable": 880}, Kind.AUTHORIZATION_SUCCESS),
            ("payment_intent.processing", {}, Kind.CHARGE_REQUEST),
            ("payment_intent.payment_failed", {}, Kind.CHARGE_FAILURE),
            ("payment_intent.requires_action", {}, Kind.ACTION_REQUIRED),
            ("payment_intent.canceled", {}, Kind.CANCEL_SUCCESS),
        ],
    )  # fmt: skip
    def test_what_an_intent_says(
        self, fake: FakeStripe, kind: str, changes: dict[str, int], moves: Kind
    ) -> None:
        opened = PROVIDER.create(intent())
        paid = fake.pay(opened.reference)
        event = PROVIDER.parse_webhook(*reversed(fake.message(kind, paid, **changes)))
        assert event.moved is not None
        assert (event.moved.kind, event.moved.amount, event.about) == (moves, AMOUNT, paid["id"])

    @pytest.mark.parametrize(
        ("status", "moves"),
        [
            ("pending", Kind.REFUND_REQUEST),
            ("succeeded", Kind.REFUND_SUCCESS),
            ("failed", Kind.REFUND_FAILURE),
            ("canceled", Kind.REFUND_FAILURE),
        ],
    )
    def test_what_a_refund_says(self, fake: FakeStripe, status: str, moves: Kind) -> None:
        opened = PROVIDER.create(intent())
        paid = fake.pay(opened.reference)
        made = PROVIDER.refund(reference=opened.reference, key="r1", amount=Money(300, "GBP"))
        body, headers = fake.message("refund.updated", fake.objects[made.reference], status=status)
        event = PROVIDER.parse_webhook(headers, body)
        assert event.refund is not None
        assert event.moved is not None
        assert (event.refund.key, event.moved.kind) == ("r1", moves)
        assert event.about == paid["id"]

    @pytest.mark.parametrize(
        ("status", "told", "moves"),
        [
            ("needs_response", DisputeStatus.OPENED, Kind.CHARGE_BACK),
            ("under_review", DisputeStatus.UNDER_REVIEW, Kind.CHARGE_BACK),
            ("won", DisputeStatus.WON, Kind.CHARGE_SUCCESS),
            ("lost", DisputeStatus.LOST, Kind.CHARGE_BACK),
        ],
    )
    def test_what_a_dispute_says(
        self, fake: FakeStripe, status: str, told: DisputeStatus, moves: Kind
    ) -> None:
        opened = PROVIDER.create(intent())
        paid = fake.pay(opened.reference)
        taken = fake.dispute(paid["id"], 880, status)
        event = PROVIDER.parse_webhook(*reversed(fake.message("charge.dispute.updated", taken)))
        assert event.dispute is not None
        assert event.moved is not None
        assert (event.dispute.status, event.moved.kind) == (told, moves)
        assert event.dispute.evidence_due is not None

    def test_an_inquiry_moves_nothing(self, fake: FakeStripe) -> None:
        opened = PROVIDER.create(intent())
        paid = fake.pay(opened.reference)
        asked = fake.dispute(paid["id"], 880, "warning_needs_response")
        event = PROVIDER.parse_webhook(*reversed(fake.message("charge.dispute.created", asked)))
        assert (event.dispute, event.moved, event.about) == (None, None, "")

    def test_what_is_about_something_else(self, fake: FakeStripe) -> None:
        customer = {"id": "cus_1", "object": "customer"}
        event = PROVIDER.parse_webhook(*reversed(fake.message("customer.created", customer)))
        assert (event.payment, event.about, event.moved) == (None, "", None)

    def test_the_older_secret_is_good_while_it_is_being_replaced(self, fake: FakeStripe) -> None:
        thing = {"id": "cus_1", "object": "customer"}
        assert PROVIDER.parse_webhook(*reversed(fake.message("x", thing, secret=OLD_SECRET)))
        body, headers = fake.message("x", thing, secret="whsec_of_somebody_else")
        with pytest.raises(WebhookRefusedError):
            PROVIDER.parse_webhook(headers, body)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda settings: setattr(settings, "STRIPE_SECRET_KEY", "sk_live_x"),
            lambda settings: setattr(settings, "STRIPE_WEBHOOK_SECRETS", []),
        ],
        ids=["other mode", "no secret"],
    )
    def test_refused(self, fake: FakeStripe, settings: Any, spoil: Any) -> None:
        spoil(settings)
        body, headers = fake.message("x", {"id": "cus_1", "object": "customer"})
        with pytest.raises(WebhookRefusedError):
            PROVIDER.parse_webhook(headers, body)

    @pytest.mark.parametrize(
        "strange",
        [
            {"object": "payment_intent", "id": "pi_1"},
            {"object": "payment_intent", "id": "pi_1", "amount_received": -1, "currency": "gbp"},
            {"object": "payment_intent", "id": "pi_1", "amount_received": "9", "currency": "gbp"},
            {"object": "refund", "id": "re_1", "payment_intent": "pi_1", "status": "odd"},
            {"object": "charge", "description": "\0"},
        ],
    )
    def test_signed_and_not_understood(self, fake: FakeStripe, strange: dict[str, Any]) -> None:
        body, headers = fake.message("payment_intent.succeeded", strange)
        with pytest.raises(WebhookRefusedError):
            PROVIDER.parse_webhook(headers, body)


def test_disputes_are_answered_with_a_paper(fake: FakeStripe) -> None:
    opened = PROVIDER.create(intent())
    taken = fake.dispute(fake.pay(opened.reference)["id"], 880)
    paper = EvidenceFile("post.pdf", b"%PDF-1.7 posted on Monday")
    PROVIDER.send_evidence(dispute=taken["id"], text="Posted on Monday.", files=[paper])
    assert taken["evidence"]["uncategorized_text"] == "Posted on Monday."
    assert taken["evidence"]["uncategorized_file"].startswith("file_")


def test_shops_have_accounts_and_are_paid_once_a_payout(fake: FakeStripe) -> None:
    account = connect.create_account(key="shop-1", email="shop@example.org", country="GB")
    assert connect.create_account(key="shop-1", email="shop@example.org", country="GB") == account
    link = connect.account_link(account=account, return_url="https://x/", refresh_url="https://x/")
    assert link.startswith("https://connect.stripe.com/")
    status = connect.account_status(account)
    assert (status.can_be_paid, status.due) == (False, ("external_account",))
    with pytest.raises(ProviderRefusedError):
        connect.transfer(account, AMOUNT, "payout-0")
    fake.objects[account]["capabilities"]["transfers"] = "active"
    assert connect.account_status(account).can_be_paid
    first = connect.transfer(account, AMOUNT, "payout-1")
    fake.answers.clear()
    assert connect.transfer(account, AMOUNT, "payout-1") == first
    assert connect.transfer(account, AMOUNT, "payout-2") != first


@pytest.mark.parametrize(
    ("amount", "counted"),
    [(Money(880, "GBP"), 880), (Money(500, "JPY"), 500), (Money(500, "ISK"), 50_000)],
)
def test_amounts_as_stripe_counts_them(amount: Money, counted: int) -> None:
    assert reading.to_stripe(amount) == counted
    assert reading.money(counted, amount.currency.lower()) == amount
