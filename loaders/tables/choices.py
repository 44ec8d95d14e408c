"""What a person decided about how a file is read and what is done with it; what is left open is found or asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Choices(BaseModel):
    """Decisions about one file, kept beside it so that it is read again in the same way.

    Attributes:
        encoding: ``utf-8``, ``utf-16``, ``windows-1258``, ``tcvn3`` or ``vni``.
        delimiter: one of ``, ; tab |``.
        sheet: the sheet of a workbook, or the file of a zip archive (``file`` or ``file/sheet``).
        header_line: the last line of the header.
        decimal: the decimal mark.
        days: the order of day and month.
        columns: header → column of the register; ``""`` leaves the header out.
        constants: column → the cell that every row has there, for what the file says nowhere.
        workplaces: what the file calls a workplace → the code of a known one, or ``new``.
        repeats: what rows of one key are: repeats to be numbered, or duplicates of which the first counts.
        asides: what rows are that are named as limits, means or sums: left out, or records like the others.
        good_rows_only: bring in the good rows and leave the others.
        confirmed: whether the warnings were read.
        reason: why records of a locked period are changed.
        undo_reason: why the upload was taken back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: Literal["utf-8", "utf-16", "windows-1258", "tcvn3", "vni"] | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    sheet: str | None = None
    header_line: int | None = Field(default=None, ge=1)
    decimal: Literal["comma", "point"] | None = None
    days: Literal["dmy", "mdy"] | None = None
    columns: Mapping[str, str] = Field(default_factory=dict)
    constants: Mapping[str, str] = Field(default_factory=dict)
    workplaces: Mapping[str, str] = Field(default_factory=dict)
    repeats: Literal["repeat", "duplicate"] | None = None
    asides: Literal["left_out", "record"] | None = None
    good_rows_only: bool = False
    confirmed: bool = False
    reason: str = ""
    undo_reason: str = ""
