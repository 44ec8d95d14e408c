"""Where a set of shapes comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Source:
    """Where a set of shapes comes from: what every map that is drawn from it says."""

    level: str
    valid_from: date
    valid_to: date | None
    title_vi: str
    title_en: str
    note_vi: str
    note_en: str
    origin: str
    licence: str
    dated: str
    crs: str
    encoding: str
    sha256: str
    surveyed: bool
