"""Sample data: workplaces, their years, measurements and accidents that never were, labelled so wherever they show.

Drawn from a seed, the same bytes each time for the same boundaries. What is typical of an industry, and where industry
is, stands in the CSV files beside this one: rough weights made up for a plausible picture, not statistics. How one
province differs from another is drawn, so that nobody reads an opinion on a real place into it.
"""

from __future__ import annotations

from loaders.sample.load import SampleReceipt, load_sample

__all__ = ["SampleReceipt", "load_sample"]
