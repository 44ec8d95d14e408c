"""Time in Chromium: the axis that crosses a change of units, and two dates side by side."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from gisdb.engine import Database
from tests.webmap.maps.conftest import READY, Opener
from tests.webmap.maps.test_frame_in_the_browser import FAINT_TEXTS
from tests.webmap.maps.test_map_pages import unit_id

BEFORE_THE_CHANGE = "/?on=2025-06-30&year=2024"
PAINTED = """() => gisdbMap.maps.map((one) => {
    const canvas = one.map.getContainer().querySelector("canvas");
    const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let painted = 0;
    for (let place = 3; place < dots.length; place += 4) painted += dots[place] > 0;
    return painted;
})"""


def _shown_day(page: Page) -> tuple[str, str, str | None]:
    """What the date field, the words and the handle say."""
    return (
        page.input_value("input[type=date]"),
        page.locator("[data-written]").inner_text(),
        page.locator("input[type=range]").get_attribute("aria-valuetext"),
    )


def test_the_axis_shows_both_vintages_with_the_day_between_them(look: Opener) -> None:
    for width in (1440, 390):
        page = look(BEFORE_THE_CHANGE, width=width)
        bands = page.locator(".axis-band:visible")
        assert bands.all_inner_texts() == ["63 tỉnh", "34 tỉnh"]
        old, new = (band.bounding_box() for band in bands.all())
        change = page.locator(".axis-change b").bounding_box()
        assert old
        assert new
        assert change
        assert old["x"] + old["width"] == pytest.approx(new["x"], abs=1)
        assert change["x"] + change["width"] / 2 == pytest.approx(new["x"], abs=1.5)
        assert page.locator(".axis-change b").inner_text() == "01/07/2025"
        boxes = [box for mark in page.locator(".axis-year").all() if (box := mark.bounding_box())]
        assert all(one["x"] + one["width"] <= following["x"] for one, following in pairwise(boxes))
        assert page.evaluate(FAINT_TEXTS) == []


def test_an_arrow_key_crosses_the_change_and_enter_shows_it(look: Opener) -> None:
    page = look(BEFORE_THE_CHANGE)
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    assert _shown_day(page) == ("2025-07-01", "1 tháng 7, 2025", "1 tháng 7, 2025")
    page.keyboard.press("ArrowRight")
    assert _shown_day(page)[0] == "2025-10-01"
    page.keyboard.press("PageDown")
    assert _shown_day(page)[0] == "2025-07-01"
    page.keyboard.press("Home")
    assert _shown_day(page)[0] < "2024-01-01"
    page.keyboard.press("PageUp")
    assert _shown_day(page)[0] == "2025-07-01"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("on=2025-07-01"))
    page.wait_for_selector(READY, state="attached")
    assert page.locator("tr[data-unit]").count() == 34


def test_letting_go_of_the_handle_asks_for_its_day(look: Opener) -> None:
    page = look("/?on=2026-01-01&year=2024")
    handle = page.locator("input[type=range]").bounding_box()
    assert handle
    middle = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] * 0.6, middle)
    page.mouse.down()
    page.mouse.move(handle["x"] + handle["width"] * 0.3, middle, steps=4)
    dragged_to = _shown_day(page)[0]
    assert dragged_to < "2025-06-30"
    page.mouse.up()
    page.wait_for_url(re.compile(f"on={dragged_to}"))
    page.wait_for_selector(READY, state="attached")
    assert page.locator("tr[data-unit]").count() == 63


def test_a_typed_date_moves_the_handle_and_as_reported_then_needs_none(look: Opener) -> None:
    page = look(BEFORE_THE_CHANGE)
    before = page.input_value("input[type=range]")
    page.fill("input[type=date]", "2026-02-03")
    assert int(page.input_value("input[type=range]")) > int(before)
    assert _shown_day(page)[1] == "3 tháng 2, 2026"
    page.check("input[name=on][value=then]")
    expect(page.locator("input[type=date]")).to_be_disabled()
    expect(page.locator("#level option[value=district]")).to_be_enabled()
    page.click("form.question button")
    page.wait_for_url(re.compile(r"on=then(&|$)"))
    assert "on=2026" not in page.url
    expect(page.locator("input[name=on][value=then]")).to_be_checked()


def test_the_bands_are_those_of_the_chosen_level(look: Opener) -> None:
    page = look(BEFORE_THE_CHANGE)
    page.select_option("#level", "commune")
    assert page.locator(".axis-band:visible").all_inner_texts() == ["10.040 xã", "3.321 xã"]
    page.select_option("#level", "district")
    assert page.locator(".axis-band:visible").all_inner_texts() == ["696 huyện"]


def test_without_scripts_the_date_is_typed_and_sent(look: Opener, context: object) -> None:
    browser = context.browser  # type: ignore[attr-defined]
    seen = look(BEFORE_THE_CHANGE)
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(seen.url)
    expect(page.locator("input[type=range]")).to_be_hidden()
    page.fill("input[type=date]", "2025-07-01")
    page.click("form.question button")
    assert "on=2025-07-01" in page.url
    assert page.locator("tr[data-unit]").count() == 34
    plain.close()


@pytest.mark.parametrize(("language", "width"), [("vi", 1440), ("en", 390)])
def test_both_maps_of_a_comparison_are_painted_and_move_together(look: Opener, language: str, width: int) -> None:
    page = look(f"/compare?year=2024&lang={language}", width=width)
    assert page.locator("html").get_attribute("data-map-ready") == str(63 + 34)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(FAINT_TEXTS) == []
    assert min(page.evaluate(PAINTED)) > 1000
    first, second = (frame.bounding_box() for frame in page.locator(".map-frame").all())
    assert first
    assert second
    assert first["width"] == second["width"]
    assert (first["y"] == second["y"]) if width > 1000 else (first["y"] + first["height"] < second["y"])
    for leader in (0, 1):
        page.evaluate(
            "place => { gisdbMap.maps[place].map.setView([10.8 + place, 106.7], 8, {animate: false}); }", leader
        )
        views = page.evaluate("gisdbMap.maps.map(({map}) => [map.getZoom(), map.getCenter().lat, map.getCenter().lng])")
        assert views[0] == pytest.approx(views[1], abs=0.01)
        assert views[0] == pytest.approx([8, 10.8 + leader, 106.7], abs=0.01)


def test_a_row_of_a_comparison_marks_its_unit_on_its_own_map(look: Opener, shared: Database) -> None:
    page = look("/compare?year=2024&on=2025-06-30&with=2025-07-01")
    unit = unit_id(shared, "province", "66")
    page.locator(f'tr[data-unit="{unit}"] a').focus()
    expect(page.locator(".map-frame").nth(1).locator(".map-tip")).to_contain_text("Đắk Lắk")
    expect(page.locator(".map-frame").nth(0).locator(".map-tip")).to_have_count(0)


def test_each_map_of_a_comparison_is_saved_under_its_own_date(look: Opener) -> None:
    page = look("/compare?year=2024")
    names = []
    for side in (1, 2):
        with page.expect_download() as downloading:
            page.click(f'[data-side="{side}"] [data-save-picture]')
        names.append(downloading.value.suggested_filename)
    assert [name[-14:] for name in names] == ["2025-06-30.png", "2025-07-01.png"]


@pytest.mark.parametrize("path", ["/?on=2025-07-01", "/?on=2024-06-01&lang=en", "/compare?year=2024"])
def test_hoang_sa_and_truong_sa_are_on_every_map_picture_and_paper(look: Opener, path: str) -> None:
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
    english = "lang=en" in path
    names = ["Hoang Sa", "Truong Sa", "(Da Nang)", "(Khanh Hoa)"] if english else [
        "Hoàng Sa", "Trường Sa", "(Đà Nẵng)", "(Khánh Hòa)"]  # fmt: skip
    maps = page.locator(".map-frame").count()
    for frame in page.locator(".map-frame").all():
        for name in names:
            expect(frame.locator(".map-label", has_text=name)).to_be_visible()
    for place in range(maps):
        page.evaluate("place => { window.written = []; gisdbMap.compose(gisdbMap.maps[place]); }", place)
        told = " ".join(page.evaluate("window.written"))
        assert all(name in told for name in names)
    page.evaluate("() => { window.written = []; window.dispatchEvent(new Event('beforeprint')); }")
    on_paper = " ".join(page.evaluate("window.written"))
    assert [on_paper.count(name) for name in names] == [maps] * len(names)


def test_the_search_box_tells_a_former_ward_and_what_it_became(look: Opener) -> None:
    page = look("/?year=2024", width=390)
    page.fill("input[type=search]", "ben nghe")
    offer = page.locator("[role=option]").first
    expect(offer).to_contain_text("Phường Bến Nghé → Phường Sài Gòn")
    expect(offer).to_contain_text("đến hết 30/06/2025")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/units/"))
    expect(page.locator("[data-ended] a")).to_have_text("Phường Sài Gòn")
