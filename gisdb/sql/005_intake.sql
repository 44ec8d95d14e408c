-- What an intake and an export must know whatever rows the account sees.

-- Where workplaces lay on days, pair by pair. Under the account's own eyes one that has moved out of sight would seem
-- to have stayed, and its later records would come into the wrong unit; says nothing else of it.
CREATE OR REPLACE FUNCTION gisdb.intake_pieces(p_workplaces bigint[], p_days date[])
RETURNS TABLE (workplace_id bigint, day date, piece_id integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100000 SET search_path = gisdb, public, pg_temp AS $$
    SELECT a.workplace_id, a.day, place.piece_id
    FROM unnest(p_workplaces, p_days) AS a (workplace_id, day)
    LEFT JOIN LATERAL (
        SELECT w.piece_id FROM workplace_state w
        WHERE w.workplace_id = a.workplace_id AND w.superseded_at IS NULL
        ORDER BY w.valid_from <= a.day DESC, abs(w.valid_from - a.day) LIMIT 1
    ) AS place ON true
$$;

-- Uploads of sample data: every file that carries such a record says so, whoever made the upload.
CREATE OR REPLACE FUNCTION gisdb.synthetic_uploads() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = gisdb, public, pg_temp AS $$
    SELECT id FROM upload WHERE synthetic
$$;
