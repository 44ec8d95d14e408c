"""Tables of places in time. Geometry is MultiPolygon in EPSG:4326 (WGS 84), longitude first."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint

from gisdb.metadata import metadata

admin_level = Table(
    "admin_level",
    metadata,
    Column("code", Text, primary_key=True),
    Column("rank", SmallInteger, nullable=False, unique=True, comment="0 is the country; larger is smaller"),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)

boundary_set = Table(
    "boundary_set",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("level", Text, ForeignKey("admin_level.code"), nullable=False),
    Column("valid", DATERANGE, nullable=False),
    Column("title_vi", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("note_vi", Text, nullable=False, server_default=""),
    Column("note_en", Text, nullable=False, server_default=""),
    Column("origin", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("dated", Text, nullable=False, comment="day or year of the source, as the source gives it"),
    Column("source_crs", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("surveyed", Boolean, nullable=False, comment="exact enough to contradict a declared commune"),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

admin_unit = Table(
    "admin_unit",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("level", Text, ForeignKey("admin_level.code"), nullable=False),
    Column("code", Text, nullable=False, comment="no identity alone: codes are used again"),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default=""),
    Column("parent_id", Integer, ForeignKey("admin_unit.id"), index=True),
    Column("valid", DATERANGE, nullable=False),
    Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False)),
    Column("boundary_set_id", Integer, ForeignKey("boundary_set.id")),
    CheckConstraint("NOT isempty(valid)", name="valid_not_empty"),
    CheckConstraint("geom IS NULL OR ST_IsValid(geom)", name="geom_valid"),
    CheckConstraint("(level = 'country') = (parent_id IS NULL)", name="only_a_country_has_no_parent"),
    ExcludeConstraint(
        ("level", "="), ("code", "="), ("valid", "&&"), name="ex_admin_unit_one_unit_a_code_a_day", using="gist"
    ),
    Index("ix_admin_unit_geom", "geom", postgresql_using="gist"),
    # A look-up by code costs a tenth of what the exclusion constraint's own index takes.
    Index("ix_admin_unit_level_code", "level", "code"),
)

unit_edition = Table(
    "unit_edition",
    metadata,
    Column("sole", Boolean, primary_key=True, server_default=text("true"), comment="there is one row"),
    Column(
        "edition",
        Uuid,
        nullable=False,
        server_default=text("gen_random_uuid()"),
        comment="another one whenever any unit is: programs that remember units ask for it",
    ),
    CheckConstraint("sole", name="one_row"),
)

unit_shape = Table(
    "unit_shape",
    metadata,
    Column("unit_id", Integer, ForeignKey("admin_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("detail", SmallInteger, primary_key=True, comment="0 for the nation's map, 1 for a province's"),
    Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=False),
)

unit_lineage = Table(
    "unit_lineage",
    metadata,
    Column("from_id", Integer, ForeignKey("admin_unit.id"), primary_key=True),
    Column("to_id", Integer, ForeignKey("admin_unit.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("share", Numeric(7, 6), comment="part of the old unit's area that went there; NULL: not known"),
    Column("legal_act", Text, nullable=False),
    Column("confidence", Text, nullable=False, server_default=""),
    CheckConstraint("kind IN ('kept', 'renamed', 'merged', 'split')", name="kind_known"),
    CheckConstraint("share > 0 AND share <= 1", name="share_is_a_part"),
    Index("ix_unit_lineage_to_id", "to_id"),
)

piece = Table(
    "piece",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column(
        "uncertain_unit_id",
        Integer,
        ForeignKey("admin_unit.id"),
        unique=True,
        comment="set: no area, but 'somewhere in this unit'",
    ),
    Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False)),
    Index("ix_piece_geom", "geom", postgresql_using="gist"),
)

unit_piece = Table(
    "unit_piece",
    metadata,
    Column("unit_id", Integer, ForeignKey("admin_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("piece_id", Integer, ForeignKey("piece.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_unit_piece_piece_id", "piece_id"),
)

map_label = Table(
    "map_label",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("geom", Geometry("POINT", 4326, spatial_index=False), nullable=False),
    UniqueConstraint("name_vi"),
)

unit_name = Table(
    "unit_name",
    metadata,
    Column("unit_id", Integer, ForeignKey("admin_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("valid", DATERANGE, nullable=False, server_default=text("'(,)'")),
    Column("folded", Text, nullable=False, comment="lower case, without tones and prefix: what a search compares"),
    Index("ix_unit_name_folded", "folded", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
)

unit_code = Table(
    "unit_code",
    metadata,
    Column("unit_id", Integer, ForeignKey("admin_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("system", Text, primary_key=True, comment="code list code_system"),
    Column("code", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Index("ix_unit_code_code", "code", "system"),
    comment="what a unit is called in other code systems than the one that admin_unit.code belongs to",
)

unit_change = Table(
    "unit_change",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("applied_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("applied_by", Text, nullable=False, comment="who ran the command, as the operating system names them"),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="the file of changes"),
    Column("shapes", LargeBinary, comment="the file of shapes given with it"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("legal_acts", Text, nullable=False),
    Column("report", JSONB, nullable=False),
    Column("reverted_at", DateTime(timezone=True)),
    Column("reverted_by", Text),
    comment="changes of boundaries, each a file that was applied whole",
)

unit_change_row = Table(
    "unit_change_row",
    metadata,
    Column("change_id", Integer, ForeignKey("unit_change.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, Identity(), primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("before", JSONB, comment="NULL: the row was made"),
    Column("after", JSONB, comment="NULL: the row was deleted"),
    CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="row_changed"),
    comment="every row that a change of boundaries touched, as it was and as it became; geometry as hexadecimal EWKB",
)

__all__ = [
    "admin_level",
    "admin_unit",
    "boundary_set",
    "map_label",
    "piece",
    "unit_change",
    "unit_change_row",
    "unit_code",
    "unit_lineage",
    "unit_name",
    "unit_piece",
    "unit_shape",
]
