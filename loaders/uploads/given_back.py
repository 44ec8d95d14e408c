"""An upload's file given back with its problems, made in a process of its own: a workbook of 50,000 rows takes a gigabyte."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.config import Settings
from gisdb.errors import InputError, ServerError
from gisdb.registers import register
from gisdb.uploads.making import take_place
from gisdb.uploads.problems import every_problem
from gisdb.uploads.upload import Upload, report_of
from loaders.process import asked, run
from loaders.tables.choices import Choices
from loaders.tables.kept import fetch
from loaders.tables.match import spellings
from loaders.tables.problem import kept_problem
from loaders.tables.read import Limits, plain, read
from loaders.tables.returned import Findings, Given, give_back

_MOST_S = 300
_log = logging.getLogger("gisdb.given_back")
# Niceness: who waits for a page comes first.
_NICE = 10


def given_back(
    conn: Connection,
    account: Account,
    upload: Upload,
    settings: Settings,
    language: str,
    folder: Path,
    *,
    failed_only: bool,
) -> Path:
    """Write the upload's file with its problems into ``folder``: all rows, or only those that can't come in.

    It takes a place in the making until the transaction ends.

    Raises:
        Busy: ``giving_back_yours``, ``giving_back_others``.
        InputError: ``upload_without_file``; ``giving_back_failed``, where the process ended without a result.
        ServerError: ``giving_back_failed``, where it took too long.
    """
    take_place(conn, account)
    fetch(conn, upload.id, folder / "file")
    choices, receipt, _ = report_of(conn, upload.id)
    job = {
        "folder": str(folder.absolute()),
        "register": upload.register,
        "language": language,
        "failed_only": failed_only,
        "choices": choices,
        "limits": asdict(Limits.of(settings)),
        "counted": receipt.get("problems_counted", 0),
        "problems": [vars(one) for one in every_problem(conn, upload.id)],
    }
    try:
        done = run("loaders.uploads.given_back", job, folder, _MOST_S)
    except TimeoutError:
        raise ServerError("giving_back_failed") from None
    if done.code:
        _log.warning("upload %s could not be given back, %s: %s", upload.id, done.code, done.trace)
        # Most likely no table can be found in it, which the check has told already.
        raise InputError("giving_back_failed")
    return folder / done.said.decode().strip()


def _make(job: dict[str, Any]) -> str:
    """The name of the file that was made."""
    folder = Path(job["folder"])
    work = folder / "work"
    work.mkdir()
    own = register(job["register"])
    choices = Choices.model_validate(job["choices"])
    table = read(folder / "file", work, limits=Limits(**job["limits"]), choices=choices, spellings=spellings(own))
    is_book = table.reading.get("format") == "xlsx" and not table.reading.get("archive")
    given = Given(
        path=table.path,
        header=table.header,
        header_line=table.header_line,
        rows=lambda: ((line, [plain(cell) for cell in cells]) for line, cells in table.rows()),
        count=sum(1 for _ in table.rows()),
        above=[(line, [plain(cell) for cell in cells]) for line, cells in table.above],
        sheet=str(table.reading["sheet"]) if is_book else None,
    )
    findings = Findings(own, [kept_problem(one) for one in job["problems"]], job["counted"], job["language"])
    made = folder / "made"
    with made.open("wb") as out:
        ending = give_back(given, findings, out, failed_only=job["failed_only"])
    return made.rename(folder / f"made{ending}").name


if __name__ == "__main__":
    os.nice(_NICE)
    sys.stdout.write(_make(asked()))
