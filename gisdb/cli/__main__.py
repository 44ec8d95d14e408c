"""``python -m gisdb.cli``: the command without its script."""

from gisdb.cli import main

main()
