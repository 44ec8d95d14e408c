"""Every rule that a staged row must keep: the register's own, and those that follow from its columns and its table."""

from __future__ import annotations

from psycopg import sql

from gisdb.registers.column import Coded, Column, Day, Reference
from gisdb.registers.register import Bound, Derived, Register, Rule
from gisdb.registers.unit_code import UnitCode
from loaders.tables.named_units import name_rules_of


def rules_of(register: Register) -> list[Rule]:
    """What is asked of a row of the stage ``s``: references, coded lists, days, the account's scope, declared rules."""
    rules = [rule for column in register.columns for rule in _of_column(register, column)]
    if asks_place(register):
        seen = "(SELECT sees_all()) OR pl.piece_id IN (SELECT scope_pieces())"
        broken = f"pl.piece_id IS NOT NULL AND NOT ({seen})"
        rules.append(Rule("outside_scope", owner_column(register).name, broken))
    return [*rules, *register.rules]


def late_rules_of(register: Register) -> list[Rule]:
    """What is asked of a finished record: its table's own checks and required fields, before the table refuses it."""
    checks = [("record_impossible", name, f"NOT ({check})") for name, check in register.checks]
    needed = [
        ("derived_missing", one.name, f"{quoted(one.name)} IS NULL")
        for one in register.derived
        if one.required and not one.before
    ]
    return [
        Rule(code, "", broken, params=f"jsonb_build_object('name', {literal(name)})")
        for code, name, broken in checks + needed
    ]


def lock_rule_of(register: Register) -> Rule:
    """What is asked of a finished record where periods of the register are locked: that it changes nothing in them."""
    until = f"locked_until({literal(register.name)}, piece_id)"
    day = day_of_record(register)
    return Rule(
        "period_locked",
        "",
        f"intake_outcome <> 'unchanged' AND {day} <= {until}",
        params=f"jsonb_build_object('until', to_char({until}, 'DD/MM/YYYY'))",
    )


def _of_column(register: Register, column: Column) -> list[Rule]:
    kind, field = column.kind, quoted("s", column.name)
    if isinstance(kind, Reference):
        found = quoted(*target_of(register, column))
        unknown = Rule(kind.unknown, column.name, f"{field} IS NOT NULL AND {found} IS NULL")
        said_by = [one.name for one in column.described_by if one.identifies]
        if not said_by:
            return [unknown]
        listed = f"jsonb_build_object('columns', jsonb_build_array({', '.join(map(literal, (column.name, *said_by)))}))"
        return [unknown, Rule("reference_not_said", column.name, f"{field} IS NULL", params=listed)]
    if isinstance(kind, UnitCode):
        return name_rules_of(column, kind)
    if isinstance(kind, Coded):
        of_list = f"FROM code_list AS listed WHERE listed.list = {literal(kind.list)}"
        known = f"SELECT string_agg(listed.code, ', ' ORDER BY listed.position, listed.code) {of_list}"
        broken = f"{field} IS NOT NULL AND NOT EXISTS (SELECT {of_list} AND listed.code = {field})"
        return [Rule("code_unknown", column.name, broken, params=f"jsonb_build_object('known', ({known}))")]
    if isinstance(kind, Day) and not kind.may_be_future:
        return [Rule("day_in_future", column.name, f"{field} > today()")]
    return []


def day_of_record(register: Register) -> str:
    """SQL for the last day that a record of the register speaks of, over its fields."""
    if register.day:
        return quoted(register.day)
    return f"make_date(({register.year or 'year'})::integer, 12, 31)"


def quoted(*names: str) -> str:
    """A (qualified) name as SQL."""
    return sql.Identifier(*names).as_string()


def literal(value: str) -> str:
    """A text constant as SQL."""
    return sql.Literal(value).as_string()


def derived(register: Register, name: str) -> Derived | None:
    """The derived field of that name, if the register has it."""
    return next((one for one in register.derived if one.name == name), None)


def asks_place(register: Register) -> bool:
    """Whether a record lies where its workplace was, rather than saying so itself."""
    return register.bound is Bound.WORKPLACE and derived(register, "piece_id") is None


def is_owner(register: Register, column: Column) -> bool:
    """Whether the column names the workplace or unit that a record hangs on."""
    return isinstance(column.kind, Reference) and column.kind.stored == register.owner_field


def target_of(register: Register, column: Column) -> tuple[str, str]:
    """Alias and field where the join finds what a reference names; the workplace comes with its place, where asked."""
    assert isinstance(column.kind, Reference)
    if is_owner(register, column) and asks_place(register):
        return ("pl", "workplace_id")
    return (f"ref_{column.name}", column.kind.target)


def owner_column(register: Register) -> Column:
    """The column that names the record's workplace."""
    return next(one for one in register.columns if is_owner(register, one))


def told_by(register: Register) -> tuple[str, ...]:
    """The fields that tell the owners of a file's rows apart, those included that are made only at commit."""
    owner = derived(register, register.owner_field)
    if owner is None:
        return (owner_column(register).name,)
    return owner.told_by or (owner.name,)
