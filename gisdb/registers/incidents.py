"""Sổ tai nạn lao động: one accident with its victims (Circular 13/2020/TT-BLDTBXH, register of accidents).

The place of the accident may be far from the reporting workplace; both are kept. Cause and injury factor keep the id
of their code list, because the lists in use give one number several meanings.
"""

from __future__ import annotations

from decimal import Decimal

from geoalchemy2 import Geometry
from sqlalchemy import Integer

from gisdb.registers.column import Code, Coded, Column, Day, Quantity, Whole, Words
from gisdb.registers.register import Derived, Register, Rule
from gisdb.registers.workplaces import WORKPLACE

REGISTER = Register(
    name="incidents",
    table_name="incident",
    vi="Tai nạn lao động",
    en="Occupational accidents",
    columns=(
        WORKPLACE,
        Column(
            "number",
            "Số vụ",
            "Case number",
            Code(),
            required=True,
            example="TN-2026-01",
            aliases=("mã vụ", "số hiệu vụ tai nạn"),
        ),
        Column(
            "happened_on",
            "Ngày xảy ra",
            "Happened on",
            Day(),
            required=True,
            example="05/02/2026",
            aliases=("ngày tai nạn", "ngày xảy ra tai nạn"),
        ),
        Column(
            "severity",
            "Mức độ",
            "Severity",
            Coded("severity"),
            required=True,
            example="serious",
            aliases=("loại tai nạn", "mức độ tai nạn"),
        ),
        Column(
            "victims",
            "Số người bị nạn",
            "Victims",
            Whole(1, 10_000),
            required=True,
            example="1",
            aliases=("số nạn nhân", "số người bị tai nạn"),
        ),
        Column("women", "Nạn nhân nữ", "Women", Whole(0, 10_000), default="0", example="0", aliases=("số nữ",)),
        Column("deaths", "Số người chết", "Deaths", Whole(0, 10_000), default="0", example="0", aliases=("chết",)),
        Column(
            "seriously_injured",
            "Bị thương nặng",
            "Seriously injured",
            Whole(0, 10_000),
            default="0",
            example="1",
            aliases=("số người bị thương nặng",),
        ),
        Column(
            "cause_list",
            "Danh mục nguyên nhân",
            "Cause list",
            Code(r"\w{1,40}"),
            default="accident_cause",
            example="accident_cause",
        ),
        Column("cause", "Mã nguyên nhân", "Cause", Code(r"\w{1,20}"), example="5", aliases=("nguyên nhân",)),
        Column(
            "factor_list",
            "Danh mục yếu tố chấn thương",
            "Injury factor list",
            Code(r"\w{1,40}"),
            default="injury_factor_A",
            example="injury_factor_A",
        ),
        Column(
            "injury_factor",
            "Yếu tố gây chấn thương",
            "Injury factor",
            Code(r"\w{1,20}"),
            example="5",
            aliases=("mã yếu tố gây chấn thương",),
        ),
        Column(
            "lost_days",
            "Số ngày nghỉ",
            "Lost days",
            Whole(0, 100_000),
            example="45",
            unit="ngày",
            aliases=("số ngày nghỉ việc", "ngày nghỉ"),
        ),
        Column(
            "cost_vnd",
            "Thiệt hại (đồng)",
            "Cost (VND)",
            Quantity(Decimal(0), Decimal(10) ** 14),
            example="18500000",
            unit="đồng",
            aliases=("chi phí", "tổng thiệt hại (đồng)"),
        ),
        Column("place", "Nơi xảy ra", "Place of the accident", Words(300), example="Xưởng cắt"),
        Column(
            "place_longitude",
            "Kinh độ nơi xảy ra",
            "Place longitude",
            Quantity(Decimal(-180), Decimal(180)),
            example="106,70098",
            unit="°",
        ),
        Column(
            "place_latitude",
            "Vĩ độ nơi xảy ra",
            "Place latitude",
            Quantity(Decimal(-180), Decimal(180)),
            example="10,77653",
            unit="°",
        ),
        Column("description", "Diễn biến", "Description", Words(4000), example="Kẹt tay vào máy cắt"),
    ),
    key=("number",),
    day="happened_on",
    placed_on="s.happened_on",
    derived=(
        Derived(
            "place_geom",
            Geometry("POINT", 4326, spatial_index=False),
            "ST_SetSRID(ST_MakePoint(s.place_longitude::float8, s.place_latitude::float8), 4326)",
            "",
            "",
            exported=False,
        ),
        Derived(
            "place_piece_id",
            Integer(),
            "piece_at(s.place_longitude, s.place_latitude)",
            "",
            "",
            exported=False,
            references="piece.id",
        ),
    ),
    rules=(
        Rule("more_women_than_victims", "women", "s.women > s.victims"),
        Rule("more_hurt_than_victims", "deaths", "s.deaths + s.seriously_injured > s.victims"),
        Rule("severity_contradicts", "severity", "(s.severity = 'fatal') <> (s.deaths > 0)"),
        Rule(
            "cause_unknown",
            "cause",
            "s.cause IS NOT NULL AND NOT EXISTS (SELECT FROM code_list c WHERE c.list = s.cause_list AND c.code = s.cause)",
            params="jsonb_build_object('list', s.cause_list)",
        ),
        Rule(
            "injury_factor_unknown",
            "injury_factor",
            "s.injury_factor IS NOT NULL AND NOT EXISTS "
            "(SELECT FROM code_list c WHERE c.list = s.factor_list AND c.code = s.injury_factor)",
            params="jsonb_build_object('list', s.factor_list)",
        ),
        Rule("coordinate_alone", "place_longitude", "(s.place_longitude IS NULL) <> (s.place_latitude IS NULL)"),
        Rule(
            "coordinates_swapped",
            "place_longitude",
            "NOT point_in_country(s.place_longitude, s.place_latitude) AND point_in_country(s.place_latitude, s.place_longitude)",
        ),
        Rule(
            "coordinates_outside_country",
            "place_longitude",
            "NOT point_in_country(s.place_longitude, s.place_latitude) AND NOT point_in_country(s.place_latitude, s.place_longitude)",
        ),
    ),
    checks=(
        ("women_are_victims", "women <= victims"),
        ("hurt_are_victims", "deaths + seriously_injured <= victims"),
        ("fatal_means_deaths", "(severity = 'fatal') = (deaths > 0)"),
        ("someone_was_hurt", "victims >= 1"),
    ),
    geometry="place_geom",
)
