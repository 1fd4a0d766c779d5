"""Rules that only the database can keep: stock movements are never changed or removed."""

from django.db import migrations

from books4all.lib.models import append_only


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        *append_only(["catalog_stockmovement"]),
    ]
