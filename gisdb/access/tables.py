"""Accounts and the audit trail."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from gisdb.metadata import metadata

account = Table(
    "account",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("unit_id", Integer, ForeignKey("admin_unit.id"), comment="the unit whose pieces the account sees"),
    Column("password_hash", Text, comment="argon2id; NULL: cannot sign in"),
    Column("active", Boolean, nullable=False, server_default="true"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("role IN ('province', 'institute', 'administrator')", name="role_known"),
    CheckConstraint("(role = 'province') = (unit_id IS NOT NULL)", name="a_province_account_has_its_unit"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("login", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_sign_in_failure_login_at", "login", "at"),
    Index("ix_sign_in_failure_address_at", "address", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("account_id", Integer, ForeignKey("account.id")),
    Column("action", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default="{}"),
)

__all__ = ["account", "audit", "sign_in_failure"]
