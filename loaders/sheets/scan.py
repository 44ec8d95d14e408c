"""One look through a file's bytes: its sum, and what kind of text it is. Constant memory, whatever its size."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from gisdb.errors import InputError
from loaders.sheets.limits import Limits

BLOCK_BYTES = 1 << 20
# A line is read whole: one without end must not fill the memory.
LINE_BYTES = 4 * BLOCK_BYTES


@dataclass(frozen=True)
class Block:
    """Where a block of the file begins: byte, lines before it, quotation marks before it."""

    offset: int
    lines: int
    quotes: int


@dataclass
class Scan:
    """What a look through the bytes shows.

    Attributes:
        sha256: hexadecimal.
        encoding: ``utf-8``, ``utf-16-le``, ``utf-16-be``; None: bytes that are none of them.
        wrong: why it is not UTF-8, with the place: line, offset and byte.
        ascii: whether there is no other letter.
        lone_returns: whether lines end in a carriage return alone anywhere, as old Macintosh programs wrote them.
        tail: the block from which the last rows can be read.
    """

    sha256: str = ""
    encoding: str | None = "utf-8"
    wrong: InputError | None = None
    ascii: bool = True
    lone_returns: bool = False
    tail: Block = Block(0, 0, 0)


def checksum(path: Path) -> str:
    """The file's sha256, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def scan(path: Path, limits: Limits) -> Scan:
    """Look through the bytes of a text.

    Raises:
        InputError: ``file_has_nul``, ``line_too_long``, ``file_has_too_many_rows``, ``file_empty``.
    """
    with path.open("rb") as file:
        wide = _utf16(file.read(4096))
        file.seek(0)
        found, digest, state = Scan(encoding=wide or "utf-8"), hashlib.sha256(), _State(limits)
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            state.take(block, found, wide=wide is not None)
        state.end(found, wide=wide is not None)
    found.sha256 = digest.hexdigest()
    return found


def _utf16(start: bytes) -> str | None:
    """By its mark, or by every other byte being null: most letters, marks and digits of any table are ASCII."""
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else None


class _State:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.offset, self.line, self.quotes = 0, 1, 0
        self.running = 0
        self.returned = False
        self.blocks = [Block(0, 0, 0)]

    def take(self, block: bytes, found: Scan, *, wide: bool) -> None:
        if not wide and (nul := block.find(b"\0")) >= 0:
            raise InputError("file_has_nul", line=self.line + block.count(b"\n", 0, nul), offset=self.offset + nul)
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self.running = len(block) - last - 1 if last >= 0 else self.running + len(block)
        if self.running > LINE_BYTES:
            raise InputError("line_too_long", line=self.line, most=LINE_BYTES)
        if not wide and found.encoding is not None:
            self._decode(block, found)
        if not block.isascii():
            found.ascii = False
        self._returns(block, found)
        if self.offset:
            self.blocks = [self.blocks[-1], Block(self.offset, self.line - 1, self.quotes)]
        self.offset += len(block)
        self.line += block.count(b"\n")
        self.quotes += block.count(b'"')
        if self.line > self.limits.rows + 1000:
            raise InputError("file_has_too_many_rows", most=self.limits.rows)

    def _decode(self, block: bytes, found: Scan) -> None:
        waiting = len(self.decoder.getstate()[0])
        try:
            self.decoder.decode(block)
        except UnicodeDecodeError as problem:
            at = problem.start - waiting
            self._not_utf8(found, self.offset + at, self.line + block.count(b"\n", 0, max(at, 0)), problem)

    def _not_utf8(self, found: Scan, offset: int, line: int, problem: UnicodeDecodeError) -> None:
        byte = f"0x{problem.object[problem.start]:02X}"
        found.encoding = None
        found.wrong = InputError("file_not_utf8", line=line, offset=offset, byte=byte)

    def _returns(self, block: bytes, found: Scan) -> None:
        if self.returned and not block.startswith(b"\n"):
            found.lone_returns = True
        if block.count(b"\r") != block.count(b"\r\n") + block.endswith(b"\r"):
            found.lone_returns = True
        self.returned = block.endswith(b"\r")

    def end(self, found: Scan, *, wide: bool) -> None:
        if self.offset == 0:
            raise InputError("file_empty")
        if not wide and found.encoding is not None:
            try:
                self.decoder.decode(b"", final=True)
            except UnicodeDecodeError as problem:
                self._not_utf8(found, self.offset - len(problem.object), self.line, problem)
        found.lone_returns |= self.returned
        found.tail = self.blocks[0]
