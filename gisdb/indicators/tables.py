"""Rollups: what the indicators count, for each slice of a table's records, year and piece; summed for the largest units."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gisdb.metadata import metadata

rollup_source = Table(
    "rollup_source",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column(
        "rows_sql", Text, nullable=False, comment="gives workplace_id, year, piece_id, placed_day and its own fields"
    ),
    Column(
        "depends_on", ARRAY(Text), nullable=False, server_default="{}", comment="tables that its measures look at too"
    ),
    Column(
        "cumulative",
        Boolean,
        nullable=False,
        server_default="false",
        comment="a year holds what all years up to it sum to",
    ),
    comment="what measures count over, copied from the indicators' declarations by the migration",
)

rollup_dimension = Table(
    "rollup_dimension",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("matches_sql", Text, nullable=False, comment="{code} stands for the asked code"),
    Column("join_sql", Text, nullable=False, server_default=""),
    Column(
        "slice_codes",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="a row's codes, each of which is a slice; empty: none are kept",
    ),
    Column("codes_sql", Text, nullable=False, server_default="", comment="all codes that there may be a slice of"),
    comment="by what records can be told apart, copied from the indicators' declarations by the migration",
)

rollup_measure = Table(
    "rollup_measure",
    metadata,
    Column("code", Text, primary_key=True),
    Column("table_name", Text, ForeignKey("rollup_source.table_name"), nullable=False),
    Column("position", Integer, nullable=False, comment="where in the figures of the table's cells; 1 is the first"),
    Column("value_sql", Text, nullable=False),
    Column("where_sql", Text, nullable=False),
    Column(
        "per",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="fields of t: rows that agree in them are one thing; empty: every row counts",
    ),
    Column(
        "classes_sql",
        Text,
        nullable=False,
        server_default="",
        comment="a class of t: value_sql of each makes a histogram",
    ),
    Column(
        "adds_over",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{units,years}'"),
        comment="units, years: where parts make the whole",
    ),
    Column("women_sql", Text, nullable=False, server_default="", comment="value_sql of women alone, if it can be told"),
    Column("men_sql", Text, nullable=False, server_default=""),
    UniqueConstraint("table_name", "position"),
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

rollup_slice = Table(
    "rollup_slice",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("slice", Text, nullable=False, comment="'' for all records of the table, or dimension=code"),
    UniqueConstraint("table_name", "slice"),
)

rollup = Table(
    "rollup",
    metadata,
    Column("slice_id", Integer, ForeignKey("rollup_slice.id"), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("piece_id", Integer, ForeignKey("piece.id"), primary_key=True),
    Column("figures", ARRAY(Numeric), nullable=False, comment="the table's measures by their positions"),
    Index("ix_rollup_piece_id_year", "piece_id", "year"),
)

unit_rollup = Table(
    "unit_rollup",
    metadata,
    Column("slice_id", Integer, ForeignKey("rollup_slice.id"), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("unit_id", Integer, ForeignKey("admin_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("figures", ARRAY(Numeric), nullable=False),
    Index("ix_unit_rollup_unit_id", "unit_id"),
    comment="sums of rollup over the pieces of the country and of the units of the level below it",
)

__all__ = [
    "register_placing",
    "rollup",
    "rollup_dimension",
    "rollup_measure",
    "rollup_slice",
    "rollup_source",
    "unit_rollup",
]
