-- Substances with the same effect at one point on one day: the sum of their shares of their limits, C1/L1 + C2/L2 + …,
-- beyond 1 is beyond the limit of the mixture (the additive formula of ACGIH's TLV booklet; not looked up, so every such
-- verdict is to be confirmed).
-- One row for each workplace, point, day, averaging (TWA, STEL) and effect with at least two factors that have a
-- limit_ratio. `low` counts a non-detect as nothing, `high` as its detection limit. `high` is NULL where nothing bounds
-- the sum: a value beyond the instrument (>), or a factor of the effect (`unrated` of them) without a ratio. Repeats of
-- one factor count once, by the larger ratio.
-- It sees with the caller's eyes: row policies decide which records there are.
CREATE OR REPLACE FUNCTION gisdb.mixtures(p_workplaces bigint[])
RETURNS TABLE (workplace_id bigint, sampling_point text, measured_on date, averaging text, effect text, factors text[],
               rated integer, unrated integer, low numeric, high numeric, verdict text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = gisdb, public, pg_temp AS $$
    WITH share AS (
        SELECT t.workplace_id, t.sampling_point, t.measured_on, t.averaging, e.effect, t.factor,
               max(CASE WHEN t.limit_ratio IS NULL THEN NULL WHEN t.value_qualifier = '<' THEN 0
                        ELSE t.limit_ratio END) AS low,
               CASE WHEN bool_or(t.value_qualifier = '>' OR t.limit_ratio IS NULL) THEN NULL
                    ELSE max(t.limit_ratio) END AS high
        FROM measurement t JOIN factor_effect e ON e.factor = t.factor
        WHERE t.workplace_id = ANY (p_workplaces) AND t.superseded_at IS NULL AND t.averaging IN ('TWA', 'STEL')
        GROUP BY t.workplace_id, t.sampling_point, t.measured_on, t.averaging, e.effect, t.factor
    ), mixture AS (
        SELECT s.workplace_id, s.sampling_point, s.measured_on, s.averaging, s.effect,
               array_agg(s.factor ORDER BY s.factor) AS factors,
               count(s.low)::integer AS rated, (count(*) - count(s.low))::integer AS unrated,
               sum(s.low) AS low, CASE WHEN count(s.high) = count(*) THEN sum(s.high) END AS high
        FROM share s
        GROUP BY s.workplace_id, s.sampling_point, s.measured_on, s.averaging, s.effect
        HAVING count(s.low) >= 2
    )
    SELECT m.workplace_id, m.sampling_point, m.measured_on, m.averaging, m.effect, m.factors, m.rated, m.unrated,
           m.low, m.high, CASE WHEN m.low > 1 THEN 'exceeds' WHEN m.high <= 1 THEN 'pass' ELSE 'cannot_judge' END
    FROM mixture m
$$;
