-- The one judge of a measured value. Set-based: a plain SQL function that the planner folds into the query around it.

-- A unit of measure as people write it, as the table unit_spelling knows it.
CREATE OR REPLACE FUNCTION gisdb.unit_as_spelled(p_unit text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(p_unit, '\s', '', 'g'))
$$;

-- A value in another unit of measure; NULL where there is no honest conversion. It asks no table, so that the planner
-- folds it into a query of a million rows.
-- ppm to mg/m3: molar mass / 24.45, the molar volume in litres at 25 degrees C and 1 atm.
CREATE OR REPLACE FUNCTION gisdb.converted(
    p_value numeric, p_given gisdb.unit_of_measure, p_wanted gisdb.unit_of_measure, p_molar_mass numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_given.code = p_wanted.code THEN p_value
        WHEN p_given.dimension = p_wanted.dimension THEN p_value * p_given.scale / p_wanted.scale
        WHEN p_given.dimension = 'volume_fraction' AND p_wanted.dimension = 'mass_concentration'
            THEN p_value * p_given.scale * p_molar_mass / 24.45 / p_wanted.scale
        WHEN p_given.dimension = 'mass_concentration' AND p_wanted.dimension = 'volume_fraction'
            THEN p_value * p_given.scale * 24.45 / nullif(p_molar_mass, 0) / p_wanted.scale
        END
$$;

-- The same for one value, by the names of the units.
CREATE OR REPLACE FUNCTION gisdb.in_unit(p_value numeric, p_from text, p_to text, p_molar_mass numeric) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT gisdb.converted(p_value, given, wanted, p_molar_mass)
    FROM gisdb.unit_spelling s
    JOIN gisdb.unit_of_measure given ON given.code = s.code
    JOIN gisdb.unit_of_measure wanted ON wanted.code = p_to
    WHERE s.spelling = gisdb.unit_as_spelled(p_from)
$$;

-- How far a limit is lowered for a shift of p_hours.
-- upper: Brief and Scala, (8/h) x ((24-h)/16), for 8-hour means only. exposure_time: noise, 3 dB for each doubling
-- of time, so that L = high - 3 log2(h/8) (QCVN 24:2016/BYT: allowed hours 8 / 2^((L-85)/3)).
CREATE OR REPLACE FUNCTION gisdb.limit_for_shift(p_shape text, p_averaging text, p_high numeric, p_hours numeric)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_shape = 'exposure_time' THEN round(p_high - 3 * ln(coalesce(p_hours, 8) / 8) / ln(2.0), 2)
        WHEN p_averaging = 'TWA' AND p_hours > 8 AND p_hours < 24
            THEN p_high * (8 / p_hours) * ((24 - p_hours) / 16)
        WHEN p_averaging = 'TWA' AND p_hours >= 24 THEN 0
        ELSE p_high END
$$;

-- verdict: pass, exceeds or cannot_judge; reason says why. p_value and p_lod are in the limit's own unit.
-- A non-detect passes when its detection limit is not above the limit; above it, nothing can be said.
CREATE OR REPLACE FUNCTION gisdb.judge(
    p_factor text, p_averaging text, p_value numeric, p_qualifier text, p_lod numeric, p_day date, p_shift_hours numeric)
RETURNS TABLE (verdict text, reason text, limit_id integer, limit_value numeric)
LANGUAGE sql STABLE AS $$
    SELECT
        CASE WHEN l.id IS NULL OR said.value IS NULL THEN 'cannot_judge'
             WHEN p_qualifier = '<' THEN CASE WHEN said.value <= h.high OR h.high = 0 THEN 'pass' ELSE 'cannot_judge' END
             WHEN p_qualifier = '>' THEN CASE WHEN said.value >= h.high THEN 'exceeds' ELSE 'cannot_judge' END
             WHEN said.value > h.high THEN 'exceeds' ELSE 'pass' END,
        CASE WHEN l.id IS NULL THEN 'no_limit'
             WHEN said.value IS NULL THEN 'no_detection_limit'
             WHEN p_qualifier = '<' AND h.high > 0 AND said.value > h.high THEN 'detection_limit_above_limit'
             WHEN p_qualifier = '>' AND said.value < h.high THEN 'above_range_of_instrument'
             WHEN h.high <> l.limit_high THEN 'limit_for_shift'
             ELSE 'limit' END,
        l.id, h.high
    FROM (SELECT CASE WHEN p_qualifier = '<' THEN coalesce(p_value, p_lod) ELSE p_value END AS value) AS said
    LEFT JOIN gisdb.exposure_limit l
        ON l.factor = p_factor AND l.averaging = p_averaging AND l.condition = '' AND l.valid @> p_day
    LEFT JOIN LATERAL (
        SELECT gisdb.limit_for_shift(l.shape, l.averaging, l.limit_high, p_shift_hours) AS high
    ) AS h ON true
$$;
