"""How much one file may cost to read. Each limit is a setting of the installer's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gisdb.config import Settings


@dataclass(frozen=True)
class Limits:
    """Limits of one reading; `of` takes them from the settings.

    Attributes:
        upload_bytes: of the file as given.
        unzipped_bytes: of what a workbook or an archive unpacks to, and of the text written from it.
        rows: of a table.
        cells: of a sheet, blank ones between the first and the last included.
        seconds: of the clock and of the processor.
        memory_bytes: address space of the reading process.
    """

    upload_bytes: int = 256 * 1024 * 1024
    unzipped_bytes: int = 2 * 1024 * 1024 * 1024
    rows: int = 10_000_000
    cells: int = 250_000_000
    seconds: int = 120
    memory_bytes: int = 1024 * 1024 * 1024

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The installation's own."""
        return cls(
            upload_bytes=settings.max_upload_bytes,
            unzipped_bytes=settings.max_unzipped_bytes,
            rows=settings.max_rows,
            cells=settings.max_cells,
            seconds=settings.reading_seconds,
            memory_bytes=settings.reading_memory_bytes,
        )
