"""Legal acts that limits come from: read where they are shown. A limit may name an act that no row here knows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import Connection, func, select

from gisdb.errors import NotFound
from gisdb.limits.limit import CONFIRMED
from gisdb.limits.tables import exposure_limit, legal_act


@dataclass(frozen=True)
class LegalAct:
    """One act. ``title_*`` is its subject; days are None where they are not known here.

    ``valid_from`` is its first day in force, ``valid_to`` the first on which it no longer is. ``replaces`` is the code
    of the act that it replaces in whole or part; ``kind`` a code of the list ``act_kind``.
    """

    code: str
    slug: str
    title_vi: str
    title_en: str
    kind: str
    issued_on: date | None
    valid_from: date | None
    valid_to: date | None
    replaces: str | None
    note_vi: str
    note_en: str
    source: str
    confidence: str

    @property
    def confirmed(self) -> bool:
        """Whether what is said of it was read in a published text."""
        return self.confidence in CONFIRMED


@dataclass(frozen=True)
class ActLimits:
    """An act with how many limits of every day come from it, and how many of those are confirmed."""

    act: LegalAct
    limits: int
    confirmed: int


_FIELDS = tuple(legal_act.c[one.name] for one in fields(LegalAct))


def acts(conn: Connection) -> list[ActLimits]:
    """Every act that is known here, the last in force first; those of unknown day last."""
    counted = (
        select(
            exposure_limit.c.legal_act.label("code"),
            func.count().label("limits"),
            func.count().filter(exposure_limit.c.confirmed).label("confirmed"),
        )
        .group_by(exposure_limit.c.legal_act)
        .subquery()
    )
    query = (
        select(*_FIELDS, func.coalesce(counted.c.limits, 0), func.coalesce(counted.c.confirmed, 0))
        .outerjoin(counted, counted.c.code == legal_act.c.code)
        .order_by(legal_act.c.valid_from.desc().nulls_last(), legal_act.c.code)
    )
    return [ActLimits(LegalAct(*row[:-2]), row[-2], row[-1]) for row in conn.execute(query)]


def act_by_slug(conn: Connection, slug: str) -> LegalAct:
    """The act of an address.

    Raises:
        NotFound: ``legal_act_unknown``.
    """
    row = conn.execute(select(*_FIELDS).where(legal_act.c.slug == slug)).first()
    if row is None:
        raise NotFound("legal_act_unknown", act=slug)
    return LegalAct(*row)


def slugs(conn: Connection) -> dict[str, str]:
    """Code → slug of every act that is known here, by code."""
    return {row.code: row.slug for row in conn.execute(select(legal_act.c.code, legal_act.c.slug).order_by("code"))}
