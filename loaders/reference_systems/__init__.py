"""What coordinates are in: EPSG's systems, the way from each to WGS 84, and which of them coordinates could be in."""
