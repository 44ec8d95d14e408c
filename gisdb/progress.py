"""How a long step tells what it is doing, without knowing who listens or in which language."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

DONE, FAILED = "[green]✓[/green]", "[red]✗[/red]"


class Progress(Protocol):
    """Called when a step begins: ``step`` names a sentence in ``gisdb/messages``, ``params`` fill its blanks."""

    def __call__(self, step: str, **params: object) -> None: ...


def silent(step: str, **params: object) -> None:
    """Nobody listens."""


class Reached(Protocol):
    """Called within a step that walks through a file: at ``line`` of ``last``, 0 where that is not known."""

    def __call__(self, line: int, last: int) -> None: ...


def unseen(line: int, last: int) -> None:
    """Nobody watches."""


@contextmanager
def on_terminal(language: str) -> Iterator[Progress]:
    """Show the steps on standard error: a spinner while one lasts, a line with its seconds when it is done.

    In a log, where nothing can spin, a line when a step begins.
    """
    # Heavy to import, and most verbs are over before a step is worth showing.
    from rich.console import Console
    from rich.markup import escape

    from gisdb.messages import sentence

    console = Console(stderr=True, highlight=False)
    current: list[tuple[str, float]] = []

    def finish(mark: str) -> None:
        text, began = current.pop() if current else ("", 0.0)
        if text and (console.is_terminal or mark == FAILED):
            console.print(f"{mark} {text} [dim]{time.monotonic() - began:.1f} s[/dim]")

    with console.status("") as status:

        def tell(step: str, **params: object) -> None:
            finish(DONE)
            text = escape(sentence(step, params, language).text)
            current.append((text, time.monotonic()))
            status.update(text)
            if not console.is_terminal:
                console.print(f"… {text}")

        try:
            yield tell
        except BaseException:
            finish(FAILED)
            raise
        finish(DONE)
