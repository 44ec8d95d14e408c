"""A zip archive → the one file in it that is meant."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gisdb.errors import InputError
from loaders.sheets.formats import format_of
from loaders.sheets.layout import Note
from loaders.sheets.limits import Limits

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods"})
# So many names are handed on to choose from, and so many told in a sentence.
MOST_CHOICES = 200
_MOST_TOLD = 20
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Member:
    """The file of an archive that is read.

    Attributes:
        path: where it was unpacked to.
        name: its name in the archive.
        sheet: the sheet that is wanted of it, if any.
        tables: the other tables of the archive.
        notes: what of the archive is not read.
    """

    path: Path
    name: str
    sheet: str | None
    tables: list[str]
    notes: list[Note]


def unpack(path: Path, work: Path, wanted: str | None, limits: Limits) -> Member:
    """Unpack the file that is meant into ``work``.

    Args:
        path: the archive.
        work: an existing directory.
        wanted: ``file`` or ``file/sheet``; None: the only one.
        limits: of the unpacked bytes.

    Raises:
        InputError: ``archive_without_table``, ``archive_has_several``, ``archive_file_unknown``, ``archive_in_archive``,
            ``file_encrypted``, ``file_unzips_too_large``, ``file_damaged``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            every, tables = _contents(archive)
            member, sheet = _chosen(every, tables, wanted)
            if member.flag_bits & 1:
                raise InputError("file_encrypted")
            unpacked = work / "unpacked"
            _extract(archive, member, unpacked, limits.unzipped_bytes)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error) as damage:  # type: ignore[attr-defined]
        raise InputError("file_damaged", reason=str(damage)) from None
    if format_of(unpacked) == "zip":
        raise InputError("archive_in_archive", name=_name(member))
    name = _name(member)
    others = [_name(one) for one in every if one is not member]
    beside = [_name(one) for one in tables if one is not member]
    code, told = ("files_beside_the_chosen", beside) if wanted else ("files_not_read", others)
    notes = [Note(code, params={"file": name, "others": listed(told)})] if told else []
    return Member(unpacked, name, sheet, beside, notes)


def _contents(archive: zipfile.ZipFile) -> tuple[list[zipfile.ZipInfo], list[zipfile.ZipInfo]]:
    """All files of an archive, and those that are tables by their names."""
    every = [one for one in archive.infolist() if not one.is_dir() and not _is_litter(_name(one))]
    return every, [one for one in every if PurePosixPath(_name(one)).suffix.lower() in TABLES]


def _chosen(
    every: list[zipfile.ZipInfo], tables: list[zipfile.ZipInfo], wanted: str | None
) -> tuple[zipfile.ZipInfo, str | None]:
    if wanted:
        for one in sorted(every, key=lambda one: -len(_name(one))):
            if wanted == _name(one):
                return one, None
            if wanted.startswith(_name(one) + "/"):
                return one, wanted[len(_name(one)) + 1 :]
        # Of a single file, its sheet may be named alone.
        if len(tables) == 1:
            return tables[0], wanted
        raise InputError("archive_file_unknown", wanted=wanted, **_named(tables or every))
    if not tables:
        if len(every) == 1 and PurePosixPath(_name(every[0])).suffix.lower() == ".zip":
            raise InputError("archive_in_archive", name=_name(every[0]))
        raise InputError("archive_without_table", names=listed([_name(one) for one in every]))
    if len(tables) > 1:
        raise InputError("archive_has_several", **_named(tables))
    return tables[0], None


def _name(member: zipfile.ZipInfo) -> str:
    """Names without the flag of UTF-8 are read as code page 437, though many programs write UTF-8 all the same."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _is_litter(name: str) -> bool:
    last = PurePosixPath(name).name
    return name.startswith("__MACOSX/") or last.startswith((".", "~$")) or last == "Thumbs.db"


def _named(members: list[zipfile.ZipInfo]) -> dict[str, object]:
    """What a refusal names, in a sentence and to choose from."""
    names = [_name(one) for one in members]
    return {"names": listed(names), "choices": names[:MOST_CHOICES]}


def listed(names: Sequence[str]) -> str:
    """Names of files or sheets as a sentence tells them."""
    told = ", ".join(f"“{one}”" for one in names[:_MOST_TOLD])
    return told + ("…" if len(names) > _MOST_TOLD else "") if names else "–"


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, most: int) -> None:
    if member.file_size > most:
        raise too_large_unzipped(most)
    left = most
    with archive.open(member) as source, to.open("wb") as target:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise too_large_unzipped(most)
            target.write(block)


def too_large_unzipped(most: int) -> InputError:
    """The refusal of what unpacks to more than ``most`` bytes."""
    return InputError("file_unzips_too_large", most=round(most / 1e6, 1))
