"""What is asked of a load of boundaries, and what it knows while it is under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from gisdb.progress import Progress
from loaders.boundaries.geometry import Drawn
from loaders.boundaries.layer import Layer
from loaders.boundaries.match import Codes
from loaders.boundaries.report import Report
from loaders.boundaries.source import Source


@dataclass(frozen=True)
class Request:
    """What is asked of a load. ``valid_to`` is the first day on which the set no longer holds; None: it still does."""

    path: Path
    level: str
    valid_from: date
    valid_to: date | None = None
    layer: str | None = None
    code_column: str | None = None
    name_column: str | None = None
    parent_column: str | None = None
    encoding: str | None = None
    crs: str | None = None
    title: str | None = None
    source: str | None = None
    licence: str | None = None
    dated: str | None = None
    surveyed: bool = False
    partial: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Job:
    """One load under way: read, matched and drawn, ready to be stored. Codes and shapes are in the file's order.

    ``names`` gives the name of each unit that is known, by its code.
    """

    conn: Connection
    request: Request
    layer: Layer
    report: Report
    codes: Codes
    name_column: str | None
    names: Mapping[str, str]
    drawn: Drawn
    progress: Progress

    def code(self, place: int) -> str:
        """The code of a feature by its place, from 0; '–' where it has none."""
        return self.codes.values[place] or "–"

    def listed(self, places: Sequence[int]) -> str:
        """Names and codes of some features, for a sentence."""
        codes = [self.code(place) for place in places]
        return ", ".join(f"{self.names[code]} ({code})" if code in self.names else code for code in codes)

    def source(self) -> Source:
        """Where the shapes come from, as far as the request says."""
        asked, title = self.request, self.request.title or self.request.path.stem
        return Source(
            level=asked.level,
            valid_from=asked.valid_from,
            valid_to=asked.valid_to,
            title_vi=title,
            title_en=title,
            note_vi="",
            note_en="",
            origin=asked.source or asked.path.name,
            licence=asked.licence or "",
            dated=asked.dated or "",
            crs=self.layer.crs,
            encoding=self.layer.encoding,
            sha256=self.layer.sha256,
            surveyed=asked.surveyed,
        )
