"""Rollups by slice: by factor, group and industry too, several measures in one cell, and sums of the largest units.

Everything here is worked out from the records: the old cells are dropped, and `gisdb migrate` counts them all again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXTS = postgresql.ARRAY(sa.Text())
_COUNTED = (
    "piece_id",
    "workplace_id",
    "measured_on",
    "sampling_reason",
    "verdict",
    "limit_confirmed",
    "value_qualifier",
    "limit_ratio",
    "workers_exposed",
)


def upgrade() -> None:
    op.drop_table("rollup")
    op.drop_table("rollup_measure")
    op.create_table(
        "rollup_source",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column(
            "rows_sql",
            sa.Text(),
            nullable=False,
            comment="gives workplace_id, year, piece_id, placed_day and its own fields",
        ),
        sa.Column(
            "depends_on", _TEXTS, server_default="{}", nullable=False, comment="tables that its measures look at too"
        ),
        sa.Column(
            "cumulative",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="a year holds what all years up to it sum to",
        ),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_rollup_source")),
        comment="what measures count over, copied from the indicators' declarations by the migration",
    )
    op.create_table(
        "rollup_dimension",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("matches_sql", sa.Text(), nullable=False, comment="{code} stands for the asked code"),
        sa.Column("join_sql", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "keys",
            _TEXTS,
            server_default="{}",
            nullable=False,
            comment="fields by which rows are grouped for its slices",
        ),
        sa.Column(
            "slices_sql",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="array of slices over such a group f; empty: none are kept",
        ),
        sa.PrimaryKeyConstraint("table_name", "code", name=op.f("pk_rollup_dimension")),
        comment="by what records can be told apart, copied from the indicators' declarations by the migration",
    )
    _measures()
    _cells()
    op.create_index(
        "ix_measurement_counted",
        "measurement",
        ["year", "factor"],
        postgresql_include=list(_COUNTED),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _measures() -> None:
    op.create_table(
        "rollup_measure",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="where in the figures of the table's cells; 1 is the first",
        ),
        sa.Column("value_sql", sa.Text(), nullable=False),
        sa.Column("where_sql", sa.Text(), nullable=False),
        sa.Column(
            "per",
            _TEXTS,
            server_default="{}",
            nullable=False,
            comment="fields of t: rows that agree in them are one thing; empty: every row counts",
        ),
        sa.Column(
            "classes_sql",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="a class of t: value_sql of each makes a histogram",
        ),
        sa.Column(
            "adds_over",
            _TEXTS,
            server_default=sa.text("'{units,years}'"),
            nullable=False,
            comment="units, years: where parts make the whole",
        ),
        sa.Column(
            "women_sql",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="value_sql of women alone, if it can be told",
        ),
        sa.Column("men_sql", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["table_name"], ["rollup_source.table_name"], name=op.f("fk_rollup_measure_table_name_rollup_source")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rollup_measure")),
        sa.UniqueConstraint("table_name", "position", name=op.f("uq_rollup_measure_table_name_position")),
        comment="what a measure counts, copied from the indicators' declarations by the migration",
    )


def _cells() -> None:
    op.create_table(
        "rollup_slice",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False, comment="'' for all records of the table, or dimension=code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_slice")),
        sa.UniqueConstraint("table_name", "slice", name=op.f("uq_rollup_slice_table_name_slice")),
    )
    op.create_table(
        "rollup",
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column(
            "figures", postgresql.ARRAY(sa.Numeric()), nullable=False, comment="the table's measures by their positions"
        ),
        sa.ForeignKeyConstraint(["slice_id"], ["rollup_slice.id"], name=op.f("fk_rollup_slice_id_rollup_slice")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_rollup_piece_id_piece")),
        sa.PrimaryKeyConstraint("slice_id", "year", "piece_id", name=op.f("pk_rollup")),
    )
    op.create_index("ix_rollup_piece_id_year", "rollup", ["piece_id", "year"])
    op.create_table(
        "unit_rollup",
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.ARRAY(sa.Numeric()), nullable=False),
        sa.ForeignKeyConstraint(["slice_id"], ["rollup_slice.id"], name=op.f("fk_unit_rollup_slice_id_rollup_slice")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_unit_rollup_unit_id_admin_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slice_id", "year", "unit_id", name=op.f("pk_unit_rollup")),
        comment="sums of rollup over the pieces of the country and of the units of the level below it",
    )
    op.create_index("ix_unit_rollup_unit_id", "unit_rollup", ["unit_id"])


def downgrade() -> None:
    op.drop_index("ix_measurement_counted", table_name="measurement")
    for name in ("unit_rollup", "rollup", "rollup_slice", "rollup_measure", "rollup_dimension", "rollup_source"):
        op.drop_table(name)
    op.create_table(
        "rollup_measure",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("value_sql", sa.Text(), nullable=False),
        sa.Column("where_sql", sa.Text(), nullable=False),
        sa.Column(
            "distinct_of",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="fields of t: rows that agree in them count once; empty: every row counts",
        ),
        sa.Column(
            "adds_over",
            _TEXTS,
            server_default=sa.text("'{units,years}'"),
            nullable=False,
            comment="units, years: where parts make the whole; without units there is no rollup",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rollup_measure")),
        comment="what a measure counts, copied from the indicators' declarations by the migration",
    )
    op.create_table(
        "rollup",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure"], ["rollup_measure.code"], name=op.f("fk_rollup_measure_rollup_measure"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_rollup_piece_id_piece")),
        sa.PrimaryKeyConstraint("measure", "year", "piece_id", name=op.f("pk_rollup")),
    )
    op.create_index("ix_rollup_piece_id", "rollup", ["piece_id"])
