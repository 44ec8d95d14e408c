"""Whatever rows a register takes in, its export comes in again and changes nothing: every register, both languages.

Rows are drawn from the declarations; those that a rule refuses are dropped, so that a new register or rule needs nothing
here. Records gather from example to example: each export is of all of them.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gisdb.registers import register, registers
from gisdb.registers.censored import Censored
from gisdb.registers.column import Code, Coded, Column, Day, Kind, Quantity, Reference, Truth, Whole, Words
from gisdb.registers.register import Register, Severity
from gisdb.registers.template import lists_of
from loaders.tables import State
from tests.loaders.tables.conftest import Clerk
from tests.loaders.tables.test_export import exported

Lists = dict[str, list[str]]
Row = dict[str, str]
# What chance would hardly hit upon: codes of the small country, numbers that must agree with one another.
LIKELY: dict[str, st.SearchStrategy[str]] = {
    "commune": st.sampled_from(["26740", "26800", "00004", "00070"]),
    "units_on": st.sampled_from(["", "", "01/08/2025", "31/12/2025"]),
    "industry": st.sampled_from(["13", "14", "25"]),
    "industry_version": st.sampled_from(["", "2018"]),
    "tax_code": st.from_regex(r"0[0-9]{9}(-[0-9]{3})?", fullmatch=True),
    "longitude": st.decimals(106, 110, places=5).map("{:f}".format),
    "latitude": st.decimals(10, 11, places=7).map("{:f}".format),
    "place_longitude": st.sampled_from(["", "106,5", "106,7000000", "108,123"]),
    "place_latitude": st.sampled_from(["", "10,5", "10,125"]),
    "victims": st.integers(3, 10_000).map(str),
    "women": st.sampled_from(["", "0", "1", "2"]),
    "deaths": st.sampled_from(["", "0", "1"]),
    "seriously_injured": st.sampled_from(["", "0", "2"]),
    "cause_list": st.just(""),
    "cause": st.sampled_from(["", "1", "9"]),
    "factor_list": st.sampled_from(["", "injury_factor_A"]),
    "injury_factor": st.sampled_from(["", "1", "9"]),
    "level": st.sampled_from(["province", "commune"]),
    "period": st.from_regex(r"20(1[0-9]|2[0-5])(H[12]|Q[1-4])?", fullmatch=True),
    "factor": st.sampled_from(["NOISE", "CO", "NH3", "WBGT"]),
    "year": st.integers(2000, 2025).map(str),
    "workers": st.integers(2, 1_000_000).map(str),
    "hours": st.sampled_from(["", "4000", "987654"]),
    "exposed": st.sampled_from(["", "0", "2"]),
    "averaging": st.sampled_from(["", "TWA", "STEL", "TWA – Trung bình ca"]),
}
UNIT = {"measurements": ["dBA", "mg/m3", "ppm", "µg/m³", "°C"], "reported_totals": ["79", "01", "26740"]}
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2060\ufeff\u200b")


def texts(longest: int) -> st.SearchStrategy[str]:
    words = st.text(LETTERS, min_size=1, max_size=min(longest, 40))
    formulas = st.sampled_from(["=1+2", "@a", "'=x", "-", "+84", "'", '"', 'a;"b"\nc', "1.000", "0007", "Đường số 1,5"])
    return (words | formulas).map(str.strip).filter(bool)


def written(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")


def quantities(low: Decimal, high: Decimal) -> st.SearchStrategy[str]:
    places = st.integers(0, 6)
    return places.flatmap(
        lambda some: st.decimals(max(low, Decimal(-(10**9))), min(high, Decimal(10**9)), places=some)
    ).map(written)


def cells(register: Register, column: Column, lists: Lists) -> st.SearchStrategy[str]:
    if column.name == "unit":
        return st.sampled_from(UNIT[register.name])
    return LIKELY[column.name] if column.name in LIKELY else of_kind(column.kind, lists)


def of_kind(kind: Kind, lists: Lists) -> st.SearchStrategy[str]:  # noqa: PLR0911 - one for each kind
    match kind:
        case Coded():
            return st.sampled_from(lists[kind.list])
        case Reference():
            return st.sampled_from(["79-1", "79-2", "01-1"])
        case Code():
            return st.from_regex(re.compile(kind.pattern, re.ASCII), fullmatch=True, alphabet=LETTERS).map(str.strip)
        case Words():
            return texts(kind.longest)
        case Whole():
            return st.integers(kind.low, kind.high).map(str)
        case Quantity():
            whole = st.integers(int(kind.low), int(kind.high)).map(str)
            return whole if kind.whole else quantities(kind.low, kind.high)
        case Censored():
            return censored(quantities(kind.low, kind.high))
        case Day():
            return st.dates(kind.first, date(2026, 10, 1)).map(lambda day: f"{day:%d/%m/%Y}")
        case Truth():
            return st.sampled_from(["có", "không", "x", "0"])
    raise AssertionError(kind)


def censored(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    marked = st.tuples(st.sampled_from("<>≤≥"), values).map("".join)
    return values | marked | st.sampled_from(["KPH", "<LOD", "1.000", "0,5", "1,125"])


def rows(register: Register, lists: Lists) -> st.SearchStrategy[list[Row]]:
    drawn = {
        one.name: cells(register, one, lists) if one.required else st.just("") | cells(register, one, lists)
        for one in register.columns
    }
    return st.lists(st.fixed_dictionaries(drawn), min_size=1, max_size=12)


def as_file(register: Register, records: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([one.vi for one in register.columns])
    writer.writerows([record[one.name] for one in register.columns] for record in records)
    return out.getvalue()


def good(clerk: Clerk, register: Register, records: list[Row]) -> list[Row]:
    """The rows that may come in; rules across rows are asked again once the others are gone."""
    while records:
        starts, line = {}, 2
        for record in records:
            starts[line] = record
            line += 1 + sum(cell.count("\n") for cell in record.values())
        receipt = clerk.import_text(register.name, as_file(register, records), dry_run=True, decimal="comma")
        bad = {one.line for one in receipt.problems if one.severity is Severity.ERROR}
        assert None not in bad, list(receipt.problems)
        if not bad:
            return records
        records = [record for start, record in starts.items() if start not in bad]
    return []


def in_words(content: str, register: Register, language: str) -> str:
    """An export with the names of its columns in a language."""
    header, rest = content.removeprefix("\ufeff").split("\n", 1)
    named = {one.name: one.vi if language == "vi" else one.en for one in register.columns}
    return "\ufeff" + ",".join(named.get(name, name) for name in header.split(",")) + "\n" + rest


def round_trip(clerk: Clerk, register: Register, records: list[Row]) -> None:
    kept = good(clerk, register, records)
    assume(kept)
    receipt = clerk.import_text(register.name, as_file(register, kept), decimal="comma", confirmed=True)
    assert receipt.state in {State.COMMITTED, State.UNCHANGED}, list(receipt.problems)
    content = exported(clerk, register.name)
    count = clerk.one(f"SELECT count(*) FROM {register.table_name} WHERE superseded_at IS NULL")
    for file in (content, in_words(content, register, "vi"), in_words(content, register, "en")):
        again = clerk.import_text(register.name, file)
        assert again.state is State.UNCHANGED, [
            (one.code, one.line, one.column, one.cell, one.params) for one in again.problems
        ]
        assert again.counts["read"] == again.counts["unchanged"] == count


def check(clerk: Clerk, name: str, examples: int) -> None:
    one = register(name)
    with clerk.database.acting_as(None) as conn:
        lists = {key: [choice.code for choice in choices] for key, choices in lists_of(conn, one).items()}

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(rows(one, lists))
    def holds(records: list[Row]) -> None:
        round_trip(clerk, one, records)

    holds()


@pytest.mark.parametrize("name", registers(""))
def test_what_came_in_goes_out_and_in_again_unchanged(clerk: Clerk, name: str) -> None:
    check(clerk, name, 6)


@pytest.mark.soak
@pytest.mark.parametrize("name", registers(""))
def test_what_came_in_goes_out_and_in_again_unchanged_at_length(clerk: Clerk, name: str) -> None:
    check(clerk, name, 150)
