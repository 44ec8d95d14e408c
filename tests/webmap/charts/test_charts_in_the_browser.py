"""What a person meets of a chart in Chromium: read from the canvas itself, with the site's policy in force."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from gisdb.config import Settings
from gisdb.engine import Database
from tests.webmap.charts.figures import distribution, limit_scatter, ranking, show, time_series
from tests.webmap.maps.conftest import PATIENCE_MS, Watch, serving
from webmap.app import create_app
from webmap.charts import Figure, Line, Measured, TimeSeries, YearValue
from webmap.charts.limit_scatter import LIMIT_COLOURS
from webmap.maps.legend import VERDICT_PAINTS

DRAWN = "html[data-charts-drawn]"
FIGURES: dict[str, Callable[[], Figure]] = {
    "time_series": time_series,
    "ranking": ranking,
    "distribution": distribution,
    "limit_scatter": limit_scatter,
}
# Every text that is written on a canvas, in the order of writing.
LISTEN = """
    window.written = [];
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written.push(String(text));
        return write.call(this, text, ...rest);
    };
"""
# Where a colour is on the first canvas: its pixels' places in CSS pixels of the page.
FIND = """wanted => {
    const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const scale = width / box.width, found = [];
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
        const at = 4 * (y * width + x);
        if ([0, 1, 2].every(one => Math.abs(data[at + one] - wanted[one]) < 6) && data[at + 3] > 250)
            found.push([box.x + x / scale, box.y + y / scale]);
    }
    return found;
}"""


def of_years(*points: YearValue, highest: float | None = None) -> TimeSeries:
    return TimeSeries(label="A", table="numbers-caption", lines=[Line("A", points)], highest=highest)


@pytest.fixture(scope="module")
def address(idle: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with pages of figures, on an empty database."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40), idle)
    figures = {name: make() for name, make in FIGURES.items()}
    figures |= {"empty": limit_scatter(readings=[]), "provinces": ranking(63)}
    figures["share"] = of_years(YearValue(2023, 60, "", 50, 70), YearValue(2024, 97, "", 90, 100), highest=100)
    figures["nothing_yet"] = of_years(YearValue(2024, 0, "", 0, 0.4))
    figures["log"] = limit_scatter(
        readings=[Measured(date(2018, 1, 5), 0.02, "pass", ""), Measured(date(2024, 1, 5), 15, "exceeds", "")]
    )
    with serving(show(app, figures)) as where:
        yield where


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    one = Watch(address)
    yield one
    assert one.wrong == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1200, "height": 900})
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def look(context: BrowserContext, watch: Watch) -> Callable[..., Page]:
    """A tab with the figures of these names, drawn."""

    def opened(names: str, language: str = "vi", width: int = 1200) -> Page:
        page = context.new_page()
        page.add_init_script(LISTEN)
        watch.follow(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{watch.address}/figures/{names}?lang={language}")
        page.wait_for_selector(DRAWN, state="attached")
        return page

    return opened


def pixels(page: Page, colour: str) -> list[tuple[float, float]]:
    """Where ``colour`` (``#rrggbb``) is drawn."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return [(x, y) for x, y in page.evaluate(FIND, wanted)]


def written(page: Page) -> list[str]:
    texts: list[str] = page.evaluate("window.written")
    return texts


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_is_drawn_named_and_refers_to_its_table(look: Callable[..., Page], kind: str) -> None:
    page = look(kind)
    figure = page.locator("figure[data-chart]")
    expect(figure).to_be_visible()
    expect(figure).to_have_attribute("data-drawn", kind)
    canvas = page.get_by_role("img", name=FIGURES[kind]().label)
    expect(canvas).to_have_accessible_description("The same numbers")
    many = page.evaluate("() => new Set(document.querySelector('canvas').toDataURL()).size")
    assert many > 20
    assert not re.search(r"<[^>]+\sstyle=", page.request.get(page.url).text())


def test_without_scripts_there_is_the_table_and_no_empty_frame(browser: Browser, address: str) -> None:
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{address}/figures/limit_scatter")
    expect(page.locator("figure[data-chart]")).to_be_hidden()
    expect(page.locator("caption")).to_be_visible()
    plain.close()


def test_nothing_to_draw_prints_nothing(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/figures/empty")
    assert page.locator("figure").count() == 0


def test_a_change_of_law_is_a_step_of_the_limit_with_the_name_of_the_act(look: Callable[..., Page]) -> None:
    page = look("limit_scatter")
    assert {"QĐ 3733/2002/QĐ-BYT", "QCVN 02:2019/BYT"} <= set(written(page))
    line = pixels(page, LIMIT_COLOURS[0])
    left, right = min(x for x, _ in line), max(x for x, _ in line)
    by_column: dict[int, list[float]] = {}
    for x, y in line:
        by_column.setdefault(round(x), []).append(y)
    # 6.0 until 2018-07-01, nothing until 2019, 4.0 until 2019-09-22, 2.0 since: seven and a half years in all.
    share_of = {column: (column - left) / (right - left) for column in by_column}
    highest, middle, lowest = (
        max(ys)
        for ys in (
            next(by_column[column] for column in sorted(by_column) if share_of[column] >= share)
            for share in (0.03, 0.19, 0.8)
        )
    )
    assert highest < middle < lowest  # y grows downwards
    assert middle - highest == pytest.approx(lowest - middle, abs=3)
    upright = [x for x, ys in by_column.items() if max(ys) - min(ys) > (lowest - middle) * 0.9 and min(ys) > highest]
    assert upright
    assert share_of[upright[0]] == pytest.approx(1.72 / 7.42, abs=0.01)
    # Thin lines lead down from the names of the acts; between July 2018 and 2019 there is no other stroke.
    gap = [ys for column, ys in by_column.items() if 0.08 < share_of[column] < 0.125]
    assert all(min(ys) < highest for ys in gap)


def test_a_measurement_above_its_limit_is_a_red_triangle_that_tells_what_it_is(look: Callable[..., Page]) -> None:
    page = look("limit_scatter")
    red = pixels(page, VERDICT_PAINTS["exceeds"].fill)
    middle = sum(y for _, y in red) / len(red)
    rows: dict[float, int] = {}
    for _, y in red:
        rows[y] = rows.get(y, 0) + 1
    assert rows[min(rows)] < rows[max(rows)]
    page.mouse.move(sum(x for x, _ in red) / len(red), middle)
    expect(page.locator(".chart-tip")).to_have_text("01/06/2020: 3,75 mg/m³ (vượt giới hạn)")
    page.mouse.move(5, 5)
    expect(page.locator(".chart-tip")).to_be_hidden()


def test_a_year_without_a_value_breaks_the_line(look: Callable[..., Page]) -> None:
    page = look("time_series")
    columns = {round(x) for x, _ in pixels(page, "#0072b2")}
    left, right = min(columns), max(columns)
    longest = max(b - a for a, b in pairwise(sorted(columns)))
    # From 2020 to 2022, a third of the six years.
    assert longest == pytest.approx((right - left) / 3, rel=0.1)


@pytest.mark.parametrize(("language", "thousand"), [("vi", "1.000"), ("en", "1,000")])
def test_numbers_are_written_as_the_reader_writes_them_and_years_are_no_thousands(
    look: Callable[..., Page], language: str, thousand: str
) -> None:
    page = look("ranking+time_series+limit_scatter", language)
    assert {thousand, "2019", "2024"} <= set(written(page))
    assert not {"2,019", "2.019"} & set(written(page))


def test_an_axis_reaches_over_the_intervals_and_never_beyond_what_can_be(look: Callable[..., Page]) -> None:
    texts = written(look("share"))
    assert "100" in texts
    assert "120" not in texts
    assert {"0,4"} <= set(written(look("nothing_yet")))


def test_a_logarithmic_axis_is_marked_with_round_numbers(look: Callable[..., Page]) -> None:
    marks = {text for text in written(look("log")) if re.fullmatch(r"[\d.,]+", text)} - {
        str(y) for y in range(2018, 2026)
    }
    assert {"0,1", "1", "10"} <= marks
    assert marks <= {"0,01", "0,02", "0,05", "0,1", "0,2", "0,5", "1", "2", "5", "10", "20", "50"}


def test_clicking_a_bar_or_its_name_opens_the_page_of_the_unit(look: Callable[..., Page], address: str) -> None:
    for aside in (30, 200):
        page = look("ranking")
        page.route("**/units/*", lambda route: route.fulfill(body="opened"))
        chosen = pixels(page, "#e8a317")
        box = page.locator("canvas").bounding_box()
        assert box
        page.mouse.click(box["x"] + aside, sum(y for _, y in chosen) / len(chosen))
        page.wait_for_url(f"{address}/units/2")


def test_every_province_has_its_name_and_value(look: Callable[..., Page]) -> None:
    page = look("provinces")
    texts = written(page)
    assert {bar.written for bar in ranking(63).bars} <= set(texts)
    assert {bar.name for bar in ranking(63).bars} <= set(texts)


def test_a_figure_grows_and_shrinks_with_its_page(look: Callable[..., Page]) -> None:
    page = look("ranking+limit_scatter+time_series+distribution", width=1200)
    wide = page.locator("canvas").first.bounding_box()
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function("() => [...document.querySelectorAll('canvas')].every(one => one.clientWidth <= 370)")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1200, "height": 900})
    assert wide
    page.wait_for_function(
        "wide => document.querySelector('canvas').clientWidth === Math.round(wide)", arg=wide["width"]
    )


def test_paper_has_the_drawings_in_letters_and_lines_not_in_pixels(look: Callable[..., Page]) -> None:
    page = look("ranking+limit_scatter+time_series+distribution", width=390)
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", landscape=True, print_background=False)))
    on_paper = [sheet.extract_text().splitlines() for sheet in pdf.pages]
    found = {line for sheet in on_paper for line in sheet}
    assert {"0 500 1.000 1.500", "QCVN 02:2019/BYT", "2018 2019 2020 2021 2022 2023 2024", "0 0,5 1 2 4"} <= found
    # And the screen has its own again.
    page.wait_for_function("() => [...document.querySelectorAll('canvas')].every(one => one.clientWidth <= 370)")
