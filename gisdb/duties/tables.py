"""Duties to report, dated as the law is."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, SmallInteger, Table, Text

from gisdb.metadata import metadata

report_duty = Table(
    "report_duty",
    metadata,
    Column("code", Text, primary_key=True),
    Column("register", Text, nullable=False, comment="name of the register that the report comes into"),
    Column("table_name", Text, nullable=False, comment="that register's table"),
    Column("owed_by", Text, nullable=False, comment="unit: each of a level; workplace: each on the register"),
    Column("level", Text, nullable=False, server_default="", comment="of the units that owe it"),
    Column("population", Text, nullable=False, server_default="", comment="whom the report is of; empty: any"),
    Column(
        "only_exposed", Boolean, nullable=False, server_default="false", comment="of workplaces with exposed workers"
    ),
    Column("period_kind", Text, nullable=False, comment="year, first_half, half or quarter"),
    Column("months_after", SmallInteger, nullable=False, comment="whole months between the period and the deadline's"),
    Column("before_day", SmallInteger, nullable=False, comment="first day of that month on which it is late"),
    Column("dated_by", Text, nullable=False, comment="recorded: when it came; done: done in the period is in time"),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("receiver_vi", Text, nullable=False),
    Column("receiver_en", Text, nullable=False),
    Column("legal_basis_vi", Text, nullable=False),
    Column("legal_basis_en", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False, comment="code list limit_confidence"),
    Column("valid_from", Date, nullable=False, comment="periods that end on this day or later"),
    Column("valid_to", Date, comment="periods that end before this day; NULL: no end is known"),
    CheckConstraint("owed_by IN ('unit', 'workplace')", name="owed_by_known"),
    CheckConstraint("(owed_by = 'unit') = (level <> '')", name="units_have_a_level"),
    # The rows of a workplace's registers are found by their year.
    CheckConstraint("owed_by = 'unit' OR period_kind = 'year'", name="workplaces_owe_by_the_year"),
    CheckConstraint("owed_by = 'workplace' OR NOT only_exposed", name="workplaces_are_exposed"),
    CheckConstraint("period_kind IN ('year', 'first_half', 'half', 'quarter')", name="period_kind_known"),
    CheckConstraint("dated_by IN ('recorded', 'done')", name="dated_by_known"),
    CheckConstraint("months_after >= 0 AND before_day BETWEEN 1 AND 28", name="deadline_possible"),
    CheckConstraint("valid_to > valid_from", name="valid_some_day"),
    comment="reports that the law asks for, copied from the shipped list by the migration",
)

__all__ = ["report_duty"]
