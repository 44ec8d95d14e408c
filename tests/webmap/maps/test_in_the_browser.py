"""What a person meets in Chromium: maps that paint, lead on, print and save, with no other server asked for anything."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PageObject, PdfReader
from sqlalchemy import text

from gisdb.config import Settings
from gisdb.engine import Database
from tests.webmap.maps.conftest import PATIENCE_MS, READY, Opener, Watch, serving
from tests.webmap.maps.test_map_pages import TODAY_UNITS, _measured_workplace, unit_id
from webmap.app import create_app

PAGES = ["nation", "former", "province", "commune", "workplace", "communes"]
A_NATIONAL_MAP = "/?on=2025-07-01&year=2024"


@pytest.mark.parametrize(
    ("kind", "language", "width"),
    [
        *product(PAGES, ["vi"], [1440]),
        *product(PAGES, ["en"], [390]),
        *(pytest.param(*one, marks=pytest.mark.soak) for one in product(PAGES, ["vi"], [390])),
        *(pytest.param(*one, marks=pytest.mark.soak) for one in product(PAGES, ["en"], [1440])),
    ],
)
def test_every_page_loads_whole_from_this_server_alone(
    look: Opener, shared: Database, kind: str, language: str, width: int
) -> None:
    city = unit_id(shared, "province", "79")
    paths = {
        "nation": A_NATIONAL_MAP,
        "former": "/?on=2024-06-01&year=2024&indicator=accident_frequency",
        "communes": "/?level=commune&on=2025-07-01&year=2024",
        "province": f"/units/{city}?year=2024",
        "commune": f"/units/{unit_id(shared, 'commune', '26740')}?year=2024",
        "workplace": f"/workplaces/{_measured_workplace(shared)}",
    }
    path = paths[kind]
    seen = look(f"{path}{'&' if '?' in path else '?'}lang={language}", "vien", width)
    assert seen.locator("html").get_attribute("lang") == language
    assert seen.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert int(seen.locator("html").get_attribute("data-map-ready") or 0) >= 1


def test_as_many_units_are_painted_as_the_table_has_rows(look: Opener) -> None:
    for path, count in ((A_NATIONAL_MAP, 34), ("/?on=2024-06-01", 63), ("/?level=commune&on=2025-07-01", 3321)):
        page = look(path)
        assert page.locator("html").get_attribute("data-map-ready") == str(count)
        assert page.locator("tr[data-unit]").count() == count


def _middle_of(page: Page, unit: int) -> dict[str, float]:
    """Where on the page a unit's middle is."""
    where: dict[str, float] = page.evaluate(
        """id => {
            const map = gisdbMap.maps[0].map, layer = gisdbMap.maps[0].layers.get(String(id));
            const at = map.latLngToContainerPoint(layer.getBounds().getCenter());
            const box = map.getContainer().getBoundingClientRect();
            return { x: box.x + at.x, y: box.y + at.y };
        }""",
        unit,
    )
    return where


def test_pointing_at_a_province_tells_its_value_and_marks_its_row(look: Opener, shared: Database) -> None:
    page = look(A_NATIONAL_MAP)
    unit = unit_id(shared, "province", "40")  # Nghệ An: its middle lies inside it
    at = _middle_of(page, unit)
    page.mouse.move(at["x"], at["y"])
    row = page.locator(f'tr[data-unit="{unit}"]')
    expect(row).to_have_class(re.compile("chosen"))
    tip = page.locator(".map-tip")
    expect(tip).to_contain_text("Nghệ An")
    denominator = row.locator("td").nth(2).evaluate("cell => cell.firstChild.textContent")
    assert denominator in tip.inner_text()


def test_clicking_a_province_opens_its_page_with_the_same_question(look: Opener, shared: Database) -> None:
    page = look(f"{A_NATIONAL_MAP}&indicator=accident_frequency")
    unit = unit_id(shared, "province", "66")
    at = _middle_of(page, unit)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_url(re.compile(rf"/units/{unit}\?.*indicator=accident_frequency"))
    page.wait_for_selector(READY, state="attached")
    expect(page.locator("h1")).to_have_text("Tỉnh Đắk Lắk")
    page.click("nav.breadcrumb a")
    page.wait_for_url(re.compile(r"/\?.*indicator=accident_frequency"))


def test_a_finger_first_sees_the_card_and_then_opens_the_page(
    browser: Browser, address: str, watch: Watch, shared: Database
) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.set_default_timeout(PATIENCE_MS)
    page = phone.new_page()
    watch.follow(page)
    page.goto(address + A_NATIONAL_MAP)
    page.wait_for_selector(READY, state="attached")
    unit = unit_id(shared, "province", "66")
    page.locator(".map-frame").scroll_into_view_if_needed()
    at = _middle_of(page, unit)
    page.touchscreen.tap(at["x"], at["y"])
    card = page.locator(".leaflet-popup .map-card")
    expect(card).to_contain_text("Đắk Lắk")
    card.locator("a").tap()
    page.wait_for_url(re.compile(rf"/units/{unit}\?"))
    phone.close()


def test_a_focused_row_marks_its_unit_on_the_map(look: Opener, shared: Database) -> None:
    page = look(A_NATIONAL_MAP)
    unit = unit_id(shared, "province", "66")
    page.locator(f'tr[data-unit="{unit}"] a').focus()
    expect(page.locator(".map-tip")).to_contain_text("Đắk Lắk")
    assert page.evaluate("id => gisdbMap.maps[0].layers.get(String(id)).options.weight", unit) > 2


def _numbers(page: Page, column: int) -> list[float]:
    cells = page.locator(f"table[data-sortable] tbody tr td:nth-child({column})")
    told = cells.evaluate_all("cells => cells.map(cell => cell.dataset.sort)")
    return [float(one) for one in told if one != ""]


def test_the_table_is_sorted_by_keyboard_and_says_so(look: Opener) -> None:
    page = look(A_NATIONAL_MAP)
    header = page.locator("table[data-sortable] thead th").nth(1)
    header.locator("button").focus()
    page.keyboard.press("Enter")
    expect(header).to_have_attribute("aria-sort", "descending")
    falling = _numbers(page, 2)
    assert falling == sorted(falling, reverse=True)
    assert len(falling) > 5
    page.keyboard.press("Enter")
    expect(header).to_have_attribute("aria-sort", "ascending")
    rising = _numbers(page, 2)
    assert rising == sorted(rising)
    expect(page.locator("[data-sort-status]")).to_contain_text("tăng dần")
    assert page.locator("table[data-sortable] tbody tr").last.locator("td").first.get_attribute("data-sort") == ""


def test_names_are_sorted_as_vietnamese_sorts_them(look: Opener) -> None:
    page = look(A_NATIONAL_MAP)
    page.locator("table[data-sortable] thead th").first.locator("button").click()
    names = page.locator("table[data-sortable] tbody th").all_inner_texts()
    assert names.index("Tỉnh Cà Mau") < names.index("Tỉnh Cao Bằng") < names.index("Tỉnh Đắk Lắk")
    assert names.index("Tỉnh Đắk Lắk") < names.index("Tỉnh Gia Lai")


def test_choosing_another_date_offers_its_levels_and_shows_it(look: Opener) -> None:
    page = look(A_NATIONAL_MAP)
    expect(page.locator("#level option[value=district]")).to_be_disabled()
    page.fill("input[type=date]", "2024-06-01")
    expect(page.locator("#level option[value=district]")).to_be_enabled()
    page.select_option("#level", "district")
    page.click("form.question button")
    page.wait_for_url(re.compile("level=district.*on=2024-06-01"))
    page.wait_for_selector(READY, state="attached")
    assert page.locator("html").get_attribute("data-map-ready") == "696"


def test_hoang_sa_and_truong_sa_are_drawn_and_named_in_the_first_view(look: Opener) -> None:
    for width in (1440, 390):
        page = look(A_NATIONAL_MAP, width=width)
        frame = page.locator(".map-frame").bounding_box()
        assert frame
        for name in ("Hoàng Sa", "Trường Sa"):
            label = page.locator(".map-label", has_text=name)
            expect(label).to_be_visible()
            box = label.locator("span").bounding_box()
            assert box
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
            assert frame["y"] <= box["y"] <= frame["y"] + frame["height"]
        drawn = page.evaluate(
            """() => {
                const { map, features } = gisdbMap.maps[0], view = map.getBounds();
                const inside = (west, south, east, north) => features.some((feature) => {
                    const parts = feature.geometry.type === "Polygon"
                        ? [feature.geometry.coordinates] : feature.geometry.coordinates;
                    return parts.some((part) => part[0].every(([lon, lat]) =>
                        lon > west && lon < east && lat > south && lat < north && view.contains([lat, lon])));
                });
                return [inside(111, 15, 113.5, 17.5), inside(111, 6, 117.5, 12)];
            }"""
        )
        assert drawn == [True, True]


@pytest.fixture
def hostile(places: Database, tmp_path: Path) -> Iterator[str]:
    """A site whose units and archipelago labels bear names that try to run as code."""
    with places.owner() as conn:
        conn.execute(
            text("""UPDATE admin_unit SET name_vi = :name, name_en = :name WHERE level = 'province' AND code = '66'
                    AND upper_inf(valid)"""),
            {"name": "</script><img src=x onerror=window.hacked=1>`${window.hacked=1}`{{7*7}}"},
        )
        conn.execute(text("UPDATE map_label SET name_vi = '<img src=x onerror=window.hacked=1>' || name_vi"))
    with serving(create_app(Settings(home=tmp_path, secret_key="k" * 40), places)) as where:
        yield where


def test_hostile_names_stay_text_on_map_table_card_and_search(
    hostile: str, context: BrowserContext, places: Database
) -> None:
    watch = Watch(hostile)
    page = context.new_page()
    watch.follow(page)
    page.goto(f"{hostile}/?on=2025-07-01")
    page.wait_for_selector(READY, state="attached")
    unit = unit_id(places, "province", "66", TODAY_UNITS)
    at = _middle_of(page, unit)
    page.mouse.move(at["x"], at["y"])
    expect(page.locator(".map-tip")).to_contain_text("<img src=x onerror=window.hacked=1>")
    expect(page.locator(f'tr[data-unit="{unit}"]')).to_contain_text("`${window.hacked=1}`{{7*7}}")
    assert page.locator(".map-frame img").count() == 0
    page.mouse.click(at["x"], at["y"])
    page.wait_for_url(re.compile("/units/"))
    page.wait_for_selector(READY, state="attached")
    expect(page.locator("h1")).to_contain_text("<img src=x")
    assert page.evaluate("window.hacked") is None
    assert watch.wrong == []


def _fullest_workplace(database: Database) -> int:
    """The workplace that has the most to put on paper."""
    with database.owner() as conn:
        return int(
            conn.execute(
                text("""SELECT m.workplace_id FROM measurement m JOIN incident i USING (workplace_id)
                        GROUP BY 1 ORDER BY count(DISTINCT (m.factor, m.averaging)) DESC, count(DISTINCT i.id) DESC, 1
                        LIMIT 1""")
            ).scalar_one()
        )


def _drawn_bytes(page: PageObject) -> int:
    """How much drawing a page of a PDF has, with the forms that it is made of."""
    contents = page.get_contents()
    return (0 if contents is None else len(contents.get_data())) + _form_bytes(page)


def _form_bytes(holder: Any) -> int:
    forms = [one.get_object() for one in holder.get("/Resources", {}).get("/XObject", {}).values()]
    return sum(len(form.get_data()) + _form_bytes(form) for form in forms)


@pytest.mark.parametrize("kind", ["nation", "province", "workplace", "compare"])
def test_a_page_prints_on_one_a4_page_with_everything_that_explains_it(
    look: Opener, shared: Database, tmp_path: Path, kind: str
) -> None:
    paths = {
        "nation": A_NATIONAL_MAP,
        "province": f"/units/{unit_id(shared, 'province', '79')}?year=2024&on=2025-07-01",
        "workplace": f"/workplaces/{_fullest_workplace(shared)}",
        "compare": f"/compare?unit={unit_id(shared, 'province', '79')}&level=commune&year=2024",
    }
    page = look(paths[kind], "vien")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    paper = PdfReader(tmp_path / "page.pdf")
    assert len(paper.pages) == 1
    width, height = (float(side) for side in paper.pages[0].mediabox[2:])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 210)
    told = re.sub(r"\s", "", paper.pages[0].extract_text())
    assert re.sub(r"\s", "", "Dữ liệu mẫu, không phải số liệu thật") in told
    assert re.sub(r"\s", "", "không dùng cho mục đích pháp lý") in told
    assert re.sub(r"\s", "", page.locator("h1").inner_text()) in told
    if kind != "workplace":
        for words in ("2024", "01/07/2025", "Nguồn:", "Không có số liệu"):
            assert re.sub(r"\s", "", words) in told
    # The map itself is there: thousands of lines of shapes, or a picture of them.
    assert _drawn_bytes(paper.pages[0]) > 50_000


def _png(path: Path) -> tuple[int, int, int]:
    """Width, height and the number of different pixel rows of a PNG."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    place, packed = 8, b""
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + size]
        place += size + 12
    raw = zlib.decompress(packed)
    stride = len(raw) // height
    return width, height, len({raw[at : at + stride] for at in range(0, len(raw), stride)})


@pytest.mark.parametrize("path", [A_NATIONAL_MAP, "/?level=commune&on=2025-07-01&lang=en"])
def test_the_map_is_saved_as_a_picture_with_its_words(look: Opener, tmp_path: Path, path: str) -> None:
    page = look(path)
    page.evaluate(
        """() => {
            window.written = [];
            const write = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
                if (this.globalAlpha) window.written.push(text);
                return write.call(this, text, ...rest);
            };
        }"""
    )
    with page.expect_download() as downloading:
        page.click("[data-save-picture]")
    downloading.value.save_as(tmp_path / "map.png")
    assert downloading.value.suggested_filename.endswith(".png")
    width, height, different_rows = _png(tmp_path / "map.png")
    assert (width, height) == (1600, 1120)
    assert different_rows > 600
    written = " ".join(page.evaluate("window.written"))
    wanted = page.evaluate(
        """() => { const { picture, labels } = gisdbMap.maps[0].data;
            return [picture.title, picture.subtitle, picture.sample, ...picture.notes,
                    ...picture.legend.map((row) => row[1]), ...labels.map((label) => label[0])]; }"""
    )
    for words in wanted:
        for word in words.split():
            assert word in written


def test_the_search_box_offers_places_while_typing_and_the_keyboard_opens_one(look: Opener) -> None:
    page = look(A_NATIONAL_MAP)
    page.fill("input[type=search]", "dak lak")
    options = page.locator("[role=option]")
    expect(options.first).to_contain_text("Đắk Lắk")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/units/"))
    expect(page.locator("h1")).to_contain_text("Đắk Lắk")


def test_when_boundaries_cannot_be_had_the_reader_is_told_and_the_table_stays(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    page.route("**/boundaries/**", lambda route: route.abort())
    page.goto(address + A_NATIONAL_MAP)
    expect(page.get_by_role("alert")).to_contain_text("Không tải được ranh giới")
    assert page.locator("tr[data-unit]").count() == 34


def test_workplaces_are_points_that_lead_to_their_pages(look: Opener, shared: Database) -> None:
    page = look(f"/units/{unit_id(shared, 'province', '79')}?year=2024&on=2025-07-01", "hcm")
    assert page.evaluate("gisdbMap.maps[0].data.points.length") > 20
    at = page.evaluate(
        """() => {
            const { map, data } = gisdbMap.maps[0], [lat, lon] = data.points[data.points.length - 1];
            const where = map.latLngToContainerPoint([lat, lon]), box = map.getContainer().getBoundingClientRect();
            return { x: box.x + where.x, y: box.y + where.y };
        }"""
    )
    page.mouse.click(at["x"], at["y"])
    page.wait_for_url(re.compile(r"/workplaces/\d+"))
    page.wait_for_selector(READY, state="attached")
    expect(page.locator("h1")).to_contain_text("Cơ sở mẫu")


def _traffic(page: Page) -> list[int]:
    """Bytes over the wire of each answer of ``page`` from now on, headers and body, as compressed."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"])))
    return sizes


@pytest.mark.parametrize(
    ("path", "first_limit"), [(A_NATIONAL_MAP, 350_000), ("/?level=commune&on=2025-07-01", 1_200_000)]
)
def test_the_first_visit_is_light_and_the_second_lighter(
    context: BrowserContext, address: str, path: str, first_limit: int
) -> None:
    page = context.new_page()
    first = _traffic(page)
    page.goto(address + path)
    page.wait_for_selector(READY, state="attached")
    page.wait_for_load_state("networkidle")
    assert 20_000 < sum(first) <= first_limit
    page.close()
    again = context.new_page()
    second = _traffic(again)
    again.goto(address + path)
    again.wait_for_selector(READY, state="attached")
    again.wait_for_load_state("networkidle")
    assert sum(second) <= (25_000 if path == A_NATIONAL_MAP else first_limit / 2)


def test_an_intranet_background_is_shown_only_where_it_is_configured(
    context: BrowserContext, shared: Database, tmp_path: Path
) -> None:
    asked: list[str] = []
    tile = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    settings = Settings(home=tmp_path, secret_key="k" * 40, tile_url="http://tiles.intranet/{z}/{x}/{y}.png")
    app: Flask = create_app(settings, shared)
    page = context.new_page()

    def give(route: object) -> None:
        asked.append(route.request.url)  # type: ignore[attr-defined]
        route.fulfill(body=tile, content_type="image/png")  # type: ignore[attr-defined]

    page.route("http://tiles.intranet/**", give)
    with serving(app) as where:
        page.goto(where + A_NATIONAL_MAP)
        page.wait_for_selector(READY, state="attached")
        page.wait_for_load_state("networkidle")
    assert asked
    assert all(re.fullmatch(r"http://tiles\.intranet/\d+/\d+/\d+\.png", url) for url in asked)
