/* The search box offers places and workplaces while its reader types; without this script it is a plain form. */
(function () {
  "use strict";

  const form = document.querySelector("form[role=search]");
  const input = form && form.querySelector("input[type=search]");
  if (!input) return;

  const list = document.createElement("ul");
  list.id = "search-offers";
  list.className = "search-offers";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels.length ? input.labels[0].textContent : "");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";

  let waiting = 0, latest = 0, chosen = -1;

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const options = list.children;
    chosen = (index + options.length) % options.length;
    for (let i = 0; i < options.length; i += 1) options[i].setAttribute("aria-selected", String(i === chosen));
    input.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    list.replaceChildren(...found.map((one, index) => {
      const option = document.createElement("li"), name = document.createElement("span"), where = document.createElement("span");
      option.id = "search-offer-" + index;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.href = one.href;
      name.textContent = one.name;
      where.textContent = one.where;
      where.className = "where";
      option.append(name, where);
      if (one.became && one.became.length) {
        name.append(" → " + one.became.map((later) => later.name).join(", "));
      }
      if (one.dates) where.textContent += "; " + one.dates;
      return option;
    }));
    chosen = -1;
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
  }

  async function ask() {
    const turn = (latest += 1), query = new URLSearchParams(new FormData(form));
    query.set("format", "json");
    if (input.value.trim().length < 2) return close();
    try {
      const response = await fetch(form.action + "?" + query, { headers: { Accept: "application/json" } });
      // A slow answer to fewer letters must not replace the answer to more.
      if (response.ok && turn === latest) show(await response.json());
    } catch {
      close();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 180);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      window.location.assign(list.children[chosen].dataset.href);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) window.location.assign(option.dataset.href);
  });
  input.addEventListener("blur", close);
})();
