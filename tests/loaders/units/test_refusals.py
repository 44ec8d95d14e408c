"""Files of changes that do not hold together: every problem at once, each with its line, and nothing done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shapely

from gisdb.errors import InputError
from gisdb.messages import LANGUAGES
from loaders.units import RefusedError, apply_changes
from loaders.units.report import told
from tests.loaders.units.conftest import HEADER, Office

DAY = "01/01/2026"


@pytest.fixture
def untouched(office: Office) -> Iterator[Office]:
    """The country; a refused file leaves every row as it was."""
    before = office.contents()
    yield office
    assert office.contents() == before
    assert office.rows("SELECT count(*) FROM unit_change") == [(0,)]


def test_every_problem_of_a_file_is_told_at_once(untouched: Office) -> None:
    assert untouched.refused(
        f"vanish;{DAY};province;01;;X;;;;12/QH",
        "rename;31/02/2026;province;01;;X;;;;12/QH",
        "rename;01/01/2036;province;01;;X;;;;12/QH",
        f"rename;{DAY};country;VN;;X;;;;12/QH",
        f"rename;{DAY};province;01;;Tỉnh Khác;;;;",
        f"rename;{DAY};province;02;;Tỉnh Hai;;;;12/QH",
        f"rename;{DAY};province;99;;Tỉnh Lạ;;;;12/QH",
        f"rename;{DAY};province;03;04;Tỉnh Ba;;;;12/QH",
        f"rename;{DAY};commune;101;;Xã Cũ;;;;12/QH",
        "rename;01/01/2025;commune;201;;Xã Sớm;;;;12/QH",
        "rename;01/01/2025;province;01;;Tỉnh Sớm;;;;12/QH",
        f"move;{DAY};commune;201;;;;;79;12/QH",
    ) == [
        (2, "change_unknown"),
        (3, "day_impossible"),
        (4, "change_far_future"),
        (5, "change_level_unknown"),
        (6, "change_act_missing"),
        (7, "change_nothing"),
        (8, "change_unit_unknown"),
        (9, "change_code_taken"),
        (10, "change_unit_ended"),
        (11, "change_unit_begins_later"),
        (12, "change_unit_changed_later"),
        (13, "change_reference_malformed"),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("merge;{};commune;201 202;299;;;;;12/NQ", "merge_target_unknown"),
        ("merge;{};commune;201;290;Xã Mới;;;;12/NQ", "merge_needs_two"),
        ("merge;{};commune;201 202;;Xã Mới;;;;12/NQ", "merge_code_missing"),
        ("merge;{};commune;202 203;203;;;;;12/NQ", "change_parents_differ"),
        ("merge;{};commune;201 202;203;Xã Mới;;;;12/NQ", "change_code_taken"),
        ("move;{};commune;201;;;;;province:01;12/NQ", "move_already_there"),
        ("move;{};commune;201 202;;;;;province:02;12/NQ", "move_empties"),
        ("move;{};commune;201;;;;;;12/NQ", "move_parent_missing"),
        ("move;{};commune;;;;;;province:02;12/NQ", "move_needs_units"),
        ("create;{};district;;D1;Huyện;;;;12/NQ", "change_land_missing"),
        ("create;{};district;;;Huyện;;commune:201;;12/NQ", "change_code_missing"),
        ("create;{};district;;D1;;;commune:201;;12/NQ", "change_name_missing"),
        ("create;{};district;201;D1;Huyện;;commune:201;;12/NQ", "create_has_source"),
        ("create;{};province;;05;Tỉnh;;commune:201;;12/NQ", "create_land_held"),
        ("create;{};district;;D1;Huyện;;commune:202 commune:203;;12/NQ", "change_parents_differ"),
        ("create;{};district;;D1;Huyện;;province:01;;12/NQ", "part_not_lower"),
        ("split;{};province;01;05;Tỉnh Năm;;commune:201;;12/NQ", "split_one_result"),
        ("rename;{};commune;201 202;;Xã Chung;;;;12/NQ", "change_one_source"),
    ],
)
def test_one_line_that_cannot_be(untouched: Office, line: str, code: str) -> None:
    assert untouched.refused(line.format(DAY)) == [(2, code)]


def test_parts_that_do_not_make_up_the_unit(untouched: Office) -> None:
    split = f"split;{DAY};province;01"
    assert untouched.refused(
        f"{split};01;;;commune:201;;12/NQ",
        f"{split};05;Tỉnh Năm;;commune:203;;12/NQ",
        f"{split};06;Tỉnh Sáu;;commune:201;;12/NQ",
        f"{split};07;Tỉnh Bảy;;;;12/NQ",
    ) == [(3, "part_outside"), (3, "split_part_empty"), (4, "part_twice"), (4, "split_part_empty")]


def test_two_parts_of_one_code_or_two_rests(untouched: Office) -> None:
    split = f"split;{DAY};province;01"
    assert untouched.refused(
        f"{split};01;;;commune:201;;12/NQ",
        f"{split};06;Tỉnh Bảy;;;;12/NQ",
        f"{split};06;Tỉnh Tám;;;;12/NQ",
    ) == [(4, "change_code_twice"), (4, "split_two_rests")]


def test_a_split_that_leaves_land_over_says_which(untouched: Office) -> None:
    with pytest.raises(RefusedError) as refused:
        untouched.apply(
            f"split;{DAY};province;03;03;;;commune:205;;12/NQ",
            f"split;{DAY};province;03;05;Tỉnh Năm;;commune:203;;12/NQ",
        )
    gap = next(one for one in refused.value.report.problems if one.code == "split_gap")
    assert gap.params["where"] == "Xã Mới 206 (206)"


def test_drawings_that_leave_gaps_overlap_or_lie_elsewhere(untouched: Office) -> None:
    lines = (f"split;{DAY};commune;201;201;;;;;12/NQ", f"split;{DAY};commune;201;301;Xã Tây;;;;12/NQ")
    west, east = shapely.box(105, 10, 105.3, 11), shapely.box(105.2, 10, 105.5, 11)
    assert untouched.refused(*lines, shapes={"201": east, "301": west}) == [(3, "split_overlap")]
    narrow = shapely.box(105, 10, 105.1, 11)
    assert untouched.refused(*lines, shapes={"201": east, "301": narrow}) == [(2, "split_gap")]
    elsewhere = shapely.box(106.3, 11.2, 106.8, 11.8)
    assert (3, "change_shape_elsewhere") in untouched.refused(*lines, shapes={"301": elsewhere})


def test_a_drawn_unit_that_lies_in_two_provinces(untouched: Office) -> None:
    across = {"D1": shapely.box(105.7, 10.1, 106.3, 10.9)}
    assert untouched.refused(f"create;{DAY};district;;D1;Huyện Vẽ;;;;12/NQ", shapes=across) == [
        (2, "change_parents_differ")
    ]


def test_what_follows_from_a_bad_line_is_not_told_again(untouched: Office) -> None:
    assert untouched.refused(
        f"merge;{DAY};commune;201 299;210;Xã Gộp;;;;12/NQ", f"rename;{DAY};commune;210;;Xã Gộp Lớn;;;;12/NQ"
    ) == [(2, "change_unit_unknown")]


def test_a_later_line_sees_what_an_earlier_one_made(untouched: Office) -> None:
    first = f"merge;{DAY};commune;201 202;201;;;;;12/NQ"
    assert untouched.refused(first, f"rename;{DAY};commune;202;;Xã Mất;;;;12/NQ") == [(3, "change_unit_ended")]


def test_a_unit_that_another_file_began_on_the_day_cannot_end_on_it(office: Office) -> None:
    office.apply(f"merge;{DAY};commune;201 202;290;Xã Gộp;;;;12/NQ")
    assert office.refused(
        f"split;{DAY};commune;290;290;;;;;13/NQ", f"split;{DAY};commune;290;291;Xã Phần;;;;13/NQ"
    ) == [
        (2, "change_unit_began_that_day"),
        (3, "split_two_rests"),
    ]


def test_a_header_that_is_not_ours_and_a_file_without_lines(untouched: Office) -> None:
    path = untouched.write(f"rename;{DAY};province;01;X", header="change;day;level;from;tên lạ")
    with pytest.raises(RefusedError) as refused:
        apply_changes(untouched.database, path)
    assert [(one.code, one.column) for one in refused.value.report.problems] == [
        ("changes_header_unknown", None),
        ("change_column_missing", "legal_act"),
    ]
    assert untouched.refused() == [(None, "changes_empty")]


def test_a_file_of_shapes_must_name_the_units(untouched: Office) -> None:
    lines = (f"split;{DAY};commune;201;201;;;;;12/NQ", f"split;{DAY};commune;201;301;Xã Tây;;;;12/NQ")
    with pytest.raises(InputError) as refused:
        untouched.apply(*lines, shapes={"khác": shapely.box(105, 10, 105.3, 11)})
    assert refused.value.code == "change_shapes_code_missing"


def test_every_problem_says_what_to_do_in_both_languages(untouched: Office) -> None:
    with pytest.raises(RefusedError) as refused:
        untouched.apply(
            f"merge;{DAY};commune;202 203;203;;;;;12/NQ", f"rename;{DAY};commune;299;;Xã Lạ;;;;12/NQ", "x;y;z;;;;;;;"
        )
    for problem in refused.value.report.problems:
        for language in LANGUAGES:
            said = told(problem, language)
            assert said["fix"]
            assert "?" not in str(said["text"]) + str(said["fix"])
    assert HEADER.count(";") == 9
