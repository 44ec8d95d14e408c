"""The database to people: pages, maps, exports. Knows no SQL."""
