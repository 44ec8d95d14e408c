"""The small country of the intakes, for what it owes."""

from tests.loaders.tables.conftest import clerk, country, newcomer, small_country, small_industry

__all__ = ["clerk", "country", "newcomer", "small_country", "small_industry"]
