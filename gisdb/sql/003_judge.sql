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

-- What a limit hangs on, as exposure_limit.condition writes it: the keys that the factor's limits know, in alphabetical
-- order, with '?' for what the record does not say.
CREATE OR REPLACE FUNCTION gisdb.limit_condition(
    p_keys text[], p_body_area text, p_dust_group text, p_octave_hz text, p_place_type text, p_work_category text,
    p_work_share text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_keys = '{}' THEN '' ELSE ltrim(
        CASE WHEN 'body_area' = ANY (p_keys) THEN ';body_area=' || coalesce(p_body_area, '?') ELSE '' END
        || CASE WHEN 'dust_group' = ANY (p_keys) THEN ';dust_group=' || coalesce(p_dust_group, '?') ELSE '' END
        || CASE WHEN 'octave_hz' = ANY (p_keys) THEN ';octave_hz=' || coalesce(p_octave_hz, '?') ELSE '' END
        || CASE WHEN 'place_type' = ANY (p_keys) THEN ';place_type=' || coalesce(p_place_type, '?') ELSE '' END
        || CASE WHEN 'work_category' = ANY (p_keys) THEN ';work_category=' || coalesce(p_work_category, '?') ELSE '' END
        || CASE WHEN 'work_share' = ANY (p_keys) THEN ';work_share=' || coalesce(p_work_share, '?') ELSE '' END, ';') END
$$;

-- The upper limit for a shift of p_hours and a week of p_week_hours.
-- exposure_time: noise, the exchange rate in dB for each doubling of time, never above the ceiling
-- (QCVN 24:2016/BYT: allowed hours 8 / 2^((L-85)/3), 115 dBA at any moment).
-- brief_scala: (8/h) x ((24-h)/16) beyond 8 hours a day, (40/H) x ((168-H)/128) beyond 40 a week, the stricter of both.
DROP FUNCTION IF EXISTS gisdb.limit_for_shift(text, text, numeric, numeric);
CREATE OR REPLACE FUNCTION gisdb.limit_for_shift(
    p_shape text, p_shift_rule text, p_high numeric, p_ceiling numeric, p_exchange_db numeric, p_hours numeric,
    p_week_hours numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_shape = 'exposure_time' AND p_hours <> 8 THEN least(p_ceiling, round(
            (p_high - p_exchange_db * ln(greatest(p_hours, 0.001)::float8 / 8) / ln(2::float8))::numeric, 2))
        WHEN p_shift_rule = 'brief_scala' AND (p_hours > 8 OR p_week_hours > 40) THEN trim_scale(round(least(
            CASE WHEN p_hours >= 24 THEN 0 WHEN p_hours > 8 THEN p_high * 8 * (24 - p_hours) / (p_hours * 16) ELSE p_high END,
            CASE WHEN p_week_hours >= 168 THEN 0
                 WHEN p_week_hours > 40 THEN p_high * 40 * (168 - p_week_hours) / (p_week_hours * 128) ELSE p_high END), 6))
        ELSE p_high END
$$;

-- How many times the limit: above 1 is beyond it. Levels in dB: 2^((L-limit)/exchange rate), which is the dose of noise;
-- a lower limit: limit / value. NULL for ranges and indices, whose zero means nothing, and where nothing is tolerated.
CREATE OR REPLACE FUNCTION gisdb.ratio_to_limit(
    p_shape text, p_value numeric, p_low numeric, p_high numeric, p_exchange_db numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_shape IN ('range', 'index', 'zero') THEN NULL
        WHEN p_exchange_db IS NOT NULL THEN CASE WHEN abs(p_value - p_high) < 200
            THEN round(power(2::float8, ((p_value - p_high) / p_exchange_db)::float8)::numeric, 4) END
        WHEN p_high IS NULL THEN round(p_low / nullif(p_value, 0), 4)
        ELSE round(p_value / nullif(p_high, 0), 4) END
$$;

-- What a value is against a limit that is known: 'pass', 'above', 'below', or why nothing can be said. A non-detect (<)
-- passes when its detection limit is not above the limit; where nothing is tolerated it is the only pass.
CREATE OR REPLACE FUNCTION gisdb.compared(
    p_shape text, p_value numeric, p_qualifier text, p_low numeric, p_high numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_shape = 'unknown' THEN 'limit_value_unknown'
        WHEN p_qualifier = '<' AND p_shape = 'zero' THEN 'pass'
        WHEN p_value IS NULL THEN 'no_detection_limit'
        WHEN p_qualifier = '<' THEN CASE
            WHEN p_value <= p_low THEN 'below'
            WHEN p_low IS NOT NULL OR p_value > p_high THEN 'detection_limit_above_limit'
            ELSE 'pass' END
        WHEN p_qualifier = '>' THEN CASE
            WHEN p_value >= p_high THEN 'above'
            WHEN p_high IS NULL AND p_value >= p_low THEN 'pass'
            ELSE 'above_range_of_instrument' END
        WHEN p_value > p_high THEN 'above'
        WHEN p_value < p_low THEN 'below'
        ELSE 'pass' END
$$;

-- verdict: pass, exceeds or cannot_judge; reason says why. p_narrow is the limit in force for exactly the record's
-- condition, p_wide the one that hangs on nothing; both may be NULL, and the narrow one judges where there is one.
-- p_value and p_lod are in the factor's own unit, which is the limit's; p_condition is limit_condition()'s.
-- limit_ratio is that of the value, or of the detection limit of a non-detect. limit_confirmed is false where the source
-- of the limit awaits a look at the gazette.
-- It asks no table: who calls it joins the limits, so that the planner hashes them for a million rows. OFFSET 0 keeps what
-- is used several times from being worked out as often.
DROP FUNCTION IF EXISTS gisdb.judge(text, text, numeric, text, numeric, date, numeric);
CREATE OR REPLACE FUNCTION gisdb.judged(
    p_narrow gisdb.exposure_limit, p_wide gisdb.exposure_limit, p_value numeric, p_qualifier text, p_lod numeric,
    p_shift_hours numeric, p_week_hours numeric, p_condition text)
RETURNS TABLE (verdict text, reason text, limit_id integer, limit_value numeric, limit_ratio numeric,
               limit_confirmed boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT
        CASE WHEN found.what = 'pass' THEN 'pass' WHEN found.what IN ('above', 'below') THEN 'exceeds'
             ELSE 'cannot_judge' END,
        CASE WHEN found.what = 'below' THEN 'below_lower_limit'
             WHEN found.what NOT IN ('pass', 'above') THEN found.what
             WHEN h.high <> l.high THEN 'limit_for_shift'
             ELSE 'limit' END,
        l.id,
        CASE WHEN found.what = 'below' OR h.high IS NULL THEN l.low ELSE h.high END,
        gisdb.ratio_to_limit(l.shape, l.value, l.low, h.high, l.exchange_db),
        l.confirmed
    FROM (SELECT
            CASE WHEN p_qualifier = '<' THEN coalesce(p_value, p_lod) ELSE p_value END AS value,
            coalesce(p_narrow.id, p_wide.id) AS id,
            coalesce(p_narrow.shape, p_wide.shape) AS shape,
            coalesce(p_narrow.confirmed, p_wide.confirmed) AS confirmed,
            CASE WHEN p_narrow.id IS NULL THEN p_wide.limit_low ELSE p_narrow.limit_low END AS low,
            CASE WHEN p_narrow.id IS NULL THEN p_wide.limit_high ELSE p_narrow.limit_high END AS high,
            CASE WHEN p_narrow.id IS NULL THEN p_wide.ceiling ELSE p_narrow.ceiling END AS ceiling,
            CASE WHEN p_narrow.id IS NULL THEN p_wide.exchange_db ELSE p_narrow.exchange_db END AS exchange_db,
            CASE WHEN p_narrow.id IS NULL THEN p_wide.shift_rule ELSE p_narrow.shift_rule END AS shift_rule
        ) AS l
    LEFT JOIN LATERAL (
        SELECT gisdb.limit_for_shift(
            l.shape, l.shift_rule, l.high, l.ceiling, l.exchange_db, p_shift_hours, p_week_hours) AS high OFFSET 0
    ) AS h ON true
    LEFT JOIN LATERAL (
        SELECT CASE
            WHEN l.id IS NULL THEN CASE WHEN p_condition LIKE '%=?%' THEN 'condition_missing' ELSE 'no_limit' END
            ELSE gisdb.compared(l.shape, l.value, p_qualifier, l.low, h.high) END AS what OFFSET 0
    ) AS found ON true
$$;

-- The same for one question, by the names of the factor and the averaging.
CREATE OR REPLACE FUNCTION gisdb.judge(
    p_factor text, p_averaging text, p_value numeric, p_qualifier text, p_lod numeric, p_day date, p_shift_hours numeric,
    p_week_hours numeric DEFAULT NULL, p_condition text DEFAULT '')
RETURNS TABLE (verdict text, reason text, limit_id integer, limit_value numeric, limit_ratio numeric,
               limit_confirmed boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
    SELECT j.*
    FROM (SELECT p_factor AS factor) AS asked
    LEFT JOIN gisdb.exposure_limit narrow
        ON narrow.factor = asked.factor AND narrow.averaging = p_averaging AND narrow.condition = p_condition
        AND narrow.condition <> '' AND narrow.valid @> p_day
    LEFT JOIN gisdb.exposure_limit wide
        ON wide.factor = asked.factor AND wide.averaging = p_averaging AND wide.condition = '' AND wide.valid @> p_day
    LEFT JOIN LATERAL gisdb.judged(
        narrow, wide, p_value, p_qualifier, p_lod, p_shift_hours, p_week_hours, p_condition) AS j ON true
$$;
