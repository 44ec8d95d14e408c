"""The application on places, sample and accounts, for pages of what is due."""

from tests.webmap.limits.conftest import signed_in, site, visitor

__all__ = ["signed_in", "site", "visitor"]
