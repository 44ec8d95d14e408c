-- What is possible and yet so unusual that an intake asks for a second look.

-- How many whole kilometres a point lies outside the largest units (below the country) that hold a unit in its own time;
-- 0 inside, NULL where the point or the outline is not known.
CREATE OR REPLACE FUNCTION gisdb.km_outside(p_unit integer, p_lon numeric, p_lat numeric) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN p_lon IS NULL OR p_lat IS NULL THEN NULL
        WHEN EXISTS (SELECT FROM gisdb.admin_unit u WHERE u.id = p_unit
                     AND u.geom OPERATOR(public.&&) gisdb.lon_lat(p_lon, p_lat)) THEN 0
        ELSE (SELECT min(CASE WHEN public.ST_Intersects(h.geom, gisdb.lon_lat(p_lon, p_lat)) THEN 0
                         ELSE floor(public.ST_Distance(h.geom::public.geography,
                                                       gisdb.lon_lat(p_lon, p_lat)::public.geography) / 1000)::integer END)
              FROM gisdb.admin_unit mine
              JOIN gisdb.admin_unit h ON h.valid && mine.valid AND h.level = (
                  SELECT l.code FROM gisdb.admin_level l WHERE l.rank > 0 ORDER BY l.rank LIMIT 1)
              WHERE mine.id = p_unit
                AND EXISTS (SELECT FROM gisdb.unit_piece a JOIN gisdb.unit_piece b ON b.piece_id = a.piece_id
                            WHERE a.unit_id = mine.id AND b.unit_id = h.id)) END
$$;

-- Of pairs of workplace and factor those whose factor was never measured in the workplace's section of industry, by its
-- last state, although p_enough workplaces of the section were measured. It looks at the whole country, whatever the
-- account sees, and tells no more than that.
CREATE OR REPLACE FUNCTION gisdb.factors_unusual(p_workplaces bigint[], p_factors text[], p_enough integer)
RETURNS TABLE (workplace_id bigint, factor text, section text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = gisdb, public, pg_temp AS $$
    WITH industry AS MATERIALIZED (
        -- The section of an industry: what it lies in, or itself.
        SELECT substr(c.list, 5) AS version, c.code, coalesce(nullif(c.parent, ''), c.code) AS section
        FROM code_list c WHERE c.list LIKE 'vsic%'
    ), place AS MATERIALIZED (
        SELECT d.workplace_id, i.version, i.section
        FROM (SELECT DISTINCT unnest(p_workplaces) AS workplace_id) AS d
        CROSS JOIN LATERAL (SELECT w.industry_version, w.industry FROM workplace_state w
                            WHERE w.workplace_id = d.workplace_id AND w.superseded_at IS NULL
                            ORDER BY w.valid_from DESC LIMIT 1) AS st
        JOIN industry i ON i.version = st.industry_version AND i.code = st.industry
    ), asked AS MATERIALIZED (
        SELECT p.workplace_id, a.factor, p.version, p.section
        FROM unnest(p_workplaces, p_factors) AS a (workplace_id, factor) JOIN place p USING (workplace_id)
    ), enough AS MATERIALIZED (
        SELECT s.version, s.section FROM (SELECT DISTINCT version, section FROM asked) AS s
        WHERE p_enough <= (SELECT count(*) FROM (
            SELECT FROM industry i
            JOIN workplace_state st ON st.industry_version = i.version AND st.industry = i.code
            WHERE i.version = s.version AND i.section = s.section AND st.superseded_at IS NULL
              AND NOT EXISTS (SELECT FROM workplace_state later
                              WHERE later.workplace_id = st.workplace_id AND later.superseded_at IS NULL
                                AND later.valid_from > st.valid_from)
              AND EXISTS (SELECT FROM measurement m
                          WHERE m.workplace_id = st.workplace_id AND m.superseded_at IS NULL)
            LIMIT p_enough) AS measured)
    ), unusual AS MATERIALIZED (
        SELECT p.* FROM (SELECT DISTINCT a.version, a.section, a.factor FROM asked a JOIN enough USING (version, section)) AS p
        LEFT JOIN LATERAL (
            SELECT true AS known FROM industry i
            JOIN workplace_state st ON st.industry_version = i.version AND st.industry = i.code
            JOIN measurement m ON m.workplace_id = st.workplace_id AND m.factor = p.factor AND m.superseded_at IS NULL
            WHERE i.version = p.version AND i.section = p.section AND st.superseded_at IS NULL LIMIT 1) AS k ON true
        WHERE k.known IS NULL
    )
    SELECT a.workplace_id, a.factor, u.section FROM asked a JOIN unusual u USING (version, section, factor)
$$;
