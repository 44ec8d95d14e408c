"""Uploads: sent, looked into, corrected, approved, taken back; by people and by programs."""
