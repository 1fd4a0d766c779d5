"""Does the stock add up? Movements against copies on hand, holds against copies held."""

from dataclasses import dataclass

from django.db import connection

_DIFFERENCES = """
SELECT l.id, l.sku, s.name, l.on_hand, coalesce(m.total, 0), l.held, coalesce(h.total, 0)
FROM catalog_listing l
JOIN accounts_seller s ON s.id = l.seller_id
LEFT JOIN (SELECT listing_id, sum(quantity) AS total FROM catalog_stockmovement GROUP BY 1) m
    ON m.listing_id = l.id
LEFT JOIN (
    SELECT listing_id, sum(quantity) AS total FROM orders_hold WHERE status = 'active' GROUP BY 1
) h ON h.listing_id = l.id
WHERE l.on_hand <> coalesce(m.total, 0) OR l.held <> coalesce(h.total, 0)
ORDER BY l.id
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A listing whose figures do not add up."""

    listing_id: int
    sku: str
    seller: str
    on_hand: int
    moved: int
    held: int
    promised: int

    def __str__(self) -> str:
        return (
            f"listing {self.listing_id} ({self.sku}, {self.seller}): "
            f"on hand {self.on_hand}, movements {self.moved}; "
            f"held {self.held}, active holds {self.promised}"
        )


def stock_differences() -> list[Difference]:
    """Return the listings whose stock is not the sum of its movements, or of its holds."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        return [
            Difference(pk, sku, seller, int(on_hand), int(moved), int(held), int(promised))
            for pk, sku, seller, on_hand, moved, held, promised in cursor
        ]
