"""Files → database: boundaries, tables, the sample and the published totals. Knows no HTTP."""
