"""The files of one layer, found in a folder or a zip archive and laid out in a folder of their own, safely."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gisdb.errors import InputError
from loaders.workroom import workroom

SINGLE = (".gpkg", ".geojson", ".json", ".kml")
# A KMZ is a zip whose main document is doc.kml.
ARCHIVES = (".zip", ".kmz")
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NEEDED = (".shp", ".shx", ".dbf")
# The largest official sets unpack to some 300 MB; a dBASE file full of blanks shrinks a hundredfold, a bomb thousands.
LARGEST_BYTES = 2 * 1024**3
LARGEST_RATIO = 200
RATIO_COUNTS_FROM = 64 * 1024**2
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Files:
    """One layer on disk: what GDAL opens, the texts of its .cpg and .prj (None: no such file), the digest of all."""

    path: Path
    shown: str
    sha256: str
    cpg: str | None = None
    prj: str | None = None


@contextmanager
def laid_out(path: Path, layer: str | None = None) -> Iterator[Files]:
    """The files of the layer in ``path``: a zip, shapefile, GeoPackage, GeoJSON, KML or KMZ; they go with the block.

    Raises:
        InputError: ``boundary_file_missing``, ``boundary_format_unknown``, ``archive_…``, ``shapefile_part_missing``,
            ``boundary_layers_several``.
    """
    if not path.is_file():
        raise InputError("boundary_file_missing", path=path)
    suffix = path.suffix.lower()
    if suffix not in {".shp", *ARCHIVES, *SINGLE}:
        raise InputError("boundary_format_unknown", path=path, known=", ".join((".shp", *SINGLE, *ARCHIVES)))
    with workroom() as room:
        if suffix in ARCHIVES:
            yield _from_archive(path, layer, room)
        elif suffix == ".shp":
            parts = {one.suffix.lower(): one for one in path.parent.iterdir() if one.stem == path.stem}
            for extension in SHAPEFILE:
                if extension in parts:
                    (room / f"layer{extension}").symlink_to(parts[extension].resolve())
            digest = _digest([parts[one] for one in SHAPEFILE if one in parts])
            yield _shapefile(room, str(path), digest)
        else:
            yield Files(path, str(path), _digest([path]))


def _from_archive(path: Path, layer: str | None, room: Path) -> Files:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(path, archive)
            main = _main(path, list(entries), layer)
            wanted = {
                one.suffix.lower(): one
                for one in entries
                if one == main or (main.suffix.lower() == ".shp" and one.with_suffix("") == main.with_suffix(""))
            }
            left = LARGEST_BYTES
            for extension, name in wanted.items():
                if extension in {*SHAPEFILE, *SINGLE}:
                    left -= _extract(path, archive, entries[name], room / f"layer{extension}", left)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as problem:
        raise InputError("archive_unreadable", path=path, reason=problem) from problem
    shown, digest = f"{path}/{main}", _digest([path])
    if main.suffix.lower() == ".shp":
        return _shapefile(room, shown, digest)
    return Files(room / f"layer{main.suffix.lower()}", shown, digest)


def _entries(path: Path, archive: zipfile.ZipFile) -> dict[PurePosixPath, zipfile.ZipInfo]:
    entries = {}
    for one in archive.infolist():
        name = PurePosixPath(one.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise InputError("archive_path_escapes", path=path, name=one.filename)
        if stat.S_ISLNK(one.external_attr >> 16):
            raise InputError("archive_holds_link", path=path, name=one.filename)
        if one.flag_bits & 1:
            raise InputError("archive_encrypted", path=path, name=one.filename)
        # What a Macintosh adds beside each file.
        if not one.is_dir() and "__MACOSX" not in name.parts:
            entries[name] = one
    return entries


def _main(path: Path, names: Sequence[PurePosixPath], layer: str | None) -> PurePosixPath:
    found = [one for one in names if one.suffix.lower() in {".shp", *SINGLE}]
    if path.suffix.lower() == ".kmz":
        found = [one for one in found if str(one).lower() == "doc.kml"] or found
    # Where the only file is no shapefile, the layer is one of those inside it.
    several = len(found) > 1 or any(one.suffix.lower() == ".shp" for one in found)
    chosen = [one for one in found if layer is None or not several or one.stem == layer]
    if not chosen:
        raise InputError("archive_without_layer", path=path, found=", ".join(map(str, names[:10])) or "–")
    if len(chosen) > 1:
        raise InputError("boundary_layers_several", path=path, layers=", ".join(one.stem for one in chosen))
    return chosen[0]


def _extract(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one file; bytes written. The limits are on what really comes out, not on what the archive says."""
    written = 0
    with archive.open(entry) as source, target.open("wb") as out:
        while block := source.read(_CHUNK):
            written += len(block)
            swollen = written > RATIO_COUNTS_FROM and written > LARGEST_RATIO * max(entry.compress_size, 1)
            if written > left or swollen:
                raise InputError("archive_too_large", path=path, name=entry.filename, limit_mb=LARGEST_BYTES >> 20)
            out.write(block)
    return written


def _shapefile(room: Path, shown: str, digest: str) -> Files:
    for extension in NEEDED:
        if not (room / f"layer{extension}").exists():
            raise InputError("shapefile_part_missing", path=shown, part=extension)
    cpg = room / "layer.cpg"
    told = cpg.read_text("ascii", errors="replace").strip() or None if cpg.exists() else None
    prj = room / "layer.prj"
    plane = prj.read_text("utf-8", errors="replace").strip() or None if prj.exists() else None
    # Texts are read byte by byte and decoded by us, strictly: GDAL would put something in the place of what it cannot.
    cpg.unlink(missing_ok=True)
    return Files(room / "layer.shp", shown, digest, told, plane)


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as content:
            while block := content.read(_CHUNK):
                digest.update(block)
    return digest.hexdigest()
