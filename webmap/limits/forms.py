"""The forms by which an administrator confirms or corrects one limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from gisdb.limits.limit import Limit
from webmap.i18n import language
from webmap.limits.words import Words, field_names, shift_rules

_NUMBERS = ("limit_low", "limit_high", "ceiling", "exchange_db")
_REASON = lazy_gettext("Say why: the gazette's number, day and page.")


def _printable(value: str | None) -> str:
    """What was typed, on one line and without control characters, which no text of the database takes."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value or "").split())


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Why a limit stands so in the gazette."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [DataRequired(_REASON), Length(max=2000)],
        filters=[_printable],
        render_kw={"rows": "2"},
    )


class DecimalField(StringField):
    """A number with the reader's own decimal mark and no other, so that 1.000 is never taken for one or a thousand."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """The text as typed; `pre_validate` refuses what is no number."""
        if valuelist:
            self.data = _printable(valuelist[0])

    def pre_validate(self, form: object) -> None:  # noqa: ARG002 - WTForms hands the form over
        """Refuses another decimal mark, a sign, or words."""
        mark = _mark()
        if self.data and not re.fullmatch(rf"\d{{1,12}}(?:{re.escape(mark)}\d{{1,9}})?", self.data, re.ASCII):
            raise ValidationError(gettext("Write a number like 0%(mark)s05, without a thousands mark.", mark=mark))

    @property
    def value(self) -> Decimal | None:
        """The number; None where nothing is typed."""
        return Decimal(self.data.replace(_mark(), ".")) if self.data else None


def _mark() -> str:
    return "," if language() == "vi" else "."


class CorrectForm(ConfirmForm):
    """The fields of one limit that may be corrected; what it answers and its first day say which limit it is."""

    shape = SelectField()
    limit_low, limit_high, ceiling, exchange_db = (DecimalField() for _ in _NUMBERS)
    shift_rule = SelectField()
    legal_act = StringField(
        validators=[DataRequired(lazy_gettext("Name the legal act.")), Length(max=300)], filters=[_printable]
    )
    provision = StringField(validators=[Length(max=300)], filters=[_printable])
    valid_to = DateField(validators=[Optional()])
    source = StringField(
        validators=[DataRequired(lazy_gettext("Say where it was read.")), Length(max=500)], filters=[_printable]
    )
    confidence = SelectField()
    note = TextAreaField(validators=[Length(max=2000)], filters=[_printable], render_kw={"rows": "2"})

    def __init__(self, limit: Limit, words: Words) -> None:
        super().__init__(data=_as_typed(limit), prefix="correct-")
        self.limit = limit
        said = field_names()
        for field in self:
            field.label.text = said.get(field.short_name, field.label.text)
        self.shape.choices = words.choices("limit_shape")
        self.shift_rule.choices = list(shift_rules().items())
        self.confidence.choices = words.choices("limit_confidence")

    def wanted(self) -> Limit:
        """The limit as the form has it."""
        return replace(
            self.limit,
            shape=self.shape.data,
            limit_low=self.limit_low.value,
            limit_high=self.limit_high.value,
            ceiling=self.ceiling.value,
            exchange_db=self.exchange_db.value,
            shift_rule=self.shift_rule.data,
            legal_act=self.legal_act.data or "",
            provision=self.provision.data or "",
            valid_to=self.valid_to.data,
            source=self.source.data or "",
            confidence=self.confidence.data,
            note=self.note.data or "",
        )

    def validate_valid_to(self, field: Field) -> None:
        """A limit is in force on one day at least."""
        if field.data is not None and field.data <= self.limit.valid_from:
            raise ValidationError(gettext("The limit must be in force on some day: this is not after its first."))

    def validate_shape(self, field: Field) -> None:  # noqa: ARG002 - WTForms hands the field over
        """The bounds have to go with the kind of limit; their own mistakes are told at their own fields."""
        if self._numbers_are_read() and not self.wanted().fits:
            raise ValidationError(gettext("The values do not go with this kind of limit."))

    def _numbers_are_read(self) -> bool:
        """Whether every number is one; fields are validated in their order, and this one comes before them."""
        for name in _NUMBERS:
            try:
                self[name].pre_validate(self)
            except ValidationError:
                return False
        return True

    def fields(self) -> list[Field]:
        """The fields in the order of the page, the reason last."""
        names = ("shape", *_NUMBERS, "shift_rule", "valid_to", "legal_act", "provision", "source", "confidence", "note")
        return [self[name] for name in (*names, "reason")]


def _as_typed(limit: Limit) -> dict[str, object]:
    cells: dict[str, object] = dict(limit.texts())
    for name in _NUMBERS:
        cells[name] = str(cells[name]).replace(".", _mark())
    return {**cells, "valid_to": limit.valid_to}
