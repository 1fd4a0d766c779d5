"""The journal against the rows that it comes from.

What a parcel earns and what a refund takes back is divided here once more, in SQL, from the amounts that
were frozen on the lines: the rules of ``orders.services.postings`` written a second time, on purpose.
"""

from collections.abc import Iterable

from orders.selectors.checking import Check, Finding, run

# Postings of an entry by source and kind of account, credits positive. For joining.
_LEGS = """
    SELECT e.source, e.kind AS entry, a.kind AS account, -sum(p.amount_minor)::bigint AS credited
    FROM orders_journalentry e
    JOIN orders_posting p ON p.entry_id = e.id
    JOIN orders_ledgeraccount a ON a.id = p.account_id
    GROUP BY 1, 2, 3
"""

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
    {"legs": _LEGS},
)

# What each part was sold for, all that the marketplace added with it.
_SOLD = """
    SELECT so.id, so.order_id, so.status, so.shipped_at, l.rest, l.copies,
        so.delivery_paid_minor + so.extra_minor + so.delivery_subsidy_minor AS delivery,
        coalesce(l.whole, 0) + so.delivery_paid_minor + so.extra_minor + so.delivery_subsidy_minor
            AS whole,
        coalesce(l.subsidy, 0) + so.delivery_subsidy_minor AS subsidy
    FROM orders_sellerorder so
    LEFT JOIN (
        SELECT seller_order_id,
            sum(paid_minor + subsidy_minor) AS whole,
            sum(subsidy_minor) AS subsidy,
            sum(quantity - posted - refused) AS copies,
            -- Rounded down for what is gone, as Parts.upto does.
            sum(paid_minor - paid_minor * (posted + refused) / quantity
                + subsidy_minor - subsidy_minor * (posted + refused) / quantity) AS rest
        FROM orders_orderline GROUP BY 1
    ) l ON l.seller_order_id = so.id
"""

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
    {"legs": _LEGS, "parts": _SOLD},
)

# What each parcel earns, by account. All of the delivery, extra postage too, with the first.
_EARNED = """
    SELECT s.id, s.seller_order_id, so.tax_remitter,
        sum(l.paid_minor + l.subsidy_minor) + (CASE WHEN s.first
            THEN so.delivery_paid_minor + so.extra_minor + so.delivery_subsidy_minor ELSE 0 END)
            AS whole,
        sum(l.commission_minor) AS commission,
        sum(l.fee_tax_minor) AS fee_tax,
        CASE WHEN so.tax_remitter = 'marketplace' THEN sum(l.tax_minor)
            + (CASE WHEN s.first THEN so.delivery_tax_minor ELSE 0 END) ELSE 0 END AS sales_tax
    FROM (
        SELECT *, 1 = row_number() OVER (PARTITION BY seller_order_id ORDER BY created_at, id)
            AS first FROM orders_shipment
    ) s
    JOIN orders_sellerorder so ON so.id = s.seller_order_id
    JOIN orders_shipmentline l ON l.shipment_id = s.id
    GROUP BY s.id, s.seller_order_id, s.first, so.id, so.tax_remitter, so.delivery_paid_minor,
        so.extra_minor, so.delivery_subsidy_minor, so.delivery_tax_minor
"""
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
    {"legs": _LEGS, "earned": _EARNED},
)

# What each refund takes back, by account. One without a seller order is of an order never placed.
_GIVEN_BACK = """
    SELECT r.id, r.seller_order_id, r.stage, r.status,
        CASE r.stage WHEN 'market' THEN 'goodwill' ELSE 'refunded_' || r.stage END AS entry, r.amount_minor, r.gift_minor, r.by_bank_minor,
        coalesce(sum(l.paid_minor), 0) + r.delivery_minor AS paid,
        coalesce(sum(l.subsidy_minor), 0) + r.delivery_subsidy_minor AS subsidy,
        coalesce(sum(l.commission_minor), 0) AS commission,
        coalesce(sum(l.fee_tax_minor), 0) AS fee_tax,
        CASE WHEN so.tax_remitter = 'marketplace'
            THEN coalesce(sum(l.tax_minor), 0) + r.delivery_tax_minor ELSE 0 END AS sales_tax
    FROM orders_refund r
    LEFT JOIN orders_sellerorder so ON so.id = r.seller_order_id
    LEFT JOIN orders_refundline l ON l.refund_id = r.id
    GROUP BY r.id, so.tax_remitter
"""
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
    {"legs": _LEGS, "given": _GIVEN_BACK},
)

# Refunds of a whole payment that paid for nothing in the end: an order that was never placed, extra postage
# that came too late.
_LOOSE = """
    SELECT 'refund:' || r.id AS source FROM orders_refund r
    WHERE r.stage = 'held' AND r.delivery_minor = 0
        AND NOT EXISTS (SELECT FROM orders_refundline l WHERE l.refund_id = r.id)
"""

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
    {"parts": _SOLD, "loose": _LOOSE},
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
    {"parts": _SOLD, "loose": _LOOSE},
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
    {"earned": _EARNED, "given": _GIVEN_BACK},
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
)


def ledger_differences() -> Iterable[Finding]:
    """Yield every difference between the journal and the rows that it comes from."""
    return run(LEDGER_CHECKS)
