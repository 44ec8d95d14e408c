"""Uploads in the small country: sent by an account, worked off by a real worker."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gisdb.access.accounts import Account
from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.registers import register
from gisdb.uploads import upload as uploads
from gisdb.uploads.upload import Upload
from loaders.tables.choices import Choices
from loaders.uploads.receive import receive
from loaders.uploads.worker import Worker
from tests.loaders.tables.conftest import HEADER, Clerk, clerk, country, newcomer, small_country, small_industry

__all__ = ["clerk", "country", "newcomer", "small_country", "small_industry"]


@dataclass
class Desk:
    """One account's uploads."""

    clerk: Clerk
    account: Account
    settings: Settings

    @property
    def database(self) -> Database:
        return self.clerk.database

    def sign_in(self, login: str) -> Desk:
        return replace(self, account=self.clerk.acting_as(login).account)

    def send(self, name: str, content: str, *, file_name: str = "tệp.csv", **choices: Any) -> int:
        sent = receive(
            self.database,
            self.account,
            register(name),
            io.BytesIO(content.encode()),
            file_name,
            max_bytes=10_000_000,
            choices=Choices(**choices),
        )
        return sent.id

    def measurements(self, *rows: str, **choices: Any) -> int:
        upload_id = self.send("measurements", "\n".join([HEADER, *rows]) + "\n", **choices)
        self.work()
        return upload_id

    def work(self) -> int:
        return Worker(self.database, self.settings).run_once()

    def get(self, upload_id: int) -> Upload:
        with self.database.acting_as(self.account) as conn:
            return uploads.upload_by_id(conn, upload_id)

    def receipt(self, upload_id: int) -> dict[str, Any]:
        with self.database.acting_as(self.account) as conn:
            return uploads.report_of(conn, upload_id)[1]

    def do(self, action: str, upload_id: int, *arguments: Any) -> Upload:
        """Ask for ``submit``, ``approve``, ``send_back``, ``withdraw`` or ``ask_undo``, and have it worked off."""
        with self.database.acting_as(self.account, write=True) as conn:
            getattr(uploads, action)(conn, self.account, uploads.upload_by_id(conn, upload_id), *arguments)
        self.work()
        return self.get(upload_id)

    def bring_in(self, *rows: str, **choices: Any) -> int:
        upload_id = self.measurements(*rows, **choices)
        done = self.do("submit", upload_id)
        assert done.state == "committed", self.receipt(upload_id)
        return upload_id


@pytest.fixture
def desk(clerk: Clerk) -> Desk:
    """The southern province's desk, with its workplaces known."""
    return Desk(clerk, clerk.acting_as("nam").account, Settings())
