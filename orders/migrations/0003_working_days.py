"""Working days in SQL: by when an order is to be posted, for as many orders as there are."""

from django.db import migrations

# As orders.selectors.deadlines.last_day has it. Days are counted from the Friday of a weekend; every
# five working days pass one weekend.
LAST_DAY = """
CREATE FUNCTION b4a_last_posting_day(paid date, days integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN days = 0 AND weekday > 5 THEN paid + 8 - weekday
        WHEN days = 0 THEN paid
        ELSE paid - greatest(weekday - 5, 0) + days + 2 * ((least(weekday, 5) - 1 + days) / 5)
    END
    FROM (SELECT extract(isodow FROM paid)::integer) AS of_week (weekday)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_guards")]

    operations = [
        migrations.RunSQL(
            LAST_DAY, "DROP FUNCTION IF EXISTS b4a_last_posting_day(date, integer)"
        )
    ]
