"""Rows that several checks of the ledger start from, in SQL: for their ``WITH``.

What a parcel earns and what a refund takes back is divided here once more from the amounts that were frozen on
the lines: the rules of ``orders.services.postings`` written a second time, on purpose.
"""

# Postings of an entry by source and kind of account, credits positive. For joining.
LEGS_ROWS = """
    SELECT e.source, e.kind AS entry, a.kind AS account, -sum(p.amount_minor)::bigint AS credited
    FROM orders_journalentry e
    JOIN orders_posting p ON p.entry_id = e.id
    JOIN orders_ledgeraccount a ON a.id = p.account_id
    GROUP BY 1, 2, 3
"""

# What each part was sold for, all that the marketplace added with it.
SOLD_ROWS = """
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

# What each parcel earns, by account. All of the delivery, extra postage too, with the first.
EARNED_ROWS = """
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

# What each refund takes back, by account. One without a seller order is of an order never placed.
GIVEN_ROWS = """
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

# Refunds of a whole payment that paid for nothing in the end: an order that was never placed, extra postage
# that came too late.
LOOSE_ROWS = """
    SELECT 'refund:' || r.id AS source FROM orders_refund r
    WHERE r.stage = 'held' AND r.delivery_minor = 0
        AND NOT EXISTS (SELECT FROM orders_refundline l WHERE l.refund_id = r.id)
"""
