"""How text is searched: two configurations, and what misspelt words were meant to be.

``books4all`` folds accents and stems nothing: titles and names are in seventy languages, and an
English stemmer would maul most of them (and drop *It* and *Who* as noise). ``books4all_english``
stems too, for the words of titles, subjects and descriptions that an English reader types in
another number or tense. Both stand in one vector, and a word of a query may match by either.
"""

from django.db import migrations

CONFIGURATIONS = """
    CREATE TEXT SEARCH CONFIGURATION books4all (COPY = simple);
    ALTER TEXT SEARCH CONFIGURATION books4all
        ALTER MAPPING FOR asciiword, word, numword, asciihword, hword, numhword,
            hword_asciipart, hword_part, hword_numpart WITH unaccent, simple;
    CREATE TEXT SEARCH CONFIGURATION books4all_english (COPY = simple);
    ALTER TEXT SEARCH CONFIGURATION books4all_english
        ALTER MAPPING FOR asciiword, word, numword, asciihword, hword, numhword,
            hword_asciipart, hword_part, hword_numpart WITH unaccent, english_stem;
"""

# The books whose names are nearest to all words asked for, and those words without accents. The
# threshold belongs to the function, so that the trigram index can be used with it.
NEAREST = """
    CREATE FUNCTION catalog_nearest_names(asked text[]) RETURNS TABLE (folded text[], names text)
        LANGUAGE sql STABLE SET pg_trgm.strict_word_similarity_threshold = 0.3
    AS $$
        WITH words AS MATERIALIZED (SELECT unaccent(w) AS w, at FROM unnest(asked) WITH ORDINALITY a (w, at)),
        near AS (
            SELECT DISTINCT d.work_id FROM words JOIN catalog_searchdocument d ON words.w <<% d.names
        )
        SELECT array_agg(words.w ORDER BY words.at), d.names
        FROM near JOIN catalog_searchdocument d USING (work_id)
        JOIN catalog_work w ON w.id = d.work_id CROSS JOIN words
        GROUP BY d.work_id, d.names, w.popularity
        ORDER BY sum(strict_word_similarity(words.w, d.names)) DESC, w.popularity DESC, d.work_id
        LIMIT 50
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_guards")]

    operations = [
        migrations.RunSQL(
            CONFIGURATIONS,
            """
            DROP TEXT SEARCH CONFIGURATION books4all;
            DROP TEXT SEARCH CONFIGURATION books4all_english;
            """,
        ),
        migrations.RunSQL(NEAREST, "DROP FUNCTION catalog_nearest_names(text[])"),
    ]
