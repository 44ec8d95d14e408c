"""Uploads in real Chromium, by keyboard alone: from choosing the file to the changed map, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import text

from gisdb.engine import Database
from tests.conftest import account
from tests.webmap.maps.conftest import READY, Watch, serving, sign_in_there
from tests.webmap.uploads.conftest import measurements, workplaces_in

PATIENCE_MS = 60_000
MOST_TABS = 120


@pytest.fixture(scope="module")
def where(site: Flask) -> Iterator[str]:
    """Where the application is served."""
    with serving(site) as one:
        yield one


def opened(browser: Browser, where: str, width: int) -> tuple[Page, Watch]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    watch = Watch(where)
    watch.follow(page)
    # Choosers are caught only while somebody listens, and the first key would come before that has begun.
    page.on("filechooser", lambda _chooser: None)
    sign_in_there(page, where, "hcm")
    return page, watch


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def fits(page: Page, width: int) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth") <= width
    return found


def busiest_commune(database: Database) -> tuple[int, list[str]]:
    """A commune of the city in which ten workplaces lie, and their codes."""
    with database.acting_as(account(database, "hcm")) as conn:
        row = conn.execute(
            text(
                """SELECT u.id, array_agg(s.code ORDER BY s.code) FROM workplace_state s
                   JOIN unit_piece up ON up.piece_id = s.piece_id
                   JOIN admin_unit u ON u.id = up.unit_id AND u.level = 'commune' AND upper_inf(u.valid)
                   WHERE s.superseded_at IS NULL GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1"""
            )
        ).one()
    return row[0], list(row[1])


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_file_to_the_changed_map_by_keyboard_alone(
    browser: Browser, where: str, country: Database, tmp_path: Path, width: int
) -> None:
    page, watch = opened(browser, where, width)
    commune, codes = busiest_commune(country)
    city = account(country, "hcm").unit_id
    # Other values at each width: the first run's are in the register when the second comes.
    rows = [measurements(codes, value=str(value), point=f"{width}-{value}") for value in range(95, 100)]
    lines = rows[0] + b"".join(one.split(b"\r\n", 1)[1] for one in rows[1:])
    path = tmp_path / "đo kiểm.csv"
    path.write_bytes(lines)
    before = value_on_map(page, where, city, commune)

    page.goto(f"{where}/")
    tab_to(page, "a[href='/uploads']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/uploads")
    tab_to(page, "#register")
    tab_to(page, "#file")
    choose_file(page, path)
    tab_to(page, ".send-form button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-result]")
    assert page.evaluate("document.activeElement.id") == "result"
    assert page.inner_text("#result") == "Tệp có thể ghi vào sổ"
    page.wait_for_selector(READY, state="attached")
    assert fits(page, width)
    assert page.locator(".effects .folium-map").count() == 2
    tab_to(page, "#effects [data-indicator=exceedance_share] a")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-indicator=exceedance_share] [aria-current]")
    tab_to(page, "#effects details summary")
    page.keyboard.press("Enter")
    foretold = page.inner_text(f"[data-part='{commune}'] td:last-child")
    assert page.inner_text(f"[data-part='{commune}'] td:nth-child(2)") == before
    tab_to(page, ".act button")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2[data-result]:has-text('Đã ghi vào sổ')")
    assert page.evaluate("document.activeElement.id") == "result"
    after = value_on_map(page, where, city, commune)
    assert after == foretold != before
    page.close()
    assert watch.wrong == []


def choose_file(page: Page, path: Path) -> None:
    """Open the chooser of the focused field by a key."""
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(path)


def value_on_map(page: Page, where: str, city: int | None, commune: int) -> str:
    """What the city's page says of the commune for 2025."""
    page.goto(f"{where}/units/{city}?indicator=exceedance_share&level=commune&year=2025")
    page.wait_for_selector(READY, state="attached")
    return page.inner_text(f".numbers tr[data-unit='{commune}'] td:nth-child(2)").split("\n")[0].strip()


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("width", [1440, 390])
def test_every_state_fits_its_screen_in_both_languages(
    browser: Browser, where: str, country: Database, tmp_path: Path, width: int
) -> None:
    page, watch = opened(browser, where, width)
    [code] = workplaces_in(country, "hcm", 1)
    path = tmp_path / f"{'một tên tệp rất dài_' * 8}.csv"
    path.write_bytes(
        measurements([code], point=f"Hẹp {width}") + f"{code};Hẹp;12/03/2025;NOISE;{'cao' * 60};dBA\r\n".encode()
    )
    page.goto(f"{where}/uploads")
    page.set_input_files("#file", path)
    page.click(".send-form button")
    page.wait_for_selector("[data-result]")
    address = page.url
    for lang in ("vi", "en"):
        page.goto(f"{where}/uploads?lang={lang}")
        assert fits(page, width), lang
        page.goto(f"{address}?lang={lang}")
        for summary in page.locator("details:not([open]) > summary").all():
            summary.press("Enter")
        assert fits(page, width), lang
    page.goto(address)
    page.click(".give-up button")
    page.wait_for_selector("h2[data-result]:has-text('Đã bỏ')")
    assert page.evaluate("document.activeElement.id") == "result"
    assert fits(page, width)
    page.close()
    assert watch.wrong == []


def test_without_scripts_the_page_comes_again_by_itself(
    browser: Browser, where: str, country: Database, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_there(page, where, "hcm")
    path = tmp_path / "a.csv"
    path.write_bytes(measurements(workplaces_in(country, "hcm", 1), point="Không mã lệnh"))
    page.goto(f"{where}/uploads")
    page.set_input_files("#file", path)
    page.click(".send-form button")
    assert page.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]").count() == 1
    page.click(".working .give-up button")
    page.wait_for_selector("[data-result]")
    context.close()
