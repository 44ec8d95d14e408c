"""What is asked of a load of boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """What is asked of a load. ``valid_to`` is the first day on which the set no longer holds; None: it still does.

    ``by_name``: match by names even where a column holds codes. ``accept_names``: somebody has looked at the matches
    that are not certain and found them right.
    """

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
    by_name: bool = False
    accept_names: bool = False
    surveyed: bool = False
    partial: bool = False
    dry_run: bool = False
