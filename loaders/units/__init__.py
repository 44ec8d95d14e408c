"""A change of administrative boundaries as an operation: read, planned and checked whole, carried out, undone."""

from loaders.units.apply import apply_changes
from loaders.units.report import RefusedError, Report, Reverted
from loaders.units.revert import revert_change

__all__ = ["RefusedError", "Report", "Reverted", "apply_changes", "revert_change"]
