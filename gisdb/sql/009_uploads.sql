-- Work on uploads that the background has still to do, and what everybody may know of what is waiting.

-- The lock under which somebody works on an upload: it ends with the session, so that what a killed worker had begun is
-- found at once. 0x67697364 is "gisd".
CREATE OR REPLACE FUNCTION gisdb.upload_work_lock() RETURNS integer
LANGUAGE sql IMMUTABLE AS $$ SELECT x'67697364'::integer $$;

-- An upload that has work to do and that nobody works on, now locked by this session; no row where there is none. Accounts
-- take turns: the oldest of whichever account waits the longest since work was begun for it, so that somebody who sends a
-- hundred files keeps nobody waiting for more than one of them. p_only: no other than this one.
CREATE OR REPLACE FUNCTION gisdb.take_work(p_only bigint DEFAULT NULL)
RETURNS TABLE (upload_id bigint, wanted text, wanted_by integer, account_id integer, attempts integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_id bigint;
BEGIN
    FOR v_id IN SELECT u.id FROM upload u
                CROSS JOIN LATERAL (SELECT max(b.begun_at) AS at FROM upload b WHERE b.account_id = u.account_id) AS served
                WHERE u.wanted IS NOT NULL AND (p_only IS NULL OR u.id = p_only)
                ORDER BY served.at NULLS FIRST, u.wanted_at, u.id LOOP
        CONTINUE WHEN NOT pg_try_advisory_lock(upload_work_lock(), v_id::integer);
        RETURN QUERY UPDATE upload u SET attempts = u.attempts + 1, begun_at = clock_timestamp()
            WHERE u.id = v_id AND u.wanted IS NOT NULL
            RETURNING u.id, u.wanted, u.wanted_by, u.account_id, u.attempts;
        IF FOUND THEN RETURN; END IF;
        -- Somebody ended it between the two looks.
        PERFORM pg_advisory_unlock(upload_work_lock(), v_id::integer);
    END LOOP;
END $$;

-- How many uploads and records of a register wait for a reviewer, by the unit of who sent them (NULL: the institute).
CREATE OR REPLACE FUNCTION gisdb.uploads_waiting()
RETURNS TABLE (register text, unit_id integer, uploads bigint, records bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT u.register, a.unit_id, count(*),
           coalesce(sum(coalesce((u.counts ->> 'added')::bigint, 0) + coalesce((u.counts ->> 'changed')::bigint, 0)), 0)::bigint
    FROM upload u JOIN account a ON a.id = u.account_id WHERE u.state = 'submitted' GROUP BY 1, 2
$$;

-- Whether the acting account's uploads need a second pair of eyes before they count.
CREATE OR REPLACE FUNCTION gisdb.needs_review(p_account integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM account a JOIN review_rule r ON r.unit_id = a.unit_id WHERE a.id = p_account)
$$;

-- The last locked day of a register where a piece lies; NULL where nothing is locked.
CREATE OR REPLACE FUNCTION gisdb.locked_until(p_register text, p_piece integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT max(l.until) FROM period_lock l
    WHERE l.register = p_register AND l.lifted_at IS NULL
      AND (l.unit_id IS NULL OR EXISTS (SELECT FROM unit_piece up WHERE up.unit_id = l.unit_id AND up.piece_id = p_piece))
$$;
