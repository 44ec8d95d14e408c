/* An upload's page while the background works: says the step, then shows the result and moves the focus there. */
(function () {
  "use strict";

  const EVERY_MS = 700;
  const SLOWER_MS = 3000;
  const box = document.querySelector("[data-progress]");
  const result = document.querySelector("[data-result]");
  const key = "gisdb-upload-watched";

  // What a form of this page does is shown by this page again: there the focus goes to the result.
  document.addEventListener("submit", () => sessionStorage.setItem(key, location.pathname));

  if (!box) {
    if (result && sessionStorage.getItem(key) === location.pathname) result.focus();
    sessionStorage.removeItem(key);
    return;
  }
  sessionStorage.setItem(key, location.pathname);
  const bar = box.querySelector("progress");
  const says = box.querySelector("[data-step]");

  function say(words) {
    // A live region is read again when it is written again.
    if (words && says.textContent !== words) says.textContent = words;
  }

  async function look() {
    let next = EVERY_MS;
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.status === 404) return location.reload();
      const at = await answer.json();
      if (answer.ok && !at.busy) return location.reload();
      say(at.says);
      if (at.done) {
        bar.max = at.total;
        bar.value = at.bar;
      }
    } catch {
      say(box.dataset.lost);
      next = SLOWER_MS;
    }
    setTimeout(look, next);
  }

  setTimeout(look, EVERY_MS);
})();
