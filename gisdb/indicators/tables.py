"""Rollups: what the indicators count, a number a measure, year and piece."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Numeric, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from gisdb.metadata import metadata

rollup_measure = Table(
    "rollup_measure",
    metadata,
    Column("code", Text, primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("value_sql", Text, nullable=False),
    Column("where_sql", Text, nullable=False),
    Column(
        "distinct_of",
        Text,
        nullable=False,
        server_default="",
        comment="fields of t: rows that agree in them count once; empty: every row counts",
    ),
    Column(
        "adds_over",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{units,years}'"),
        comment="units, years: where parts make the whole; without units there is no rollup",
    ),
    comment="what a measure counts, copied from the indicators' declarations by the migration",
)

register_placing = Table(
    "register_placing",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("placed_on", Text, nullable=False),
    Column("bound", Text, nullable=False, server_default="workplace", comment="workplace or unit"),
    comment="how a register's records are placed, copied from the declarations: on which day, or where the unit is",
)

rollup = Table(
    "rollup",
    metadata,
    Column("measure", Text, ForeignKey("rollup_measure.code", ondelete="CASCADE"), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("piece_id", Integer, ForeignKey("piece.id"), primary_key=True),
    Column("value", Numeric, nullable=False),
    Index("ix_rollup_piece_id", "piece_id"),
)

__all__ = ["register_placing", "rollup", "rollup_measure"]
