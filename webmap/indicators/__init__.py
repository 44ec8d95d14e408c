"""Indicators: the list of all, and one with its definition, map, course over time, ranking and what it was counted from."""
