"""The report of a load: one page that needs nothing else, and data; of a refused file too."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser
from playwright.sync_api import Request as Fetched

from gisdb.engine import Database
from gisdb.messages import LANGUAGES, catalogue
from loaders.boundaries import Report, load_boundaries, report_page
from loaders.boundaries.report import area_in_words
from tests.loaders.boundaries.conftest import COLUMNS, FROM, NAMES, SQUARES, asked, squares, write
from tests.loaders.boundaries.test_load_command import run, server
from tests.loaders.boundaries.test_real_provinces import DAY as OLD
from tests.loaders.boundaries.test_real_provinces import file

__all__ = ["file", "server"]

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
ASKED = ("--level", "province", "--valid-from", FROM.isoformat())
ROOM = Path(report_page.__file__).parent


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


@pytest.mark.parametrize(
    ("m2", "vi", "en"),
    [
        (0.0, "0", "0"),
        (3.21, "3,21 m²", "3.21 m²"),
        (9_870.0, "9.870 m²", "9,870 m²"),
        (12_345.0, "1,23 ha", "1.23 ha"),
        (1_234_567.0, "1,23 km²", "1.23 km²"),
        (1_807_649_000.0, "1.810 km²", "1,810 km²"),
    ],
)
def test_areas_are_written_in_the_unit_that_suits_them(m2: float, vi: str, en: str) -> None:
    assert (area_in_words(m2, "vi"), area_in_words(m2, "en")) == (vi, en)


def test_every_finding_has_words() -> None:
    added = re.compile(r'\.add\(\s*"(boundary_\w+)"')
    codes = {code for path in ROOM.glob("*.py") for code in added.findall(path.read_text("utf-8"))}
    assert len(codes) > 20
    for language in LANGUAGES:
        assert not codes - catalogue(language).keys()


def test_the_page_stands_alone_and_shows_what_changed_where(land: Database, tmp_path: Path) -> None:
    wide = shapely.union(SQUARES["03"], shapely.box(106, 10.5, 106.02, 10.6))
    shapes = [shapely.box(105, 11, 106, 12.2), SQUARES["02"], wide, SQUARES["04"]]
    names = ["Tỉnh Bắc", "Tỉnh Đông Hài", "<script>alert(1)</script>", "Tỉnh Nam Sơn"]
    path = write(tmp_path / "new.gpkg", shapes, {"ma": list(NAMES), "ten": names})
    report = load_boundaries(land, asked(path, dry_run=True))
    told = report.differences
    assert [one.code for one in told] == ["01", "03", "02", "04"]
    assert told[0].gained_km2 == pytest.approx(0.2 * 110.6 * 109.0, rel=0.01)
    assert told[0].lost_km2 == 0
    assert told[0].agreement == pytest.approx(1 / 1.2, abs=0.001)
    for language, words in (("vi", "Chạy thử: nạp được"), ("en", "Dry run: it can be loaded")):
        page = report_page.page(report, language, NOW)
        assert words in text_of(page)
        assert "<script>" not in page
        assert not re.search(r'(?:src|href)=|url\(|https?://(?!www\.w3\.org/2000/svg")', page)
    assert f"sha256 {report.sha256}".split()[1] in page
    # The land that Bắc gains, the overlap with its number, and a close-up of each unit that differs.
    assert page.count('class="gained"') == 3
    assert page.count("<svg") == 4
    assert re.search(r'class="mark warning"><title>1</title>', page)


@pytest.mark.usefixtures("server")
def test_a_refused_file_has_its_report_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "three.gpkg", squares("01", "02", "03"), {"code": ["01", "02", "03"]})
    target = tmp_path / "báo cáo.html"
    assert run("load", "boundaries", path, *ASKED, "--report", target) == 1
    shown = text_of(target.read_text("utf-8"))
    assert "Không nạp được 1 lỗi phải sửa trước. Cơ sở dữ liệu không thay đổi." in shown
    assert "Thiếu Tỉnh Nam Sơn (mã 04)." in shown
    assert "--allow-partial" in shown
    assert f"Báo cáo: {target}" in capsys.readouterr().err
    # Not even read: the page says why, and what to do.
    assert run("load", "boundaries", tmp_path / "none.zip", *ASKED, "--report", target) == 1
    assert "none.zip. Cách sửa: Kiểm tra đường dẫn." in text_of(target.read_text("utf-8"))
    data = tmp_path / "report.json"
    assert run("load", "boundaries", path, *ASKED, "--report", data) == 1
    told = json.loads(data.read_text("utf-8"))
    assert (told["outcome"], told["findings"][0]["text"]) == ("refused", "Thiếu Tỉnh Nam Sơn (mã 04).")
    assert len(told["matches"]) == len(told["differences"]) == 3
    for wrong in (tmp_path / "report.pdf", tmp_path / "nowhere" / "report.html"):
        assert run("load", "boundaries", path, *ASKED, "--report", wrong) == 2


@pytest.mark.usefixtures("server")
def test_the_terminal_says_how_much_it_leaves_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holes = [shapely.box(105.01 + i / 40, 11.1, 105.02 + i / 40, 11.2) for i in range(36)]
    path = write(
        tmp_path / "holes.gpkg", [SQUARES["01"] - shapely.union_all(holes), *squares("02", "03", "04")], COLUMNS
    )
    assert run("load", "boundaries", path, *ASKED, "--dry-run") == 0
    assert "… và 6 mục nữa" in capsys.readouterr().out
    assert run("load", "boundaries", path, *ASKED, "--dry-run", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 36


@pytest.mark.soak
def test_the_real_provinces_by_their_slips_alone(
    places: Database, file: Path, tmp_path: Path, browser: Browser
) -> None:
    from loaders.boundaries import Request, layer
    from loaders.boundaries.geometry import multipolygons

    read = layer.read(file)
    shapes = multipolygons(shapely.from_wkb(read.wkb))
    path = write(tmp_path / "names.gpkg", list(shapes), {"ten_tinh": list(read.columns["ten_tinh"])})
    report = load_boundaries(places, Request(path, "province", OLD, name_column="ten_tinh", dry_run=True))
    assert (report.outcome, report.matched_by, len(report.matches)) == ("replaced", "name", 63)
    told = {one.given: (one.how, one.code) for one in report.matches if one.how not in {"exact", "prefix"}}
    assert told == {
        "Cần Thơn": ("typo", "92"),
        "Quản Bình": ("typo", "44"),
        "Kien Giang": ("spelling", "91"),
        "Đăk Lăk": ("spelling", "66"),
        "Đăk Nông": ("spelling", "67"),
        "Bà Rịa -Vũng Tàu": ("spelling", "77"),
        "Thừa Thiên Huế": ("known", "46"),
    }
    page = report_page.page(report, "vi", NOW)
    assert len(page) < 1_000_000
    assert "Quần đảo Hoàng Sa" in page
    assert "Quần đảo Trường Sa" in page
    _look(browser, page, tmp_path)


def _look(browser: Browser, page: str, folder: Path) -> None:
    """In a browser: nothing is fetched, nothing is wider than a telephone, every mark lies on its picture."""
    (folder / "report.html").write_text(page, "utf-8")
    for width in (1440, 390):
        tab = browser.new_page(viewport={"width": width, "height": 900})
        asked_for: list[Fetched] = []

        def note(request: Fetched, seen: list[Fetched] = asked_for) -> None:
            seen.append(request)

        tab.on("request", note)
        tab.goto((folder / "report.html").as_uri())
        assert len(asked_for) == 1
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        outside = tab.evaluate("""() => { const box = document.querySelector('svg.overview').getBoundingClientRect();
            return [...document.querySelectorAll('svg.overview .mark')].map(m => m.getBoundingClientRect())
                .filter(m => m.right < box.left || m.left > box.right || m.bottom < box.top || m.top > box.bottom).length }""")
        assert outside == 0
        tab.close()


def test_units_that_are_new_are_drawn_without_a_comparison(land: Database, tmp_path: Path) -> None:
    report = Report("x.gpkg", "province", "2020-01-01", None, dry_run=False)
    assert "Không nạp được" in report_page.page(report, "vi", NOW)
    path = write(tmp_path / "new.gpkg", squares(), COLUMNS)
    made = load_boundaries(land, asked(path, valid_from=FROM.replace(year=1990), valid_to=FROM))
    page = text_of(report_page.page(made, "en", NOW))
    assert "Units created" in page
    assert "Boundaries in the file loaded outline" not in page
    assert "Loaded: none yet." in page
