"""What the container files promise: no secret in them, images pinned, and only commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click

from gisdb.cli import cli
from gisdb.cluster_programs import OLDEST_SERVER

ROOT = Path(__file__).parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROGRAM = "\n".join(line for line in COMPOSE.splitlines() if not line.lstrip().startswith("#"))


def test_every_password_and_key_comes_from_outside_and_is_demanded() -> None:
    demanded = set(re.findall(r"\$\{(GISDB_\w+):\?", PROGRAM))
    assert demanded == {
        "GISDB_ADMIN_PASSWORD",
        "GISDB_OWNER_PASSWORD",
        "GISDB_APP_PASSWORD",
        "GISDB_SECRET_KEY",
    }
    for role, password in re.findall(r"postgresql://(\w+):([^@]*)@", PROGRAM):
        assert password.startswith("${GISDB_"), role
    for name, value in re.findall(r"^\s+(\w*(?:PASSWORD|SECRET)\w*): (.*)$", PROGRAM, re.MULTILINE):
        assert value.startswith("${GISDB_"), name


def test_the_web_server_gets_the_serving_role_alone() -> None:
    web = PROGRAM.split("\n  web:", 1)[1].split("\nnetworks:", 1)[0]
    assert "GISDB_DATABASE_URL" in web
    assert "OWNER" not in web
    assert "ADMIN" not in web


def test_images_are_pinned_and_client_and_server_are_of_one_version() -> None:
    images = re.findall(r"^\s+image: (\S+)$", PROGRAM, re.MULTILINE) + re.findall(
        r"^FROM (\S+)", DOCKERFILE, re.MULTILINE
    )
    assert len(images) == 5
    for image in images:
        assert re.search(r":\d+[.-]\d", image), image
    server = re.search(r"postgis/postgis:(\d+)-", PROGRAM)
    client = re.search(r"postgresql-client-(\d+)", DOCKERFILE)
    assert server is not None
    assert client is not None
    assert server[1] == client[1]
    assert int(server[1]) >= OLDEST_SERVER


def test_the_preparation_runs_commands_that_exist() -> None:
    lines = re.findall(r"^\s+gisdb (.+)$", PROGRAM, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        command: click.Command = cli
        for word in line.split():
            if isinstance(command, click.Group):
                found = command.get_command(click.Context(command), word)
                assert found is not None, line
                command = found
            elif word.startswith("--"):
                assert any(word in option.opts for option in command.params), line
        assert not isinstance(command, click.Group), line


def test_the_container_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == "gisdb"
