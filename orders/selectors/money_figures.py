"""Money and promises in figures: sales, what came of them, what waits, and how shops keep their word.

A period is whole months (UTC). A table is a statement or three on an index: orders are found by their keys, which begin
with the time, entries by when they were written, what waits by partial indexes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.constants import StandingDays
from accounts.models import SellerStanding
from books4all.lib.ids import first_key
from books4all.lib.money import Money
from orders.constants import AccountKind
from orders.selectors import reconciliation

Text = str | Promise
Cell = Text | int | Money | None
SPANS = (1, 3, 12)
# Shops that are listed: the worst of them.
SHOPS = 50
# What is payable is older than this only where a shop can't be paid.
OLDEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Period:
    """``months`` whole months, the last of them the one of ``last`` (its first day)."""

    last: date
    months: int = 1

    @property
    def begins(self) -> datetime:
        """The first moment of it."""
        month = self.last.year * 12 + self.last.month - self.months
        return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        month = self.last.year * 12 + self.last.month
        return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)

    @property
    def unit(self) -> str:
        """By what it is divided: a month by days, more by months."""
        return "day" if self.months == 1 else "month"


def period(month: str, span: str) -> Period:
    """Read a month ("2026-11") and a number of months; this month alone where they are neither."""
    months = int(span) if span in {str(n) for n in SPANS} else 1
    try:
        last = date.fromisoformat(f"{month}-01")
    except ValueError:
        last = timezone.now().astimezone(UTC).date().replace(day=1)
    # Before and after any business: datetime ends at the year 9999.
    if not 2000 <= last.year <= 2999:
        last = timezone.now().astimezone(UTC).date().replace(day=1)
    return Period(last, months)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; ``drawn`` is the column that is worth a chart."""

    name: str
    title: Text
    heads: Sequence[Text]
    rows: Sequence[Sequence[Cell]]
    drawn: int | None = None


def money(minor: object) -> Money:
    """Return minor units of the marketplace's currency."""
    return Money(int(str(minor or 0)), settings.MARKETPLACE_CURRENCY)


def percent(part: int, whole: int) -> str:
    """Return a part of a whole as a percentage of one decimal; nothing of nothing."""
    if not whole:
        return "–"
    tenths = (part * 2000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10} %"


def _rows(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


# ---- sales ----

_SALES = """
    SELECT date_trunc(%(unit)s, placed_at AT TIME ZONE 'UTC')::date AS day, count(*),
        sum(total_minor), sum(delivery_minor), sum(discount_minor)
    FROM orders_order
    WHERE id >= %(first_key)s AND status = 'placed' AND placed_at >= %(begins)s
        AND placed_at < %(ends)s AND currency = %(currency)s
    GROUP BY 1 ORDER BY 1
"""


def sales(of: Period) -> Table:
    """Return orders and what was paid for them, by day or month."""
    given = {**_given(of), "first_key": first_key(of.begins - timedelta(days=1))}
    return Table(
        "sales",
        _("Sales"),
        (_("From"), _("Orders"), _("Paid"), _("Of it delivery"), _("Discounts")),
        [
            (str(day), count, money(paid), money(delivery), money(discount))
            for day, count, paid, delivery, discount in _rows(_SALES, given)
        ],
        drawn=2,
    )


def _given(of: Period) -> dict[str, Any]:
    return {
        "unit": of.unit,
        "begins": of.begins,
        "ends": of.ends,
        "currency": settings.MARKETPLACE_CURRENCY,
    }


# ---- what came of them ----

_FLOW = """
    SELECT date_trunc(%(unit)s, e.created_at AT TIME ZONE 'UTC')::date AS day,
        sum(p.amount_minor) FILTER (WHERE e.kind = 'captured' AND a.kind = 'clearing') AS captured,
        sum(p.amount_minor) FILTER (WHERE e.kind = 'fulfilled' AND a.kind = 'held') AS earned,
        -sum(p.amount_minor) FILTER (WHERE a.kind = 'commission') AS commission,
        -sum(p.amount_minor) FILTER (WHERE e.kind IN ('refunded_held', 'refunded_earned')
            AND a.kind IN ('refunds_payable', 'gift_cards')) AS refunded,
        sum(p.amount_minor) FILTER (WHERE e.kind = 'dispute_opened' AND a.kind = 'disputes') AS disputed,
        -sum(p.amount_minor) FILTER (WHERE e.kind = 'payout_made' AND a.kind = 'in_transit') AS paid_out
    FROM orders_journalentry e
    JOIN orders_posting p ON p.entry_id = e.id
    JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.currency = %(currency)s
    WHERE e.created_at >= %(begins)s AND e.created_at < %(ends)s
    GROUP BY 1 ORDER BY 1
"""


def flow(of: Period) -> Table:
    """Return what the ledger says of a period: the rates are of what was received and earned in it."""
    found: list[tuple[Text, list[int]]] = [
        (str(day), [int(n or 0) for n in sums]) for day, *sums in _rows(_FLOW, _given(of))
    ]
    if found:
        sums = [sum(column) for column in zip(*(sums for _day, sums in found), strict=True)]
        found.append((_("Together"), sums))
    heads = (
        _("From"), _("Received"), _("Earned by posting"), _("Commission"), _("Take rate"),
        _("Given back"), _("Refund rate"), _("Disputed"), _("Paid out"),
    )  # fmt: skip
    return Table(
        "flow", _("What came of it"), heads, [_flow_row(day, *sums) for day, sums in found], drawn=3
    )


def _flow_row(day: Text, *sums: int) -> Sequence[Cell]:
    captured, earned, commission, refunded, disputed, paid_out = sums
    return (
        day, money(captured), money(earned), money(commission), percent(commission, earned),
        money(refunded), percent(refunded, captured), money(disputed), money(paid_out),
    )  # fmt: skip


# ---- what waits ----

_AGES = (
    (0, _("up to 7 days")),
    (8, _("8 to 14 days")),
    (15, _("15 to 30 days")),
    (31, _("31 to 60 days")),
    (61, _("over 60 days")),
)
_AGE = """CASE WHEN days <= 7 THEN 0 WHEN days <= 14 THEN 8 WHEN days <= 30 THEN 15
    WHEN days <= 60 THEN 31 ELSE 61 END"""
# Payable is what was credited last, up to the balance: what was earned first is paid first.
_AGEING = f"""
    WITH unfinished AS (
        SELECT so.*, extract(day FROM now() - so.created_at) AS days FROM orders_sellerorder so
        WHERE status IN ('placed', 'accepted', 'partly', 'shipped', 'delivered')
            AND currency = %(currency)s
    ), held AS (
        SELECT days, sum(l.rest) + CASE WHEN max(u.shipped_at) IS NULL
            THEN max(u.delivery_paid_minor + u.extra_minor + u.delivery_subsidy_minor) ELSE 0 END AS amount
        FROM unfinished u JOIN LATERAL (
            SELECT sum(paid_minor - paid_minor * (posted + refused) / quantity
                + subsidy_minor - subsidy_minor * (posted + refused) / quantity) AS rest
            FROM orders_orderline WHERE seller_order_id = u.id
        ) l ON true
        WHERE u.status IN ('placed', 'accepted', 'partly') GROUP BY u.id, days
    ), pending AS (
        SELECT days, -sum(p.amount_minor) AS amount
        FROM unfinished u
        JOIN orders_journalentry e ON e.seller_order_id = u.id
        JOIN orders_posting p ON p.entry_id = e.id
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'seller_pending'
        GROUP BY u.id, days HAVING sum(p.amount_minor) <> 0
    ), credits AS (
        SELECT p.account_id, p.id, -p.amount_minor AS credit, e.created_at,
            sum(-p.amount_minor) OVER (PARTITION BY p.account_id ORDER BY p.id DESC) AS upto
        FROM orders_ledgeraccount a
        JOIN orders_posting p ON p.account_id = a.id AND p.amount_minor < 0
        JOIN orders_journalentry e ON e.id = p.entry_id AND e.created_at > now() - %(oldest)s
        WHERE a.kind = 'seller_available' AND a.currency = %(currency)s
    ), balances AS (
        SELECT a.id, -sum(p.amount_minor) AS balance FROM orders_ledgeraccount a
        JOIN orders_posting p ON p.account_id = a.id
        WHERE a.kind = 'seller_available' AND a.currency = %(currency)s GROUP BY 1
    ), payable AS (
        SELECT extract(day FROM now() - c.created_at) AS days,
            least(c.credit, b.balance - (c.upto - c.credit)) AS amount
        FROM credits c JOIN balances b ON b.id = c.account_id
        WHERE b.balance > c.upto - c.credit
    )
    SELECT what, {_AGE} AS age, count(*), sum(amount) FROM (
        SELECT 'held' AS what, days, amount FROM held
        UNION ALL SELECT 'pending', days, amount FROM pending
        UNION ALL SELECT 'payable', days, amount FROM payable
    ) found GROUP BY 1, 2
"""  # noqa: S608 written here, whole


def ageing() -> Table:
    """Return what is held, waits to be released and is ready for payout now, by age."""
    given = {"currency": settings.MARKETPLACE_CURRENCY, "oldest": OLDEST}
    found = {(what, age): (count, minor) for what, age, count, minor in _rows(_AGEING, given)}
    rows = [
        (
            label,
            *(cell for what in ("held", "pending", "payable") for cell in _aged(found, what, age)),
        )
        for age, label in _AGES
    ]
    sums: list[Cell] = [_("Together")]
    for column in range(1, 7, 2):
        counts = [int(str(row[column])) for row in rows]
        amounts = [cell.minor for row in rows if isinstance(cell := row[column + 1], Money)]
        sums += [sum(counts), money(sum(amounts))]
    heads = (
        _("Age"), _("Parts to post"), _("Held"), _("Parts on their way"), _("Waiting for release"),
        _("Earnings"), _("Ready for payout"),
    )  # fmt: skip
    return Table("ageing", _("What waits, by age"), heads, [*rows, sums])


def _aged(
    found: Mapping[tuple[str, int], tuple[int, int]], what: str, age: int
) -> tuple[int, Money]:
    count, minor = found.get((what, age), (0, 0))
    return count, money(minor)


# ---- the bank ----

# As reconciliation.AGES has them.
_BANK_AGES: tuple[Text, ...] = (
    _("up to 1 day"),
    _("2 to 3 days"),
    _("4 to 7 days"),
    _("8 to 30 days"),
    _("over 30 days"),
)


def bank(*, today: date | None = None) -> Table:
    """Return what providers and banks still hold of what the books say, by age (three statements)."""
    currency = settings.MARKETPLACE_CURRENCY
    # What is owed stands on the other side of the books: said as an amount that is owed.
    kinds = (
        (AccountKind.CLEARING, 1),
        (AccountKind.IN_TRANSIT, -1),
        (AccountKind.REFUNDS_PAYABLE, -1),
    )
    columns = [
        [age.amount.minor * sign for age in reconciliation.ageing(kind, currency, today=today)]
        for kind, sign in kinds
    ]
    rows = [
        (label, *(money(column[at]) for column in columns)) for at, label in enumerate(_BANK_AGES)
    ]
    rows.append((_("Together"), *(money(sum(column)) for column in columns)))
    heads = (
        _("Age"),
        _("At the payment provider"),
        _("Payouts on their way"),
        _("Refunds on their way"),
    )
    return Table("bank", _("Between the books and the bank, by age"), heads, rows)


# ---- shops ----


def health() -> Table:
    """Return the shops whose orders were cancelled, claimed for or late most in the last quarter."""
    rows = (
        SellerStanding.objects.filter(days=StandingDays.QUARTER)
        .alias(late=F("due") - F("in_time"))
        .filter(Q(cancelled__gt=0) | Q(claims__gt=0) | Q(late__gt=0))
        .select_related("seller")
        .order_by("-cancelled", "-claims", "-late", "pk")[:SHOPS]
    )
    heads = (
        _("Shop"), _("Orders"), _("Cancelled"), _("Kept"), _("Due"), _("Late"), _("Posted in time"),
        _("Claims upheld"), _("Of the orders"),
        _("Minutes to an answer"),
    )  # fmt: skip
    return Table(
        "health",
        _("Shops that cancel, are late or are claimed against, last quarter"),
        heads,
        [
            (
                row.seller.name, row.orders, row.cancelled, percent(row.orders - row.cancelled, row.orders),
                row.due, row.due - row.in_time, percent(row.in_time, row.due), row.claims,
                percent(row.claims, row.orders), row.answer_minutes,
            )
            for row in rows
        ],
    )  # fmt: skip


def tables(of: Period) -> list[Table]:
    """Return all tables of the page (seven statements)."""
    return [sales(of), flow(of), ageing(), bank(), health()]


def table_named(name: str, of: Period) -> Table | None:
    """Return one of them."""
    if name == "sales":
        return sales(of)
    if name == "flow":
        return flow(of)
    if name == "ageing":
        return ageing()
    if name == "bank":
        return bank()
    return health() if name == "health" else None
