"""Exposure limits and the legal acts that they come from, in pages; administrators confirm and correct limits here."""
