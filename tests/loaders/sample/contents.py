"""What a sample says, without the numbers that a database gives its rows."""

from __future__ import annotations

from sqlalchemy import text

from gisdb.engine import Database

_CONTENTS = {
    "workplaces": """
        SELECT w.code, s.valid_from, s.name_vi, s.industry, s.commune, s.units_on, s.longitude, s.latitude, p.code
        FROM workplace_state s JOIN workplace w ON w.id = s.workplace_id JOIN piece p ON p.id = s.piece_id
        WHERE p.uncertain_unit_id IS NULL AND w.code LIKE :like""",
    "workplace_years": """
        SELECT w.code, y.year, y.workers, y.women, y.hours, y.exposed
        FROM workplace_year y JOIN workplace w ON w.id = y.workplace_id WHERE w.code LIKE :like""",
    "incidents": """
        SELECT w.code, i.number, i.happened_on, i.severity, i.victims, i.women, i.deaths, i.seriously_injured, i.cause,
               i.injury_factor, i.lost_days, i.cost_vnd, i.place, i.place_longitude, i.place_latitude
        FROM incident i JOIN workplace w ON w.id = i.workplace_id WHERE w.code LIKE :like""",
    "measurements": """
        SELECT w.code, m.line, m.sampling_point, m.measured_on, m.factor, m.averaging, m.value, m.value_qualifier, m.unit,
               m.lod, m.method, m.duration_minutes, m.shift_hours, m.workers_exposed, m.sampling_reason, m.laboratory,
               m.repeat, m.verdict, m.verdict_reason, m.limit_value
        FROM measurement m JOIN workplace w ON w.id = m.workplace_id WHERE w.code LIKE :like""",
    # A unit reports once a year: the totals of a sample beside another are only those that the other left.
    "uploads": """SELECT register, file_name, sha256, bytes FROM upload
                  WHERE register <> 'reported_totals' AND file_name LIKE '%' || trim(:like, 'MAU%-') || ')'""",
}


def contents(database: Database, seed: int) -> dict[str, tuple[int, str]]:
    """Rows and a checksum of each register's part of one seed's sample."""
    with database.owner() as conn:
        return {
            name: tuple(
                conn.execute(
                    text(
                        f"SELECT count(*), md5(coalesce(string_agg(line, '|' ORDER BY line), ''))"
                        f' FROM (SELECT ROW(t.*)::text COLLATE "C" AS line FROM ({query}) AS t) AS lines'
                    ),
                    {"like": f"MAU{seed}-%"},
                ).one()
            )
            for name, query in _CONTENTS.items()
        }
