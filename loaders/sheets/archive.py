"""A zip archive → the one file in it that is meant."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from gisdb.errors import InputError
from loaders.sheets.formats import format_of
from loaders.sheets.limits import Limits

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods"})
_BLOCK = 1 << 20


def unpack(path: Path, work: Path, wanted: str | None, limits: Limits) -> tuple[Path, str, str | None]:
    """Unpack the file that is meant into ``work``.

    Args:
        path: the archive.
        work: an existing directory.
        wanted: ``file`` or ``file/sheet``; None: the only one.
        limits: of the unpacked bytes.

    Returns:
        The unpacked file, its name in the archive, and the sheet that is wanted of it.

    Raises:
        InputError: ``archive_without_table``, ``archive_has_several``, ``archive_file_unknown``, ``archive_in_archive``,
            ``file_encrypted``, ``file_unzips_too_large``, ``file_damaged``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member, sheet = _chosen(archive, wanted)
            if member.flag_bits & 1:
                raise InputError("file_encrypted")
            unpacked = work / "unpacked"
            _extract(archive, member, unpacked, limits.unzipped_bytes)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error) as damage:  # type: ignore[attr-defined]
        raise InputError("file_damaged", reason=str(damage)) from None
    if format_of(unpacked) == "zip":
        raise InputError("archive_in_archive", name=_name(member))
    return unpacked, _name(member), sheet


def _chosen(archive: zipfile.ZipFile, wanted: str | None) -> tuple[zipfile.ZipInfo, str | None]:
    every = [one for one in archive.infolist() if not one.is_dir() and not _is_litter(_name(one))]
    tables = [one for one in every if PurePosixPath(_name(one)).suffix.lower() in TABLES]
    if wanted:
        for one in sorted(every, key=lambda one: -len(_name(one))):
            if wanted == _name(one):
                return one, None
            if wanted.startswith(_name(one) + "/"):
                return one, wanted[len(_name(one)) + 1 :]
        # Of a single file, its sheet may be named alone.
        if len(tables) == 1:
            return tables[0], wanted
        raise InputError("archive_file_unknown", wanted=wanted, names=_listed(tables or every))
    if not tables:
        if len(every) == 1 and PurePosixPath(_name(every[0])).suffix.lower() == ".zip":
            raise InputError("archive_in_archive", name=_name(every[0]))
        raise InputError("archive_without_table", names=_listed(every))
    if len(tables) > 1:
        raise InputError("archive_has_several", names=_listed(tables))
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


def _listed(members: list[zipfile.ZipInfo]) -> str:
    names = [f"“{_name(one)}”" for one in members]
    return ", ".join(names[:20]) + ("…" if len(names) > 20 else "") if names else "–"


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
