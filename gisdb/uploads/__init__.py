"""Uploads: files on their way into a register, what became of them, and who looked at them."""
