"""Which of a country's systems people mean: ``EPSG:9210``, ``VN-2000, kinh tuyến trục 105°45', múi 3°``, ``UTM 48N``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from loaders.reference_systems import epsg
from loaders.reference_systems.epsg import Box

_EPSG = re.compile(r"(?:epsg\D{0,3})?(\d{4,6})", re.IGNORECASE)
# Degrees, and minutes behind a sign: 105°45', 105-45, 105 độ 45 phút, 105.75.
_NUMBERS = re.compile(r"(\d+)(?:\s*([.,])\s*(\d+)|\s*[^\W\d]*[°º'’\-\s]*(\d{1,2})(?!\d))?")
_CENTRAL_MERIDIAN = "8802"


def systems_said(told: str, extent: Box | None) -> tuple[int, ...]:
    """The codes of EPSG's projected systems in use in the country that ``told`` may mean; none where it says nothing of one.

    Numbers count whatever words stand around them: a meridian (60 to 180 degrees), the width of its zone (3 or 6), of UTM
    the zone. A name of a datum narrows them down.
    """
    text = unicodedata.normalize("NFKC", told).casefold()
    if code := _EPSG.fullmatch(text.strip()):
        return (int(code[1]),) if int(code[1]) in epsg.codes(None, projected=True) else ()
    codes = epsg.codes(extent, projected=True)
    found, text = _on_datum(codes, text)
    narrowed = len(found) < len(codes)
    for number in _NUMBERS.finditer(text):
        whole = int(number[1])
        if "utm" in text and whole <= 60 and whole not in {3, 6}:
            kept = [code for code in found if f"utm zone {whole}" in epsg.system(code).name.casefold()]
        elif 60 <= whole <= 180:
            kept = _about(found, number)
        elif whole in {3, 6} and number[3] is None:
            # A width that no name tells says nothing.
            kept = [code for code in found if _width(code) == whole] or found
        else:
            continue
        found, narrowed = kept, True
    return tuple(found) if narrowed else ()


def datum_said(told: str, extent: Box | None) -> int | None:
    """The code of the one geographic system in use in the country that ``told`` names; None where it names none."""
    codes = epsg.codes(extent, projected=False)
    found, _ = _on_datum(codes, unicodedata.normalize("NFKC", told).casefold())
    return found[0] if len(found) == 1 else None


def _on_datum(codes: Sequence[int], text: str) -> tuple[list[int], str]:
    """The systems on the datum that ``text`` names, else all; and the text without that name, whose digits are no numbers."""
    names = {code: epsg.system(code).name.partition(" / ")[0] for code in codes}
    for name in sorted(set(names.values()), key=len, reverse=True):
        written = r"[\W_]*".join(map(re.escape, re.findall(r"[a-z]+|\d+", name.casefold())))
        rest, times = re.subn(rf"(?<![a-z\d]){written}(?!\d)", " ", text)
        if times:
            return [code for code in codes if names[code] == name], rest
    return list(codes), text


def _about(codes: Sequence[int], said: re.Match[str]) -> list[int]:
    """The systems about a meridian; 105.45 is 105°45' where no meridian is at 105.45°."""
    degrees, _, decimals, minutes = said.groups()
    readings = [float(f"{degrees}.{decimals}")] if decimals else [int(degrees) + int(minutes or 0) / 60]
    if decimals and len(decimals) == 2:
        readings.append(int(degrees) + int(decimals) / 60)
    for meridian in readings:
        if found := [code for code in codes if abs(central_meridian(code) - meridian) < 1e-3]:
            return found
    return []


def central_meridian(code: int) -> float:
    """In degrees; infinite for a projection without one."""
    operation = epsg.system(code).coordinate_operation
    values = [one.value for one in operation.params if str(one.code) == _CENTRAL_MERIDIAN] if operation else []
    return float(values[0]) if values else float("inf")


def _width(code: int) -> int:
    name = epsg.system(code).name
    return 3 if "TM-3" in name or "3-degree" in name else 6 if "UTM" in name or "Gauss-Kruger zone" in name else 0
