"""The first line of the history of every copy that is listed already.

The price is known to have been so since the row was last written, and no longer.
"""

from django.db import migrations

BEGIN = """
    INSERT INTO catalog_pricechange (listing_id, price_minor, currency, offered, at)
    SELECT l.id, l.price_minor, l.currency, l.status = 'active', l.updated_at FROM catalog_listing l
    WHERE NOT EXISTS (SELECT FROM catalog_pricechange p WHERE p.listing_id = l.id)
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0019_price_triggers")]

    operations = [migrations.RunSQL(BEGIN, migrations.RunSQL.noop)]
