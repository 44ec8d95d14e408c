-- How files of one layout are read: each unit's own, and the institute's own.

ALTER TABLE gisdb.layout ENABLE ROW LEVEL SECURITY;
CREATE OR REPLACE FUNCTION gisdb.layout_owned(p_unit integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = gisdb, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM account a
                   WHERE a.id = current_account_id() AND a.active AND a.unit_id IS NOT DISTINCT FROM p_unit)
$$;
DROP POLICY IF EXISTS own ON gisdb.layout;
CREATE POLICY own ON gisdb.layout USING (gisdb.layout_owned(unit_id)) WITH CHECK (gisdb.layout_owned(unit_id));
