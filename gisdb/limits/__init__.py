"""Exposure limits as dated data, and the judge that applies them (`gisdb/sql/003_judge.sql`)."""
