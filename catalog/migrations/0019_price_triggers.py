"""The history of prices, written by the database: whoever changes a price, by whatever statement.

A statement at a time, so that a file of a hundred thousand rows costs two more statements a batch and
not a hundred thousand calls. A change of price counts, and so does going on sale or off it: only a
price that somebody could pay is one that a reduction may be measured by.
"""

from django.db import migrations

from books4all.lib.models import append_only

TRIGGERS = """
    CREATE FUNCTION catalog_price_set() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        -- Not the transaction's beginning: who waited for a row writes later than who held it.
        moment timestamptz := clock_timestamp();
    BEGIN
        INSERT INTO catalog_pricechange (listing_id, price_minor, currency, offered, at)
            SELECT id, price_minor, currency, status = 'active', moment FROM fresh;
        RETURN NULL;
    END $$;

    CREATE FUNCTION catalog_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        moment timestamptz := clock_timestamp();
    BEGIN
        INSERT INTO catalog_pricechange (listing_id, price_minor, currency, offered, at)
            SELECT fresh.id, fresh.price_minor, fresh.currency, fresh.status = 'active', moment
            FROM fresh JOIN stale ON stale.id = fresh.id
            WHERE (fresh.price_minor, fresh.currency, fresh.status = 'active')
                IS DISTINCT FROM (stale.price_minor, stale.currency, stale.status = 'active');
        RETURN NULL;
    END $$;

    CREATE TRIGGER price_set AFTER INSERT ON catalog_listing
        REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_price_set();
    -- Without a list of columns: PostgreSQL takes none where the old and new rows are asked for.
    CREATE TRIGGER price_changed AFTER UPDATE ON catalog_listing
        REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_price_changed();
"""
UNDO = """
    DROP TRIGGER price_changed ON catalog_listing;
    DROP TRIGGER price_set ON catalog_listing;
    DROP FUNCTION catalog_price_changed();
    DROP FUNCTION catalog_price_set();
"""
WATCH = """
    CREATE TRIGGER page_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON catalog_listingphoto
        FOR EACH STATEMENT EXECUTE FUNCTION catalog_page_changed()
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0018_listings")]

    operations = [
        migrations.RunSQL(TRIGGERS, UNDO),
        migrations.RunSQL(WATCH, "DROP TRIGGER IF EXISTS page_changed ON catalog_listingphoto"),
        *append_only(["catalog_pricechange"]),
    ]
