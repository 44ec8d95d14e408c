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
CREATE OR REPLACE FUNCTION gisdb.replace_records(p_workplaces bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE r record; v_years integer[]; v_pieces integer[];
BEGIN
    FOR r IN SELECT * FROM register_placing LOOP
        EXECUTE format(
            'WITH moved AS (
                 SELECT s.workplace_id, s.id, s.year, s.piece_id AS old, workplace_piece(s.workplace_id, %s) AS new
                 FROM %I s WHERE s.workplace_id = ANY ($1)
             ), changed AS (
                 UPDATE %I t SET piece_id = m.new FROM moved m
                 WHERE t.workplace_id = m.workplace_id AND t.id = m.id AND m.new IS DISTINCT FROM m.old
                 RETURNING m.year::integer AS year, m.old, m.new
             ), cell AS (SELECT year, old AS piece FROM changed UNION SELECT year, new FROM changed)
             SELECT array_agg(year), array_agg(piece) FROM cell', r.placed_on, r.table_name, r.table_name)
        INTO v_years, v_pieces USING p_workplaces;
        IF v_years IS NOT NULL THEN PERFORM refresh_rollup(r.table_name, v_years, v_pieces); END IF;
    END LOOP;
END $$;
