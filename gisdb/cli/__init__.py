"""The ``gisdb`` command: thin, every verb one call into a room. Heavy rooms are imported where a verb uses them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module

import click

from gisdb.config import load_settings
from gisdb.errors import ConfigError, GisdbError
from gisdb.messages import sentence

# Each verb and where it lives; a verb's room is imported when the verb is asked for, not before.
_VERBS = {
    "db": ("gisdb.cli.db", "db"),
    "migrate": ("gisdb.cli.migrate", "migrate"),
    "load": ("gisdb.cli.load", "load"),
    "units": ("gisdb.cli.units", "units"),
    "import": ("gisdb.cli.registers", "import_"),
    "export": ("gisdb.cli.registers", "export"),
    "template": ("gisdb.cli.registers", "template"),
    "uploads": ("gisdb.cli.uploads", "uploads"),
    "limits": ("gisdb.cli.limits", "limits"),
    "due": ("gisdb.cli.due", "due"),
    "evaluate": ("gisdb.cli.evaluate", "evaluate"),
    "sample": ("gisdb.cli.sample", "sample"),
    "account": ("gisdb.cli.account", "account"),
    "audit": ("gisdb.cli.audit", "audit"),
    "serve": ("gisdb.cli.serve", "serve"),
    "worker": ("gisdb.cli.uploads", "worker"),
    "demo": ("gisdb.cli.serve", "demo"),
}


class Verbs(click.Group):
    """Finds a verb by its name without importing the others."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _verb(cmd_name) if cmd_name in _VERBS else None


@cache
def _verb(name: str) -> click.Command:
    module, attribute = _VERBS[name]
    found = getattr(import_module(module), attribute)
    assert isinstance(found, click.Command)
    return found


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="gisdb", prog_name="gisdb")
def cli() -> None:
    """Occupational safety and health records on a map.

    Exit status: 0 done, 1 refused because of the input or the state, 2 wrong usage.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every refusal is a sentence and its fix, in the reader's language, on standard error."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(_guarded(lambda: cli.main(given, standalone_mode=False), as_json="--json" in given))


def _guarded(run: Callable[[], object], *, as_json: bool) -> int:
    try:
        done = run()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except GisdbError as problem:
        _show(problem, as_json=as_json)
        return 1
    except BrokenPipeError:
        # Whoever read our output has read enough.
        sys.stderr.close()
        return 1
    return done if isinstance(done, int) else 0


def _show(problem: GisdbError, *, as_json: bool) -> None:
    said = sentence(problem.code, problem.params, _language())
    if as_json:
        params = {name: str(value) for name, value in problem.params.items()}
        shown = {"status": "refused", "code": problem.code, "params": params, "text": said.text, "fix": said.fix}
        click.echo(json.dumps(shown, ensure_ascii=False))
    click.echo(click.style(said.text, fg="red"), err=True)
    if said.fix:
        click.echo(said.fix, err=True)


def _language() -> str:
    try:
        return load_settings().language
    except ConfigError:
        return "vi"
