-- Whose eyes a transaction sees with. The identity is `SET LOCAL gisdb.account_id`; none = no rows.
-- SECURITY DEFINER functions pin their search_path: a caller's temporary table can't stand in for one of ours.

CREATE OR REPLACE FUNCTION gisdb.current_account_id() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('gisdb.account_id', true), '')::integer
$$;

CREATE OR REPLACE FUNCTION gisdb.sees_all() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM account a
                   WHERE a.id = current_account_id() AND a.active AND a.role IN ('institute', 'administrator'))
$$;

-- The pieces of the account's unit. A unit of any vintage will do: a former province is a set of pieces too.
CREATE OR REPLACE FUNCTION gisdb.scope_pieces() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 500 SET search_path = gisdb, public, pg_temp AS $$
    SELECT up.piece_id FROM account a JOIN unit_piece up ON up.unit_id = a.unit_id
    WHERE a.id = current_account_id() AND a.active AND a.role = 'province'
$$;

CREATE OR REPLACE FUNCTION gisdb.piece_in_scope(p_piece integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM account a
                   WHERE a.id = current_account_id() AND a.active
                     AND (a.role IN ('institute', 'administrator')
                          OR EXISTS (SELECT FROM unit_piece up
                                     WHERE up.unit_id = a.unit_id AND up.piece_id = p_piece)))
$$;

-- Units that lie wholly in scope.
CREATE OR REPLACE FUNCTION gisdb.scope_units() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 200 SET search_path = gisdb, public, pg_temp AS $$
    SELECT mine.unit_id FROM (
        SELECT up.unit_id, count(*) AS pieces FROM unit_piece up
        WHERE up.piece_id IN (SELECT scope_pieces()) GROUP BY up.unit_id) AS mine
    WHERE mine.pieces = (SELECT count(*) FROM unit_piece a WHERE a.unit_id = mine.unit_id)
$$;

CREATE OR REPLACE FUNCTION gisdb.unit_in_scope(p_unit integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT sees_all() OR (EXISTS (SELECT FROM unit_piece WHERE unit_id = p_unit)
        AND NOT EXISTS (SELECT FROM unit_piece up WHERE up.unit_id = p_unit AND NOT piece_in_scope(up.piece_id)))
$$;

-- Makes a table a register's: row policies by what its records hang on.
CREATE OR REPLACE FUNCTION gisdb.attach_register(p_table text, p_bound text) RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE
    v_seen text := CASE p_bound
        WHEN 'workplace' THEN '(SELECT sees_all()) OR piece_id IN (SELECT scope_pieces())'
        WHEN 'unit' THEN '(SELECT sees_all()) OR unit_id IN (SELECT scope_units())' END;
BEGIN
    IF v_seen IS NULL THEN RAISE EXCEPTION 'a register is bound to workplace or unit, not %', p_bound; END IF;
    EXECUTE format('ALTER TABLE gisdb.%I ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('DROP POLICY IF EXISTS scope ON gisdb.%I', p_table);
    EXECUTE format('CREATE POLICY scope ON gisdb.%I USING (%s) WITH CHECK (%s)', p_table, v_seen, v_seen);
END $$;

ALTER TABLE gisdb.workplace ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS scope ON gisdb.workplace;
CREATE POLICY scope ON gisdb.workplace FOR SELECT
    USING (EXISTS (SELECT FROM gisdb.workplace_state s WHERE s.workplace_id = workplace.id));

-- An upload is its maker's, its maker's unit's and the institute's business. What it brought is everybody's to whom its
-- records are: of committed uploads of the institute, every account sees that there was one.
CREATE OR REPLACE FUNCTION gisdb.upload_mine(p_account integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM account me, account maker
                   WHERE me.id = current_account_id() AND me.active AND maker.id = p_account
                     AND (me.role IN ('institute', 'administrator') OR maker.unit_id = me.unit_id))
$$;
CREATE OR REPLACE FUNCTION gisdb.upload_seen(p_account integer, p_committed boolean) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT upload_mine(p_account)
        OR p_committed AND EXISTS (SELECT FROM account me, account maker
                                   WHERE me.id = current_account_id() AND me.active AND maker.id = p_account
                                     AND maker.role IN ('institute', 'administrator'))
$$;
ALTER TABLE gisdb.upload ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS seen ON gisdb.upload;
CREATE POLICY seen ON gisdb.upload FOR SELECT USING (gisdb.upload_seen(account_id, committed_at IS NOT NULL));
DROP POLICY IF EXISTS made ON gisdb.upload;
CREATE POLICY made ON gisdb.upload FOR INSERT WITH CHECK (account_id = gisdb.current_account_id());
DROP POLICY IF EXISTS mended ON gisdb.upload;
CREATE POLICY mended ON gisdb.upload FOR UPDATE USING (gisdb.upload_mine(account_id));
DROP FUNCTION IF EXISTS gisdb.upload_seen(integer);

-- The file, what was decided about it and what was found in it.
DO $$
DECLARE v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['upload_part', 'upload_report', 'upload_problem'] LOOP
        EXECUTE format('ALTER TABLE gisdb.%I ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE format('DROP POLICY IF EXISTS mine ON gisdb.%I', v_table);
        EXECUTE format('CREATE POLICY mine ON gisdb.%I USING (EXISTS (
            SELECT FROM gisdb.upload u WHERE u.id = upload_id AND gisdb.upload_mine(u.account_id)))', v_table);
    END LOOP;
END $$;

-- Whether a unit's uploads need a second pair of eyes: the unit's own business, and the institute's to say.
ALTER TABLE gisdb.review_rule ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS seen ON gisdb.review_rule;
CREATE POLICY seen ON gisdb.review_rule FOR SELECT USING (gisdb.unit_in_scope(unit_id));
DROP POLICY IF EXISTS made ON gisdb.review_rule;
CREATE POLICY made ON gisdb.review_rule FOR INSERT WITH CHECK ((SELECT gisdb.sees_all()));
DROP POLICY IF EXISTS lifted ON gisdb.review_rule;
CREATE POLICY lifted ON gisdb.review_rule FOR DELETE USING ((SELECT gisdb.sees_all()));

-- Which periods are locked is known to all; the institute locks for the country, a unit for itself.
ALTER TABLE gisdb.period_lock ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS seen ON gisdb.period_lock;
CREATE POLICY seen ON gisdb.period_lock FOR SELECT USING (true);
DROP POLICY IF EXISTS made ON gisdb.period_lock;
CREATE POLICY made ON gisdb.period_lock FOR INSERT
    WITH CHECK ((SELECT gisdb.sees_all()) OR unit_id IS NOT NULL AND gisdb.unit_in_scope(unit_id));
DROP POLICY IF EXISTS lifted ON gisdb.period_lock;
CREATE POLICY lifted ON gisdb.period_lock FOR UPDATE
    USING ((SELECT gisdb.sees_all()) OR unit_id IS NOT NULL AND gisdb.unit_in_scope(unit_id));

ALTER TABLE gisdb.audit ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS written ON gisdb.audit;
CREATE POLICY written ON gisdb.audit FOR INSERT
    WITH CHECK (account_id IS NOT DISTINCT FROM gisdb.current_account_id());
DROP POLICY IF EXISTS seen ON gisdb.audit;
CREATE POLICY seen ON gisdb.audit FOR SELECT USING ((SELECT gisdb.sees_all()));

-- Whether any figure on show comes from sample data. Everybody must be able to know, whatever rows they see.
CREATE OR REPLACE FUNCTION gisdb.holds_synthetic() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM upload WHERE synthetic AND state = 'committed')
$$;
