"""What all figures have in common: who reads them out, which table says the same, and how their marks look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

INK = "#1f1f1f"
SOFT_INK = "#4c5b66"
# Okabe and Ito's palette, which colour-blind readers tell apart; a form and a colour for each line, and a grey with dashes
# for what is only compared with.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#8a6d00")
SHAPES = ("circle", "square", "triangle", "diamond", "under", "cross")
DASHES = ((7, 4), (2, 3), (10, 3, 2, 3), (4, 2), (1, 4))


@dataclass(frozen=True)
class Mark:
    """How a thing is drawn, on the canvas as in the legend.

    ``shape`` of its points: ``circle``, ``square``, ``triangle``, ``diamond``, ``under`` (a triangle pointing down),
    ``cross``, ``stroke`` (level); empty where it has none. ``fill`` of points and bars, else they are of ``colour``. ``dash``: lengths of
    strokes and gaps in pixels. ``line``: its points are joined. ``bar``: it is an area.
    """

    colour: str
    shape: str = ""
    fill: str = ""
    dash: tuple[int, ...] = ()
    line: bool = False
    bar: bool = False


@dataclass(frozen=True)
class Key:
    """A line of the legend."""

    mark: Mark
    name: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing that repeats a table.

    ``label`` says what it shows (a screen reader says it instead of the drawing). ``table`` is the id of the caption of
    the table that has the same numbers; the caption, not the table, or the whole table would be read out in one breath.
    ``unit`` stands over the value axis. ``decimals`` of the axis' numbers; None: as many as they need. ``highest``: no value
    can be above it (100 for a share in per cent), so that the axis does not go beyond.
    """

    label: str
    table: str
    unit: str = ""
    decimals: int | None = None
    highest: float | None = None

    kind: ClassVar[str] = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        raise NotImplementedError

    def legend(self) -> Sequence[Key]:
        """What each mark means; empty where the label says it all."""
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        """What this kind draws, ready for JSON; ``static/chart/kinds.js`` reads it."""
        raise NotImplementedError

    def drawing(self) -> dict[str, Any]:
        """All that the script is told."""
        return {"kind": self.kind, "decimals": self.decimals, "highest": self.highest, **self.content()}


def mark_json(mark: Mark) -> dict[str, Any]:
    """A mark ready for JSON."""
    return asdict(mark)
