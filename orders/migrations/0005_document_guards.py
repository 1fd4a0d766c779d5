"""Numbers of documents have no gap, and what was issued stays."""

from django.db import migrations

from books4all.lib.models import append_only

SERIES = """
CREATE FUNCTION b4a_series_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.next_number <> OLD.next_number + 1
       OR (NEW.id, NEW.kind, NEW.year, NEW.prefix) <> (OLD.id, OLD.kind, OLD.year, OLD.prefix)
       OR NEW.seller_id IS DISTINCT FROM OLD.seller_id THEN
        RAISE EXCEPTION 'series % only ever counts on by one', OLD.prefix
            USING ERRCODE = 'check_violation', CONSTRAINT = 'documentseries_counts';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documentseries_counts BEFORE UPDATE ON orders_documentseries
    FOR EACH ROW EXECUTE FUNCTION b4a_series_counts();

CREATE FUNCTION b4a_number_has_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- The row as it was written then: each number that was taken is looked at.
    taken bigint := NEW.next_number - 1;
BEGIN
    IF taken > 0 AND NOT EXISTS (
        SELECT 1 FROM orders_document WHERE series_id = NEW.id AND sequence = taken
    ) THEN
        RAISE EXCEPTION 'number % of series % was taken and not used', taken, NEW.prefix
            USING ERRCODE = 'check_violation', CONSTRAINT = 'documentseries_no_gap';
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: the number is taken first, then the document is written.
CREATE CONSTRAINT TRIGGER documentseries_no_gap AFTER INSERT OR UPDATE ON orders_documentseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION b4a_number_has_document();

CREATE FUNCTION b4a_document_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    series orders_documentseries;
BEGIN
    SELECT * INTO series FROM orders_documentseries WHERE id = NEW.series_id;
    IF NEW.sequence <> series.next_number - 1 OR NEW.kind <> series.kind THEN
        RAISE EXCEPTION 'document % is not the next of series %', NEW.number, series.prefix
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_follows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_follows BEFORE INSERT ON orders_document
    FOR EACH ROW EXECUTE FUNCTION b4a_document_follows();
"""
SERIES_GONE = """
DROP TRIGGER IF EXISTS document_follows ON orders_document;
DROP FUNCTION IF EXISTS b4a_document_follows();
DROP TRIGGER IF EXISTS documentseries_no_gap ON orders_documentseries;
DROP FUNCTION IF EXISTS b4a_number_has_document();
DROP TRIGGER IF EXISTS documentseries_counts ON orders_documentseries;
DROP FUNCTION IF EXISTS b4a_series_counts();
"""
# A series that counts can't be told from one that was removed and begun again.
KEPT = """
CREATE TRIGGER documentseries_kept BEFORE DELETE ON orders_documentseries
    FOR EACH ROW EXECUTE FUNCTION b4a_refuse_change();
"""
KEPT_GONE = "DROP TRIGGER IF EXISTS documentseries_kept ON orders_documentseries;"


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_money_guards")]

    operations = [
        *append_only(["orders_document", "orders_documenttax"]),
        migrations.RunSQL(SERIES, SERIES_GONE),
        migrations.RunSQL(KEPT, KEPT_GONE),
    ]
