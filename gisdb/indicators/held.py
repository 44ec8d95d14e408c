"""What the sums hold: of which years, and whether sample data is among it."""

from __future__ import annotations

from sqlalchemy import Connection, text


def years(conn: Connection) -> list[int]:
    """The years for which some measure of dated records holds a number, first to last."""
    rows = conn.execute(
        text("""SELECT DISTINCT r.year FROM unit_rollup r JOIN rollup_slice s ON s.id = r.slice_id AND s.slice = ''
                JOIN rollup_source o ON o.table_name = s.table_name AND NOT o.cumulative ORDER BY 1""")
    )
    return [int(row.year) for row in rows]


def holds_synthetic(conn: Connection) -> bool:
    """Whether any figure on show comes from sample data."""
    return bool(conn.execute(text("SELECT holds_synthetic()")).scalar_one())


def sums_are_kept(conn: Connection, level: str) -> bool:
    """Whether units of a level have sums of their own, and not of their pieces alone."""
    rank = conn.execute(text("SELECT rank FROM admin_level WHERE code = :level"), {"level": level}).scalar()
    return rank is not None and rank <= 1
