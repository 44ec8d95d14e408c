"""What became of units: from which to which, how, and with which part of the old unit's area."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection, text

from loaders.units.world import Row, World

_UNIT = Decimal("0.000001")


def areas_km2(conn: Connection, pieces: Iterable[int]) -> dict[int, float]:
    """The area of pieces on the ellipsoid; those without shape are left out."""
    rows = conn.execute(
        text("SELECT id, ST_Area(geom::geography) / 1e6 FROM piece WHERE id = ANY (:ids) AND geom IS NOT NULL"),
        {"ids": list(pieces)},
    )
    return {int(row[0]): float(row[1]) for row in rows}


def write(conn: Connection, world: World) -> None:
    """Bring the lineage of every unit that ended, or whose successors changed, to what its pieces say now."""
    olds = _olds(world)
    areas = areas_km2(conn, set().union(*(row.pieces for row in olds)))
    stored = conn.execute(
        text("SELECT from_id, to_id, share FROM unit_lineage WHERE from_id = ANY (:ids)"),
        {"ids": [row.id for row in olds]},
    )
    known = {(int(one.from_id), int(one.to_id)): one.share for one in stored}
    heirs = {old.id: successors(world, old) for old in olds}
    fathers: dict[int, int] = {}
    for found in heirs.values():
        for heir in found:
            fathers[heir.id] = fathers.get(heir.id, 0) + 1
    for old in olds:
        shares = _shares(old, heirs[old.id], areas)
        for heir, share in zip(heirs[old.id], shares, strict=True):
            known_share = known.pop((old.id, heir.id), False)
            if known_share is False:
                kind = _kind(old, heir, len(heirs[old.id]), fathers[heir.id])
                _insert(conn, old, heir, kind, share)
            elif known_share != share:
                conn.execute(
                    text("UPDATE unit_lineage SET share = :share WHERE from_id = :old AND to_id = :heir"),
                    {"share": share, "old": old.id, "heir": heir.id},
                )
    for old_id, heir_id in known:
        conn.execute(
            text("DELETE FROM unit_lineage WHERE from_id = :old AND to_id = :heir"), {"old": old_id, "heir": heir_id}
        )


def _olds(world: World) -> list[Row]:
    olds = {row.id: row for row in world.ended}
    for row in world.amended:
        if row.reshaped and row.first is not None:
            wider = world.before(row) | row.pieces
            olds |= {one.id: one for one in world.rows.values() if _before(one, row) and one.pieces & wider}
    return list(olds.values())


def _before(one: Row, row: Row) -> bool:
    return one.level == row.level and one.end == row.first


def successors(world: World, old: Row) -> list[Row]:
    """The units of the level that began when ``old`` ended and hold some of its pieces, by code."""
    assert old.end is not None
    return [row for row in world.holders(old.level, old.pieces, old.end) if row.first == old.end]


def _shares(old: Row, heirs: list[Row], areas: dict[int, float]) -> list[Decimal | None]:
    whole = sum(areas.get(piece, 0.0) for piece in old.pieces)
    if len(heirs) == 1 and heirs[0].pieces >= old.pieces:
        return [Decimal(1)]
    if not whole or any(piece not in areas for piece in old.pieces):
        return [None] * len(heirs)
    parts = [sum(areas[piece] for piece in old.pieces & heir.pieces) / whole for heir in heirs]
    shares = [max(Decimal(part).quantize(_UNIT), _UNIT) for part in parts]
    if shares and abs(sum(parts) - 1) < 1e-9:
        # Rounded parts are to make a whole still.
        largest = shares.index(max(shares))
        shares[largest] += 1 - sum(shares)
    return list(shares)


def _kind(old: Row, heir: Row, heirs: int, fathers: int) -> str:
    if heirs > 1:
        return "split"
    if fathers > 1:
        return "merged"
    return "kept" if (old.code, old.name_vi, old.kind) == (heir.code, heir.name_vi, heir.kind) else "renamed"


def _insert(conn: Connection, old: Row, heir: Row, kind: str, share: Decimal | None) -> None:
    conn.execute(
        text("""INSERT INTO unit_lineage (from_id, to_id, kind, share, legal_act)
                VALUES (:old, :heir, :kind, :share, :act)"""),
        {"old": old.id, "heir": heir.id, "kind": kind, "share": share, "act": heir.act},
    )
