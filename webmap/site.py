"""What one running web server is made of; built by ``create_app``, never at import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

from gisdb.config import Settings
from gisdb.engine import Database

if TYPE_CHECKING:
    from webmap.assets import Assets, Immutables

EXTENSION = "gisdb"


@dataclass(frozen=True)
class Site:
    """The settings, the database, the static files and the kept bodies of one application."""

    settings: Settings
    database: Database
    assets: Assets
    immutables: Immutables


def site() -> Site:
    """The parts of the application that serves this request."""
    return cast("Site", current_app.extensions[EXTENSION])
