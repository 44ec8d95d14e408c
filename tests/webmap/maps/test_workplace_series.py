"""A workplace's measurements over time against the law of their days, on records that came in by a real import."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import text

from gisdb import rejudging
from gisdb.cluster import Cluster
from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.limits.courses import LimitCourse, courses_of
from gisdb.limits.limit import COLUMNS, Limit
from gisdb.limits.store import limits_on
from gisdb.registers import register
from gisdb.registers.reading import measurements_of
from loaders.tables import import_file
from tests.conftest import account, cloned
from tests.webmap.conftest import sign_in
from tests.webmap.maps.conftest import Opener, Watch, serving
from webmap.app import create_app

HEADER = (
    "Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo;Kiểu trung bình;Giới hạn phát hiện;Thời gian ca (giờ);"
    "Loại lao động;Loại nơi làm việc;Nhóm bụi"
)
STEP = date(2024, 7, 1)
# Factor, averaging, unit; then day, point, value, detection limit, shift, work category, place, dust group.
ROWS = {
    ("ACETONE", "TWA", "mg/m3"): [
        "12/03/2022;Pha sơn;120;;8;;;",
        "14/03/2023;Pha sơn;150;;8;;;",
        "11/03/2024;Pha sơn;140;;8;;;",
        "12/11/2024;Pha sơn;140;;8;;;",
        "10/03/2025;Pha sơn;80;;12;;;",
        "16/03/2026;Pha sơn;60;;8;;;",
    ],
    ("NITRIC_ACID", "TWA", "mg/m3"): [
        "12/03/2019;Mạ;3,5;;8;;;",
        "12/03/2021;Mạ;6,25;;8;;;",
        "12/03/2023;Mạ;<0,1;0,1;8;;;",
        "12/03/2026;Mạ;4;;8;;;",
    ],
    ("TEMPERATURE", "instant", "°C"): [
        "12/03/2023;Lò hơi;33;;8;light;;",
        "12/03/2023;Bốc vác;31;;8;heavy;;",
        "12/03/2025;Lò hơi;35;;8;light;;",
        "12/03/2025;Bốc vác;15;;8;heavy;;",
    ],
    ("NOISE", "TWA", "dBA"): [
        "12/03/2024;Dập;84;;12;;;",
        "12/03/2025;Dập;82;;8;;;",
        "12/03/2025;Văn phòng;58;;8;;administration;",
    ],
    ("TOLUENE", "TWA", "mg/m3"): ["12/03/2025;Sơn;0,5;;8;;;", "14/03/2026;Sơn;120;;8;;;"],
    ("BENZENE", "TWA", "mg/m3"): ["12/03/2025;Sơn;<0,5;;8;;;"],
}


@dataclass(frozen=True)
class Plant:
    """A workplace whose records the tests know."""

    database: Database
    id: int


def _without_measurements(database: Database) -> tuple[int, str]:
    with database.owner() as conn:
        row = conn.execute(
            text("""SELECT w.id, w.code FROM workplace w WHERE NOT EXISTS (SELECT FROM measurement m WHERE m.workplace_id = w.id)
                    AND EXISTS (SELECT FROM workplace_state s WHERE s.workplace_id = w.id AND s.valid_from < '2019-01-01')
                    ORDER BY w.id LIMIT 1""")
        ).one()
    return int(row[0]), str(row[1])


def _halve_acetone(database: Database) -> None:
    """A new act of ``STEP``: 200 mg/m³ before, 100 since."""
    with database.acting_as(None) as conn:
        old = next(one for one in limits_on(conn, STEP, "ACETONE") if one.averaging == "TWA")
    new = replace(old, valid_from=STEP, limit_high=Decimal(100), legal_act="QCVN 99:2024/BYT (Thông tư 99/2024/TT-BYT)")
    rejudging.correct(database, account(database, "quantri"), _lines(replace(old, valid_to=STEP), new), "Công báo")


def _lines(*limits: Limit) -> list[str]:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows(one.texts() for one in limits)
    return written.getvalue().splitlines()


@pytest.fixture(scope="module")
def plant(
    cluster: Cluster, loaded_template: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plant]:
    """A workplace with measurements before and after changes of law, in the sample country."""
    with cloned(cluster, loaded_template, pytestconfig) as database:
        workplace, code = _without_measurements(database)
        lines = [HEADER]
        for (factor, averaging, unit), rows in ROWS.items():
            for row in rows:
                day, point, value, rest = row.split(";", 3)
                lod, others = rest.split(";", 1)
                lines.append(f"{code};{point};{day};{factor};{value};{unit};{averaging};{lod};{others}")
        file = tmp_path_factory.mktemp("plant") / "ket-qua.csv"
        file.write_text("\n".join(lines) + "\n", "utf-8")
        receipt = import_file(database, account(database, "quantri"), register("measurements"), file, confirmed=True)
        assert receipt.done, list(receipt.problems)
        _halve_acetone(database)
        yield Plant(database, workplace)


@pytest.fixture(scope="module")
def plant_app(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40), plant.database)


@pytest.fixture
def watch(plant_app: Flask) -> Iterator[Watch]:
    with serving(plant_app) as where:
        one = Watch(where)
        yield one
    assert one.wrong == []


def courses(plant: Plant, factor: str, averaging: str = "TWA") -> list[LimitCourse]:
    with plant.database.acting_as(account(plant.database, "vien")) as conn:
        return [one for one in courses_of(conn, plant.id) if (one.factor, one.averaging) == (factor, averaging)]


def told(plant: Plant, app: Flask, title: str, language: str = "en") -> tuple[dict[str, Any], list[str]]:
    """What the page of the workplace tells the script about one series, and the words of its legend."""
    client = app.test_client()
    sign_in(client, "vien")
    page = client.get(f"/workplaces/{plant.id}?lang={language}").text
    part = next(one for one in page.split('<section class="series"')[1:] if f">{title}</h3>" in one)
    drawing = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', part, re.DOTALL)
    assert drawing, part
    names = [unescape(one) for one in re.findall(r"<li><svg.*?</svg><span>(.*?)</span></li>", part, re.DOTALL)]
    return json.loads(drawing[1]), names


def test_every_judged_record_was_judged_by_the_limit_of_its_day_in_a_course(shared: Database) -> None:
    """Over the fullest workplaces of the sample, what the lines say and what the judge said are the same limits."""
    with shared.owner() as conn:
        fullest = "SELECT workplace_id FROM measurement GROUP BY 1 ORDER BY count(DISTINCT factor) DESC, count(*) DESC LIMIT 15"
        ids = conn.execute(text(fullest)).scalars().all()
    with shared.acting_as(account(shared, "vien")) as conn:
        judged = 0
        for workplace in ids:
            found = courses_of(conn, workplace)
            for row in measurements_of(conn, workplace):
                held = [
                    (period.legal_act, period.high)
                    for course in found
                    if (course.factor, course.averaging) == (row.factor, row.averaging)
                    for period in course.periods
                    if period.first <= row.measured_on and (period.until is None or row.measured_on < period.until)
                ]
                assert row.legal_act in {act for act, _ in held} or (row.legal_act is None and not held)
                if row.verdict_reason == "limit":
                    assert (row.legal_act, row.limit_value) in held
                    judged += 1
    assert judged > 200


def test_a_new_act_ends_the_old_limit_on_its_day(plant: Plant) -> None:
    (course,) = courses(plant, "ACETONE")
    old, new = course.periods[-2:]
    assert (old.high, old.until, new.first, new.high, new.until) == (Decimal(200), STEP, STEP, Decimal(100), None)


def test_where_one_factor_was_measured_under_two_conditions_each_has_its_course(plant: Plant) -> None:
    found = {one.conditions[0].name_en: one.periods[0] for one in courses(plant, "TEMPERATURE", "instant")}
    bounds = {name: (one.low, one.high) for name, one in found.items()}
    assert bounds == {"Light": (Decimal(20), Decimal(34)), "Heavy": (Decimal(16), Decimal(30))}


def test_the_limit_that_hangs_on_nothing_judges_the_days_that_the_narrow_one_leaves(loaded: Database) -> None:
    """Administration has had a limit of its own only since STEP: before, it is held against the general one."""
    with loaded.acting_as(None) as conn:
        office = next(one for one in limits_on(conn, STEP, "NOISE") if one.condition == "place_type=administration")
    with loaded.owner() as conn:
        conn.execute(
            text("UPDATE exposure_limit SET valid = daterange(:step, NULL) WHERE id = :id"),
            {"step": STEP, "id": office.id},
        )
        workplace = conn.execute(
            text("SELECT workplace_id FROM measurement WHERE factor = 'NOISE' LIMIT 1")
        ).scalar_one()
        conn.execute(
            text(
                """UPDATE measurement SET place_type = 'administration' WHERE workplace_id = :id AND factor = 'NOISE'"""
            ),
            {"id": workplace},
        )
    with loaded.acting_as(account(loaded, "vien")) as conn:
        (course,) = (one for one in courses_of(conn, workplace) if (one.factor, one.averaging) == ("NOISE", "TWA"))
    assert [(one.first, one.until, one.high) for one in course.periods] == [
        (date(2016, 12, 1), STEP, Decimal(85)),
        (STEP, None, Decimal(65)),
    ]


def test_out_of_scope_there_are_no_courses(plant: Plant) -> None:
    with plant.database.acting_as(None) as conn:
        assert courses_of(conn, plant.id) == []


def test_the_change_of_law_is_a_step_with_the_name_of_the_act(plant: Plant, plant_app: Flask) -> None:
    drawing, names = told(plant, plant_app, "Acetone – 8-hour mean (TWA)")
    ((line,), acts) = ([one["points"] for one in drawing["limits"]], drawing["acts"])
    assert [(one["x"], one["y"]) for one in line[1:3]] == [(STEP.toordinal(), 200), (STEP.toordinal(), 100)]
    assert [one["text"] for one in acts] == ["QCVN 03:2019/BYT", "QCVN 99:2024/BYT"]
    assert names[0].startswith("Limit for a shift of 8 hours")


def test_a_long_shift_has_its_own_lower_limit_beside_the_line_of_the_law(plant: Plant, plant_app: Flask) -> None:
    drawing, names = told(plant, plant_app, "Acetone – 8-hour mean (TWA)")
    # Brief and Scala: 100 · 8/12 · (24 − 12)/16.
    assert drawing["own_limits"]["points"] == [{"x": date(2025, 3, 10).toordinal(), "y": 50.0}]
    assert "Limit for the hours worked" in names


def test_an_act_whose_value_is_not_known_ends_the_line_and_is_named(plant: Plant, plant_app: Flask) -> None:
    drawing, names = told(plant, plant_app, "Nitric acid – 8-hour mean (TWA)")
    (line,) = (one["points"] for one in drawing["limits"])
    assert [one for one in line if one["y"]][-1] == {"x": date(2025, 10, 1).toordinal(), "y": 5.0}
    assert [one["text"] for one in drawing["acts"]] == [
        "Quyết định 3733/2002/QĐ-BYT",
        "QCVN 01:2025/BYT: value not entered",
    ]
    assert "Not detected (drawn at its detection limit)" in names


def test_a_range_is_two_lines_and_each_condition_is_named(plant: Plant, plant_app: Flask) -> None:
    _, names = told(plant, plant_app, "Air temperature – Instant")
    assert [name for name in names if "limit (" in name] == [
        f"{side} limit (work category: {category})" for category in ("heavy", "light") for side in ("Upper", "Lower")
    ]


def test_pointing_at_a_measurement_tells_its_value_and_the_limit_that_judged_it(plant: Plant, plant_app: Flask) -> None:
    drawing, _ = told(plant, plant_app, "Nitric acid – 8-hour mean (TWA)")
    assert [one["text"].split("\n")[1:] for one in drawing["points"]][1] == ["6,25 mg/m3", "Above the limit (5 mg/m3)"]


def test_every_series_is_drawn_on_a_desk_and_on_a_phone(look: Opener, plant: Plant) -> None:
    for width in (1440, 390):
        page = look(f"/workplaces/{plant.id}", "vien" if width == 1440 else "", width)
        expect(page.locator("figure[data-drawn=limit_scatter]")).to_have_count(len(ROWS))
        assert page.evaluate("document.documentElement.scrollWidth") == width
        canvas = page.locator("canvas[role=img]").first
        expect(canvas).to_have_accessible_description(page.locator(".series caption").first.inner_text())


def test_paper_has_the_steps_and_names_of_the_law_too(look: Opener, plant: Plant) -> None:
    page = look(f"/workplaces/{plant.id}", "vien")
    paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(paper.pages) == 1
    words = re.sub(r"\s", "", paper.pages[0].extract_text())
    # The table that has the acts' full names is not printed: these are the drawing's.
    assert "QCVN03:2019/BYT" in words
    assert "QCVN99:2024/BYT" in words
