"""Factors that are measured and the dated limits that judge them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Identity, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

from gisdb.metadata import metadata

factor = Table(
    "factor",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("factor_group", Text, nullable=False, comment="noise, dust, chemical, …: code list factor_group"),
    Column("unit", Text, ForeignKey("unit_of_measure.code"), nullable=False, comment="canonical unit"),
    Column("cas", Text, comment="CAS registry number"),
    Column("molar_mass", Numeric, comment="g/mol; converts ppm to mg/m3"),
    CheckConstraint("molar_mass > 0", name="molar_mass_positive"),
)

exposure_limit = Table(
    "exposure_limit",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("factor", Text, ForeignKey("factor.code"), nullable=False),
    Column("averaging", Text, nullable=False),
    Column("condition", Text, nullable=False, server_default="", comment="work category, area, …; '' where none"),
    Column("shape", Text, nullable=False, comment="which rule compares: upper, exposure_time"),
    Column("limit_low", Numeric),
    Column("limit_high", Numeric),
    Column("unit", Text, ForeignKey("unit_of_measure.code"), nullable=False),
    Column("legal_act", Text, nullable=False),
    Column("valid", DATERANGE, nullable=False),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False, comment="only 'verified' and 'secondary' judge without a mark"),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint("limit_low IS NOT NULL OR limit_high IS NOT NULL", name="limit_says_something"),
    CheckConstraint("shape IN ('upper', 'exposure_time')", name="shape_known"),
    ExcludeConstraint(
        ("factor", "="),
        ("averaging", "="),
        ("condition", "="),
        ("valid", "&&"),
        name="ex_exposure_limit_one_limit_a_day",
        using="gist",
    ),
)

__all__ = ["exposure_limit", "factor"]
