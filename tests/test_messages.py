"""Every code that the program can raise has its words, in both languages, with the same blanks."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from gisdb.messages import LANGUAGES, catalogue

ROOT = Path(__file__).parent.parent
ROOMS = ("gisdb", "loaders", "webmap", "shapefiles")
RAISED = re.compile(
    r"\b(?:GisdbError|ConfigError|ServerError|InputError|NotFound|Forbidden|Conflict|CellProblem|Rule|Problem)"
    r"\(\s*\"([a-z][a-z0-9_]+)\""
)
SAID = re.compile(r"\b(?:sentence|progress|_say\(settings,|tell)\(?\s*\"([a-z][a-z0-9_]+)\"")


def codes_in_the_program() -> dict[str, str]:
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text("utf-8")
            for pattern in (RAISED, SAID):
                for code in pattern.findall(text):
                    found.setdefault(code, path.name)
    return found


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_code_has_its_words_in_every_language() -> None:
    for language in LANGUAGES:
        known = catalogue(language)
        missing = {code: where for code, where in codes_in_the_program().items() if code not in known}
        assert not missing, (language, missing)


def test_the_languages_say_the_same() -> None:
    vi, en = catalogue("vi"), catalogue("en")
    assert set(vi) == set(en)
    for code in vi:
        assert blanks(vi[code].text) == blanks(en[code].text), code
        assert bool(vi[code].fix) == bool(en[code].fix), code


def test_what_a_file_is_told_speaks_no_words_of_the_command() -> None:
    """A page shows these to who never saw a terminal; the command adds its options itself."""
    rooms = (ROOT / "loaders" / "tables", ROOT / "loaders" / "sheets", ROOT / "gisdb" / "registers")
    paths = (path for room in rooms for path in room.glob("*.py") if path.name != "export.py")
    told = {code for path in paths for code in RAISED.findall(path.read_text("utf-8"))}
    assert len(told) > 80
    for language in LANGUAGES:
        for code in told:
            said = catalogue(language)[code]
            assert not re.search(r"(^|\s)--[a-z]|`|docs/|\bgisdb ", f"{said.text} {said.fix}"), (language, code)
