/* Draws every <figure data-chart> of the page from the JSON in it, and tells what is pointed at.
   A figure is hidden until it is drawn, and stays hidden if it cannot be: its table says the same. */
(function () {
  "use strict";

  const { kinds, plugins, TEXT } = window.gisdbChart;
  const PAPER_WIDTH = 720, PAPER_SHARPNESS = 3, GAP = 12;
  const drawn = [];

  /* A tooltip of the page, not of the canvas: it wraps, and has the page's letters. */
  function tip(figure) {
    const box = document.createElement("div");
    box.className = "chart-tip";
    box.hidden = true;
    figure.append(box);
    return ({ chart, tooltip }) => {
      const texts = (tooltip.dataPoints || []).map(({ raw }) => raw.text).filter(Boolean);
      box.hidden = tooltip.opacity === 0 || !texts.length;
      if (box.hidden) return;
      box.textContent = texts.join("\n");
      const left = chart.canvas.offsetLeft + chart.canvas.parentNode.offsetLeft + tooltip.caretX;
      const top = chart.canvas.parentNode.offsetTop + tooltip.caretY;
      box.style.left = `${Math.max(0, Math.min(left + GAP, figure.clientWidth - box.offsetWidth))}px`;
      box.style.top = `${top - box.offsetHeight - GAP >= 0 ? top - box.offsetHeight - GAP : top + GAP}px`;
    };
  }

  /* Clicking a bar, or the name beside it, opens its page; the keyboard has the links of the table. */
  function lead(chart, opens) {
    // Chart.js tells of events on its area only; the names are beside it.
    const under = ({ offsetY }) => {
      const { top, bottom } = chart.chartArea;
      return offsetY < top || offsetY > bottom ? "" : opens[chart.scales.y.getValueForPixel(offsetY)] || "";
    };
    chart.canvas.addEventListener("click", (event) => {
      if (under(event)) window.location.assign(under(event));
    });
    chart.canvas.addEventListener("mousemove", (event) => {
      chart.canvas.style.cursor = under(event) ? "pointer" : "default";
    });
  }

  function draw(figure) {
    const told = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const canvas = figure.querySelector("canvas");
    const config = kinds[told.kind](told);
    if (config.height) canvas.parentNode.style.height = `${config.height}px`;
    figure.hidden = false;
    config.options.plugins.tooltip = { enabled: false, external: tip(figure) };
    config.plugins = plugins;
    const chart = new Chart(canvas, config);
    if (config.opens) lead(chart, config.opens);
    drawn.push(chart);
    figure.dataset.drawn = told.kind;
  }

  /* Paper has another width than the screen. A stylesheet may say how large a figure is drawn for it, before it is fitted
     to its place: --chart-paper: width height, in pixels. */
  function toPaper() {
    for (const chart of drawn) {
      const said = getComputedStyle(chart.canvas).getPropertyValue("--chart-paper").trim();
      const [width, height] = said ? said.split(/\s+/).map(Number) : [PAPER_WIDTH, chart.canvas.parentNode.clientHeight];
      chart.options.devicePixelRatio = PAPER_SHARPNESS;
      chart.resize(width, height);
    }
  }

  function toScreen() {
    for (const chart of drawn) {
      chart.options.devicePixelRatio = undefined;
      chart.resize();
    }
  }

  function start() {
    Chart.defaults.color = TEXT;
    Chart.defaults.font.family = letters;
    for (const figure of document.querySelectorAll("figure[data-chart]")) {
      try {
        draw(figure);
      } catch (problem) {
        figure.hidden = true;
        console.error(problem);
      }
    }
    document.documentElement.dataset.chartsDrawn = String(drawn.length);
    window.addEventListener("beforeprint", toPaper);
    window.addEventListener("afterprint", toScreen);
  }

  const letters = getComputedStyle(document.body).fontFamily;
  // What is drawn on a canvas does not change when its letters come later; without them it is drawn in others.
  if (document.querySelector("figure[data-chart]")) {
    document.fonts.load(`12px ${letters}`, "mg Việt Nam").then(start, start);
  }
})();
