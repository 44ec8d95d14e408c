"""The road from a file to a register: read → match → parse → stage → check → commit → receipt."""

from __future__ import annotations

from loaders.tables.problem import Problem
from loaders.tables.receipt import Receipt, State
from loaders.tables.road import import_file

__all__ = ["Problem", "Receipt", "State", "import_file"]
