"""Acts of boundaries, entered as a file: what each kind does to units, land, lineage and what lies there."""

from __future__ import annotations

import pytest
import shapely

from tests.loaders.units.conftest import Office, cell

DAY = "01/01/2026"
THEN, NOW = "2025-12-31", "2026-01-01"


def test_a_renamed_province_is_another_unit_with_the_same_land_and_its_communes_stay(office: Office) -> None:
    communes = office.rows("SELECT id FROM admin_unit WHERE level = 'commune' ORDER BY id")
    report = office.apply(f"rename;{DAY};province;01;;Thành phố Một;Thành phố;;;30/2026/QH16")
    assert office.names("province", THEN)["01"] == "Tỉnh Một"
    assert office.names("province", NOW)["01"] == "Thành phố Một"
    assert office.land("province", "01", NOW) == office.land("province", "01", THEN)
    assert office.lineage("province", NOW) == [("01", "01", "renamed", 1.0)]
    assert office.rows("SELECT id FROM admin_unit WHERE level = 'commune' ORDER BY id") == communes
    assert office.one("SELECT kind FROM admin_unit WHERE name_vi = 'Thành phố Một'") == "thanh_pho"
    assert office.rows("SELECT name FROM unit_name WHERE folded = 'mot'") == [("Mot",), ("Một",)]
    assert office.rows(
        "SELECT count(*) FROM unit_shape s JOIN admin_unit u ON u.id = s.unit_id WHERE u.name_vi = 'Thành phố Một'"
    ) == [(2,)]
    # The same land, so the account of the province sees on.
    assert [(one.login, one.successors) for one in report.accounts_moved] == [("so01", "Thành phố Một (01)")]
    assert office.one("SELECT u.name_vi FROM account a JOIN admin_unit u ON u.id = a.unit_id WHERE login = 'so01'") == (
        "Thành phố Một"
    )


def test_a_merge_into_a_unit_keeps_its_name_and_adds_the_land(office: Office) -> None:
    report = office.apply(f"merge;{DAY};commune;202;201;;;;;12/NQ")
    assert sorted(office.names("commune", NOW)) == ["201", "203", "204", "205", "206", "207", "208"]
    assert office.land("commune", "201", NOW) == {"p00", "p01", "p10", "p11"}
    assert office.lineage("commune", NOW) == [("201", "201", "merged", 1.0), ("202", "201", "merged", 1.0)]
    assert office.one("SELECT ST_Area(geom) FROM admin_unit WHERE code = '201' AND upper_inf(valid)") == pytest.approx(
        1
    )
    assert (report.steps[0].pieces_moved, report.steps[0].lower) == (2, {})


def test_a_merge_of_provinces_makes_a_new_one_and_leaves_wider_accounts_to_the_administrator(office: Office) -> None:
    report = office.apply(f"merge;{DAY};province;01|02;90;Tỉnh Nam Bộ;;;;12/QH")
    assert office.names("province", NOW) == {"03": "Tỉnh Ba", "04": "Tỉnh Bốn", "90": "Tỉnh Nam Bộ"}
    assert [one.login for one in report.accounts_left] == ["so01", "so02"]
    assert report.steps[0].lower == {"commune": 4}
    assert office.one("SELECT u.code FROM account a JOIN admin_unit u ON u.id = a.unit_id WHERE login = 'so01'") == "01"


def test_a_province_is_split_by_its_communes_and_totals_that_it_reported_are_not_divisible(office: Office) -> None:
    report = office.apply(
        f"split;{DAY};province;02;02;;;commune:203;;12/QH",
        f"split;{DAY};province;02;05;Tỉnh Năm;;;;12/QH",
    )
    assert office.land("province", "02", NOW) == {"p02", "p12"}
    assert office.land("province", "05", NOW) == {"p03", "p13"}
    assert office.lineage("province", NOW) == [("02", "02", "split", 0.5), ("02", "05", "split", 0.5)]
    assert report.effects.not_divisible == 1
    assert [one.login for one in report.accounts_left] == ["so02"]


def test_a_drawn_line_cuts_pieces_and_workplaces_go_where_their_points_lie(office: Office) -> None:
    # West of 105.25: half of the two pieces of commune 201, drawn generously beyond its border.
    report = office.apply(
        f"split;{DAY};commune;201;;;;;;12/NQ",
        f"split;{DAY};commune;201;301;Xã Tây;;;;12/NQ",
        shapes={"301": shapely.box(104.9, 9.9, 105.25, 11)},
    )
    assert report.steps[0].pieces_cut == 2
    assert office.land("commune", "301", NOW) == {"p00/1", "p10/1"}
    assert office.land("commune", "201", NOW) == {"p00/2", "p10/2"}
    assert office.land("commune", "101", "2025-01-01") == {"p00/1", "p00/2"}
    assert office.land("province", "01", "2025-01-01") >= {"p00/1", "p10/2"}
    assert office.one("SELECT geom FROM piece WHERE code = 'p00'") is None
    placed = dict(
        office.rows(
            "SELECT w.code, p.code FROM workplace_state s JOIN workplace w ON w.id = s.workplace_id JOIN piece p ON p.id = s.piece_id"
        )
    )
    assert placed["P"] == "p00/1"
    # Known only by the former commune, which was one piece and is two now.
    former = office.one("SELECT id FROM admin_unit WHERE code = '101'")
    assert placed["O"] == f"?{former}"
    # Accidents lie by their own points, and records with their workplaces.
    assert office.rows(
        "SELECT i.number, p.code FROM incident i JOIN piece p ON p.id = i.place_piece_id ORDER BY 1"
    ) == [
        ("TN-1", "p00/1"),
        ("TN-2", "p00/2"),
    ]
    assert report.effects.workplaces == 2
    assert report.effects.records == 5
    assert report.effects.cells > 0
    assert office.one("SELECT count(*) FROM rollup r JOIN piece p ON p.id = r.piece_id WHERE p.code = 'p00'") == 0


def test_a_moved_commune_stays_and_the_units_above_begin_anew(office: Office) -> None:
    before = office.one("SELECT id FROM admin_unit WHERE code = '202'")
    report = office.apply(f"move;{DAY};xã;202;;;;;tỉnh:02;12/QH")
    assert office.one("SELECT id FROM admin_unit WHERE code = '202'") == before
    assert office.land("province", "01", NOW) == {"p00", "p10"}
    assert office.land("province", "02", NOW) == {"p01", "p02", "p03", "p11", "p12", "p13"}
    assert office.lineage("province", NOW) == [
        ("01", "01", "split", 0.5),
        ("01", "02", "split", 0.5),
        ("02", "02", "merged", 1.0),
    ]
    assert office.one(
        "SELECT ST_Area(geom) FROM admin_unit WHERE level = 'province' AND code = '02' AND upper_inf(valid)"
    ) == (pytest.approx(1.5))
    assert (report.steps[0].pieces_moved, report.steps[0].area_km2 > 5000) == (2, True)


def test_several_steps_of_one_day_make_one_new_unit_each(office: Office) -> None:
    office.apply(
        f"move;{DAY};commune;202;;;;;province:02;12/QH",
        f"rename;{DAY};province;02;;Thành phố Hai;;;;12/QH",
        f"merge;{DAY};commune;202 203;203;Phường Giữa;phuong;;;13/NQ",
    )
    assert office.rows("SELECT count(*) FROM admin_unit WHERE level = 'province' AND code = '02'") == [(3,)]
    assert office.names("province", NOW)["02"] == "Thành phố Hai"
    assert office.land("commune", "203", NOW) == {"p01", "p02", "p11", "p12"}
    assert office.names("commune", NOW)["203"] == "Phường Giữa"


def test_a_level_can_come_back_from_the_units_below_or_from_a_drawing(office: Office) -> None:
    office.apply(
        f"create;{DAY};district;;D1;Huyện Tái Lập;;commune:201 commune:202;;12/QH",
        f"create;{DAY};district;;D2;Huyện Vẽ;;;;12/QH",
        shapes={"D2": shapely.union(cell(0, 2), shapely.box(106.5, 10, 106.75, 10.5))},
    )
    assert office.land("district", "D1", NOW) == {"p00", "p01", "p10", "p11"}
    assert office.land("district", "D2", NOW) == {"p02", "p03/1"}
    assert office.land("commune", "204", NOW) == {"p03/1", "p03/2", "p13"}
    assert (
        office.one("SELECT p.code FROM admin_unit u JOIN admin_unit p ON p.id = u.parent_id WHERE u.code = 'D1'")
        == "01"
    )


def test_a_unit_of_the_day_is_amended_where_another_file_began_it(office: Office) -> None:
    office.apply(f"rename;{DAY};province;01;;Thành phố Một;;;;12/QH")
    report = office.apply(f"rename;{DAY};province;01;;Thành phố Mốt;;;;13/QH")
    assert report.steps[0].amended == ("Thành phố Mốt (01)",)
    assert office.rows("SELECT count(*) FROM admin_unit WHERE level = 'province' AND code = '01'") == [(3,)]
    assert [
        row[0] for row in office.rows("SELECT name FROM unit_name WHERE folded LIKE '%mot' AND name LIKE 'Thành%'")
    ] == ["Thành phố Mốt"]


def test_a_dry_run_tells_everything_and_keeps_nothing(office: Office) -> None:
    before = office.contents()
    tried = office.apply(f"move;{DAY};commune;202;;;;;province:02;12/QH", dry_run=True)
    assert (tried.dry_run, tried.change) == (True, None)
    assert office.contents() == before
    assert office.rows("SELECT count(*) FROM unit_change") == [(0,)]
    done = office.apply(f"move;{DAY};commune;202;;;;;province:02;12/QH")
    assert (done.steps, done.effects, done.accounts_left) == (tried.steps, tried.effects, tried.accounts_left)


def test_what_is_stored_of_a_change_never_holds_a_password(office: Office) -> None:
    office.apply(f"rename;{DAY};province;01;;Thành phố Một;;;;12/QH")
    kept = office.rows("SELECT after::text FROM unit_change_row WHERE table_name = 'account'")
    assert len(kept) == 1
    assert "password" not in kept[0][0]


def test_the_maps_of_both_days_still_fit_together(office: Office) -> None:
    office.apply(
        f"split;{DAY};commune;206;;;;;;12/NQ",
        f"split;{DAY};commune;206;301;Xã Lệch;;;;12/NQ",
        shapes={"301": shapely.Polygon([(105.5, 11.0), (105.8, 11.0), (105.7, 11.4), (105.5, 11.37)])},
    )
    for day, count in ((THEN, 8), (NOW, 9)):
        for detail in (0, 1):
            drawn = office.rows(
                """SELECT ST_AsBinary(s.geom) FROM admin_unit u JOIN unit_shape s ON s.unit_id = u.id AND s.detail = :detail
                   WHERE u.level = 'commune' AND u.valid @> CAST(:day AS date)""",
                day=day,
                detail=detail,
            )
            assert len(drawn) == count
            assert shapely.coverage_is_valid(shapely.from_wkb([bytes(row[0]) for row in drawn])), (day, detail)
