"""A unit as addresses and forms name it: by its id."""

from __future__ import annotations

from sqlalchemy import Connection

from gisdb.errors import NotFound
from gisdb.geography.units import Unit, unit_by_id

# More digits no id of a unit has.
_DIGITS = 9


def unit_of_id(connection: Connection, given: str) -> Unit:
    """The unit whose id ``given`` is.

    Raises:
        NotFound: ``unit_unknown``, also where it is no id at all.
    """
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS):
        raise NotFound("unit_unknown", unit=given)
    return unit_by_id(connection, int(given))
