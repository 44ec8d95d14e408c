"""A limit in the reader's words: what it limits, on what it hangs, how much, on which days, and how well it is known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.limits.acts import slugs
from gisdb.limits.limit import CONDITION_LISTS, Limit
from gisdb.limits.names import Factor, code_names, factors
from gisdb.registers.measurements import CONDITIONS
from webmap.i18n import day, language, number
from webmap.maps.sheet import in_language

LISTS = ("averaging", "factor_group", "limit_shape", "limit_confidence", "act_kind", *CONDITION_LISTS.values())


class Words:
    """The names that the pages of one request need, in the reader's language."""

    def __init__(self, connection: Connection) -> None:
        self.factors = factors(connection)
        self.slugs = slugs(connection)
        self._codes = code_names(connection, *LISTS)
        self._keys = {column.name: column for column in CONDITIONS}
        self._places = {
            (list_name, code): place for list_name, codes in self._codes.items() for place, code in enumerate(codes)
        }

    def named(self, list_name: str, code: str) -> str:
        """A code's name; the code itself where the list has none."""
        found = self._codes[list_name].get(code)
        return in_language(found, "name", language()) if found else code

    def choices(self, list_name: str) -> list[tuple[str, str]]:
        """The codes of a list with their names, in its order."""
        return [(code, self.named(list_name, code)) for code in self._codes[list_name]]

    def factor(self, code: str) -> str:
        """A factor's name."""
        return in_language(self.factors[code], "name", language())

    def factor_of(self, limit: Limit) -> Factor:
        """The factor that ``limit`` limits."""
        return self.factors[limit.factor]

    def condition(self, limit: Limit) -> str:
        """``Loại lao động: Nhẹ; Tỷ lệ …: 75 %``; empty for a limit that hangs on nothing."""
        return "; ".join(f"{self._key(key)}: {self.named(CONDITION_LISTS[key], value)}" for key, value in _parts(limit))

    def _key(self, key: str) -> str:
        column = self._keys[key]
        return column.en if language() == "en" else column.vi

    def place(self, limit: Limit) -> tuple[object, ...]:
        """Where ``limit`` stands among those of its factor: codes in the order of their lists, days last."""
        conditions = sorted(
            (
                (CONDITION_LISTS[key], self._places.get((CONDITION_LISTS[key], value), -1))
                for key, value in _parts(limit)
            ),
            # An octave band counts upwards within its place, not the other way round.
            key=lambda found: found[0] == "octave_band",
        )
        return (self._places.get(("averaging", limit.averaging), -1), conditions, limit.valid_from)

    def act_address(self, code: str) -> str:
        """The page of a legal act; empty where it has none, because a correction brought it."""
        slug = self.slugs.get(code)
        return url_for("limits.act", slug=slug) if slug else ""


def _parts(limit: Limit) -> list[tuple[str, str]]:
    """The keys and values of a limit's condition."""
    found = (part.partition("=") for part in limit.condition.split(";") if part)
    return [(key, value) for key, _, value in found]


def short_act(code: str) -> str:
    """An act without the circular in brackets that issued it: what a narrow column has room for."""
    return code.partition(" (")[0]


def bounds(limit: Limit) -> str:
    """``≤ 0,05 mg/m3``, ``≥ 500 lux``, ``20 – 34 °C``; words where no number is known or nothing is tolerated."""
    if limit.shape == "unknown":
        return str(gettext("value not known here"))
    if limit.shape == "zero":
        return str(gettext("must not be present"))
    low, high = written(limit.limit_low), written(limit.limit_high)
    between = f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
    return f"{between} {limit.unit}"


def written(value: Decimal | None) -> str:
    """A number as the reader writes it; empty for None."""
    return "" if value is None else number(float(value))


def days(first: date | None, end: date | None) -> str:
    """From which day on, or from which to which; ``end`` is the first day that no longer belongs to them."""
    if first is None:
        return ""
    if end is None:
        return str(gettext("since %(first)s", first=day(first)))
    if end - first == timedelta(days=1):
        return day(first)
    return f"{day(first)} – {day(end - timedelta(days=1))}"


def field_names() -> dict[str, str]:
    """The fields of a limit as forms and the trail call them."""
    return {
        "shape": gettext("Kind of limit"),
        "limit_low": gettext("Lower limit"),
        "limit_high": gettext("Upper limit"),
        "unit": gettext("Unit of measure"),
        "ceiling": gettext("Never above"),
        "exchange_db": gettext("Exchange rate (dB)"),
        "shift_rule": gettext("In longer shifts"),
        "legal_act": gettext("Legal act"),
        "provision": gettext("Article, table or row"),
        "valid_from": gettext("First day in force"),
        "valid_to": gettext("First day no longer in force"),
        "source": gettext("Where it was read"),
        "confidence": gettext("How well it is known"),
        "note": gettext("Note"),
        "factor": gettext("Factor"),
        "averaging": gettext("Averaging"),
        "condition": gettext("Condition"),
    }


def shift_rules() -> dict[str, str]:
    """What happens to a limit in shifts beyond 8 hours, in words."""
    return {
        "": gettext("as written"),
        "brief_scala": gettext("lowered beyond 8 hours a day or 40 a week (Brief and Scala)"),
    }
