"""What keeps the tables for browsing true: the database itself, whoever writes to the catalogue.

Shelves. A work stands on each subject it was given and on all above it. Changes of one work wait for
each other at the work's row; a subject that is moved to another parent waits, by an advisory lock,
for those who are shelving, and they for it: both would read a tree that is about to be another.

Tallies. Every statement that puts works on shelves, or takes them off, adds a row for each subject.

Index of people. A person has a line for the name they are sorted by, one for the name in their own
script and one for each other name that does not stand beside the first anyway. Other names come as
they are spoken ("Mary Ann Evans"): where the person is sorted by an inverted name and the script has
such a custom, they are inverted too.
"""

from django.db import migrations

SHELVES = """
CREATE FUNCTION b4a_shelve(works bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(works) = 0 THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('b4a_subject_tree'));
    PERFORM 1 FROM catalog_work WHERE id = ANY (works) ORDER BY id FOR NO KEY UPDATE;
    WITH RECURSIVE line (work_id, subject_id) AS (
        SELECT work_id, subject_id FROM catalog_worksubject WHERE work_id = ANY (works)
        UNION
        SELECT line.work_id, s.parent_id
        FROM line JOIN catalog_subject s ON s.id = line.subject_id
        WHERE s.parent_id IS NOT NULL
    )
    DELETE FROM catalog_subjectwork there
    WHERE there.work_id = ANY (works) AND NOT EXISTS (
        SELECT FROM line
        WHERE line.work_id = there.work_id AND line.subject_id = there.subject_id
    );
    WITH RECURSIVE line (work_id, subject_id) AS (
        SELECT work_id, subject_id FROM catalog_worksubject WHERE work_id = ANY (works)
        UNION
        SELECT line.work_id, s.parent_id
        FROM line JOIN catalog_subject s ON s.id = line.subject_id
        WHERE s.parent_id IS NOT NULL
    )
    INSERT INTO catalog_subjectwork (work_id, subject_id, popularity)
    SELECT line.work_id, line.subject_id, w.popularity
    FROM line JOIN catalog_work w ON w.id = line.work_id
    ORDER BY line.work_id, line.subject_id
    ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION b4a_worksubject_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b4a_shelve(ARRAY(SELECT DISTINCT work_id FROM new_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION b4a_worksubject_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b4a_shelve(ARRAY(
        SELECT o.work_id FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.work_id, o.subject_id) <> (n.work_id, n.subject_id)
        UNION
        SELECT n.work_id FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.work_id, o.subject_id) <> (n.work_id, n.subject_id)
    ));
    RETURN NULL;
END $$;
CREATE FUNCTION b4a_worksubject_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b4a_shelve(ARRAY(SELECT DISTINCT work_id FROM old_rows));
    RETURN NULL;
END $$;
CREATE TRIGGER browse_worksubject_added AFTER INSERT ON catalog_worksubject
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION b4a_worksubject_added();
CREATE TRIGGER browse_worksubject_changed AFTER UPDATE ON catalog_worksubject
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION b4a_worksubject_changed();
CREATE TRIGGER browse_worksubject_removed AFTER DELETE ON catalog_worksubject
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION b4a_worksubject_removed();

CREATE FUNCTION b4a_subject_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('b4a_subject_tree'));
    PERFORM b4a_shelve(ARRAY(SELECT work_id FROM catalog_subjectwork WHERE subject_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER browse_subject_moved AFTER UPDATE OF parent_id ON catalog_subject
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id)
    EXECUTE FUNCTION b4a_subject_moved();

CREATE FUNCTION b4a_work_popularity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_subjectwork SET popularity = NEW.popularity WHERE work_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER browse_work_popularity AFTER UPDATE OF popularity ON catalog_work
    FOR EACH ROW WHEN (OLD.popularity <> NEW.popularity)
    EXECUTE FUNCTION b4a_work_popularity();

CREATE FUNCTION b4a_shelves_gained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_subjecttally (subject_id, works)
    SELECT subject_id, count(*) FROM new_rows GROUP BY subject_id;
    RETURN NULL;
END $$;
CREATE FUNCTION b4a_shelves_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_subjecttally (subject_id, works)
    SELECT subject_id, -count(*) FROM old_rows GROUP BY subject_id;
    RETURN NULL;
END $$;
CREATE TRIGGER browse_shelves_gained AFTER INSERT ON catalog_subjectwork
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION b4a_shelves_gained();
CREATE TRIGGER browse_shelves_lost AFTER DELETE ON catalog_subjectwork
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION b4a_shelves_lost();
"""
SHELVES_GONE = """
DROP TRIGGER IF EXISTS browse_shelves_lost ON catalog_subjectwork;
DROP TRIGGER IF EXISTS browse_shelves_gained ON catalog_subjectwork;
DROP TRIGGER IF EXISTS browse_work_popularity ON catalog_work;
DROP TRIGGER IF EXISTS browse_subject_moved ON catalog_subject;
DROP TRIGGER IF EXISTS browse_worksubject_removed ON catalog_worksubject;
DROP TRIGGER IF EXISTS browse_worksubject_changed ON catalog_worksubject;
DROP TRIGGER IF EXISTS browse_worksubject_added ON catalog_worksubject;
DROP FUNCTION IF EXISTS b4a_shelves_lost, b4a_shelves_gained, b4a_work_popularity,
    b4a_subject_moved, b4a_worksubject_removed, b4a_worksubject_changed, b4a_worksubject_added;
DROP FUNCTION IF EXISTS b4a_shelve(bigint[]);
"""

NAMES = r"""
-- Folded words of letters and figures, as catalog.selectors.indexes reads a place in the index.
CREATE FUNCTION b4a_index_key(name text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT left(btrim(regexp_replace(
        regexp_replace(lower(unaccent(name)), '[''’‘ʼ`´]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'
    )), 200)
$$;

-- The heading a key stands under: its first letter in any alphabet, a whole script where signs
-- are too many to be headings, else "#".
CREATE FUNCTION b4a_index_letter(key text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN key ~ '^[\u3400-\u9fff\uf900-\ufaff]' THEN '漢'
        WHEN key ~ '^[\u3040-\u30ff]' THEN 'か'
        WHEN key ~ '^[\uac00-\ud7af]' THEN '한'
        WHEN key ~ '^[[:alpha:]]' THEN upper(left(key, 1))
        ELSE '#'
    END
$$;

-- "Mary Ann Evans" as an index has it: "Evans, Mary Ann". Latin, Greek, Cyrillic, Armenian, Georgian.
CREATE FUNCTION b4a_inverted(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN name !~ ',' AND name ~ '^[A-Za-z\u00c0-\u058f\u10a0-\u10ff\u1e00-\u1fff]'
        THEN regexp_replace(btrim(name), '^(.*\S)\s+([[:upper:]]\S*)$', '\2, \1')
        ELSE btrim(name)
    END
$$;

-- Whether a name, as spoken, would stand beside the one sorted by: it begins alike, ends in the same
-- surname, or has the same words in another order.
CREATE FUNCTION b4a_stands_beside(name text, sort_name text) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT left(spoken, 5) = left(main, 5)
        OR ' ' || spoken LIKE '% ' || b4a_index_key(split_part(sort_name, ',', 1))
        OR ARRAY(SELECT unnest(string_to_array(spoken, ' ')) ORDER BY 1)
            = ARRAY(SELECT unnest(string_to_array(main, ' ')) ORDER BY 1)
    FROM (SELECT b4a_index_key(name), b4a_index_key(sort_name)) AS keys (spoken, main)
$$;

CREATE FUNCTION b4a_index_people(people bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalog_authorentry WHERE person_id = ANY (people);
    INSERT INTO catalog_authorentry (person_id, letter, key, name, is_main)
    SELECT person_id, b4a_index_letter(key), key, left(name, 200), is_main
    FROM (
        SELECT DISTINCT ON (person_id, key) *
        FROM (
            SELECT p.id AS person_id, b4a_index_key(p.sort_name) AS key, p.sort_name AS name,
                true AS is_main, 0 AS at
            FROM catalog_person p WHERE p.id = ANY (people)
            UNION ALL
            SELECT p.id, b4a_index_key(other.name), other.name, false, other.at
            FROM catalog_person p
            CROSS JOIN LATERAL (
                SELECT n AS spoken, at,
                    CASE WHEN p.sort_name ~ ',' THEN b4a_inverted(n) ELSE n END AS name
                FROM unnest(array_prepend(p.native_name::varchar, p.other_names))
                    WITH ORDINALITY AS names (n, at)
                WHERE n <> '' AND at <= 12
            ) AS other
            WHERE p.id = ANY (people)
                AND NOT b4a_stands_beside(other.spoken, p.sort_name)
                AND left(b4a_index_key(other.name), 5) <> left(b4a_index_key(p.sort_name), 5)
        ) AS lines
        ORDER BY person_id, key, at
    ) AS once
    WHERE key <> '' OR is_main
    ORDER BY key;
END $$;

CREATE FUNCTION b4a_people_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b4a_index_people(ARRAY(SELECT id FROM new_rows));
    RETURN NULL;
END $$;
CREATE FUNCTION b4a_person_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM b4a_index_people(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION b4a_person_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalog_authorentry WHERE person_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER browse_people_added AFTER INSERT ON catalog_person
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION b4a_people_added();
CREATE TRIGGER browse_person_renamed AFTER UPDATE OF sort_name, native_name, other_names
    ON catalog_person FOR EACH ROW
    WHEN ((OLD.sort_name, OLD.native_name, OLD.other_names)
        IS DISTINCT FROM (NEW.sort_name, NEW.native_name, NEW.other_names))
    EXECUTE FUNCTION b4a_person_renamed();
CREATE TRIGGER browse_person_removed AFTER DELETE ON catalog_person
    FOR EACH ROW EXECUTE FUNCTION b4a_person_removed();
"""
NAMES_GONE = """
DROP TRIGGER IF EXISTS browse_person_removed ON catalog_person;
DROP TRIGGER IF EXISTS browse_person_renamed ON catalog_person;
DROP TRIGGER IF EXISTS browse_people_added ON catalog_person;
DROP FUNCTION IF EXISTS b4a_person_removed, b4a_person_renamed, b4a_people_added;
DROP FUNCTION IF EXISTS b4a_index_people(bigint[]), b4a_stands_beside(text, text);
DROP FUNCTION IF EXISTS b4a_inverted(text), b4a_index_letter(text), b4a_index_key(text);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_suggestions")]

    operations = [
        migrations.RunSQL(SHELVES, SHELVES_GONE),
        migrations.RunSQL(NAMES, NAMES_GONE),
    ]
