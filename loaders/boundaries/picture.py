"""Pictures of a load as inline SVG: the outlines that are loaded, the new ones, and the land between them.

Shapes are generalised before they are drawn, to a third of a pixel and to no more vertices than a picture may have, so a
picture's size does not depend on the file's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, floor, log10, radians

import numpy as np
import shapely
from numpy.typing import NDArray

from loaders.boundaries.compare import Drawing
from loaders.boundaries.geometry import POLYGONAL, Geometries
from loaders.reference_systems.epsg import Box

# Paths are written in tenths of a pixel, as whole numbers.
_FINE = 10
# A third of a pixel is not seen.
_TOLERANCE_PX = 0.35
_COARSER, _COARSEST_PX = 1.5, 4.0
_NOTHING: Geometries = np.array([], dtype=object)
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Mark:
    """A number at a place, in degrees; ``weight`` is that of the finding it stands for."""

    number: int
    lon: float
    lat: float
    weight: str


@dataclass(frozen=True)
class Frame:
    """A window on the Earth, drawn ``width`` × ``height`` pixels; a degree of longitude is as wide as it is midway."""

    box: Box
    width: int
    height: int

    @classmethod
    def around(cls, box: Box, width: int, height: int | None = None, margin: float = 0.06) -> Frame:
        """A frame that holds ``box`` with a margin; as high as it must be, or widened to fill ``height``."""
        west, south, east, north = box
        slim = cos(radians((south + north) / 2))
        wide, high = max((east - west) * slim, 1e-4) * (1 + 2 * margin), max(north - south, 1e-4) * (1 + 2 * margin)
        if height is None:
            height = max(int(width * high / wide), 1)
        degrees = max(wide / width, high / height)
        half_x, half_y = degrees * width / 2 / slim, degrees * height / 2
        x, y = (west + east) / 2, (south + north) / 2
        return cls((x - half_x, y - half_y, x + half_x, y + half_y), width, height)

    @property
    def pixel_deg(self) -> float:
        """How many degrees of latitude a pixel is."""
        return (self.box[3] - self.box[1]) / self.height

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude → pixels from the upper left."""
        west, south, east, north = self.box
        x = (points[:, 0] - west) / (east - west) * self.width
        return np.column_stack((x, (north - points[:, 1]) / (north - south) * self.height))

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a place lies in the frame."""
        return self.box[0] <= lon <= self.box[2] and self.box[1] <= lat <= self.box[3]


def overview(
    drawing: Drawing, marks: Sequence[Mark], language: str, *, width: int = 900, vertices: int = 40_000
) -> str:
    """Everything on one picture: what is loaded, what is new, and the land that is gained, lost or changes units."""
    whole = len(drawing.after) > len(drawing.beside)
    named = drawing.labels if whole else ()
    points = shapely.points([(one.longitude, one.latitude) for one in named]) if named else np.array([], dtype=object)
    everything = np.concatenate([drawing.after, drawing.before, drawing.beside if whole else [], points])
    west, south, east, north = (float(one) for one in shapely.total_bounds(everything))
    frame = Frame.around((west, south, east, north), width)
    layers = _Layers.seen(drawing, frame, vertices)
    text = [_text(frame, one.longitude, one.latitude, one.name(language)) for one in named]
    return _svg(frame, [*layers.paths(frame), *text, *_marks(frame, marks), _scale(frame, language)], "overview")


def close_up(drawing: Drawing, place: int, marks: Sequence[Mark], language: str) -> str:
    """One feature with its neighbours, by its place in the file: what it gains and loses."""
    both = shapely.get_parts(np.array([drawing.after[place], drawing.before[place]], dtype=object))
    box = shapely.bounds(both[int(shapely.area(both).argmax())])
    frame = Frame.around((float(box[0]), float(box[1]), float(box[2]), float(box[3])), 320, 260)
    layers = _Layers.seen(drawing, frame, 6_000, place)
    itself = _path(
        frame, _simplified(_within(drawing.after[[place]], frame), _TOLERANCE_PX * frame.pixel_deg), "itself"
    )
    return _svg(frame, [*layers.paths(frame), itself, *_marks(frame, marks), _scale(frame, language)], "close")


def around(drawing: Drawing, mark: Mark, metres: float, language: str) -> str:
    """The new outlines near a finding, each unit see-through: an overlap is darker, a gap is left white."""
    degrees = max(metres, 100.0) / 1000 / KM_PER_DEGREE
    slim = cos(radians(mark.lat))
    box = (mark.lon - degrees / slim, mark.lat - degrees, mark.lon + degrees / slim, mark.lat + degrees)
    frame = Frame.around(box, 320, 260, margin=0)
    shapes = _within(drawing.after, frame)
    paths = [_path(frame, [shape], "unit") for shape in shapes]
    return _svg(frame, [*paths, *_marks(frame, [mark]), _scale(frame, language)], "close")


@dataclass(frozen=True)
class _Layers:
    before: Geometries
    after: Geometries
    beside: Geometries
    same: Geometries
    gained: Geometries
    lost: Geometries
    moved: Geometries

    @classmethod
    def seen(cls, drawing: Drawing, frame: Frame, vertices: int, place: int | None = None) -> _Layers:
        """What the frame shows, generalised; gained and lost by the feature at ``place``, or by all together."""
        tolerance = _TOLERANCE_PX * frame.pixel_deg
        pairs = [_within(one, frame, keep=True) for one in (drawing.before, drawing.after, drawing.beside)]
        before, after, beside = (_simplified(one, tolerance) for one in pairs)
        # A shape has four points at the least: many small units have more vertices than few large ones may.
        most = max(vertices, 6 * len(drawing.after))
        while sum(int(shapely.get_num_coordinates(one).sum()) for one in (before, after, beside)) > most:
            tolerance *= _COARSER
            if tolerance > _COARSEST_PX * frame.pixel_deg:
                break
            before, after, beside = (_simplified(one, tolerance) for one in pairs)
        least = frame.pixel_deg**2
        more, less = shapely.difference(after, before), shapely.difference(before, after)
        # What looks the same is drawn once, faintly.
        same = (shapely.area(more) + shapely.area(less) < least) & ~shapely.is_empty(before)
        outlines = before[~same], after[~same], beside, after[same]
        if place is not None:
            return cls(*outlines, _visible(more[[place]], least), _visible(less[[place]], least), _NOTHING)
        was, now = shapely.union_all([*before, *beside]), shapely.union_all([*after, *beside])
        if was.is_empty:
            return cls(*outlines, _NOTHING, _NOTHING, _NOTHING)
        gained = _visible(np.array([shapely.difference(now, was)]), least)
        lost = _visible(np.array([shapely.difference(was, now)]), least)
        return cls(*outlines, gained, lost, _visible(shapely.intersection(more[~same], was), least))

    def paths(self, frame: Frame) -> list[str]:
        told = (
            (self.beside, "beside"),
            (self.same, "same"),
            (self.before, "before"),
            (self.moved, "moved"),
            (self.gained, "gained"),
            (self.lost, "lost"),
            (self.after, "after"),
        )
        return [_path(frame, shapes, name) for shapes, name in told if len(shapes)]


def _within(shapes: Geometries, frame: Frame, *, keep: bool = False) -> Geometries:
    """The areas that a frame shows, cut at its edge; with ``keep`` one for each shape, empty where there is nothing."""
    if not len(shapes):
        return shapes
    west, south, east, north = frame.box
    inside = shapely.clip_by_rect(shapes, west, south, east, north)
    cut = np.array([_areas(one) for one in inside], dtype=object)
    return cut if keep else cut[~shapely.is_empty(cut)]


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    valid = shape if shapely.is_valid(shape) else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if shapely.get_type_id(valid) in POLYGONAL:
        return valid
    return shapely.MultiPolygon([one for one in shapely.get_parts(valid) if isinstance(one, shapely.Polygon)])


def _simplified(shapes: Geometries, tolerance: float) -> Geometries:
    if not len(shapes):
        return shapes
    return np.array([_areas(one) for one in shapely.simplify(shapes, tolerance, preserve_topology=True)], dtype=object)


def _visible(shapes: Geometries, least: float) -> Geometries:
    parts = shapely.get_parts(np.array([_areas(one) for one in shapes], dtype=object))
    return np.asarray(parts[shapely.area(parts) > least], dtype=object)


def _path(frame: Frame, shapes: Iterable[shapely.Geometry], name: str) -> str:
    drawn = "".join(
        _ring(frame, ring) for shape in shapes for part in shapely.get_parts(shape) for ring in _rings(part)
    )
    return f'<path class="{name}" d="{drawn}"/>'


def _rings(part: shapely.Polygon) -> list[shapely.Geometry]:
    return [] if part.is_empty else [part.exterior, *part.interiors]


def _ring(frame: Frame, ring: shapely.Geometry) -> str:
    points = np.rint(frame.pixels(shapely.get_coordinates(ring)) * _FINE).astype(int)
    steps = np.diff(points, axis=0)
    steps = steps[np.any(steps != 0, axis=1)][:-1]
    start = f"M{points[0][0]} {points[0][1]}"
    if len(steps) < 2:
        # An island smaller than a pixel is still an island.
        return f"{start}h{_FINE}v{_FINE}h-{_FINE}z"
    return start + "l" + " ".join(f"{x} {y}" if y >= 0 else f"{x}{y}" for x, y in steps.tolist()) + "z"


def _text(frame: Frame, lon: float, lat: float, words: str) -> str:
    x, y = (float(one) for one in frame.pixels(np.array([[lon, lat]]))[0])
    anchor = "end" if x > 0.7 * frame.width else "middle"
    return f'<text class="label" x="{_FINE * x:.0f}" y="{_FINE * (y - 8):.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _marks(frame: Frame, marks: Sequence[Mark]) -> list[str]:
    """Numbered circles; those that would cover each other become one, which says how many more there are."""
    inside = [one for one in marks if frame.holds(one.lon, one.lat)]
    groups: list[tuple[float, float, list[Mark]]] = []
    for one in inside:
        x, y = (float(value) for value in frame.pixels(np.array([[one.lon, one.lat]]))[0])
        near = next((group for group in groups if abs(group[0] - x) < 40 and abs(group[1] - y) < 32), None)
        if near:
            near[2].append(one)
        else:
            groups.append((x, y, [one]))
    return [_mark(x, y, found) for x, y, found in groups]


def _mark(x: float, y: float, found: Sequence[Mark]) -> str:
    shown = str(found[0].number) + (f"+{len(found) - 1}" if len(found) > 1 else "")
    told = ", ".join(str(one.number) for one in found)
    at = f'transform="translate({_FINE * x:.0f} {_FINE * y:.0f})"'
    half = _FINE * (7 + 3.5 * len(shown))
    box = f'<rect x="{-half:.0f}" y="-{9 * _FINE}" width="{2 * half:.0f}" height="{18 * _FINE}" rx="{9 * _FINE}"/>'
    words = f'<text y="{4 * _FINE}" text-anchor="middle">{shown}</text>'
    # The inner group may be enlarged by the page's style without moving.
    return f'<g {at}><g class="mark {found[0].weight}"><title>{told}</title>{box}{words}</g></g>'


def _scale(frame: Frame, language: str) -> str:
    """A bar of a round length, about a fifth of the width."""
    from loaders.boundaries.report import number_in_words

    km_per_pixel = frame.pixel_deg * KM_PER_DEGREE
    about = km_per_pixel * frame.width / 5
    power = 10.0 ** floor(log10(about))
    length = max(one * power for one in (1, 2, 5) if one * power <= about)
    words = (
        f"{number_in_words(length, language)} km" if length >= 1 else f"{number_in_words(length * 1000, language)} m"
    )
    x, y = 12 * _FINE, (frame.height - 12) * _FINE
    bar = f"M{x} {y - 4 * _FINE}v{4 * _FINE}h{_FINE * length / km_per_pixel:.0f}v{-4 * _FINE}"
    return f'<g class="scale"><path d="{bar}"/><text x="{x}" y="{y - 7 * _FINE}">{words}</text></g>'


def _svg(frame: Frame, content: Sequence[str], name: str) -> str:
    size = f'viewBox="0 0 {frame.width * _FINE} {frame.height * _FINE}"'
    return f'<svg class="{name}" xmlns="http://www.w3.org/2000/svg" role="img" {size}>{"".join(content)}</svg>'
