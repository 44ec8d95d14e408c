"""What an installer may set, and what the program says to a slip of the hand."""

from __future__ import annotations

import pytest

from gisdb.config import load_settings
from gisdb.errors import ConfigError


def test_nothing_set_means_the_private_cluster_on_the_usual_port() -> None:
    settings = load_settings({})
    assert settings.database_url is None
    assert (settings.host, settings.port, settings.language) == ("127.0.0.1", 8000, "vi")


def test_a_hosting_platform_gives_host_and_port_without_prefix() -> None:
    settings = load_settings({"HOST": "0.0.0.0", "PORT": "9000"})
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)


def test_our_own_name_wins_over_the_platforms() -> None:
    assert load_settings({"GISDB_PORT": "9001", "PORT": "9000"}).port == 9001


def test_a_mistyped_name_is_refused_with_the_nearest_right_one() -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings({"GISDB_DATABSE_URL": "postgresql://x"})
    assert refused.value.code == "setting_unknown"
    assert refused.value.params["nearest"] == "GISDB_DATABASE_URL"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("GISDB_PORT", "70000"), ("GISDB_LANGUAGE", "fr"), ("GISDB_WORKERS", "0")]
)
def test_a_bad_value_is_refused_by_the_name_that_was_set(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings({name: value})
    assert refused.value.code == "setting_invalid"
    assert refused.value.params["name"] == name


def test_an_empty_variable_is_not_set() -> None:
    assert load_settings({"GISDB_DATABASE_URL": "", "PORT": ""}).database_url is None
