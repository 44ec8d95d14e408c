"""Any file that a clerk has → a header and rows of text cells. Knows no registers and no database.

Reading happens in a process of its own (`child`) with limits; `process` starts it. Its imports are kept light.
"""
