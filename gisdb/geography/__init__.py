"""Dated units, their lineage, the pieces that never change, and generalised shapes for maps."""
