"""Sổ lao động theo năm: workers, women, hours and exposed workers of a workplace in a year: the denominators."""

from __future__ import annotations

from gisdb.registers.column import Column, Whole
from gisdb.registers.register import Register, Rule, Severity
from gisdb.registers.workplaces import WORKPLACE

REGISTER = Register(
    name="workplace_years",
    table_name="workplace_year",
    vi="Lao động theo năm",
    en="Workplace years",
    columns=(
        WORKPLACE,
        Column("year", "Năm", "Year", Whole(1990, 2100), required=True, example="2025", aliases=("năm báo cáo",)),
        Column(
            "workers",
            "Số lao động",
            "Workers",
            Whole(0, 1_000_000),
            required=True,
            example="420",
            unit="người",
            aliases=("tổng số lao động", "số người lao động", "lao động bình quân"),
        ),
        Column(
            "women",
            "Lao động nữ",
            "Women",
            Whole(0, 1_000_000),
            example="310",
            unit="người",
            aliases=("số lao động nữ", "nữ"),
        ),
        Column(
            "hours",
            "Tổng giờ làm việc",
            "Hours worked",
            Whole(0, 4_000_000_000),
            example="982800",
            unit="giờ",
            aliases=("số giờ làm việc", "tổng số giờ làm việc"),
        ),
        Column(
            "exposed",
            "Lao động tiếp xúc",
            "Workers exposed",
            Whole(0, 1_000_000),
            example="180",
            unit="người",
            aliases=("số lao động tiếp xúc", "lao động tiếp xúc yếu tố có hại"),
            note_vi="Số người tiếp xúc với ít nhất một yếu tố có hại.",
            note_en="People exposed to at least one harmful factor.",
        ),
    ),
    key=("year",),
    placed_on="make_date(s.year, 12, 31)",
    rules=(
        Rule("more_women_than_workers", "women", "s.women > s.workers"),
        Rule("more_exposed_than_workers", "exposed", "s.exposed > s.workers"),
        Rule("hours_impossible", "hours", "s.hours > s.workers::bigint * 8784"),
        Rule("year_in_future", "year", "s.year > extract(year from today())"),
        Rule(
            "hours_per_worker_unusual",
            "hours",
            "s.workers > 0 AND s.hours::numeric / s.workers NOT BETWEEN 500 AND 3000"
            " AND s.hours <= s.workers::bigint * 8784",
            Severity.WARNING,
            "jsonb_build_object('hours_per_worker', round(s.hours::numeric / s.workers))",
        ),
    ),
    checks=(
        ("women_are_workers", "women <= workers"),
        ("exposed_are_workers", "exposed <= workers"),
        ("hours_possible", "hours <= workers::bigint * 8784"),
    ),
)
