"""Say of what was posted or cancelled before parcels had lines which copies it was: all of them."""

from django.db import migrations

FILL = """
UPDATE orders_orderline line SET posted = line.quantity
    FROM orders_sellerorder part
    WHERE part.id = line.seller_order_id AND part.status IN ('shipped', 'delivered');
UPDATE orders_orderline line SET refused = line.quantity
    FROM orders_sellerorder part
    WHERE part.id = line.seller_order_id AND part.status = 'cancelled';
INSERT INTO orders_shipmentline (shipment_id, order_line_id, quantity)
    SELECT first.id, line.id, line.quantity
    FROM (
        SELECT DISTINCT ON (seller_order_id) id, seller_order_id FROM orders_shipment
        ORDER BY seller_order_id, shipped_at, id
    ) first
    JOIN orders_orderline line ON line.seller_order_id = first.seller_order_id
    WHERE line.posted > 0;
"""
# What is emptied with the columns and tables needs no emptying before.


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_parcels")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
