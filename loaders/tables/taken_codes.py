"""Codes of other accounts' workplaces: that they are taken cannot be hidden, for codes are the country's; so who asks is known."""

from __future__ import annotations

from sqlalchemy import Connection

from gisdb.access import audit
from gisdb.access.accounts import Account
from gisdb.registers.workplaces import CODE_TAKEN
from loaders.tables.receipt import Receipt


def taken_codes(receipt: Receipt) -> int:
    """How many codes of a file are workplaces that the account does not see."""
    return sum(one.count for one in receipt.problems.groups if one.code == CODE_TAKEN)


def tell_of_taken_codes(conn: Connection, account: Account, receipt: Receipt, upload_id: int | None) -> None:
    """Write their number into the trail, if there are any; ``upload_id``: None where nothing of the file is kept."""
    if taken := taken_codes(receipt):
        audit.write(conn, account, CODE_TAKEN, {"upload": upload_id, "file": receipt.file_name, "count": taken})
