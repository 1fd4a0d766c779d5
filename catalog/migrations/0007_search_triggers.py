"""What keeps the documents true: whoever changes the catalogue says so, whatever the way.

Triggers of whole statements put the works touched into ``catalog_searchchange``, in the transaction
that touches them and only for changes that search can show. They look at rows, not at Python, so
bulk statements, the admin, imports and psql are all seen.
"""

from typing import NamedTuple

from django.db import migrations

# A statement that touches more works than this is "bulk": single changes are indexed before it.
TOUCH = """
    CREATE FUNCTION catalog_search_touch(works bigint[], texts boolean) RETURNS void
        LANGUAGE sql AS $$
        INSERT INTO catalog_searchchange (work_id, texts, bulk)
        SELECT work, texts, cardinality(works) > 20 FROM unnest(works) AS work
        WHERE work IS NOT NULL
    $$;
"""


class Watched(NamedTuple):
    """A table: how its rows ``r`` lead to works, and which columns search shows."""

    table: str
    work: str
    columns: tuple[str, ...]
    join: str = ""
    where: str = "true"
    texts: bool = True
    events: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")


BY_EDITION = "JOIN catalog_edition e ON e.id = r.edition_id"
OF_SELLER = """
    JOIN catalog_listing l ON l.seller_id = {seller} AND l.status = 'active' AND l.on_hand > l.held
    JOIN catalog_edition e ON e.id = l.edition_id"""
UNDER_SUBJECT = """
    CROSS JOIN LATERAL (
        WITH RECURSIVE under AS (
            SELECT r.id UNION SELECT s.id FROM catalog_subject s JOIN under ON s.parent_id = under.id
        ) SELECT id FROM under
    ) AS u JOIN catalog_worksubject ws ON ws.subject_id = u.id"""

WATCHED = (
    Watched(
        "catalog_work", "r.id",
        ("title", "subtitle", "original_title", "first_published", "description", "first_lines",
         "popularity", "completeness"),
    ),
    Watched(
        "catalog_edition", "r.work_id",
        ("work_id", "title", "subtitle", "language", "form", "publisher_id", "imprint",
         "published_year"),
    ),
    Watched("catalog_contribution", "r.work_id", ("work_id", "person_id", "role", "name_as_printed")),
    Watched(
        "catalog_person", "c.work_id", ("name", "native_name", "other_names"),
        join="JOIN catalog_contribution c ON c.person_id = r.id", events=("UPDATE",),
    ),
    Watched(
        "catalog_identifier", "e.work_id", ("edition_id", "type", "value"), join=BY_EDITION,
        # ISBNs are looked up in their own table.
        where="r.type NOT IN ('02', '03', '15')",
    ),
    Watched(
        "catalog_publisher", "e.work_id", ("name",),
        join="JOIN catalog_edition e ON e.publisher_id = r.id", events=("UPDATE",),
    ),
    Watched("catalog_seriesentry", "r.work_id", ("work_id", "series_id", "number")),
    Watched(
        "catalog_series", "s.work_id", ("name",),
        join="JOIN catalog_seriesentry s ON s.series_id = r.id", events=("UPDATE",),
    ),
    Watched("catalog_worksubject", "r.work_id", ("work_id", "subject_id")),
    Watched(
        "catalog_subject", "ws.work_id", ("name", "parent_id"), join=UNDER_SUBJECT,
        events=("UPDATE",),
    ),
    Watched(
        "catalog_listing", "e.work_id",
        ("edition_id", "seller_id", "status", "on_hand > held", "price_minor", "condition", "jacket",
         "defects", "signed", "inscribed", "first_edition", "rare", "print_on_demand", "listed_at"),
        join=BY_EDITION, where="r.status = 'active' AND r.on_hand > r.held", texts=False,
    ),
    Watched(
        "accounts_seller", "e.work_id", ("status", "country", "closed_from", "closed_to"),
        join=OF_SELLER.format(seller="r.id"), texts=False, events=("UPDATE",),
    ),
    Watched(
        "catalog_deliveryrate", "e.work_id", ("seller_id", "destination", "service", "first_minor"),
        join=OF_SELLER.format(seller="r.seller_id"), texts=False,
    ),
)  # fmt: skip

SINGLE = """SELECT {work} FROM {rows} AS r {join} WHERE {where}"""
CHANGED = """
    SELECT {work} FROM (
        SELECT o.* FROM stale o JOIN fresh n ON n.id = o.id WHERE ({old}) IS DISTINCT FROM ({new})
        UNION ALL
        SELECT n.* FROM stale o JOIN fresh n ON n.id = o.id WHERE ({old}) IS DISTINCT FROM ({new})
    ) AS r {join} WHERE {where}
"""
FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {branches}
        RETURN NULL;
    END $$;
"""
BRANCH = """
        IF TG_OP = '{event}' THEN
            PERFORM catalog_search_touch(ARRAY(SELECT DISTINCT w.id FROM ({select}) AS w (id)), {texts});
        END IF;
"""
TRIGGER = """
    CREATE TRIGGER {table}_search_{event} AFTER {event} ON {table}
        REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
ROWS = {
    "INSERT": "NEW TABLE AS fresh",
    "DELETE": "OLD TABLE AS stale",
    "UPDATE": "OLD TABLE AS stale NEW TABLE AS fresh",
}


def _select(watched: Watched, event: str) -> str:
    parts = {"work": watched.work, "join": watched.join, "where": watched.where}
    if event != "UPDATE":
        return SINGLE.format(rows="fresh" if event == "INSERT" else "stale", **parts)
    old, new = (
        ", ".join(
            " > ".join(f"{row}.{c}" for c in column.split(" > ")) for column in watched.columns
        )
        for row in ("o", "n")
    )
    # One column in brackets is no row; IS DISTINCT FROM takes it all the same.
    return CHANGED.format(old=old, new=new, **parts)


def _create(watched: Watched) -> str:
    name = f"{watched.table}_search_touch"
    branches = "".join(
        BRANCH.format(event=event, select=_select(watched, event), texts=str(watched.texts).lower())
        for event in watched.events
    )
    triggers = "".join(
        TRIGGER.format(table=watched.table, event=event.lower(), rows=ROWS[event], name=name)
        for event in watched.events
    )
    return FUNCTION.format(name=name, branches=branches) + triggers


def _drop(watched: Watched) -> str:
    return f"DROP FUNCTION {watched.table}_search_touch() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_search_rows"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(TOUCH, "DROP FUNCTION catalog_search_touch(bigint[], boolean)"),
        *(migrations.RunSQL(_create(watched), _drop(watched)) for watched in WATCHED),
    ]
