"""A document a work that stays fast at a million: narrow rows in tiers, vectors out of line."""

from django.db import migrations


# Searches read thousands of rows for what they offer, and three hundred for their texts: vectors and
# texts lie out of line, the arrays in the row. Room is left for changes that touch no index.
NARROW = """
    ALTER TABLE catalog_searchdocument
        ALTER COLUMN head SET STORAGE EXTERNAL,
        ALTER COLUMN body SET STORAGE EXTERNAL,
        ALTER COLUMN facets SET STORAGE EXTERNAL,
        ALTER COLUMN texts SET STORAGE EXTERNAL,
        ALTER COLUMN names SET STORAGE EXTERNAL,
        ALTER COLUMN sellers SET STORAGE MAIN,
        ALTER COLUMN prices SET STORAGE MAIN,
        ALTER COLUMN facts SET STORAGE MAIN,
        ALTER COLUMN listed SET STORAGE MAIN,
        ALTER COLUMN subjects SET STORAGE MAIN;
    ALTER TABLE catalog_searchdocument SET (toast_tuple_target = 128, fillfactor = 85);
    -- The transaction that changed something: a rebuild knows what it has seen.
    ALTER TABLE catalog_searchchange
        ADD COLUMN xact xid8 DEFAULT pg_current_xact_id();
    -- A queue: it is emptied all the time.
    ALTER TABLE catalog_searchchange SET (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_person_names")]

    operations = [
        migrations.RunSQL(NARROW, migrations.RunSQL.noop),
    ]
