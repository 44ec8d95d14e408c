"""``gisdb evaluate`` speaks the reader's language and says what is sample data."""

from __future__ import annotations

import pytest

from gisdb.cli import main
from gisdb.engine import Database


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("Tỉnh Cao Bằng", "Chưa xác định", "Việt Nam", "Dữ liệu mẫu, không phải số liệu thật")),
        ("en", ("Cao Bang Province", "Not placed", "Viet Nam", "Sample data, not real figures")),
    ],
)
def test_the_table_names_units_states_and_the_sample(
    shared: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setenv("GISDB_DATABASE_URL", shared.app_url)
    monkeypatch.setenv("GISDB_LANGUAGE", language)
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "accident_frequency", "--period", "2021..2026", "--on", "2026-01-01"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for word in words:
        assert word in told
