"""The words by which rows are no records: known however they are written, and never in a name that only holds them."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib import resources

from loaders.folding import folded
from loaders.sheets.row_words import aside, may_hold_asides, says_footer

WORDS = tomllib.loads(resources.files("gisdb").joinpath("registers", "row_words.toml").read_text("utf-8"))
SAID = {
    phrase.replace("#", "24").replace("…", " (x)"): how == "always"
    for kind in ("limits", "summaries", "sums")
    for how, phrases in WORDS[kind].items()
    for phrase in phrases
}
NAMES = (
    "Tổng kho",
    "Tổng đài",
    "Tổng công ty May",
    "Cộng Hòa",
    "Trung bình áp",
    "Trạm trung bình",
    "Min Seo workshop",
    "Maxport",
    "Max 2",
    "TB1",
    "Mẫu 1",
    "TT 3",
    "TCVN Consulting",
    "Standard Chartered",
)


def test_a_phrase_is_known_however_it_is_written() -> None:
    more = {"GIỚI HẠN CHO PHÉP (QCVN 24:2016/BYT)": True, "– TCCP: 85 dBA": True, "Cộng phân xưởng 2": False}
    for phrase, always in (SAID | more).items():
        for written in (phrase, phrase.upper(), folded(phrase), unicodedata.normalize("NFD", phrase), f"  {phrase} "):
            found = aside(written)
            assert found is not None, written
            assert found.always == always, written
            # Behind a number or nothing, as a file holds it.
            for before in ("", ";", "3;", "IV.;", '"'):
                assert may_hold_asides(f"a;b\n{before}{written};1\n".encode()), written


def test_a_name_that_holds_such_a_word_is_none() -> None:
    assert [name for name in NAMES if aside(name)] == []
    assert not may_hold_asides("\n".join(["a;b", *(f"{name};1" for name in NAMES), "79-1;TCCP;1"]).encode())


def test_what_stands_below_a_table() -> None:
    below = (
        "Người lập",
        "TP. Huế, ngày … tháng … năm …",
        "(Ký, ghi rõ họ tên)",
        "- Ghi chú: x",
        "TM. UBND",
        "* một lời",
    )
    assert [said for said in below if not says_footer(said)] == []
    assert [said for said in ("Kỹ thuật", "Ngày nghỉ", "Notebook", "79-1") if says_footer(said)] == []
