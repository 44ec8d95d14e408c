"""A private folder for as long as a work lasts; what a killed process left in one is cleared by whoever comes next.

All of them lie in one folder that only this system's user enters. Each is locked by the process that works in it: a lock
ends with its process however that ends, so a room whose lock is free is nobody's any more.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gisdb.errors import ConfigError


@contextmanager
def workroom() -> Iterator[Path]:
    """A new empty folder that goes with the block.

    Raises:
        ConfigError: ``temporary_folder_not_ours``.
    """
    clear_leftovers()
    home = _home()
    with _alone(home):
        room = Path(tempfile.mkdtemp(dir=home))
        lock = _locked(room)
    try:
        yield room
    finally:
        # What cannot be removed now is cleared later.
        shutil.rmtree(room, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def clear_leftovers() -> None:
    """Remove the rooms in which nobody works any more.

    Raises:
        ConfigError: ``temporary_folder_not_ours``.
    """
    home = _home()
    with _alone(home):
        left = [(room, lock) for room in home.iterdir() if (lock := _locked(room)) is not None]
    for room, lock in left:
        shutil.rmtree(room, ignore_errors=True)
        os.close(lock)


def _home() -> Path:
    home = Path(tempfile.gettempdir()) / f"gisdb-{os.geteuid()}"
    with suppress(FileExistsError):
        home.mkdir(mode=0o700)
    found = home.lstat()
    # In a folder for everybody somebody else may have been here first.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigError("temporary_folder_not_ours", folder=home)
    return home


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """So that no room is seen between its making and its lock."""
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _locked(room: Path) -> int | None:
    """The handle that holds the lock of a room of ours; None where somebody else holds it, or it is no room."""
    try:
        handle = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
