"""The acts behind the limits: what is known of each, and nothing invented."""

from __future__ import annotations

import csv
from importlib import resources

from gisdb.engine import Database
from gisdb.limits.acts import act_by_slug, acts, slugs
from gisdb.limits.store import limits_on


def shipped(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(resources.files("gisdb.limits").joinpath(name).read_text("utf-8").splitlines()))


def test_every_act_of_a_limit_ships_and_no_other() -> None:
    assert {row["code"] for row in shipped("legal_acts.csv")} == {row["legal_act"] for row in shipped("limits.csv")}


def test_what_is_known_to_us_alone_says_so() -> None:
    for row in shipped("legal_acts.csv"):
        assert row["source"]
        if "own knowledge" in row["source"] or not row["valid_from"]:
            assert row["confidence"] == "own-check", row
        if not row["valid_from"]:
            assert "chưa đọc được" in row["note_vi"], row


def test_an_act_replaces_one_that_is_there() -> None:
    rows = shipped("legal_acts.csv")
    assert {row["replaces"] for row in rows} - {""} <= {row["code"] for row in rows}


def test_an_act_is_found_by_its_address_with_its_limits(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        act = act_by_slug(conn, "qcvn-02-2019-byt")
        assert act.replaces == "Quyết định 3733/2002/QĐ-BYT"
        assert act.issued_on is None
        counted = {one.act.slug: (one.limits, one.confirmed) for one in acts(conn)}
        of_act = [one for one in limits_on(conn, None) if one.legal_act == act.code]
        assert counted[act.slug] == (len(of_act), sum(1 for one in of_act if one.confirmed))
        assert slugs(conn)[act.code] == act.slug
