/* How marks of a figure become Chart.js', and what we draw on the canvas that Chart.js has no word for: whiskers of
   intervals, lines that values are held against, names of acts over the limits, values written at the end of bars. */
(function () {
  "use strict";

  const SHAPES = {
    "": [false, 0], circle: ["circle", 0], square: ["rect", 0], triangle: ["triangle", 0], diamond: ["rectRot", 0],
    under: ["triangle", 180], cross: ["crossRot", 0],
    stroke: ["line", 0],
  };
  const GRID = "#e3e8ec", TEXT = "#4c5b66", CAP = 3, LINE_HEIGHT = 15;

  /* The look of one point. */
  function point(mark, radius) {
    const [pointStyle, rotation] = SHAPES[mark.shape];
    // As large to the eye as a circle of the same radius.
    if (pointStyle === "triangle") radius += 1;
    return {
      pointStyle, rotation, radius, hoverRadius: radius + 2, hitRadius: 8,
      backgroundColor: mark.fill || mark.colour, borderColor: mark.colour, borderWidth: 1.25,
    };
  }

  /* A dataset whose points are joined as its mark says. */
  function line(mark, radius) {
    const look = point(mark, radius);
    return {
      showLine: mark.line, borderColor: mark.colour, borderWidth: 2, borderDash: mark.dash, spanGaps: false,
      pointStyle: look.pointStyle, pointRotation: look.rotation, pointRadius: mark.shape ? radius : 0,
      pointHoverRadius: mark.shape ? radius + 2 : 0, pointHitRadius: mark.shape ? 8 : 0,
      pointBackgroundColor: look.backgroundColor, pointBorderColor: look.borderColor, pointBorderWidth: 1.25,
    };
  }

  function stroke(pen, colour, width, dash, from, to) {
    pen.save();
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
    pen.restore();
  }

  /* Every item with low and high gets whiskers along the axis of values. */
  const whiskers = {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const across = chart.options.indexAxis === "y";
      const scale = across ? chart.scales.x : chart.scales.y;
      chart.data.datasets.forEach((set, index) => {
        const elements = chart.getDatasetMeta(index).data;
        set.data.forEach((item, at) => {
          if (item.low == null || item.high == null || !elements[at]) return;
          const low = scale.getPixelForValue(item.low), high = scale.getPixelForValue(item.high);
          const place = across ? elements[at].y : elements[at].x;
          const spot = (along, aside) => (across ? [along, place + aside] : [place + aside, along]);
          const colour = across ? "#1f1f1f" : set.borderColor;
          stroke(chart.ctx, colour, 1.25, [], spot(low, 0), spot(high, 0));
          for (const end of [low, high]) stroke(chart.ctx, colour, 1.25, [], spot(end, -CAP), spot(end, CAP));
        });
      });
    },
  };

  /* options.lines: [{at, mark}], each across the whole figure, upright, at its place on the x axis. */
  const references = {
    id: "references",
    afterDatasetsDraw(chart, _, options) {
      const { top, bottom } = chart.chartArea;
      for (const { at, mark } of options.lines || []) {
        const x = chart.scales.x.getPixelForValue(at);
        stroke(chart.ctx, mark.colour, 2, mark.dash, [x, top], [x, bottom]);
      }
    },
  };

  function font(size) {
    return `${size}px ${Chart.defaults.font.family}`;
  }

  /* Each name in the first row where it does not run into another: [{x, from, row, text}]; x is the place it speaks of. */
  function rows(pen, names, left, right) {
    const ends = [];
    return names.map(({ x, text }) => {
      const width = pen.measureText(text).width;
      const from = Math.max(Math.min(x + 4, right - width), Math.min(left, right - width));
      let row = ends.findIndex((taken) => taken.every(([a, b]) => from > b + 8 || from + width < a - 8));
      if (row < 0) row = ends.push([]) - 1;
      ends[row].push([from, from + width]);
      return { x, from, row, text };
    });
  }

  /* options.names: [{at, text}]: written over the figure, with a thin line down to where each begins. */
  const acts = {
    id: "acts",
    beforeLayout(chart, _, options) {
      if (!options.names || !options.names.length) return;
      const pen = chart.ctx;
      pen.save();
      pen.font = font(11);
      // The axis of values is not laid out yet: its width is guessed, and rows only have to suffice.
      const left = 45, right = chart.width - 12, { first, last } = options;
      const names = options.names.map(({ at, text }) => ({ x: left + ((at - first) / (last - first)) * (right - left), text }));
      const count = 1 + Math.max(...rows(pen, names, left, right).map((one) => one.row));
      pen.restore();
      chart.options.layout.padding.top = count * LINE_HEIGHT + 4;
    },
    afterDraw(chart, _, options) {
      if (!options.names || !options.names.length) return;
      const pen = chart.ctx, { left, right, top, bottom } = chart.chartArea;
      pen.save();
      pen.font = font(11);
      pen.fillStyle = options.colour;
      pen.textBaseline = "middle";
      const names = options.names.map(({ at, text }) => ({ x: chart.scales.x.getPixelForValue(at), text }));
      for (const one of rows(pen, names, left, right)) {
        const y = top - 4 - (one.row + 0.5) * LINE_HEIGHT;
        pen.fillText(one.text, one.from, y);
        stroke(pen, options.colour, 0.75, [1, 3], [one.x, y - 5], [one.x, bottom]);
      }
      pen.restore();
    },
  };

  /* What is written at the end of each bar, beyond its whisker. */
  const written = {
    id: "written",
    afterDatasetsDraw(chart, _, options) {
      if (!options.on) return;
      const pen = chart.ctx, scale = chart.scales.x;
      pen.save();
      pen.font = font(12);
      pen.fillStyle = "#1b2730";
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 4;
      pen.lineJoin = "round";
      pen.textBaseline = "middle";
      const elements = chart.getDatasetMeta(0).data;
      chart.data.datasets[0].data.forEach((bar, at) => {
        const end = bar.value == null ? scale.min : Math.max(bar.value, bar.high == null ? bar.value : bar.high);
        const x = scale.getPixelForValue(end) + 6;
        // A ground of its own, where a line that values are held against runs through it.
        pen.strokeText(bar.written, x, elements[at].y);
        pen.fillText(bar.written, x, elements[at].y);
      });
      pen.restore();
    },
  };

  window.gisdbChart = { GRID, TEXT, point, line, plugins: [whiskers, references, acts, written], font };
})();
