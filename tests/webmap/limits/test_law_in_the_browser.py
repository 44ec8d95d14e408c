"""The pages of the law in real Chromium: they fit a phone, and ask nobody else for anything."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from gisdb.engine import Database
from tests.webmap.limits.conftest import the_limit
from tests.webmap.maps.conftest import serving, sign_in_there

PAGES = ("/limits", "/limits?factor=LIGHT", "/acts", "/acts/qcvn-03-2019-byt")


@pytest.fixture(scope="module")
def address(site: Flask) -> Iterator[str]:
    """Where the application is served."""
    with serving(site) as one:
        yield one


def open_page(browser: Browser, width: int, wrong: list[str], address: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on(
        "request",
        lambda asked: wrong.append(asked.url) if urlsplit(asked.url).netloc != urlsplit(address).netloc else None,
    )
    return page


@pytest.mark.parametrize("width", [390, 1440])
def test_the_law_fits_a_phone_and_a_desk(browser: Browser, address: str, width: int) -> None:
    wrong: list[str] = []
    page = open_page(browser, width, wrong, address)
    for path in PAGES:
        for lang in ("vi", "en"):
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, lang)
    # What a limit says is seen without scrolling sideways.
    page.goto(f"{address}/limits?factor=TOLUENE")
    box = page.locator("td.bounds a").first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    page.close()
    assert wrong == []


def test_an_administrator_opens_the_form_and_is_told_what_is_wrong(
    browser: Browser, address: str, shared: Database
) -> None:
    toluene = the_limit(shared, "TOLUENE")
    wrong: list[str] = []
    page = open_page(browser, 390, wrong, address)
    sign_in_there(page, address, "quantri")
    page.goto(f"{address}/limits/{toluene.id}")
    page.locator("summary").press("Enter")
    page.get_by_label("Giới hạn trên").fill("0.5")
    page.get_by_label("Lý do").last.fill("Công báo số 99")
    page.get_by_role("button", name="Lưu nội dung sửa").click()
    page.wait_for_selector(".notice.error")
    assert page.locator("details").get_attribute("open") is not None
    field = page.get_by_label("Giới hạn trên")
    assert (field.input_value(), field.get_attribute("aria-invalid")) == ("0.5", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
    assert the_limit(shared, "TOLUENE") == toluene
