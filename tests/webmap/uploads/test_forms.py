"""What the forms say, as choices: what they lack says nothing, what is left as found is no choice."""

from __future__ import annotations

import pytest

from gisdb.errors import InputError
from loaders.tables.choices import Choices
from webmap.uploads.forms import decided, kept_choices, sent_on
from webmap.uploads.problem_list import seen


def test_a_field_that_is_not_there_says_nothing_and_an_empty_one_takes_back() -> None:
    before = Choices(decimal="comma", days="mdy", reason="vì sao")
    assert decided({"decimal": ""}, before) == Choices(days="mdy", reason="vì sao")
    assert decided({}, before) == before


def test_headers_are_decided_left_out_and_left_as_found() -> None:
    before = Choices(columns={"A": "value", "B": "unit"})
    form = {"columns-0-of": "A", "columns-0": "=", "columns-1-of": "C", "columns-1": "", "columns-3-of": "D"}
    assert decided(form, before).columns == {"B": "unit", "C": ""}


def test_what_was_confirmed_was_another_reading() -> None:
    assert not decided({"days": "dmy"}, Choices(confirmed=True)).confirmed


def test_an_empty_cell_for_every_row_is_none() -> None:
    form = {"constants-0-of": "unit", "constants-0": " ", "constants-1-of": "laboratory", "constants-1": "TTYT"}
    assert decided(form, Choices(constants={"unit": "dBA"})).constants == {"laboratory": "TTYT"}


@pytest.mark.parametrize(("name", "value"), [("decimal", "dot"), ("header_line", "x"), ("encoding", "klingon")])
def test_what_cannot_be_chosen_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        decided({name: value}, Choices())
    assert (refused.value.code, refused.value.params["where"]) == ("choices_unreadable", name)


def test_boxes_that_are_not_ticked_are_said_not_to_be() -> None:
    before = Choices(confirmed=True, good_rows_only=True, days="dmy")
    assert sent_on({"reason": " công văn \n 12 "}, before) == Choices(days="dmy", reason="công văn 12")


def test_what_else_stands_beside_an_upload_is_no_choice() -> None:
    assert kept_choices({"of_another_release": "nhầm", "days": "dmy"}) == Choices(days="dmy")


def test_cells_of_pages_have_no_marks_of_programs() -> None:
    assert seen("\u20600.05\ufeff") == "0.05"
