-- The journal of changes of boundaries: while `gisdb.change_id` is set, every row of the geography that is made, changed
-- or deleted is written down as it was and as it became, so that the change can be taken back.

-- A row as the journal keeps it; geometry as hexadecimal EWKB, which loses nothing, instead of GeoJSON, which would.
CREATE OR REPLACE FUNCTION gisdb.journal_form(p_table text, p_row jsonb, p_geom public.geometry) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_table WHEN 'account' THEN jsonb_build_object('id', p_row -> 'id', 'unit_id', p_row -> 'unit_id')
           ELSE p_row || CASE WHEN p_row ? 'geom' THEN jsonb_build_object('geom', p_geom::text) ELSE '{}' END END
$$;

-- The argument says whether the table has a geometry. While `gisdb.deriving` is set, memberships are not written down:
-- those of the pieces "somewhere in a unit" follow from the others and are worked out again.
CREATE OR REPLACE FUNCTION gisdb.write_journal() RETURNS trigger
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_before jsonb; v_after jsonb; v_geom geometry;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF TG_ARGV[0] = 'geom' THEN v_geom := OLD.geom; OLD.geom := NULL; END IF;
        v_before := journal_form(TG_TABLE_NAME, to_jsonb(OLD), v_geom);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF TG_ARGV[0] = 'geom' THEN v_geom := NEW.geom; NEW.geom := NULL; END IF;
        v_after := journal_form(TG_TABLE_NAME, to_jsonb(NEW), v_geom);
    END IF;
    IF v_before IS DISTINCT FROM v_after THEN
        INSERT INTO unit_change_row (change_id, table_name, before, after)
        VALUES (current_setting('gisdb.change_id')::integer, TG_TABLE_NAME, v_before, v_after);
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE v_table text; v_geom text;
BEGIN
    FOR v_table, v_geom IN VALUES ('admin_unit', 'geom'), ('piece', 'geom'), ('unit_shape', 'geom'), ('unit_piece', ''),
                                  ('unit_lineage', ''), ('unit_name', ''), ('unit_code', ''), ('account', '')
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER journal AFTER %s ON gisdb.%I FOR EACH ROW
             WHEN (nullif(current_setting(''gisdb.change_id'', true), '''') IS NOT NULL %s)
             EXECUTE FUNCTION gisdb.write_journal(%L)',
            CASE v_table WHEN 'account' THEN 'UPDATE OF unit_id' ELSE 'INSERT OR UPDATE OR DELETE' END, v_table,
            CASE v_table WHEN 'unit_piece' THEN 'AND nullif(current_setting(''gisdb.deriving'', true), '''') IS NULL' END,
            v_geom);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION gisdb.primary_key(p_table text) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = format('gisdb.%I', p_table)::regclass AND i.indisprimary
$$;

-- The rows that a change touched and that are no longer as it left them, each with its key.
CREATE OR REPLACE FUNCTION gisdb.changed_since(p_change integer) RETURNS TABLE (table_name text, key jsonb)
LANGUAGE plpgsql STABLE SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_table text; v_key text[]; v_on text; v_geom boolean;
BEGIN
    FOR v_table IN SELECT DISTINCT r.table_name FROM unit_change_row r WHERE r.change_id = p_change LOOP
        v_key := primary_key(v_table);
        SELECT string_agg(format('t.%1$I = k.%1$I', one), ' AND ') INTO v_on FROM unnest(v_key) AS one;
        v_geom := v_table IN ('admin_unit', 'piece', 'unit_shape');
        RETURN QUERY EXECUTE format(
            'WITH touched AS (
                 SELECT DISTINCT ON (keyed.key) keyed.key, keyed.after FROM (
                     SELECT r.seq, r.after, (SELECT jsonb_object_agg(one, coalesce(r.after, r.before) -> one)
                                             FROM unnest($2) AS one) AS key
                     FROM unit_change_row r WHERE r.change_id = $1 AND r.table_name = %L) AS keyed
                 ORDER BY keyed.key, keyed.seq DESC)
             SELECT %L::text, c.key FROM touched c
             CROSS JOIN LATERAL jsonb_populate_record(NULL::gisdb.%I, c.key) AS k
             LEFT JOIN gisdb.%I t ON %s
             WHERE CASE WHEN t.%I IS NOT NULL THEN journal_form(%L, to_jsonb(t), %s) END IS DISTINCT FROM c.after',
            v_table, v_table, v_table, v_table, v_on, v_key[1], v_table, CASE WHEN v_geom THEN 't.geom' ELSE 'NULL' END)
        USING p_change, v_key;
    END LOOP;
END $$;

-- Brings one row of the journal back to what it was.
CREATE OR REPLACE FUNCTION gisdb.undo_row(p_table text, p_before jsonb, p_after jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE v_on text; v_set text;
BEGIN
    SELECT string_agg(format('t.%1$I = r.%1$I', one), ' AND ') INTO v_on FROM unnest(primary_key(p_table)) AS one;
    IF p_before IS NULL THEN
        EXECUTE format('DELETE FROM %I t USING jsonb_populate_record(NULL::%I, $1) r WHERE %s', p_table, p_table, v_on)
        USING p_after;
    ELSIF p_after IS NULL THEN
        EXECUTE format('INSERT INTO %I SELECT r.* FROM jsonb_populate_record(NULL::%I, $1) r', p_table, p_table)
        USING p_before;
    ELSE
        SELECT string_agg(format('%1$I = r.%1$I', one), ', ') INTO v_set FROM jsonb_object_keys(p_before) AS one
        WHERE one <> ALL (primary_key(p_table));
        EXECUTE format('UPDATE %I t SET %s FROM jsonb_populate_record(NULL::%I, $1) r WHERE %s',
                       p_table, v_set, p_table, v_on)
        USING p_before;
    END IF;
END $$;

-- Brings back every row of a change, the last first, but for the pieces that records may still lie in.
CREATE OR REPLACE FUNCTION gisdb.undo_rows(p_change integer, p_kept_pieces integer[]) RETURNS void
LANGUAGE plpgsql SET search_path = gisdb, public, pg_temp AS $$
DECLARE r record;
BEGIN
    FOR r IN SELECT * FROM unit_change_row c WHERE c.change_id = p_change
             AND NOT (c.table_name = 'piece' AND c.before IS NULL AND (c.after ->> 'id')::integer = ANY (p_kept_pieces))
             ORDER BY c.seq DESC
    LOOP
        PERFORM undo_row(r.table_name, r.before, r.after);
    END LOOP;
END $$;
