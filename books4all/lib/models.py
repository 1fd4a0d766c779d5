"""Abstract model bases and database guards that every app uses."""

from collections.abc import Sequence

from django.db import models
from django.db.migrations.operations import RunSQL
from django.utils import timezone


class Timestamped(models.Model):
    """Rows that remember when they were written and last changed (UTC)."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def append_only(tables: Sequence[str]) -> list[RunSQL]:
    """Return migration operations that refuse UPDATE, DELETE and TRUNCATE on ``tables``.

    The guard lives in the database so that raw SQL, bulk updates and the admin meet it too.
    """
    function = RunSQL(
        """
        CREATE OR REPLACE FUNCTION b4a_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Test runs empty their tables by TRUNCATE, and say so in their connection options.
            IF TG_OP = 'TRUNCATE' AND current_setting('books4all.allow_truncate', true) = 'on' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION '% is append-only: write a correcting row instead', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;
        """,
        # Triggers of other migrations may still use the function, so it stays.
        RunSQL.noop,
    )
    return [function, *(_guard(table) for table in tables)]


def _guard(table: str) -> RunSQL:
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION b4a_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION b4a_refuse_change();
        """,
        f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON {table};
        DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
        """,
    )
