// The table of all claims can be filtered and sorted.
(() => {
  "use strict";
  const table = document.querySelector(".aelib-ledger"), body = table.tBodies[0];
  const filters = [...document.querySelectorAll(".aelib-filter select")];
  const shown = document.querySelector(".aelib-shown");
  function filter() {
    let count = 0;
    for (const row of body.rows) {
      row.hidden = filters.some((f) => f.value && !row.dataset[f.name].split(" ").includes(f.value));
      count += !row.hidden;
    }
    shown.textContent = `${count} of ${body.rows.length} claims`;
  }
  for (const f of filters) f.addEventListener("change", filter);
  table.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => {
    const head = button.parentElement, down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.cells[column].textContent;
    const rows = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), "en", { numeric: true }));
    body.append(...(down ? rows.reverse() : rows));
  }));
  document.querySelector(".aelib-filter").hidden = false;
  filter();
})();
