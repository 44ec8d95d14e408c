"""Texts in TCVN3, VNI and windows-1258: read right, written back, and told apart by being Vietnamese."""

from __future__ import annotations

import codecs
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.legacy_text import CANDIDATES, decode, known, likely, odd_one, reread, uncarried
from loaders.syllables import is_legal, legal_share

TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
SMALL = [unicodedata.normalize("NFC", base + tone) for base in "aăâeêioôơuưy" for tone in TONES] + ["đ"]
LETTERS = [*SMALL, *(one.upper() for one in SMALL)]
ENCODINGS = ("tcvn3", "vni", "windows-1258-nfc")
# As programs of their day show them, in windows-1252.
SEEN = [
    ("tcvn3", "Hµ Néi", "Hà Nội"),
    ("tcvn3", "Thµnh phè Hå ChÝ Minh", "Thành phố Hồ Chí Minh"),
    ("tcvn3", "C«ng hßa x· héi chñ nghÜa ViÖt Nam", "Công hòa xã hội chủ nghĩa Việt Nam"),
    ("tcvn3", "§\xaek L¾k, B×nh Ph\xadíc", "Đđk Lắk, Bình Phước"),
    ("vni", "Haø Noäi", "Hà Nội"),
    ("vni", "Thaønh phoá Hoà Chí Minh", "Thành phố Hồ Chí Minh"),
    ("vni", "Ñoàng Thaùp, Thöøa Thieân Hueá", "Đồng Tháp, Thừa Thiên Huế"),
    ("vni", "VÓNH PHUÙC, Quaûng Ngaõi, Myõ Thò Kyø", "VĨNH PHÚC, Quảng Ngãi, Mỹ Thị Kỳ"),
]


@pytest.mark.parametrize(("encoding", "seen", "meant"), SEEN)
def test_texts_as_old_programs_show_them_read_as_they_were_meant(encoding: str, seen: str, meant: str) -> None:
    assert seen.encode("cp1252").decode(encoding) == meant
    assert reread(seen, encoding) == meant
    assert decode(seen.encode(), f"utf-8/{encoding}") == meant


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_letter_that_the_code_carries_comes_back(encoding: str) -> None:
    carried = [one for one in LETTERS if not uncarried(one, encoding)]
    assert len(carried) == (67 + 19 if encoding == "tcvn3" else len(LETTERS))
    for one in carried:
        assert one.encode(encoding).decode(encoding) == one
        # In front of and behind any other letter too: no pair of bytes is read across two letters.
        assert f"{one}a{one} {one}{one}".encode(encoding).decode(encoding) == f"{one}a{one} {one}{one}"


def test_tcvn3_is_the_small_half_of_the_national_standard_and_every_byte_is_another_letter() -> None:
    told = {one: one.encode("tcvn3") for one in LETTERS if not one.isascii() and not uncarried(one)}
    assert len(told) == len(set(told.values())) == 74
    # Corners of the table of TCVN 5712:1993.
    corners = {"Ă": 0xA1, "Đ": 0xA7, "ư": 0xAD, "đ": 0xAE, "à": 0xB5, "ạ": 0xB9, "ắ": 0xBE, "ặ": 0xC6, "ậ": 0xCB}
    corners |= {"è": 0xCC, "é": 0xD0, "ệ": 0xD6, "ĩ": 0xDC, "ò": 0xDF, "ộ": 0xE9, "ợ": 0xEE, "ụ": 0xF4, "ỵ": 0xFE}
    assert {one: told[one][0] for one in corners} == corners


def test_tcvn3_has_no_capitals_with_tones_but_its_fonts_of_capitals_have() -> None:
    assert uncarried("THÀNH PHỐ Hồ Chí Minh, Ấp Ệ") == "ÀỐẤỆ"
    with pytest.raises(UnicodeEncodeError):
        "HÀ NỘI".encode("tcvn3")
    assert "HÀ NỘI".encode("tcvn3-capitals") == b"H\xb5 N\xe9I"
    assert b"H\xb5 N\xe9I h\xb5 n\xe9i".decode("tcvn3h") == "HÀ NỘI HÀ NỘI"
    assert uncarried("Hà", "tcvn3-capitals") == "à"


def test_windows_1258_is_composed_where_pythons_own_leaves_tones_apart() -> None:
    written = "Đắk Lắk".encode("windows-1258-nfc")
    assert written == b"\xd0\xe3\xeck L\xe3\xeck"
    assert written.decode("windows-1258-nfc") == "Đắk Lắk"
    assert written.decode("cp1258") != "Đắk Lắk"
    assert decode(written, "cp1258") == decode(written, "windows-1258") == "Đắk Lắk"


@given(st.binary(max_size=60), st.sampled_from([*ENCODINGS, "tcvn3-capitals"]))
def test_any_bytes_are_read_or_refused_and_what_is_read_is_composed(data: bytes, encoding: str) -> None:
    replaced = data.decode(encoding, "replace")
    assert unicodedata.is_normalized("NFC", replaced)
    if "\ufffd" not in replaced:
        assert data.decode(encoding) == replaced
        return
    with pytest.raises(UnicodeDecodeError) as refused:
        data.decode(encoding)
    assert refused.value.encoding == encoding
    assert data[refused.value.start] >= 0x80


@given(st.text(st.sampled_from([*LETTERS, *" -.,0129bcdghklmnpqrstvx"]), max_size=40), st.sampled_from(ENCODINGS))
def test_any_vietnamese_text_comes_back_whole_or_is_refused(text: str, encoding: str) -> None:
    if uncarried(text, encoding):
        with pytest.raises(UnicodeEncodeError):
            text.encode(encoding)
        assert text.encode(encoding, "replace").count(b"?") == sum(bool(uncarried(one, encoding)) for one in text)
    else:
        assert text.encode(encoding).decode(encoding) == text


@given(st.text(st.sampled_from([*LETTERS, " ", "b"]), max_size=30), st.integers(1, 5))
def test_a_file_read_in_pieces_is_the_same_text(text: str, size: int) -> None:
    data = text.encode("vni")
    reader = codecs.getincrementaldecoder("vni")()
    made = "".join(reader.decode(data[at : at + size]) for at in range(0, len(data), size))
    assert made + reader.decode(b"", final=True) == text
    assert io.TextIOWrapper(io.BytesIO(data), encoding="vni", newline="").read() == text


NAMES = ["Huyện A Lưới", "Thị xã Bỉm Sơn", "Quận Hoàn Kiếm", "Xã Ea Súp", "Đắk Lắk", "Phường 4", "Thừa Thiên Huế"]


@pytest.mark.parametrize(
    ("written", "found"),
    [("utf-8", "utf-8"), ("windows-1258-nfc", "cp1258"), ("tcvn3", "tcvn3"), ("vni", "vni")],
)
def test_the_encoding_of_names_is_the_one_that_makes_vietnamese_of_them(written: str, found: str) -> None:
    samples = [one.encode(written) for one in NAMES]
    first, *others = likely(samples)
    assert (first.encoding, first.share, first.shown) == (found, 1.0, "Huyện A Lưới")
    assert all(one.share < 0.5 for one in others if not one.encoding.startswith("tcvn3"))
    assert odd_one(samples, first.encoding) is None
    assert odd_one(samples, "cp1252") == samples[0]


def test_capitals_drawn_by_the_font_are_recognised_by_their_mixed_case() -> None:
    samples = [one.upper().encode("tcvn3-capitals") for one in NAMES]
    assert likely(samples)[0].encoding == "tcvn3-capitals"


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "utf-8"])
def test_old_bytes_that_a_later_program_put_into_unicode_are_recognised(encoding: str) -> None:
    # A program that took the bytes for windows-1252 and saved them as UTF-8.
    cells = ["".join(chr(one) if 0x80 <= one < 0xA0 else bytes([one]).decode("cp1252") for one in name)
             for name in (one.encode(encoding) for one in NAMES)]  # fmt: skip
    first = likely([one.encode() for one in cells])[0]
    assert (first.encoding, first.share) == (f"utf-8/{encoding}", 1.0)
    assert [decode(one.encode(), first.encoding) for one in cells] == NAMES


def test_texts_in_plain_letters_say_nothing_about_their_encoding() -> None:
    assert likely([b"Quan 1", b"Ca Mau"]) == []
    assert legal_share(["Quan 1"]) is None


def test_names_of_an_encoding_as_people_and_cpg_files_write_them() -> None:
    written = ["UTF-8", "65001", "1258", "ANSI 1258", "windows-1258", "TCVN3", "ABC", "tcvn3h", "VNI", "utf-8/abc"]
    assert [known(one) for one in written] == [
        *("utf-8", "utf-8", "cp1258", "cp1258", "cp1258", "tcvn3", "tcvn3", "tcvn3-capitals", "vni", "utf-8/tcvn3")
    ]
    assert [known(one) for one in ("klingon", "hex", "", "utf-8/", "\0", "rot13")] == [None] * 6
    assert all(known(one) == one for one in CANDIDATES)


@pytest.mark.parametrize("word", ["Huế", "QUẢNG", "Nghiêng", "Gìn", "quỳnh", "Đắk", "Xuyên", "ươm", "Thuở", "khuỷu"])
def test_words_that_are_vietnamese(word: str) -> None:
    assert is_legal(word)


@pytest.mark.parametrize("word", ["Hµ", "Néi", "Haø", "Nộp̀", "L¹ng", "hÀ", "Việc\ufffd", "côc", "Ná»™i", "Évry", "ñà"])
def test_words_that_are_not(word: str) -> None:
    assert not is_legal(word)
