"""The interface's messages: gathered from the source, kept in ``translations/<language>/LC_MESSAGES/messages.po``.

``python -m webmap.catalogue`` brings the catalogues up to date with the source and names what is untranslated; a
developer translates the new messages in the ``.po`` file and runs it again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}


def gathered() -> Catalog:
    """Every message of the source as it stands, untranslated."""
    catalogue = Catalog(project="gisdb", fuzzy=False)
    found = extract_from_dir(HERE, METHODS, keywords=KEYWORDS, comment_tags=("translators:",), strip_comment_tags=True)
    for path, line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        # Written without the line: it would change the file with every edit of the source.
        catalogue.add(message, None, [(path, line)], auto_comments=comments, context=context)
    return catalogue


def kept(path: Path) -> Catalog:
    """The catalogue in a ``.po`` file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def paths() -> list[Path]:
    """The catalogues that the project keeps: one for each language but the source's own."""
    return sorted((HERE / "translations").glob("*/LC_MESSAGES/messages.po"))


def lacking(catalogue: Catalog) -> Iterator[Message]:
    """What a reader would see in English, or in a guess: untranslated and fuzzy messages."""
    for message in catalogue:
        words = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and (message.fuzzy or not all(words)):
            yield message


def differences(
    source: Catalog, catalogue: Catalog
) -> tuple[set[tuple[str | None, object]], set[tuple[str | None, object]]]:
    """Ids that the source has and the catalogue lacks, and ids that the catalogue has for nothing."""
    used, known = ({(one.context, _key(one)) for one in each if one.id} for each in (source, catalogue))
    return used - known, known - used


def _key(message: Message) -> object:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else message.id


def main() -> int:
    """Bring every catalogue up to date; the number of messages that still need a translator."""
    source = gathered()
    open_ones = 0
    for path in paths():
        catalogue = kept(path)
        written = catalogue.creation_date
        catalogue.update(source, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.creation_date, catalogue.obsolete = written, {}
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, ignore_obsolete=True, include_lineno=False, omit_header=False)
        for message in lacking(catalogue):
            open_ones += 1
            sys.stderr.write(f"{path.parent.parent.name}: {message.id!r}\n")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
