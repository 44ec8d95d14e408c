"""Settings: one frozen object, built from the environment when the program starts, never at import."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gisdb.errors import ConfigError

PREFIX = "GISDB_"
# Hosting platforms give these two without the prefix.
UNPREFIXED = frozenset({"host", "port"})


class Settings(BaseModel):
    """Everything that an installer may set, each by the environment variable ``GISDB_<NAME>``.

    ``HOST`` and ``PORT`` are also read without the prefix, as hosting platforms give them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str | None = Field(
        None, description="Serving role's URL (postgresql://…). Unset: a private cluster for this checkout is used."
    )
    owner_url: str | None = Field(
        None, description="Owning role's URL, for `gisdb db init`, `gisdb migrate` and `gisdb load`."
    )
    home: Path | None = Field(
        None, description="Directory of the private cluster and its secrets. Unset: chosen for this checkout."
    )
    host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web server listens on.")
    workers: int = Field(2, ge=1, le=64, description="Web server processes.")
    threads: int = Field(4, ge=1, le=64, description="Threads in each web server process.")
    secret_key: str | None = Field(
        None, description="Key that signs sessions (32 or more characters). Unset: made once and kept in the home."
    )
    secure_cookies: bool = Field(False, description="Send the session cookie over HTTPS only.")
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="How many reverse proxies of yours stand before the server and name the client."
    )
    language: str = Field(
        "vi", pattern="^(vi|en)$", description="Language of pages and messages until a reader chooses."
    )
    timezone: str = Field("Asia/Ho_Chi_Minh", description="Whose day `today` is.")
    tile_url: str | None = Field(
        None, description="Background map of an intranet tile server, like https://tiles.example/{z}/{x}/{y}.png."
    )
    tile_attribution: str = Field("", description="Attribution line of that background map.")
    registers: str = Field(
        "", description="More folders with register files, separated as in PATH: a country's own registers."
    )
    max_upload_bytes: int = Field(256 * 1024 * 1024, ge=1024, description="Largest file that an import reads.")
    max_unzipped_bytes: int = Field(
        2 * 1024 * 1024 * 1024, ge=1024, description="Most bytes that a workbook or a zip archive may unpack to."
    )
    max_rows: int = Field(10_000_000, ge=1, description="Most rows of one imported table.")
    max_cells: int = Field(
        250_000_000, ge=1, description="Most cells of one sheet, blank ones between its first and its last included."
    )
    reading_seconds: int = Field(120, ge=1, description="Longest time that reading one file may take, in seconds.")
    reading_memory_bytes: int = Field(
        1024 * 1024 * 1024, ge=256 * 1024 * 1024, description="Most memory of the process that reads one file."
    )
    statement_timeout_s: int = Field(60, ge=1, description="Longest time one query of a page may take, in seconds.")


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        ConfigError: ``setting_unknown`` for a mistyped ``GISDB_`` name, ``setting_invalid`` for a bad value.
    """
    given = os.environ if environment is None else environment
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=0.0)
            raise ConfigError("setting_unknown", name=name, nearest=nearest[0])
    values: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for field in Settings.model_fields:
        names = [PREFIX + field.upper(), *([field.upper()] if field in UNPREFIXED else [])]
        for name in names:
            if field not in values and given.get(name):
                values[field], spelled[field] = given[name], name
    try:
        return Settings.model_validate(values)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise ConfigError("setting_invalid", name=spelled[str(first["loc"][0])], reason=first["msg"]) from None
