"""The maps that people see: the nation, a unit, a workplace; the search that leads there; the boundaries they draw."""
