"""What the pages read of the registers: workplaces of a unit, one workplace with its measurements and accidents.

Every query runs under the reader's row policies; a workplace out of scope is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from gisdb.errors import NotFound


@dataclass(frozen=True)
class WorkplaceSummary:
    """A workplace on a map of some years. ``verdict``: exceeds, pass, cannot_judge, or ``""`` if nothing was measured.

    A verdict by a limit that is still to be confirmed against the gazette counts as not judged.
    ``longitude`` and ``latitude`` are in degrees (EPSG:4326), None where the workplace has no point.
    """

    id: int
    code: str
    name: str
    industry_vi: str
    industry_en: str
    longitude: float | None
    latitude: float | None
    workers: int | None
    judged: int
    exceeding: int
    not_judged: int

    @property
    def verdict(self) -> str:
        """The worst that its measurements of the period say."""
        if self.exceeding:
            return "exceeds"
        if self.judged:
            return "pass"
        return "cannot_judge" if self.not_judged else ""


# The state of each workplace that holds on :day: its last begun by then, else its first.
_STATE = """
    LATERAL (SELECT st.* FROM workplace_state st
             WHERE st.workplace_id = w.id AND st.superseded_at IS NULL
             ORDER BY st.valid_from <= CAST(:day AS date) DESC, abs(st.valid_from - CAST(:day AS date)) LIMIT 1) AS s
"""

_SUMMARY = f"""
    SELECT w.id, w.code, s.name_vi, coalesce(i.name_vi, s.industry), coalesce(i.name_en, s.industry),
           ST_X(s.geom), ST_Y(s.geom), y.workers, coalesce(m.judged, 0), coalesce(m.exceeding, 0),
           coalesce(m.not_judged, 0)
    FROM workplace w CROSS JOIN {_STATE}
    LEFT JOIN code_list i ON i.list = 'vsic' || s.industry_version AND i.code = s.industry
    LEFT JOIN LATERAL (SELECT wy.workers FROM workplace_year wy
                       WHERE wy.workplace_id = w.id AND wy.superseded_at IS NULL AND wy.year <= :last_year
                       ORDER BY wy.year DESC LIMIT 1) AS y ON true
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE t.verdict <> 'cannot_judge' AND t.limit_confirmed) AS judged,
                              count(*) FILTER (WHERE t.verdict = 'exceeds' AND t.limit_confirmed) AS exceeding,
                              count(*) FILTER (WHERE t.verdict = 'cannot_judge' OR NOT t.limit_confirmed) AS not_judged
                       FROM measurement t
                       WHERE t.workplace_id = w.id AND t.superseded_at IS NULL
                         AND t.year BETWEEN :first_year AND :last_year) AS m ON true
"""


def workplaces_of(conn: Connection, unit_id: int, first_year: int, last_year: int) -> list[WorkplaceSummary]:
    """The workplaces that lay in a unit at the end of ``last_year``, with what was measured in the years, by name."""
    rows = conn.execute(
        text(
            _SUMMARY
            + """WHERE s.piece_id IN (SELECT piece_id FROM unit_piece WHERE unit_id = :unit)
                 ORDER BY s.name_vi COLLATE "vi-x-icu", w.code"""
        ),
        {"unit": unit_id, "first_year": first_year, "last_year": last_year, "day": date(last_year, 12, 31)},
    )
    return [WorkplaceSummary(*row) for row in rows]


def search_workplaces(conn: Connection, words: str, limit: int = 20) -> list[WorkplaceSummary]:
    """Workplaces whose name holds ``words``, with or without tones, or whose code or tax code begins with them."""
    rows = conn.execute(
        text(
            _SUMMARY
            + """WHERE w.id IN (SELECT n.workplace_id FROM workplace_state n
                                WHERE n.superseded_at IS NULL
                                  AND (fold(n.name_vi) LIKE '%' || :like || '%' OR n.code ILIKE :like || '%'
                                       OR n.tax_code LIKE :like || '%'))
                 ORDER BY s.name_vi COLLATE "vi-x-icu", w.code LIMIT :limit"""
        ),
        {
            "like": _like(conn, words),
            "limit": limit,
            "first_year": 1900,
            "last_year": 9999,
            "day": date(9999, 12, 31),
        },
    )
    return [WorkplaceSummary(*row) for row in rows]


def _like(conn: Connection, words: str) -> str:
    folded = str(conn.execute(text("SELECT fold(:words)"), {"words": words.strip()}).scalar_one())
    return folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True)
class Source:
    """The file and line that a record came from."""

    file_name: str
    line: int
    upload_id: int
    synthetic: bool


@dataclass(frozen=True)
class WorkplaceState:
    """How a workplace was from a day on."""

    valid_from: date
    name: str
    tax_code: str | None
    industry_version: str
    industry: str
    industry_vi: str
    industry_en: str
    commune: str
    unit_id: int
    unit_vi: str
    unit_en: str
    address: str | None
    longitude: float | None
    latitude: float | None
    place_certain: bool
    source: Source


@dataclass(frozen=True)
class WorkplaceYear:
    """Workers and hours of one year."""

    year: int
    workers: int
    women: int | None
    hours: int | None
    exposed: int | None


@dataclass(frozen=True)
class Workplace:
    """A workplace: its states, the one that holds last first, and its years, the last first."""

    id: int
    code: str
    states: list[WorkplaceState]
    years: list[WorkplaceYear]

    @property
    def now(self) -> WorkplaceState:
        """The state that holds last."""
        return self.states[0]


_SOURCE = "u.file_name, t.line, t.upload_id, u.synthetic"


def workplace(conn: Connection, workplace_id: int) -> Workplace:
    """One workplace.

    Raises:
        NotFound: ``workplace_unknown``, also where it is out of the reader's scope.
    """
    states = conn.execute(
        text(f"""
            SELECT t.valid_from, t.name_vi, t.tax_code, t.industry_version, t.industry,
                   coalesce(i.name_vi, ''), coalesce(i.name_en, ''), t.commune, a.id, a.name_vi, a.name_en, t.address,
                   ST_X(t.geom), ST_Y(t.geom), t.place_certain, t.code, {_SOURCE}
            FROM workplace_state t JOIN admin_unit a ON a.id = t.declared_unit_id
            LEFT JOIN upload u ON u.id = t.upload_id
            LEFT JOIN code_list i ON i.list = 'vsic' || t.industry_version AND i.code = t.industry
            WHERE t.workplace_id = :id AND t.superseded_at IS NULL ORDER BY t.valid_from DESC"""),
        {"id": workplace_id},
    ).all()
    if not states:
        raise NotFound("workplace_unknown", workplace=workplace_id)
    years = conn.execute(
        text("""SELECT year, workers, women, hours, exposed FROM workplace_year
                WHERE workplace_id = :id AND superseded_at IS NULL ORDER BY year DESC"""),
        {"id": workplace_id},
    )
    return Workplace(
        workplace_id,
        states[0].code,
        [WorkplaceState(*(*row[:15], _source(row[16:]))) for row in states],
        [WorkplaceYear(*row) for row in years],
    )


@dataclass(frozen=True)
class MeasurementRow:
    """One measurement as a page shows it; ``typed`` is the value as the file had it."""

    id: int
    measured_on: date
    factor: str
    factor_vi: str
    factor_en: str
    averaging: str
    averaging_vi: str
    averaging_en: str
    sampling_point: str
    repeat: int
    value: Decimal | None
    qualifier: str
    unit: str
    typed: str
    lod: Decimal | None
    canonical_value: Decimal | None
    canonical_unit: str
    shift_hours: Decimal | None
    verdict: str
    verdict_reason: str
    limit_value: Decimal | None
    limit_id: int | None
    legal_act: str | None
    limit_confirmed: bool | None
    laboratory: str | None
    source: Source


def measurements_of(conn: Connection, workplace_id: int) -> list[MeasurementRow]:
    """Every current measurement of a workplace, by factor and day."""
    rows = conn.execute(
        text(f"""
            SELECT t.id, t.measured_on, t.factor, f.name_vi, f.name_en, t.averaging,
                   coalesce(a.name_vi, t.averaging), coalesce(a.name_en, t.averaging), t.sampling_point, t.repeat,
                   t.value, t.value_qualifier, t.unit,
                   coalesce(t.raw ->> 'value', CASE t.value_qualifier WHEN '=' THEN '' ELSE t.value_qualifier END
                                               || coalesce(t.value::text, '')),
                   t.lod, t.canonical_value, f.unit, t.shift_hours, t.verdict, t.verdict_reason, t.limit_value,
                   t.limit_id, l.legal_act, t.limit_confirmed, t.laboratory, {_SOURCE}
            FROM measurement t JOIN factor f ON f.code = t.factor
            LEFT JOIN code_list a ON a.list = 'averaging' AND a.code = t.averaging
            LEFT JOIN exposure_limit l ON l.id = t.limit_id LEFT JOIN upload u ON u.id = t.upload_id
            WHERE t.workplace_id = :id AND t.superseded_at IS NULL
            ORDER BY f.name_vi COLLATE "vi-x-icu", t.averaging, t.measured_on, t.sampling_point, t.repeat"""),
        {"id": workplace_id},
    )
    return [MeasurementRow(*(*row[:25], _source(row[25:]))) for row in rows]


@dataclass(frozen=True)
class IncidentRow:
    """One accident as a page shows it."""

    id: int
    happened_on: date
    number: str
    severity: str
    severity_vi: str
    severity_en: str
    victims: int
    deaths: int
    seriously_injured: int
    cause_vi: str | None
    cause_en: str | None
    factor_vi: str | None
    factor_en: str | None
    lost_days: int | None
    place: str | None
    source: Source


def incidents_of(conn: Connection, workplace_id: int) -> list[IncidentRow]:
    """Every current accident of a workplace, the last first."""
    rows = conn.execute(
        text(f"""
            SELECT t.id, t.happened_on, t.number, t.severity, s.name_vi, s.name_en, t.victims, t.deaths,
                   t.seriously_injured, c.name_vi, c.name_en, f.name_vi, f.name_en, t.lost_days, t.place, {_SOURCE}
            FROM incident t
            LEFT JOIN upload u ON u.id = t.upload_id
            LEFT JOIN code_list s ON s.list = 'severity' AND s.code = t.severity
            LEFT JOIN code_list c ON c.list = t.cause_list AND c.code = t.cause
            LEFT JOIN code_list f ON f.list = t.factor_list AND f.code = t.injury_factor
            WHERE t.workplace_id = :id AND t.superseded_at IS NULL ORDER BY t.happened_on DESC, t.number"""),
        {"id": workplace_id},
    )
    return [IncidentRow(*(*row[:15], _source(row[15:]))) for row in rows]


def _source(parts: tuple[object, ...]) -> Source:
    file_name, line, upload_id, synthetic = parts
    return Source(str(file_name or ""), int(str(line)), int(str(upload_id)), bool(synthetic))
