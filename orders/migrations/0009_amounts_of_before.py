"""Say of what was sold before amounts were kept what it was sold for: its price, without anything in it."""

from django.db import migrations

FILL = """
UPDATE orders_payment SET placing_id = order_id WHERE placing_id IS NULL;
UPDATE orders_orderline SET paid_minor = unit_minor * quantity WHERE paid_minor = 0;
UPDATE orders_sellerorder SET delivery_paid_minor = delivery_minor WHERE delivery_paid_minor = 0;
UPDATE orders_shipmentline SET paid_minor = line.unit_minor * orders_shipmentline.quantity,
        currency = line.currency
    FROM orders_orderline line WHERE line.id = order_line_id AND orders_shipmentline.paid_minor = 0;
UPDATE orders_sellerorder part SET delivered_at = last.delivered
    FROM (
        SELECT seller_order_id, max(delivered_at) AS delivered FROM orders_shipment GROUP BY 1
    ) last
    WHERE last.seller_order_id = part.id AND part.status = 'delivered';
UPDATE orders_sellerorder part SET shipped_at = first.shipped
    FROM (SELECT seller_order_id, min(shipped_at) AS shipped FROM orders_shipment GROUP BY 1) first
    WHERE first.seller_order_id = part.id AND part.shipped_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_money_guards")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
