"""The time axis of the form, on units that no country has: it knows only what the units say."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from flask import Flask

from gisdb.geography.timeline import Band, LevelTime
from gisdb.geography.units import Level
from webmap.maps.axis import Axis, draw_axis

TODAY = date(2004, 6, 30)
CHANGE, LATER = date(2002, 3, 15), date(2003, 10, 1)
SHIRES = LevelTime(
    Level("shire", 1, "Quận", "Shire"),
    (Band(date(1900, 1, 1), CHANGE, 12), Band(CHANGE, LATER, 7), Band(LATER, None, 7)),
)
PARISHES = LevelTime(Level("parish", 2, "Xứ", "Parish"), (Band(date(1900, 1, 1), CHANGE, 4321),))


@pytest.fixture
def axis(map_app: Flask) -> Axis:
    with map_app.test_request_context("/?lang=en"):
        return draw_axis([SHIRES, PARISHES], "shire", date(2002, 5, 7), TODAY, [2001, 2002, 2003])


def test_the_axis_runs_from_before_the_first_change_to_today(axis: Axis) -> None:
    assert (axis.first, axis.last) == ("2000-01-01", "2004-06-30")
    assert axis.length == (TODAY - date(2000, 1, 1)).days


def test_bands_follow_each_other_without_a_gap_and_say_how_many_units(axis: Axis) -> None:
    shires = [band for band in axis.bands if band.level == "shire"]
    assert [band.label for band in shires] == ["12 (shire)", "7 (shire)", "7 (shire)"]
    assert shires[0].left == 0
    for band, following in pairwise(shires):
        assert band.left + band.width == pytest.approx(following.left, abs=0.01)
    assert shires[-1].left + shires[-1].width == pytest.approx(100, abs=0.01)


def test_a_level_that_ended_has_no_band_after_its_end_and_only_the_asked_level_is_shown(axis: Axis) -> None:
    (parishes,) = [band for band in axis.bands if band.level == "parish"]
    assert parishes.label == "4,321 (parish)"
    assert parishes.width < 60
    assert [band.level for band in axis.bands if band.shown] == ["shire"] * 3
    assert axis.level_days["parish"] == [["1900-01-01", "2002-03-15"]]


def test_every_change_has_a_mark_with_its_date_even_where_the_number_of_units_stays(axis: Axis) -> None:
    assert [(mark.day, mark.text, mark.levels) for mark in axis.changes] == [
        ("2002-03-15", "15 March 2002", "shire parish"),
        ("2003-10-01", "1 October 2003", "shire"),
    ]


def test_dates_of_changes_stand_neither_on_each_other_nor_over_the_end(map_app: Flask) -> None:
    busy = [date(2000, 2, 1), CHANGE, date(2002, 9, 1), date(2004, 6, 1)]
    bands = [Band(first, end, 5) for first, end in pairwise([date(1990, 1, 1), *busy])]
    with map_app.test_request_context("/"):
        drawn = draw_axis([LevelTime(SHIRES.level, bands)], "shire", TODAY, TODAY, [1999])
    # The last band ends on the last change: nothing of the level is left after it.
    assert [mark.day for mark in drawn.changes] == [day.isoformat() for day in busy]
    assert [mark.place for mark in drawn.changes] == ["", "", "low", "last"]


def test_the_handle_stops_at_quarters_at_both_sides_of_a_change_and_at_the_asked_day(axis: Axis) -> None:
    assert list(axis.stops) == sorted(set(axis.stops))
    for day in ("2000-01-01", "2001-04-01", "2002-03-14", "2002-03-15", "2002-05-07", "2003-09-30", "2004-06-30"):
        assert day in axis.stops
    assert "2002-05-08" not in axis.stops
    assert (axis.day, axis.written) == ("2002-05-07", "7 May 2002")


def test_units_without_any_change_still_have_an_axis(map_app: Flask) -> None:
    only = LevelTime(Level("shire", 1, "Quận", "Shire"), (Band(date(1900, 1, 1), None, 5),))
    with map_app.test_request_context("/"):
        drawn = draw_axis([only], "shire", TODAY, TODAY, [])
    assert (drawn.first, drawn.last, drawn.changes) == ("1999-01-01", "2004-06-30", [])
    assert [(band.label, band.left, band.width) for band in drawn.bands] == [("5 quận", 0, 100)]


def test_a_day_outside_the_usual_span_stretches_the_axis(map_app: Flask) -> None:
    with map_app.test_request_context("/"):
        early = draw_axis([SHIRES], "shire", date(1950, 1, 1), TODAY, [2001])
        late = draw_axis([SHIRES], "shire", date(2010, 1, 1), TODAY, [2001])
    assert (early.first, early.place, late.last) == ("1950-01-01", 0, "2010-01-01")
    # Sixty years are not all written: they would stand on each other.
    assert len(early.years) <= 9
