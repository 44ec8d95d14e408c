-- Rollups: one number a measure, year and piece, so that a map costs the same whatever the number of records.
-- A cell is always recounted from its records, never moved by a difference.

-- The rows `t` that a measure counts, as SQL: its current records, or one row for each of the distinct things that it
-- counts, by the given fields.
CREATE OR REPLACE FUNCTION gisdb.counted_rows(p_measure gisdb.rollup_measure, p_by text, p_of text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('(SELECT %s FROM %I t WHERE t.superseded_at IS NULL AND (%s) AND (%s)) AS t',
                  CASE p_measure.distinct_of WHEN '' THEN 't.*' ELSE format('DISTINCT %s, %s', p_by, p_measure.distinct_of) END,
                  p_measure.table_name, p_measure.where_sql, p_of)
$$;

CREATE OR REPLACE FUNCTION gisdb.refresh_rollup(p_table text, p_years integer[], p_pieces integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE m rollup_measure;
BEGIN
    FOR m IN SELECT * FROM rollup_measure WHERE table_name = p_table AND 'units' = ANY (adds_over) LOOP
        DELETE FROM rollup r USING (SELECT DISTINCT * FROM unnest(p_years, p_pieces) AS c (year, piece_id)) c
        WHERE r.measure = m.code AND r.year = c.year AND r.piece_id = c.piece_id;
        EXECUTE format(
            'INSERT INTO rollup (measure, year, piece_id, value)
             SELECT %L, t.year, t.piece_id, %s FROM %s GROUP BY t.year, t.piece_id', m.code, m.value_sql,
            counted_rows(m, 't.year, t.piece_id',
                         '(t.year, t.piece_id) IN (SELECT c.year, c.piece_id FROM unnest($1, $2) AS c (year, piece_id))'))
        USING p_years, p_pieces;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION gisdb.rebuild_rollups() RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE m rollup_measure;
BEGIN
    DELETE FROM rollup;
    FOR m IN SELECT * FROM rollup_measure WHERE 'units' = ANY (adds_over) LOOP
        EXECUTE format(
            'INSERT INTO rollup (measure, year, piece_id, value)
             SELECT %L, t.year, t.piece_id, %s FROM %s GROUP BY t.year, t.piece_id', m.code, m.value_sql,
            counted_rows(m, 't.year, t.piece_id', 'true'));
    END LOOP;
END $$;

-- A measure counted again from its records, for questions over whose units or years its cells do not add: one row a
-- unit; then, without a unit, what lies in the area (0: everywhere) but in none of the units, by whether its piece says
-- "somewhere in a unit". Published like the rollups: it gives counts of units, never a record.
CREATE OR REPLACE FUNCTION gisdb.recounted(
    p_measure text, p_first_year integer, p_last_year integer, p_units integer[], p_within integer)
RETURNS TABLE (unit_id integer, uncertain boolean, value numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE m rollup_measure; v_of text;
BEGIN
    SELECT * INTO STRICT m FROM rollup_measure WHERE code = p_measure;
    v_of := counted_rows(m, 't.piece_id',
        't.year BETWEEN $1 AND $2
         AND ($4 = 0 OR t.piece_id IN (SELECT w.piece_id FROM unit_piece w WHERE w.unit_id = $4))');
    RETURN QUERY EXECUTE format(
        'SELECT up.unit_id, NULL::boolean, (%s)::numeric FROM %s JOIN unit_piece up ON up.piece_id = t.piece_id
         WHERE up.unit_id = ANY ($3) GROUP BY up.unit_id
         UNION ALL
         SELECT NULL, p.uncertain_unit_id IS NOT NULL, (%s)::numeric FROM %s JOIN piece p ON p.id = t.piece_id
         WHERE t.piece_id NOT IN (SELECT up.piece_id FROM unit_piece up WHERE up.unit_id = ANY ($3))
         GROUP BY p.uncertain_unit_id IS NOT NULL', m.value_sql, v_of, m.value_sql, v_of)
    USING p_first_year, p_last_year, p_units, p_within;
END $$;

-- After workplaces moved: their records follow them, each by its own day, and the cells left and entered are recounted.
-- Returns how many records moved.
DROP FUNCTION IF EXISTS gisdb.replace_records(bigint[]);
CREATE FUNCTION gisdb.replace_records(p_workplaces bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE r record; v_years integer[]; v_pieces integer[]; v_moved bigint; v_all bigint := 0;
BEGIN
    FOR r IN SELECT * FROM register_placing WHERE bound = 'workplace' LOOP
        EXECUTE format(
            'WITH chosen AS MATERIALIZED (SELECT DISTINCT unnest($1) AS workplace_id
             ), changed AS (
                 UPDATE %I t SET piece_id = m.new FROM (
                     SELECT s.workplace_id, s.id, s.piece_id AS old, place.piece_id AS new
                     FROM chosen JOIN %I s USING (workplace_id)
                     JOIN LATERAL (
                         SELECT w.piece_id FROM workplace_state w
                         WHERE w.workplace_id = s.workplace_id AND w.superseded_at IS NULL
                         ORDER BY w.valid_from <= (%s) DESC, abs(w.valid_from - (%s)) LIMIT 1) AS place ON true
                     WHERE place.piece_id <> s.piece_id) AS m
                 WHERE t.workplace_id = m.workplace_id AND t.id = m.id
                 RETURNING t.year::integer AS year, m.old, m.new
             ), cell AS (SELECT year, old AS piece FROM changed UNION SELECT year, new FROM changed)
             SELECT array_agg(year), array_agg(piece), (SELECT count(*) FROM changed) FROM cell',
            r.table_name, r.table_name, r.placed_on, r.placed_on)
        INTO v_years, v_pieces, v_moved USING p_workplaces;
        IF v_years IS NOT NULL THEN PERFORM refresh_rollup(r.table_name, v_years, v_pieces); END IF;
        v_all := v_all + v_moved;
    END LOOP;
    RETURN v_all;
END $$;

-- What units reported lies somewhere in them: placed again after their pieces changed. Returns how many moved.
CREATE OR REPLACE FUNCTION gisdb.replace_totals(p_units integer[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE r record; v_years integer[]; v_pieces integer[]; v_moved bigint; v_all bigint := 0;
BEGIN
    FOR r IN SELECT * FROM register_placing WHERE bound = 'unit' LOOP
        EXECUTE format(
            'WITH changed AS (
                 UPDATE %I t SET piece_id = whole_piece(t.unit_id) FROM %I s
                 WHERE s.unit_id = t.unit_id AND s.id = t.id AND ($1 IS NULL OR t.unit_id = ANY ($1))
                   AND whole_piece(t.unit_id) <> t.piece_id
                 RETURNING t.year::integer AS year, s.piece_id AS old, t.piece_id AS new
             ), cell AS (SELECT year, old AS piece FROM changed UNION SELECT year, new FROM changed)
             SELECT array_agg(year), array_agg(piece), (SELECT count(*) FROM changed) FROM cell',
            r.table_name, r.table_name)
        INTO v_years, v_pieces, v_moved USING p_units;
        IF v_years IS NOT NULL THEN PERFORM refresh_rollup(r.table_name, v_years, v_pieces); END IF;
        v_all := v_all + v_moved;
    END LOOP;
    RETURN v_all;
END $$;

-- Places all over again, after boundaries or pieces changed: the workplaces declared in units (NULL: all of them), their
-- records, and what the units reported.
CREATE OR REPLACE FUNCTION gisdb.place_again(p_units integer[] DEFAULT NULL)
RETURNS TABLE (states bigint, records bigint)
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
BEGIN
    CREATE TEMP TABLE placed_again ON COMMIT DROP AS
        SELECT s.workplace_id, s.id, s.piece_id AS old, place.piece_id AS new, place.certain, place.outside_m
        FROM workplace_state s
        CROSS JOIN LATERAL place_in_unit(s.declared_unit_id, s.longitude, s.latitude) AS place
        WHERE s.superseded_at IS NULL AND (p_units IS NULL OR s.declared_unit_id = ANY (p_units))
          AND (place.piece_id, place.certain, place.outside_m)
              IS DISTINCT FROM (s.piece_id, s.place_certain, s.outside_m);
    ANALYZE placed_again;
    UPDATE workplace_state s SET piece_id = a.new, place_certain = a.certain, outside_m = a.outside_m
        FROM placed_again a WHERE s.workplace_id = a.workplace_id AND s.id = a.id;
    SELECT count(*) FILTER (WHERE a.new <> a.old),
           coalesce(replace_records(array_agg(DISTINCT a.workplace_id) FILTER (WHERE a.new <> a.old)), 0)
        INTO states, records FROM placed_again a;
    records := records + replace_totals(p_units);
    DROP TABLE placed_again;
    RETURN NEXT;
END $$;
