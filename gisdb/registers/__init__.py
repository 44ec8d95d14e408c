"""Registers (sổ): one file each, found by looking, so that adding one is adding a file.

Folders named in the setting ``GISDB_REGISTERS`` are looked through too: a country's own registers need no fork.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType

from gisdb.errors import NotFound
from gisdb.registers import tables as tables
from gisdb.registers.register import Register

_MECHANISM = {
    "column",
    "register",
    "tables",
    "codes",
    "describing",
    "export",
    "notation",
    "placing",
    "reading",
    "template",
    "template_book",
    "unit_code",
}


def registers(more_folders: str | None = None) -> Mapping[str, Register]:
    """Every register by its plural name; ``more_folders`` defaults to ``GISDB_REGISTERS``."""
    return _found(os.environ.get("GISDB_REGISTERS", "") if more_folders is None else more_folders)


def register(name: str) -> Register:
    """The register called ``name``.

    Raises:
        NotFound: ``register_unknown``.
    """
    known = registers()
    if name not in known:
        raise NotFound("register_unknown", name=name, known=", ".join(sorted(known)))
    return known[name]


@cache
def _found(more_folders: str) -> Mapping[str, Register]:
    found: dict[str, Register] = {}
    for module in _modules(more_folders):
        one = getattr(module, "REGISTER", None)
        if isinstance(one, Register):
            found[one.name] = one
            # Reading it once puts the table into the catalogue.
            assert one.table is not None
    return MappingProxyType(found)


def _modules(more_folders: str) -> list[ModuleType]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name not in _MECHANISM)
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    for folder in filter(None, more_folders.split(os.pathsep)):
        for path in sorted(Path(folder).glob("*.py")):
            spec = importlib.util.spec_from_file_location(f"gisdb_register_{path.stem}", path)
            if spec is None or spec.loader is None:
                continue
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            modules.append(module)
    return modules
