"""The journal against the rows that it comes from, entry by entry and order by order.

What stands on the accounts of sellers, gift cards and disputes: ``orders.selectors.account_check``.
"""

from collections.abc import Iterable

from orders.selectors.account_check import ACCOUNT_CHECKS
from orders.selectors.checked_rows import (
    EARNED_ROWS,
    GIVEN_ROWS,
    LEGS_ROWS,
    LOOSE_ROWS,
    SOLD_ROWS,
)
from orders.selectors.checking import Check, Finding, run

BALANCES = Check(
    "entry_balances",
    """
    SELECT 'entry ' || e.id || ' (' || e.source || ')', a.currency, 0, sum(p.amount_minor)
    FROM orders_journalentry e
    JOIN orders_posting p ON p.entry_id = e.id
    JOIN orders_ledgeraccount a ON a.id = p.account_id
    GROUP BY e.id, a.currency HAVING sum(p.amount_minor) <> 0
    """,
)

LEGS = Check(
    "entry_legs",
    """
    SELECT 'entry ' || e.id || ' (' || e.source || ')', 'postings', e.legs, count(p.id)
    FROM orders_journalentry e LEFT JOIN orders_posting p ON p.entry_id = e.id
    GROUP BY e.id HAVING count(p.id) <> e.legs
    """,
)

ONCE = Check(
    "effect_once",
    """
    SELECT source, kind, 1, count(*) FROM orders_journalentry GROUP BY source, kind HAVING count(*) > 1
    """,
)

# A source is "kind:key", the second attempt "kind:key.2"; of these kinds the row must be there.
SOURCES = Check(
    "source_there",
    """
    SELECT 'entry ' || e.id || ' (' || e.source || ')', e.kind, 1, 0
    FROM (
        SELECT *, split_part(split_part(source, ':', 2), '.', 1) AS key FROM orders_journalentry
    ) e
    WHERE CASE split_part(e.source, ':', 1)
        WHEN 'payment' THEN NOT EXISTS (
            SELECT FROM orders_payment WHERE id::text = e.key)
        WHEN 'order' THEN NOT EXISTS (
            SELECT FROM orders_order WHERE id::text = e.key)
        WHEN 'seller_order' THEN NOT EXISTS (
            SELECT FROM orders_sellerorder WHERE id::text = e.key)
        WHEN 'shipment' THEN NOT EXISTS (
            SELECT FROM orders_shipment WHERE id::text = e.key)
        WHEN 'refund' THEN NOT EXISTS (
            SELECT FROM orders_refund WHERE id::text = e.key)
        ELSE false END
    """,
)

CAPTURES = Check(
    "capture_posted",
    """
    SELECT 'order ' || o.number || ', payment ' || p.id, 'clearing',
        CASE WHEN p.status = 'captured' THEN p.amount_minor ELSE 0 END, -coalesce(l.credited, 0)
    FROM orders_payment p
    JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN legs l ON l.source = 'payment:' || p.id AND l.entry = 'captured'
        AND l.account = 'clearing'
    WHERE CASE WHEN p.status = 'captured' THEN p.amount_minor ELSE 0 END <> -coalesce(l.credited, 0)
    """,
    {"legs": LEGS_ROWS},
)


# What gift cards and the marketplace put to a placed order.
PLACED = Check(
    "placing_posted",
    """
    WITH sold AS (
        SELECT order_id, sum(subsidy) AS subsidy FROM parts GROUP BY 1
    ), promised AS (
        SELECT o.id, o.number, a.account,
            CASE WHEN o.status = 'placed' THEN a.amount ELSE 0 END AS amount
        FROM orders_order o LEFT JOIN sold s ON s.order_id = o.id,
        LATERAL (VALUES
            ('gift_cards', o.gift_minor), ('promotions', coalesce(s.subsidy, 0))
        ) a (account, amount)
    )
    SELECT 'order ' || p.number, p.account, p.amount, -coalesce(l.credited, 0)
    FROM promised p
    LEFT JOIN legs l ON l.source = 'order:' || p.id AND l.entry = 'placed' AND l.account = p.account
    WHERE p.amount <> -coalesce(l.credited, 0)
    """,
    {"legs": LEGS_ROWS, "parts": SOLD_ROWS},
)

EARNED = Check(
    "parcel_earned",
    """
    WITH wanted AS (
        SELECT e.id, e.seller_order_id, a.account, a.amount
        FROM earned e, LATERAL (VALUES
            ('held', -e.whole),
            ('commission', e.commission),
            ('fee_tax', e.fee_tax),
            ('sales_tax', e.sales_tax),
            ('seller_pending', e.whole - e.commission - e.fee_tax - e.sales_tax)
        ) a (account, amount)
    )
    SELECT 'order ' || o.number || ', parcel ' || w.id, w.account, w.amount, coalesce(l.credited, 0)
    FROM wanted w
    JOIN orders_sellerorder so ON so.id = w.seller_order_id JOIN orders_order o ON o.id = so.order_id
    LEFT JOIN legs l ON l.source = 'shipment:' || w.id AND l.entry = 'fulfilled'
        AND l.account = w.account
    WHERE w.amount <> coalesce(l.credited, 0)
    """,
    {"legs": LEGS_ROWS, "earned": EARNED_ROWS},
)

REFUNDS = Check(
    "refund_posted",
    """
    WITH told AS (
        -- However many attempts: what was paid, less what came back.
        SELECT 'refund:' || split_part(split_part(source, ':', 2), '.', 1) AS source,
            CASE entry WHEN 'refund_undone' THEN 'refund_paid' ELSE entry END AS entry, account,
            sum(credited) AS credited
        FROM legs WHERE source LIKE 'refund:%' GROUP BY 1, 2, 3
    ), wanted AS (
        SELECT g.id, a.entry, a.account, a.amount
        FROM given g, LATERAL (VALUES
            (g.entry, 'refunds_payable', g.amount_minor - g.gift_minor),
            (g.entry, 'gift_cards', g.gift_minor),
            (g.entry, 'promotions', g.subsidy),
            ('goodwill', 'goodwill', CASE WHEN g.stage = 'market' THEN -g.amount_minor ELSE 0 END),
            ('refunded_held', 'held',
                CASE WHEN g.stage = 'held' THEN -g.amount_minor - g.subsidy ELSE 0 END),
            ('refunded_earned', 'commission', CASE WHEN g.stage = 'earned' THEN -g.commission ELSE 0 END),
            ('refunded_earned', 'fee_tax', CASE WHEN g.stage = 'earned' THEN -g.fee_tax ELSE 0 END),
            ('refunded_earned', 'sales_tax', CASE WHEN g.stage = 'earned' THEN -g.sales_tax ELSE 0 END),
            ('refund_paid', 'clearing',
                CASE WHEN g.status = 'settled' THEN g.amount_minor - g.gift_minor - g.by_bank_minor ELSE 0 END),
            ('dispute_lost', 'refunds_payable', -g.by_bank_minor)
        ) a (entry, account, amount)
    )
    SELECT 'order ' || o.number || ', refund ' || w.id, w.account, w.amount, coalesce(l.credited, 0)
    FROM wanted w
    JOIN orders_refund r ON r.id = w.id
    JOIN orders_payment p ON p.id = r.payment_id JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN told l ON l.source = 'refund:' || w.id AND l.entry = w.entry AND l.account = w.account
    WHERE w.amount <> coalesce(l.credited, 0)
    """,
    {"legs": LEGS_ROWS, "given": GIVEN_ROWS},
)


# What is held of a part: of copies neither posted nor refused, and of the delivery until it is earned.
HELD = Check(
    "held_explained",
    """
    WITH gone AS (
        SELECT coalesce(e.seller_order_id, d.seller_order_id) AS seller_order_id,
            sum(p.amount_minor) AS taken
        FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'held'
        JOIN orders_journalentry e ON e.id = p.entry_id
        -- What a bank has kept of a part is told by the part of the dispute.
        LEFT JOIN orders_disputepart d ON e.kind = 'dispute_lost'
            AND e.source = 'dispute:' || replace(d.id::text, '-', '')
        WHERE e.kind IN ('fulfilled', 'refunded_held', 'dispute_lost')
            AND NOT EXISTS (SELECT FROM loose WHERE loose.source = e.source)
        GROUP BY 1
    ), held AS (
        SELECT x.id, CASE WHEN x.copies > 0
            THEN x.rest + CASE WHEN x.shipped_at IS NULL THEN x.delivery ELSE 0 END
            ELSE 0 END AS expected,
            x.whole - coalesce(g.taken, 0) AS found
        FROM parts x LEFT JOIN gone g ON g.seller_order_id = x.id
    )
    SELECT 'order ' || o.number || ' / ' || s.name, 'held', x.expected, x.found
    FROM held x
    JOIN orders_sellerorder so ON so.id = x.id
    JOIN orders_order o ON o.id = so.order_id AND o.status = 'placed'
    JOIN accounts_seller s ON s.id = so.seller_id
    WHERE x.expected <> x.found
    """,
    {"parts": SOLD_ROWS, "loose": LOOSE_ROWS},
)

# What came in for an order is what its parts were sold for; nothing is held for one that is not placed.
FUNDED = Check(
    "order_funded",
    """
    WITH came AS (
        SELECT e.order_id, -sum(p.amount_minor) AS credited
        FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'held'
        JOIN orders_journalentry e ON e.id = p.entry_id
        LEFT JOIN loose ON loose.source = e.source
        WHERE e.kind IN ('captured', 'placed') OR loose.source IS NOT NULL
        GROUP BY 1
    ), sold AS (
        SELECT order_id, sum(whole) AS whole FROM parts GROUP BY 1
    ), orders AS (
        SELECT o.number, CASE WHEN o.status = 'placed' THEN coalesce(s.whole, 0) ELSE 0 END AS expected,
            coalesce(c.credited, 0) AS found
        FROM orders_order o
        LEFT JOIN sold s ON s.order_id = o.id LEFT JOIN came c ON c.order_id = o.id
    )
    SELECT 'order ' || number, 'held', expected, found FROM orders WHERE expected <> found
    """,
    {"parts": SOLD_ROWS, "loose": LOOSE_ROWS},
)

# At the provider: all that was captured and is neither settled, given back nor disputed.
CLEARING = Check(
    "clearing_explained",
    """
    WITH known AS (
        SELECT currency, sum(amount) AS amount FROM (
            SELECT currency, amount_minor AS amount FROM orders_payment WHERE status = 'captured'
            UNION ALL
            SELECT currency, gift_minor + by_bank_minor - amount_minor FROM orders_refund
            WHERE status = 'settled'
            UNION ALL
            SELECT a.currency, p.amount_minor FROM orders_posting p
            JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'clearing'
            JOIN orders_journalentry e ON e.id = p.entry_id
            WHERE e.kind NOT IN ('captured', 'refund_paid', 'refund_undone')
        ) rows GROUP BY 1
    ), written AS (
        SELECT a.currency, sum(p.amount_minor) AS amount FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'clearing' GROUP BY 1
    )
    SELECT 'payment provider, ' || currency, 'clearing', coalesce(k.amount, 0), coalesce(w.amount, 0)
    FROM known k FULL JOIN written w USING (currency)
    WHERE coalesce(k.amount, 0) <> coalesce(w.amount, 0)
    """,
)

# What a shop waits for is what it earned by orders that are not completed, less what it gave back of them.
PENDING = Check(
    "pending_explained",
    """
    WITH rows AS (
        SELECT seller_order_id, whole - commission - fee_tax - sales_tax AS share FROM earned
        UNION ALL
        SELECT seller_order_id, -(paid + subsidy - commission - fee_tax - sales_tax) FROM given
        WHERE stage = 'earned'
        UNION ALL
        -- Disputes and corrections explain themselves; once an order is completed, nothing may be left.
        SELECT e.seller_order_id, -p.amount_minor FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'seller_pending'
        JOIN orders_journalentry e ON e.id = p.entry_id
        WHERE e.kind NOT IN ('fulfilled', 'refunded_earned', 'released')
            AND e.seller_order_id IS NOT NULL
    ), wanted AS (
        SELECT so.id, CASE WHEN so.status = 'completed' THEN 0 ELSE coalesce(sum(r.share), 0) END AS amount
        FROM orders_sellerorder so LEFT JOIN rows r ON r.seller_order_id = so.id GROUP BY so.id
    ), written AS (
        SELECT e.seller_order_id AS id, -sum(p.amount_minor) AS amount
        FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'seller_pending'
        JOIN orders_journalentry e ON e.id = p.entry_id GROUP BY 1
    )
    SELECT coalesce('order ' || o.number || ' / ' || s.name, 'no order'), 'seller_pending',
        coalesce(w.amount, 0), coalesce(x.amount, 0)
    FROM wanted w FULL JOIN written x USING (id)
    LEFT JOIN orders_sellerorder so USING (id)
    LEFT JOIN orders_order o ON o.id = so.order_id LEFT JOIN accounts_seller s ON s.id = so.seller_id
    WHERE coalesce(w.amount, 0) <> coalesce(x.amount, 0)
    """,
    {"earned": EARNED_ROWS, "given": GIVEN_ROWS},
)

# A seller's account is moved by entries about orders of that seller alone.
OWN = Check(
    "account_of_its_seller",
    """
    SELECT 'order ' || o.number || ', entry ' || e.id, a.kind, so.seller_id, a.seller_id
    FROM orders_posting p
    JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.seller_id IS NOT NULL
    JOIN orders_journalentry e ON e.id = p.entry_id
    JOIN orders_sellerorder so ON so.id = e.seller_order_id
    JOIN orders_order o ON o.id = so.order_id
    WHERE a.seller_id <> so.seller_id
    """,
)

LEDGER_CHECKS = (
    BALANCES,
    LEGS,
    ONCE,
    SOURCES,
    OWN,
    CAPTURES,
    PLACED,
    EARNED,
    REFUNDS,
    FUNDED,
    HELD,
    CLEARING,
    PENDING,
    *ACCOUNT_CHECKS,
)


def ledger_differences() -> Iterable[Finding]:
    """Yield every difference between the journal and the rows that it comes from."""
    return run(LEDGER_CHECKS)
