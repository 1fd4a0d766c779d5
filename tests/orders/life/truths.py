"""What holds in every story of orders, whatever happens: after each step, and when all is over."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import F, Q, Sum

from accounts.models import Seller
from catalog.models import Listing
from orders.constants import AccountKind, DisputeStatus, PaymentStatus, RefundStatus
from orders.models import (
    GiftCard,
    GiftCardUse,
    Order,
    OrderLine,
    Payment,
    Payout,
    PayoutItem,
    Posting,
    ProviderSettlement,
    Refund,
    RefundLine,
    SandboxDispute,
    SandboxPayment,
    SandboxRefund,
    SellerOrder,
)
from orders.selectors.ledger import balance
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.money import Period, all_lines, position
from orders.selectors.order_check import order_differences
from orders.selectors.stock_check import stock_differences

# The sum of all books, and accounts that stand where they never may, in one statement.
_BOOKS = """
SELECT coalesce(sum(amount), 0), coalesce(string_agg(kind || ' ' || amount, ', ') FILTER (WHERE
    (kind IN ('held', 'gift_cards', 'refunds_payable', 'in_transit', 'seller_reserve') AND amount > 0)
    OR (kind IN ('disputes', 'seller_receivable', 'losses', 'promotions', 'goodwill') AND amount < 0)
), '')
FROM (
    SELECT a.id, a.kind, sum(p.amount_minor) AS amount
    FROM orders_posting p JOIN orders_ledgeraccount a ON a.id = p.account_id
    GROUP BY a.id
) accounts
"""


def at_once() -> None:
    """Have the database check now what it checks at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def books() -> tuple[int, str]:
    """Return what all accounts come to, and those that are on the wrong side."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS)
        total, wrong = cursor.fetchone()
    return int(total), wrong


def cheap() -> None:
    """After every step."""
    at_once()
    total, wrong = books()
    assert (total, wrong) == (0, ""), wrong
    assert not Listing.objects.filter(Q(held__lt=0) | Q(held__gt=F("on_hand"))).exists()
    assert list(_given_back_too_much()) == []


def _given_back_too_much() -> Iterable[str]:
    live = Refund.objects.exclude(status=RefundStatus.FAILED).order_by()
    by_payment = live.values("payment").annotate(n=Sum("amount_minor") - Sum("gift_minor"))
    for row in by_payment.values_list("payment", "payment__status", "payment__amount_minor", "n"):
        if row[1] != PaymentStatus.CAPTURED or row[3] > row[2]:
            yield f"payment {row}"
    by_line = RefundLine.objects.order_by().values("order_line").annotate(n=Sum("paid_minor"))
    yield from (
        f"line {row}"
        for row in by_line.filter(n__gt=F("order_line__paid_minor")).values_list("order_line", "n")
    )


def all_of_them(shops: Iterable[Seller]) -> None:
    """Everything that can be held against something else."""
    cheap()
    found = [str(one) for one in (*ledger_differences(), *order_differences())]
    found += [str(one) for one in stock_differences()]
    assert found == [], "\n".join(found)
    _nobody_is_paid_twice()
    for shop in shops:
        _the_statement_adds_up(shop)
    for card in GiftCard.objects.all():
        worth = Posting.objects.filter(account__gift_card=card).aggregate(n=Sum("amount_minor"))
        put_by = GiftCardUse.objects.filter(card=card, status="taken", order__status="pending")
        waiting = put_by.aggregate(n=Sum("amount_minor"))["n"] or 0
        assert card.balance_minor + waiting == -(worth["n"] or 0), card


def _nobody_is_paid_twice() -> None:
    posted = list(PayoutItem.objects.values_list("posting", flat=True))
    assert len(posted) == len(set(posted))
    for payout in Payout.objects.all():
        mine = PayoutItem.objects.filter(payout=payout)
        own = mine.filter(posting__entry__source__startswith=f"payout:{payout.pk}")
        rows = mine.exclude(pk__in=own)
        earned = rows.aggregate(n=Sum("posting__amount_minor"))["n"] or 0
        assert -earned == payout.amount_minor, payout
        made = own.aggregate(n=Sum("posting__amount_minor"))["n"] or 0
        assert made == (0 if payout.status == "failed" else payout.amount_minor), payout
        others = mine.exclude(posting__account__seller=payout.seller_id)
        assert not others.exists()


def nobody_who_owes_is_paid(made: Iterable[Payout]) -> None:
    """Of payouts made just now: what their shops owed was taken first."""
    for payout in made:
        owed = balance(AccountKind.SELLER_RECEIVABLE, payout.currency, seller=payout.seller)
        assert owed.minor == 0, payout


def _the_statement_adds_up(shop: Seller) -> None:
    postings = Posting.objects.filter(account__seller=shop)
    stands = -(postings.aggregate(n=Sum("amount_minor"))["n"] or 0)
    assert position(shop, "GBP").whole.minor == stands
    lines = list(all_lines(shop, "GBP", Period()))
    after = stands
    for line in lines:
        assert line.balance.minor == after, line
        assert line.change.minor == sum(part.minor for part in line.moved.values())
        after -= line.change.minor
    assert after == 0


# ---- when everything is over ----


def nothing_is_left(shops: Iterable[Seller]) -> None:
    """Every order has ended, everybody has what is theirs, and the provider says the same."""
    open_orders = Order.objects.exclude(status__in=("placed", "expired"))
    assert not open_orders.exists(), list(open_orders.values_list("pk", "status"))
    ended = ("completed", "cancelled", "expired")
    waiting = SellerOrder.objects.exclude(status__in=ended)
    assert not waiting.exists(), list(waiting.values_list("pk", "status", "act_by"))
    unsent = OrderLine.objects.filter(seller_order__order__status="placed")
    assert not unsent.exclude(quantity=F("posted") + F("refused")).exists()
    for kind in ("held", "disputes", "in_transit", "refunds_payable"):
        assert balance(AccountKind(kind), "GBP").minor == 0, kind
    for shop in shops:
        has = position(shop, "GBP")
        assert (has.waiting.minor, has.reserve.minor) == (0, 0), (shop, has)
        assert has.ready.minor == 0, (shop, has)
    the_provider_says_so()


def the_provider_says_so() -> None:
    """What we think of payments, refunds and disputes is what their provider has in its books."""
    ours = Payment.objects.filter(status=PaymentStatus.CAPTURED, provider="sandbox")
    theirs = SandboxPayment.objects.filter(status="succeeded")
    assert {str(pk) for pk in ours.values_list("pk", flat=True)} == set(
        theirs.values_list("key", flat=True)
    )
    settled = Refund.objects.filter(status=RefundStatus.SETTLED)
    paid_back = {one.key: one.from_provider.minor for one in settled if one.from_provider}
    there = SandboxRefund.objects.filter(state="succeeded").values_list("key", "amount_minor")
    assert paid_back == dict(there)
    lost = SandboxDispute.objects.exclude(status=DisputeStatus.WON)
    settlements = ProviderSettlement.objects.filter(arrived_at__isnull=False)
    paid_in = settlements.aggregate(n=Sum("net_minor") + Sum("fee_minor"))["n"] or 0
    has = _sum(theirs) - sum(paid_back.values()) - _sum(lost) - paid_in
    assert balance(AccountKind.CLEARING, "GBP").minor == has


def _sum(rows: object) -> int:
    return int(rows.aggregate(n=Sum("amount_minor"))["n"] or 0)  # type: ignore[attr-defined]
