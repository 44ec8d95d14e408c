"""What a load of boundaries knows while it is under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gisdb.progress import Progress
from loaders.boundaries.geometry import Drawn
from loaders.boundaries.layer import Layer
from loaders.boundaries.match import Codes
from loaders.boundaries.report import Report
from loaders.boundaries.request import Request
from loaders.boundaries.source import Source

# So many units are named in one sentence.
_LISTED = 8


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

    def described(self, place: int) -> str:
        """Name and code of a feature, as far as the database or the file knows them."""
        code = self.codes.values[place]
        given = self.layer.column(self.name_column)[place] if self.name_column else None
        name = self.names.get(code or "", given)
        return " ".join(one for one in (name, f"({code})" if code else None) if one) or f"#{place + 1}"

    def listed(self, places: Sequence[int]) -> str:
        """Names and codes of some features, for a sentence."""
        shown = ", ".join(self.described(place) for place in places[:_LISTED])
        return f"{shown}, … (+{len(places) - _LISTED})" if len(places) > _LISTED else shown

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
            crs=self.report.crs,
            encoding=self.layer.encoding,
            sha256=self.layer.sha256,
            surveyed=asked.surveyed,
        )
