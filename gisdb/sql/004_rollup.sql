-- Rollups: what the measures of a table come to in a year and piece, so that a map costs the same whatever the number of
-- records. A cell is always recounted from its records, never moved by a difference.
-- A cell belongs to a slice: all records of the table ('') or those of one factor, group or industry ('factor=NOISE').
-- What the largest units come to (the country and the level below it) is summed beforehand from the cells of their pieces.

-- A histogram is one number: the count of class k stands at its digits 12k to 12k + 11, so that histograms are added
-- like any other number. Classes are eighths of a doubling of the ratio to the limit, from 2^-7 to 2^7, with an open one
-- at either end (classes of equal relative width, as in DDSketch: Masson, Rim and Lee, VLDB 2019).
-- The array holds the upper edges, negated, so that a ratio on an edge belongs to the class below it.
-- Both are written so that PostgreSQL puts them in their callers' place: called for each record they cost ten times as much.
CREATE OR REPLACE FUNCTION gisdb.ratio_class(p_ratio numeric) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT 113 - width_bucket(-p_ratio::float8, '{
        -128, -117.37651753019792, -107.63474115247546, -98.701492826108208, -90.509667991878089, -82.997731497664617,
        -76.109255360174146, -69.792494890576492, -64, -58.688258765098958, -53.817370576237728, -49.350746413054104,
        -45.254833995939045, -41.498865748832308, -38.054627680087073, -34.896247445288246, -32, -29.344129382549479,
        -26.908685288118864, -24.675373206527052, -22.627416997969522, -20.749432874416154, -19.027313840043536,
        -17.448123722644123, -16, -14.672064691274739, -13.454342644059432, -12.337686603263526, -11.313708498984761,
        -10.374716437208077, -9.5136569200217682, -8.7240618613220615, -8, -7.3360323456373697, -6.727171322029716,
        -6.168843301631763, -5.6568542494923806, -5.1873582186040386, -4.7568284600108841, -4.3620309306610308, -4,
        -3.6680161728186849, -3.363585661014858, -3.0844216508158815, -2.8284271247461903, -2.5936791093020193,
        -2.3784142300054421, -2.1810154653305154, -2, -1.8340080864093424, -1.681792830507429, -1.5422108254079407,
        -1.4142135623730951, -1.2968395546510096, -1.189207115002721, -1.0905077326652577, -1, -0.91700404320467122,
        -0.8408964152537145, -0.77110541270397037, -0.70710678118654757, -0.64841977732550482, -0.59460355750136051,
        -0.54525386633262884, -0.5, -0.45850202160233561, -0.42044820762685725, -0.38555270635198519,
        -0.35355339059327379, -0.32420988866275241, -0.29730177875068026, -0.27262693316631442, -0.25,
        -0.2292510108011678, -0.21022410381342863, -0.19277635317599259, -0.17677669529663689, -0.16210494433137621,
        -0.14865088937534013, -0.13631346658315721, -0.125, -0.1146255054005839, -0.10511205190671431,
        -0.096388176587996297, -0.088388347648318447, -0.081052472165688103, -0.074325444687670064,
        -0.068156733291578606, -0.0625, -0.057312752700291951, -0.052556025953357156, -0.048194088293998148,
        -0.044194173824159223, -0.040526236082844051, -0.037162722343835032, -0.034078366645789303, -0.03125,
        -0.028656376350145975, -0.026278012976678578, -0.024097044146999074, -0.022097086912079612,
        -0.020263118041422026, -0.018581361171917516, -0.017039183322894651, -0.015625, -0.014328188175072988,
        -0.013139006488339289, -0.012048522073499537, -0.011048543456039806, -0.010131559020711013,
        -0.009290680585958758, -0.0085195916614473257, -0.0078125}'::float8[])
$$;

CREATE OR REPLACE FUNCTION gisdb.in_class(p_class integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT ('1e' || (12 * p_class)::text)::numeric
$$;

-- The size of a workplace by its workers, in the classes of European statistics on accidents at work (ESAW).
CREATE OR REPLACE FUNCTION gisdb.size_class(p_workers integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT CASE WHEN p_workers < 10 THEN '0-9' WHEN p_workers < 50 THEN '10-49' WHEN p_workers < 250 THEN '50-249'
           WHEN p_workers < 500 THEN '250-499' ELSE '500+' END
$$;

-- How each workplace was and until when, as SQL; {of}: a condition on the state st. A first state stands for the days
-- before it too. An industry that is no division of another is a section itself, and no division: no row belongs to one
-- slice by both.
CREATE OR REPLACE FUNCTION gisdb.workplace_times() RETURNS text
LANGUAGE sql IMMUTABLE AS $body$
    SELECT $$(SELECT st.workplace_id, st.industry_version, st.industry,
                     CASE WHEN c.code IS NOT NULL THEN st.industry_version || ':' || st.industry END AS division_code,
                     st.industry_version || ':' || coalesce(c.parent, st.industry) AS section_code,
                     CASE WHEN lag(st.valid_from) OVER w IS NULL THEN '-infinity' ELSE st.valid_from END AS from_day,
                     coalesce(lead(st.valid_from) OVER w, 'infinity') AS to_day
              FROM workplace_state st
              LEFT JOIN code_list c ON c.list = 'vsic' || st.industry_version AND c.code = st.industry AND c.parent <> ''
              WHERE st.superseded_at IS NULL AND ({of})
              WINDOW w AS (PARTITION BY st.workplace_id ORDER BY st.valid_from))$$
$body$;

CREATE OR REPLACE FUNCTION gisdb.prefixed(p_alias text, p_names text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT p_alias || '.' || replace(p_names, ', ', ', ' || p_alias || '.')
$$;

-- The rows `t` of a table that its measures may count, where p_of holds, with what the given dimensions join to them, and
-- p_joins; as SQL. p_times: how each workplace was and until when, as SQL.
DROP FUNCTION IF EXISTS gisdb.counted_rows(gisdb.rollup_measure, text, text);
DROP FUNCTION IF EXISTS gisdb.counted_rows(text, text[], text, text);
CREATE OR REPLACE FUNCTION gisdb.counted_rows(
    p_table text, p_dimensions text[], p_of text, p_times text, p_joins text) RETURNS text
LANGUAGE sql STABLE SET search_path = gisdb, public, pg_temp AS $$
    SELECT format('(%s) AS t %s %s WHERE (%s)', s.rows_sql,
                  coalesce((SELECT string_agg(DISTINCT replace(d.join_sql, '{times}', p_times), ' ') FROM rollup_dimension d
                            WHERE d.table_name = p_table AND d.code = ANY (p_dimensions) AND d.join_sql <> ''), ''),
                  p_joins, p_of)
    FROM rollup_source s WHERE s.table_name = p_table
$$;

-- The slices that a row belongs to beside the one of all, one for each code that a dimension reads off it: named slice_1, …
DROP FUNCTION IF EXISTS gisdb.slice_keys(text, text);
CREATE OR REPLACE FUNCTION gisdb.sliced_by(p_table text) RETURNS TABLE (name text, dimension text, code_sql text)
LANGUAGE sql STABLE SET search_path = gisdb, public, pg_temp AS $$
    SELECT 'slice_' || row_number() OVER (ORDER BY d.code, c.n), d.code, c.code_sql
    FROM rollup_dimension d CROSS JOIN unnest(d.slice_codes) WITH ORDINALITY AS c (code_sql, n) WHERE d.table_name = p_table
$$;

-- Every slice that a record of the table may belong to has its number before records are counted into it.
CREATE OR REPLACE FUNCTION gisdb.number_slices(p_table text) RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
BEGIN
    EXECUTE (SELECT format('INSERT INTO rollup_slice (table_name, slice)
                            SELECT %1$L, n.slice FROM (SELECT '''' AS slice %2$s) AS n
                            WHERE NOT EXISTS (SELECT FROM rollup_slice s WHERE s.table_name = %1$L AND s.slice = n.slice)
                            ORDER BY n.slice ON CONFLICT DO NOTHING', p_table,
                           string_agg(format('UNION SELECT %L || c.code FROM (%s) AS c (code)', d.code || '=', d.codes_sql), ' '))
             FROM rollup_dimension d WHERE d.table_name = p_table AND d.codes_sql <> '');
END $$;

-- SQL that counts the measures of a table that count alike (rows; things, each once), in three steps: records to the finest
-- groups that slices are made of, groups to slices, and there things to one number.
-- Its rows: slice_id, year, piece_id, and m1, m2, … by the measures' positions. p_codes: these measures without slices, over
-- all the years that p_rows holds, of one sex (female, male) alone where p_sex says so; NULL: all of them, sliced.
DROP FUNCTION IF EXISTS gisdb.counting_pass(text, text[], text, text, text[], text);
CREATE OR REPLACE FUNCTION gisdb.counting_pass(
    p_table text, p_per text[], p_rows text, p_codes text[], p_sex text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = gisdb, public, pg_temp AS $$
DECLARE
    v_place text[] := CASE WHEN p_codes IS NULL THEN '{year,piece_id}' ELSE '{piece_id}' END;
    v_slices text[] := CASE WHEN p_codes IS NULL THEN ARRAY(SELECT b.name FROM sliced_by(p_table) AS b) ELSE '{}' END;
    -- What tells the things of a cell apart.
    v_things text := array_to_string(v_place || p_per, ', ');
    v_cell text := array_to_string(v_place, ', ');
    v_group text := prefixed('t', array_to_string(v_place || p_per || v_slices, ', '));
    v_all text := (SELECT s.id::text FROM rollup_slice s WHERE s.table_name = p_table AND s.slice = '');
    v_records text; v_groups text; v_sums text; v_counted text;
BEGIN
    SELECT string_agg(format('%s FILTER (WHERE %s) AS m%s', m.value_sql, m.where_sql, m.position), ', ' ORDER BY m.position),
           string_agg(format('%s(m%s) AS m%s', CASE p_per WHEN '{}' THEN 'sum' ELSE 'max' END, m.position, m.position), ', '
                      ORDER BY m.position),
           string_agg(format('sum(m%s) AS m%s', m.position, m.position), ', ' ORDER BY m.position)
    INTO v_records, v_groups, v_sums
    FROM (SELECT where_sql, position,
                 CASE WHEN classes_sql <> '' THEN format('sum(in_class(%s))', classes_sql)
                      WHEN p_sex = 'female' THEN women_sql WHEN p_sex = 'male' THEN men_sql ELSE value_sql END AS value_sql
          FROM rollup_measure
          WHERE table_name = p_table AND per = p_per AND (p_codes IS NULL OR code = ANY (p_codes))) AS m;
    v_counted := format('SELECT %s, %s FROM %s GROUP BY %s', v_group, v_records, p_rows, v_group);
    IF p_codes IS NULL THEN
        v_cell := 'slice_id, ' || v_cell;
        -- In one reading a group goes to each slice that it belongs to, and to that of all.
        v_counted := format(
            'SELECT * FROM (SELECT %s AS slice_id, %s, %s FROM (%s) AS one GROUP BY GROUPING SETS ((%s)%s)) AS sliced
             WHERE slice_id IS NOT NULL',
            coalesce((SELECT 'CASE ' || string_agg(format('WHEN GROUPING(%1$I) = 0 THEN %1$I', name), ' ')
                             || format(' ELSE %s END', v_all)
                      FROM unnest(v_slices) AS name), v_all),
            v_things, v_groups, v_counted, v_things,
            (SELECT string_agg(format(', (%s, %I)', v_things, name), '') FROM unnest(v_slices) AS name));
    END IF;
    IF p_per <> '{}' THEN
        v_counted := format('SELECT %s, %s FROM (%s) AS thing GROUP BY %s', v_cell, v_sums, v_counted, v_cell);
    END IF;
    RETURN v_counted;
END $$;

-- The fields of its records that a table's measures name, and those that place them.
CREATE OR REPLACE FUNCTION gisdb.counted_fields(p_table text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = gisdb, public, pg_temp AS $$
    SELECT array_agg(DISTINCT 't.' || one.field) FROM (
        SELECT unnest(ARRAY['year', 'piece_id']) AS field
        UNION SELECT unnest(m.per) FROM rollup_measure m WHERE m.table_name = p_table
        UNION SELECT named[1] FROM rollup_measure m
        CROSS JOIN regexp_matches(concat_ws(' ', m.value_sql, m.where_sql, m.classes_sql), '\mt\.([a-z_]+)', 'g') AS named
        WHERE m.table_name = p_table) AS one
$$;

-- SQL for the figures (the measures' numbers by their positions) of m1, m2, …, and whether they say anything.
CREATE OR REPLACE FUNCTION gisdb.figures_of(p_table text, p_codes text[], OUT figures text, OUT telling text)
LANGUAGE sql STABLE SET search_path = gisdb, public, pg_temp AS $$
    SELECT format('ARRAY[%s]::numeric[]', string_agg(CASE WHEN p_codes IS NULL OR m.code = ANY (p_codes)
                                               THEN format('coalesce(m%s, 0)', m.position) ELSE '0' END, ', ' ORDER BY m.position)),
           string_agg(format('m%s <> 0', m.position), ' OR ' ORDER BY m.position)
               FILTER (WHERE p_codes IS NULL OR m.code = ANY (p_codes))
    FROM rollup_measure m WHERE m.table_name = p_table
$$;

-- Counts all measures of a table, slice by slice, over its rows where p_of holds, into `fresh_cell` (slice_id, year,
-- piece_id, figures). p_states: a condition on the workplaces' states st that may be theirs.
-- Temporary tables between the steps let go of the memory of each before the next. Whatever is joined to the records has an
-- index: of a year whose first records have just come the planner expects none, and would look through all of it for each.
DROP FUNCTION IF EXISTS gisdb.rows_to_slice(text, text, text);
DROP FUNCTION IF EXISTS gisdb.counting(text, text, text[], text);
CREATE OR REPLACE FUNCTION gisdb.count_slices(p_table text, p_of text, p_states text) RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE r record; v_made text[] := '{counted}'; v_passes text[] := '{}'; v_rows text;
BEGIN
    PERFORM number_slices(p_table);
    IF EXISTS (SELECT FROM rollup_dimension d
               WHERE d.table_name = p_table AND d.slice_codes <> '{}' AND d.join_sql LIKE '%{times}%') THEN
        EXECUTE 'CREATE TEMP TABLE workplace_time ON COMMIT DROP AS SELECT * FROM '
                || replace(workplace_times(), '{of}', p_states) || ' AS i';
        CREATE INDEX ON workplace_time (workplace_id);
        ANALYZE workplace_time;
        v_made := v_made || 'workplace_time'::text;
    END IF;
    SELECT format('SELECT %s FROM %s',
                  concat_ws(', ', array_to_string(counted_fields(p_table), ', '),
                            string_agg(format('%I.id AS %I', b.name, b.name), ', ')),
                  counted_rows(p_table, ARRAY(SELECT d.code FROM rollup_dimension d
                                              WHERE d.table_name = p_table AND d.slice_codes <> '{}'), p_of, 'workplace_time',
                               coalesce(string_agg(format(
                                   'LEFT JOIN rollup_slice AS %1$I ON %1$I.table_name = %2$L AND %1$I.slice = %3$L || %4$s',
                                   b.name, p_table, b.dimension || '=', b.code_sql), ' '), '')))
    INTO v_rows FROM sliced_by(p_table) AS b;
    EXECUTE 'CREATE TEMP TABLE counted ON COMMIT DROP AS ' || v_rows;
    FOR r IN SELECT DISTINCT m.per FROM rollup_measure m WHERE m.table_name = p_table ORDER BY m.per LOOP
        v_passes := v_passes || format('pass_%s', cardinality(v_passes) + 1);
        EXECUTE format('CREATE TEMP TABLE %I ON COMMIT DROP AS %s', v_passes[cardinality(v_passes)],
                       counting_pass(p_table, r.per, 'counted AS t', NULL, NULL));
    END LOOP;
    EXECUTE (SELECT format('CREATE TEMP TABLE fresh_cell ON COMMIT DROP AS
                            SELECT slice_id, year, piece_id, %s AS figures FROM %s WHERE %s', f.figures,
                           array_to_string(v_passes[:1] || ARRAY(
                               SELECT format('FULL JOIN %I USING (slice_id, year, piece_id)', one) FROM unnest(v_passes[2:]) AS one),
                               ' '), f.telling)
             FROM figures_of(p_table, NULL) AS f);
    EXECUTE 'DROP TABLE ' || array_to_string(v_made || v_passes, ', ');
END $$;

-- SQL for the sum, measure by measure, of the figures of rows r.
CREATE OR REPLACE FUNCTION gisdb.summed_figures(p_table text) RETURNS text
LANGUAGE sql STABLE SET search_path = gisdb, public, pg_temp AS $$
    SELECT 'ARRAY[' || string_agg(format('sum(r.figures[%s])', m.position), ', ' ORDER BY m.position) || ']'
    FROM rollup_measure m WHERE m.table_name = p_table
$$;

-- Sums the cells in `changed_cell` (slice_id, year, piece_id) into the largest units that hold their pieces: those of the
-- level below the country from all their pieces; the country from those of its last day and the pieces in none of them.
CREATE OR REPLACE FUNCTION gisdb.sum_into_units(p_table text) RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
BEGIN
    CREATE TEMP TABLE changed_sum ON COMMIT DROP AS
        SELECT DISTINCT c.slice_id, c.year, u.id AS unit_id, l.rank
        FROM changed_cell c JOIN unit_piece up USING (piece_id)
        JOIN admin_unit u ON u.id = up.unit_id JOIN admin_level l ON l.code = u.level AND l.rank <= 1;
    CREATE TEMP TABLE part_unit ON COMMIT DROP AS
        SELECT whole.id AS whole_id, part.id AS unit_id
        FROM (SELECT DISTINCT unit_id AS id FROM changed_sum WHERE rank = 0) AS asked
        JOIN admin_unit whole USING (id)
        JOIN admin_unit part ON part.valid @> least(upper(whole.valid) - 1, greatest(today(), lower(whole.valid)))
        JOIN admin_level l ON l.code = part.level AND l.rank = 1;
    CREATE TEMP TABLE part_piece ON COMMIT DROP AS
        SELECT up.unit_id AS whole_id, up.piece_id
        FROM unit_piece up WHERE up.unit_id IN (SELECT unit_id FROM changed_sum WHERE rank = 0)
        AND NOT EXISTS (SELECT FROM part_unit p JOIN unit_piece held ON held.unit_id = p.unit_id
                        WHERE p.whole_id = up.unit_id AND held.piece_id = up.piece_id);
    CREATE TEMP TABLE held_piece ON COMMIT DROP AS
        SELECT up.unit_id, up.piece_id FROM unit_piece up
        WHERE up.unit_id IN (SELECT unit_id FROM changed_sum WHERE rank = 1);
    -- The country's sum is made of its parts' sums, which the cell may have none of where it lies in no part.
    ANALYZE changed_sum, part_unit, part_piece, held_piece;
    DELETE FROM unit_rollup r USING changed_sum c
        WHERE r.slice_id = c.slice_id AND r.year = c.year AND r.unit_id = c.unit_id;
    EXECUTE format(
        'INSERT INTO unit_rollup (slice_id, year, unit_id, figures)
         SELECT c.slice_id, c.year, c.unit_id, %s
         FROM changed_sum c JOIN held_piece up ON up.unit_id = c.unit_id
         JOIN rollup r ON r.slice_id = c.slice_id AND r.year = c.year AND r.piece_id = up.piece_id
         WHERE c.rank = 1 GROUP BY 1, 2, 3', summed_figures(p_table));
    EXECUTE format(
        'INSERT INTO unit_rollup (slice_id, year, unit_id, figures)
         SELECT r.slice_id, r.year, r.unit_id, %s FROM (
             SELECT c.slice_id, c.year, c.unit_id, one.figures
             FROM changed_sum c JOIN part_unit p ON p.whole_id = c.unit_id
             JOIN unit_rollup one ON one.slice_id = c.slice_id AND one.year = c.year AND one.unit_id = p.unit_id
             WHERE c.rank = 0
             UNION ALL
             SELECT c.slice_id, c.year, c.unit_id, one.figures
             FROM changed_sum c JOIN part_piece p ON p.whole_id = c.unit_id
             JOIN rollup one ON one.slice_id = c.slice_id AND one.year = c.year AND one.piece_id = p.piece_id
             WHERE c.rank = 0) AS r
         GROUP BY 1, 2, 3', summed_figures(p_table));
    DROP TABLE changed_sum, part_unit, part_piece, held_piece;
END $$;

-- Counts cells of one table again, pair by pair; writes those that are others now.
CREATE OR REPLACE FUNCTION gisdb.refresh_cells(p_table text, p_years integer[], p_pieces integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_many boolean;
BEGIN
    CREATE TEMP TABLE asked_cell ON COMMIT DROP AS
        SELECT DISTINCT c.year::smallint AS year, c.piece_id FROM unnest(p_years, p_pieces) AS c (year, piece_id)
        WHERE c.year IS NOT NULL AND c.piece_id IS NOT NULL;
    ANALYZE asked_cell;
    -- After much has changed the planner must know of it: it would expect nothing of a year that has only just come.
    v_many := (SELECT count(*) > 500 FROM asked_cell);
    IF v_many AND to_regclass('gisdb.' || p_table) IS NOT NULL THEN
        EXECUTE format('ANALYZE %I (year, piece_id)', p_table);
    END IF;
    -- Their records' workplaces may lie elsewhere by now, but each has once been here.
    PERFORM count_slices(p_table, '(t.year, t.piece_id) IN (SELECT a.year, a.piece_id FROM asked_cell a)',
                         'st.workplace_id IN (SELECT s.workplace_id FROM workplace_state s JOIN asked_cell a USING (piece_id))');
    ANALYZE fresh_cell;
    CREATE TEMP TABLE changed_cell ON COMMIT DROP AS
        SELECT slice_id, year, piece_id, fresh.figures, kept.figures IS NOT NULL AS was_there
        FROM fresh_cell AS fresh FULL JOIN (
            -- By their pieces: looked for slice by slice, most of them would not be there.
            SELECT r.* FROM (SELECT one.* FROM rollup one JOIN asked_cell a USING (year, piece_id) OFFSET 0) AS r
            WHERE r.slice_id IN (SELECT s.id FROM rollup_slice s WHERE s.table_name = p_table)
        ) AS kept USING (slice_id, year, piece_id)
        WHERE fresh.figures IS DISTINCT FROM kept.figures;
    ANALYZE changed_cell;
    DELETE FROM rollup r USING changed_cell c
        WHERE c.figures IS NULL AND r.slice_id = c.slice_id AND r.year = c.year AND r.piece_id = c.piece_id;
    UPDATE rollup r SET figures = c.figures FROM changed_cell c
        WHERE c.was_there AND c.figures IS NOT NULL
          AND r.slice_id = c.slice_id AND r.year = c.year AND r.piece_id = c.piece_id;
    INSERT INTO rollup (slice_id, year, piece_id, figures)
        SELECT c.slice_id, c.year, c.piece_id, c.figures FROM changed_cell c WHERE NOT c.was_there ORDER BY 1, 2, 3;
    IF v_many THEN
        ANALYZE rollup (slice_id, year, piece_id);
    END IF;
    DROP TABLE asked_cell, fresh_cell;
    PERFORM sum_into_units(p_table);
    DROP TABLE changed_cell;
END $$;

-- After records of p_table came, went or moved in these cells: its measures there, and those of tables that look at it.
CREATE OR REPLACE FUNCTION gisdb.refresh_rollup(p_table text, p_years integer[], p_pieces integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE s rollup_source; v_years integer[]; v_pieces integer[]; v_workplaces bigint[];
BEGIN
    IF p_years IS NULL THEN RETURN; END IF;
    IF EXISTS (SELECT FROM rollup_source o WHERE o.table_name = p_table) THEN
        PERFORM refresh_cells(p_table, p_years, p_pieces);
    END IF;
    IF NOT EXISTS (SELECT FROM rollup_source o WHERE p_table = ANY (o.depends_on)) THEN RETURN; END IF;
    -- The other table's record of the same workplace may lie in another piece: that of another day.
    v_workplaces := ARRAY(SELECT DISTINCT st.workplace_id FROM workplace_state st WHERE st.piece_id = ANY (p_pieces));
    FOR s IN SELECT * FROM rollup_source o WHERE p_table = ANY (o.depends_on) LOOP
        SELECT array_agg(y.year), array_agg(p.piece_id) INTO v_years, v_pieces
        FROM (SELECT st.piece_id FROM workplace_state st WHERE st.workplace_id = ANY (v_workplaces)
              UNION SELECT unnest(p_pieces)) AS p
        CROSS JOIN (SELECT unnest(p_years) AS year WHERE NOT s.cumulative
                    UNION SELECT st.year::integer FROM workplace_state st
                    WHERE s.cumulative AND st.workplace_id = ANY (v_workplaces)) AS y;
        PERFORM refresh_cells(s.table_name, v_years, v_pieces);
    END LOOP;
END $$;

-- The sums of the largest units all over again, after their pieces changed.
CREATE OR REPLACE FUNCTION gisdb.sum_all_units() RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE s rollup_source;
BEGIN
    DELETE FROM unit_rollup;
    FOR s IN SELECT * FROM rollup_source LOOP
        CREATE TEMP TABLE changed_cell ON COMMIT DROP AS
            SELECT r.slice_id, r.year, r.piece_id FROM rollup r
            JOIN rollup_slice n ON n.id = r.slice_id AND n.table_name = s.table_name;
        ANALYZE changed_cell;
        PERFORM sum_into_units(s.table_name);
        DROP TABLE changed_cell;
    END LOOP;
    ANALYZE unit_rollup;
END $$;

CREATE OR REPLACE FUNCTION gisdb.rebuild_rollups() RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE s rollup_source;
BEGIN
    DELETE FROM unit_rollup;
    DELETE FROM rollup;
    DELETE FROM rollup_slice;
    FOR s IN SELECT * FROM rollup_source LOOP
        PERFORM count_slices(s.table_name, 'true', 'true');
        INSERT INTO rollup (slice_id, year, piece_id, figures)
            SELECT f.slice_id, f.year, f.piece_id, f.figures FROM fresh_cell f ORDER BY 1, 2, 3;
        DROP TABLE fresh_cell;
    END LOOP;
    ANALYZE rollup, rollup_slice;
    PERFORM sum_all_units();
END $$;

-- The measures p_codes of a table counted from its records, piece by piece over the years, for questions that no slice answers.
-- p_filters: dimension -> code. Published like the rollups: it gives counts of places, never a record.
DROP FUNCTION IF EXISTS gisdb.recounted(text, integer, integer, integer[], integer);
CREATE OR REPLACE FUNCTION gisdb.recounted(
    p_table text, p_codes text[], p_first_year integer, p_last_year integer, p_within integer, p_filters jsonb)
RETURNS TABLE (piece_id integer, figures numeric[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE
    v_dimensions text[] := ARRAY(SELECT jsonb_object_keys(p_filters - 'sex'));
    -- What cannot be told of one sex alone is not counted.
    v_codes text[] := ARRAY(SELECT m.code FROM rollup_measure m WHERE m.table_name = p_table AND m.code = ANY (p_codes)
                            AND CASE p_filters ->> 'sex' WHEN 'female' THEN m.women_sql WHEN 'male' THEN m.men_sql
                                     ELSE m.value_sql END <> '');
    v_rows text; v_of text;
BEGIN
    IF EXISTS (SELECT unnest(v_dimensions) EXCEPT SELECT d.code FROM rollup_dimension d WHERE d.table_name = p_table) THEN
        RAISE EXCEPTION 'records of % cannot be told apart by %', p_table, p_filters;
    END IF;
    SELECT concat_ws(' AND ',
                     format('t.year BETWEEN %s AND %s', CASE WHEN o.cumulative THEN 0 ELSE p_first_year END, p_last_year),
                     CASE WHEN p_within <> 0 THEN
                         format('t.piece_id IN (SELECT w.piece_id FROM unit_piece w WHERE w.unit_id = %s)', p_within) END,
                     (SELECT string_agg('(' || replace(d.matches_sql, '{code}', quote_literal(p_filters ->> d.code)) || ')', ' AND ')
                      FROM rollup_dimension d WHERE d.table_name = p_table AND p_filters ? d.code))
    INTO v_of FROM rollup_source o WHERE o.table_name = p_table;
    IF v_codes = '{}' THEN RETURN; END IF;
    v_rows := counted_rows(p_table, v_dimensions, v_of, replace(workplace_times(), '{of}', 'true'), '');
    RETURN QUERY EXECUTE (
        SELECT format('SELECT piece_id, %s FROM %s WHERE %s', f.figures, string_agg(p.query, '' ORDER BY p.n), f.telling)
        FROM figures_of(p_table, v_codes) AS f CROSS JOIN (
            SELECT row_number() OVER (ORDER BY m.per) AS n,
                   format(CASE row_number() OVER (ORDER BY m.per) WHEN 1 THEN '(%s) AS pass_%s'
                          ELSE ' FULL JOIN (%s) AS pass_%s USING (piece_id)' END,
                          counting_pass(p_table, m.per, v_rows, v_codes, p_filters ->> 'sex'),
                          row_number() OVER (ORDER BY m.per)) AS query
            FROM rollup_measure m WHERE m.table_name = p_table AND m.code = ANY (v_codes) GROUP BY m.per) AS p
        GROUP BY f.figures, f.telling);
END $$;

-- After workplaces changed: their records follow them, each by its own day; the cells left and entered are counted again,
-- and those where they stayed, for a workplace may be of another industry now. Returns how many records moved.
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
             ), cell AS (
                 SELECT year, old AS piece FROM changed UNION SELECT year, new FROM changed
                 UNION SELECT s.year, s.piece_id FROM chosen JOIN %I s USING (workplace_id) WHERE s.superseded_at IS NULL)
             SELECT array_agg(year), array_agg(piece), (SELECT count(*) FROM changed) FROM cell',
            r.table_name, r.table_name, r.placed_on, r.placed_on, r.table_name)
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
    PERFORM refresh_rollup('workplace_state', array_agg(c.year), array_agg(c.piece_id)) FROM (
        SELECT s.year::integer AS year, unnest(ARRAY[a.old, a.new]) AS piece_id
        FROM placed_again a JOIN workplace_state s USING (workplace_id, id) WHERE a.new <> a.old) AS c;
    DROP TABLE placed_again;
    PERFORM sum_all_units();
    RETURN NEXT;
END $$;
