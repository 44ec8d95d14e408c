"""Workbooks and archives as they come, written when the tests run: each function is named like the file that it writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path

import xlwt  # type: ignore[import-untyped]
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
HEADER = ("Mã cơ sở", "Vị trí lao động", "Ngày đo", "Mã yếu tố", "Kết quả", "Đơn vị đo")
ROWS = (
    ("79-1", "Chuyền may 3", date(2026, 3, 12), "NOISE", 86.5, "dBA"),
    ("79-2", "Lò hơi", date(2026, 3, 13), "NOISE", 91, "dBA"),
)


def seen(text: str, encoding: str) -> str:
    """``text`` as a program shows it that takes an old encoding's bytes for windows-1252."""
    return "".join(chr(one) if 0x80 <= one < 0xA0 else bytes([one]).decode("cp1252") for one in text.encode(encoding))


def _fill(sheet: Worksheet, rows: Iterable[Iterable[object]]) -> None:
    for row in rows:
        sheet.append(list(row))


def _book(*rows: Iterable[object]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    _fill(sheet, rows)
    return book, sheet


def laboratory_form_04(path: Path) -> None:
    """Form 04 of Decree 44/2016: letterhead, merged header of two lines, numbering, totals, signatures."""
    book, sheet = _book(
        ["TRUNG TÂM KIỂM SOÁT BỆNH TẬT", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["Số: 12/MTLĐ", "", "", "Độc lập - Tự do - Hạnh phúc"],
        [],
        ["KẾT QUẢ QUAN TRẮC MÔI TRƯỜNG LAO ĐỘNG"],
        ["Cơ sở: Công ty Dệt Phương Nam; ngày quan trắc: 12/03/2026"],
        [],
        ["STT", "Vị trí lao động", "Vi khí hậu", "", "", "Ánh sáng", "Tiếng ồn", "Bụi", ""],
        ["", "", "Nhiệt độ", "Độ ẩm", "Tốc độ gió", "", "", "Toàn phần", "Hô hấp"],
        ["", "", "(°C)", "(%)", "(m/s)", "(lux)", "(dBA)", "(mg/m³)", "(mg/m³)"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        [1, "Chuyền may 3", 31.2, 65.5, 0.35, 320, 86.5, 1.2, "KPH"],
        [2, "Lò hơi", 34.8, 60.1, 0.2, 150, 91, 2.05, 0.9],
        ["Tổng số mẫu", "", 2, 2, 2, 2, 2, 2, 2],
        [],
        ["Nhận xét: tiếng ồn tại lò hơi vượt giới hạn"],
        ["", "Người đo", "", "", "", "", "Giám đốc"],
        ["", "Lê Văn Cường", "", "", "", "", "Phạm Thị Dung"],
    )
    for merged in ("A1:C1", "D1:I1", "A4:I4", "A5:I5", "A7:A9", "B7:B9", "C7:E7", "F7:F8", "G7:G8", "H7:I7", "A13:B13"):
        sheet.merge_cells(merged)
    book.save(path)


def template_filled(path: Path) -> None:
    """A template of ours: names in two languages, an example that says so."""
    english = ("Workplace code", "Sampling point", "Measured on", "Factor code", "Value", "Unit")
    example = ("Ví dụ: 79-0", "Chuyền may 1", date(2026, 3, 1), "NOISE", 84.5, "dBA")
    _book(HEADER, english, example, *ROWS)[0].save(path)


def data_on_second_sheet(path: Path) -> None:
    """A cover, the data, a hidden list."""
    book, sheet = _book(["BÌA"], ["Hướng dẫn", "Điền vào trang sau"])
    sheet.title = "Bìa"
    _fill(book.create_sheet("Kết quả"), [["Bảng 1"], [], HEADER, *ROWS])
    hidden = book.create_sheet("Danh mục")
    _fill(hidden, [HEADER, ("hidden",) * 6])
    hidden.sheet_state = "hidden"
    book.save(path)


def a_sheet_each_quarter(path: Path) -> None:
    """Two sheets of measurements, an untouched one for the next quarter, a cover."""
    book, sheet = _book(["BÌA"])
    sheet.title = "Bìa"
    for name, rows in (("Quý 1", ROWS), ("Quý 2", ROWS[:1]), ("Quý 3", ())):
        _fill(book.create_sheet(name), [["Kết quả quan trắc"], [], HEADER, *rows])
    book.save(path)


def hidden_sheet_asked_for(path: Path) -> None:
    """The same; the hidden list is asked for."""
    data_on_second_sheet(path)


def sheet_that_is_not_there(path: Path) -> None:
    """The same; a sheet is asked for that it has not."""
    data_on_second_sheet(path)


def fonts_of_old_beside_new(path: Path) -> None:
    """Cells in .VnTime, .VnTimeH and VNI-Times beside Unicode."""
    book, sheet = _book(HEADER)
    sheet.append(["79-1", seen("Phân xưởng nhuộm", "tcvn3"), date(2026, 3, 12), "NOISE", 86.5, "dBA"])
    sheet.append(["79-1", seen("PHÂN XƯỞNG DỆT", "tcvn3-capitals"), date(2026, 3, 12), "NOISE", 87, "dBA"])
    sheet.append(["79-1", seen("Phân xưởng đóng gói", "vni"), date(2026, 3, 12), "NOISE", 70, "dBA"])
    sheet.append(["79-1", "Phân xưởng cơ khí", date(2026, 3, 12), "NOISE", 90, "dBA"])
    for line, font in ((2, ".VnTime"), (3, ".VnTimeH"), (4, "VNI-Times")):
        sheet.cell(line, 2).font = Font(name=font)
    book.save(path)


def old_letters_without_font(path: Path) -> None:
    """TCVN3 pasted as values into a new workbook: no font tells it."""
    rows = [(row[0], seen(str(row[1]), "tcvn3"), *row[2:]) for row in ROWS]
    header = [seen(name, "tcvn3") for name in HEADER]
    _book([seen("Kết quả đo môi trường lao động", "tcvn3")], header, *rows)[0].save(path)


def _moment(hour: int, minute: int) -> datetime:
    return datetime(2026, 3, 12, hour, minute)  # noqa: DTZ001 - workbooks know no time zones


def kinds_of_cells(path: Path) -> None:
    """Numbers with the noise of fractions, a code typed as a number, days, hours, truth, errors, a formula."""
    book, sheet = _book(("Mã", "Tên", "Ngày", "Giờ", "Số", "Đúng", "Lỗi", "Công thức"))
    sheet.append(["00123", 123, date(2026, 3, 12), _moment(8, 30), 0.1 + 0.2, True, "#N/A", "=E2*2"])
    sheet.append(["00124", "1,5", date(1999, 12, 31), _moment(0, 0), 1234567890123456789, False, "#REF!", "=E3"])
    sheet.append(["00125", "x", date(2026, 3, 12), _moment(0, 0), 5e-7, False, "", "=1/0"])
    for line in (2, 3):
        sheet.cell(line, 7).data_type = "e"
    book.save(path)
    # What a spreadsheet program would have worked out.
    cached = {"H2": "0.6", "H3": "7"}
    content = {}
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = content[name].decode()
    for place, value in cached.items():
        before, after = text.split(f'<c r="{place}"')
        text = f'{before}<c r="{place}"' + after.replace("<v />", f"<v>{value}</v>", 1).replace(
            "<v/>", f"<v>{value}</v>", 1
        )
    before, after = text.split('<c r="H4"')
    after = ' t="e"' + after.replace("<v />", "<v>#DIV/0!</v>", 1).replace("<v/>", "<v>#DIV/0!</v>", 1)
    content[name] = f'{before}<c r="H4"{after}'.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in content.items():
            archive.writestr(part, data)


def nothing_but_a_blank_sheet(path: Path) -> None:
    """A new workbook that was saved."""
    _book()[0].save(path)


def text_named_xlsx(path: Path) -> None:
    """A CSV that somebody renamed."""
    path.write_text(";".join(HEADER) + "\n79-1;Lò hơi;12/03/2026;NOISE;86,5;dBA\n", "utf-8")


def workbook_named_csv(path: Path) -> None:
    """A workbook that somebody renamed."""
    buffer = io.BytesIO()
    _book(HEADER, *ROWS)[0].save(buffer)
    path.write_bytes(buffer.getvalue())


def letter_named_xlsx(path: Path) -> None:
    """A letter of Word under the name of a workbook."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")


def with_a_password(path: Path) -> None:
    """Excel's own encryption: an old container with the encrypted package in it."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le"))


def torn_in_the_middle(path: Path) -> None:
    """A workbook whose second half was lost on the way."""
    workbook_named_csv(path)
    path.write_bytes(path.read_bytes()[:3000])


def one_cell_far_away(path: Path) -> None:
    """A good table, and one cell where somebody's key stuck."""
    book, sheet = _book(HEADER, *ROWS)
    sheet["XFD1048576"] = "."
    book.save(path)


def old_workbook(path: Path) -> None:
    """Excel 97 with VNI fonts, a day, an error, merged names over a column each."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    old = xlwt.easyxf("font: name VNI-Times")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    sheet.write_merge(0, 0, 0, 5, seen("KẾT QUẢ ĐO", "vni"), old)
    for column, name in enumerate(HEADER):
        sheet.write_merge(2, 3, column, column, seen(name, "vni"), old)
    for at, row in enumerate(ROWS):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write(4 + at, column, value, day)
            else:
                sheet.write(4 + at, column, seen(value, "vni") if isinstance(value, str) else value, old)
    sheet.row(6).write(0, "79-2")
    sheet.row(6).set_cell_error(4, "#REF!")
    sheet.row(6).write(5, "dBA")
    book.save(str(path))


def open_cell(value: object, styled: str = "") -> str:
    """A cell of an .ods; ``styled``: more of its attributes."""
    if isinstance(value, float | int):
        return f'<table:table-cell{styled} office:value-type="float" office:value="{value}"/>'
    if isinstance(value, date):
        return f'<table:table-cell{styled} office:value-type="date" office:date-value="{value}"/>'
    return f'<table:table-cell{styled} office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def _style(name: str, font: str = "", parent: str = "") -> str:
    text = f"<style:text-properties {font}/>" if font else ""
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="table-cell"{above}>{text}</style:style>'


def write_open_document(path: Path, content: str, rows: str, styles: str = "") -> None:
    """An .ods of one sheet."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (
            *((one, one) for one in ("office", "style", "table", "text")),
            ("fo", "xsl-fo-compatible"),
            ("svg", "svg-compatible"),
        )
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        if styles:
            archive.writestr("styles.xml", f"<office:document-styles {names}>{styles}</office:document-styles>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}>{content}<office:body><office:spreadsheet>"
            f'<table:table table:name="Trang 1">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )


def open_document(path: Path) -> None:
    """LibreOffice's own format."""
    rows = ("".join(map(open_cell, row)) for row in (HEADER, *ROWS))
    write_open_document(path, "", "".join(f"<table:table-row>{cells}</table:table-row>" for cells in rows))


def fonts_of_open_document(path: Path) -> None:
    """The same with a title whose row is in .VnTimeH, names in a column of .VnTime, and one name in a child of VNI's style."""

    named, direct = 'style:font-name="Old"', 'fo:font-family="&apos;.VnTimeH&apos;, Arial"'
    styles = (
        '<office:font-face-decls><style:font-face style:name="Old" svg:font-family="&apos;VNI-Times&apos;"/>'
        "</office:font-face-decls><office:styles>"
        '<style:default-style style:family="table-cell"><style:text-properties style:font-name="Arial"/>'
        f"</style:default-style>{_style('Default')}{_style('Report', named)}</office:styles>"
    )
    content = (
        "<office:automatic-styles>"
        + _style("ce1", 'style:font-name=".VnTime"', "Default")
        + _style("ce2", direct, "Default")
        + _style("ce3", parent="Report")
        + _style("ce4", parent="Default")
        + "</office:automatic-styles>"
    )
    title = open_cell(seen("KẾT QUẢ ĐO", "tcvn3-capitals"))
    header = "".join(open_cell(name, ' table:style-name="ce4"') for name in HEADER)
    first = [seen("Lò hơi", "tcvn3") if at == 1 else value for at, value in enumerate(ROWS[0])]
    code, _, *last = map(open_cell, ROWS[1])
    name = open_cell(seen("Phân xưởng đóng gói", "vni"), ' table:style-name="ce3"')
    write_open_document(
        path,
        content,
        '<table:table-column/><table:table-column table:default-cell-style-name="ce1"/>'
        '<table:table-column table:number-columns-repeated="4"/>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f'<table:table-row table:default-cell-style-name="ce2">{title}</table:table-row>'
        f"<table:table-header-rows><table:table-row>{header}</table:table-row></table:table-header-rows>"
        f"<table:table-row>{''.join(map(open_cell, first))}</table:table-row>"
        f"<table:table-row>{code}{name}{''.join(last)}</table:table-row>",
        styles,
    )


def _archive(path: Path, **files: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)


def _some_text() -> bytes:
    return HERE.joinpath("tcvn3_with_title.csv").read_bytes()


def zipped_text(path: Path) -> None:
    """One text in an old encoding, with a Macintosh's litter."""
    _archive(path, đo__csv=_some_text(), **{"__MACOSX/._đo.csv": b"x", "Đọc tôi.doc": b"x"})


def zipped_workbook(path: Path) -> None:
    """One workbook."""
    buffer = io.BytesIO()
    _book(HEADER, *ROWS)[0].save(buffer)
    _archive(path, b__xlsx=buffer.getvalue())


def zipped_several(path: Path) -> None:
    """Two tables: which is meant?"""
    _archive(path, a__csv=_some_text(), b__csv=_some_text())


def zipped_several_one_chosen(path: Path) -> None:
    """Two tables, one of them chosen."""
    zipped_several(path)


def zipped_within_a_zip(path: Path) -> None:
    """An archive in an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", _some_text())
    _archive(path, a__zip=buffer.getvalue())


def zipped_pictures(path: Path) -> None:
    """An archive without a table."""
    _archive(path, ảnh__jpg=b"\xff\xd8\xff", thư__docx=b"x")


MAKERS: dict[str, Callable[[Path], None]] = {
    "laboratory_form_04.xlsx": laboratory_form_04,
    "template_filled.xlsx": template_filled,
    "data_on_second_sheet.xlsx": data_on_second_sheet,
    "a_sheet_each_quarter.xlsx": a_sheet_each_quarter,
    "hidden_sheet_asked_for.xlsx": hidden_sheet_asked_for,
    "sheet_that_is_not_there.xlsx": sheet_that_is_not_there,
    "fonts_of_old_beside_new.xlsx": fonts_of_old_beside_new,
    "old_letters_without_font.xlsx": old_letters_without_font,
    "kinds_of_cells.xlsx": kinds_of_cells,
    "nothing_but_a_blank_sheet.xlsx": nothing_but_a_blank_sheet,
    "text_named.xlsx": text_named_xlsx,
    "workbook_named.csv": workbook_named_csv,
    "letter_named.xlsx": letter_named_xlsx,
    "with_a_password.xlsx": with_a_password,
    "torn_in_the_middle.xlsx": torn_in_the_middle,
    "one_cell_far_away.xlsx": one_cell_far_away,
    "old_workbook.xls": old_workbook,
    "open_document.ods": open_document,
    "fonts_of_open_document.ods": fonts_of_open_document,
    "zipped_text.zip": zipped_text,
    "zipped_workbook.zip": zipped_workbook,
    "zipped_several.zip": zipped_several,
    "zipped_several_one_chosen.zip": zipped_several_one_chosen,
    "zipped_within_a_zip.zip": zipped_within_a_zip,
    "zipped_pictures.zip": zipped_pictures,
}
