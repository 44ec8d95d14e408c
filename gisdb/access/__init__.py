"""Accounts, roles, whose eyes see which rows, and the trail of who did what."""
