"""What keeps the anchors of wants: whoever writes a want, its words are found by new copies at once."""

from django.db import migrations

KEEP = """
    CREATE FUNCTION catalog_want_keep_anchors() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' AND cardinality(OLD.anchors) > 0 THEN
            DELETE FROM catalog_wantanchor WHERE want_id = OLD.id;
        END IF;
        IF TG_OP <> 'DELETE' AND NEW.status = 'active' THEN
            INSERT INTO catalog_wantanchor (want_id, lexeme)
            SELECT NEW.id, lexeme FROM unnest(NEW.anchors) AS lexeme;
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER catalog_want_anchors AFTER INSERT OR DELETE OR UPDATE OF anchors, status
        ON catalog_want FOR EACH ROW EXECUTE FUNCTION catalog_want_keep_anchors();
"""
# Wants from before. After the trigger: whoever writes meanwhile is seen by it, or waits for its lock.
FILL = """
    INSERT INTO catalog_wantanchor (want_id, lexeme)
    SELECT w.id, lexeme FROM catalog_want w CROSS JOIN LATERAL unnest(w.anchors) AS lexeme
    WHERE w.status = 'active';
"""
FORGET = """
    DROP TRIGGER IF EXISTS catalog_want_anchors ON catalog_want;
    DROP FUNCTION IF EXISTS catalog_want_keep_anchors();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0023_want_anchors")]

    operations = [
        migrations.RunSQL(KEEP, FORGET),
        migrations.RunSQL(FILL, "DELETE FROM catalog_wantanchor"),
    ]
