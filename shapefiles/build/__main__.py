"""`python -m shapefiles.build`: make the shipped boundary set. `--propose` lists faults without a decision instead."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from shapefiles.build import cells, corrections, decide, islands, lineage, manifest, output, sources, units

FOLDER = Path(__file__).parents[1]
# Tables that are kept by hand beside the recipe and shipped as they are.
KEPT = {name: Path(__file__).with_name(f"{name}.csv") for name in ("names", "codes")}


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: written; 1: the sources or the decisions do not fit."""
    parser = argparse.ArgumentParser(prog="python -m shapefiles.build", description=__doc__)
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write to (default: shapefiles/)")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "gisdb", help="where the outline is kept"
    )
    parser.add_argument("--propose", action="store_true", help="print a line for each undecided fault, write nothing")
    options = parser.parse_args(arguments)
    try:
        return _propose(options.cache) if options.propose else _build(options.output, options.cache)
    except (sources.SourceError, corrections.CorrectionError, ValueError) as wrong:
        print(f"shapefiles.build: {wrong}", file=sys.stderr)
        return 1


def _propose(cache: Path) -> int:
    decided = corrections.read()
    found = decide.undecided(decide.corrected(decided), decided, sources.outline(cache), islands.read())
    corrections.write(found, sys.stdout)
    return 0


def _build(folder: Path, cache: Path) -> int:
    land, drawn, decided = sources.outline(cache), islands.read(), corrections.read()
    left = decide.undecided(decide.corrected(decided), decided, land, drawn)
    if left:
        raise corrections.CorrectionError(f"{len(left)} faults are not decided (see --propose), the first: {left[0]}")
    gazetteer = decide.corrected(decided)
    cut = units.pieces(gazetteer, cells.pieces(gazetteer, land, drawn))
    layers = units.layers(gazetteer, cut)
    links = lineage.links(gazetteer, cut)
    shapes = folder / "vietnam"
    shapes.mkdir(parents=True, exist_ok=True)
    for name, layer in layers.items():
        output.write_units(shapes / f"{name}.shp", layer)
    output.write_pieces(shapes / "pieces.shp", cut)
    output.write_labels(shapes / "map_labels.shp", manifest.LABELS)
    output.write_lineage(folder / "lineage.csv", links)
    for name, path in KEPT.items():
        shutil.copyfile(path, folder / f"{name}.csv")
    records = {name: len(layer) for name, layer in layers.items()}
    kept = {name: len(path.read_text(encoding="utf-8").splitlines()) - 1 for name, path in KEPT.items()}
    extra = {"pieces": len(cut), "map_labels": len(manifest.LABELS), "lineage": len(links), **kept}
    manifest.write(folder, records | extra)
    for name, count in (records | extra).items():
        print(f"{name}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
