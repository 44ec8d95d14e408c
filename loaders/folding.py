"""Spellings that people take for one name fold alike. Light: the process that reads files imports it too."""

from __future__ import annotations

import unicodedata


def folded(header: str) -> str:
    """``header`` without tones, case, underscores and doubled spaces: spellings that fold alike are one name."""
    bare = unicodedata.normalize("NFKD", header.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter) and letter != "\u200b")
    return " ".join(bare.replace("_", " ").casefold().split())
