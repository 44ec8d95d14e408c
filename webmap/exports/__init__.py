"""Registers as files."""
