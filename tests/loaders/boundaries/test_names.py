"""How names are compared: the word for the kind aside, tones told from slips, slips from other names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisdb.geography.units import Unit
from loaders.boundaries.gazetteer import Gazetteer, How
from loaders.boundaries.names import Words, bare, folded, key, known_spellings, toned, without_tones

KINDS = {"province": ("tinh", "thanh_pho"), "district": ("quan", "huyen", "thi_xa", "thanh_pho"), "commune": ("xa",)}


def gazetteer(level: str, name: str, kind: str, *others: str) -> Gazetteer:
    """One unit, beside one of every other kind of its level."""
    units = [Unit(1, level, "01", name, "", kind, None, date(2020, 1, 1), None)]
    units += [Unit(9, level, "09", "Ở Chỗ Khác", "", one, None, None, None) for one in KINDS.get(level, ())]
    return Gazetteer(units, {1: others}, level)


@pytest.mark.parametrize(
    ("said", "name", "kind", "how"),
    [
        ("Tỉnh An Giang", "Tỉnh An Giang", "tinh", How.EXACT),
        ("An Giang", "Tỉnh An Giang", "tinh", How.PREFIX),
        ("T. An Giang", "Tỉnh An Giang", "tinh", How.PREFIX),
        ("TP. Hồ Chí Minh", "Thành phố Hồ Chí Minh", "thanh_pho", How.PREFIX),
        ("TP.Hồ Chí Minh", "Thành phố Hồ Chí Minh", "thanh_pho", How.PREFIX),
        ("T.P. Hồ Chí Minh", "Thành phố Hồ Chí Minh", "thanh_pho", How.PREFIX),
        ("Thành phố trực thuộc Trung ương Huế", "Thành phố Huế", "thanh_pho", How.PREFIX),
        ("thành phố Huế", "Thành phố Huế", "thanh_pho", How.PREFIX),
        ("Ho Chi Minh City", "Thành phố Hồ Chí Minh", "thanh_pho", How.SPELLING),
        ("An Giang Province", "Tỉnh An Giang", "tinh", How.PREFIX),
        ("Kien Giang", "Tỉnh Kiên Giang", "tinh", How.SPELLING),
        ("Khánh Hoà", "Tỉnh Khánh Hòa", "tinh", How.SPELLING),
        ("Bà Rịa -Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu", "tinh", How.SPELLING),
        ("Cần Thơn", "Thành phố Cần Thơ", "thanh_pho", How.TYPO),
        ("TPHCM", "Thành phố Hồ Chí Minh", "thanh_pho", How.TYPO),
        ("BR-VT", "Tỉnh Bà Rịa - Vũng Tàu", "tinh", How.TYPO),
        ("Quảng Binhh", "Tỉnh Quảng Bình", "tinh", How.SLIP),
        ("Thành phố An Giang", "Tỉnh An Giang", "tinh", How.KIND),
        ("Hà Nam", "Thành phố Hà Nội", "thanh_pho", How.OTHER),
        ("Tỉnh Hà Nam", "Tỉnh Hà Nội", "tinh", How.OTHER),
    ],
)
def test_a_province_is_known_by_each_way_its_name_is_written(said: str, name: str, kind: str, how: How) -> None:
    found = gazetteer("province", name, kind).likeness(said, 1)
    assert found.how is how, found
    assert (found.score == 100) == (how in {How.EXACT, How.PREFIX, How.KIND}), found


@pytest.mark.parametrize(
    ("said", "name", "kind", "how"),
    [
        ("Q.1", "Quận 1", "quan", How.PREFIX),
        ("Q1", "Quận 1", "quan", How.PREFIX),
        ("District 1", "Quận 1", "quan", How.PREFIX),
        ("Quận 01", "Quận 1", "quan", How.SPELLING),
        ("Quận 10", "Quận 1", "quan", How.OTHER),
        ("H. Cao Lãnh", "Thành phố Cao Lãnh", "thanh_pho", How.KIND),
        ("TX. Bình Long", "Thị xã Bình Long", "thi_xa", How.PREFIX),
    ],
)
def test_a_district_is_known_by_its_number_and_its_kind(said: str, name: str, kind: str, how: How) -> None:
    assert gazetteer("district", name, kind).likeness(said, 1).how is how


def test_a_name_of_another_time_is_known_and_one_without_tones_is_told_as_such() -> None:
    hue = gazetteer("province", "Thành phố Huế", "thanh_pho", "Tỉnh Thừa Thiên Huế", "Hue City", "Hue")
    assert hue.likeness("Thừa Thiên Huế", 1).how is How.KNOWN
    assert hue.likeness("TT Huế", 1).how is How.TYPO
    assert hue.likeness("Hue", 1).how is How.SPELLING


def test_every_spelling_in_the_file_says_why_it_is_there_and_reads_back() -> None:
    words = Words([one.means for one in known_spellings() if one.what == "kind"], "province")
    for one in known_spellings():
        assert one.reason, one
        if one.what == "name" and one.level == "province":
            assert any(reading.means == one.means for reading in words.readings(one.written)), one
            assert key(one.written) != key(one.means), one


def test_a_unit_that_is_called_like_its_kind_keeps_its_name() -> None:
    assert bare("Xã Xã", "xa") == "Xã"
    assert bare("Tỉnh", "tinh") == "Tỉnh"
    assert bare("Huyện đảo", "") == "Huyện đảo"
    assert gazetteer("commune", "Xã Xã", "xa").likeness("Xã", 1).how is How.PREFIX


def test_the_tone_may_stand_on_either_vowel() -> None:
    assert toned("Hoà Bình") == toned("Hòa Bình") != toned("Hóa Bình")


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1).filter(lambda name: bool(name.strip())))
def test_a_name_is_like_itself(name: str) -> None:
    assert gazetteer("province", " ".join(name.split()), "tinh").likeness(name, 1).score == 100


def test_capitals_stay_when_tones_go() -> None:
    assert without_tones("Đắk Lắk – Ô Quý Hồ") == "Dak Lak – O Quy Ho"
