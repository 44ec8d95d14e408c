"""The database room: what is stored, and what is computed from it. Knows no HTTP and no files."""
