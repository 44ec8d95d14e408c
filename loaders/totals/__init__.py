"""Published national accident totals, 2018 to the first half of 2025, each with its source and how sure of it we are."""

from __future__ import annotations

from importlib import resources

from gisdb.access.accounts import operator
from gisdb.engine import Database
from gisdb.errors import Conflict
from gisdb.progress import Progress, silent
from gisdb.registers import register
from loaders.tables import Receipt, import_file

FILE = "national_totals.csv"


def load_national_totals(database: Database, progress: Progress = silent) -> Receipt:
    """Bring the shipped file into the register ``reported_totals`` by the road that every file takes.

    A second run finds the file there; a later edition of it supersedes what it changes.

    Raises:
        Conflict: ``totals_refused``, where the country that the file names is not loaded.
    """
    with database.acting_as(None) as conn:
        who = operator(conn)
    with resources.as_file(resources.files(__package__).joinpath(FILE)) as path:
        receipt = import_file(
            database, who, register("reported_totals"), path, file_name=FILE, decimal="comma", progress=progress
        )
    if not receipt.done:
        first = next(iter(receipt.problems))
        raise Conflict("totals_refused", file=FILE, line=first.line, problem=first.code)
    return receipt


__all__ = ["load_national_totals"]
