"""A number that grows with every change that a page may show, so that a page can be known to be unchanged.

Each transaction that changes one of the tables leaves a row, seen by others at the very moment they
see the change: not before (a sequence would tell of what is not there yet), not after (a message
would come late, or not at all if its sender dies). Rows of different transactions never wait for each
other, as they would for one counter. Rows are added up with each question, and from time to time for good.
"""

from django.db import migrations

# Everything that is shown to everybody. tests/catalog/test_page_versions.py knows the reasons for
# those that are not.
TABLES = (
    "accounts_seller",
    "catalog_authorentry",
    "catalog_boughttogether",
    "catalog_contribution",
    "catalog_cover",
    "catalog_deliveryrate",
    "catalog_edition",
    "catalog_identifier",
    "catalog_listing",
    "catalog_person",
    "catalog_personname",
    "catalog_publisher",
    "catalog_redirect",
    "catalog_review",
    "catalog_series",
    "catalog_seriesentry",
    "catalog_subject",
    "catalog_subjectwork",
    "catalog_work",
    "catalog_worksubject",
)

COUNTER = """
    CREATE TABLE catalog_pagechange (xact xid8 PRIMARY KEY, n bigint NOT NULL DEFAULT 1);
    CREATE TABLE catalog_pagetotal (one boolean PRIMARY KEY DEFAULT true CHECK (one), n bigint NOT NULL);
    INSERT INTO catalog_pagetotal (n) VALUES (0);

    CREATE FUNCTION catalog_page_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO catalog_pagechange AS seen VALUES (pg_current_xact_id())
            ON CONFLICT (xact) DO UPDATE SET n = seen.n + 1;
        RETURN NULL;
    END $$;

    CREATE FUNCTION catalog_page_version() RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT n + (SELECT coalesce(sum(n), 0) FROM catalog_pagechange)::bigint FROM catalog_pagetotal
    $$;

    -- A row that is seen is of a transaction that is over: none will come after it under its name.
    CREATE FUNCTION catalog_add_up_page_changes() RETURNS void LANGUAGE sql AS $$
        WITH counted AS (DELETE FROM catalog_pagechange RETURNING n)
        UPDATE catalog_pagetotal SET n = catalog_pagetotal.n + (SELECT coalesce(sum(n), 0) FROM counted)
    $$;
"""
UNDO = """
    DROP FUNCTION catalog_add_up_page_changes();
    DROP FUNCTION catalog_page_version();
    DROP FUNCTION catalog_page_changed();
    DROP TABLE catalog_pagetotal;
    DROP TABLE catalog_pagechange;
"""


def _watch(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER page_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION catalog_page_changed()
        """,
        f"DROP TRIGGER IF EXISTS page_changed ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_cover_triggers"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(COUNTER, UNDO),
        *(_watch(table) for table in TABLES),
    ]
