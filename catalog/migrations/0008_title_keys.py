"""Works found by the main part of their title, however it is spelt: what imports match them by.

The database works the key out of the title itself, so that it is right whoever writes the title:
without what stands in brackets, a subtitle, the article, signs, accents and case.
"""

from django.db import migrations

KEY = r"""
    CREATE FUNCTION b4a_title_key(title text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT left(regexp_replace(
            regexp_replace(
                lower(public.unaccent('public.unaccent'::regdictionary,
                    replace(
                        split_part(regexp_replace(
                            CASE WHEN title ~ '^\s*[(\[]' THEN title
                                ELSE regexp_replace(title, '\s*[(\[].*$', '') END,
                            '\s*[:;=]\s*|\s+[-–—/]\s+', E'\x01'), E'\x01', 1),
                        '&', ' and '))),
                '^(the|an?|le|la|les|l[''’]|der|die|das|il|el|los|las)\s+', ''),
            '[^[:alnum:]]+', '', 'g'), 200)
    $$;
"""
INDEXES = [
    (
        "work_title_key",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS work_title_key"
        " ON catalog_work (b4a_title_key(title))",
    ),
    (
        "work_original_title_key",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS work_original_title_key"
        " ON catalog_work (b4a_title_key(original_title)) WHERE original_title <> ''",
    ),
]


class Migration(migrations.Migration):
    # The indexes are built while the shop sells.
    atomic = False

    dependencies = [("catalog", "0007_search_triggers")]

    operations = [
        migrations.RunSQL(KEY, "DROP FUNCTION IF EXISTS b4a_title_key(text)"),
        *(
            migrations.RunSQL(sql, f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            for name, sql in INDEXES
        ),
    ]
