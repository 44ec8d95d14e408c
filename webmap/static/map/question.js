/* The question's form: only the levels that exist on the chosen date can be chosen with it. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-question]");
  if (!form) return;
  const day = form.elements.on, level = form.elements.level;

  function follow() {
    if (!day || !level || !day.selectedOptions) return;
    const known = (day.selectedOptions[0].dataset.levels || "").split(" ");
    for (const option of level.options) option.disabled = !known.includes(option.value);
    if (level.selectedOptions[0].disabled) {
      const usable = Array.from(level.options).find((option) => !option.disabled);
      if (usable) level.value = usable.value;
    }
  }

  if (day) day.addEventListener("change", follow);
  follow();
})();
