-- Where a workplace lies: the declared commune decides; the point decides only among the pieces that it leaves.

CREATE OR REPLACE FUNCTION gisdb.today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (now() AT TIME ZONE coalesce(nullif(current_setting('gisdb.timezone', true), ''), 'UTC'))::date
$$;

-- Lower case, without tones: what searches compare. Immutable in fact, as the dictionary is the extension's own.
CREATE OR REPLACE FUNCTION gisdb.fold(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, p_text))
$$;

CREATE INDEX IF NOT EXISTS ix_workplace_state_folded ON gisdb.workplace_state
    USING gin (gisdb.fold(name_vi) public.gin_trgm_ops);

-- A new edition of the units whenever any of them changes. No number: two transactions, one of them taken back, or two copies
-- of a database could give the same one to different units.
CREATE OR REPLACE FUNCTION gisdb.begin_unit_edition() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
BEGIN
    UPDATE unit_edition SET edition = gen_random_uuid();
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gisdb.admin_unit
    FOR EACH STATEMENT EXECUTE FUNCTION gisdb.begin_unit_edition();

CREATE OR REPLACE FUNCTION gisdb.lowest_level() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT code FROM gisdb.admin_level ORDER BY rank DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION gisdb.lon_lat(p_lon numeric, p_lat numeric) RETURNS public.geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT public.ST_SetSRID(public.ST_MakePoint(p_lon::float8, p_lat::float8), 4326)
$$;

-- Half a degree's half beyond the generalised outline is still the country's: ports, rigs, coarse coasts.
CREATE OR REPLACE FUNCTION gisdb.point_in_country(p_lon numeric, p_lat numeric) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p_lon IS NULL OR p_lat IS NULL THEN NULL
           ELSE EXISTS (SELECT FROM gisdb.piece p
                        WHERE p.geom OPERATOR(public.&&) public.ST_Expand(gisdb.lon_lat(p_lon, p_lat), 0.25)
                          AND public.ST_DWithin(p.geom, gisdb.lon_lat(p_lon, p_lat), 0.25)) END
$$;

CREATE OR REPLACE FUNCTION gisdb.piece_at(p_lon numeric, p_lat numeric) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT p.id FROM gisdb.piece p
    WHERE p.geom OPERATOR(public.&&) gisdb.lon_lat(p_lon, p_lat)
      AND public.ST_Intersects(p.geom, gisdb.lon_lat(p_lon, p_lat))
    ORDER BY p.id LIMIT 1
$$;

-- The piece for "somewhere in this unit": its only one where there is but one.
CREATE OR REPLACE FUNCTION gisdb.whole_piece(p_unit integer) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT p.id FROM gisdb.piece p WHERE p.uncertain_unit_id = p_unit),
                    (SELECT up.piece_id FROM gisdb.unit_piece up JOIN gisdb.piece p ON p.id = up.piece_id
                     WHERE up.unit_id = p_unit AND p.uncertain_unit_id IS NULL LIMIT 1))
$$;

-- How far (in degrees) a point lies outside the surveyed units of the lowest level, other than the declared one, that
-- hold a piece: their border tells better than the generalised piece's. NULL where none was surveyed.
CREATE OR REPLACE FUNCTION gisdb.distance_by_survey(p_piece integer, p_point public.geometry, p_declared integer)
RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT max(public.ST_Distance(u.geom, p_point)) FROM gisdb.unit_piece up
    JOIN gisdb.admin_unit u ON u.id = up.unit_id AND u.level = gisdb.lowest_level() AND u.id <> p_declared
    JOIN gisdb.boundary_set b ON b.id = u.boundary_set_id AND b.surveyed
    WHERE up.piece_id = p_piece
$$;

CREATE OR REPLACE FUNCTION gisdb.has_survey() RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM gisdb.boundary_set b WHERE b.surveyed AND b.level = gisdb.lowest_level())
$$;

-- Where in a unit a workplace lies: the unit's only piece; among several the nearest to the point; without a point
-- "somewhere in the unit". outside_m: how far the point lies outside, where the unit's boundary was surveyed.
-- OFFSET 0 keeps the planner from copying a subquery into each place that names it.
CREATE OR REPLACE FUNCTION gisdb.place_in_unit(p_unit integer, p_lon numeric, p_lat numeric)
RETURNS TABLE (piece_id integer, certain boolean, outside_m integer)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(one.only_piece, nearest.id, one.somewhere),
           one.only_piece IS NOT NULL OR nearest.id IS NOT NULL,
           CASE WHEN (SELECT gisdb.has_survey()) AND p_lon IS NOT NULL AND p_lat IS NOT NULL THEN (
               SELECT CASE WHEN public.ST_Covers(u.geom, gisdb.lon_lat(p_lon, p_lat)) THEN 0
                      ELSE ceil(public.ST_Distance(u.geom::public.geography,
                                                   gisdb.lon_lat(p_lon, p_lat)::public.geography))::integer END
               FROM gisdb.admin_unit u JOIN gisdb.boundary_set b ON b.id = u.boundary_set_id AND b.surveyed
               WHERE u.id = p_unit) END
    FROM (
        SELECT CASE WHEN count(*) = 1 THEN min(p.id) END AS only_piece, count(*) AS pieces,
               (SELECT w.id FROM gisdb.piece w WHERE w.uncertain_unit_id = p_unit) AS somewhere
        FROM gisdb.unit_piece up JOIN gisdb.piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
        WHERE up.unit_id = p_unit) AS one
    LEFT JOIN LATERAL (
        SELECT p.id FROM gisdb.unit_piece up
        JOIN gisdb.piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
        WHERE up.unit_id = p_unit
        ORDER BY CASE WHEN (SELECT gisdb.has_survey())
                      THEN gisdb.distance_by_survey(p.id, gisdb.lon_lat(p_lon, p_lat), p_unit) END NULLS LAST,
                 public.ST_Distance(p.geom, gisdb.lon_lat(p_lon, p_lat)), p.id
        LIMIT 1) AS nearest ON one.pieces > 1 AND p_lon IS NOT NULL AND p_lat IS NOT NULL
    WHERE one.pieces > 0
$$;

-- unit_id: the unit of the lowest level that the code names on p_units_on, or else today, or else last; then where in it.
DROP FUNCTION IF EXISTS gisdb.place_declared(text, date, numeric, numeric);
CREATE FUNCTION gisdb.place_declared(p_code text, p_units_on date, p_lon numeric, p_lat numeric)
RETURNS TABLE (unit_id integer, piece_id integer, certain boolean, outside_m integer)
LANGUAGE sql STABLE AS $$
    SELECT declared.id, place.piece_id, place.certain, place.outside_m
    FROM (
        SELECT u.id FROM gisdb.admin_unit u
        WHERE u.level = (SELECT gisdb.lowest_level()) AND u.code = p_code
          AND (p_units_on IS NULL OR u.valid @> p_units_on)
        ORDER BY u.valid @> (SELECT gisdb.today()) DESC, lower(u.valid) DESC LIMIT 1) AS declared
    CROSS JOIN LATERAL gisdb.place_in_unit(declared.id, p_lon, p_lat) AS place
$$;

-- Pieces "somewhere in unit U", one for each unit of several pieces; it belongs to every unit that holds all of U.
CREATE OR REPLACE FUNCTION gisdb.refresh_uncertain_pieces() RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
BEGIN
    CREATE TEMP TABLE area_piece ON COMMIT DROP AS
        SELECT up.unit_id, up.piece_id, count(*) OVER (PARTITION BY up.unit_id) AS pieces FROM unit_piece up
        JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL;
    CREATE INDEX ON area_piece (piece_id);
    ANALYZE area_piece;
    INSERT INTO piece (code, uncertain_unit_id)
        SELECT '?' || a.unit_id, a.unit_id FROM area_piece a
        WHERE NOT EXISTS (SELECT FROM piece p WHERE p.uncertain_unit_id = a.unit_id)
        GROUP BY a.unit_id HAVING count(*) > 1;
    DELETE FROM unit_piece up USING piece p WHERE p.id = up.piece_id AND p.uncertain_unit_id IS NOT NULL;
    INSERT INTO unit_piece (unit_id, piece_id)
        SELECT holder.unit_id, p.id
        FROM piece p
        JOIN area_piece mine ON mine.unit_id = p.uncertain_unit_id
        JOIN area_piece holder ON holder.piece_id = mine.piece_id
        GROUP BY p.id, mine.pieces, holder.unit_id
        HAVING count(*) = mine.pieces;
    DROP TABLE area_piece;
END $$;

-- The piece in which a workplace was on a day: its last state by then, else its first.
CREATE OR REPLACE FUNCTION gisdb.workplace_piece(p_workplace bigint, p_day date) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT s.piece_id FROM gisdb.workplace_state s
    WHERE s.workplace_id = p_workplace AND s.superseded_at IS NULL
    ORDER BY s.valid_from <= p_day DESC, abs(s.valid_from - p_day) LIMIT 1
$$;

-- A code that is somebody else's: known, and none of its states in the account's scope.
CREATE OR REPLACE FUNCTION gisdb.workplace_taken(p_code text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM workplace w WHERE w.code = p_code)
       AND NOT EXISTS (SELECT FROM workplace w JOIN workplace_state s ON s.workplace_id = w.id
                       WHERE w.code = p_code AND piece_in_scope(s.piece_id))
$$;

-- The identity behind a code, made if there is none yet.
CREATE OR REPLACE FUNCTION gisdb.workplace_claimed(p_code text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_id bigint;
BEGIN
    IF workplace_taken(p_code) THEN RAISE EXCEPTION 'workplace code % is not free', p_code; END IF;
    INSERT INTO workplace (code) VALUES (p_code) ON CONFLICT (code) DO NOTHING RETURNING id INTO v_id;
    IF v_id IS NULL THEN SELECT id INTO v_id FROM workplace WHERE code = p_code; END IF;
    RETURN v_id;
END $$;

CREATE OR REPLACE FUNCTION gisdb.period_first_day(p_period text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT make_date(left(p_period, 4)::int,
                     CASE right(p_period, 2) WHEN 'H2' THEN 7 WHEN 'Q2' THEN 4 WHEN 'Q3' THEN 7 WHEN 'Q4' THEN 10 ELSE 1 END, 1)
$$;

CREATE OR REPLACE FUNCTION gisdb.period_last_day(p_period text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (gisdb.period_first_day(p_period)
            + CASE WHEN p_period ~ 'H' THEN interval '6 months' WHEN p_period ~ 'Q' THEN interval '3 months'
                   ELSE interval '1 year' END)::date - 1
$$;
