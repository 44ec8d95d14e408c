"""Sổ số liệu báo cáo: a number that a unit reported for a period, kept beside what the records count, never mixed.

A figure says for which population it holds (with contract, without, all): one year has several true totals.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Integer

from gisdb.registers.column import Coded, Column, Quantity, Reference, Words
from gisdb.registers.periods import Period
from gisdb.registers.register import Agreement, Bound, Derived, Register, Rule
from gisdb.registers.unit_code import UnitCode

REGISTER = Register(
    name="reported_totals",
    table_name="reported_total",
    vi="Số liệu báo cáo",
    en="Reported totals",
    columns=(
        Column(
            "level",
            "Cấp báo cáo",
            "Reporting level",
            Reference("admin_level", unknown="reporting_level_unknown", named=True),
            required=True,
            example="province",
            aliases=("cấp", "cấp đơn vị", "cấp hành chính", "cấp báo cáo số liệu"),
            note_vi="Mã hoặc tên cấp: country, province, commune; Cả nước, Tỉnh, Xã …",
            note_en="Code or name of the level: country, province, commune …",
        ),
        Column(
            "unit",
            "Mã đơn vị",
            "Unit code",
            UnitCode(
                level="s.level",
                day="period_last_day(s.period)",
                found="owner.id",
                unknown="reporting_unit_unknown",
                unknown_params="(SELECT jsonb_build_object('level_vi', coalesce(min(name_vi), s.level),"
                " 'level_en', coalesce(min(name_en), s.level)) FROM admin_level WHERE code = s.level)",
            ),
            required=True,
            example="79",
            aliases=(
                "mã đơn vị hành chính",
                "mã tỉnh",
                "đơn vị",
                "mã địa phương",
                "địa phương",
                "tỉnh",
                "mã tỉnh/thành phố",
                "mã đơn vị báo cáo",
                "tỉnh/thành phố",
            ),
        ),
        Column(
            "period",
            "Kỳ báo cáo",
            "Period",
            Period(),
            required=True,
            example="2025H1",
            aliases=("kỳ", "năm", "kỳ số liệu", "thời kỳ", "giai đoạn", "kì báo cáo", "năm báo cáo", "kỳ thống kê"),
            note_vi="2025, 2025H1 (sáu tháng đầu năm) hoặc 2025Q1.",
            note_en="2025, 2025H1 (first half) or 2025Q1.",
        ),
        Column(
            "item",
            "Chỉ tiêu",
            "Item",
            Coded("reported_item"),
            required=True,
            example="deaths",
            aliases=(
                "chỉ tiêu báo cáo",
                "tên chỉ tiêu",
                "chỉ số",
                "nội dung chỉ tiêu",
                "mã chỉ tiêu",
            ),
        ),
        Column(
            "population",
            "Phạm vi",
            "Population",
            Coded("population"),
            default="all",
            example="all",
            aliases=("khu vực", "đối tượng", "đối tượng lao động", "khu vực lao động", "khu vực quan hệ lao động"),
        ),
        Column(
            "value",
            "Giá trị",
            "Value",
            # Every item of the list counts cases, persons or provinces.
            Quantity(Decimal(0), Decimal(10) ** 15, whole=True),
            required=True,
            example="12",
            aliases=("số liệu", "số lượng", "trị số", "giá trị báo cáo", "kết quả"),
        ),
        Column(
            "source",
            "Nguồn",
            "Source",
            Words(500),
            required=True,
            example="Báo cáo số 12/BC-SNV",
            aliases=(
                "nguồn số liệu",
                "văn bản",
                "số văn bản",
                "căn cứ",
            ),
        ),
        Column(
            "confidence",
            "Độ tin cậy",
            "Confidence",
            Coded("confidence"),
            default="reported",
            example="reported",
            aliases=("mức tin cậy",),
        ),
        Column(
            "note",
            "Ghi chú",
            "Note",
            Words(1000),
            example="",
            aliases=(
                "chú thích",
                "ghi chú thêm",
                "diễn giải",
            ),
        ),
    ),
    key=("period", "item", "population"),
    bound=Bound.UNIT,
    # Immutable, as a generated column must be: the first four letters of 2025, 2025H1, 2025Q1.
    year="left(period, 4)::smallint",
    placed_on="period_last_day(s.period)",
    joins="""
        LEFT JOIN LATERAL (SELECT u.id FROM admin_unit u
                           WHERE u.level = s.level AND u.code = s.unit AND u.valid @> period_last_day(s.period)
                          ) AS owner ON true
    """,
    derived=(Derived("unit_id", Integer(), "owner.id", "", "", required=True, exported=False),),
    rules=(
        Rule("outside_scope", "unit", "owner.id IS NOT NULL AND NOT unit_in_scope(owner.id)"),
        Rule("period_in_future", "period", "period_first_day(s.period) > today()"),
    ),
    agreements=(
        Agreement("population", "all", ("contract", "no_contract"), exact=True),
        Agreement("item", "victims", ("deaths", "seriously_injured")),
        Agreement("item", "victims", ("women_victims",)),
        Agreement("item", "victims", ("cases",)),
        Agreement("item", "cases", ("fatal_cases",)),
        Agreement("item", "deaths", ("fatal_cases",)),
    ),
)
