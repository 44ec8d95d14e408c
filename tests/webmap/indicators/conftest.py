"""The application on places, sample and accounts, for pages of indicators; the real server and browser of the maps."""

from __future__ import annotations

from tests.webmap.maps.conftest import address, context, look, map_app, visitor, watch

__all__ = ["address", "context", "look", "map_app", "visitor", "watch"]
