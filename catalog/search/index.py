"""Writing what search reads, and keeping it true.

Triggers (migration 0007) put every work that changes into ``catalog_searchchange``. A process of its
own (``manage.py keep_search``) takes changes from there and writes the documents from the tables,
in one transaction: nothing is lost by a crash. Who needs the truth at once, such as a test or the
end of an import, calls ``catch_up``.

One writer at a time: ``write`` holds a lock of the database until its transaction ends, so a
document is never overwritten with what was read before another change.
"""
# ruff: noqa: S608 - names of tables and pieces of SQL are ours

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from catalog.constants import HEAVIEST_G
from catalog.models import Listing
from catalog.search import beginnings, facts, lexicon, statement
from catalog.search.documents import Row, gather
from catalog.search.sql import Sql

BATCH = 1000
DOCUMENTS = "catalog_searchdocument"
# The key of the one writer's lock: "books" in ASCII.
LOCK = 0x626F6F6B73

# Columns of a listing on sale, with the names that catalog.search.facts knows.
_LISTING = (
    "id", "edition_id", "seller_id", "price_minor", "condition", "jacket", "defects", "signed",
    "inscribed", "first_edition", "rare", "print_on_demand", "listed_at", "weight_g",
)  # fmt: skip

_OFFERS = """
    SELECT e.work_id, count(*) AS copies,
        array_agg(l.seller_id::int ORDER BY l.id) AS sellers,
        array_agg(l.price_minor ORDER BY l.id) AS prices,
        array_agg({packed} ORDER BY l.id) AS facts,
        array_agg(coalesce(extract(epoch FROM l.listed_at - {epoch}::timestamptz)::int, 0)
                  ORDER BY l.id) AS listed,
        min(l.price_minor + {postage}) AS lowest,
        max(extract(epoch FROM l.listed_at - {epoch}::timestamptz)::int) AS newest,
        array_to_tsvector(array_agg({lexemes})) AS facets
    FROM catalog_edition e
    JOIN catalog_work w ON w.id = e.work_id
    JOIN ({on_sale}) AS l ({listing}) ON l.edition_id = e.id
    JOIN accounts_seller s ON s.id = l.seller_id
    LEFT JOIN rates r ON r.seller_id = l.seller_id
    WHERE e.work_id = ANY({keys})
    GROUP BY e.work_id
"""

# A work's own subjects and all above them.
_KIN = """
    WITH RECURSIVE kin (work_id, subject_id, parent_id) AS (
        SELECT ws.work_id, s.id, s.parent_id FROM catalog_worksubject ws
        JOIN catalog_subject s ON s.id = ws.subject_id WHERE ws.work_id = ANY({keys})
        UNION
        SELECT kin.work_id, s.id, s.parent_id
        FROM kin JOIN catalog_subject s ON s.id = kin.parent_id
    )
    SELECT work_id, array_agg(DISTINCT subject_id::int) AS subjects FROM kin GROUP BY work_id
"""

# Standing: popularity, then copies, then completeness, then chance (of the key, so it stays).
STANDING = """
    ({popularity}::bigint << 24) | (least({copies}, 255)::bigint << 16)
    | (least({completeness}, 255)::bigint << 8) | (hashint8({key}) & 255)
"""
# Chance that stays the same: a sixteenth of the works is in the samples (statement.SAMPLES).
_CHANCE = "(hashint8({key}) >> 8)"
_SAMPLE = "CASE WHEN {chance} & 255 = 0 THEN 2 WHEN {chance} & 15 = 0 THEN 1 ELSE 0 END"
TIER = """
    CASE WHEN {standing} >= coalesce(t.t[1], 0) THEN 0 WHEN {standing} >= coalesce(t.t[2], 0) THEN 1
         WHEN {standing} >= coalesce(t.t[3], 0) THEN 2 ELSE 3 END
"""
THRESHOLDS = """
    (SELECT coalesce((SELECT thresholds FROM catalog_searchstate), '{}') AS t) AS t
"""
_FACETS = """
    coalesce(o.facets, ''::tsvector)
    || array_to_tsvector(ARRAY(SELECT '=s:' || subject FROM unnest({subjects}) AS subject))
    || array_to_tsvector(ARRAY['=o:' || coalesce({period}, 'none')])
    || array_to_tsvector(CASE WHEN {chance} & 1023 = 0 THEN ARRAY['=q:2', '=q:4']
        WHEN {chance} & 63 = 0 THEN ARRAY['=q:2'] ELSE ARRAY[]::text[] END)
"""
_OFFERED = {
    "copies": "coalesce(o.copies, 0)",
    "lowest": "o.lowest",
    "newest": "o.newest",
    "sellers": "coalesce(o.sellers, '{}')",
    "prices": "coalesce(o.prices, '{}')",
    "facts": "coalesce(o.facts, '{}')",
    "listed": "coalesce(o.listed, '{}')",
}

# Words as they stand and stemmed, of the same weight: either may match.
_VECTORS = """
    (SELECT to_tsvector('books4all', x.a) || to_tsvector('books4all_english', x.a) AS a,
        to_tsvector('books4all', x.b) AS b,
        to_tsvector('books4all', x.c) || to_tsvector('books4all_english', x.c) AS c,
        to_tsvector('books4all', x.d) || to_tsvector('books4all_english', x.d) AS d OFFSET 0) AS v
"""
_HEAD = """
    setweight(v.a, 'A') || setweight(v.b, 'B') || setweight(v.c, 'C')
    || array_to_tsvector(ARRAY(SELECT json_array_elements_text(x.keys)))
"""
_BODY = "v.a || v.b || v.c || v.d"
# Vectors that stay the same keep their place out of line, and the row its place in the indexes.
_OUT_OF_LINE = ("head", "body", "facets")


def refresh(work_ids: Iterable[int]) -> int:
    """Write the documents of these works now, and return how many there are.

    Seldom needed: triggers name what changes, and the keeper writes it within two seconds. Holds the
    writer's lock until the transaction ends.
    """
    keys = sorted(set(work_ids))
    return sum(write(keys[at : at + BATCH]) for at in range(0, len(keys), BATCH))


def catch_up() -> int:
    """Write the documents of all works that have changed, and return how many."""
    count = 0
    while taken := take(BATCH):
        count += taken
    return count


@transaction.atomic
def take(most: int) -> int:
    """Take at most ``most`` changes from the queue and write their works; return how many changes.

    Single changes go before those of bulk statements.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_TAKE.format(where="NOT bulk"), [most])
        taken = cursor.fetchall()
        if len(taken) < most:
            cursor.execute(_TAKE.format(where="true"), [most - len(taken)])
            taken += cursor.fetchall()
    with_texts = {work_id for work_id, texts in taken if texts}
    write(sorted(with_texts))
    _write_offers(sorted({work_id for work_id, _ in taken} - with_texts))
    return len(taken)


@transaction.atomic
def put_off() -> None:
    """Put the change that comes next at the end of the queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "UPDATE catalog_searchchange SET id = DEFAULT, bulk = true WHERE id = ("
            " SELECT id FROM catalog_searchchange ORDER BY bulk, id LIMIT 1)"
        )


_TAKE = """
    DELETE FROM catalog_searchchange WHERE id = ANY(ARRAY(
        SELECT id FROM catalog_searchchange WHERE {where} ORDER BY id LIMIT %s
        FOR UPDATE SKIP LOCKED))
    RETURNING work_id, texts
"""


@transaction.atomic
def write(keys: Sequence[int]) -> int:
    """Write whole documents of these works, and remove those of works that are gone."""
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        rows = insert(keys)
        gone = set(keys) - {row.id for row in rows}
        cursor.execute(f"DELETE FROM {DOCUMENTS} WHERE work_id = ANY(%s)", [list(gone)])
    lexicon.learn(*words_of(rows))
    beginnings.write(keys)
    return len(rows)


def insert(keys: Sequence[int], table: str = DOCUMENTS) -> list[Row]:
    """Write the documents of the works that exist, and return their texts."""
    rows = [text.row(pk) for pk, text in gather(keys).items()]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(*_statement(rows, table))
    return rows


def words_of(rows: Sequence[Row]) -> tuple[set[str], set[str], set[str]]:
    """Return the words of titles, series and the like, those of names, and those of authors' names."""
    titles = {word for row in rows for text in (row.a, row.c) for word in text.split()}
    names = {word for row in rows for word in row.b.split()}
    return titles, names, {word for row in rows for word in row.authors.split()}


def _statement(rows: Sequence[Row], table: str) -> tuple[str, dict[str, Any]]:
    sql = Sql()
    # One parameter: arrays of texts take longer to write and to read than the rest together.
    given = sql.param(json.dumps([row._asdict() for row in rows], ensure_ascii=False))
    keys = sql.param([row.id for row in rows])
    copies = _OFFERED["copies"]
    standing = STANDING.format(
        popularity="w.popularity", copies=copies, completeness="w.completeness", key="w.id"
    )
    values = {
        "work_id": "x.id",
        "tier": TIER.format(standing="y.standing"),
        "standing": "y.standing",
        "sample": _SAMPLE.format(chance=_CHANCE.format(key="w.id")),
        "popularity": "w.popularity",
        "completeness": "w.completeness",
        "year": "w.first_published",
        **_OFFERED,
        "subjects": "coalesce(k.subjects, '{}')",
        "texts": "x.texts",
        "head": _HEAD,
        "facets": _FACETS.format(
            subjects="k.subjects",
            period=facts.period("w.first_published"),
            chance=_CHANCE.format(key="w.id"),
        ),
        "body": _BODY,
        "names": "x.names",
        "written_at": "clock_timestamp()",
    }  # fmt: skip
    updates = ", ".join(
        f"{name} = CASE WHEN d.{name} = EXCLUDED.{name} THEN d.{name} ELSE EXCLUDED.{name} END"
        if name in _OUT_OF_LINE
        else f"{name} = EXCLUDED.{name}"
        for name in values
        if name != "work_id"
    )
    text = f"""
        {_with_offers(sql, keys)}, k AS ({_KIN.format(keys=keys)})
        INSERT INTO {table} AS d ({", ".join(values)})
        SELECT {", ".join(values.values())}
        FROM json_to_recordset({given}) AS x (
            id bigint, a text, b text, c text, d text, keys json, texts text, names text)
        JOIN catalog_work w ON w.id = x.id
        LEFT JOIN o ON o.work_id = x.id
        LEFT JOIN k ON k.work_id = x.id
        CROSS JOIN LATERAL {_VECTORS}
        CROSS JOIN LATERAL (SELECT {standing} AS standing) AS y
        CROSS JOIN {THRESHOLDS}
        ORDER BY y.standing DESC
        ON CONFLICT (work_id) DO UPDATE SET {updates}
    """
    return text, sql.params


def _with_offers(sql: Sql, keys: str) -> str:
    on_sale = Listing.objects.on_sale().order_by().values_list(*_LISTING)
    rates, names = statement.rates_to(sql, settings.DEFAULT_COUNTRY)
    weight = (
        f"coalesce(nullif(least({facts.WEIGHT}, {HEAVIEST_G}), 0), {settings.UNWEIGHED_FIRST_G:d})"
    )
    offers = _OFFERS.format(
        packed=facts.packed(),
        postage=statement.postage("r", weight),
        lexemes=facts.lexemes(),
        epoch=f"'{facts.EPOCH}'",
        listing=", ".join(_LISTING),
        on_sale=sql.inline(*on_sale.query.sql_with_params()),
        keys=keys,
    )
    columns = ", ".join(("seller_id", *names))
    return f"WITH rates ({columns}) AS MATERIALIZED ({rates}), o AS ({offers})"


def _write_offers(keys: Sequence[int]) -> None:
    """Write what is on sale of these works anew; their texts have not changed."""
    if not keys:
        return
    sql = Sql()
    wanted = sql.param(list(keys))
    standing = STANDING.format(
        popularity="w.popularity",
        copies=_OFFERED["copies"],
        completeness="w.completeness",
        key="w.id",
    )
    values = {
        **_OFFERED,
        "standing": "x.standing",
        "tier": TIER.format(standing="x.standing"),
        "popularity": "x.popularity",
        "facets": "CASE WHEN d.facets = x.facets THEN d.facets ELSE x.facets END",
        "written_at": "clock_timestamp()",
    }
    values = {name: value.replace("o.", "x.") for name, value in values.items()}
    facets = _FACETS.format(
        subjects="was.subjects",
        period=facts.period("was.year"),
        chance=_CHANCE.format(key="was.work_id"),
    )
    text = f"""
        {_with_offers(sql, wanted)}, x AS (
            SELECT was.work_id, o.copies, o.lowest, o.newest, o.sellers, o.prices, o.facts, o.listed,
                {facets} AS facets, {standing} AS standing, w.popularity
            FROM {DOCUMENTS} was JOIN catalog_work w ON w.id = was.work_id
            LEFT JOIN o ON o.work_id = was.work_id
            WHERE was.work_id = ANY({wanted})
        )
        UPDATE {DOCUMENTS} AS d SET {", ".join(f"{n} = {v}" for n, v in values.items())}
        FROM x CROSS JOIN {THRESHOLDS} WHERE d.work_id = x.work_id
    """
    with connection.cursor() as cursor:
        cursor.execute(text, sql.params)
