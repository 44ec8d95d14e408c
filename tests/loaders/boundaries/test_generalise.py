"""Generalised copies: fewer vertices, shared borders, no island lost, whatever the file was like."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from loaders.boundaries.generalise import DETAILS, Detail, copies, generalised


def wavy(x: float, *, back: bool = False) -> list[tuple[float, float]]:
    """A border from south to north with two thousand vertices."""
    points = [
        (x + 0.01 * float(np.sin(20 * y)) + 0.0005 * float(np.sin(900 * y)), y) for y in np.linspace(10, 12, 2000)
    ]
    return points[::-1] if back else points


def two_units() -> list[shapely.Geometry]:
    west = shapely.Polygon([*wavy(105), *wavy(106, back=True)])
    east = shapely.Polygon([*wavy(106), *wavy(107, back=True)])
    islet = shapely.box(108, 11, 108.0005, 11.0005)
    return [west, shapely.MultiPolygon([east, islet])]


def test_a_border_that_two_units_share_stays_one_line() -> None:
    for _, simple in copies(np.array(two_units(), dtype=object)):
        assert shapely.coverage_is_valid(simple)
        assert shapely.get_num_coordinates(simple).sum() < 0.5 * 8000


def test_the_copy_keeps_to_its_budget_of_vertices() -> None:
    detail = Detail(0, tolerance_deg=1e-6, vertices=100, vertices_per_unit=10)
    simple = generalised(np.array(two_units(), dtype=object), detail)
    assert shapely.get_num_coordinates(simple).sum() <= 120


def test_an_islet_smaller_than_the_tolerance_is_kept() -> None:
    simple = generalised(np.array(two_units(), dtype=object), DETAILS[0])
    assert [shapely.get_num_geometries(one) for one in simple] == [1, 2]
    assert shapely.is_valid(simple).all()


@pytest.mark.parametrize("apart", [-1e-6, 1e-6])
def test_borders_that_do_not_match_are_matched_in_the_copy_only(apart: float) -> None:
    west, east = two_units()
    ragged = np.array([west, shapely.transform(east, lambda xy: xy + apart)], dtype=object)
    assert not shapely.intersects(*shapely.boundary(ragged)) or apart < 0
    for _, (left, right) in copies(ragged):
        assert shapely.intersection(left, right).length > 2
        assert shapely.intersection(left, right).area == 0
    assert shapely.equals_exact(ragged[0], west)
