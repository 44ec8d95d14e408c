"""Officers who send, submit, approve, withdraw and take back files at random, as long as anybody answers."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError

from gisdb.access.accounts import Account
from gisdb.engine import Database
from gisdb.errors import GisdbError
from gisdb.registers import register
from gisdb.uploads import upload as life
from gisdb.uploads.upload import Upload
from loaders.tables.choices import Choices
from loaders.uploads.receive import confirm, receive

WORKPLACES_OF = {"nam": ("79-1", "79-2"), "bac": ("01-1",), "vien": ("79-1", "79-2", "01-1")}
UNITS_OF = {"nam": ("79",), "bac": ("01",), "vien": ("79", "01")}


@dataclass
class Officer:
    """One account and its dice."""

    database: Database
    account: Account
    dice: random.Random

    def send(self, name: str, content: str) -> int:
        file = io.BytesIO(content.encode())
        choices = Choices(confirmed=True)
        sent = receive(
            self.database, self.account, register(name), file, f"{name}.csv", max_bytes=10**9, choices=choices
        )
        return sent.id

    def ask(self, action: str, upload_id: int) -> None:
        """``submit``, ``approve``, ``withdraw``, ``ask_undo``.

        Raises:
            GisdbError: it is not for this upload now.
        """
        with self.database.acting_as(self.account, write=True) as conn:
            getattr(life, action)(conn, self.account, life.upload_by_id(conn, upload_id))

    def confirm(self, upload_id: int) -> None:
        with self.database.acting_as(self.account, write=True) as conn:
            confirm(conn, life.upload_by_id(conn, upload_id), Choices(confirmed=True))

    def uploads(self) -> list[Upload]:
        with self.database.acting_as(self.account) as conn:
            # What the house was built with stays: others' records hang on it.
            return [one for one in life.list_uploads(conn, limit=30) if one.account in WORKPLACES_OF]

    def act(self) -> None:
        """Do something that an officer might do now; whatever it meets, it stays calm."""
        # A refusal of what another did meanwhile, a server that is away, a connection that was killed.
        with suppress(GisdbError, DBAPIError, psycopg.Error):
            known = self.uploads()
            todo = [one for one in known if one.state in {"checked", "submitted", "committed"} and not one.busy]
            if not todo or self.dice.random() < 0.4:
                name = self.dice.choice(list(SHEETS))
                self.send(name, SHEETS[name](self.account.login, self.dice, self.dice.randint(1, 300)))
                return
            one = self.dice.choice(todo)
            actions = {
                "checked": ("submit",) * 4 + ("withdraw",),
                "submitted": ("approve",),
                "committed": ("ask_undo",),
            }
            self.ask(self.dice.choice(actions[one.state]), one.id)


def measurements(login: str, dice: random.Random, rows: int) -> str:
    """Rows whose keys other sheets have too, with other values."""
    lines = ["Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo"]
    keys = [
        (place, point, day) for place in WORKPLACES_OF[login] for point in range(rows // 10 + 1) for day in range(1, 11)
    ]
    lines += [
        f"{place};Vị trí {point};{day:02}/03/2025;NOISE;{dice.randint(60, 110)};dBA"
        for place, point, day in dice.sample(keys, min(rows, len(keys)))
    ]
    return "\n".join(lines) + "\n"


def incidents(login: str, dice: random.Random, rows: int) -> str:
    lines = ["workplace;number;happened_on;severity;victims;seriously_injured;lost_days"]
    lines += [
        f"{dice.choice(WORKPLACES_OF[login])};TN-{number};05/02/2025;serious;{(n := dice.randint(1, 5))};{n};{dice.randint(1, 90)}"
        for number in dice.sample(range(rows + 20), rows)
    ]
    return "\n".join(lines) + "\n"


def workplace_years(login: str, dice: random.Random, rows: int) -> str:
    years = dice.sample(range(2000, 2026), min(rows, 20))
    lines = ["workplace;year;workers;hours"]
    for year in years:
        workers = dice.randint(1, 900)
        lines.append(f"{dice.choice(WORKPLACES_OF[login])};{year};{workers};{workers * dice.randint(400, 3200)}")
    return "\n".join(lines) + "\n"


def workplaces(login: str, dice: random.Random, rows: int) -> str:
    """Workplaces move and change their names; new ones come, on which no records of others hang."""
    commune = {"nam": "26740", "bac": "00004", "vien": "26800"}[login]
    lines = ["code;valid_from;name_vi;industry;commune"]
    lines += [
        f"{login}-{number};{dice.choice(('01/01/1990', '01/07/2020'))};Cơ sở {dice.randint(1, 99)};13;{commune}"
        for number in dice.sample(range(rows + 10), rows)
    ]
    place = dice.choice(WORKPLACES_OF[login])
    commune = {"7": ("26800", "26740"), "0": ("00004", "00070")}[place[0]][dice.randint(0, 1)]
    lines.append(f"{place};01/0{dice.randint(1, 9)}/2024;Dọn đi;13;{commune}")
    return "\n".join(lines) + "\n"


def reported_totals(login: str, dice: random.Random, rows: int) -> str:
    years = dice.sample(range(2000, 2026), min(rows, 20))
    lines = ["level;unit;period;item;value;source"]
    lines += [
        f"province;{dice.choice(UNITS_OF[login])};{year};deaths;{dice.randint(0, 50)};Báo cáo {dice.randint(1, 9)}"
        for year in years
    ]
    return "\n".join(lines) + "\n"


SHEETS: dict[str, Callable[[str, random.Random, int], str]] = {
    "measurements": measurements,
    "incidents": incidents,
    "workplace_years": workplace_years,
    "workplaces": workplaces,
    "reported_totals": reported_totals,
}
