"use strict";
// Narrows the matrix; without it every row simply stays in sight.
(() => {
  const bar = document.querySelector(".filters");
  const table = document.querySelector("table.matrix");
  const rows = [...table.querySelectorAll("tr.row")].map((element) => ({
    element,
    keys: element.dataset.keys.split(" ").filter(Boolean),
    domain: element.parentElement.dataset.domain,
    text: element.textContent.toLowerCase(),
  }));
  const chosen = { framework: "", strength: "", domain: "" };
  const search = bar.querySelector("input");
  const output = bar.querySelector("output");

  const serves = (row) =>
    (!chosen.framework && !chosen.strength) ||
    row.keys.some((key) => {
      const [framework, strength] = key.split(":");
      return (!chosen.framework || framework === chosen.framework) && (!chosen.strength || strength === chosen.strength);
    });

  const apply = () => {
    const asked = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = serves(row) && (!chosen.domain || row.domain === chosen.domain) && row.text.includes(asked);
      row.element.hidden = !fits;
      shown += fits;
    }
    for (const body of table.tBodies) body.hidden = !body.querySelector("tr.row:not([hidden])");
    table.dataset.strength = chosen.strength;
    output.textContent = `${shown} of ${rows.length} controls shown`;
  };

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const [name, value] = Object.entries(button.dataset)[0];
    chosen[name] = value;
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
    apply();
  });
  search.addEventListener("input", apply);
  bar.hidden = false;
  apply();

  const unfold = document.querySelector(".unfold");
  unfold.addEventListener("click", () => {
    const isOpen = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(isOpen));
    for (const control of document.querySelectorAll("details.control")) control.open = isOpen;
  });
  unfold.hidden = false;

  // Browsers open a folded part for a link into it; older ones need help.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details");
    if (folded && !folded.open) {
      folded.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
