"""Accounts of units that ended: they follow to the successor where it is the same territory, and are told else."""

from __future__ import annotations

from sqlalchemy import Connection, text

from loaders.units.lineage import successors
from loaders.units.report import AccountNote
from loaders.units.world import Row, World


def follow(conn: Connection, world: World) -> tuple[list[AccountNote], list[AccountNote]]:
    """Move accounts to the only successor of their unit, if it has the very same pieces.

    A larger successor would show an account more than it was given to see, so that its administrator decides.

    Returns:
        The accounts that moved, and those that stay with the unit that ended.
    """
    moved, left = [], []
    rows = conn.execute(
        text("SELECT id, login, unit_id FROM account WHERE unit_id = ANY (:ids) ORDER BY login"),
        {"ids": [row.id for row in world.ended]},
    ).all()
    for account in rows:
        old = world.rows[int(account.unit_id)]
        heir = _same_territory(world, old)
        heirs = ", ".join(row.shown for row in successors(world, old))
        if heir is None:
            left.append(AccountNote(account.login, old.shown, heirs))
            continue
        conn.execute(text("UPDATE account SET unit_id = :unit WHERE id = :id"), {"unit": heir.id, "id": account.id})
        moved.append(AccountNote(account.login, old.shown, heir.shown))
    return moved, left


def _same_territory(world: World, old: Row) -> Row | None:
    """The last unit in a chain of only successors with the same pieces; None where there is none."""
    found, row = None, old
    while row.end is not None:
        heirs = successors(world, row)
        if len(heirs) != 1 or heirs[0].pieces != old.pieces:
            return None
        found = row = heirs[0]
    return found
