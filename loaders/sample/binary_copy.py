"""Columns of whole numbers and days → the bytes of PostgreSQL's binary COPY, without a step per row.

The format is that of the manual's page on COPY: a signature, then for each row the number of its fields, and for each
field its length and its bytes, big end first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_SIZES = {"int2": 2, "int4": 4, "date": 4}

# 2000-01-01, from which the server counts days, in days since 1970-01-01.
_SERVER_EPOCH = 10_957


class Layout:
    """The fields of one table, none of them NULL: name → ``int2``, ``int4`` or ``date`` (days since 1970-01-01)."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        parts: list[tuple[str, str]] = [("count", ">i2")]
        for name, kind in self.fields.items():
            parts += [(f"{name} length", ">i4"), (name, f">i{_SIZES[kind]}")]
        self._row = np.dtype(parts)

    @property
    def ddl(self) -> str:
        """The fields as ``CREATE TABLE`` lists them."""
        return ", ".join(f"{name} {kind} NOT NULL" for name, kind in self.fields.items())

    def encode(self, columns: Mapping[str, NDArray[Any]]) -> bytes:
        """The rows of ``columns``, arrays of one length; raises OverflowError where a number is too large for its field."""
        rows = np.empty(len(next(iter(columns.values()))), dtype=self._row)
        rows["count"] = len(self.fields)
        for name, kind in self.fields.items():
            values = np.asarray(columns[name], dtype=np.int64)
            shifted = values - _SERVER_EPOCH if kind == "date" else values
            room = np.iinfo(f"i{_SIZES[kind]}")
            if len(shifted) and not room.min <= shifted.min() <= shifted.max() <= room.max:
                raise OverflowError(f"{name} does not fit {kind}")
            rows[f"{name} length"] = _SIZES[kind]
            rows[name] = shifted
        return rows.tobytes()
