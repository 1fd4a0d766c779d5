"""The index by which a row of a stock file is found: see catalog.models.inventory.IMPORT_AND_SKU."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalog", "0021_stock_files")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS inventoryrow_import_and_sku"
            " ON catalog_inventoryrow ((inventory_import_id::text || sku))",
            "DROP INDEX CONCURRENTLY IF EXISTS inventoryrow_import_and_sku",
        ),
    ]
