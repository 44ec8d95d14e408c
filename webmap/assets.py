"""Files that browsers fetch once: the static tree under one version, and any other body that never changes.

Every address carries a hash of what it answers, so an answer may be kept for a year and never asked for again.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import brotli  # type: ignore[import-untyped]
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from webmap.i18n import same_in_every_language
from webmap.site import site

KEPT_BYTES = 64 * 1024 * 1024
A_YEAR_S = 365 * 24 * 3600
COMPRESSIBLE = ("text/", "application/json", "application/geo+json", "image/svg+xml")
# Brotli's best costs seconds on megabytes, and the next best is nearly as small in a tenth of the time: the quality
# for bodies up to so many bytes.
BROTLI_QUALITIES = ((256 * 1024, 11), (1024 * 1024, 9), (float("inf"), 6))

blueprint = Blueprint("assets", __name__)


class Assets:
    """The static tree: its files, and the one version (a hash over all of them) that every address begins with.

    One version for the whole tree lets a stylesheet name its fonts, and a script its neighbours, by relative address.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
        }
        total = hashlib.sha256()
        for name, path in self._files.items():
            total.update(name.encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        self.version = total.hexdigest()[:12]

    def path(self, name: str) -> Path:
        """Where the file called ``name`` is.

        Raises:
            NotFound: there is no such file; the name is looked up, never joined to a folder.
        """
        try:
            return self._files[name]
        except KeyError:
            raise NotFound from None


class Immutables:
    """Bodies that never change, kept compressed in memory up to ``capacity`` bytes; the longest unused goes first."""

    def __init__(self, capacity: int = KEPT_BYTES) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def encoded(self, key: str, coding: str, load: Callable[[], bytes]) -> bytes:
        """The body named ``key`` in a content coding (``br``, ``gzip``, ``identity``); ``load`` is asked once."""
        with self._lock:
            kept = self._kept.get((key, coding))
            if kept is not None:
                self._kept.move_to_end((key, coding))
                return kept
        body = _encode(load(), coding)
        with self._lock:
            if (key, coding) not in self._kept:
                self._kept[key, coding] = body
                self._size += len(body)
            while self._size > self._capacity:
                _, dropped = self._kept.popitem(last=False)
                self._size -= len(dropped)
        return body


def _encode(body: bytes, coding: str) -> bytes:
    if coding == "br":
        quality = next(quality for largest, quality in BROTLI_QUALITIES if len(body) <= largest)
        return bytes(brotli.compress(body, quality=quality))
    if coding == "gzip":
        return gzip.compress(body, 9, mtime=0)
    return body


def immutable_response(key: str, mimetype: str, load: Callable[[], bytes]) -> Response:
    """An answer that browsers and proxies may keep for a year. The request's address must name ``key`` (a hash).

    ``load`` gives the body; it is not called when the asker or this process already has it.
    """
    coding = "identity"
    if mimetype.startswith(COMPRESSIBLE) or mimetype == "application/javascript":
        coding = request.accept_encodings.best_match(["br", "gzip"]) or "identity"
    response = Response(mimetype=mimetype)
    response.set_etag(f"{key}-{coding}")
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR_S
    response.cache_control.immutable = True
    response.vary.add("Accept-Encoding")
    if request.if_none_match.contains_weak(f"{key}-{coding}"):
        response.status_code = 304
        return response
    response.set_data(site().immutables.encoded(key, coding, load))
    if coding != "identity":
        response.headers["Content-Encoding"] = coding
    return response


@blueprint.get("/static/<version>/<path:name>")
@same_in_every_language
def static_file(version: str, name: str) -> Response:
    """One file of the static tree. An address of another version gets today's file, not to be kept."""
    assets = site().assets
    path = assets.path(name)
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = immutable_response(f"{assets.version}-{name}", mimetype, path.read_bytes)
    if version != assets.version:
        response.headers["Cache-Control"] = "no-cache"
    return response


def asset_url(name: str) -> str:
    """The address of a file of the static tree, like ``asset_url('css/site.css')``.

    Raises:
        NotFound: there is no such file.
    """
    assets = site().assets
    assets.path(name)
    return url_for("assets.static_file", version=assets.version, name=name)
