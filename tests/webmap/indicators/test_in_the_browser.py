"""The pages of the indicators in real Chromium: their charts are drawn, their filters work by keyboard, nothing overflows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.webmap.maps.conftest import Opener

DRAWN = "html[data-charts-drawn]"


@pytest.mark.parametrize("width", [1440, 390])
def test_every_chart_of_an_indicator_is_drawn_and_nothing_is_wider_than_the_screen(look: Opener, width: int) -> None:
    page = look("/indicators/exceedance_share?lang=en&year=2025&on=2026-06-01", width=width)
    page.wait_for_selector(DRAWN, state="attached")
    kinds = page.eval_on_selector_all("figure[data-drawn]", "all => all.map(one => one.dataset.drawn)")
    assert sorted(kinds) == ["distribution", "ranking", "time_series"]
    for canvas in page.locator("figure[data-drawn] canvas").all():
        described = canvas.get_attribute("aria-describedby")
        assert page.locator(f"#{described}").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_charts_of_a_units_indicators_are_drawn(look: Opener) -> None:
    page = look("/?lang=vi")
    page.locator("[data-sortable] tbody a").first.click()
    page.wait_for_selector(DRAWN, state="attached")
    assert page.locator("figure[data-drawn=time_series]").count() >= 10


def test_a_filter_is_chosen_by_keyboard_and_told_in_the_heading(look: Opener) -> None:
    page = look("/indicators/exceedance_share?lang=en&year=2025")
    page.locator("details.filters summary").focus()
    page.keyboard.press("Enter")
    factor = page.locator("#factor")
    factor.focus()
    factor.select_option("NOISE")
    page.locator("[data-question] button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("factor=NOISE"))
    expect(page.get_by_role("heading", level=2, name=re.compile("Noise"))).to_be_visible()
    expect(page.locator("details.filters")).to_have_attribute("open", "")
