-- Rollups: one number a measure, year and piece, so that a map costs the same whatever the number of records.
-- A cell is always recounted from its records, never moved by a difference.

CREATE OR REPLACE FUNCTION gisdb.refresh_rollup(p_table text, p_years integer[], p_pieces integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE m record;
BEGIN
    FOR m IN SELECT * FROM rollup_measure WHERE table_name = p_table LOOP
        DELETE FROM rollup r USING (SELECT DISTINCT * FROM unnest(p_years, p_pieces) AS c (year, piece_id)) c
        WHERE r.measure = m.code AND r.year = c.year AND r.piece_id = c.piece_id;
        EXECUTE format(
            'INSERT INTO rollup (measure, year, piece_id, value)
             SELECT %L, c.year, c.piece_id, %s
             FROM (SELECT DISTINCT * FROM unnest($1, $2) AS c (year, piece_id)) c
             JOIN %I t ON t.piece_id = c.piece_id AND t.year = c.year
             WHERE t.superseded_at IS NULL AND (%s)
             GROUP BY c.year, c.piece_id', m.code, m.value_sql, m.table_name, m.where_sql)
        USING p_years, p_pieces;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION gisdb.rebuild_rollups() RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE m record;
BEGIN
    DELETE FROM rollup;
    FOR m IN SELECT * FROM rollup_measure LOOP
        EXECUTE format(
            'INSERT INTO rollup (measure, year, piece_id, value)
             SELECT %L, t.year, t.piece_id, %s FROM %I t WHERE t.superseded_at IS NULL AND (%s)
             GROUP BY t.year, t.piece_id', m.code, m.value_sql, m.table_name, m.where_sql);
    END LOOP;
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
