"""Holidays that shops had set before there was a plan of them."""

from django.db import migrations

PLAN = """
    INSERT INTO accounts_closure (seller_id, first_day, last_day, note)
    SELECT id, closed_from, closed_to, closure_note FROM accounts_seller WHERE closed_from IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_front")]

    operations = [migrations.RunSQL(PLAN, migrations.RunSQL.noop)]
