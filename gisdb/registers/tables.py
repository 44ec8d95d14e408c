"""Tables that every register leans on: coded lists, and the identity of a workplace."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

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

code_spelling = Table(
    "code_spelling",
    metadata,
    Column(
        "list",
        Text,
        primary_key=True,
        comment="a list of code_list, factor, left_out (headers that no register reads), legal_form or unit_kind (before names)",
    ),
    Column("spelling", Text, primary_key=True, comment="what people write instead of the code or its name"),
    Column("code", Text, nullable=False),
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

layout = Table(
    "layout",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("unit_id", Integer, ForeignKey("admin_unit.id"), comment="whose files look so; NULL: the institute's"),
    Column("register", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, comment="of the file's headers without tones, in any order"),
    Column("choices", JSONB, nullable=False, comment="what a person decided about columns, numbers and days"),
    Column("used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("unit_id", "register", "fingerprint", postgresql_nulls_not_distinct=True),
    comment="how files of one layout are read, remembered from what a person confirmed",
)

__all__ = ["code_list", "code_spelling", "layout", "unit_of_measure", "unit_spelling", "workplace"]
