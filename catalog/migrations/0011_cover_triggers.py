"""Pictures of editions' covers; a work and an edition know their own, by triggers.

Imports and merges change, move and remove editions by the thousand, past every service: what a row
keeps of other rows is the database's to keep true.
"""

from django.db import migrations

TRIGGERS = """
    -- The picture that an edition shows, as books4all.lib.pictures.Picture reads it.
    CREATE FUNCTION catalog_cover_of_edition(asked bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
        SELECT jsonb_build_object(
            'name', name, 'width', width, 'height', height, 'widths', to_jsonb(widths),
            'colour', colour, 'alt', alt, 'credit', credit, 'edition', edition_id
        )
        FROM catalog_cover WHERE edition_id = asked AND status = 'ready'
        ORDER BY source <> 'feed' DESC, id DESC LIMIT 1
    $$;

    -- The row is locked before its picture is looked for: of two changes at a time the second looks
    -- again, with the first one's in sight.
    CREATE FUNCTION catalog_refresh_edition_cover(asked bigint) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM catalog_edition WHERE id = asked FOR NO KEY UPDATE;
        UPDATE catalog_edition SET cover_image = catalog_cover_of_edition(asked), updated_at = now()
        WHERE id = asked AND cover_image IS DISTINCT FROM catalog_cover_of_edition(asked);
    END $$;

    CREATE FUNCTION catalog_refresh_work_cover(asked bigint) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM catalog_work WHERE id = asked FOR NO KEY UPDATE;
        UPDATE catalog_work w SET cover_image = best.cover_image, updated_at = now()
        FROM (
            SELECT (
                SELECT cover_image FROM catalog_edition
                WHERE work_id = asked AND cover_image IS NOT NULL
                ORDER BY completeness DESC, id LIMIT 1
            )
        ) best (cover_image)
        WHERE w.id = asked AND w.cover_image IS DISTINCT FROM best.cover_image;
    END $$;

    CREATE FUNCTION catalog_cover_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM catalog_refresh_edition_cover(OLD.edition_id); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM catalog_refresh_edition_cover(NEW.edition_id); END IF;
        RETURN NULL;
    END $$;

    CREATE FUNCTION catalog_edition_cover_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.work_id <> NEW.work_id THEN
            -- In one order, so that two moves between the same works can't wait for each other.
            PERFORM catalog_refresh_work_cover(least(OLD.work_id, NEW.work_id));
            PERFORM catalog_refresh_work_cover(greatest(OLD.work_id, NEW.work_id));
        ELSIF TG_OP = 'DELETE' THEN
            PERFORM catalog_refresh_work_cover(OLD.work_id);
        ELSE
            PERFORM catalog_refresh_work_cover(NEW.work_id);
        END IF;
        RETURN NULL;
    END $$;

    CREATE TRIGGER catalog_cover_kept AFTER INSERT OR UPDATE OR DELETE ON catalog_cover
        FOR EACH ROW EXECUTE FUNCTION catalog_cover_changed();
    -- An edition without a picture costs nothing.
    CREATE TRIGGER catalog_edition_cover_added AFTER INSERT ON catalog_edition
        FOR EACH ROW WHEN (NEW.cover_image IS NOT NULL)
        EXECUTE FUNCTION catalog_edition_cover_changed();
    CREATE TRIGGER catalog_edition_cover_kept
        AFTER UPDATE OF cover_image, work_id, completeness ON catalog_edition
        FOR EACH ROW WHEN (
            (OLD.cover_image IS NOT NULL OR NEW.cover_image IS NOT NULL)
            AND (OLD.cover_image, OLD.work_id, OLD.completeness)
                IS DISTINCT FROM (NEW.cover_image, NEW.work_id, NEW.completeness)
        )
        EXECUTE FUNCTION catalog_edition_cover_changed();
    CREATE TRIGGER catalog_edition_cover_gone AFTER DELETE ON catalog_edition
        FOR EACH ROW WHEN (OLD.cover_image IS NOT NULL)
        EXECUTE FUNCTION catalog_edition_cover_changed();
"""
UNDO = """
    DROP TRIGGER catalog_edition_cover_gone ON catalog_edition;
    DROP TRIGGER catalog_edition_cover_kept ON catalog_edition;
    DROP TRIGGER catalog_edition_cover_added ON catalog_edition;
    DROP TRIGGER catalog_cover_kept ON catalog_cover;
    DROP FUNCTION catalog_edition_cover_changed();
    DROP FUNCTION catalog_cover_changed();
    DROP FUNCTION catalog_refresh_work_cover(bigint);
    DROP FUNCTION catalog_refresh_edition_cover(bigint);
    DROP FUNCTION catalog_cover_of_edition(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_browse_triggers"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(TRIGGERS, UNDO),
    ]
