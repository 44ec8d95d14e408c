"""Tables of the uploads: the file, what a person decided, what the checks found, reviews and locked periods."""

from __future__ import annotations

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
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gisdb.metadata import metadata
from gisdb.uploads.upload import STATES, WORKS

upload = Table(
    "upload",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("register", Text, nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("wanted", Text, comment="work that the background has still to do"),
    Column("wanted_by", Integer, ForeignKey("account.id")),
    Column("wanted_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default="0", comment="how often the wanted work was begun"),
    Column("begun_at", DateTime(timezone=True), comment="when work on it was last begun"),
    Column("progress", JSONB, comment="the step that the background is at"),
    Column("synthetic", Boolean, nullable=False, server_default="false"),
    Column("counts", JSONB, nullable=False, server_default="{}"),
    Column("reading", JSONB, nullable=False, server_default="{}", comment="number and day style, headers matched"),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("submitted_at", DateTime(timezone=True)),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("reviewed_by", Integer, ForeignKey("account.id")),
    Column("committed_at", DateTime(timezone=True)),
    Column("undone_at", DateTime(timezone=True)),
    Column("undone_by", Integer, ForeignKey("account.id")),
    CheckConstraint(f"state IN ({', '.join(repr(one) for one in STATES)})", name="state_known"),
    CheckConstraint(f"wanted IN ({', '.join(repr(one) for one in WORKS)})", name="wanted_known"),
    CheckConstraint("(wanted IS NULL) = (wanted_by IS NULL)", name="somebody_wants_it"),
    Index("ix_upload_wanted_at", "wanted_at", postgresql_where=text("wanted IS NOT NULL")),
    CheckConstraint("(state IN ('committed', 'undone')) = (committed_at IS NOT NULL)", name="committed_has_its_time"),
    Index("ix_upload_register_sha256", "register", "sha256"),
    Index("ix_upload_account_id_received_at", "account_id", "received_at"),
    Index("ix_upload_account_id_begun_at", "account_id", "begun_at"),
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", BigInteger, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="from 0; the parts in this order are the file"),
    Column("content", LargeBinary, nullable=False),
)

upload_report = Table(
    "upload_report",
    metadata,
    Column("upload_id", BigInteger, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("choices", JSONB, nullable=False, server_default="{}", comment="what a person decided about the file"),
    Column("receipt", JSONB, nullable=False, server_default="{}", comment="what the last check, commit or undo found"),
    Column("comment", Text, nullable=False, server_default="", comment="what the reviewer wrote"),
    comment="what is nobody else's business about an upload",
)

upload_problem = Table(
    "upload_problem",
    metadata,
    Column("upload_id", BigInteger, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="errors first, then by line"),
    Column("severity", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("line", Integer),
    Column("column_name", Text),
    Column("position", Integer, comment="the cell of its row, from 0"),
    Column("cell", Text),
    Column("params", JSONB, nullable=False, server_default="{}"),
)

review_rule = Table(
    "review_rule",
    metadata,
    Column("unit_id", Integer, ForeignKey("admin_unit.id"), primary_key=True),
    Column("set_by", Integer, ForeignKey("account.id"), nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="units whose uploads need a second pair of eyes",
)

period_lock = Table(
    "period_lock",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("register", Text, nullable=False),
    Column("unit_id", Integer, ForeignKey("admin_unit.id"), comment="NULL: the whole country"),
    Column("until", Date, nullable=False, comment="the last locked day"),
    Column("locked_by", Integer, ForeignKey("account.id"), nullable=False),
    Column("locked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lifted_at", DateTime(timezone=True)),
    Column("lifted_by", Integer, ForeignKey("account.id")),
    Index("ix_period_lock_register", "register"),
    comment="up to which day records of a register change only with a reason",
)

__all__ = ["period_lock", "review_rule", "upload", "upload_part", "upload_problem", "upload_report"]
