"""Let what was posted before there were deadlines go on by itself, as what is posted now does.

What waits to be posted was sold without a deadline, and stays so.
"""

from django.db import migrations

FILL = """
UPDATE orders_shipment SET tracking_status = 'delivered' WHERE delivered_at IS NOT NULL;
UPDATE orders_sellerorder SET act_by = CASE status
        WHEN 'shipped' THEN greatest(shipped_at + (days_max * 2 + 21) * interval '1 day', now())
        ELSE delivered_at + greatest(coalesce(withdrawal_days, 14), 7) * interval '1 day'
    END
    WHERE act_by IS NULL
        AND (status = 'shipped' AND shipped_at IS NOT NULL
            OR status = 'delivered' AND delivered_at IS NOT NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0021_after")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
