"""Where to go after signing in: back to a page of ours, never to another site."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_own_address(address: str) -> bool:
    r"""Whether a browser that is sent to ``address`` stays with us: a path, with neither host nor scheme.

    Browsers read ``\`` as ``/`` and skip control characters, so ``/\evil.example`` and ``/<tab>/evil.example``
    name a host; none of these letters belongs in an address that we made.
    """
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    if any(ord(letter) < 0x21 or ord(letter) == 0x7F for letter in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
