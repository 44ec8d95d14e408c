"""The key that signs sessions: from the settings, or made once and kept where only its owner can read it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from gisdb.errors import ConfigError

SHORTEST = 32
FILE_NAME = "session.key"


def session_key(given: str | None, home: Path) -> str:
    """The key: ``given`` by the installer, or else the one in ``home``, made at the first call.

    Raises:
        ConfigError: ``secret_key_short``, ``secret_key_unwritable`` or ``secret_key_open`` (others can read the file).
    """
    if given is not None:
        if len(given) < SHORTEST:
            raise ConfigError("secret_key_short", shortest=SHORTEST)
        return given
    path = home / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        mode = path.stat().st_mode
        key = path.read_text("ascii").strip()
    except OSError as problem:
        raise ConfigError("secret_key_unwritable", path=path, reason=problem.strerror) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO) or len(key) < SHORTEST:
        raise ConfigError("secret_key_open", path=path)
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        # A link fails where the name exists: of two servers starting at once, both go on with the first one's key.
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
