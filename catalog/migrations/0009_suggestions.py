"""Names to begin with, for the suggestions under the search field.

``catalog_meant`` makes a query of words with a slip forgiven in each, ``catalog_suggest`` looks for
what begins so, tier by tier until there is enough. They are functions because a session plans what
stands in a function once: planning so many small queries anew took longer than running them.

Shops are few and change seldom: their rows are written by a trigger, in the same transaction.
"""

from django.db import migrations

# Words of five letters or more lead to the best known words that begin so or nearly so; shorter ones
# must stand as they are. Joined by "&" there is no query if one of the words leads nowhere; joined by
# "|" it stands for itself.
MEANT = """
    CREATE FUNCTION catalog_meant(asked text[], joiner text) RETURNS tsquery
        LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET jit = off
    AS $$
    DECLARE
        typed text;
        n int;
        near text[];
        swapped text[];
        terms text[] := '{}';
    BEGIN
        FOREACH typed IN ARRAY asked LOOP
            n := length(typed);
            IF n < 5 THEN
                terms := terms || format('%L%s', typed, CASE joiner WHEN '&' THEN ':*' ELSE '' END);
                CONTINUE;
            END IF;
            swapped := ARRAY(
                SELECT left(typed, i - 1) || substr(typed, i + 1, 1) || substr(typed, i, 1)
                    || substr(typed, i + 2)
                FROM generate_series(1, n - 1) AS i);
            near := ARRAY(
                SELECT found.word FROM (
                    SELECT v.word, v.weight, v.slips, row_number() OVER (
                        PARTITION BY v.slips ORDER BY v.weight DESC, v.word) AS n FROM (
                    SELECT v.word, v.weight, CASE WHEN left(v.word, n) = ANY(swapped) THEN 1 ELSE least(
                        levenshtein_less_equal(left(v.word, n), typed, 1),
                        levenshtein_less_equal(left(v.word, n - 1), typed, 1),
                        levenshtein_less_equal(left(v.word, n + 1), typed, 1)) END AS slips
                    FROM catalog_suggestionword v
                    WHERE catalog_beginnings(v.word) && catalog_beginnings(typed)
                    ) AS v
                ) AS found
                WHERE found.slips = 0 AND found.n <= 3 OR found.slips = 1 AND found.n <= 6
                ORDER BY found.slips, found.n);
            IF near = '{}' AND joiner = '&' THEN
                RETURN NULL;
            END IF;
            IF joiner = '|' THEN
                near := near || typed;
            END IF;
            terms := terms || (
                SELECT format('(%s)', string_agg(format('%L', word), '|')) FROM unnest(near) AS word);
        END LOOP;
        RETURN array_to_string(terms, joiner)::tsquery;
    END $$;
"""

# One scan of a tier's index for all kinds; names that begin with the text as a whole come first.
TIER = """
            found := found || ARRAY(
                SELECT x.object_id * 8 + x.kind FROM (
                    SELECT s.kind, s.object_id, row_number() OVER (
                        PARTITION BY s.kind
                        ORDER BY starts_with(s.key, CASE s.kind WHEN 1 THEN title ELSE name END) DESC,
                            s.weight DESC, s.object_id) AS n
                    FROM catalog_suggestion s
                    WHERE s.tier = {tier} AND s.words @@ asked AND (s.words @@ rest) IS NOT FALSE
                        AND (initial IS NULL OR starts_with(s.key, initial))
                ) AS x WHERE x.n <= 4 ORDER BY x.kind, x.n);
            SELECT count(DISTINCT c) FILTER (WHERE c & 7 = 1),
                least(3, count(DISTINCT c) FILTER (WHERE c & 7 = 1))
                + least(2, count(DISTINCT c) FILTER (WHERE c & 7 = 2))
                + least(2, count(DISTINCT c) FILTER (WHERE c & 7 > 2))
            INTO works, options FROM unnest(found) AS c;
            EXIT WHEN options >= 6 OR works >= 3 AND {tier} > 0 OR attempt = 2 AND {tier} = 2;
"""
# Codes of what is suggested, best first: the key times eight, plus the kind. ``rest`` is a condition
# that no index is to be asked for: a beginning of a letter or two after other words. ``misspelt``
# holds the words to be forgiven a slip when nothing begins so; only the well known is looked at then.
# ``initial`` is what the whole name has to begin with, if anything.
SUGGEST = """
    CREATE FUNCTION catalog_suggest(
        asked tsquery, rest tsquery, title text, name text, misspelt text[],
        initial text
    ) RETURNS bigint[] LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET jit = off
    AS $$
    DECLARE
        found bigint[];
        works int;
        options int;
    BEGIN
        found := ARRAY(
            SELECT x.object_id * 8 + x.kind FROM (
                SELECT s.kind, s.object_id,
                    row_number() OVER (PARTITION BY s.kind ORDER BY s.weight DESC, s.object_id) AS n
                FROM catalog_suggestion s
                WHERE s.key IN (title, name) AND s.key = CASE s.kind WHEN 1 THEN title ELSE name END
            ) AS x WHERE x.n = 1 ORDER BY x.kind);
        FOR attempt IN 1..2 LOOP
            LOOP
                {tiers}
                EXIT;
            END LOOP;
            EXIT WHEN found <> '{{}}' OR misspelt IS NULL OR attempt = 2;
            asked := catalog_meant(misspelt, '&');
            rest := NULL;
            EXIT WHEN asked IS NULL;
        END LOOP;
        RETURN found;
    END $$;
""".format(tiers="".join(TIER.format(tier=tier) for tier in range(4)))
NO_SUGGEST = "DROP FUNCTION catalog_suggest(tsquery, tsquery, text, text, text[], text)"

# As catalog.search.text folds: no accents, no apostrophes, signs are spaces.
SHOPS = """
    CREATE FUNCTION catalog_suggest_shop() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        folded text;
    BEGIN
        IF TG_OP = 'DELETE' OR NEW.status <> 'approved' THEN
            DELETE FROM catalog_suggestion
            WHERE kind = 4 AND object_id = CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END;
            RETURN NULL;
        END IF;
        folded := translate(lower(unaccent(NEW.name)), '''’‘ʼ`´', '');
        folded := btrim(regexp_replace(folded, '[^[:alnum:]]+', ' ', 'g'));
        INSERT INTO catalog_suggestion (kind, object_id, weight, tier, key, names, words)
        VALUES (4, NEW.id, 0, 0, left(folded, 120), folded,
            array_to_tsvector(array_remove(string_to_array(folded, ' '), '')))
        ON CONFLICT (kind, object_id) DO UPDATE
            SET key = EXCLUDED.key, names = EXCLUDED.names, words = EXCLUDED.words;
        RETURN NULL;
    END $$;
    CREATE TRIGGER catalog_suggest_shop AFTER INSERT OR DELETE OR UPDATE OF name, status
        ON accounts_seller FOR EACH ROW EXECUTE FUNCTION catalog_suggest_shop();
"""
NO_SHOPS = """
    DROP TRIGGER catalog_suggest_shop ON accounts_seller;
    DROP FUNCTION catalog_suggest_shop();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_title_keys"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(MEANT, "DROP FUNCTION catalog_meant(text[], text)"),
        migrations.RunSQL(SUGGEST, NO_SUGGEST),
        migrations.RunSQL(SHOPS, NO_SHOPS),
    ]
