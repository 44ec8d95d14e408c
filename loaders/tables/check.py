"""Staged rows against the database, in sets: what they refer to, the register's rules, and what is there already.

An account that may not see a row is told what it would be told if there were none.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.register import Register, Rule, Severity
from gisdb.uploads.locks import locked
from loaders.tables.across import report_disagreements, report_other_years, report_unusual
from loaders.tables.choices import Choices
from loaders.tables.problem import KEPT, Problem, Problems
from loaders.tables.ready import READY, finding, make_ready
from loaders.tables.rules import late_rules_of, lock_rule_of, rules_of
from loaders.tables.stage import driver
from loaders.tables.twice import later_twins, report_twins, settle


@dataclass(frozen=True)
class Outcome:
    """How many staged rows would be added, change a record, are there already, can't come in, are left out as duplicates.

    ``synthetic``: whether what would be written is sample data by the file's own word; ``mixed``: whether only some is.
    """

    added: int
    changed: int
    unchanged: int
    refused: int
    duplicates: int
    synthetic: bool
    mixed: bool


@dataclass(frozen=True)
class _Finding:
    """A rule that rows of `READY` break: which ones, with what parameters, how many."""

    rule: Rule
    where: sql.Composable
    params: sql.Composable
    count: int


def check(conn: Connection, register: Register, problems: Problems, choices: Choices) -> Outcome:
    """Judge every staged row, in which units are understood; what is wrong is added to ``problems``.

    Afterwards `READY` holds what may be written: where good rows alone were asked for, no others.
    """
    rules, late = rules_of(register), late_rules_of(register)
    if not choices.reason.strip() and locked(conn, register.name):
        late.append(lock_rule_of(register))
    make_ready(conn, register, rules)
    duplicates = settle(conn, register, choices.repeats, problems)
    broken, good = _broken(rules), _good(rules, late)
    counts = _counts(conn, rules, late)
    for position, rule in enumerate(rules):
        if count := counts[f"rule {position}"]:
            found = _Finding(rule, sql.SQL("{} IS NOT NULL").format(finding(position)), finding(position), count)
            _report(conn, register, found, problems)
    for position, rule in enumerate(late):
        if count := counts[f"late {position}"]:
            where = sql.SQL("NOT {} AND {}").format(broken, sql.SQL(rule.broken))
            _report(conn, register, _Finding(rule, where, sql.SQL(rule.params), count), problems)
    twice = report_twins(conn, register, good, problems)
    mixed = bool(counts["sample"] and counts["real"])
    if mixed:
        # Sample data and real figures in one upload could not be told apart any more.
        problems.add(Problem("synthetic_mixed", line=counts["first real"], params={"count": counts["sample"]}))
    added, changed, unchanged = (counts[name] - twice[name] for name in ("added", "changed", "unchanged"))
    refused = counts["refused"] + twice.total()
    if refused and choices.good_rows_only:
        _leave_bad_rows(conn, register, rules, late)
    report_unusual(conn, register, problems)
    report_other_years(conn, register, problems)
    report_disagreements(conn, register, problems)
    return Outcome(added, changed, unchanged, refused, duplicates, bool(counts["sample"]), mixed)


def _leave_bad_rows(conn: Connection, register: Register, rules: list[Rule], late: list[Rule]) -> None:
    driver(conn).execute(
        sql.SQL("DELETE FROM {ready} AS r USING ({later}) AS l WHERE r.ctid = l.row").format(
            ready=READY, later=later_twins(register)
        )
    )
    driver(conn).execute(sql.SQL("DELETE FROM {} WHERE NOT {}").format(READY, _good(rules, late)))


def _broken(rules: list[Rule]) -> sql.Composable:
    """True for a row of `READY` that breaks a rule that keeps it out."""
    errors = [position for position, rule in enumerate(rules) if rule.severity is Severity.ERROR]
    parts = [sql.SQL("{} IS NOT NULL").format(finding(position)) for position in errors]
    return sql.SQL("({})").format(sql.SQL(" OR ").join([sql.SQL("false"), *parts]))


def _good(rules: list[Rule], late: list[Rule]) -> sql.Composable:
    """True for a row of `READY` that no rule keeps out."""
    keeps = [sql.SQL("({}) IS NOT TRUE").format(sql.SQL(rule.broken)) for rule in late]
    return sql.SQL("({})").format(sql.SQL(" AND ").join([sql.SQL("NOT {}").format(_broken(rules)), *keeps]))


def _counts(conn: Connection, rules: list[Rule], late: list[Rule]) -> dict[str, int]:
    """Rows by outcome, findings by rule: one reading of `READY`."""
    broken, good = _broken(rules), _good(rules, late)
    of = sql.SQL("count(*) FILTER (WHERE {} AND {})")
    written = sql.SQL("intake_outcome <> 'unchanged' AND {}")
    real = written.format(sql.SQL("NOT intake_synthetic"))
    wanted: dict[str, sql.Composable] = {
        name: of.format(good, sql.SQL("intake_outcome = {}").format(sql.Literal(name)))
        for name in ("added", "changed", "unchanged")
    }
    wanted |= {
        "refused": sql.SQL("count(*) FILTER (WHERE NOT {})").format(good),
        "sample": of.format(good, written.format(sql.SQL("intake_synthetic"))),
        "real": of.format(good, real),
        "first real": sql.SQL("min(line) FILTER (WHERE {} AND {})").format(good, real),
    }
    wanted |= {f"rule {position}": sql.SQL("count({})").format(finding(position)) for position in range(len(rules))}
    wanted |= {
        f"late {position}": sql.SQL("count(*) FILTER (WHERE NOT {} AND {})").format(broken, sql.SQL(rule.broken))
        for position, rule in enumerate(late)
    }
    row = (
        driver(conn).execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(wanted.values()), READY)).fetchone()
    )
    assert row is not None
    return dict(zip(wanted, row, strict=True))


def _report(conn: Connection, register: Register, found: _Finding, problems: Problems) -> None:
    rule = found.rule
    cell: sql.Composable = sql.SQL("NULL")
    if rule.column:
        field = sql.Identifier(register.column(rule.column).fields[0].name)
        cell = sql.SQL("coalesce(raw ->> {}, {}::text)").format(sql.Literal(rule.column), field)
    query = sql.SQL("SELECT line, {}, {}, intake_cell FROM {} WHERE {} ORDER BY line, intake_cell LIMIT {}").format(
        cell, found.params, READY, found.where, sql.Literal(KEPT)
    )
    listed = [
        Problem(rule.code, rule.severity, line, rule.column or None, text, said, _position(problems, rule, position))
        for line, text, said, position in driver(conn).execute(query)
    ]
    problems.extend(listed)
    problems.count_unlisted(listed[0], found.count - len(listed))


def _position(problems: Problems, rule: Rule, cell: int | None) -> int | None:
    """Where a finding's cell stands: under its column's header, else where a wide sheet's value does."""
    return problems.positions.get(rule.column, cell)
