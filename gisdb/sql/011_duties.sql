-- What is due and what has come. Which units and how many workplaces reported is published; which workplaces, is not.

CREATE OR REPLACE FUNCTION gisdb.local_day(p_at timestamptz) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (p_at AT TIME ZONE coalesce(nullif(current_setting('gisdb.timezone', true), ''), 'UTC'))::date
$$;

-- The first day on which a report for a period is late: "before 15 July" is late on the 15th.
CREATE OR REPLACE FUNCTION gisdb.late_from(p_period text, p_months_after integer, p_before_day integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (gisdb.period_last_day(p_period) + 1 + make_interval(months => p_months_after))::date + p_before_day - 1
$$;

-- The units that owed a report for a period, those that were there on its last day, and when the first came. What a
-- unit that became part of one had reported for the period counts for it. A correction does not make a report late.
CREATE OR REPLACE FUNCTION gisdb.duty_units(p_duty text, p_period text) RETURNS TABLE (unit_id integer, came_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    WITH duty AS (
        SELECT * FROM report_duty WHERE code = p_duty AND owed_by = 'unit'
    ), came AS (
        SELECT r.unit_id, min(r.recorded_at) AS at FROM reported_total r CROSS JOIN duty d
        WHERE r.period = p_period AND (d.population = '' OR r.population = d.population)
        GROUP BY r.unit_id HAVING bool_or(r.superseded_at IS NULL)
    ), counted AS (
        SELECT c.unit_id, c.at FROM came c
        UNION ALL SELECT l.to_id, c.at FROM came c JOIN unit_lineage l ON l.from_id = c.unit_id
    ), first AS (
        SELECT c.unit_id, min(c.at) AS at FROM counted c GROUP BY 1
    )
    SELECT u.id, local_day(f.at) FROM duty d
    JOIN admin_unit u ON u.level = d.level AND u.valid @> period_last_day(p_period)
    LEFT JOIN first f ON f.unit_id = u.id
$$;

-- The units of whose report for a period something waits for a second pair of eyes. That a unit's upload waits is known to
-- everybody (uploads_waiting); what it reports was written beside it when it was checked. Nothing is told of drafts.
CREATE OR REPLACE FUNCTION gisdb.duty_waiting(p_duty text, p_period text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    WITH waiting AS (
        SELECT unit.id::integer AS unit_id FROM report_duty d
        JOIN upload u ON u.state = 'submitted' AND u.register = d.register
        JOIN account a ON a.id = u.account_id AND a.unit_id IS NOT NULL
        JOIN upload_report p ON p.upload_id = u.id
        CROSS JOIN LATERAL jsonb_array_elements(p.receipt -> 'reports') AS said
        CROSS JOIN LATERAL jsonb_array_elements_text(said -> 'units') AS unit (id)
        WHERE d.code = p_duty AND d.owed_by = 'unit' AND said ->> 'period' = p_period
          AND (d.population = '' OR said ->> 'population' = d.population)
    )
    SELECT w.unit_id FROM waiting w
    UNION SELECT l.to_id FROM waiting w JOIN unit_lineage l ON l.from_id = w.unit_id
$$;

-- The workplaces that owe a report for a period, where each was on its last day, and when the first came. Those that the
-- asking account may see, and no others. Whether a workplace has exposed workers is what it last said up to that year.
-- What is due to be done within the period is in time whenever it was recorded: came_on is then the period's last day.
CREATE OR REPLACE FUNCTION gisdb.duty_workplaces(p_duty text, p_period text)
RETURNS TABLE (workplace_id bigint, piece_id integer, came_on date)
LANGUAGE plpgsql STABLE SET search_path = gisdb, public, pg_temp AS $$
DECLARE
    v_duty report_duty;
BEGIN
    SELECT * INTO v_duty FROM report_duty d WHERE d.code = p_duty AND d.owed_by = 'workplace';
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY EXECUTE format($query$
        WITH there AS (
            SELECT DISTINCT ON (s.workplace_id) s.workplace_id, s.piece_id FROM workplace_state s
            WHERE s.superseded_at IS NULL AND s.valid_from <= period_last_day($1)
            ORDER BY s.workplace_id, s.valid_from DESC
        ), said AS (
            SELECT DISTINCT ON (y.workplace_id) y.workplace_id, y.exposed FROM workplace_year y
            WHERE $2 AND y.superseded_at IS NULL AND y.exposed IS NOT NULL AND y.year <= left($1, 4)::integer
            ORDER BY y.workplace_id, y.year DESC
        ), came AS (%s)
        SELECT t.workplace_id, t.piece_id, c.day FROM there t
        LEFT JOIN said ON said.workplace_id = t.workplace_id
        LEFT JOIN came c ON c.workplace_id = t.workplace_id
        WHERE NOT $2 OR said.exposed > 0 $query$,
        CASE v_duty.dated_by WHEN 'done' THEN format(
            'SELECT DISTINCT r.workplace_id, period_last_day($1) AS day FROM %I r
             WHERE r.superseded_at IS NULL AND r.year = left($1, 4)::integer', v_duty.table_name)
        ELSE format(
            'SELECT r.workplace_id, local_day(min(r.recorded_at)) AS day FROM %I r
             WHERE r.year = left($1, 4)::integer GROUP BY 1 HAVING bool_or(r.superseded_at IS NULL)', v_duty.table_name) END)
    USING p_period, v_duty.only_exposed;
END $$;

-- Of every unit of a level on a day in which workplaces owe a report: how many do, how many reported in time and late.
CREATE OR REPLACE FUNCTION gisdb.duty_counts(p_duty text, p_period text, p_level text, p_day date)
RETURNS TABLE (unit_id integer, due bigint, in_time bigint, late bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    WITH pieces AS MATERIALIZED (
        SELECT w.piece_id, count(*) AS due, count(*) FILTER (WHERE w.came_on < d.day) AS in_time,
               count(*) FILTER (WHERE w.came_on >= d.day) AS late
        FROM duty_workplaces(p_duty, p_period) w
        CROSS JOIN (SELECT late_from(p_period, months_after, before_day) AS day FROM report_duty WHERE code = p_duty) d
        GROUP BY 1
    )
    SELECT u.id, sum(p.due)::bigint, sum(p.in_time)::bigint, sum(p.late)::bigint
    FROM admin_unit u JOIN unit_piece up ON up.unit_id = u.id JOIN pieces p ON p.piece_id = up.piece_id
    WHERE u.level = p_level AND u.valid @> p_day GROUP BY 1
$$;

-- Which of some units lie where a unit that owed a report for a year within p_first to p_last is overdue with it.
CREATE OR REPLACE FUNCTION gisdb.units_overdue(p_table text, p_level text, p_first integer, p_last integer, p_units integer[])
RETURNS SETOF integer
LANGUAGE sql STABLE SET search_path = gisdb, public, pg_temp AS $$
    WITH missing AS MATERIALIZED (
        SELECT DISTINCT m.unit_id FROM report_duty d CROSS JOIN generate_series(p_first, p_last) AS y (year)
        CROSS JOIN LATERAL duty_units(d.code, y.year::text) AS m
        WHERE d.table_name = p_table AND d.owed_by = 'unit' AND d.level = p_level AND d.period_kind = 'year'
          -- What the indicators count is said of all workers.
          AND d.population IN ('', 'all')
          AND late_from(y.year::text, d.months_after, d.before_day) <= today()
          AND daterange(d.valid_from, d.valid_to) @> period_last_day(y.year::text) AND m.came_on IS NULL
          -- What waits for a second pair of eyes has been submitted.
          AND m.unit_id NOT IN (SELECT duty_waiting(d.code, y.year::text))
    )
    SELECT m.unit_id FROM missing m WHERE m.unit_id = ANY (p_units)
    UNION
    -- Units of another time, by the area that they share.
    SELECT mine.unit_id FROM unit_piece mine JOIN unit_piece theirs USING (piece_id)
    JOIN missing m ON m.unit_id = theirs.unit_id
    WHERE mine.unit_id = ANY (ARRAY(SELECT unnest(p_units) EXCEPT SELECT unit_id FROM missing))
      AND NOT EXISTS (SELECT FROM admin_unit u WHERE u.id = mine.unit_id
                      AND u.valid @> make_date(p_first, 12, 31) AND u.valid @> make_date(p_last, 12, 31))
$$;
