"""Working days in SQL: when an order is to be posted, for as many orders as there are."""

from django.db import migrations

# The same as orders.selectors.quotes.working_day_after. A weekend counts from its Friday, unless
# nothing is added at all; every five working days pass one weekend.
WORKING_DAYS = """
CREATE FUNCTION b4a_working_day_after(start date, days integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN days <= 0 THEN start ELSE (
        SELECT friday + days + 2 * ((weekday - 1 + days) / 5)
        FROM (SELECT start - greatest(extract(isodow FROM start)::integer - 5, 0),
                     least(extract(isodow FROM start)::integer, 5)) AS week (friday, weekday)
    ) END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_today")]

    operations = [
        migrations.RunSQL(
            WORKING_DAYS, "DROP FUNCTION IF EXISTS b4a_working_day_after(date, integer)"
        )
    ]
