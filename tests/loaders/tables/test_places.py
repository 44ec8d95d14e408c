"""The declared commune decides where a workplace lies; a point only among its pieces; only a survey contradicts it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.gisdb.indicators.counting import assert_rollups_are_a_recount
from tests.loaders.tables.conftest import Clerk, codes

HEAD = "code;name_vi;industry;commune;units_on;longitude;latitude\n"
# 26740 of today is made of piece a (106° to 107°) and piece b (107° to 108°).
TODAY, OLD = "01/07/2026", "01/06/2025"


def survey(clerk: Clerk, code: str, day: str, west: float, east: float) -> None:
    """A surveyed shape for a commune: from 10° to 11° north."""
    with clerk.database.owner() as conn:
        conn.execute(
            text("""WITH made AS (
                        INSERT INTO boundary_set (level, valid, title_vi, title_en, origin, licence, dated, source_crs,
                                                  encoding, sha256, surveyed)
                        VALUES ('commune', '[2025-07-01,)', 'Đo đạc', 'Survey', '', '', '', '', '', '', true) RETURNING id)
                    UPDATE admin_unit u SET boundary_set_id = made.id,
                           geom = ST_Multi(ST_MakeEnvelope(:west, 10, :east, 11, 4326))
                    FROM made WHERE u.level = 'commune' AND u.code = :code AND u.valid @> CAST(:day AS date)"""),
            {"code": code, "day": day, "west": west, "east": east},
        )


def again(clerk: Clerk) -> tuple[int, int]:
    with clerk.database.owner() as conn:
        states, records = conn.execute(text("SELECT states, records FROM place_again(NULL)")).one()
    return int(states), int(records)


def place(clerk: Clerk, code: str) -> tuple[str, bool, int | None]:
    [(piece, certain, outside)] = clerk.rows(
        """SELECT p.code, s.place_certain, s.outside_m FROM workplace_state s JOIN piece p ON p.id = s.piece_id
           WHERE s.code = :code AND s.superseded_at IS NULL""",
        code=code,
    )
    return piece, certain, outside


@pytest.mark.parametrize(
    ("commune", "day", "lon", "expected"),
    [
        ("26740", OLD, "", ("a", True)),
        ("26740", OLD, "109,5", ("a", True)),
        ("26740", TODAY, "106,5", ("a", True)),
        ("26740", TODAY, "107,5", ("b", True)),
        ("26740", TODAY, "109,5", ("b", True)),
        ("26740", TODAY, "", ("?6", False)),
    ],
)
def test_the_declared_commune_decides_and_the_point_only_among_its_pieces(
    newcomer: Clerk, commune: str, day: str, lon: str, expected: tuple[str, bool]
) -> None:
    lat = "10,5" if lon else ""
    receipt = newcomer.import_text("workplaces", f"{HEAD}X;Cơ sở;13;{commune};{day};{lon};{lat}\n", confirmed=True)
    assert receipt.done, list(receipt.problems)
    # A generalised boundary never raises a disagreement, unless the point is far outside the province too.
    assert "point_outside_commune" not in codes(receipt)
    assert ("point_outside_province" in codes(receipt)) == (lon == "109,5")
    assert place(newcomer, "X") == (*expected, None)


def test_a_surveyed_commune_contradicts_a_point_and_still_the_declaration_stands(newcomer: Clerk) -> None:
    survey(newcomer, "26740", "2026-01-01", 106, 107.5)
    line = f"{HEAD}X;Cơ sở;13;26740;{TODAY};107,7;10,5\n"
    warned = newcomer.import_text("workplaces", line)
    assert not warned.done
    [problem] = [one for one in warned.problems if one.code == "point_outside_commune"]
    # A fifth of a degree at 10.5° north.
    assert 21_800 < int(str(problem.params["metres"])) < 22_000
    assert newcomer.import_text("workplaces", line, confirmed=True).done
    piece, certain, outside = place(newcomer, "X")
    assert (piece, certain) == ("b", True)
    assert outside is not None
    assert 21_800 < outside < 22_000


def test_a_survey_of_the_other_vintage_decides_between_the_pieces(newcomer: Clerk) -> None:
    newcomer.import_text("workplaces", f"{HEAD}X;Cơ sở;13;26740;{TODAY};107,2;10,5\n")
    newcomer.measurements("X;Chuyền;12/03/2026;NOISE;86,5;dBA", decimal="comma")
    assert place(newcomer, "X")[0] == "b"
    # By survey the former commune 26740, piece a, reached to 107.4°.
    survey(newcomer, "26740", "2025-01-01", 106, 107.4)
    survey(newcomer, "26743", "2025-01-01", 107.4, 108)
    assert again(newcomer) == (1, 1)
    assert place(newcomer, "X")[0] == "a"
    [(piece,)] = newcomer.rows("SELECT DISTINCT p.code FROM measurement m JOIN piece p ON p.id = m.piece_id")
    assert piece == "a"
    with newcomer.database.owner() as conn:
        assert_rollups_are_a_recount(conn)
    assert again(newcomer) == (0, 0)


def test_what_a_unit_reported_follows_its_pieces(newcomer: Clerk) -> None:
    total = "level,unit,period,item,value,source\ncommune,26743,2024,cases,7.0,Báo cáo\n"
    assert newcomer.import_text("reported_totals", total, decimal="point").done
    with newcomer.database.owner() as conn:
        # A later act cuts piece b in two: the commune's only piece is now two.
        conn.execute(text("INSERT INTO piece (code, geom) SELECT 'b2', geom FROM piece WHERE code = 'b'"))
        conn.execute(
            text("""INSERT INTO unit_piece SELECT up.unit_id, n.id FROM unit_piece up
                    JOIN piece b ON b.id = up.piece_id AND b.code = 'b' JOIN piece n ON n.code = 'b2'""")
        )
        conn.execute(text("SELECT refresh_uncertain_pieces()"))
    assert again(newcomer) == (0, 1)
    [(piece,)] = newcomer.rows("SELECT p.code FROM reported_total t JOIN piece p ON p.id = t.piece_id")
    assert piece.startswith("?")
