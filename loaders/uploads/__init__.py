"""Uploads at work: the file kept, checked, committed and taken back, in the background or at once."""
