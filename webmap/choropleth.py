"""Unit values, class edges and the address of the boundaries → a folium map.

folium builds the map's shell (container, Leaflet, options); one macro element of ours hands it to
``static/map/choropleth.js``, which fetches the boundaries as a response of their own and paints unit → value.
``folium.Choropleth`` would embed the geometry in every page, choose its own bins and paint missing data black.

Nothing from the database goes through folium's templates: branca compiles rendered text as a template again, so a
unit named ``{{ 7*7 }}`` would be computed. What the map shows travels in one JSON block, written by :func:`data_block`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup, escape

if TYPE_CHECKING:
    import folium

PART_END = "<!-- end of part -->"

Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees (EPSG:4326)."""


@dataclass(frozen=True)
class Paint:
    """How an area or a point is filled: flat ``fill``, or ``pattern`` (``hatch``, ``dots``, ``cross``, ``bars``, ``lines``) of ``ink`` on ``fill``."""

    fill: str
    ink: str = ""
    pattern: str = ""
    round: bool = False


@dataclass(frozen=True)
class PaintedUnit:
    """One unit as the map shows it: the key of its paint and the lines of its card, ready to read."""

    unit_id: int
    paint: str
    name: str
    value: str
    counted: str


@dataclass(frozen=True)
class MapPoint:
    """One workplace: place in degrees, radius in pixels, key of its paint, lines of its card, its page."""

    lat: float
    lon: float
    radius: float
    paint: str
    name: str
    lines: tuple[str, ...]
    href: str


@dataclass(frozen=True)
class PlaceLabel:
    """A name that always stands on the map (an archipelago); ``text`` may hold line breaks."""

    text: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Picture:
    """What stands around the map in a saved picture: all texts are final and in the reader's language."""

    title: str
    subtitle: str
    legend_title: str
    legend: tuple[tuple[str, str, str], ...]
    """Rows of (key of a paint, label, count or empty)."""
    notes: tuple[str, ...]
    sample: str
    """The sample-data label, or empty when the data is real."""
    file: str


@dataclass(frozen=True)
class Choropleth:
    """Everything that one map shows except the geometry, which ``boundaries`` is the address of."""

    boundaries: str
    bounds: Bounds | None
    """What is shown at first; None: all that the boundaries hold."""
    paints: Mapping[str, Paint]
    units: Sequence[PaintedUnit]
    words: Mapping[str, str]
    picture: Picture
    link: str = ""
    """Address of a unit's page with ``{id}`` in its place; empty: units are not links."""
    points: Sequence[MapPoint] = ()
    labels: Sequence[PlaceLabel] = ()
    focus: int | None = None
    tiles: str | None = None
    name: str = "map"
    """What tells the maps of one page apart in its ids: letters only."""

    @property
    def data_id(self) -> str:
        """The id of the data block that this map's script reads."""
        return f"{self.name}-data"


@dataclass(frozen=True)
class MapAssets:
    """Addresses of the scripts and styles on this server; nothing is asked of any other."""

    leaflet_js: str
    leaflet_css: str
    scripts: Sequence[tuple[str, str]] = field(default=())


def draw(choropleth: Choropleth, assets: MapAssets) -> folium.Map:
    """The folium map: a shell that reads its own data block of the page and asks for its boundaries."""
    from webmap.map_shell import PaintedBoundaries, Shell

    shell = Shell(assets, choropleth.name)
    shell.add_child(PaintedBoundaries(choropleth.data_id))
    return shell


@dataclass(frozen=True)
class MapParts:
    """A rendered map in the three places of a page that it belongs to; every tag carries the page's nonce.

    Maps of one page have the same head: the page needs it once.
    """

    head: Markup
    body: Markup
    script: Markup


_TAG = re.compile(r"<(script|style|link)\b")


def render(choropleth: Choropleth, assets: MapAssets, nonce: str) -> MapParts:
    """Render the map for a page whose policy is ``script-src 'self' 'nonce-…'``.

    folium writes neither ``style`` attributes nor event attributes here, so no ``unsafe-inline`` is needed.
    """
    attribute = f' nonce="{escape(nonce)}"'
    html = draw(choropleth, assets).get_root().render()
    head, body, script = (
        # Safe: folium wrote it from our own settings; nothing of the data is in it.
        Markup(_TAG.sub(lambda tag: tag.group() + attribute, part))  # noqa: S704
        for part in html.split(PART_END)
    )
    return MapParts(head=head, body=body + data_block(choropleth, nonce), script=script)


_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def data_block(choropleth: Choropleth, nonce: str) -> Markup:
    """A map's only data as an inert JSON block: no text in it can end the block or start a tag."""
    data = {
        "boundaries": choropleth.boundaries,
        "bounds": _corners(choropleth.bounds),
        "paints": {key: asdict(paint) for key, paint in choropleth.paints.items()},
        "units": {unit.unit_id: [unit.paint, unit.name, unit.value, unit.counted] for unit in choropleth.units},
        "points": [
            [point.lat, point.lon, point.radius, point.paint, point.name, point.lines, point.href]
            for point in choropleth.points
        ],
        "labels": [[label.text, label.lat, label.lon] for label in choropleth.labels],
        "focus": choropleth.focus,
        "link": choropleth.link,
        "tiles": choropleth.tiles,
        "words": dict(choropleth.words),
        "picture": asdict(choropleth.picture),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_JSON_ESCAPES)
    block = Markup('<script type="application/json" id="{}" nonce="{}">{}</script>')
    return block.format(choropleth.data_id, nonce, Markup(text))  # noqa: S704 - no "<", ">" or "&" is left in it


def _corners(bounds: Bounds | None) -> list[list[float]] | None:
    """Leaflet's way of writing bounds: the south-west and the north-east corner, latitude first."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    return [[south, west], [north, east]]
