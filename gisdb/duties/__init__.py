"""Reports that the law asks for: who owes which for a period, until when, and what has come."""
