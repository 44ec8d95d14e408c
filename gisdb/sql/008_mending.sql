-- Mending the law: an administrator confirms or corrects limits, and what they judged is judged again. The serving role
-- may write neither limits nor verdicts; this is its one way to, and the database itself asks who is acting.
-- rejudge(factors) is made by gisdb/rejudging.py from the register's own joins.

-- The acting account, if it is an active administrator.
CREATE OR REPLACE FUNCTION gisdb.acting_administrator() RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_account integer;
BEGIN
    SELECT a.id INTO v_account FROM account a
    WHERE a.id = current_account_id() AND a.active AND a.role = 'administrator';
    IF v_account IS NULL THEN
        RAISE EXCEPTION 'only an active administrator mends limits' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_account;
END $$;

-- A limit as the cells of its line in a CSV file (gisdb.limits.limit.COLUMNS).
CREATE OR REPLACE FUNCTION gisdb.limit_cells(p_limit gisdb.exposure_limit) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_object(
        'factor', p_limit.factor, 'averaging', p_limit.averaging, 'condition', p_limit.condition,
        'shape', p_limit.shape, 'limit_low', coalesce(p_limit.limit_low::text, ''),
        'limit_high', coalesce(p_limit.limit_high::text, ''), 'unit', p_limit.unit,
        'ceiling', coalesce(p_limit.ceiling::text, ''), 'exchange_db', coalesce(p_limit.exchange_db::text, ''),
        'shift_rule', p_limit.shift_rule, 'legal_act', p_limit.legal_act, 'provision', p_limit.provision,
        'valid_from', lower(p_limit.valid)::text, 'valid_to', coalesce(upper(p_limit.valid)::text, ''),
        'source', p_limit.source, 'confidence', p_limit.confidence, 'note', p_limit.note)
$$;

-- The keys that each factor's conditions know, from its limits.
CREATE OR REPLACE FUNCTION gisdb.know_conditions() RETURNS void
LANGUAGE sql SET search_path = gisdb, public, pg_temp AS $$
    UPDATE factor f SET conditions = keys.found
    FROM (SELECT g.code, coalesce(array_agg(DISTINCT split_part(part, '=', 1)) FILTER (WHERE part <> ''), '{}') AS found
          FROM factor g
          LEFT JOIN exposure_limit l ON l.factor = g.code
          LEFT JOIN LATERAL string_to_table(l.condition, ';') AS part ON true
          GROUP BY g.code) AS keys
    WHERE keys.code = f.code AND f.conditions IS DISTINCT FROM keys.found
$$;

-- One limit as its cells say: in place of the limit p_id, or a new one where that is NULL. Gives its id.
CREATE OR REPLACE FUNCTION gisdb.write_limit(p_id integer, p_cells jsonb) RETURNS integer
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_id integer;
BEGIN
    IF p_id IS NULL THEN
        INSERT INTO exposure_limit (factor, averaging, condition, shape, limit_low, limit_high, unit, ceiling, exchange_db,
                                    shift_rule, legal_act, provision, valid, source, confidence, note)
        SELECT c.factor, c.averaging, c.condition, c.shape, nullif(c.limit_low, '')::numeric,
               nullif(c.limit_high, '')::numeric, c.unit, nullif(c.ceiling, '')::numeric,
               nullif(c.exchange_db, '')::numeric, c.shift_rule, c.legal_act, c.provision,
               daterange(c.valid_from::date, nullif(c.valid_to, '')::date), c.source, c.confidence, c.note
        FROM jsonb_to_record(p_cells) AS c (
            factor text, averaging text, condition text, shape text, limit_low text, limit_high text, unit text,
            ceiling text, exchange_db text, shift_rule text, legal_act text, provision text, valid_from text,
            valid_to text, source text, confidence text, note text)
        RETURNING id INTO v_id;
    ELSE
        UPDATE exposure_limit l SET
            shape = c.shape, limit_low = nullif(c.limit_low, '')::numeric,
            limit_high = nullif(c.limit_high, '')::numeric, unit = c.unit, ceiling = nullif(c.ceiling, '')::numeric,
            exchange_db = nullif(c.exchange_db, '')::numeric, shift_rule = c.shift_rule, legal_act = c.legal_act,
            provision = c.provision, valid = daterange(c.valid_from::date, nullif(c.valid_to, '')::date),
            source = c.source, confidence = c.confidence, note = c.note
        FROM jsonb_to_record(p_cells) AS c (
            factor text, averaging text, condition text, shape text, limit_low text, limit_high text, unit text,
            ceiling text, exchange_db text, shift_rule text, legal_act text, provision text, valid_from text,
            valid_to text, source text, confidence text, note text)
        -- What a limit answers is what it is: another question or first day is another limit.
        WHERE l.id = p_id AND (l.factor, l.averaging, l.condition, lower(l.valid))
                              = (c.factor, c.averaging, c.condition, c.valid_from::date)
        RETURNING l.id INTO STRICT v_id;
    END IF;
    RETURN v_id;
END $$;

-- Limits mended by the acting administrator, in the order of p_limits ([{"id": …, "cells": {…}}, …]), each with a line
-- of the trail that holds what was there before; then every measurement of their factors judged again.
-- Gives the ids of the limits, in that order, and how many records got another outcome.
CREATE OR REPLACE FUNCTION gisdb.mend_limits(p_action text, p_reason text, p_limits jsonb)
RETURNS TABLE (ids integer[], records bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_account integer := acting_administrator(); v_one jsonb; v_id integer; v_before jsonb; v_factors text[] := '{}';
BEGIN
    IF btrim(coalesce(p_reason, '')) = '' THEN
        RAISE EXCEPTION 'limits are mended with a reason' USING ERRCODE = 'check_violation';
    END IF;
    ids := '{}';
    FOR v_one IN SELECT one FROM jsonb_array_elements(p_limits) WITH ORDINALITY AS e (one, place) ORDER BY place LOOP
        v_id := (v_one ->> 'id')::integer;
        v_before := NULL;
        SELECT limit_cells(l) INTO v_before FROM exposure_limit l WHERE l.id = v_id;
        v_id := write_limit(v_id, v_one -> 'cells');
        INSERT INTO limit_change (limit_id, account_id, action, reason, before, after)
            SELECT v_id, v_account, p_action, btrim(p_reason), v_before, limit_cells(l)
            FROM exposure_limit l WHERE l.id = v_id;
        ids := ids || v_id;
        v_factors := v_factors || (v_one -> 'cells' ->> 'factor');
    END LOOP;
    PERFORM know_conditions();
    ANALYZE exposure_limit, factor;
    records := rejudge(v_factors);
    RETURN NEXT;
END $$;
