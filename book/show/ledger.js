// The table of all claims can be searched, filtered and sorted; search and filters stand in the page's address.
(() => {
  "use strict";
  const table = document.querySelector(".aelib-ledger"), body = table.tBodies[0];
  const form = document.querySelector(".aelib-filter"), shown = document.querySelector(".aelib-shown");
  const fields = [...form.querySelectorAll("input, select")];
  const texts = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
  const matches = (row) => fields.every((f) => f.name === "q"
    ? f.value.toLowerCase().split(/\s+/).every((word) => texts.get(row).includes(word))
    : !f.value || row.dataset[f.name].split(" ").includes(f.value));
  function filter() {
    let count = 0;
    for (const row of body.rows) {
      row.hidden = !matches(row);
      count += !row.hidden;
    }
    shown.textContent = `${count} of ${body.rows.length} claims`;
  }
  function remember() {
    const asked = new URLSearchParams(fields.filter((f) => f.value).map((f) => [f.name, f.value]));
    history.replaceState(null, "", `${asked.size ? `?${asked}` : location.pathname}`);
    filter();
  }
  const given = new URLSearchParams(location.search);
  for (const f of fields) {
    f.value = given.get(f.name) ?? "";
    if (f.selectedIndex === -1) f.value = ""; // a value that no option has
    f.addEventListener("input", remember);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  table.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => {
    const head = button.parentElement, down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.cells[column].textContent;
    const rows = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), "en", { numeric: true }));
    body.append(...(down ? rows.reverse() : rows));
  }));
  form.hidden = false;
  filter();
})();
