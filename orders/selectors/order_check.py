"""The rows of orders against each other: sums, copies, states and payments."""

from collections.abc import Iterable

from orders.selectors.checking import Check, Finding, run

# ---- amounts ----

LINES = Check(
    "lines_are_the_part",
    """
    WITH lines AS (
        SELECT seller_order_id, sum(unit_minor * quantity) AS items, sum(paid_minor) AS paid
        FROM orders_orderline GROUP BY 1
    )
    SELECT 'order ' || o.number || ' / ' || s.name, x.account, x.expected, x.found
    FROM orders_sellerorder so
    JOIN orders_order o ON o.id = so.order_id JOIN accounts_seller s ON s.id = so.seller_id
    LEFT JOIN lines l ON l.seller_order_id = so.id,
    LATERAL (VALUES
        ('books', coalesce(l.items, 0), so.items_minor),
        ('total', coalesce(l.paid, 0) + so.delivery_paid_minor, so.total_minor)
    ) x (account, expected, found)
    WHERE x.expected <> x.found
    """,
)

PARTS = Check(
    "parts_are_the_order",
    """
    WITH parts AS (
        SELECT order_id, sum(items_minor) AS items, sum(delivery_minor) AS delivery,
            sum(discount_minor) AS discount, sum(tax_added_minor) AS tax, sum(total_minor) AS total
        FROM orders_sellerorder GROUP BY 1
    )
    SELECT 'order ' || o.number, x.account, x.expected, x.found
    FROM orders_order o LEFT JOIN parts p ON p.order_id = o.id,
    LATERAL (VALUES
        ('books', coalesce(p.items, 0), o.items_minor),
        ('delivery', coalesce(p.delivery, 0), o.delivery_minor),
        ('discount', coalesce(p.discount, 0), o.discount_minor),
        ('tax added', coalesce(p.tax, 0), o.tax_added_minor),
        ('total', coalesce(p.total, 0), o.total_minor)
    ) x (account, expected, found)
    WHERE x.expected <> x.found
    """,
)

PAYMENT = Check(
    "payment_is_the_order",
    """
    SELECT 'order ' || o.number, 'payment', o.total_minor - o.gift_minor, coalesce(p.amount_minor, 0)
    FROM orders_order o LEFT JOIN orders_payment p ON p.placing_id = o.id
    WHERE o.total_minor - o.gift_minor <> coalesce(p.amount_minor, 0)
    """,
)

# ---- payments and promises ----

PLACED = Check(
    "placed_is_paid",
    """
    SELECT 'order ' || o.number, 'captured', o.total_minor - o.gift_minor,
        CASE WHEN p.status = 'captured' THEN p.amount_minor ELSE 0 END
    FROM orders_order o LEFT JOIN orders_payment p ON p.placing_id = o.id
    WHERE o.status = 'placed' AND o.total_minor > o.gift_minor
        AND p.status IS DISTINCT FROM 'captured'
    """,
)

PAID = Check(
    "paid_is_placed",
    """
    SELECT 'order ' || o.number, 'given back', p.amount_minor, coalesce(r.amount, 0)
    FROM orders_payment p
    JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN (
        SELECT payment_id, sum(amount_minor - gift_minor) AS amount FROM orders_refund GROUP BY 1
    ) r ON r.payment_id = p.id
    WHERE p.status = 'captured' AND o.status <> 'placed' AND p.amount_minor <> coalesce(r.amount, 0)
    """,
)

REFUNDED = Check(
    "refunded_at_most_captured",
    """
    SELECT 'order ' || o.number || ', payment ' || p.id, 'given back at most',
        CASE WHEN p.status = 'captured' THEN p.amount_minor ELSE 0 END, sum(r.amount_minor - r.gift_minor)
    FROM orders_refund r
    JOIN orders_payment p ON p.id = r.payment_id JOIN orders_order o ON o.id = p.order_id
    WHERE r.status <> 'failed'
    GROUP BY p.id, o.number
    HAVING sum(r.amount_minor - r.gift_minor) > CASE WHEN p.status = 'captured' THEN p.amount_minor ELSE 0 END
    """,
)

REFUND_PARTS = Check(
    "refund_adds_up",
    """
    SELECT 'order ' || o.number || ', refund ' || r.id, 'books and delivery',
        r.amount_minor, coalesce(sum(l.paid_minor), 0) + r.delivery_minor
    FROM orders_refund r
    JOIN orders_payment p ON p.id = r.payment_id JOIN orders_order o ON o.id = p.order_id
    LEFT JOIN orders_refundline l ON l.refund_id = r.id
    WHERE r.seller_order_id IS NOT NULL AND r.stage IN ('held', 'earned')
    GROUP BY r.id, o.number, p.placing_id, p.amount_minor
    -- Extra postage that came too late goes back as it came.
    HAVING NOT (p.placing_id IS NULL AND count(l.id) = 0 AND r.amount_minor = p.amount_minor)
        AND r.amount_minor <> coalesce(sum(l.paid_minor), 0) + r.delivery_minor
    """,
)

# All of a part together: extra postage goes back beside the refund that a refusal names.
REFUSALS = Check(
    "refusal_is_refunded",
    """
    WITH said AS (
        SELECT seller_order_id, sum(amount) AS amount FROM (
            SELECT seller_order_id, delivery_minor AS amount FROM orders_refusal
            UNION ALL
            SELECT f.seller_order_id, l.amount_minor
            FROM orders_refusalline l JOIN orders_refusal f ON f.id = l.refusal_id
        ) rows GROUP BY 1
    ), back AS (
        SELECT r.seller_order_id, sum(r.amount_minor) AS amount FROM orders_refund r
        WHERE r.stage = 'held' AND (r.delivery_minor > 0
            OR EXISTS (SELECT FROM orders_refundline l WHERE l.refund_id = r.id))
        GROUP BY 1
    )
    SELECT 'order ' || o.number || ' / ' || s.name, 'given back', x.amount, coalesce(b.amount, 0)
    FROM said x LEFT JOIN back b USING (seller_order_id)
    JOIN orders_sellerorder so ON so.id = x.seller_order_id
    JOIN orders_order o ON o.id = so.order_id JOIN accounts_seller s ON s.id = so.seller_id
    WHERE x.amount <> coalesce(b.amount, 0)
    """,
)

# ---- copies and states ----

COPIES = Check(
    "copies_counted",
    """
    SELECT 'order ' || o.number || ', ' || l.sku, x.account, x.expected, x.found
    FROM orders_orderline l
    JOIN orders_sellerorder so ON so.id = l.seller_order_id JOIN orders_order o ON o.id = so.order_id
    LEFT JOIN (
        SELECT order_line_id, sum(quantity) AS n FROM orders_shipmentline GROUP BY 1
    ) s ON s.order_line_id = l.id
    LEFT JOIN (
        SELECT order_line_id, sum(quantity) AS n FROM orders_refusalline GROUP BY 1
    ) r ON r.order_line_id = l.id,
    LATERAL (VALUES
        ('posted', coalesce(s.n, 0), l.posted),
        ('refused', coalesce(r.n, 0), l.refused),
        ('more than bought', 0, greatest(0, l.posted + l.refused - l.quantity))
    ) x (account, expected, found)
    WHERE x.expected <> x.found
        -- Copies whose payment a bank has kept are not sent, and nobody refused them.
        AND NOT (x.account = 'refused' AND EXISTS (
            SELECT FROM orders_disputepart p JOIN orders_dispute d ON d.id = p.dispute_id
            WHERE p.seller_order_id = so.id AND p.stage = 'held' AND p.whole AND d.status = 'lost'))
    """,
)

# Of what was posted, refused and is left follows in which states a part may be.
STATES = Check(
    "state_follows",
    """
    WITH counted AS (
        SELECT seller_order_id, sum(posted) AS posted, sum(quantity - posted - refused) AS rest
        FROM orders_orderline GROUP BY 1
    )
    SELECT 'order ' || o.number || ' / ' || s.name,
        'state ' || so.status || ' of an order ' || o.status
            || ' (posted ' || coalesce(c.posted, 0) || ')',
        0, coalesce(c.rest, 0)
    FROM orders_sellerorder so
    JOIN orders_order o ON o.id = so.order_id JOIN accounts_seller s ON s.id = so.seller_id
    LEFT JOIN counted c ON c.seller_order_id = so.id
    WHERE so.status <> ALL (CASE
        WHEN o.status = 'pending' THEN ARRAY['pending']
        WHEN o.status = 'expired' THEN ARRAY['expired']
        WHEN c.rest > 0 AND c.posted > 0 THEN ARRAY['partly']
        WHEN c.rest > 0 THEN ARRAY['placed', 'accepted']
        WHEN c.posted > 0 THEN ARRAY['shipped', 'delivered', 'completed']
        ELSE ARRAY['cancelled'] END)
    """,
)

MOMENTS = Check(
    "moments_follow",
    """
    SELECT 'order ' || o.number || ' / ' || s.name, x.account, x.expected::int, x.found::int
    FROM orders_sellerorder so
    JOIN orders_order o ON o.id = so.order_id JOIN accounts_seller s ON s.id = so.seller_id,
    LATERAL (VALUES
        ('first posted', EXISTS (SELECT FROM orders_shipment p WHERE p.seller_order_id = so.id),
            so.shipped_at IS NOT NULL),
        ('delivered', so.status IN ('delivered', 'completed'), so.delivered_at IS NOT NULL),
        ('completed', so.status = 'completed', so.completed_at IS NOT NULL)
    ) x (account, expected, found)
    WHERE x.expected <> x.found
    """,
)

HOLDS = Check(
    "holds_ended",
    """
    SELECT 'order ' || o.number, 'copies held', 0, sum(h.quantity)
    FROM orders_hold h JOIN orders_order o ON o.id = h.order_id
    WHERE h.status = 'active' AND o.status <> 'pending' GROUP BY o.number
    """,
)

# Every copy that was sold left its shelf in a movement that names the order.
SOLD = Check(
    "sold_left_the_shelf",
    """
    WITH sold AS (
        SELECT o.number, l.listing_id, sum(l.quantity) AS n
        FROM orders_orderline l
        JOIN orders_sellerorder so ON so.id = l.seller_order_id
        JOIN orders_order o ON o.id = so.order_id AND o.status = 'placed'
        GROUP BY 1, 2
    ), moved AS (
        SELECT reference AS number, listing_id, -sum(quantity) AS n
        FROM catalog_stockmovement WHERE kind = 'sold' GROUP BY 1, 2
    )
    SELECT 'order ' || number || ', listing ' || listing_id, 'copies sold',
        coalesce(s.n, 0), coalesce(m.n, 0)
    FROM sold s FULL JOIN moved m USING (number, listing_id) AS found
    WHERE coalesce(s.n, 0) <> coalesce(m.n, 0) AND (number <> '' OR s.n IS NOT NULL)
        -- Another copy sent for a damaged one leaves its shelf too.
        AND NOT (coalesce(m.n, 0) > coalesce(s.n, 0) AND EXISTS (
            SELECT FROM orders_case c JOIN orders_sellerorder so ON so.id = c.seller_order_id
            JOIN orders_order o ON o.id = so.order_id
            WHERE o.number = found.number AND c.replacement <> ''))
    """,
)

ORDER_CHECKS = (
    LINES,
    PARTS,
    PAYMENT,
    PLACED,
    PAID,
    REFUNDED,
    REFUND_PARTS,
    REFUSALS,
    COPIES,
    STATES,
    MOMENTS,
    HOLDS,
    SOLD,
)


def order_differences() -> Iterable[Finding]:
    """Yield every difference between the rows of orders."""
    return run(ORDER_CHECKS)
