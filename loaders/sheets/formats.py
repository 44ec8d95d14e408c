"""What a file is, by its content; its name says nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

from gisdb.errors import InputError

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
# First bytes of what people send instead of a table → its name.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"),
    (b"\x00\x01\x00\x00Standard", "Access"),
)
# A folder in the archive of an office document → what it is.
_OFFICE = (("word/", "Word"), ("ppt/", "PowerPoint"), ("xl/workbook.bin", "Excel binary (.xlsb)"))


def format_of(path: Path) -> str:
    """``xlsx``, ``xls``, ``ods``, ``zip`` or ``text``.

    Raises:
        InputError: ``file_empty``; ``file_encrypted``; ``file_is_html``; ``file_not_a_table`` with what it is;
            ``file_damaged`` where an archive cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise InputError("file_empty")
    if start.startswith((_ZIP, b"PK\x05\x06")):
        return _of_archive(path)
    if start.startswith(_OLE):
        return _of_compound(path)
    for magic, name in _OTHERS:
        if start.startswith(magic):
            raise InputError("file_not_a_table", kind=name)
    _refuse_markup(start)
    return "text"


def _of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if names[:1] == ["mimetype"] or "mimetype" in names:
                kind = archive.open("mimetype").read(200)
                if kind.startswith(_ODS):
                    if "META-INF/manifest.xml" in names and b"encryption-data" in _start(
                        archive, "META-INF/manifest.xml"
                    ):
                        raise InputError("file_encrypted")
                    return "ods"
                raise InputError("file_not_a_table", kind=kind.decode("latin-1"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as damage:
        raise InputError("file_damaged", reason=str(damage)) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "[Content_Types].xml" in names:
        for folder, name in _OFFICE:
            if any(one.startswith(folder) for one in names):
                raise InputError("file_not_a_table", kind=name)
    return "zip"


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(1_000_000)


def _of_compound(path: Path) -> str:
    """Old office documents name their parts in UTF-16."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise InputError("file_encrypted")
    if "WordDocument".encode("utf-16-le") in content:
        raise InputError("file_not_a_table", kind="Word")
    for part in ("Workbook", "Book"):
        if part.encode("utf-16-le") in content:
            return "xls"
    raise InputError("file_not_a_table", kind="OLE")


def _refuse_markup(start: bytes) -> None:
    """Programs save web pages and XML under the names of workbooks."""
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text[2:].replace(b"\0", b"")
    text = text.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"mime-version:")):
        raise InputError("file_is_html")
    if text.startswith(b"<?xml"):
        if b"<html" in text:
            raise InputError("file_is_html")
        raise InputError("file_not_a_table", kind="XML")
