"""Builds the boundary set that ships in `shapefiles/vietnam/`.

Run it with ``uv run --group build-boundaries python -m shapefiles.build``. `recipe.md` beside this file says what is
done and why; `corrections.csv` holds every single fault of the sources that was mended, with its reason.
"""
