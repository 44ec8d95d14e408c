"""No message of the interface is left in English, guessed, or translated for nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import gettext

from gisdb.messages import LANGUAGES
from webmap import catalogue

PATHS = catalogue.paths()


def test_every_language_but_the_sources_own_has_a_catalogue() -> None:
    assert {path.parent.parent.name for path in PATHS} == set(LANGUAGES) - {"en"}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.parent.name)
def test_every_message_is_translated(path: Path) -> None:
    assert [message.id for message in catalogue.lacking(catalogue.kept(path))] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.parent.name)
def test_the_catalogue_has_the_messages_of_the_source_and_no_others(path: Path) -> None:
    missing, unused = catalogue.differences(catalogue.gathered(), catalogue.kept(path))
    assert missing == set(), "run `python -m webmap.catalogue` and translate them"
    assert unused == set(), "run `python -m webmap.catalogue`"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.parent.name)
def test_translations_keep_the_blanks(path: Path) -> None:
    for message in catalogue.kept(path):
        ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
        words = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        asked = {blank for one in ids for blank in re.findall(r"%\(\w+\)[sd]", one)}
        for one in filter(None, words):
            assert set(re.findall(r"%\(\w+\)[sd]", one)) <= asked, message.id
            assert asked - {"%(num)d", "%(num)s"} <= set(re.findall(r"%\(\w+\)[sd]", one)), message.id


def test_the_words_need_no_build_step(app: Flask) -> None:
    with app.test_request_context("/"):
        assert gettext("Sign in") == "Đăng nhập"
    with app.test_request_context("/?lang=en"):
        assert gettext("Sign in") == "Sign in"
