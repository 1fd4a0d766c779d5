"""Many listings' columns written in one statement, whatever their number.

For locked rows, and for columns that need nobody else's consent: the stock has services of its own.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from catalog.models import Listing

# Columns that may be written like this, with their types.
_TYPES = {
    "status": "text",
    "price_minor": "bigint",
    "shelf": "text",
    "categories": "text[]",
    "listed_at": "timestamptz",
}


def write(*, listings: Sequence[Listing], names: Sequence[str]) -> None:
    """Write the columns ``names`` of locked ``listings`` as they stand in memory, and when it was."""
    if not listings or not names:
        return
    now = timezone.now()
    rows: list[dict[str, Any]] = [
        {"id": one.pk, **{name: getattr(one, name) for name in names}} for one in listings
    ]
    values = ", ".join(f"{name} = v.{name}" for name in names)
    shape = ", ".join(f"{name} {_TYPES[name]}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE catalog_listing AS l SET {values}, updated_at = %s"  # noqa: S608 names of ours
            f" FROM jsonb_to_recordset(%s::jsonb) AS v(id bigint, {shape}) WHERE l.id = v.id",
            [now, json.dumps(rows, cls=DjangoJSONEncoder)],
        )
    for one in listings:
        one.updated_at = now
