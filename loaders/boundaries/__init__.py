"""Boundary sets into the database: read, decode, project, check, generalise, match to the units, store, report."""

from loaders.boundaries.load import begun, load_boundaries
from loaders.boundaries.report import RefusedError, Report
from loaders.boundaries.request import Request
from loaders.boundaries.shipped import load_shipped

__all__ = ["RefusedError", "Report", "Request", "begun", "load_boundaries", "load_shipped"]
