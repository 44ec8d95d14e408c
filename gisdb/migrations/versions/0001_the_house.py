"""The house.

Must not break the version of the program that runs before it: add, fill, then require; drop one release later.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_level",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False, comment="0 is the country; larger is smaller"),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_admin_level")),
        sa.UniqueConstraint("rank", name=op.f("uq_admin_level_rank")),
    )
    op.create_table(
        "code_list",
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("confidence", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("list", "code", name=op.f("pk_code_list")),
    )
    op.create_table(
        "map_label",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("geom", Geometry("POINT", 4326, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_label")),
        sa.UniqueConstraint("name_vi", name=op.f("uq_map_label_name_vi")),
    )
    op.create_table(
        "register_placing",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("placed_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_register_placing")),
        comment="on which day a record's place is asked, copied from the registers' declarations",
    )
    op.create_table(
        "rollup_measure",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("value_sql", sa.Text(), nullable=False),
        sa.Column("where_sql", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rollup_measure")),
        comment="what a measure counts, copied from the indicators' declarations by the migration",
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_address_at", "sign_in_failure", ["address", "at"], unique=False)
    op.create_index("ix_sign_in_failure_login_at", "sign_in_failure", ["login", "at"], unique=False)
    op.create_table(
        "unit_of_measure",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("scale", sa.Numeric(), nullable=False, comment="times the dimension's base unit"),
        sa.CheckConstraint("scale > 0", name=op.f("ck_unit_of_measure_scale_positive")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit_of_measure")),
    )
    op.create_table(
        "workplace",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workplace")),
        sa.UniqueConstraint("code", name=op.f("uq_workplace_code")),
    )
    op.create_table(
        "boundary_set",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("title_vi", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("note_vi", sa.Text(), server_default="", nullable=False),
        sa.Column("note_en", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("dated", sa.Text(), nullable=False, comment="day or year of the source, as the source gives it"),
        sa.Column("source_crs", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("surveyed", sa.Boolean(), nullable=False, comment="exact enough to contradict a declared commune"),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["level"], ["admin_level.code"], name=op.f("fk_boundary_set_level_admin_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_set")),
    )
    op.create_table(
        "factor",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "factor_group", sa.Text(), nullable=False, comment="noise, dust, chemical, …: code list factor_group"
        ),
        sa.Column("unit", sa.Text(), nullable=False, comment="canonical unit"),
        sa.Column("cas", sa.Text(), nullable=True, comment="CAS registry number"),
        sa.Column("molar_mass", sa.Numeric(), nullable=True, comment="g/mol; converts ppm to mg/m3"),
        sa.CheckConstraint("molar_mass > 0", name=op.f("ck_factor_molar_mass_positive")),
        sa.ForeignKeyConstraint(["unit"], ["unit_of_measure.code"], name=op.f("fk_factor_unit_unit_of_measure")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_factor")),
    )
    op.create_table(
        "unit_spelling",
        sa.Column("spelling", sa.Text(), nullable=False, comment="as people write it, lower case without spaces"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["unit_of_measure.code"], name=op.f("fk_unit_spelling_code_unit_of_measure")),
        sa.PrimaryKeyConstraint("spelling", name=op.f("pk_unit_spelling")),
    )
    op.create_table(
        "admin_unit",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="no identity alone: codes are used again"),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=True),
        sa.Column("boundary_set_id", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("level"), "="),
            (sa.column("code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_admin_unit_one_unit_a_code_a_day",
        ),
        sa.CheckConstraint(
            "(level = 'country') = (parent_id IS NULL)", name=op.f("ck_admin_unit_only_a_country_has_no_parent")
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_admin_unit_valid_not_empty")),
        sa.CheckConstraint("geom IS NULL OR ST_IsValid(geom)", name=op.f("ck_admin_unit_geom_valid")),
        sa.ForeignKeyConstraint(
            ["boundary_set_id"], ["boundary_set.id"], name=op.f("fk_admin_unit_boundary_set_id_boundary_set")
        ),
        sa.ForeignKeyConstraint(["level"], ["admin_level.code"], name=op.f("fk_admin_unit_level_admin_level")),
        sa.ForeignKeyConstraint(["parent_id"], ["admin_unit.id"], name=op.f("fk_admin_unit_parent_id_admin_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_unit")),
    )
    op.create_index("ix_admin_unit_geom", "admin_unit", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_admin_unit_parent_id"), "admin_unit", ["parent_id"], unique=False)
    op.create_table(
        "exposure_limit",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("factor", sa.Text(), nullable=False),
        sa.Column("averaging", sa.Text(), nullable=False),
        sa.Column(
            "condition", sa.Text(), server_default="", nullable=False, comment="work category, area, …; '' where none"
        ),
        sa.Column("shape", sa.Text(), nullable=False, comment="which rule compares: upper, exposure_time"),
        sa.Column("limit_low", sa.Numeric(), nullable=True),
        sa.Column("limit_high", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("legal_act", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "confidence", sa.Text(), nullable=False, comment="only 'verified' and 'secondary' judge without a mark"
        ),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("factor"), "="),
            (sa.column("averaging"), "="),
            (sa.column("condition"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_exposure_limit_one_limit_a_day",
        ),
        sa.CheckConstraint("shape IN ('upper', 'exposure_time')", name=op.f("ck_exposure_limit_shape_known")),
        sa.CheckConstraint(
            "limit_low IS NOT NULL OR limit_high IS NOT NULL", name=op.f("ck_exposure_limit_limit_says_something")
        ),
        sa.ForeignKeyConstraint(["factor"], ["factor.code"], name=op.f("fk_exposure_limit_factor_factor")),
        sa.ForeignKeyConstraint(
            ["unit"], ["unit_of_measure.code"], name=op.f("fk_exposure_limit_unit_unit_of_measure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_limit")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True, comment="the unit whose pieces the account sees"),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="argon2id; NULL: cannot sign in"),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(role = 'province') = (unit_id IS NOT NULL)", name=op.f("ck_account_a_province_account_has_its_unit")
        ),
        sa.CheckConstraint("role IN ('province', 'institute', 'administrator')", name=op.f("ck_account_role_known")),
        sa.ForeignKeyConstraint(["unit_id"], ["admin_unit.id"], name=op.f("fk_account_unit_id_admin_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "piece",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "uncertain_unit_id", sa.Integer(), nullable=True, comment="set: no area, but 'somewhere in this unit'"
        ),
        sa.Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=True),
        sa.ForeignKeyConstraint(
            ["uncertain_unit_id"], ["admin_unit.id"], name=op.f("fk_piece_uncertain_unit_id_admin_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece")),
        sa.UniqueConstraint("code", name=op.f("uq_piece_code")),
        sa.UniqueConstraint("uncertain_unit_id", name=op.f("uq_piece_uncertain_unit_id")),
    )
    op.create_index("ix_piece_geom", "piece", ["geom"], unique=False, postgresql_using="gist")
    op.create_table(
        "unit_lineage",
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "share",
            sa.Numeric(precision=7, scale=6),
            nullable=True,
            comment="part of the old unit's area that went there; NULL: not known",
        ),
        sa.Column("legal_act", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('kept', 'renamed', 'merged', 'split')", name=op.f("ck_unit_lineage_kind_known")),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_unit_lineage_share_is_a_part")),
        sa.ForeignKeyConstraint(["from_id"], ["admin_unit.id"], name=op.f("fk_unit_lineage_from_id_admin_unit")),
        sa.ForeignKeyConstraint(["to_id"], ["admin_unit.id"], name=op.f("fk_unit_lineage_to_id_admin_unit")),
        sa.PrimaryKeyConstraint("from_id", "to_id", name=op.f("pk_unit_lineage")),
    )
    op.create_index("ix_unit_lineage_to_id", "unit_lineage", ["to_id"], unique=False)
    op.create_table(
        "unit_name",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), server_default=sa.text("'(,)'"), nullable=False),
        sa.Column(
            "folded", sa.Text(), nullable=False, comment="lower case, without tones and prefix: what a search compares"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_unit_name_unit_id_admin_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "name", name=op.f("pk_unit_name")),
    )
    op.create_index(
        "ix_unit_name_folded",
        "unit_name",
        ["folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.create_table(
        "unit_shape",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.SmallInteger(), nullable=False, comment="0 for the nation's map, 1 for a province's"),
        sa.Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_unit_shape_unit_id_admin_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "detail", name=op.f("pk_unit_shape")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
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
    op.create_index("ix_rollup_piece_id", "rollup", ["piece_id"], unique=False)
    op.create_table(
        "unit_piece",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["piece_id"], ["piece.id"], name=op.f("fk_unit_piece_piece_id_piece"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_unit_piece_unit_id_admin_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "piece_id", name=op.f("pk_unit_piece")),
    )
    op.create_index("ix_unit_piece_piece_id", "unit_piece", ["piece_id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "reading",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="number and day style, headers matched",
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('committed', 'undone')", name=op.f("ck_upload_state_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_register_sha256", "upload", ["register", "sha256"], unique=False)
    op.create_table(
        "incident",
        sa.Column("workplace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="Case number"),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="Happened on"),
        sa.Column("severity", sa.Text(), nullable=False, comment="Severity"),
        sa.Column("victims", sa.Integer(), nullable=False, comment="Victims"),
        sa.Column("women", sa.Integer(), nullable=False, comment="Women"),
        sa.Column("deaths", sa.Integer(), nullable=False, comment="Deaths"),
        sa.Column("seriously_injured", sa.Integer(), nullable=False, comment="Seriously injured"),
        sa.Column("cause_list", sa.Text(), nullable=False, comment="Cause list"),
        sa.Column("cause", sa.Text(), nullable=True, comment="Cause"),
        sa.Column("factor_list", sa.Text(), nullable=False, comment="Injury factor list"),
        sa.Column("injury_factor", sa.Text(), nullable=True, comment="Injury factor"),
        sa.Column("lost_days", sa.Integer(), nullable=True, comment="Lost days"),
        sa.Column("cost_vnd", sa.Numeric(), nullable=True, comment="Cost (VND)"),
        sa.Column("place", sa.Text(), nullable=True, comment="Place of the accident"),
        sa.Column("place_longitude", sa.Numeric(), nullable=True, comment="Place longitude"),
        sa.Column("place_latitude", sa.Numeric(), nullable=True, comment="Place latitude"),
        sa.Column("description", sa.Text(), nullable=True, comment="Description"),
        sa.Column("place_geom", Geometry("POINT", 4326, spatial_index=False), nullable=True),
        sa.Column("place_piece_id", sa.Integer(), nullable=True),
        sa.Column(
            "year",
            sa.SmallInteger(),
            sa.Computed("(extract(year from happened_on))::smallint", persisted=True),
            nullable=False,
        ),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="line of the uploaded file; 1 is its first"),
        sa.Column(
            "raw",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="text of the cells that parsing changed, by column",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(severity = 'fatal') = (deaths > 0)", name=op.f("ck_incident_fatal_means_deaths")),
        sa.CheckConstraint("deaths + seriously_injured <= victims", name=op.f("ck_incident_hurt_are_victims")),
        sa.CheckConstraint("victims >= 1", name=op.f("ck_incident_someone_was_hurt")),
        sa.CheckConstraint("women <= victims", name=op.f("ck_incident_women_are_victims")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_incident_piece_id_piece")),
        sa.ForeignKeyConstraint(["place_piece_id"], ["piece.id"], name=op.f("fk_incident_place_piece_id_piece")),
        sa.ForeignKeyConstraint(["superseded_by"], ["upload.id"], name=op.f("fk_incident_superseded_by_upload")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_incident_upload_id_upload")),
        sa.ForeignKeyConstraint(["workplace_id"], ["workplace.id"], name=op.f("fk_incident_workplace_id_workplace")),
        sa.PrimaryKeyConstraint("workplace_id", "id", name=op.f("pk_incident")),
        comment="Occupational accidents",
    )
    op.create_index(
        "ix_incident_piece_year",
        "incident",
        ["piece_id", "year"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_incident_upload_id"), "incident", ["upload_id"], unique=False)
    op.create_index(
        "uq_incident_key",
        "incident",
        ["workplace_id", "number"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "measurement",
        sa.Column("workplace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("sampling_point", sa.Text(), nullable=False, comment="Sampling point"),
        sa.Column("measured_on", sa.Date(), nullable=False, comment="Measured on"),
        sa.Column("factor", sa.Text(), nullable=False, comment="Factor code"),
        sa.Column("averaging", sa.Text(), nullable=False, comment="Averaging"),
        sa.Column("value", sa.Numeric(), nullable=True, comment="Value"),
        sa.Column("value_qualifier", sa.Text(), nullable=False, comment="Value"),
        sa.Column("unit", sa.Text(), nullable=False, comment="Unit"),
        sa.Column("lod", sa.Numeric(), nullable=True, comment="Detection limit"),
        sa.Column("method", sa.Text(), nullable=True, comment="Method"),
        sa.Column("duration_minutes", sa.Numeric(), nullable=True, comment="Duration (minutes)"),
        sa.Column("shift_hours", sa.Numeric(), nullable=False, comment="Shift (hours)"),
        sa.Column("workers_exposed", sa.Integer(), nullable=True, comment="Workers exposed"),
        sa.Column("sampling_reason", sa.Text(), nullable=False, comment="Reason for sampling"),
        sa.Column("laboratory", sa.Text(), nullable=True, comment="Laboratory"),
        sa.Column("repeat", sa.Integer(), nullable=False, comment="Repeat"),
        sa.Column("canonical_value", sa.Numeric(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.Column("limit_id", sa.Integer(), nullable=True),
        sa.Column("limit_value", sa.Numeric(), nullable=True),
        sa.Column(
            "year",
            sa.SmallInteger(),
            sa.Computed("(extract(year from measured_on))::smallint", persisted=True),
            nullable=False,
        ),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="line of the uploaded file; 1 is its first"),
        sa.Column(
            "raw",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="text of the cells that parsing changed, by column",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "value IS NOT NULL OR value_qualifier = '<'", name=op.f("ck_measurement_value_or_not_detected")
        ),
        sa.CheckConstraint("value_qualifier IN ('=', '<', '>')", name=op.f("ck_measurement_qualifier_known")),
        sa.CheckConstraint(
            "verdict = 'cannot_judge' OR limit_id IS NOT NULL", name=op.f("ck_measurement_judged_by_a_limit")
        ),
        sa.CheckConstraint("verdict IN ('pass', 'exceeds', 'cannot_judge')", name=op.f("ck_measurement_verdict_known")),
        sa.CheckConstraint("repeat >= 1", name=op.f("ck_measurement_repeat_positive")),
        sa.ForeignKeyConstraint(["factor"], ["factor.code"], name=op.f("fk_measurement_factor_factor")),
        sa.ForeignKeyConstraint(
            ["limit_id"], ["exposure_limit.id"], name=op.f("fk_measurement_limit_id_exposure_limit")
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_measurement_piece_id_piece")),
        sa.ForeignKeyConstraint(["superseded_by"], ["upload.id"], name=op.f("fk_measurement_superseded_by_upload")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_measurement_upload_id_upload")),
        sa.ForeignKeyConstraint(["workplace_id"], ["workplace.id"], name=op.f("fk_measurement_workplace_id_workplace")),
        sa.PrimaryKeyConstraint("workplace_id", "id", name=op.f("pk_measurement")),
        comment="Workplace measurements",
    )
    op.create_index(
        "ix_measurement_piece_year",
        "measurement",
        ["piece_id", "year"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_measurement_upload_id"), "measurement", ["upload_id"], unique=False)
    op.create_index(
        "uq_measurement_key",
        "measurement",
        ["workplace_id", "factor", "averaging", "sampling_point", "measured_on", "repeat"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "reported_total",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.Text(), nullable=False, comment="Reporting level"),
        sa.Column("unit", sa.Text(), nullable=False, comment="Unit code"),
        sa.Column("period", sa.Text(), nullable=False, comment="Period"),
        sa.Column("item", sa.Text(), nullable=False, comment="Item"),
        sa.Column("population", sa.Text(), nullable=False, comment="Population"),
        sa.Column("value", sa.Numeric(), nullable=False, comment="Value"),
        sa.Column("source", sa.Text(), nullable=False, comment="Source"),
        sa.Column("confidence", sa.Text(), nullable=False, comment="Confidence"),
        sa.Column("note", sa.Text(), nullable=True, comment="Note"),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="line of the uploaded file; 1 is its first"),
        sa.Column(
            "raw",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="text of the cells that parsing changed, by column",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["superseded_by"], ["upload.id"], name=op.f("fk_reported_total_superseded_by_upload")),
        sa.ForeignKeyConstraint(["unit_id"], ["admin_unit.id"], name=op.f("fk_reported_total_unit_id_admin_unit")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_reported_total_upload_id_upload")),
        sa.PrimaryKeyConstraint("unit_id", "id", name=op.f("pk_reported_total")),
        comment="Reported totals",
    )
    op.create_index(op.f("ix_reported_total_upload_id"), "reported_total", ["upload_id"], unique=False)
    op.create_index(
        "uq_reported_total_key",
        "reported_total",
        ["unit_id", "period", "item", "population"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "upload_file",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_file_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_upload_file")),
    )
    op.create_table(
        "workplace_state",
        sa.Column("workplace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="Workplace code"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="Valid from"),
        sa.Column("name_vi", sa.Text(), nullable=False, comment="Name"),
        sa.Column("tax_code", sa.Text(), nullable=True, comment="Tax code"),
        sa.Column("enterprise_type", sa.Text(), nullable=True, comment="Enterprise type"),
        sa.Column("industry_version", sa.Text(), nullable=False, comment="VSIC version"),
        sa.Column("industry", sa.Text(), nullable=False, comment="Industry code"),
        sa.Column("commune", sa.Text(), nullable=False, comment="Commune code"),
        sa.Column("units_on", sa.Date(), nullable=True, comment="Commune code as of"),
        sa.Column("address", sa.Text(), nullable=True, comment="Address"),
        sa.Column("longitude", sa.Numeric(), nullable=True, comment="Longitude"),
        sa.Column("latitude", sa.Numeric(), nullable=True, comment="Latitude"),
        sa.Column("geom", Geometry("POINT", 4326, spatial_index=False), nullable=True),
        sa.Column("declared_unit_id", sa.Integer(), nullable=False),
        sa.Column("place_certain", sa.Boolean(), nullable=False),
        sa.Column(
            "year",
            sa.SmallInteger(),
            sa.Computed("(extract(year from valid_from))::smallint", persisted=True),
            nullable=False,
        ),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="line of the uploaded file; 1 is its first"),
        sa.Column(
            "raw",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="text of the cells that parsing changed, by column",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declared_unit_id"], ["admin_unit.id"], name=op.f("fk_workplace_state_declared_unit_id_admin_unit")
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_workplace_state_piece_id_piece")),
        sa.ForeignKeyConstraint(["superseded_by"], ["upload.id"], name=op.f("fk_workplace_state_superseded_by_upload")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_workplace_state_upload_id_upload")),
        sa.ForeignKeyConstraint(
            ["workplace_id"], ["workplace.id"], name=op.f("fk_workplace_state_workplace_id_workplace")
        ),
        sa.PrimaryKeyConstraint("workplace_id", "id", name=op.f("pk_workplace_state")),
        comment="Workplaces",
    )
    op.create_index("ix_workplace_state_declared_unit_id", "workplace_state", ["declared_unit_id"], unique=False)
    op.create_index(
        "ix_workplace_state_piece_year",
        "workplace_state",
        ["piece_id", "year"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_workplace_state_upload_id"), "workplace_state", ["upload_id"], unique=False)
    op.create_index(
        "ix_workplace_state_workplace_id_valid_from", "workplace_state", ["workplace_id", "valid_from"], unique=False
    )
    op.create_index(
        "uq_workplace_state_key",
        "workplace_state",
        ["workplace_id", "valid_from"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "workplace_year",
        sa.Column("workplace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, comment="Year"),
        sa.Column("workers", sa.Integer(), nullable=False, comment="Workers"),
        sa.Column("women", sa.Integer(), nullable=True, comment="Women"),
        sa.Column("hours", sa.BigInteger(), nullable=True, comment="Hours worked"),
        sa.Column("exposed", sa.Integer(), nullable=True, comment="Workers exposed"),
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="line of the uploaded file; 1 is its first"),
        sa.Column(
            "raw",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="text of the cells that parsing changed, by column",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("exposed <= workers", name=op.f("ck_workplace_year_exposed_are_workers")),
        sa.CheckConstraint("hours <= workers::bigint * 8784", name=op.f("ck_workplace_year_hours_possible")),
        sa.CheckConstraint("women <= workers", name=op.f("ck_workplace_year_women_are_workers")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_workplace_year_piece_id_piece")),
        sa.ForeignKeyConstraint(["superseded_by"], ["upload.id"], name=op.f("fk_workplace_year_superseded_by_upload")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_workplace_year_upload_id_upload")),
        sa.ForeignKeyConstraint(
            ["workplace_id"], ["workplace.id"], name=op.f("fk_workplace_year_workplace_id_workplace")
        ),
        sa.PrimaryKeyConstraint("workplace_id", "id", name=op.f("pk_workplace_year")),
        comment="Workplace years",
    )
    op.create_index(
        "ix_workplace_year_piece_year",
        "workplace_year",
        ["piece_id", "year"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_workplace_year_upload_id"), "workplace_year", ["upload_id"], unique=False)
    op.create_index(
        "uq_workplace_year_key",
        "workplace_year",
        ["workplace_id", "year"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_index(
        "uq_workplace_year_key",
        table_name="workplace_year",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_workplace_year_upload_id"), table_name="workplace_year")
    op.drop_index(
        "ix_workplace_year_piece_year", table_name="workplace_year", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_table("workplace_year")
    op.drop_index(
        "uq_workplace_state_key",
        table_name="workplace_state",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index("ix_workplace_state_workplace_id_valid_from", table_name="workplace_state")
    op.drop_index(op.f("ix_workplace_state_upload_id"), table_name="workplace_state")
    op.drop_index(
        "ix_workplace_state_piece_year", table_name="workplace_state", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_index("ix_workplace_state_declared_unit_id", table_name="workplace_state")
    op.drop_table("workplace_state")
    op.drop_table("upload_file")
    op.drop_index(
        "uq_reported_total_key",
        table_name="reported_total",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_reported_total_upload_id"), table_name="reported_total")
    op.drop_table("reported_total")
    op.drop_index(
        "uq_measurement_key",
        table_name="measurement",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_measurement_upload_id"), table_name="measurement")
    op.drop_index(
        "ix_measurement_piece_year", table_name="measurement", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_table("measurement")
    op.drop_index(
        "uq_incident_key",
        table_name="incident",
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_incident_upload_id"), table_name="incident")
    op.drop_index("ix_incident_piece_year", table_name="incident", postgresql_where=sa.text("superseded_at IS NULL"))
    op.drop_table("incident")
    op.drop_index("ix_upload_register_sha256", table_name="upload")
    op.drop_table("upload")
    op.drop_index("ix_unit_piece_piece_id", table_name="unit_piece")
    op.drop_table("unit_piece")
    op.drop_index("ix_rollup_piece_id", table_name="rollup")
    op.drop_table("rollup")
    op.drop_table("audit")
    op.drop_table("unit_shape")
    op.drop_index(
        "ix_unit_name_folded", table_name="unit_name", postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}
    )
    op.drop_table("unit_name")
    op.drop_index("ix_unit_lineage_to_id", table_name="unit_lineage")
    op.drop_table("unit_lineage")
    op.drop_index("ix_piece_geom", table_name="piece", postgresql_using="gist")
    op.drop_table("piece")
    op.drop_table("account")
    op.drop_table("exposure_limit")
    op.drop_index(op.f("ix_admin_unit_parent_id"), table_name="admin_unit")
    op.drop_index("ix_admin_unit_geom", table_name="admin_unit", postgresql_using="gist")
    op.drop_table("admin_unit")
    op.drop_table("unit_spelling")
    op.drop_table("factor")
    op.drop_table("boundary_set")
    op.drop_table("workplace")
    op.drop_table("unit_of_measure")
    op.drop_index("ix_sign_in_failure_login_at", table_name="sign_in_failure")
    op.drop_index("ix_sign_in_failure_address_at", table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("rollup_measure")
    op.drop_table("register_placing")
    op.drop_table("map_label")
    op.drop_table("code_list")
    op.drop_table("admin_level")
