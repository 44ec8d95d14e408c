"""Factors that are measured, the legal acts and dated limits that judge them, and how the limits were mended."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint

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
    Column(
        "likely_low", Numeric, comment="canonical unit; below it a result is asked about, as a slip of mark or unit"
    ),
    Column(
        "likely_high", Numeric, comment="canonical unit; above it a result is asked about, as a slip of mark or unit"
    ),
    Column(
        "conditions",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="keys that the conditions of its limits know; worked out from the limits",
    ),
    CheckConstraint("molar_mass > 0", name="molar_mass_positive"),
)

legal_act = Table(
    "legal_act",
    metadata,
    Column("code", Text, primary_key=True, comment="as exposure_limit.legal_act writes it"),
    Column("slug", Text, nullable=False, unique=True, comment="its part of an address"),
    Column("title_vi", Text, nullable=False, comment="its subject, not its full title"),
    Column("title_en", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="code list act_kind"),
    Column("issued_on", Date, comment="NULL: not known here"),
    Column("valid_from", Date, comment="first day in force; NULL: not known here"),
    Column("valid_to", Date, comment="first day no longer in force; NULL: none is known"),
    Column("replaces", Text, comment="code of the act that it replaces, in whole or part"),
    Column("note_vi", Text, nullable=False, server_default=""),
    Column("note_en", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False, comment="code list limit_confidence"),
    CheckConstraint("slug ~ '^[a-z0-9-]+$'", name="slug_fits_an_address"),
    CheckConstraint("valid_to > valid_from", name="valid_some_day"),
)

factor_effect = Table(
    "factor_effect",
    metadata,
    Column("factor", Text, ForeignKey("factor.code"), primary_key=True),
    Column("effect", Text, primary_key=True, comment="code list effect"),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False, comment="code list limit_confidence"),
    comment="substances with the same effect, whose shares of their limits are added up",
)

exposure_limit = Table(
    "exposure_limit",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("factor", Text, ForeignKey("factor.code"), nullable=False),
    Column("averaging", Text, nullable=False),
    Column(
        "condition",
        Text,
        nullable=False,
        server_default="",
        comment="work_category=light;work_share=100: keys in alphabetical order; '' where none",
    ),
    Column("shape", Text, nullable=False, comment="how values compare: code list limit_shape"),
    Column("limit_low", Numeric),
    Column("limit_high", Numeric),
    Column("unit", Text, ForeignKey("unit_of_measure.code"), nullable=False),
    Column("ceiling", Numeric, comment="never above it, however short the exposure"),
    Column("exchange_db", Numeric, comment="for levels: dB for each doubling of exposure time"),
    Column("shift_rule", Text, nullable=False, server_default="", comment="how it falls in longer shifts: brief_scala"),
    # No foreign key: a correction may bring an act that no list of ours knows yet.
    Column("legal_act", Text, nullable=False),
    Column("provision", Text, nullable=False, server_default="", comment="article, table or row of the act"),
    Column("valid", DATERANGE, nullable=False),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False, comment="only 'verified' and 'secondary' judge without a mark"),
    Column(
        "confirmed",
        Boolean,
        Computed("confidence IN ('verified', 'secondary')", persisted=True),
        nullable=False,
        comment="false: to be confirmed against the gazette",
    ),
    Column("note", Text, nullable=False, server_default=""),
    CheckConstraint(
        "shape IN ('upper', 'exposure_time', 'octave', 'range', 'lower', 'body_area', 'zero',"
        " 'dust_group', 'dose', 'index', 'unknown')",
        name="shape_known",
    ),
    CheckConstraint(
        "CASE shape WHEN 'unknown' THEN limit_low IS NULL AND limit_high IS NULL"
        " WHEN 'range' THEN limit_low <= limit_high"
        " WHEN 'lower' THEN limit_low IS NOT NULL AND limit_high IS NULL"
        " WHEN 'zero' THEN limit_low IS NULL AND limit_high = 0"
        " ELSE limit_low IS NULL AND limit_high IS NOT NULL END IS TRUE",
        name="bounds_fit_shape",
    ),
    CheckConstraint("shape <> 'exposure_time' OR exchange_db > 0", name="exposure_time_has_its_rate"),
    CheckConstraint("shift_rule = '' OR (shift_rule = 'brief_scala' AND averaging = 'TWA')", name="shift_rule_known"),
    CheckConstraint("NOT isempty(valid)", name="valid_some_day"),
    ExcludeConstraint(
        ("factor", "="),
        ("averaging", "="),
        ("condition", "="),
        ("valid", "&&"),
        name="ex_exposure_limit_one_limit_a_day",
        using="gist",
    ),
)

limit_change = Table(
    "limit_change",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("limit_id", Integer, ForeignKey("exposure_limit.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", JSONB, comment="NULL: the limit was made"),
    Column("after", JSONB, nullable=False),
    CheckConstraint("action IN ('confirm', 'correct')", name="action_known"),
    Index("ix_limit_change_limit_id", "limit_id"),
    comment="limits that an administrator confirmed or corrected; the program's own rows no longer overwrite them",
)

__all__ = ["exposure_limit", "factor", "factor_effect", "legal_act", "limit_change"]
