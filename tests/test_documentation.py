"""The pages that are written from the code say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisdb.documentation import pages

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", ["settings.md", "commands.md", "indicators.md", "data-dictionary.md"])
def test_a_page_is_what_the_program_says(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == pages()[name], "run `make docs`"
