"""The whole sample in one transaction of the owner: whole or absent, and at most once for each seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, text

from gisdb.access.accounts import operator
from gisdb.engine import Database
from gisdb.errors import Conflict, InputError
from gisdb.progress import Progress, silent
from gisdb.registers import register
from gisdb.turn import take_turn
from loaders.sample import measurement_records
from loaders.sample.bulk import rebuilt_indexes
from loaders.sample.industries import Industries, industries
from loaders.sample.measurements import draw_chunk, plan
from loaders.sample.places import read_places
from loaders.sample.records import AnyCursor, Written, close_upload, open_upload, write_rows
from loaders.sample.totals import TOTAL_FIELDS, total_rows
from loaders.sample.workplaces import WORKPLACE_FIELDS, Workplaces, code_prefix, draw_workplaces, workplace_rows
from loaders.sample.years import INCIDENT_FIELDS, YEAR_FIELDS, draw_years, incident_rows, year_rows
from loaders.tables.stage import driver

SEED = 2025
MOST_WORKPLACES, MOST_MEASUREMENTS = 999_999, 200_000_000

# Beside the seed, in the uploads: another version of this generator is another sample.
_GENERATOR = "sample/2"

# From here on rebuilding a table's indexes is cheaper than growing them, if the table is not larger already.
_MANY = 10_000

# Each part of the sample draws from its own stream, so that more measurements leave the workplaces as they are.
_PLACES, _WORKPLACES, _YEARS, _INCIDENTS, _PLAN, _MEASUREMENTS, _TOTALS = range(7)


@dataclass(frozen=True)
class SampleReceipt:
    """What the database holds of this seed's sample; ``added`` is false where it was there before."""

    seed: int
    added: bool
    workplaces: int
    workplace_years: int
    measurements: int
    incidents: int
    reported_totals: int


def load_sample(
    database: Database,
    *,
    workplaces: int,
    measurements: int,
    seed: int = SEED,
    progress: Progress = silent,
) -> SampleReceipt:
    """Add a sample of ``workplaces`` and ``measurements``, 2021 to October 2026, marked as synthetic.

    Where this seed's sample is there already, of whatever size, nothing is done and its size is told.

    Raises:
        InputError: ``sample_size_impossible``.
        Conflict: ``sample_needs_boundaries``; ``sample_codes_taken`` where another file brought workplaces of these codes.
        ConfigError: ``owner_url_missing``.
    """
    if not (1 <= workplaces <= MOST_WORKPLACES and 0 <= measurements <= MOST_MEASUREMENTS and seed >= 0):
        raise InputError("sample_size_impossible", most_workplaces=MOST_WORKPLACES, most_measurements=MOST_MEASUREMENTS)
    with database.owner() as conn:
        take_turn(conn)
        before = _there(conn, seed)
        if before:
            return before
        taken = conn.execute(_TAKEN, {"like": f"{code_prefix(seed)}%"}).scalar()
        if taken:
            raise Conflict("sample_codes_taken", seed=seed, code=taken)
        conn.execute(text("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"))
        return _Load(conn, seed, workplaces, measurements, progress).run()


_TAKEN = text("SELECT min(code) FROM workplace WHERE code LIKE :like")


def _there(conn: Connection, seed: int) -> SampleReceipt | None:
    rows = conn.execute(
        text("""SELECT register, (counts->>'added')::int AS added, (reading->>'workplaces')::int AS workplaces FROM upload
                WHERE synthetic AND state = 'committed' AND reading->>'generator' IS NOT NULL
                  AND (reading->>'seed')::int = :seed"""),
        {"seed": seed},
    ).all()
    if not rows:
        return None
    return SampleReceipt(seed, False, **{row.register: row.added for row in rows} | {"workplaces": rows[0].workplaces})


class _Load:
    """One sample on its way in."""

    def __init__(self, conn: Connection, seed: int, workplaces: int, measurements: int, progress: Progress) -> None:
        self._conn = conn
        self._cursor: AnyCursor = driver(conn).cursor()
        self._seed, self._workplaces, self._measurements = seed, workplaces, measurements
        self._tell = progress
        self._account = operator(conn).id
        self._industries: Industries = industries()
        asked = {"workplaces": workplaces, "measurements": measurements}
        self._reading = json.dumps({"generator": _GENERATOR, "seed": seed, **asked})

    def run(self) -> SampleReceipt:
        self._tell("step_sample_workplaces", count=self._workplaces)
        made, states = self._write_workplaces()
        self._tell("step_sample_years")
        draw = self._stream(_YEARS)
        years = draw_years(self._industries, made, draw)
        _, rows_of_years = self._write("workplace_years", YEAR_FIELDS, year_rows(made, years))
        incidents = incident_rows(self._industries, made, years, self._seed, self._stream(_INCIDENTS))
        upload, rows_of_incidents = self._write("incidents", INCIDENT_FIELDS, incidents)
        reported = total_rows(self._conn, upload, self._stream(_TOTALS))
        _, rows_of_totals = self._write("reported_totals", TOTAL_FIELDS, reported)
        self._write_measurements(made, states)
        self._tell("step_sample_rollups")
        self._cursor.execute("SELECT rebuild_rollups()")
        self._cursor.execute(
            "ANALYZE workplace, workplace_state, workplace_year, incident, reported_total, measurement, rollup, upload"
        )
        return SampleReceipt(
            seed=self._seed,
            added=True,
            workplaces=self._workplaces,
            workplace_years=rows_of_years,
            measurements=self._measurements,
            incidents=rows_of_incidents,
            reported_totals=rows_of_totals,
        )

    def _stream(self, part: int, *more: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, part, *more])

    def _open(self, name: str) -> int:
        label = f"Dữ liệu mẫu (seed {self._seed})"
        return open_upload(self._cursor, register(name), self._account, label, self._reading)

    def _write(self, name: str, fields: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[int, int]:
        upload = self._open(name)
        written = write_rows(self._cursor, register(name), fields, rows, upload)
        close_upload(self._cursor, upload, written)
        return upload, written.rows

    def _write_workplaces(self) -> tuple[Workplaces, int]:
        places = read_places(self._conn, self._stream(_PLACES))
        made = draw_workplaces(
            self._conn, places, self._industries, self._stream(_WORKPLACES), count=self._workplaces, seed=self._seed
        )
        rows = workplace_rows(places, self._industries, made)
        upload, _ = self._write("workplaces", WORKPLACE_FIELDS, rows)
        self._cursor.execute("ANALYZE workplace, workplace_state")
        return made, upload

    def _write_measurements(self, made: Workplaces, states: int) -> None:
        self._tell("step_sample_measurements", done=0, total=self._measurements)
        upload, written = self._open("measurements"), Written()
        if self._measurements:
            if self._measurements >= max(_MANY, self._rows_there()):
                with rebuilt_indexes(self._cursor, "measurement"):
                    self._write_chunks(made, states, upload, written)
                    self._tell("step_sample_indexes")
            else:
                self._write_chunks(made, states, upload, written)
        close_upload(self._cursor, upload, written)

    def _rows_there(self) -> int:
        return int(self._conn.execute(text("SELECT count(*) FROM measurement")).scalar_one())

    def _write_chunks(self, made: Workplaces, states: int, upload: int, written: Written) -> None:
        campaign = plan(self._industries, made, self._measurements, self._stream(_PLAN))
        measurement_records.prepare(self._cursor, self._industries, made, campaign, states)
        days = measurement_records.limit_days(self._cursor)
        for start, stop in campaign.chunks():
            draw = self._stream(_MEASUREMENTS, start)
            chunk = draw_chunk(self._industries, made, campaign, draw, workplaces=(start, stop), limit_days=days)
            measurement_records.write_chunk(self._cursor, chunk, upload, written)
            self._tell("step_sample_measurements", done=written.rows, total=self._measurements)
