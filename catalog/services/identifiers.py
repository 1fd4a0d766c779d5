"""The flag of identifiers in conflict, which a trigger keeps as they are written.

Two transactions that write one number at the same time don't see each other: what they leave behind
is found by looking over all numbers that occur twice.
"""

from django.db import connection, transaction

_SWEEP = """
    SELECT catalog_flag_conflicts(array_agg(type), array_agg(value)) FROM (
        SELECT i.type, i.value FROM catalog_identifier i JOIN catalog_edition e ON e.id = i.edition_id
        GROUP BY i.type, i.value
        HAVING bool_or(i.conflict) <> (min(e.work_id) <> max(e.work_id))
            OR bool_and(i.conflict) <> (min(e.work_id) <> max(e.work_id))
    ) wrong HAVING count(*) > 0
"""


@transaction.atomic
def sweep_conflicts() -> bool:
    """Mend every flag that is wrong; returns whether any was. Reads all identifiers once."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute(_SWEEP)
        return bool(cursor.fetchall())
