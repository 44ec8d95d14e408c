/* The map as one picture: for saving as PNG (with title, legend, dates, source) and for the printed page.
   It is drawn again from the boundaries, in the view that is on the screen, so it is sharp at any size. */
(function () {
  "use strict";

  const WIDTH = 1600, HEIGHT = 1120, MARGIN = 40, LEGEND = 380;
  const INK = "#1a1a1a", QUIET = "#555555";

  /* Web Mercator in units of the world's width, y downwards. */
  function mercator(lon, lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
  }

  function projection(bounds, box) {
    const [west, north] = mercator(bounds.getWest(), bounds.getNorth());
    const [east, south] = mercator(bounds.getEast(), bounds.getSouth());
    const scale = Math.min(box.width / (east - west), box.height / (south - north));
    const left = box.x + (box.width - (east - west) * scale) / 2;
    const top = box.y + (box.height - (south - north) * scale) / 2;
    return (lon, lat) => {
      const [x, y] = mercator(lon, lat);
      return [left + (x - west) * scale, top + (y - north) * scale];
    };
  }

  function trace(pen, geometry, place) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    pen.beginPath();
    for (const polygon of polygons) for (const ring of polygon) {
      ring.forEach(([lon, lat], index) => {
        const [x, y] = place(lon, lat);
        if (index) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      });
      pen.closePath();
    }
  }

  function halo(pen, text, x, y) {
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.strokeStyle = "#ffffff";
    pen.strokeText(text, x, y);
    pen.fillStyle = INK;
    pen.fillText(text, x, y);
  }

  function drawLabels(pen, choropleth, place, size) {
    pen.font = `italic ${size}px ${fontFamily()}`;
    pen.textAlign = "center";
    for (const [text, lat, lon] of choropleth.data.labels) {
      const [x, y] = place(lon, lat);
      text.split("\n").forEach((line, index) => halo(pen, line, x, y + index * size * 1.25));
    }
    pen.textAlign = "left";
  }

  function drawMap(pen, choropleth, box, zoomRatio) {
    const place = projection(choropleth.view.bounds, box);
    pen.save();
    pen.beginPath();
    pen.rect(box.x, box.y, box.width, box.height);
    pen.clip();
    for (const feature of choropleth.features) {
      trace(pen, feature.geometry, place);
      pen.fillStyle = gisdbMap.paint.fillStyle(pen, choropleth.paintOf(feature.id));
      pen.fill("evenodd");
      const chosen = String(feature.id) === String(choropleth.data.focus);
      pen.lineWidth = chosen ? 3 : choropleth.border().weight * 1.4;
      pen.strokeStyle = chosen ? INK : "#5d5d5d";
      pen.stroke();
    }
    for (const [lat, lon, radius, paint] of choropleth.data.points) {
      const [x, y] = place(lon, lat);
      pen.beginPath();
      pen.arc(x, y, radius * zoomRatio, 0, 2 * Math.PI);
      pen.fillStyle = gisdbMap.paint.fillStyle(pen, choropleth.data.paints[paint]);
      pen.fill();
      pen.lineWidth = 1.2;
      pen.strokeStyle = "#1f1f1f";
      pen.stroke();
    }
    drawLabels(pen, choropleth, place, 12 * zoomRatio);
    pen.restore();
  }

  function fontFamily() {
    return getComputedStyle(document.body).fontFamily;
  }

  function wrapped(pen, text, width) {
    const lines = [];
    for (const word of text.split(/\s+/)) {
      const last = lines[lines.length - 1];
      if (last !== undefined && pen.measureText(last + " " + word).width <= width) lines[lines.length - 1] = last + " " + word;
      else lines.push(word);
    }
    return lines;
  }

  /* Writes a paragraph and returns the y below it. */
  function write(pen, text, { x, y, width, size, weight = "400", colour = INK }) {
    pen.font = `${weight} ${size}px ${fontFamily()}`;
    pen.fillStyle = colour;
    pen.textBaseline = "alphabetic";
    for (const line of wrapped(pen, text, width)) {
      y += size * 1.3;
      pen.fillText(line, x, y);
    }
    return y;
  }

  function drawLegend(pen, choropleth, x, y) {
    const { picture, paints } = choropleth.data;
    y = write(pen, picture.legend_title, { x, y, width: LEGEND, size: 20, weight: "600" }) + 10;
    for (const [paint, label, count] of picture.legend) {
      pen.fillStyle = gisdbMap.paint.fillStyle(pen, paints[paint]);
      pen.strokeStyle = "#5d5d5d";
      pen.lineWidth = 1;
      pen.beginPath();
      if (paints[paint].round) pen.arc(x + 17, y + 15, 10, 0, 2 * Math.PI);
      else pen.rect(x, y + 4, 34, 22);
      pen.fill();
      pen.stroke();
      y = write(pen, count === "" ? label : `${label} (${count})`, { x: x + 46, y: y - 4, width: LEGEND - 46, size: 18 }) + 12;
    }
    return y;
  }

  function compose(choropleth) {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const pen = canvas.getContext("2d");
    const picture = choropleth.data.picture, wide = WIDTH - 2 * MARGIN;
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    let top = write(pen, picture.title, { x: MARGIN, y: MARGIN - 12, width: wide, size: 32, weight: "700" });
    top = write(pen, picture.subtitle, { x: MARGIN, y: top + 2, width: wide, size: 20, colour: QUIET });
    if (picture.sample) {
      top = write(pen, picture.sample, { x: MARGIN, y: top + 4, width: wide, size: 22, weight: "700", colour: "#9b1c1c" });
    }
    // The notes are written twice: once to learn how high they are, once at their place.
    const notes = (y) => picture.notes.reduce((at, text) =>
      write(pen, text, { x: MARGIN, y: at, width: wide, size: 16, colour: QUIET }), y);
    pen.save();
    pen.globalAlpha = 0;
    const notesHeight = notes(0);
    pen.restore();
    const box = { x: MARGIN, y: top + 18, width: wide - LEGEND - 30, height: HEIGHT - top - notesHeight - 18 - MARGIN - 10 };
    pen.fillStyle = "#f4f8fb";
    pen.fillRect(box.x, box.y, box.width, box.height);
    drawMap(pen, choropleth, box, box.width / choropleth.view.width);
    pen.strokeStyle = "#b9c4cc";
    pen.lineWidth = 1;
    pen.strokeRect(box.x, box.y, box.width, box.height);
    drawLegend(pen, choropleth, box.x + box.width + 30, box.y - 6);
    notes(HEIGHT - MARGIN - notesHeight + 4);
    return canvas;
  }

  /* The map of the figure that holds the button; a page with one map may have its buttons elsewhere. */
  function mapOf(button) {
    const figure = button.closest("figure");
    return gisdbMap.maps.find((one) => figure && figure.contains(one.map.getContainer())) || gisdbMap.maps[0];
  }

  function save(choropleth) {
    compose(choropleth).toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = choropleth.data.picture.file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }, "image/png");
  }

  /* Paper has its own proportions; the canvas on the screen cannot be stretched to them. */
  function fillPaper(choropleth) {
    const canvas = choropleth.map.getContainer().parentElement.querySelector("canvas[data-print-map]");
    if (!canvas || !choropleth.features.length) return;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const box = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    drawMap(pen, choropleth, box, canvas.width / choropleth.view.width);
  }

  window.addEventListener("beforeprint", () => gisdbMap.maps.forEach(fillPaper));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save-picture], [data-print-page]");
    if (!button) return;
    if (button.hasAttribute("data-print-page")) window.print();
    else save(mapOf(button));
  });
  gisdbMap.compose = compose;
})();
