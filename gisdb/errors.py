"""Every refusal of this software is one of these; each carries data, never prose.

``code`` names a sentence in ``gisdb/messages/{vi,en}.toml`` and ``params`` fills its blanks, so the command line,
the pages and the API say the same thing in the reader's language.
"""

from __future__ import annotations


class GisdbError(Exception):
    """A refusal with a stable code. ``status`` is the HTTP status a web page answers with."""

    status = 500

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({shown})"


class ConfigError(GisdbError):
    """A setting is missing or wrong; the installer can mend it."""


class ServerError(GisdbError):
    """The database server or one of its programs cannot be had."""

    status = 503


class InputError(GisdbError):
    """What the user gave cannot be used: a file, a value, a question."""

    status = 400


class NotFound(GisdbError):
    """Nothing of that name is there, or not for these eyes."""

    status = 404


class Forbidden(GisdbError):
    """These eyes may not do that."""

    status = 403


class Busy(GisdbError):
    """As much is under way as may be at once; it can be asked again ``after_s`` seconds later."""

    status = 429
    after_s = 20


class Conflict(GisdbError):
    """What is there already does not go with what was asked."""

    status = 409
