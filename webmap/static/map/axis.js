/* The question's form: the handle of the time axis, the date and the level keep each other true.
   Without this script the date is typed and the form is sent by its button. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-question]");
  const axis = form && form.querySelector("[data-axis]");
  if (!axis) return;

  const DAY_MS = 86400000;
  const range = axis.querySelector("input[type=range]");
  const date = form.querySelector("input[type=date]"), then = form.querySelector("input[type=checkbox][name=on]");
  const level = form.elements.level, written = form.querySelector("[data-written]");
  const spans = JSON.parse(axis.dataset.levels);
  const place = (iso) => Math.round((Date.parse(iso) - Date.parse(axis.dataset.first)) / DAY_MS);
  const stops = axis.dataset.stops.split(" ").map((iso) => ({ iso, at: place(iso) }));
  const changes = stops.filter((stop, index) => index > 0 && stop.at - stops[index - 1].at === 1);
  const words = new Intl.DateTimeFormat({ en: "en-GB" }[document.documentElement.lang] || document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });

  function nearest(value) {
    return stops.reduce((best, stop) => (Math.abs(stop.at - value) < Math.abs(best.at - value) ? stop : best));
  }

  function there(code, iso) {
    return (spans[code] || []).some(([first, end]) => (!first || first <= iso) && (!end || iso < end));
  }

  /* Only levels that have units on the day can be chosen with it; "as reported then" has a day for each. */
  function offerLevels() {
    if (level.options) {
      for (const option of level.options) option.disabled = !then.checked && !there(option.value, date.value);
      if (level.selectedOptions[0].disabled) {
        const usable = Array.from(level.options).find((option) => !option.disabled);
        if (usable) level.value = usable.value;
      }
    }
    for (const band of axis.querySelectorAll("[data-level]")) band.hidden = band.dataset.level !== level.value;
    for (const mark of axis.querySelectorAll("[data-levels]")) {
      mark.hidden = !mark.dataset.levels.split(" ").includes(level.value);
    }
  }

  function say(iso) {
    const text = words.format(new Date(iso));
    range.setAttribute("aria-valuetext", text);
    written.textContent = text;
  }

  function choose(stop) {
    range.value = stop.at;
    date.value = stop.iso;
    then.checked = false;
    date.disabled = false;
    say(stop.iso);
    offerLevels();
  }

  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

  function step(key) {
    const now = stops.findIndex((stop) => stop.iso === nearest(Number(range.value)).iso);
    if (key in STEPS) return stops[Math.min(Math.max(now + STEPS[key], 0), stops.length - 1)];
    if (key === "Home") return stops[0];
    if (key === "End") return stops[stops.length - 1];
    if (key === "PageUp") return changes.find((stop) => stop.at > stops[now].at) || stops[stops.length - 1];
    if (key === "PageDown") return changes.findLast((stop) => stop.at < stops[now].at) || stops[0];
    return null;
  }

  range.hidden = false;
  let dragged = false;
  range.addEventListener("pointerdown", () => { dragged = true; });
  range.addEventListener("input", () => choose(nearest(Number(range.value))));
  // Letting go of the handle asks; keys only move it, and Enter asks.
  range.addEventListener("change", () => {
    if (dragged) form.requestSubmit();
    dragged = false;
  });
  range.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const stop = step(event.key);
    if (!stop) return;
    event.preventDefault();
    choose(stop);
  });

  date.addEventListener("input", () => {
    if (!date.value) return;
    range.value = place(date.value);
    say(date.value);
    offerLevels();
  });
  then.addEventListener("change", () => {
    date.disabled = then.checked;
    offerLevels();
  });
  level.addEventListener("change", offerLevels);
  date.disabled = then.checked;
  offerLevels();
})();
