/* How a unit is filled: a flat colour for a class, a pattern for a state that is not a number.
   One paint is {fill, ink, pattern}; the server sends them, so that legend, map, picture and print agree. */
(function () {
  "use strict";

  const TILE = 8;

  function tile(paint) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = TILE;
    const pen = canvas.getContext("2d");
    pen.fillStyle = paint.fill;
    pen.fillRect(0, 0, TILE, TILE);
    pen.strokeStyle = pen.fillStyle = paint.ink;
    if (paint.pattern === "hatch") {
      pen.lineWidth = 1;
      pen.beginPath();
      // Three strokes, so that the diagonal meets itself at the corners of the next tile.
      for (const shift of [-TILE, 0, TILE]) {
        pen.moveTo(shift - 1, TILE + 1);
        pen.lineTo(shift + TILE + 1, -1);
      }
      pen.stroke();
    } else if (paint.pattern === "bars") {
      pen.fillRect(1, 0, 2, TILE);
      pen.fillRect(5, 0, 2, TILE);
    } else if (paint.pattern === "lines") {
      pen.fillRect(0, 2, TILE, 2);
      pen.fillRect(0, 6, TILE, 1);
    } else if (paint.pattern === "cross") {
      pen.lineWidth = 1;
      pen.strokeRect(0, 0, TILE, TILE);
    } else {
      for (const [x, y] of [[2, 2], [6, 6]]) {
        pen.beginPath();
        pen.arc(x, y, 1.3, 0, 2 * Math.PI);
        pen.fill();
      }
    }
    return canvas;
  }

  const tiles = new Map();

  function fillStyle(pen, paint) {
    if (!paint.pattern) return paint.fill;
    const key = paint.pattern + paint.fill + paint.ink;
    if (!tiles.has(key)) tiles.set(key, tile(paint));
    return pen.createPattern(tiles.get(key), "repeat");
  }

  /* Leaflet's canvas renderer knows flat colours only; a layer with options.paint is filled by it instead. */
  const Renderer = L.Canvas.extend({
    _fillStroke(pen, layer) {
      const options = layer.options;
      if (options.paint) {
        pen.globalAlpha = options.fillOpacity;
        pen.fillStyle = fillStyle(pen, options.paint);
        pen.fill("evenodd");
      }
      if (options.stroke && options.weight) {
        pen.globalAlpha = options.opacity;
        pen.lineWidth = options.weight;
        pen.strokeStyle = options.color;
        pen.lineCap = options.lineCap;
        pen.lineJoin = options.lineJoin;
        pen.stroke();
      }
      pen.globalAlpha = 1;
    },
  });

  /* maps: every map of the page, in its order. */
  window.gisdbMap = { paint: { fillStyle, Renderer }, maps: [] };
})();
