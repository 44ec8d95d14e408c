"""`corrections.csv`: every fault of the sources that is mended, one line each, and how it is applied.

Actions, by the column `action`:

- `old-centre`, `new-centre`: the commune's centre is moved to lon/lat;
- `keep-centre`: a centre that looks wrong was checked and stays;
- `drop-part`: the link old_code → new_code is a confusion of namesakes and is dropped;
- `keep-part`: a far link that was checked and stays;
- `stand-in`: a district without communes stands in for itself among the old communes, whole in new_code;
- `parts-only`: the new commune has no whole predecessor; its shape comes from the divided ones alone;
- `name`: the unit's name is spelt as in `text`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TextIO

from shapefiles.build.gazetteer import Gazetteer

ACTIONS = ("old-centre", "new-centre", "keep-centre", "drop-part", "keep-part", "stand-in", "parts-only", "name")
PATH = Path(__file__).with_name("corrections.csv")


class CorrectionError(Exception):
    """A line of corrections.csv does not fit the sources."""


@dataclass(frozen=True)
class Correction:
    """One line of the file. lon and lat are degrees as text, empty where the action has no place."""

    action: str
    old_code: str = ""
    new_code: str = ""
    lon: str = ""
    lat: str = ""
    text: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.action, self.old_code, self.new_code)


def read(path: Path = PATH) -> list[Correction]:
    """The lines of the file. CorrectionError for an unknown action, a missing reason or a fault decided twice."""
    with path.open(encoding="utf-8", newline="") as handle:
        corrections = [Correction(**line) for line in csv.DictReader(handle)]
    keys = set()
    for correction in corrections:
        if correction.action not in ACTIONS or not correction.reason:
            raise CorrectionError(f"{correction}: unknown action, or no reason")
        if correction.key in keys:
            raise CorrectionError(f"{correction}: decided twice")
        keys.add(correction.key)
    return corrections


def write(corrections: Iterable[Correction], handle: TextIO) -> None:
    """The lines in the file's own order: by action, then by codes."""
    ordered = sorted(corrections, key=lambda c: (ACTIONS.index(c.action), c.old_code, c.new_code))
    writer = csv.DictWriter(handle, [f.name for f in fields(Correction)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(correction) for correction in ordered)


def apply(gazetteer: Gazetteer, corrections: Iterable[Correction]) -> None:
    """Change the gazetteer in place. CorrectionError where a line names a unit or link that the sources do not have."""
    for correction in corrections:
        try:
            _apply_one(gazetteer, correction)
        except (KeyError, ValueError) as missing:
            raise CorrectionError(f"{correction}: {missing!r} is not in the sources") from missing


def _apply_one(gazetteer: Gazetteer, correction: Correction) -> None:
    old, new = correction.old_code, correction.new_code
    if correction.action == "old-centre":
        gazetteer.old[old] = gazetteer.old[old].at(float(correction.lon), float(correction.lat))
    elif correction.action == "new-centre":
        gazetteer.new[new] = gazetteer.new[new].at(float(correction.lon), float(correction.lat))
    elif correction.action == "drop-part":
        left = tuple(code for code in gazetteer.links[old] if code != new)
        if len(left) != len(gazetteer.links[old]) - 1 or not left:
            raise ValueError(new)
        gazetteer.links[old] = left
    elif correction.action == "stand-in":
        place = gazetteer.without_communes[old]
        if gazetteer.links[old] != (new,):
            raise ValueError(new)
        gazetteer.old[old] = place.at(float(correction.lon), float(correction.lat))
    elif correction.action == "name":
        _rename(gazetteer, old, correction.text)
    elif new and new not in gazetteer.new:
        raise KeyError(new)


def _rename(gazetteer: Gazetteer, code: str, name: str) -> None:
    if code in gazetteer.districts:
        gazetteer.districts[code] = (name, gazetteer.districts[code][1])
    else:
        gazetteer.old[code] = replace(gazetteer.old[code], name=name)
