"""Tables that every register leans on: coded lists, and the identity of a workplace."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Integer, Numeric, Table, Text

from gisdb.metadata import metadata

code_list = Table(
    "code_list",
    metadata,
    Column("list", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("parent", Text, nullable=False, server_default=""),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=""),
    Column("confidence", Text, nullable=False, server_default=""),
)

unit_of_measure = Table(
    "unit_of_measure",
    metadata,
    Column("code", Text, primary_key=True),
    Column("dimension", Text, nullable=False),
    Column("scale", Numeric, nullable=False, comment="times the dimension's base unit"),
    CheckConstraint("scale > 0", name="scale_positive"),
)

unit_spelling = Table(
    "unit_spelling",
    metadata,
    Column("spelling", Text, primary_key=True, comment="as people write it, lower case without spaces"),
    Column("code", Text, ForeignKey("unit_of_measure.code"), nullable=False),
)

workplace = Table(
    "workplace",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
)

__all__ = ["code_list", "unit_of_measure", "unit_spelling", "workplace"]
