"""Units beside each other: as bars in their order, or counted by how high their value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from webmap.charts.figure import DASHES, INK, Figure, Key, Mark, mark_json

BAR = Mark("#2c7a8c", bar=True)
CHOSEN_BAR = Mark("#e8a317", bar=True)


@dataclass(frozen=True)
class Reference:
    """A value that the others are held against, such as the nation's: a line across, named in the legend.

    ``written`` is the value as the reader writes it.
    """

    name: str
    value: float
    written: str


@dataclass(frozen=True)
class Bar:
    """A unit's value: ``written`` as the reader writes it, ``text`` read when it is pointed at, ``href`` its page.

    ``low`` and ``high`` are drawn as whiskers when both are given. ``value`` None has no bar but keeps its place, with
    ``written`` saying why. ``chosen``: the unit that the page is about.
    """

    name: str
    value: float | None
    written: str
    text: str
    low: float | None = None
    high: float | None = None
    href: str = ""
    chosen: bool = False


def _reference_marks(references: Sequence[Reference]) -> list[Mark]:
    return [Mark(INK, dash=DASHES[index % len(DASHES)], line=True) for index in range(len(references))]


def _references_json(references: Sequence[Reference], places: Sequence[float]) -> list[dict[str, Any]]:
    marks = _reference_marks(references)
    return [{"at": place, "mark": mark_json(mark)} for mark, place in zip(marks, places, strict=True)]


def _reference_keys(references: Sequence[Reference]) -> list[Key]:
    marks = _reference_marks(references)
    return [Key(mark, f"{one.name}: {one.written}") for one, mark in zip(references, marks, strict=True)]


@dataclass(frozen=True, kw_only=True)
class Ranking(Figure):
    """Horizontal bars in the order given, each as high as a line of text, so that the figure grows with them."""

    bars: Sequence[Bar]
    references: Sequence[Reference] = ()

    kind: ClassVar[str] = "ranking"

    @property
    def empty(self) -> bool:
        """No unit has a value."""
        return all(bar.value is None for bar in self.bars)

    def legend(self) -> list[Key]:
        """The references; what the bars are is the label's to say, but for the chosen one."""
        chosen = [Key(CHOSEN_BAR, bar.name) for bar in self.bars if bar.chosen]
        return chosen + _reference_keys(self.references)

    def content(self) -> dict[str, Any]:
        """The bars from above to below."""
        return {
            "bars": [
                {
                    "name": bar.name,
                    "value": bar.value,
                    "low": None if bar.value is None else bar.low,
                    "high": None if bar.value is None else bar.high,
                    "written": bar.written,
                    "text": bar.text,
                    "href": bar.href,
                    "mark": mark_json(CHOSEN_BAR if bar.chosen else BAR),
                }
                for bar in self.bars
            ],
            "references": _references_json(self.references, [one.value for one in self.references]),
        }


@dataclass(frozen=True, kw_only=True)
class Distribution(Figure):
    """How many units (or workplaces) lie in each class: ``counts[i]`` of those from ``edges[i]`` to ``edges[i + 1]``.

    ``written_edges`` are the edges as the reader writes them, ``texts`` what is read when a class is pointed at. Classes
    are drawn equally wide, whatever they span; a reference stands where its value lies within its class, or at the end.

    Raises:
        ValueError: edges do not rise, or the lengths do not fit (one edge more than counts and texts).
    """

    edges: Sequence[float]
    written_edges: Sequence[str]
    counts: Sequence[int]
    texts: Sequence[str]
    references: Sequence[Reference] = ()

    kind: ClassVar[str] = "distribution"

    def __post_init__(self) -> None:
        if not len(self.edges) == len(self.written_edges) == len(self.counts) + 1 == len(self.texts) + 1:
            raise ValueError("one edge more than classes, one text for each")
        if any(low >= high for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("edges must rise")

    @property
    def empty(self) -> bool:
        """Nothing was counted."""
        return not any(self.counts)

    def legend(self) -> list[Key]:
        """The references."""
        return _reference_keys(self.references)

    def content(self) -> dict[str, Any]:
        """The classes at 0.5, 1.5, …, their edges at the whole numbers."""
        return {
            "edges": [{"at": index, "text": text} for index, text in enumerate(self.written_edges)],
            "classes": [
                {"x": index + 0.5, "y": count, "text": text}
                for index, (count, text) in enumerate(zip(self.counts, self.texts, strict=True))
            ],
            "mark": mark_json(BAR),
            "references": _references_json(self.references, [self._place(one.value) for one in self.references]),
        }

    def _place(self, value: float) -> float:
        for index, (low, high) in enumerate(zip(self.edges, self.edges[1:], strict=False)):
            if value < high:
                return index + max((value - low) / (high - low), 0)
        return float(len(self.counts))
