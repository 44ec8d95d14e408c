"""Files as they come: what can be read is read with the file's own lines, what cannot is refused with the place."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisdb.errors import InputError
from loaders.sheets.limits import Limits
from loaders.tables.read import Table, read

LIMITS = Limits(upload_bytes=1_000_000)


def table(folder: Path, content: str | bytes, limits: Limits = LIMITS) -> Table:
    path = folder / "f.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, folder, limits=limits)


def refusal(folder: Path, content: str | bytes, limits: Limits = LIMITS) -> InputError:
    with pytest.raises(InputError) as refused:
        list(table(folder, content, limits).rows())
    return refused.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_delimiter_mark_and_line_end(tmp_path: Path, delimiter: str, mark: str, end: str) -> None:
    rows = [["Mã cơ sở", "Kết quả, dBA"], ["79-1", "86,5"], ["79-2", "a;b|c\td"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    found = table(tmp_path, mark + text.getvalue())
    assert found.delimiter == delimiter
    assert found.header == ("Mã cơ sở", "Kết quả, dBA")
    assert list(found.rows()) == [(2, rows[1]), (3, rows[2])]


def test_a_spreadsheets_first_line_names_the_delimiter(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=|\na|b,c,d\n1|2\n")
    assert (found.delimiter, found.header, found.header_line) == ("|", ("a", "b,c,d"), 2)
    assert list(found.rows()) == [(3, ["1", "2"])]


def test_lines_are_the_files_own(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n\n1,"x\ny"\n , \n2,z\n')
    assert list(found.rows()) == [(3, ["1", "x\ny"]), (6, ["2", "z"])]
    assert found.last == 6


def test_bytes_that_are_no_utf8_are_named_with_their_place(tmp_path: Path) -> None:
    legacy = "mã,tên\n1,Dệt\n".encode() + b"2,C\xb5 khi\n"
    refused = refusal(tmp_path, legacy)
    assert refused.code == "file_not_utf8"
    assert refused.params == {"line": 3, "offset": legacy.index(b"\xb5"), "byte": "0xB5"}


def test_a_bad_byte_beyond_the_first_block_has_its_place_too(tmp_path: Path) -> None:
    good = ("ộ" * 99 + "\n").encode() * 10_000
    refused = refusal(tmp_path, good + b"\xff\n", Limits())
    assert refused.params == {"line": 10_001, "offset": len(good), "byte": "0xFF"}


def test_a_letter_cut_off_at_the_end_is_no_letter(tmp_path: Path) -> None:
    content = "a\nộ".encode()[:-1]
    assert refusal(tmp_path, content).params == {"line": 2, "offset": 2, "byte": "0xE1"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b"\n\n ,\n", "file_empty"),
        (b"a,b\n1,\x002\n", "file_has_nul"),
        (b"a,b\n" + b"1,2\n" * 300_000, "file_too_large"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, content).code == code


def test_quotes_that_never_close_name_the_line_where_they_open(tmp_path: Path) -> None:
    refused = refusal(tmp_path, 'a,b\n1,2\n3,"open\n4,5\n')
    assert refused.code == "csv_malformed"
    assert refused.params["line"] == 3


def test_a_cell_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    refused = refusal(tmp_path, 'a,b\n1,"' + "x" * 200_000 + '",2\n')
    assert (refused.code, refused.params) == ("cell_too_long", {"line": 2, "most": 131072})
    # A copy of another encoding is not made of what could not be read again.
    refused = refusal(tmp_path, ("a,b\n1,2\nx" + "y" * 200_000 + ",2\n").encode("utf-16"))
    assert (refused.code, refused.params["line"]) == ("cell_too_long", 3)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=24)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5))
def test_whatever_stands_in_cells_comes_back(tmp_path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    found = [row for _, row in table(tmp_path, text.getvalue()).rows()]
    assert found == [row for row in rows if "".join(row).strip()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=24)
@given(
    names=st.lists(
        st.sampled_from(["Phân xưởng dệt", "Lò hơi số 2", "Khu đóng gói", "Chuyền may"]), min_size=3, max_size=9
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1258-nfc", "tcvn3", "vni"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    title=st.booleans(),
)
def test_every_dialect_in_every_encoding_gives_the_same_rows(
    tmp_path: Path, names: list[str], delimiter: str, encoding: str, end: str, quoting: Literal[0, 1], title: bool
) -> None:
    header = ["Vị trí", "Nhiệt độ", "Độ ẩm"]
    rows = [[name, f"{at},5", f'6{at} {delimiter}"'] for at, name in enumerate(names)]
    text = io.StringIO()
    above = [["Kết quả đo kiểm"]] if title else []
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([*above, header, *rows])
    found = table(tmp_path, text.getvalue().encode(encoding))
    assert (found.delimiter if not found.numbered else found.reading["delimiter"]) == delimiter
    assert (found.header, found.header_line) == (tuple(header), 1 + title)
    assert list(found.rows()) == [(at + 2 + title, row) for at, row in enumerate(rows)]
