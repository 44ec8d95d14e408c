"""The frame of every page in Chromium: readable, usable by keyboard, on a desk and on a phone, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import PASSWORD
from tests.webmap.maps.conftest import Watch, sign_in_there

# The contrast of each visible text with what lies behind it, by WCAG 2: the texts under 4.5 to 1.
FAINT_TEXTS = """() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parts = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = node => {
    if (!node) return [255, 255, 255];
    const own = parts(getComputedStyle(node).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, ground(node.parentElement));
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility()) continue;
    const back = ground(node), front = over(parts(getComputedStyle(node).color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(walker.currentNode.textContent.trim());
  }
  return faint;
}"""


def seen(context: BrowserContext, watch: Watch, path: str, width: int) -> Page:
    page = context.new_page()
    watch.follow(page)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(watch.address + path)
    return page


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_the_sign_in_page_is_whole_and_readable(
    context: BrowserContext, watch: Watch, width: int, language: str
) -> None:
    page = seen(context, watch, f"/sign-in?lang={language}", width)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(FAINT_TEXTS) == []
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Be Vietnam Pro\"', 'Đặng ữ'))")


def test_a_person_signs_in_and_out_by_keyboard_alone(context: BrowserContext, watch: Watch) -> None:
    page = seen(context, watch, "/sign-in?next=/search?q=a", 1440)
    expect(page.locator("#login")).to_be_focused()
    page.keyboard.type("vien")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=a")
    sign_out = page.get_by_role("button", name="Đăng xuất")
    sign_out.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(watch.address + "/")
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()


def test_the_first_tab_leads_past_the_header(context: BrowserContext, watch: Watch) -> None:
    page = seen(context, watch, "/search?q=a", 1440)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến nội dung chính")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_language_is_switched_in_place(context: BrowserContext, watch: Watch) -> None:
    page = seen(context, watch, "/search?q=%C4%90%C3%A0", 390)
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/search?q=%C4%90%C3%A0&lang=en")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Tiếng Việt").click()
    assert page.locator("html").get_attribute("lang") == "vi"


def test_the_search_box_keeps_the_language(context: BrowserContext, watch: Watch) -> None:
    page = seen(context, watch, "/sign-in?lang=en", 390)
    page.fill("#site-search", "Huế")
    page.press("#site-search", "Enter")
    page.wait_for_url("**/search?lang=en&q=Hu%E1%BA%BF")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Search: Huế")


def test_a_phone_shows_who_is_signed_in_how_to_leave(context: BrowserContext, watch: Watch) -> None:
    page = seen(context, watch, "/sign-in", 390)
    sign_in_there(page, watch.address, "vien")
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(FAINT_TEXTS) == []
