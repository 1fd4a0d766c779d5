"""What stands on accounts against the rows that say what should: sellers, payouts, reserves, disputes, gift cards.

Corrections by hand (``adjusted``) explain themselves.
"""

from orders.selectors.checked_rows import EARNED_ROWS, GIVEN_ROWS, LEGS_ROWS
from orders.selectors.checking import Check

# What banks have taken back of a shop's earnings, or may.
_DISPUTED = """
    SELECT p.id, so.seller_id, p.currency, d.status, d.closed_at,
        p.paid_minor + p.subsidy_minor - p.commission_minor - p.fee_tax_minor
            - CASE WHEN so.tax_remitter = 'marketplace' THEN p.tax_minor ELSE 0 END AS share
    FROM orders_disputepart p
    JOIN orders_dispute d ON d.id = p.dispute_id
    JOIN orders_sellerorder so ON so.id = p.seller_order_id
    WHERE p.stage = 'earned'
"""

# However often it was tried: what it took from its shop, what is on its way, and what has left.
PAYOUTS = Check(
    "payout_posted",
    """
    WITH told AS (
        SELECT split_part(source, ':', 2) AS id,
            CASE WHEN account IN ('bank', 'clearing') THEN 'paid' ELSE account END AS account,
            sum(credited) AS credited
        FROM legs WHERE source LIKE 'payout:%' GROUP BY 1, 2
    )
    SELECT 'payout ' || p.number, w.account, w.amount, coalesce(t.credited, 0)
    FROM orders_payout p
    CROSS JOIN LATERAL (VALUES
        ('seller_available',
            CASE WHEN p.status IN ('failed', 'given_up') THEN 0 ELSE -p.amount_minor END),
        ('in_transit',
            CASE WHEN p.status IN ('pending', 'processing') THEN p.amount_minor ELSE 0 END),
        ('paid', CASE WHEN p.status = 'completed' THEN p.amount_minor ELSE 0 END)
    ) w (account, amount)
    LEFT JOIN told t ON t.id = p.id::text AND t.account = w.account
    WHERE w.amount <> coalesce(t.credited, 0)
    """,
    {"legs": LEGS_ROWS},
)

# The lines that a payout has claimed come to its amount; its own entries take that from them, unless it failed.
CLAIMS = Check(
    "payout_claims",
    """
    WITH claimed AS (
        SELECT i.payout_id,
            CASE WHEN split_part(e.source, ':', 2) = i.payout_id::text THEN 'taken' ELSE 'claimed' END
                AS account,
            -sum(x.amount_minor) AS credited
        FROM orders_payoutitem i
        JOIN orders_posting x ON x.id = i.posting_id
        JOIN orders_journalentry e ON e.id = x.entry_id
        GROUP BY 1, 2
    )
    SELECT 'payout ' || p.number, w.account, w.amount, coalesce(c.credited, 0)
    FROM orders_payout p
    CROSS JOIN LATERAL (VALUES
        ('claimed', p.amount_minor),
        ('taken', CASE WHEN p.status = 'failed' THEN 0 ELSE -p.amount_minor END)
    ) w (account, amount)
    LEFT JOIN claimed c ON c.payout_id = p.id AND c.account = w.account
    WHERE w.amount <> coalesce(c.credited, 0)
    """,
)

# All that a shop has or owes: what it earned, less what it gave back, lost to banks, and was paid.
SELLERS = Check(
    "seller_explained",
    """
    WITH rows AS (
        SELECT so.seller_id, so.currency, e.whole - e.commission - e.fee_tax - e.sales_tax AS amount
        FROM earned e JOIN orders_sellerorder so ON so.id = e.seller_order_id
        UNION ALL
        SELECT so.seller_id, so.currency,
            -(g.paid + g.subsidy - g.commission - g.fee_tax - g.sales_tax)
        FROM given g JOIN orders_sellerorder so ON so.id = g.seller_order_id
        WHERE g.stage = 'earned'
        UNION ALL
        SELECT seller_id, currency, -share FROM disputed WHERE status = 'lost'
        UNION ALL
        SELECT seller_id, currency, -amount_minor FROM orders_payout
        WHERE status IN ('pending', 'processing', 'completed')
        UNION ALL
        SELECT a.seller_id, a.currency, -p.amount_minor FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.seller_id IS NOT NULL
        JOIN orders_journalentry e ON e.id = p.entry_id AND e.kind = 'adjusted'
    ), wanted AS (
        SELECT seller_id, currency, sum(amount) AS amount FROM rows GROUP BY 1, 2
    ), written AS (
        SELECT a.seller_id, a.currency, -sum(p.amount_minor) AS amount
        FROM orders_posting p JOIN orders_ledgeraccount a ON a.id = p.account_id
        WHERE a.seller_id IS NOT NULL GROUP BY 1, 2
    )
    SELECT coalesce(s.name, 'seller ' || seller_id) || ', ' || currency, 'all of a seller',
        coalesce(w.amount, 0), coalesce(x.amount, 0)
    FROM wanted w FULL JOIN written x USING (seller_id, currency)
    LEFT JOIN accounts_seller s ON s.id = seller_id
    WHERE coalesce(w.amount, 0) <> coalesce(x.amount, 0)
    """,
    {"earned": EARNED_ROWS, "given": GIVEN_ROWS, "disputed": _DISPUTED},
)

RESERVES = Check(
    "reserve_explained",
    """
    WITH rows AS (
        SELECT so.seller_id, h.currency, h.amount_minor AS amount
        FROM orders_reservehold h JOIN orders_sellerorder so ON so.id = h.seller_order_id
        WHERE h.freed_at IS NULL
        UNION ALL
        SELECT seller_id, currency, share FROM disputed WHERE closed_at IS NULL
        UNION ALL
        SELECT a.seller_id, a.currency, -p.amount_minor FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'seller_reserve'
        JOIN orders_journalentry e ON e.id = p.entry_id AND e.kind = 'adjusted'
    ), wanted AS (
        SELECT seller_id, currency, sum(amount) AS amount FROM rows GROUP BY 1, 2
    ), written AS (
        SELECT a.seller_id, a.currency, -sum(p.amount_minor) AS amount
        FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'seller_reserve'
        GROUP BY 1, 2
    )
    SELECT coalesce(s.name, 'seller ' || seller_id) || ', ' || currency, 'seller_reserve',
        coalesce(w.amount, 0), coalesce(x.amount, 0)
    FROM wanted w FULL JOIN written x USING (seller_id, currency)
    LEFT JOIN accounts_seller s ON s.id = seller_id
    WHERE coalesce(w.amount, 0) <> coalesce(x.amount, 0)
    """,
    {"disputed": _DISPUTED},
)

# What banks have taken back and not decided about.
DISPUTES = Check(
    "disputes_explained",
    """
    WITH known AS (
        SELECT currency, sum(amount_minor) AS amount FROM orders_dispute
        WHERE closed_at IS NULL GROUP BY 1
    ), written AS (
        SELECT a.currency, sum(p.amount_minor) AS amount
        FROM orders_posting p
        JOIN orders_ledgeraccount a ON a.id = p.account_id AND a.kind = 'disputes'
        JOIN orders_journalentry e ON e.id = p.entry_id AND e.kind <> 'adjusted'
        GROUP BY 1
    )
    SELECT 'buyers’ banks, ' || currency, 'disputes', coalesce(k.amount, 0), coalesce(w.amount, 0)
    FROM known k FULL JOIN written w USING (currency)
    WHERE coalesce(k.amount, 0) <> coalesce(w.amount, 0)
    """,
)

# A card is worth what its row says, and what it has put to orders that are not placed yet.
GIFT_CARDS = Check(
    "gift_card_explained",
    """
    WITH put_by AS (
        SELECT u.card_id, sum(u.amount_minor) AS amount
        FROM orders_giftcarduse u JOIN orders_order o ON o.id = u.order_id AND o.status = 'pending'
        WHERE u.status = 'taken' GROUP BY 1
    ), written AS (
        SELECT a.gift_card_id, -sum(p.amount_minor) AS amount
        FROM orders_posting p JOIN orders_ledgeraccount a ON a.id = p.account_id
        WHERE a.gift_card_id IS NOT NULL GROUP BY 1
    )
    SELECT 'gift card ' || c.id, 'gift_cards', c.balance_minor + coalesce(u.amount, 0),
        coalesce(w.amount, 0)
    FROM orders_giftcard c
    LEFT JOIN put_by u ON u.card_id = c.id LEFT JOIN written w ON w.gift_card_id = c.id
    WHERE c.balance_minor + coalesce(u.amount, 0) <> coalesce(w.amount, 0)
    """,
)

ACCOUNT_CHECKS = (PAYOUTS, CLAIMS, SELLERS, RESERVES, DISPUTES, GIFT_CARDS)
