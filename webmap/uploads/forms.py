"""What the forms of an upload's page decide, as choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loaders.tables.choices import Choices
from webmap.uploads.sending import read_choices

# One select or field each; what is empty is left to be found.
_SINGLE = ("encoding", "delimiter", "sheet", "header_line", "decimal", "days", "repeats", "asides")
_PAIRED = ("columns", "workplaces")
AS_FOUND = "="


def kept_choices(stored: Mapping[str, Any]) -> Choices:
    """The choices that stand beside an upload, without what else stands there."""
    return Choices.model_validate({name: value for name, value in stored.items() if name in Choices.model_fields})


def of_reading(choices: Choices) -> Choices:
    """``choices`` without what was said about writing that one file into the register."""
    return Choices.model_validate(choices.model_dump(exclude={"confirmed", "good_rows_only", "reason", "undo_reason"}))


def decided(form: Mapping[str, str], before: Choices) -> Choices:
    """``before`` with what the reading form says; a form that lacks a field says nothing of it.

    ``columns-3`` beside ``columns-3-of`` pairs what is decided with what it is about; ``=`` there leaves it as found.

    Raises:
        InputError: ``choices_unreadable``.
    """
    said: dict[str, Any] = before.model_dump()
    for name in _SINGLE:
        if name in form:
            said[name] = form[name] or None
    for name in _PAIRED:
        said[name] = {**said[name], **_pairs(form, name)}
        said[name] = {of: chosen for of, chosen in said[name].items() if chosen != AS_FOUND}
    constants = {**said["constants"], **_pairs(form, "constants")}
    said["constants"] = {column: cell for column, cell in constants.items() if cell.strip()}
    if "reason" in form:
        said["reason"] = " ".join(form["reason"].split())
    # What was confirmed was another reading.
    said["confirmed"] = False
    return read_choices(said)


def sent_on(form: Mapping[str, str], before: Choices) -> Choices:
    """``before`` with what is said when a checked file is sent on."""
    return before.model_copy(
        update={
            "confirmed": bool(form.get("confirmed")),
            "good_rows_only": bool(form.get("good_rows_only")),
            "reason": " ".join(form.get("reason", "").split()),
        }
    )


def _pairs(form: Mapping[str, str], name: str) -> dict[str, str]:
    found, place = {}, 0
    while (of := form.get(f"{name}-{place}-of")) is not None:
        found[of] = form.get(f"{name}-{place}", AS_FOUND)
        place += 1
    return found
