"""A register: one kind of record, declared once. Its table and its intake follow from the declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    func,
    text,
)
from sqlalchemy import Column as TableColumn
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from gisdb.metadata import metadata
from gisdb.registers.column import Column, Reference


class Bound(StrEnum):
    """What a record hangs on, and so whose eyes see it."""

    WORKPLACE = "workplace"  # lies in the piece where its workplace was on its day
    UNIT = "unit"  # a unit's own statement: lies somewhere in that unit, seen by who has the whole unit in scope


class Severity(StrEnum):
    """``error``: the row can't come in; ``warning``: it can, after a look; ``note``: said and done."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Derived:
    """A field that the database works out for each row; ``sql`` may name the stage row ``s`` and the register's joins.

    Where ``sql`` changes something, it names ``s`` alone and is asked at commit only; ``before`` is asked when rows are
    checked and may be NULL for a row that is new, ``told_by`` are the stage's fields that tell such rows apart.
    ``previewed``: a file's first rows are shown with it.
    """

    name: str
    type: TypeEngine[Any]
    sql: str
    vi: str
    en: str
    required: bool = False
    exported: bool = True
    references: str = ""
    before: str = ""
    told_by: tuple[str, ...] = ()
    previewed: bool = False

    @property
    def keys(self) -> tuple[ForeignKey, ...]:
        """The foreign key of the field, if it is one."""
        return (ForeignKey(self.references),) if self.references else ()


@dataclass(frozen=True)
class Rule:
    """What must hold of a row: ``broken`` is SQL over ``s`` that is true where it does not. ``code`` names the sentence."""

    code: str
    column: str
    broken: str
    severity: Severity = Severity.ERROR
    params: str = "'{}'::jsonb"


@dataclass(frozen=True)
class Wide:
    """A sheet with a row for each position and a column for each factor: the columns that its headers and cells fill.

    Attributes:
        factor: what a header names; a `Reference` to the table whose names are looked for.
        value: what stands under it.
        unit: the unit of measure that the header says, else the factor's own.
        averaging: how it is averaged, where the factor's limits know only one way; ``""``: no such column.
        band: the coded column whose codes headers name below a factor's: the octave bands; ``""``: no such column.
    """

    factor: str
    value: str
    unit: str
    averaging: str = ""
    band: str = ""


@dataclass(frozen=True)
class Agreement:
    """Figures of several rows that must agree: of rows alike in all of the key but ``by``, the ``whole`` and its parts.

    Attributes:
        by: the field of the key whose code says which figure a row is.
        whole, parts: codes of it.
        exact: the parts come to the whole, once all are known; else they never come to more.
        value: the field that holds the figure.
        severity: a warning by default, as a source may well contradict itself and is kept as it is.
    """

    by: str
    whole: str
    parts: tuple[str, ...]
    exact: bool = False
    value: str = "value"
    severity: Severity = Severity.WARNING


@dataclass(frozen=True)
class Unusual:
    """What is possible and yet, beside all that is known, so unusual that it needs a confirmation.

    ``found`` is SQL over ``{rows}``, the finished rows of a file: the fields ``by`` of those that are meant, each once,
    and ``params`` (jsonb), which fill the blanks of the sentence ``code``.
    """

    code: str
    column: str
    by: tuple[str, ...]
    found: str


@dataclass(frozen=True)
class Point:
    """The coordinates of a record, which a file may give in metres on a plane.

    Attributes:
        longitude, latitude: their columns.
        said_by: columns that say what they are in, as people do.
        unit: SQL over the stage row ``s`` for the unit that the point should lie in.
    """

    longitude: str
    latitude: str
    said_by: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Register:
    """A register (sổ).

    Attributes:
        name: its plural name in commands and addresses (``measurements``).
        table_name: its table (``measurement``).
        key: the stored fields that make two rows the same record, beside ``workplace_id``/``unit_id``.
        day: the field that dates a record, or ``""`` where the field ``year`` is a column of its own.
        year: SQL over the record's fields for the year that it counts for, where no day dates it.
        placed_on: SQL over ``s`` for the day on which the record's place is asked.
        joins: SQL joined to the stage row ``s`` when rows are checked and committed; ``derived`` may use it.
        counted_by, counted_with: an index of current records by the first that holds the second too, so that questions
            which no rollup answers are counted from it alone, without the table.
        wide: how sheets with a column for each factor are understood; None: there are none.
        named_by: the column in which a row that is no record says so, in place of a name: a limit, a mean, a sum by
            ``row_words.toml``; ``""``: there is none.
        agreements: figures of several rows, in the file or known already, that must agree.
        unusual: what is asked about once all rows are known; never an error.
        point: the coordinates of its records; None: they have none.
        amends_places: committing rows can move workplaces, so that their records are placed anew.
    """

    name: str
    table_name: str
    vi: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    bound: Bound = Bound.WORKPLACE
    day: str = ""
    year: str = ""
    placed_on: str = ""
    version: int = 1
    derived: tuple[Derived, ...] = ()
    rules: tuple[Rule, ...] = ()
    joins: str = ""
    checks: tuple[tuple[str, str], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    counted_by: tuple[str, ...] = ()
    counted_with: tuple[str, ...] = ()
    wide: Wide | None = None
    named_by: str = ""
    agreements: tuple[Agreement, ...] = ()
    unusual: tuple[Unusual, ...] = ()
    point: Point | None = None
    amends_places: bool = False
    note_vi: str = ""
    note_en: str = ""
    geometry: str = ""

    @property
    def readable(self) -> tuple[Column, ...]:
        """The columns that a file may have: the register's own, and those that describe what they refer to."""
        return (*self.columns, *(each for one in self.columns for each in one.described_by))

    def column(self, name: str) -> Column:
        """The readable column called ``name``; raises KeyError."""
        for column in self.readable:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def owner_field(self) -> str:
        """``workplace_id`` or ``unit_id``."""
        return f"{self.bound.value}_id"

    @property
    def stored_fields(self) -> tuple[str, ...]:
        """Every field that an intake fills in the record table, derived ones last."""
        given = [name for column in self.columns for name in stored_names(column)]
        return (*given, *(derived.name for derived in self.derived))

    @property
    def table(self) -> Table:
        """The record table, made at the first use."""
        made = metadata.tables.get(self.table_name)
        return made if made is not None else _table(self)


def stored_names(column: Column) -> Sequence[str]:
    """The record table's fields for a column: a reference keeps its target, others their own fields."""
    if isinstance(column.kind, Reference) and column.kind.stored:
        return (column.kind.stored,)
    return tuple(one.name for one in column.fields)


def _table(register: Register) -> Table:
    parts: list[TableColumn[Any] | CheckConstraint | Index] = []
    owner = register.owner_field
    target = "workplace.id" if register.bound is Bound.WORKPLACE else "admin_unit.id"
    parts.append(
        TableColumn(owner, BigInteger if owner == "workplace_id" else Integer, ForeignKey(target), primary_key=True)
    )
    parts.append(TableColumn("id", BigInteger, Identity(), primary_key=True))
    parts.append(TableColumn("piece_id", Integer, ForeignKey("piece.id"), nullable=False))
    for column in register.columns:
        parts.extend(_fields(register, column))
    parts.extend(
        TableColumn(one.name, one.type, *one.keys, nullable=not one.required)
        for one in register.derived
        if one.name not in {owner, "piece_id"}
    )
    year = f"(extract(year from {register.day}))::smallint" if register.day else register.year
    if year:
        parts.append(TableColumn("year", SmallInteger, Computed(year, persisted=True), nullable=False))
    parts.extend(_provenance())
    table = Table(register.table_name, metadata, *parts, comment=register.en)
    for name, rule in register.checks:
        table.append_constraint(CheckConstraint(rule, name=name))
    _indexes(register, table)
    return table


def _fields(register: Register, column: Column) -> list[TableColumn[Any]]:
    kind = column.kind
    if isinstance(kind, Reference) and kind.stored:
        if kind.stored == register.owner_field:
            return []
        key = ForeignKey(f"{kind.table}.{kind.target}")
        return [TableColumn(kind.stored, kind.stored_type, key, nullable=not column.required)]
    keys = [ForeignKey(f"{kind.table}.{kind.target}")] if isinstance(kind, Reference) else []
    made = []
    for position, one in enumerate(column.fields):
        needed = column.required or column.default is not None
        nullable = not needed or (position == 0 and len(column.fields) > 1)
        made.append(TableColumn(one.name, one.type, *keys, nullable=nullable, comment=column.en))
    return made


def _provenance() -> list[TableColumn[Any]]:
    """Where a record came from, what its cells said, and what became of it."""
    return [
        TableColumn("upload_id", BigInteger, ForeignKey("upload.id"), nullable=False, index=True),
        TableColumn("line", Integer, nullable=False, comment="line of the uploaded file; 1 is its first"),
        TableColumn("raw", JSONB, comment="text of the cells that parsing changed, by column"),
        TableColumn("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        TableColumn("superseded_at", DateTime(timezone=True)),
        TableColumn("superseded_by", BigInteger, ForeignKey("upload.id")),
    ]


def _indexes(register: Register, table: Table) -> None:
    current = text("superseded_at IS NULL")
    Index(
        f"uq_{register.table_name}_key",
        table.c[register.owner_field],
        *(table.c[name] for name in register.key),
        unique=True,
        postgresql_where=current,
        postgresql_nulls_not_distinct=True,
    )
    Index(f"ix_{register.table_name}_piece_year", table.c.piece_id, table.c["year"], postgresql_where=current)
    if register.counted_by:
        Index(
            f"ix_{register.table_name}_counted",
            *(table.c[name] for name in register.counted_by),
            postgresql_include=list(register.counted_with),
            postgresql_where=current,
        )
    # What an upload replaced is looked for when it is undone.
    Index(
        f"ix_{register.table_name}_superseded_by",
        table.c.superseded_by,
        postgresql_where=text("superseded_by IS NOT NULL"),
    )
    for names in register.indexes:
        Index(f"ix_{register.table_name}_{'_'.join(names)}", *(table.c[name] for name in names))
