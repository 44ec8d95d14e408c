"""docs/access.md says who may what; this walks every route and verb against it, both ways, and asks as every role."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gisdb.cli import cli
from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.registers import register
from loaders.uploads.receive import receive
from tests.conftest import account
from tests.webmap.conftest import sign_in
from webmap.app import create_app
from webmap.maps.boundaries import boundaries_address

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
ROLES = ("visitor", "province", "institute", "administrator")
LOGINS = {"province": "hcm", "institute": "vien", "administrator": "quantri"}
JSON = {"Accept": "application/json"}


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def written_routes() -> dict[tuple[str, str], dict[str, str]]:
    return {(row[0].strip("`"), row[1]): dict(zip(ROLES, row[2:6], strict=True)) for row in table("Addresses")}


def real_routes(app: Flask) -> set[tuple[str, str]]:
    """Each rule as the page writes it: without converters, and ``<id>`` for ``<unit_id>``."""
    return {
        (re.sub(r"<(?:\w+:)?(?:\w+_(?=id>))?(\w+)>", r"<\1>", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_line_and_every_line_its_route(app: Flask) -> None:
    assert real_routes(app) == set(written_routes())


def verbs(group: click.Group, context: click.Context, before: tuple[str, ...] = ()) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, context, (*before, name))
        else:
            yield " ".join((*before, name))


def test_every_verb_has_its_line_and_every_line_its_verb() -> None:
    written = [row[0].strip("`") for row in table("Verbs")]
    assert sorted(written) == sorted(verbs(cli, click.Context(cli)))
    explained = set(re.findall(r"^- `(\w+)`: ", PAGE.read_text("utf-8").split("## Verbs", 1)[1], re.MULTILINE))
    assert {row[1] for row in table("Verbs")} == explained


@dataclass(frozen=True)
class Place:
    """A concrete thing to ask for, in the province's scope and outside it."""

    own: str
    other: str


@pytest.fixture(scope="module")
def places(shared: Database) -> dict[str, Place]:
    """For each address with a record behind it, one that the province may see and one that it may not."""
    with shared.acting_as(account(shared, "vien")) as conn:
        every = set(conn.execute(text("SELECT id FROM workplace")).scalars())
    with shared.acting_as(account(shared, "hcm")) as conn:
        own = set(conn.execute(text("SELECT id FROM workplace")).scalars())
    assert own
    assert every - own
    found = {"/workplaces/<id>": Place(f"/workplaces/{min(own)}", f"/workplaces/{min(every - own)}")}
    mine, theirs = (_sent(shared, login) for login in ("hcm", "vien"))
    for prefix, parts in {
        "": ("", "/progress", "/file", "/problems.csv", "/marked", "/failed"),
        "/api": ("", "/problems"),
    }.items():
        for part in parts:
            address = f"{prefix}/uploads/{{}}{part}"
            found[address.format("<id>")] = Place(address.format(mine), address.format(theirs))
    return found


def _sent(database: Database, login: str) -> int:
    """An upload of an account, which nobody works on."""
    who = account(database, login)
    return receive(
        database, who, register("measurements"), io.BytesIO("Mã cơ sở;Kết quả\n1;2\n".encode()), "a.csv", max_bytes=100
    ).id


@pytest.fixture(scope="module")
def app(shared: Database, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on places, sample and accounts."""
    return create_app(Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40), shared)


@pytest.fixture(scope="module")
def addresses(app: Flask, shared: Database) -> dict[str, str]:
    """A concrete address for each of the others."""
    with shared.acting_as(None) as conn, app.test_request_context():
        unit = conn.execute(text("SELECT id FROM admin_unit WHERE level = 'province' ORDER BY id LIMIT 1")).scalar_one()
        limit = conn.execute(text("SELECT min(id) FROM exposure_limit")).scalar_one()
        shapes = boundaries_address(conn, "province", date(2026, 1, 1), None, 0)
    return {
        "/units/<id>": f"/units/{unit}",
        "/indicators/<code>": "/indicators/exceedance_share",
        "/search": "/search?q=Hải",
        "/limits/<id>": f"/limits/{limit}",
        "/acts/<slug>": "/acts/qcvn-24-2016-byt",
        "/boundaries/<level>/<on>/<within>/<detail>/<version>.json": shapes,
        "/export/<name>.<file_format>": "/export/workplaces.csv",
        "/static/<version>/<name>": "/static/x/css/site.css",
        "/uploads/templates/<name>.csv": "/uploads/templates/measurements.csv",
        "/uploads/templates/<name>.xlsx": "/uploads/templates/measurements.xlsx",
    }


@pytest.fixture(scope="module")
def clients(app: Flask) -> dict[str, FlaskClient]:
    """A browser of each role."""
    found = {role: app.test_client() for role in ROLES}
    for role, login in LOGINS.items():
        assert sign_in(found[role], login).status_code == 303
    return found


EXPECTED = {"yes": 200, "all": 200, "own": 200, "sign in": 401}


@pytest.mark.parametrize(
    ("rule", "role"), [(rule, role) for rule, method in written_routes() if method == "GET" for role in ROLES]
)
def test_every_page_answers_every_role_as_written(
    clients: dict[str, FlaskClient], places: dict[str, Place], addresses: dict[str, str], rule: str, role: str
) -> None:
    word = written_routes()[rule, "GET"][role]
    place = places.get(rule) or Place(addresses.get(rule, rule), addresses.get(rule, rule))
    expected = EXPECTED[word]
    if rule == "/sign-in" and role != "visitor":
        expected = 302
    answer = clients[role].get(place.own, headers=JSON)
    assert answer.status_code == expected, answer.text[:500]
    answer.close()
    other = clients[role].get(place.other, headers=JSON)
    outside = other.status_code
    other.close()
    assert outside == (404 if word == "own" and place.other != place.own else expected)


def exported_codes(client: FlaskClient) -> set[str]:
    lines = client.get("/export/workplaces.csv").data.decode("utf-8-sig").splitlines()
    column = lines[0].split(",").index("code")
    return {line.split(",")[column] for line in lines[1:]}


def test_an_export_holds_the_records_in_scope_and_no_others(clients: dict[str, FlaskClient]) -> None:
    province, institute, administrator = (exported_codes(clients[role]) for role in ROLES[1:])
    assert province < institute
    assert institute == administrator
    assert province


@pytest.mark.parametrize("address", ["/search?q=Cơ+sở+mẫu", "/search?q=Cơ+sở+mẫu&format=json"])
def test_a_search_names_workplaces_to_accounts_alone(clients: dict[str, FlaskClient], address: str) -> None:
    assert "/workplaces/" not in clients["visitor"].get(address).text
    assert "/workplaces/" in clients["institute"].get(address).text
