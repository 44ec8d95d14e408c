/* What the server says of a figure (webmap/charts) → what Chart.js is told: one function for each kind. */
(function () {
  "use strict";

  const { GRID, TEXT, point, line, font } = window.gisdbChart;
  const language = document.documentElement.lang || "vi";

  function writer(decimals) {
    const places = decimals == null ? { maximumFractionDigits: 6 } : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const format = new Intl.NumberFormat(language, places);
    return (value) => format.format(value);
  }

  /* An axis whose marks the server named: [{at, text}]. Those that have no room are left out. */
  function namedAxis(marks, more) {
    const texts = new Map(marks.map(({ at, text }) => [at, text]));
    return {
      type: "linear",
      grid: { color: GRID },
      border: { color: TEXT },
      afterBuildTicks(scale) {
        scale.ticks = marks.map(({ at }) => ({ value: at }));
      },
      ticks: { color: TEXT, maxRotation: 0, autoSkipPadding: 12, includeBounds: false, callback: (value) => texts.get(value) },
      ...more,
    };
  }

  function valueAxis(decimals, more) {
    const write = writer(decimals);
    return {
      type: "linear",
      grid: { color: GRID },
      border: { color: TEXT },
      ticks: { color: TEXT, maxTicksLimit: 7, maxRotation: 0, callback: (value) => write(value) },
      ...more,
    };
  }

  function options(scales, plugins) {
    return {
      responsive: true, maintainAspectRatio: false, animation: false, scales,
      layout: { padding: { top: 6, right: 12, bottom: 0, left: 0 } },
      interaction: { mode: "nearest", intersect: true },
      plugins: { legend: { display: false }, ...plugins },
    };
  }

  /* From zero, unless that would press everything into the top; values include the ends of intervals. */
  function even(values, highest) {
    const high = Math.max(...values), low = Math.min(...values);
    const fromZero = low <= 0 || low < high * 0.6;
    const spread = (fromZero ? Math.max(high, 0) - Math.min(low, 0) : high - low) || Math.abs(high) * 0.2 || 1;
    const top = high + spread * (fromZero ? 0.05 : 0.15);
    return {
      suggestedMin: fromZero ? Math.min(low, 0) : low - spread * 0.15,
      ...(highest != null && top >= highest && high <= highest ? { max: highest } : { suggestedMax: top }),
    };
  }

  function timeSeries(told) {
    const years = told.years.map(({ at }) => at);
    const values = told.lines.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low, high])).filter((one) => one != null);
    // What is compared with lies behind; Chart.js draws a lower order later.
    const datasets = told.lines.map(({ name, mark, comparison, points }) => (
      { label: name, data: points, order: comparison ? 2 : 1, ...line(mark, comparison ? 3 : 4) }
    ));
    return {
      type: "scatter",
      data: { datasets },
      options: options({
        x: namedAxis(told.years, { min: Math.min(...years) - 0.4, max: Math.max(...years) + 0.4 }),
        y: valueAxis(told.decimals, even(values, told.highest)),
      }, {}),
    };
  }

  /* Of the marks of a logarithmic axis: 1, 2 and 5 of each decade, or 1 alone where there are many. */
  function powers(scale) {
    const led = (firsts) => scale.ticks.filter(({ value }) => {
      const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
      return firsts.some((first) => Math.abs(lead - first) < 1e-6);
    });
    const some = led([1, 2, 5]);
    scale.ticks = some.length > 7 ? led([1]) : some;
  }

  function limitScatter(told) {
    const limits = told.limits.map(({ mark, points }) => ({ data: points, order: 2, clip: 2, ...line(mark, 0) }));
    const looks = told.points.map(({ mark }) => point(mark, 5));
    const radii = looks.map(({ radius }) => radius);
    const readings = {
      data: told.points, order: 1, showLine: false, clip: 8,
      pointStyle: looks.map((one) => one.pointStyle), pointRotation: looks.map((one) => one.rotation),
      pointRadius: radii, pointHoverRadius: radii.map((one) => one + 2), pointHitRadius: 6, pointBorderWidth: 1.25,
      pointBackgroundColor: looks.map((one) => one.backgroundColor), pointBorderColor: looks.map((one) => one.borderColor),
    };
    const own = { data: told.own_limits.points, order: 3, ...line(told.own_limits.mark, 10), pointBorderWidth: 2, pointHitRadius: 0 };
    const values = [readings, own, ...limits].flatMap(({ data }) => data.map(({ y }) => y)).filter((y) => y != null);
    const log = { type: "logarithmic", afterBuildTicks: powers, min: Math.min(...values) * 0.7, max: Math.max(...values) * 1.4 };
    return {
      type: "scatter",
      data: { datasets: [readings, own, ...limits] },
      options: options({
        x: namedAxis(told.days, { min: told.first, max: told.last }),
        y: valueAxis(told.decimals, told.log ? log : even(values, told.highest)),
      }, { acts: { names: told.acts, first: told.first, last: told.last, colour: told.limits.length ? told.limits[0].mark.colour : TEXT } }),
    };
  }

  const BAR_HEIGHT = 24, AROUND_BARS = 44;

  /* The name, as much of it as has room on so many pixels. */
  function shortened(pen, name, room) {
    if (pen.measureText(name).width <= room) return name;
    let most = name.length - 1;
    while (most > 1 && pen.measureText(`${name.slice(0, most)}…`).width > room) most -= 1;
    return `${name.slice(0, most).trimEnd()}…`;
  }

  function ranking(told) {
    const ends = told.bars.flatMap(({ value, high }) => [value, high]).concat(told.references.map(({ at }) => at)).filter((one) => one != null);
    const axis = valueAxis(told.decimals, { position: "top", ...even([0, ...ends], told.highest) });
    const made = options({
      x: axis,
      y: {
        type: "category",
        grid: { display: false },
        border: { color: TEXT },
        ticks: {
          color: "#1b2730", autoSkip: false,
          callback(_, at) {
            const pen = this.chart.ctx;
            pen.font = font(12);
            // Chart.js gives an axis at most half of the width.
            return shortened(pen, told.bars[at].name, (this.chart.width - made.layout.padding.right) / 2 - 16);
          },
        },
      },
    }, { references: { lines: told.references }, written: { on: true } });
    const longest = Math.max(...told.bars.map(({ value, written }) => (value == null ? 0 : written.length)));
    made.layout.padding.right = 16 + 7 * longest;
    made.indexAxis = "y";
    made.parsing = { xAxisKey: "value", yAxisKey: "name" };
    made.interaction = { mode: "y", intersect: false };
    return {
      height: told.bars.length * BAR_HEIGHT + AROUND_BARS,
      opens: told.bars.map(({ href }) => href),
      type: "bar",
      data: {
        labels: told.bars.map((bar) => bar.name),
        datasets: [{
          data: told.bars, backgroundColor: told.bars.map(({ mark }) => mark.fill || mark.colour),
          barPercentage: 0.7, categoryPercentage: 1,
        }],
      },
      options: made,
    };
  }

  function distribution(told) {
    const made = options({
      x: namedAxis(told.edges, { min: 0, max: told.classes.length, grid: { display: false }, offset: false }),
      y: valueAxis(0, { beginAtZero: true, grace: "8%", ticks: { color: TEXT, precision: 0, maxTicksLimit: 7, callback: (value) => writer(0)(value) } }),
    }, { references: { lines: told.references } });
    made.interaction = { mode: "nearest", axis: "x", intersect: false };
    return {
      type: "bar",
      data: {
        datasets: [{
          data: told.classes, backgroundColor: told.mark.fill || told.mark.colour, barPercentage: 0.96, categoryPercentage: 1,
          inflateAmount: 0,
        }],
      },
      options: made,
    };
  }

  window.gisdbChart.kinds = { time_series: timeSeries, limit_scatter: limitScatter, ranking, distribution };
})();
