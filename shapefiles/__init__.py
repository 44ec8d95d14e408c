"""The boundary sets that ship with the project: files only; `SOURCES.toml` says what they are."""
