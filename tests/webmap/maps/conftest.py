"""The map pages served for real and looked at in real headless Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response
from werkzeug.serving import make_server

from gisdb.config import Settings
from gisdb.engine import Database
from tests.conftest import PASSWORD
from webmap.app import create_app

READY = "html[data-map-ready]"
PATIENCE_MS = 60_000


@pytest.fixture(scope="session")
def map_app(shared: Database, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on places, sample and accounts."""
    return create_app(Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40), shared)


@pytest.fixture
def visitor(map_app: Flask) -> FlaskClient:
    """A browser without scripts; nobody is signed in."""
    return map_app.test_client()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of ``app``, served by threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def address(map_app: Flask) -> Iterator[str]:
    """Where the shared application is served."""
    with serving(map_app) as where:
        yield where


@dataclass
class Watch:
    """What a page did that no page of ours may do."""

    address: str
    wrong: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Note foreign requests, console messages, script errors and missing assets of ``page``."""
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("console", lambda message: self.wrong.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda problem: self.wrong.append(f"script error: {problem}"))

    def _request(self, request: Request) -> None:
        own = urlsplit(self.address).netloc
        there = urlsplit(request.url)
        if there.scheme not in {"data", "blob"} and there.netloc != own:
            self.wrong.append(f"foreign request: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile on a desk's screen."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    """Fails the test when a followed page did what it may not."""
    one = Watch(address)
    yield one
    assert one.wrong == []


class Opener(Protocol):
    """Opens an address of the site, as a visitor or signed in, and waits until its map is painted."""

    def __call__(self, path: str, login: str = "", width: int = 1440) -> Page: ...


@pytest.fixture
def look(context: BrowserContext, watch: Watch) -> Opener:
    """A browser tab for an address of the site; what it may not do fails the test."""

    def opened(path: str, login: str = "", width: int = 1440) -> Page:
        page = context.new_page()
        watch.follow(page)
        page.set_viewport_size({"width": width, "height": 900})
        if login:
            sign_in_there(page, watch.address, login)
        page.goto(watch.address + path)
        page.wait_for_selector(READY, state="attached")
        return page

    return opened


def sign_in_there(page: Page, address: str, login: str) -> None:
    """Fill in the sign-in form as a person would: once the page shows where to type."""
    page.goto(f"{address}/sign-in")
    page.wait_for_selector("input[name=login]:focus")
    page.fill("input[name=login]", login)
    page.fill("input[type=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
