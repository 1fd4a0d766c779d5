"""Post by weight: the terms of a rate, what it comes to for one copy, and search that follows weights."""

from importlib import import_module

from django.db import migrations, models

search = import_module("catalog.migrations.0007_search_triggers")

# What a rate comes to for one copy of so many grams: DeliveryRate.cost for a Load of one book. The
# planner puts it into the statement, so it costs no more than being written out; NULL for no rate.
POSTAGE = """
    CREATE FUNCTION catalog_postage(
        by_weight boolean, first_minor bigint, further_minor bigint, first_g bigint, further_g bigint,
        grams bigint
    ) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN by_weight
            THEN first_minor + further_minor * ((greatest(grams - first_g, 0) + further_g - 1) / further_g)
            ELSE first_minor END
    $$;
"""

# The columns that search has to follow besides those it follows already.
MORE = (
    ("catalog_listing", "weight_g"),
    ("catalog_edition", "weight_g"),
    ("catalog_deliveryrate", "posts", "basis", "further_minor", "first_g", "further_g"),
)


def _function(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that makes a table's function anew, with more columns to look at."""
    watched = next(one for one in search.WATCHED if one.table == table)
    watched = watched._replace(columns=(*watched.columns, *columns))
    branches = "".join(
        search.BRANCH.format(
            event=event, select=search._select(watched, event), texts=str(watched.texts).lower()
        )
        for event in watched.events
    )
    text = search.FUNCTION.format(name=f"{table}_search_touch", branches=branches)
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def _watch(table: str, *columns: str) -> migrations.RunSQL:
    return migrations.RunSQL(_function(table, columns), _function(table, ()))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_holidays"),
        ("catalog", "0013_listing_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="deliveryrate",
            name="basis",
            field=models.CharField(
                choices=[("item", "By the book"), ("weight", "By weight")],
                default="item", db_default="item",
                max_length=6,
                verbose_name="goes by",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrate",
            name="first_g",
            field=models.PositiveIntegerField(
                default=1000, db_default=1000,
                help_text="Only for rates by weight",
                verbose_name="first weight, up to (g)",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrate",
            name="further_g",
            field=models.PositiveIntegerField(
                default=500, db_default=500,
                help_text="Only for rates by weight",
                verbose_name="each further started (g)",
            ),
        ),
        migrations.AddField(
            model_name="deliveryrate",
            name="posts",
            field=models.BooleanField(
                default=True, db_default=True,
                help_text="Not ticked: nothing is sent there, whatever wider rates say",
                verbose_name="posts there",
            ),
        ),
        migrations.AlterField(
            model_name="deliveryrate",
            name="first_minor",
            field=models.PositiveIntegerField(verbose_name="first book, or first weight (pence)"),
        ),
        migrations.AlterField(
            model_name="deliveryrate",
            name="further_minor",
            field=models.PositiveIntegerField(verbose_name="each further one (pence)"),
        ),
        migrations.AddConstraint(
            model_name="deliveryrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_g__gt", 0), ("further_g__gt", 0)),
                name="rate_weights_positive",
                violation_error_message="A weight is at least 1 g.",
            ),
        ),
        migrations.RunSQL(
            POSTAGE,
            "DROP FUNCTION catalog_postage(boolean, bigint, bigint, bigint, bigint, bigint)",
        ),
        *(_watch(*more) for more in MORE),
    ]
