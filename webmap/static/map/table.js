/* The table beside the map: sorting by any column, and one row ↔ one unit on the map. */
(function () {
  "use strict";

  const collator = new Intl.Collator(document.documentElement.lang || "vi", { numeric: true });

  function keyOf(row, column) {
    const cell = row.cells[column];
    return cell.hasAttribute("data-sort") ? cell.dataset.sort : cell.textContent.trim();
  }

  function compare(a, b, numeric) {
    if (!numeric) return collator.compare(a, b);
    return Number(a) - Number(b);
  }

  function sort(table, header, direction) {
    const body = table.tBodies[0];
    const column = header.cellIndex, numeric = header.dataset.kind === "number";
    const keyed = Array.from(body.rows, (row) => [keyOf(row, column), row]);
    keyed.sort(([a], [b]) => {
      // What has no number stays below, whichever way the numbers run.
      if (numeric && (a === "") !== (b === "")) return a === "" ? 1 : -1;
      return direction * compare(a, b, numeric);
    });
    body.append(...keyed.map(([, row]) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    // A page of several tables may have one place that says what was sorted, or one for each.
    const status = (table.closest("section") || document).querySelector("[data-sort-status]")
      || document.querySelector("[data-sort-status]");
    if (status) status.textContent = direction > 0 ? header.dataset.ascending : header.dataset.descending;
  }

  function tell(row, on) {
    document.dispatchEvent(new CustomEvent("gisdb:row", { detail: { id: row.dataset.unit, on } }));
  }

  function wire(table) {
    table.tHead.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const header = button.closest("th");
      const before = header.getAttribute("aria-sort");
      // A number is first asked for from its highest, a name from its first letter.
      const first = header.dataset.kind === "number" ? -1 : 1;
      sort(table, header, before === null ? first : before === "ascending" ? -1 : 1);
    });
    for (const [name, on] of [["focusin", true], ["focusout", false], ["mouseover", true], ["mouseout", false]]) {
      table.tBodies[0].addEventListener(name, (event) => {
        const row = event.target.closest("tr[data-unit]");
        if (!row || (event.relatedTarget && row.contains(event.relatedTarget))) return;
        row.classList.toggle("chosen", on);
        tell(row, on);
      });
    }
  }

  document.querySelectorAll("table[data-sortable]").forEach(wire);
  const byUnit = new Map();
  for (const row of document.querySelectorAll("tr[data-unit]")) {
    byUnit.set(row.dataset.unit, [...(byUnit.get(row.dataset.unit) || []), row]);
  }
  document.addEventListener("gisdb:unit", (event) => {
    for (const row of byUnit.get(event.detail.id) || []) row.classList.toggle("chosen", event.detail.on);
  });
})();
