"""What the maps weigh and how soon they are painted, in a real browser against the real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

from gisdb.engine import Database
from tests.bench.measuring import Row

CHROMIUM = os.environ.get("GISDB_TEST_BROWSER", "/usr/bin/chromium")
_SERVE = "import sys, gisdb.config, webmap.serve as s; c = gisdb.config.load_settings(); sys.exit(s.serve(c, c.database_url))"
_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run")


def page_rows(database: Database) -> Iterator[Row]:
    """First and second visit of the national map by province and by commune."""
    with _server(database) as base, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        for path, name, wanted in (
            ("/?year=2025", "34 provinces", "≤ 350 kB and ≤ 1.5 s; again ≤ 25 kB"),
            ("/?year=2025&level=commune", "3,321 communes", "≤ 1.2 MB and ≤ 4 s"),
        ):
            first, again = _visits(browser, base + path)
            yield Row(
                f"national map of {name}: first visit, second visit",
                f"{first[0]:.0f} kB in {first[1]:.2f} s, {again[0]:.0f} kB in {again[1]:.2f} s",
                f"wanted: {wanted}",
                "–",
            )
        browser.close()


@contextmanager
def _server(database: Database) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "GISDB_DATABASE_URL": database.app_url,
        "GISDB_SECRET_KEY": "k" * 40,
        "PORT": str(port),
        "GISDB_TIMEZONE": "Asia/Ho_Chi_Minh",
    }
    process = subprocess.Popen([sys.executable, "-c", _SERVE], env=os.environ | given, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                with urlopen(f"{base}/readyz", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        # Warm: every worker has opened the database and built its answers once.
        for path in ("/", "/?level=commune") * 4:
            with urlopen(base + path, timeout=30) as page:
                page.read()
        yield base
    finally:
        process.terminate()
        process.wait(30)


def _visits(browser: Browser, address: str) -> tuple[tuple[float, float], tuple[float, float]]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    seen = []
    for _ in range(2):
        sizes.clear()
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_selector("html[data-map-ready]", state="attached")
        taken = time.perf_counter() - began
        page.wait_for_load_state("networkidle")
        seen.append((sum(sizes) / 1000, taken))
        page.goto("about:blank")
    context.close()
    return seen[0], seen[1]
