"""Taking a change back: everything as it was, or a refusal that says what rests upon it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text

from gisdb.access.accounts import operator
from gisdb.errors import Conflict, NotFound
from gisdb.registers import register
from loaders.tables import import_file
from loaders.units import apply_changes, revert_change
from tests.gisdb.indicators.counting import assert_rollups_are_a_recount
from tests.loaders.units.conftest import Office

DAY = "01/01/2026"
RENAME = f"rename;{DAY};province;01;;Thành phố Một;;;;12/QH"
SPLIT = (f"split;{DAY};commune;201;;;;;;12/NQ", f"split;{DAY};commune;201;301;Xã Tây;;;;12/NQ")
STEPS = 5
WESTERN = {"301": shapely.box(104.9, 9.9, 105.25, 11)}


class Acts:
    """Draws changes that the country allows as it is, each on a later day."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random, self.day, self.drawn = office, random.Random(seed), date(2025, 8, 1), 0

    def next(self) -> tuple[tuple[str, ...], dict[str, shapely.Geometry] | None]:
        self.day += timedelta(days=self.random.choice((0, 1, 60)))
        self.drawn += 1
        kinds = ["rename", "merge", "divide", "cut", "move"]
        # A district would bind the communes that are merged or moved after it.
        kind = self.random.choice(kinds) if self.drawn < STEPS else "create"
        # A unit that began this very day cannot end on it in another file.
        if kind in {"merge", "divide", "cut"}:
            self.day += timedelta(days=1)
        return getattr(self, f"_{kind}")()  # type: ignore[no-any-return]

    def _units(self, level: str) -> list[str]:
        return list(self.office.names(level, self.day.isoformat()))

    def _line(self, change: str, level: str, *cells: str) -> str:
        return ";".join((change, f"{self.day:%d/%m/%Y}", level, *cells, f"{self.random.randrange(1000)}/NQ"))

    def _code(self) -> str:
        return f"n{self.random.randrange(10**6)}"

    def _rename(self) -> tuple[tuple[str, ...], None]:
        level = self.random.choice(("province", "commune"))
        name = f"Xã Tên {self.random.randrange(10**6)}"
        return (self._line("rename", level, self.random.choice(self._units(level)), "", name, "", "", ""),), None

    def _communes(self, province: str) -> list[str]:
        land = self.office.land("province", province, self.day.isoformat())
        return [one for one in self._units("commune") if self.office.land("commune", one, self.day.isoformat()) <= land]

    def _merge(self) -> tuple[tuple[str, ...], None]:
        several = [found for one in self._units("province") if len(found := self._communes(one)) > 1]
        two = self.random.sample(self.random.choice(several), 2) if several else self._units("province")[:2]
        level = "commune" if several else "province"
        name = self.random.choice(("", "Xã Hợp Nhất"))
        return (self._line("merge", level, " ".join(two), self._code() if name else two[0], name, "", "", ""),), None

    def _divide(self) -> tuple[tuple[str, ...], dict[str, shapely.Geometry] | None]:
        for province in self._units("province"):
            communes = self._communes(province)
            if len(communes) > 1:
                part = self._line(
                    "split", "province", province, self._code(), "Tỉnh Phần", "", f"commune:{communes[0]}", ""
                )
                return (self._line("split", "province", province, "", "", "", "", ""), part), None
        return self._cut()

    def _cut(self) -> tuple[tuple[str, ...], dict[str, shapely.Geometry]]:
        commune, code = self.random.choice(self._units("commune")), self._code()
        ((shape,),) = self.office.rows(
            """SELECT ST_AsBinary(geom) FROM admin_unit
               WHERE level = 'commune' AND code = :code AND valid @> CAST(:day AS date)""",
            code=commune,
            day=self.day,
        )
        west, south, east, north = shapely.bounds(shapely.from_wkb(bytes(shape)))
        middle = west + (east - west) * self.random.uniform(0.3, 0.7)
        drawn = shapely.Polygon([(west, south), (middle, south), (middle + 0.01, north), (west, north)])
        rest = self._line("split", "commune", commune, "", "", "", "", "")
        return (rest, self._line("split", "commune", commune, code, "Xã Vẽ", "", "", "")), {code: drawn}

    def _move(self) -> tuple[tuple[str, ...], dict[str, shapely.Geometry] | None]:
        for province in self.random.sample(self._units("province"), len(self._units("province"))):
            communes = self._communes(province)
            others = [one for one in self._units("province") if one != province]
            if len(communes) > 1 and others:
                to = f"province:{self.random.choice(others)}"
                return (self._line("move", "commune", self.random.choice(communes), "", "", "", "", to),), None
        return self._rename()

    def _create(self) -> tuple[tuple[str, ...], None]:
        taken = {piece for one in self._units("district") for piece in self.office.land("district", one, str(self.day))}
        free = [one for one in self._units("commune") if not self.office.land("commune", one, str(self.day)) & taken]
        if not free:
            return self._rename()
        return (self._line("create", "district", "", self._code(), "Huyện Mới", "", f"commune:{free[0]}", ""),), None


def check_whole(office: Office) -> None:
    """What must hold of the country on every day, whatever was changed."""
    overlapping = office.rows(
        """SELECT u.level, up.piece_id FROM unit_piece up JOIN admin_unit u ON u.id = up.unit_id
           JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
           JOIN unit_piece other ON other.piece_id = up.piece_id AND other.unit_id > up.unit_id
           JOIN admin_unit o ON o.id = other.unit_id AND o.level = u.level AND o.valid && u.valid"""
    )
    assert overlapping == []
    bare = office.rows(
        """SELECT u.id FROM admin_unit u WHERE u.level <> 'district' AND NOT EXISTS (
               SELECT FROM unit_piece up WHERE up.unit_id = u.id)"""
    )
    assert bare == []
    drawn_otherwise = office.rows(
        """SELECT u.level, u.code FROM admin_unit u JOIN LATERAL (
               SELECT ST_Union(p.geom) AS geom FROM unit_piece up JOIN piece p ON p.id = up.piece_id WHERE up.unit_id = u.id
           ) AS land ON abs(ST_Area(u.geom) - ST_Area(land.geom)) > 1e-6"""
    )
    assert drawn_otherwise == []
    assert office.rows("SELECT from_id FROM unit_lineage GROUP BY 1 HAVING sum(share) <> 1") == []
    held = (
        "SELECT count(DISTINCT up.piece_id) FROM unit_piece up JOIN admin_unit u ON u.id = up.unit_id AND u.level = :level"
        " JOIN piece p ON p.id = up.piece_id AND p.geom IS NOT NULL WHERE u.valid @> CAST(:day AS date)"
    )
    area = office.one("SELECT count(*) FROM piece WHERE geom IS NOT NULL")
    for level in ("country", "province", "commune"):
        for day in ("2025-06-30", "2025-07-01", "2026-12-31"):
            assert office.one(held, level=level, day=day) == area
    with office.database.owner() as conn:
        assert_rollups_are_a_recount(conn)
        lost = "SELECT count(*) FROM workplace_state s LEFT JOIN unit_piece up ON up.piece_id = s.piece_id WHERE up.unit_id IS NULL"
        assert conn.execute(text(lost)).scalar_one() == 0


@pytest.mark.parametrize("seed", [0, *(pytest.param(one, marks=pytest.mark.soak) for one in range(1, 12))])
def test_any_changes_leave_a_whole_country_and_taken_back_leave_no_trace(office: Office, seed: int) -> None:
    acts, states, numbers = Acts(office, seed), [office.contents()], []
    for _ in range(STEPS):
        lines, shapes = acts.next()
        report = office.apply(*lines, shapes=shapes)
        check_whole(office)
        numbers.append(report.change or 0)
        states.append(office.contents())
    for number in reversed(numbers):
        states.pop()
        revert_change(office.database, number)
        assert office.contents() == states[-1], number


def test_taking_back_can_be_tried_first(office: Office) -> None:
    number = office.apply(*SPLIT, shapes=WESTERN).change
    assert number is not None
    before = office.contents()
    tried = revert_change(office.database, number, dry_run=True)
    assert office.contents() == before
    done = revert_change(office.database, number)
    assert (tried.dry_run, tried.rows, tried.workplaces, tried.records) == (True, done.rows, 2, 5)


def test_a_change_that_is_not_there_or_taken_back_already_is_refused(office: Office) -> None:
    number = office.apply(RENAME).change
    assert number is not None
    revert_change(office.database, number)
    with pytest.raises(Conflict) as refused:
        revert_change(office.database, number)
    assert refused.value.code == "change_reverted_already"
    with pytest.raises(NotFound):
        revert_change(office.database, number + 1)
    # And it can be applied again.
    assert office.apply(RENAME).change == number + 1


@pytest.mark.parametrize(
    "later",
    [
        "rename;02/01/2026;province;01;;Tỉnh Lại;;;;13/QH",
        # The moved commune holds cut pieces; its row and theirs stay as they are.
        "move;02/01/2026;commune;301;;;;;province:02;13/QH",
    ],
)
def test_a_later_change_must_be_taken_back_first(office: Office, later: str) -> None:
    number = office.apply(RENAME, *SPLIT, shapes=WESTERN).change
    assert number is not None
    last = office.apply(later).change
    with pytest.raises(Conflict) as refused:
        revert_change(office.database, number)
    assert (refused.value.code, refused.value.params["last"]) == ("change_built_upon", last)


def test_an_edit_by_hand_is_not_overwritten(office: Office) -> None:
    number = office.apply(RENAME).change
    assert number is not None
    with office.database.owner() as conn:
        conn.execute(text("UPDATE admin_unit SET name_en = 'One' WHERE name_vi = 'Thành phố Một'"))
    with pytest.raises(Conflict) as refused:
        revert_change(office.database, number)
    assert refused.value.code == "change_rows_edited"
    assert "admin_unit" in str(refused.value.params["rows"])


def test_units_that_new_workplaces_name_are_not_taken_away(office: Office) -> None:
    number = office.apply(*SPLIT, shapes=WESTERN).change
    assert number is not None
    before = office.contents()
    path = office.folder / "new.csv"
    path.write_text("code;name_vi;industry;commune;longitude;latitude\nX;Mới;14;301;105,1;10,6\n", "utf-8")
    with office.database.acting_as(None) as conn:
        who = operator(conn)
    assert import_file(office.database, who, register("workplaces"), path).done
    with pytest.raises(Conflict) as refused:
        revert_change(office.database, number)
    assert refused.value.code == "change_units_in_use"
    assert "workplace_state.declared_unit_id: 1" in str(refused.value.params["used"])
    assert before["admin_unit"] == office.contents()["admin_unit"]


def test_records_corrected_meanwhile_go_back_with_their_older_selves(office: Office) -> None:
    before = office.contents()
    number = office.apply(*SPLIT, shapes=WESTERN).change
    assert number is not None
    path = office.folder / "years.csv"
    path.write_text("workplace;year;workers;women;hours\nP;2025;120;60;240000\n", "utf-8")
    with office.database.acting_as(None) as conn:
        who = operator(conn)
    assert import_file(office.database, who, register("workplace_years"), path, confirmed=True).done
    revert_change(office.database, number)
    assert office.contents()["piece"] == before["piece"]
    assert office.rows(
        """SELECT DISTINCT p.code FROM workplace_year y JOIN workplace w ON w.id = y.workplace_id AND w.code = 'P'
           JOIN piece p ON p.id = y.piece_id"""
    ) == [("p00",)]


def test_a_file_is_applied_once(office: Office, tmp_path: Path) -> None:
    office.apply(RENAME)
    again = tmp_path / "copy.csv"
    again.write_bytes((office.folder / "changes.csv").read_bytes())
    with pytest.raises(Conflict) as refused:
        apply_changes(office.database, again)
    assert refused.value.code == "change_applied_already"
