"""The data dictionary: every register, column and coded list in words, from the declarations that the program runs on.

``python -m gisdb.registers.describing > docs/data-dictionary.md`` writes it; a test compares.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from importlib import resources

from gisdb.registers import registers
from gisdb.registers.column import Coded, Column
from gisdb.registers.export import FILTERS, FORMATS
from gisdb.registers.register import Bound, Register

_HEAD = """# Từ điển dữ liệu · Data dictionary

Tệp này được sinh từ khai báo của các sổ (`gisdb/registers/`); đừng sửa tay.
*Written from the registers' declarations; do not edit by hand:* `python -m gisdb.registers.describing > docs/data-dictionary.md`.

Tệp nhập: .csv, .xlsx, .xls hoặc .ods có dòng tiêu đề. Cột được nhận theo **tên** (tên máy, tên tiếng Việt, tên tiếng Anh hoặc cách viết
khác; không phân biệt hoa thường, dấu thanh, khoảng trắng), không theo thứ tự.
*Imports: .csv, .xlsx, .xls or .ods with a header; columns are known by name (machine, Vietnamese, English or another spelling), never by place.*

Ngày: `31/12/2025` hoặc `2025-12-31`. Số: một dấu thập phân cho cả tệp, phẩy hoặc chấm.
*Days: either form. Numbers: one decimal mark a file.*
"""


def describe() -> str:
    """The dictionary of the registers that ship, as Markdown in both languages."""
    listed = registers("").values()
    parts = [_HEAD, *(_register(one) for one in listed), _exports(), _code_lists(listed), _factors()]
    return "\n".join(parts)


def _register(register: Register) -> str:
    key = ", ".join(f"`{name}`" for name in (register.owner_field, *register.key))
    bound = (
        "cơ sở lao động · *workplace*"
        if register.bound is Bound.WORKPLACE
        else "đơn vị hành chính · *administrative unit*"
    )
    lines = [
        f"## {register.vi} · {register.en} (`{register.name}`)\n",
        f"Bảng · *Table*: `{register.table_name}`. Thuộc về · *Hangs on*: {bound}. Khóa · *Key*: {key}.\n",
    ]
    if register.note_vi:
        lines.append(f"{register.note_vi} *{register.note_en}*\n")
    lines.append(
        _table(
            ("Cột · Column", "Tên · Name", "Loại · Kind", "Bắt buộc · Required", "Ghi chú · Note"), _columns(register)
        )
    )
    derived = [(f"`{one.name}`", one.vi, one.en) for one in register.derived if one.exported]
    if derived:
        lines.append("Tính tự động, chỉ có khi xuất · *Worked out, in exports only*:\n")
        lines.append(_table(("Cột · Column", "Tên · Name", "English"), derived))
    rules = [(f"`{one.code}`", f"`{one.column}`", one.severity.value) for one in register.rules]
    if rules:
        lines.append("Quy tắc kiểm tra · *Rules*:\n")
        lines.append(_table(("Mã · Code", "Cột · Column", "Mức · Severity"), rules))
    return "\n".join(lines)


def _columns(register: Register) -> Iterator[tuple[str, ...]]:
    for one in register.columns:
        yield (f"`{one.name}`", f"{one.vi} · *{one.en}*", _kind(one), _required(one), _notes(one))
        for each in one.described_by:
            yield (
                f"`{each.name}`",
                f"{each.vi} · *{each.en}*",
                _kind(each),
                f"chỉ để hiểu `{one.name}`, không lưu · *explains it, not kept*",
                _notes(each),
            )


def _kind(column: Column) -> str:
    kind = column.kind
    allowed = kind.allowed("vi"), kind.allowed("en")
    said = allowed[0] if allowed[0] == allowed[1] else f"{allowed[0]} · *{allowed[1]}*"
    unit = f", {column.unit}" if column.unit else ""
    return f"{kind.word_vi} · *{kind.word_en}*{f': {said}' if said else ''}{unit}"


def _required(column: Column) -> str:
    if column.required:
        return "có · *yes*"
    return f"không, mặc định · *no, default* `{column.default}`" if column.default is not None else ""


def _notes(column: Column) -> str:
    notes = [f"{column.note_vi} *{column.note_en}*"] if column.note_vi else []
    if column.aliases:
        notes.append("Cách viết khác · *also*: " + ", ".join(f"“{one}”" for one in column.aliases) + ".")
    if column.example:
        notes.append(f"Ví dụ · *example*: `{column.example}`.")
    return " ".join(notes)


def _exports() -> str:
    return (
        "## Tệp xuất · Exports\n\n"
        f"Định dạng · *Formats*: {', '.join(f'`{one}`' for one in FORMATS)}. "
        f"Bộ lọc · *Filters*: {', '.join(f'`{one}`' for one in FILTERS)}.\n\n"
        "Thêm vào các cột của sổ · *Beside the register's columns*: `upload_id`, `upload_file`, `line` (dòng của tệp đã nhập · "
        "*line of the imported file*), `recorded_at`, `superseded_at`, `synthetic` (dữ liệu mẫu · *sample data*). "
        "CSV: UTF-8 có BOM, dấu thập phân là chấm, ngày theo ISO 8601; ô chữ bắt đầu bằng = + - @ (trừ số âm) có thêm dấu `'` ở đầu, khi nhập lại "
        "dấu này được bỏ · *UTF-8 with BOM, decimal point, ISO days; text cells that begin with = + - @ (but negative numbers) get an apostrophe, which an "
        "import takes off.* GeoJSON: WGS 84; `located_by` nói điểm là của ai · *says whose point it is*: `record`, `workplace`, `unit`.\n"
    )


def _code_lists(listed: Iterable[Register]) -> str:
    used = {one.kind.list for register in listed for one in register.columns if isinstance(one.kind, Coded)}
    lines = ["## Danh mục · Coded lists\n"]
    by_list: dict[str, list[dict[str, str]]] = {}
    for row in _rows("gisdb.registers", "codes.csv"):
        by_list.setdefault(row["list"], []).append(row)
    for name, codes in sorted(by_list.items()):
        mark = "" if name in used else " (tra theo mã của danh mục · *named by its list's code*)"
        lines.append(f"### `{name}`{mark}\n")
        table = [(f"`{row['code']}`", row["name_vi"], row["name_en"], row["confidence"]) for row in codes]
        lines.append(_table(("Mã · Code", "Tên", "Name", "Độ tin cậy · Confidence"), table))
    return "\n".join(lines)


def _factors() -> str:
    table = [
        (f"`{row['code']}`", row["name_vi"], row["name_en"], row["unit"], row["cas"], _likely(row))
        for row in _rows("gisdb.limits", "factors.csv")
    ]
    note = (
        "Kết quả ngoài *khoảng thường gặp* phải xác nhận; khoảng này do phần mềm đặt để bắt lỗi gõ, không phải giới hạn của pháp luật."
        " *A result outside the likely range asks for a confirmation; the range is ours, against slips, and no limit of any law.*\n\n"
    )
    heads = ("Mã · Code", "Tên", "Name", "Đơn vị · Unit", "CAS", "Khoảng thường gặp · Likely")
    return "## Yếu tố có hại · Factors\n\n" + note + _table(heads, table)


def _likely(row: dict[str, str]) -> str:
    if not row["likely_high"]:
        return ""
    return f"{row['likely_low']} … {row['likely_high']}: {row['likely_vi']} · *{row['likely_en']}*"


def _rows(package: str, name: str) -> list[dict[str, str]]:
    text = resources.files(package).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _table(heads: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in body]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(describe())
