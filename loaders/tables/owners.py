"""Which workplace a row means: by its code, else by tax code, name and commune; new ones made where a person says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.register import Register, Severity
from gisdb.registers.workplaces import tax_digits
from loaders.folding import folded
from loaders.tables.choices import Choices
from loaders.tables.matching_names import Alikeness
from loaders.tables.new_workplaces import Described, make
from loaders.tables.problem import Problem, Problems
from loaders.tables.rules import asks_place, owner_column
from loaders.tables.stage import STAGE, driver

NEW = "new"
# So alike (0 to 100) that it is proposed, so much more than the next best, and so alike that it is shown at all.
_PROPOSED, _AHEAD, _SHOWN = 90, 4, 55
_MOST_SHOWN = 5
# By so many digits of a tax code an enterprise and its branches are one.
_FIRM = 10


@dataclass(frozen=True)
class Candidate:
    """A workplace that the file may mean; ``score`` 0 to 100."""

    code: str
    name: str
    commune: str
    score: int


@dataclass(frozen=True)
class Question:
    """A workplace of the file that nobody knows yet: what it is called, what it may be, what is proposed."""

    key: str
    line: int
    says: str
    candidates: tuple[Candidate, ...]
    proposed: str

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "key": self.key,
            "line": self.line,
            "says": self.says,
            "candidates": [vars(one) for one in self.candidates],
            "proposed": self.proposed,
        }


@dataclass(frozen=True)
class Owners:
    """What was found out: questions that are open, and the codes of workplaces that are made with the upload."""

    questions: tuple[Question, ...] = ()
    created: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    code: str
    tax_code: str
    name: str
    commune: str
    commune_code: str


def settle_owners(
    conn: Connection, register: Register, choices: Choices, upload_id: int, present: Iterable[str], problems: Problems
) -> Owners:
    """Put the code of a known workplace, or of one made now, on every staged row that says which one it means.

    Args:
        conn: the transaction that the stage is in.
        register: of the file.
        choices: its ``workplaces``: what the file calls a workplace → a known code, or ``new``.
        upload_id: with which new workplaces are made, and taken back.
        present: the columns that the file has.
        problems: told what was understood and what can't be.
    """
    if not asks_place(register):
        return Owners()
    described = {one.name for one in owner_column(register).described_by} & set(present)
    if not described and not choices.workplaces:
        return Owners()
    if described:
        problems.extend(_called_otherwise(conn, register))
    unknown = _unknown(conn, register)
    if not unknown:
        return Owners()
    finder = _Finder(conn, unknown)
    codes: dict[str, str] = {}
    questions: list[Question] = []
    fresh: list[Described] = []
    for one in unknown:
        said = choices.workplaces.get(one.key)
        if said == NEW:
            fresh.append(one)
        elif said:
            codes[one.key] = said
        elif (found := finder.surely(one)) is not None:
            codes[one.key] = found.code
            params = {"code": found.code, "name": found.name}
            # Its name is the same: the code or tax code that the file gives it is another.
            code, severity = "workplace_recognised", Severity.NOTE
            if not finder.is_its_tax_code(one, found) and (one.tax_code or not one.is_described):
                code, severity = "workplace_recognised_by_name", Severity.WARNING
            problems.add(Problem(code, severity, one.line, cell=one.key, params=params))
        else:
            questions.append(finder.question(one))
    made = make(conn, fresh, upload_id, problems)
    _rename(conn, owner_column(register).name, codes | made)
    return Owners(tuple(questions), tuple(made.values()))


def _unknown(conn: Connection, register: Register) -> list[Described]:
    """The workplaces of the file that are known by no code; each once, with the first line and day that name it."""
    owner = sql.Identifier(owner_column(register).name)
    driver(conn).execute(
        sql.SQL(
            """UPDATE {stage} SET {owner} = coalesce(workplace_tax_code, nullif(concat_ws(' | ',
                   nullif(btrim(workplace_name), ''), nullif(btrim(workplace_commune), '')), ''))
               WHERE {owner} IS NULL"""
        ).format(stage=STAGE, owner=owner)
    )
    rows = driver(conn).execute(
        sql.SQL(
            """SELECT s.{owner}, min(s.line), min(({day})::date), min(s.workplace_tax_code), min(s.workplace_name),
                      min(s.workplace_commune), min(s.workplace_address)
               FROM {stage} AS s WHERE s.{owner} IS NOT NULL AND NOT EXISTS (SELECT FROM workplace AS w WHERE w.code = s.{owner})
               GROUP BY 1 ORDER BY 2"""
        ).format(stage=STAGE, owner=owner, day=sql.SQL(register.placed_on))
    )
    return [Described(key, line, day, *(one or "" for one in words)) for key, line, day, *words in rows]


def _called_otherwise(conn: Connection, register: Register) -> list[Problem]:
    """Warnings where a row's code is one workplace's, and its name or tax code another's: a column may have slipped."""
    owner = owner_column(register).name
    rows = driver(conn).execute(
        sql.SQL(
            """SELECT s.*, array_agg(w.name_vi ORDER BY w.valid_from DESC), array_agg(w.tax_code)
               FROM (SELECT {owner} AS code, workplace_name, workplace_tax_code, min(line) FROM {stage}
                     WHERE workplace_name IS NOT NULL OR workplace_tax_code IS NOT NULL GROUP BY 1, 2, 3) AS s
               JOIN workplace_state AS w ON w.code = s.code AND w.superseded_at IS NULL
               GROUP BY s.code, s.workplace_name, s.workplace_tax_code, s.min ORDER BY s.min"""
        ).format(stage=STAGE, owner=sql.Identifier(owner))
    )
    alike, found = Alikeness.of(conn), []
    for code, name, tax_code, line, names, taxes in rows:
        said = tax_digits(tax_code or "")
        known = {digits for tax in taxes if (digits := tax_digits(tax or ""))}
        other_tax = said and known and not any(one.startswith(said[:_FIRM]) for one in known)
        if other_tax or (name and max(alike.score(name, one, same_place=True) for one in names) < _SHOWN):
            params = {"known": names[0], "said": tax_code if other_tax else name}
            found.append(Problem("workplace_called_otherwise", Severity.WARNING, line, owner, code, params))
    return found


def _rename(conn: Connection, column: str, codes: dict[str, str]) -> None:
    """Put the codes on the rows; what the file said stays in ``raw``."""
    if not codes:
        return
    driver(conn).execute(
        sql.SQL(
            """UPDATE {stage} AS s
               SET {owner} = m.code, raw = coalesce(s.raw, '{{}}') || jsonb_build_object({name}, m.key)
               FROM unnest(%s::text[], %s::text[]) AS m (key, code) WHERE s.{owner} = m.key"""
        ).format(stage=STAGE, owner=sql.Identifier(column), name=sql.Literal(column)),
        ([*codes], [*codes.values()]),
    )


class _Finder:
    """Looks for workplaces in the account's scope, in sets: row policies hide all others."""

    def __init__(self, conn: Connection, asked: Sequence[Described]) -> None:
        self._alike = Alikeness.of(conn)
        self._by_tax: defaultdict[str, list[_Known]] = defaultdict(list)
        self._near: defaultdict[str, list[_Known]] = defaultdict(list)
        taxes = sorted({tax_digits(one.tax_code or one.key) for one in asked} - {""})
        for row in driver(conn).execute(
            f"{_KNOWN} AND regexp_replace(s.tax_code, '\\D', '', 'g') = ANY (%s)", (taxes,)
        ):
            known = _Known(*row)
            self._by_tax[tax_digits(known.tax_code)].append(known)
        names = sorted({one.name for one in asked} - {""})
        for name, *row in driver(conn).execute(_NEAR, (names,)):
            self._near[name].append(_Known(*row))

    def surely(self, one: Described) -> _Known | None:
        """The one workplace of that tax code, or of that very name (and commune, where it is said)."""
        by_tax = self._by_tax.get(tax_digits(one.tax_code or one.key), [])
        if len(by_tax) == 1:
            return by_tax[0]
        same = [
            known
            for known in (by_tax or self._near[one.name])
            if one.name
            and folded(known.name) == folded(one.name)
            and self._alike.same_place(one.commune, known.commune, known.commune_code)
        ]
        return same[0] if len(same) == 1 else None

    def is_its_tax_code(self, one: Described, known: _Known) -> bool:
        """Whether the file says the tax code of a workplace."""
        return tax_digits(one.tax_code or one.key) == tax_digits(known.tax_code) != ""

    def question(self, one: Described) -> Question:
        """Ask, with the nearest workplaces and what seems right."""
        seen: dict[str, Candidate] = {}
        for known in (*self._by_tax.get(tax_digits(one.tax_code or one.key), []), *self._near[one.name]):
            same_place = self._alike.same_place(one.commune, known.commune, known.commune_code)
            score = self._alike.score(one.name, known.name, same_place=same_place)
            if score >= _SHOWN:
                seen[known.code] = Candidate(known.code, known.name, known.commune, score)
        best = tuple(sorted(seen.values(), key=lambda each: (-each.score, each.code))[:_MOST_SHOWN])
        if best and best[0].score >= _PROPOSED:
            # Of two that are as alike a person chooses.
            proposed = best[0].code if len(best) == 1 or best[0].score - best[1].score >= _AHEAD else ""
        else:
            proposed = NEW if one.name and one.commune else ""
        says = ", ".join(filter(None, (one.name, one.tax_code, one.commune, one.address))) or one.key
        return Question(one.key, one.line, says, best, proposed)


_KNOWN = """
    SELECT s.code, coalesce(s.tax_code, ''), s.name_vi, u.name_vi, u.code
    FROM workplace_state s JOIN admin_unit u ON u.id = s.declared_unit_id WHERE s.superseded_at IS NULL
"""
_NEAR = """
    SELECT asked.name, near.* FROM unnest(%s::text[]) AS asked (name) CROSS JOIN LATERAL (
        SELECT s.code, coalesce(s.tax_code, ''), s.name_vi, u.name_vi, u.code
        FROM workplace_state s JOIN admin_unit u ON u.id = s.declared_unit_id
        WHERE s.superseded_at IS NULL AND fold(s.name_vi) OPERATOR(public.%%) fold(asked.name)
        ORDER BY public.similarity(fold(s.name_vi), fold(asked.name)) DESC, s.code LIMIT 10) AS near
"""
