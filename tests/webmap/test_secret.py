"""The key that signs sessions."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gisdb.errors import ConfigError
from webmap.secret import FILE_NAME, session_key


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = session_key(None, home)
    assert len(first) >= 32
    assert session_key(None, home) == first
    assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == [FILE_NAME]


def test_servers_that_start_together_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: session_key(None, tmp_path), range(32)))
    assert len(set(keys)) == 1


def test_the_installers_key_wins(tmp_path: Path) -> None:
    assert session_key("x" * 32, tmp_path) == "x" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        session_key("changeme", tmp_path)
    assert refused.value.code == "secret_key_short"


@pytest.mark.parametrize(("text", "mode"), [("k" * 64, 0o644), ("k" * 64, 0o640), ("short", 0o600)])
def test_a_key_that_others_may_know_is_refused(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ConfigError) as refused:
        session_key(None, tmp_path)
    assert refused.value.code == "secret_key_open"


def test_a_home_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError) as refused:
        session_key(None, blocked)
    assert refused.value.code == "secret_key_unwritable"
    assert str(blocked) in str(refused.value)
