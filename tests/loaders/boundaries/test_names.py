"""How names are compared: the word for the kind aside, tones told from slips, slips from other names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.boundaries.names import Likeness, bare, folded, likeness, without_tones


@pytest.mark.parametrize(
    ("given_name", "name", "kind", "alike"),
    [
        ("An Giang", "Tỉnh An Giang", "tinh", Likeness.SAME),
        ("TP. Hồ Chí Minh", "Thành phố Hồ Chí Minh", "thanh_pho", Likeness.SAME),
        ("thành phố Huế", "Thành phố Huế", "thanh_pho", Likeness.SAME),
        ("Kien Giang", "Tỉnh Kiên Giang", "tinh", Likeness.SPELLING),
        ("Khánh Hoà", "Tỉnh Khánh Hòa", "tinh", Likeness.SPELLING),
        ("Bà Rịa -Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu", "tinh", Likeness.SPELLING),
        ("Cần Thơn", "Thành phố Cần Thơ", "thanh_pho", Likeness.SLIP),
        ("Quản Bình", "Tỉnh Quảng Bình", "tinh", Likeness.SLIP),
        ("Thừa Thiên Huế", "Thành phố Huế", "thanh_pho", Likeness.OTHER),
        ("Quận 10", "Quận 1", "quan", Likeness.OTHER),
    ],
)
def test_names_are_the_same_spelt_otherwise_mistyped_or_others(
    given_name: str, name: str, kind: str, alike: Likeness
) -> None:
    assert likeness(given_name, name, kind) is alike


def test_a_unit_that_is_called_like_its_kind_keeps_its_name() -> None:
    assert bare("Xã Xã", "xa") == "Xã"
    assert bare("Tỉnh", "tinh") == "Tỉnh"
    assert bare("Huyện đảo", "") == "Huyện đảo"


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_name_is_like_itself(name: str) -> None:
    assert likeness(name, name, "tinh") is Likeness.SAME


def test_capitals_stay_when_tones_go() -> None:
    assert without_tones("Đắk Lắk – Ô Quý Hồ") == "Dak Lak – O Quy Ho"
